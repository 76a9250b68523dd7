//! A person who signs in. Names, addresses, passwords and PINs are kept elsewhere, never in the log;
//! here is what happened to them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{SessionId, UserId};

/// For how long it is remembered that a session has ended: longer than any of its tokens lasts.
const ENDED_KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// The marker of the aggregate.
#[derive(Debug)]
pub struct User;

/// What can be asked of a person. Serialised, it is what a retry is recognised by.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Somebody should work here.
    Invite,
    /// They should get another letter in place of the one before.
    InviteAgain,
    /// They have taken the invitation up and set a password.
    Join,
    /// They have another password; whoever signed in with the old one is out.
    ChangePassword,
    /// They have another PIN for shared tills.
    ChangePin,
    /// Somebody gives them a PIN for shared tills; whoever signed in with the one before is out.
    SetPin,
    /// They are out on every device.
    EndSessions,
    /// They are out on one device.
    EndSession(SessionEnded),
    /// What is known of them should be deleted for good.
    Forget,
}

/// Somebody was invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invited {}

/// They got another letter in place of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvitedAgain {}

/// They took the invitation up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Joined {}

/// They have another password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PasswordChanged {}

/// They have another PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinChanged {}

/// Somebody gave them a PIN; whoever signed in with the one before is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinSet {}

/// They are out on every device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionsEnded {}

/// They are out on one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionEnded {
    /// The session.
    pub session: SessionId,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: EndReason,
}

/// What was known of them is deleted for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Forgotten {}

/// Why a session has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Somebody signed out.
    SignedOut,
    /// A token that can be used once was used twice: one of the two users has stolen it.
    TokenReused,
}

crate::stored_events! {
    /// What happens to a person.
    pub enum Event {
        "user.invited" => Invited,
        "user.invited_again" => InvitedAgain,
        "user.joined" => Joined,
        "user.password_changed" => PasswordChanged,
        "user.pin_changed" => PinChanged,
        "user.pin_set" => PinSet,
        "user.sessions_ended" => SessionsEnded,
        "user.session_ended" => SessionEnded,
        "user.forgotten" => Forgotten,
    }
}

/// A person before and after they joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing is known of them.
    #[default]
    Unknown,
    /// They have an invitation. Whoever was given a PIN can sign in on shared tills all the same.
    Invited(Option<Sessions>),
    /// They can sign in.
    Joined(Sessions),
    /// Nothing is known of them any more.
    Forgotten,
}

/// Which sign-ins still count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sessions {
    /// How often sessions have ended, all of them or those on shared tills; it says when one began.
    pub epoch: u32,
    /// The epoch in which the first session began that is not over.
    since: u32,
    /// The same of sessions on shared tills.
    on_tills_since: u32,
    /// Single sessions that ended lately.
    ended: BTreeMap<SessionId, DateTime<Utc>>,
}

impl Sessions {
    /// Whether a session that began in `epoch`, on a shared till or not, goes on.
    pub fn go_on(&self, epoch: u32, session: SessionId, on_till: bool) -> bool {
        let since = if on_till { self.on_tills_since } else { self.since };
        (since..=self.epoch).contains(&epoch) && !self.ended.contains_key(&session)
    }

    fn all_ended(&mut self) {
        self.on_tills_ended();
        self.since = self.epoch;
        self.ended.clear();
    }

    const fn on_tills_ended(&mut self) {
        self.epoch += 1;
        self.on_tills_since = self.epoch;
    }
}

