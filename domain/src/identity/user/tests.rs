//! Users before and after joining, their links and their sessions.

use uuid::Uuid;

use super::*;
use crate::event::StoredEvent;
use crate::testing::given;

const EMAIL: EmailKey = EmailKey::from_bytes([7; 32]);
const INVITE: Command = Command::Invite { email: EMAIL };
const INVITED: Invited = Invited { email: Some(EMAIL) };
const JOIN: Command = Command::Join { link: None };
const JOINED: [Event; 2] = [Event::Invited(INVITED), Event::Joined(Joined {})];
const WITH_PIN: [Event; 2] =
    [Event::Invited(INVITED), Event::PinSet(PinSet { number: 1, reach: None })];

fn session(n: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(n))
}

fn ended(n: u128, at: &str) -> SessionEnded {
    let at = at.parse().unwrap();
    SessionEnded { session: session(n), at, reason: EndReason::SignedOut }
}

fn sessions(more: impl IntoIterator<Item = Event>) -> Sessions {
    let state = User::fold(State::default(), JOINED.into_iter().chain(more));
    state.sessions().unwrap().clone()
}

#[test]
fn a_person_is_invited_and_joins_once() {
    given::<User>([]).when(INVITE).then([INVITED.into()]);
    given::<User>([]).when(JOIN).then_refused(Error::Unknown);
    given::<User>([INVITED.into()]).when(JOIN).then([Joined {}.into()]);
    given::<User>(JOINED).when(JOIN).then_refused(Error::AlreadyJoined);
    given::<User>(JOINED).when(INVITE).then_refused(Error::AlreadyInvited);
}

#[test]
fn an_invitation_is_sent_again_until_it_is_taken_up() {
    let reinvited = Event::from(InvitedAgain {});
    let invited = [INVITED.into(), reinvited.clone()];
    given::<User>([INVITED.into()]).when(Command::InviteAgain).then([reinvited.clone()]);
    given::<User>(invited.clone()).when(Command::InviteAgain).then([reinvited]);
    given::<User>(invited).when(JOIN).then([Joined {}.into()]);
    given::<User>([]).when(Command::InviteAgain).then_refused(Error::Unknown);
    given::<User>(JOINED).when(Command::InviteAgain).then_refused(Error::AlreadyJoined);
}

#[test]
fn a_user_who_has_not_joined_has_nothing_to_change() {
    for command in [Command::ChangePassword, Command::ChangePin] {
        given::<User>([INVITED.into()]).when(command).then_refused(Error::Unknown);
    }
    given::<User>([INVITED.into()])
        .when(Command::EndSession(ended(1, "2026-01-01T12:00:00Z")))
        .then_refused(Error::Unknown);
}

#[test]
fn s06_a_new_password_and_signing_out_everywhere_end_every_session() {
    assert!(sessions([]).is_valid(0, session(1), false));
    for event in [Event::from(PasswordChanged {}), SessionsEnded {}.into()] {
        let sessions = sessions([event]);
        for on_till in [false, true] {
            assert!(!sessions.is_valid(0, session(1), on_till));
            assert!(sessions.is_valid(1, session(1), on_till));
            assert!(!sessions.is_valid(2, session(1), on_till), "it has not begun yet");
        }
    }
}

#[test]
fn another_pin_ends_sessions_on_tills_alone() {
    for event in pin::tests::set_events(1) {
        let with_pin = sessions([event]);
        assert!(with_pin.is_valid(0, session(1), false));
        assert!(!with_pin.is_valid(0, session(1), true));
        assert!(with_pin.is_valid(1, session(1), true));
    }
    let set = |number| Event::from(PinSet { number, reach: None });
    let out = sessions([set(1), SessionsEnded {}.into(), set(2)]);
    assert!(!out.is_valid(1, session(1), false) && out.is_valid(2, session(1), false));
    assert!(!out.is_valid(2, session(1), true) && out.is_valid(3, session(1), true));
}

