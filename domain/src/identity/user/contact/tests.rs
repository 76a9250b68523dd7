//! Names and addresses that are corrected.

use super::super::*;
use crate::testing::given;

const OLD: EmailKey = EmailKey::from_bytes([7; 32]);
const NEW: EmailKey = EmailKey::from_bytes([8; 32]);
const THIRD: EmailKey = EmailKey::from_bytes([9; 32]);

fn invited() -> Event {
    Invited { email: Some(OLD) }.into()
}

fn joined(more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    [invited(), Joined {}.into()].into_iter().chain(more).collect()
}

fn requested(number: u32, email: EmailKey) -> Event {
    EmailChangeRequested { number, email }.into()
}

fn changed(number: u32, email: EmailKey) -> Event {
    EmailChanged { number, email }.into()
}

const fn confirm(link: u32, number: u32) -> Command {
    Command::ConfirmEmail { link, number }
}

#[test]
fn each_name_has_a_number() {
    given::<User>([invited()]).when(Command::Rename).then([Renamed { number: 1 }.into()]);
    let renamed = Event::from(Renamed { number: 1 });
    given::<User>(joined([renamed])).when(Command::Rename).then([Renamed { number: 2 }.into()]);
    for history in [vec![], vec![invited(), Forgotten {}.into()]] {
        given::<User>(history.clone()).when(Command::Rename).then_refused(Error::Unknown);
        given::<User>(history).when(Command::RequestEmail(NEW)).then_refused(Error::Unknown);
    }
}

#[test]
fn an_address_that_was_asked_for_is_theirs_when_they_follow_the_link() {
    given::<User>(joined([])).when(Command::RequestEmail(NEW)).then([requested(1, NEW)]);
    given::<User>(joined([requested(1, NEW)])).when(confirm(0, 1)).then([changed(1, NEW)]);
    given::<User>(joined([])).when(confirm(0, 0)).then_refused(Error::LinkVoid);
    given::<User>(joined([])).when(confirm(0, 1)).then_refused(Error::LinkVoid);
    let email = |events| User::fold(State::default(), events).account().unwrap().email;
    assert_eq!(email(joined([requested(1, NEW)])), Some(OLD));
    assert_eq!(email(joined([requested(1, NEW), changed(1, NEW)])), Some(NEW));
    // Also for a user who was invited with a wrong address.
    given::<User>([invited(), requested(1, NEW)]).when(confirm(0, 1)).then([changed(1, NEW)]);
}

#[test]
fn a_later_request_takes_the_place_of_an_earlier_one() {
    let twice = || joined([requested(1, NEW), requested(2, THIRD)]);
    given::<User>(joined([requested(1, NEW)]))
        .when(Command::RequestEmail(THIRD))
        .then([requested(2, THIRD)]);
    given::<User>(twice()).when(confirm(0, 1)).then_refused(Error::LinkVoid);
    given::<User>(twice()).when(confirm(0, 2)).then([changed(2, THIRD)]);
}

#[test]
fn a_link_to_an_address_is_void_after_whatever_ends_links() {
    for end in [Event::from(PasswordChanged {}), SessionsEnded {}.into()] {
        let history = || joined([requested(1, NEW), end.clone()]);
        given::<User>(history()).when(confirm(0, 1)).then_refused(Error::LinkVoid);
        given::<User>(history()).when(confirm(1, 1)).then([changed(1, NEW)]);
    }
}

#[test]
fn a_link_that_is_followed_again_changes_nothing() {
    let history = || joined([requested(1, NEW), changed(1, NEW)]);
    given::<User>(history()).when(confirm(0, 1)).then([]);
    given::<User>(history()).when(confirm(0, 2)).then_refused(Error::LinkVoid);
    let later = [requested(1, NEW), changed(1, NEW), requested(2, THIRD)];
    given::<User>(joined(later)).when(confirm(0, 1)).then([]);
}

#[test]
fn another_address_ends_sign_ins_and_the_links_to_the_one_before() {
    let history = || joined([requested(1, NEW), changed(1, NEW)]);
    let state = User::fold(State::default(), history());
    let session = SessionId::from_uuid(uuid::Uuid::from_u128(1));
    for on_till in [false, true] {
        assert!(!state.sessions().unwrap().is_valid(0, session, on_till));
        assert!(state.sessions().unwrap().is_valid(1, session, on_till));
    }
    let reset = |link| Command::ResetPassword { link };
    given::<User>(history()).when(reset(0)).then_refused(Error::LinkVoid);
    given::<User>(history()).when(reset(1)).then([PasswordChanged {}.into()]);
    let join = Command::Join { link: Some(0) };
    given::<User>([invited(), requested(1, NEW), changed(1, NEW)])
        .when(join)
        .then_refused(Error::LinkVoid);
}