impl State {
    /// Which sign-ins still count, if they can sign in at all.
    pub const fn sessions(&self) -> Option<&Sessions> {
        match self {
            Self::Joined(sessions) | Self::Invited(Some(sessions)) => Some(sessions),
            Self::Unknown | Self::Invited(None) | Self::Forgotten => None,
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such person, or they have yet to join.
    #[error("there is nobody like this")]
    Unknown,
    /// They were invited before.
    #[error("they were invited before")]
    AlreadyInvited,
    /// They joined before.
    #[error("they joined before")]
    AlreadyJoined,
}

impl Decider for User {
    const CATEGORY: &'static str = "user";
    type Id = UserId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Invite) => Ok(vec![Invited {}.into()]),
            (State::Invited(_) | State::Joined(_) | State::Forgotten, Command::Invite) => {
                Err(Error::AlreadyInvited)
            }
            (State::Invited(_), Command::InviteAgain) => Ok(vec![InvitedAgain {}.into()]),
            (State::Invited(_), Command::Join) => Ok(vec![Joined {}.into()]),
            (State::Joined(_), Command::Join | Command::InviteAgain) => Err(Error::AlreadyJoined),
            (State::Joined(_), Command::ChangePassword) => Ok(vec![PasswordChanged {}.into()]),
            (State::Joined(_), Command::ChangePin) => Ok(vec![PinChanged {}.into()]),
            (State::Invited(_) | State::Joined(_), Command::SetPin) => Ok(vec![PinSet {}.into()]),
            (State::Invited(Some(_)) | State::Joined(_), Command::EndSessions) => {
                Ok(vec![SessionsEnded {}.into()])
            }
            // Whoever cannot sign in has no session, and whoever is forgotten stays so.
            (State::Invited(None), Command::EndSessions) | (State::Forgotten, Command::Forget) => {
                Ok(vec![])
            }
            (
                State::Invited(Some(sessions)) | State::Joined(sessions),
                Command::EndSession(ended),
            ) => {
                let is_over = sessions.ended.contains_key(&ended.session);
                Ok(if is_over { vec![] } else { vec![ended.into()] })
            }
            (State::Invited(_) | State::Joined(_), Command::Forget) => {
                Ok(vec![Forgotten {}.into()])
            }
            (State::Unknown | State::Forgotten, _)
            | (State::Invited(_), Command::ChangePassword | Command::ChangePin)
            | (State::Invited(None), Command::EndSession(_)) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        let (has_joined, known) = match state {
            State::Unknown | State::Forgotten => (false, None),
            State::Invited(sessions) => (false, sessions),
            State::Joined(sessions) => (true, Some(sessions)),
        };
        let mut sessions = known.clone().unwrap_or_default();
        match event {
            Event::Invited(_) | Event::InvitedAgain(_) => return State::Invited(known),
            Event::Joined(_) => return State::Joined(sessions),
            Event::Forgotten(_) => return State::Forgotten,
            Event::PinChanged(_) => {}
            Event::PinSet(_) => sessions.on_tills_ended(),
            Event::PasswordChanged(_) | Event::SessionsEnded(_) => sessions.all_ended(),
            Event::SessionEnded(SessionEnded { session, at, .. }) => {
                sessions.ended.retain(|_, ended| *ended + ENDED_KEPT_FOR > at);
                sessions.ended.insert(session, at);
            }
        }
        if has_joined { State::Joined(sessions) } else { State::Invited(Some(sessions)) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testing::given;

    const JOINED: [Event; 2] = [Event::Invited(Invited {}), Event::Joined(Joined {})];
    const WITH_PIN: [Event; 2] = [Event::Invited(Invited {}), Event::PinSet(PinSet {})];

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
        given::<User>([]).when(Command::Invite).then([Invited {}.into()]);
        given::<User>([]).when(Command::Join).then_refused(Error::Unknown);
        given::<User>([Invited {}.into()]).when(Command::Join).then([Joined {}.into()]);
        given::<User>(JOINED).when(Command::Join).then_refused(Error::AlreadyJoined);
        given::<User>(JOINED).when(Command::Invite).then_refused(Error::AlreadyInvited);
    }

    #[test]
    fn an_invitation_is_sent_again_until_it_is_taken_up() {
        let again = Event::from(InvitedAgain {});
        let invited = [Invited {}.into(), again.clone()];
        given::<User>([Invited {}.into()]).when(Command::InviteAgain).then([again.clone()]);
        given::<User>(invited.clone()).when(Command::InviteAgain).then([again]);
        given::<User>(invited).when(Command::Join).then([Joined {}.into()]);
        given::<User>([]).when(Command::InviteAgain).then_refused(Error::Unknown);
        given::<User>(JOINED).when(Command::InviteAgain).then_refused(Error::AlreadyJoined);
    }

    #[test]
    fn whoever_has_not_joined_has_nothing_to_change() {
        for command in [Command::ChangePassword, Command::ChangePin] {
            given::<User>([Invited {}.into()]).when(command).then_refused(Error::Unknown);
        }
        given::<User>([Invited {}.into()]).when(Command::EndSessions).then_nothing();
    }

    #[test]
    fn s06_a_new_password_and_signing_out_everywhere_end_every_session() {
        assert!(sessions([]).go_on(0, session(1), false));
        for event in [Event::from(PasswordChanged {}), SessionsEnded {}.into()] {
            let sessions = sessions([event]);
            for on_till in [false, true] {
                assert!(!sessions.go_on(0, session(1), on_till));
                assert!(sessions.go_on(1, session(1), on_till));
                assert!(!sessions.go_on(2, session(1), on_till), "it has not begun yet");
            }
        }
        assert!(sessions([PinChanged {}.into()]).go_on(0, session(1), false));
    }

    #[test]
    fn a_pin_from_somebody_else_ends_sessions_on_tills_alone() {
        let given_pin = sessions([PinSet {}.into()]);
        assert!(given_pin.go_on(0, session(1), false));
        assert!(!given_pin.go_on(0, session(1), true));
        assert!(given_pin.go_on(1, session(1), true));
        let out = sessions([PinSet {}.into(), SessionsEnded {}.into(), PinSet {}.into()]);
        assert!(!out.go_on(1, session(1), false) && out.go_on(2, session(1), false));
        assert!(!out.go_on(2, session(1), true) && out.go_on(3, session(1), true));
    }

    #[test]
    fn whoever_was_given_a_pin_signs_in_before_they_join() {
        let invited = [Event::from(Invited {})];
        given::<User>(invited).when(Command::SetPin).then([PinSet {}.into()]);
        given::<User>([]).when(Command::SetPin).then_refused(Error::Unknown);
        let state = User::fold(State::default(), WITH_PIN);
        assert!(state.sessions().unwrap().go_on(1, session(1), true));
        given::<User>(WITH_PIN).when(Command::EndSessions).then([SessionsEnded {}.into()]);
        given::<User>(WITH_PIN)
            .when(Command::EndSession(ended(1, "2026-01-01T12:00:00Z")))
            .then([ended(1, "2026-01-01T12:00:00Z").into()]);
        given::<User>(WITH_PIN).when(Command::InviteAgain).then([InvitedAgain {}.into()]);
        for event in [Event::from(InvitedAgain {}), Joined {}.into()] {
            let state = User::fold(state.clone(), [event]);
            assert!(state.sessions().unwrap().go_on(1, session(1), true));
            assert!(!state.sessions().unwrap().go_on(0, session(1), true));
        }
    }

    #[test]
    fn whoever_is_forgotten_stays_so() {
        for history in [JOINED, WITH_PIN] {
            given::<User>(history.clone()).when(Command::Forget).then([Forgotten {}.into()]);
            let forgotten = || history.clone().into_iter().chain([Forgotten {}.into()]);
            assert_eq!(User::fold(State::default(), forgotten()).sessions(), None);
            given::<User>(forgotten()).when(Command::Forget).then_nothing();
            given::<User>(forgotten()).when(Command::Invite).then_refused(Error::AlreadyInvited);
            let over = Command::EndSession(ended(1, "2026-01-01T12:00:00Z"));
            for command in [Command::Join, Command::InviteAgain, Command::SetPin, over] {
                given::<User>(forgotten()).when(command).then_refused(Error::Unknown);
            }
        }
        given::<User>([]).when(Command::Forget).then_refused(Error::Unknown);
    }

    #[test]
    fn a_session_that_ended_is_remembered_longer_than_its_tokens_last() {
        let first = ended(1, "2026-01-01T12:00:00Z");
        let soon = ended(2, "2026-01-01T12:59:00Z");
        let late = ended(3, "2026-01-01T13:00:00Z");
        assert!(!sessions([first.into()]).go_on(0, session(1), false));
        assert!(!sessions([first.into(), soon.into()]).go_on(0, session(1), false));
        let later = sessions([first.into(), soon.into(), late.into()]);
        assert!(later.go_on(0, session(1), false), "nobody has a token of it any more");
        assert!(!later.go_on(0, session(2), false));
        given::<User>(JOINED.into_iter().chain([first.into()]))
            .when(Command::EndSession(soon))
            .then([soon.into()]);
        given::<User>(JOINED.into_iter().chain([first.into()]))
            .when(Command::EndSession(first))
            .then_nothing();
    }
}