#[test]
fn a_user_with_a_set_pin_signs_in_before_joining() {
    let invited = [Event::from(INVITED)];
    let reach = pin::tests::reach();
    let set = PinSet { number: 1, reach: Some(reach.clone()) };
    given::<User>(invited).when(Command::SetPin(reach.clone())).then([set.into()]);
    given::<User>([]).when(Command::SetPin(reach)).then_refused(Error::Unknown);
    let state = User::fold(State::default(), WITH_PIN);
    assert!(state.sessions().unwrap().is_valid(1, session(1), true));
    given::<User>(WITH_PIN).when(Command::EndSessions).then([SessionsEnded {}.into()]);
    given::<User>(WITH_PIN)
        .when(Command::EndSession(ended(1, "2026-01-01T12:00:00Z")))
        .then([ended(1, "2026-01-01T12:00:00Z").into()]);
    given::<User>(WITH_PIN).when(Command::InviteAgain).then([InvitedAgain {}.into()]);
    for event in [Event::from(InvitedAgain {}), Joined {}.into()] {
        let state = User::fold(state.clone(), [event]);
        assert!(state.sessions().unwrap().is_valid(1, session(1), true));
        assert!(!state.sessions().unwrap().is_valid(0, session(1), true));
    }
}

#[test]
fn an_early_invitation_has_no_address() {
    let early = Event::decode("user.invited", 1, b"{}").unwrap();
    assert_eq!(early, Invited { email: None }.into());
}

#[test]
fn a_link_is_good_until_something_ends_it_and_used_once() {
    let reset = |link| Command::ResetPassword { link };
    let join = |link| Command::Join { link: Some(link) };
    given::<User>(JOINED).when(reset(0)).then([PasswordChanged {}.into()]);
    given::<User>([INVITED.into()]).when(join(0)).then([Joined {}.into()]);
    given::<User>([INVITED.into()]).when(reset(0)).then_refused(Error::Unknown);
    given::<User>(JOINED).when(reset(1)).then_refused(Error::LinkVoid);
    for end in [Event::from(PasswordChanged {}), SessionsEnded {}.into()] {
        let history = || JOINED.into_iter().chain([end.clone()]);
        given::<User>(history()).when(reset(0)).then_refused(Error::LinkVoid);
        given::<User>(history()).when(reset(1)).then([PasswordChanged {}.into()]);
    }
    // A user was suspended, or was given a PIN, before joining.
    let suspended = || [INVITED.into(), SessionsEnded {}.into()];
    given::<User>([INVITED.into()]).when(Command::EndSessions).then([SessionsEnded {}.into()]);
    given::<User>(suspended()).when(join(0)).then_refused(Error::LinkVoid);
    given::<User>(suspended()).when(join(1)).then([Joined {}.into()]);
    given::<User>(WITH_PIN).when(join(0)).then([Joined {}.into()]);
    given::<User>(WITH_PIN).when(join(1)).then([Joined {}.into()]);
    assert_eq!(User::fold(State::default(), suspended()).sessions(), None);
}

#[test]
fn a_forgotten_user_stays_forgotten() {
    for history in [JOINED, WITH_PIN] {
        given::<User>(history.clone()).when(Command::Forget).then([Forgotten {}.into()]);
        let forgotten = || history.clone().into_iter().chain([Forgotten {}.into()]);
        assert_eq!(User::fold(State::default(), forgotten()).sessions(), None);
        given::<User>(forgotten()).when(Command::Forget).then_nothing();
        given::<User>(forgotten()).when(INVITE).then_refused(Error::AlreadyInvited);
        let over = Command::EndSession(ended(1, "2026-01-01T12:00:00Z"));
        let set = Command::SetPin(pin::tests::reach());
        for command in [JOIN, Command::InviteAgain, set, over] {
            given::<User>(forgotten()).when(command).then_refused(Error::Unknown);
        }
    }
    given::<User>([]).when(Command::Forget).then_refused(Error::Unknown);
}

#[test]
fn a_session_that_ended_is_kept_longer_than_its_tokens_last() {
    let first = ended(1, "2026-01-01T12:00:00Z");
    let soon = ended(2, "2026-01-01T12:59:00Z");
    let late = ended(3, "2026-01-01T13:00:00Z");
    assert!(!sessions([first.into()]).is_valid(0, session(1), false));
    assert!(!sessions([first.into(), soon.into()]).is_valid(0, session(1), false));
    let later = sessions([first.into(), soon.into(), late.into()]);
    assert!(later.is_valid(0, session(1), false), "its tokens have expired");
    assert!(!later.is_valid(0, session(2), false));
    given::<User>(JOINED.into_iter().chain([first.into()]))
        .when(Command::EndSession(soon))
        .then([soon.into()]);
    given::<User>(JOINED.into_iter().chain([first.into()]))
        .when(Command::EndSession(first))
        .then_nothing();
}
