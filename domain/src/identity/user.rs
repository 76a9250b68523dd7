//! A user. Names, addresses, passwords and PINs are stored elsewhere, never in the log; its events
//! only record that they changed.

mod contact;
mod pin;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use contact::Contact;

use super::roles::Reach;
use crate::Decider;
use crate::shared::{EmailKey, SessionId, UserId};

pub use contact::{EmailChangeRequested, EmailChanged, Renamed};
pub use pin::{Pin, PinBlocked, PinChanged, PinReplaced, PinSet};

/// For how long the state keeps an ended session: longer than any of its tokens is valid.
const ENDED_KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// The marker of the aggregate.
#[derive(Debug)]
pub struct User;

/// Commands to a user. The serialised form is compared to recognise a retry.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Invite a user.
    Invite {
        /// The keyed hash of the e-mail address.
        email: EmailKey,
    },
    /// Replace the invitation with another one.
    InviteAgain,
    /// Accept the invitation and set a password.
    Join {
        /// The epoch of the link that was used; none if FastOps itself issues the command.
        link: Option<u32>,
    },
    /// Set a password with a link from an e-mail.
    ResetPassword {
        /// The epoch of the link.
        link: u32,
    },
    /// Change the password; every session ends.
    ChangePassword,
    /// Change the PIN for shared tills; sessions on tills end.
    ChangePin,
    /// Set a PIN for the user, who has this reach, by another user; sessions on tills end.
    SetPin(Reach),
    /// Replace the PIN of this number, with no proof but knowing it; sessions on tills end.
    ReplacePin(u32),
    /// Block sign-ins with the PIN of this number.
    BlockPin(u32),
    /// End every session.
    EndSessions,
    /// End one session.
    EndSession(SessionEnded),
    /// Correct the name.
    Rename,
    /// Request another e-mail address; it takes effect when the link sent to it is followed.
    RequestEmail(EmailKey),
    /// Confirm the requested address with the link that was sent to it.
    ConfirmEmail {
        /// The epoch of the link.
        link: u32,
        /// The number of the request.
        number: u32,
    },
    /// Delete the personal data of the user, for good.
    Forget,
}

/// The user was invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invited {
    /// The keyed hash of the e-mail address, which the user holds the claim of; early events have
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailKey>,
}

/// Another invitation replaced the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvitedAgain {}

/// The user accepted the invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Joined {}

/// The password was changed; every session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PasswordChanged {}

/// Every session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionsEnded {}

/// One session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionEnded {
    /// The session.
    pub session: SessionId,
    /// The time at which it ended.
    pub at: DateTime<Utc>,
    /// The reason.
    pub reason: EndReason,
}

/// The user's data was deleted for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Forgotten {}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The user signed out.
    SignedOut,
    /// A single-use token was used twice, so one of its two users has stolen it.
    TokenReused,
}

crate::stored_events! {
    /// Events of a user.
    pub enum Event {
        "user.invited" => Invited,
        "user.invited_again" => InvitedAgain,
        "user.joined" => Joined,
        "user.password_changed" => PasswordChanged,
        "user.pin_changed" => PinChanged,
        "user.pin_set" => PinSet,
        "user.pin_replaced" => PinReplaced,
        "user.pin_blocked" => PinBlocked,
        "user.sessions_ended" => SessionsEnded,
        "user.session_ended" => SessionEnded,
        "user.renamed" => Renamed,
        "user.email_change_requested" => EmailChangeRequested,
        "user.email_changed" => EmailChanged,
        "user.forgotten" => Forgotten,
    }
}

impl Event {
    /// The number of the PIN that the event sets; none if it sets no PIN.
    pub const fn pin_number(&self) -> Option<u32> {
        match self {
            Self::PinChanged(PinChanged { number })
            | Self::PinReplaced(PinReplaced { number })
            | Self::PinSet(PinSet { number, .. }) => Some(*number),
            _ => None,
        }
    }

    /// The number of the name that they have after this, if it is about another name.
    pub const fn name_number(&self) -> Option<u32> {
        match self {
            Self::Renamed(Renamed { number }) => Some(*number),
            _ => None,
        }
    }

    /// The number of the request for another address, if this is one.
    pub const fn email_request(&self) -> Option<u32> {
        match self {
            Self::EmailChangeRequested(EmailChangeRequested { number, .. }) => Some(*number),
            _ => None,
        }
    }
}

/// The state of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// They were never invited.
    #[default]
    Unknown,
    /// They were invited.
    Known(Box<Account>),
    /// Their data was deleted.
    Forgotten,
}

/// An invited user, before or after joining.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The keyed hash of the e-mail address; none if the invitation is an early event without one.
    pub email: Option<EmailKey>,
    /// Whether they accepted the invitation.
    pub has_joined: bool,
    /// Whether another user set a PIN for them: they can then sign in on shared tills before
    /// joining.
    was_given_pin: bool,
    contact: Contact,
    sessions: Sessions,
}

/// Which sessions are valid, and the PIN that starts sessions on shared tills.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sessions {
    /// The PIN.
    pub pin: Pin,
    /// Incremented when all sessions end, or all on shared tills; a session belongs to the epoch it
    /// began in.
    pub epoch: u32,
    /// The first epoch whose sessions are valid.
    since: u32,
    /// The first epoch whose sessions on shared tills are valid.
    on_tills_since: u32,
    /// Sessions that ended singly, with the time, until their tokens have expired.
    ended: BTreeMap<SessionId, DateTime<Utc>>,
}

impl Sessions {
    /// Whether a session that began in `epoch`, on a shared till or not, is valid.
    pub fn is_valid(&self, epoch: u32, session: SessionId, on_till: bool) -> bool {
        let since = if on_till { self.on_tills_since } else { self.since };
        (since..=self.epoch).contains(&epoch) && !self.ended.contains_key(&session)
    }

    fn end_all(&mut self) {
        self.end_on_tills();
        self.since = self.epoch;
        self.ended.clear();
    }

    const fn end_on_tills(&mut self) {
        self.epoch += 1;
        self.on_tills_since = self.epoch;
    }
}

impl Account {
    /// The epoch of sessions that begin. A link carries the epoch that it was written in and is
    /// valid as long as a session of that epoch: both end when the password changes, when all
    /// sessions are ended and on suspension.
    pub const fn epoch(&self) -> u32 {
        self.sessions.epoch
    }

    /// What stands for the address that a request asks for, if no later one does and they do not have it
    /// yet.
    pub fn requested_email(&self, number: u32) -> Option<EmailKey> {
        self.contact.requested(number)
    }

    const fn can_sign_in(&self) -> bool {
        self.has_joined || self.was_given_pin
    }

    fn check_link(&self, link: u32) -> Result<(), Error> {
        let Sessions { since, epoch, .. } = self.sessions;
        if (since..=epoch).contains(&link) { Ok(()) } else { Err(Error::LinkVoid) }
    }

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Invite { .. } => Err(Error::AlreadyInvited),
            Command::InviteAgain | Command::Join { .. } if self.has_joined => {
                Err(Error::AlreadyJoined)
            }
            Command::InviteAgain => Ok(vec![InvitedAgain {}.into()]),
            Command::Join { link } => {
                link.map_or(Ok(()), |link| self.check_link(link))?;
                Ok(vec![Joined {}.into()])
            }
            Command::ResetPassword { .. } | Command::ChangePassword | Command::ChangePin
                if !self.has_joined =>
            {
                Err(Error::Unknown)
            }
            Command::ResetPassword { link } => {
                self.check_link(link)?;
                Ok(vec![PasswordChanged {}.into()])
            }
            Command::ChangePassword => Ok(vec![PasswordChanged {}.into()]),
            Command::ChangePin => Ok(vec![PinChanged { number: self.sessions.pin.next() }.into()]),
            Command::SetPin(reach) => {
                let number = self.sessions.pin.next();
                Ok(vec![PinSet { number, reach: Some(reach) }.into()])
            }
            Command::ReplacePin(_) | Command::BlockPin(_) | Command::EndSession(_)
                if !self.can_sign_in() =>
            {
                Err(Error::Unknown)
            }
            Command::ReplacePin(number) => {
                if !self.sessions.pin.is(number) {
                    return Err(Error::PinSuperseded);
                }
                Ok(vec![PinReplaced { number: self.sessions.pin.next() }.into()])
            }
            Command::BlockPin(number) => {
                let counts = self.sessions.pin.is(number);
                Ok(if counts { vec![PinBlocked { number }.into()] } else { vec![] })
            }
            // Even without a session there may be a link to invalidate.
            Command::EndSessions => Ok(vec![SessionsEnded {}.into()]),
            Command::EndSession(ended) => {
                let is_over = self.sessions.ended.contains_key(&ended.session);
                Ok(if is_over { vec![] } else { vec![ended.into()] })
            }
            Command::Rename => Ok(vec![self.contact.rename().into()]),
            Command::RequestEmail(email) => Ok(vec![self.contact.request(email).into()]),
            // Following the link again completes what the first use left undone outside the log.
            Command::ConfirmEmail { number, .. } if self.contact.is_confirmed(number) => Ok(vec![]),
            Command::ConfirmEmail { link, number } => {
                self.check_link(link)?;
                Ok(vec![self.contact.confirm(number)?.into()])
            }
            Command::Forget => Ok(vec![Forgotten {}.into()]),
        }
    }
}

impl State {
    /// Which sessions are valid; none if they cannot sign in.
    pub fn sessions(&self) -> Option<&Sessions> {
        self.account().filter(|account| account.can_sign_in()).map(|account| &account.sessions)
    }

    /// The account; none if they were never invited or are forgotten.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Known(account) => Some(account),
            Self::Unknown | Self::Forgotten => None,
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The user does not exist or has not joined.
    #[error("there is no such user")]
    Unknown,
    /// They were invited before.
    #[error("they were invited before")]
    AlreadyInvited,
    /// They joined before.
    #[error("they joined before")]
    AlreadyJoined,
    /// The link was written before an event that invalidates links.
    #[error("the link is no longer good")]
    LinkVoid,
    /// The PIN was superseded or is blocked.
    #[error("the PIN does not count any more")]
    PinSuperseded,
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
            (State::Unknown, Command::Invite { email }) => {
                Ok(vec![Invited { email: Some(email) }.into()])
            }
            (State::Known(account), command) => account.decide(command),
            (State::Forgotten, Command::Invite { .. }) => Err(Error::AlreadyInvited),
            // A forgotten user stays forgotten.
            (State::Forgotten, Command::Forget) => Ok(vec![]),
            (State::Unknown | State::Forgotten, _) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        let mut account = match state {
            State::Known(account) => account,
            State::Unknown | State::Forgotten => Box::default(),
        };
        match event {
            Event::Invited(Invited { email }) => account.email = email,
            Event::InvitedAgain(_) => {}
            Event::Joined(_) => account.has_joined = true,
            Event::PinChanged(changed) => {
                account.sessions.end_on_tills();
                account.sessions.pin.changed(changed);
            }
            Event::PinSet(set) => {
                account.was_given_pin = true;
                account.sessions.end_on_tills();
                account.sessions.pin.set(set);
            }
            Event::PinReplaced(replaced) => {
                account.sessions.end_on_tills();
                account.sessions.pin.replaced(replaced);
            }
            Event::PinBlocked(_) => account.sessions.pin.blocked(),
            Event::PasswordChanged(_) | Event::SessionsEnded(_) => account.sessions.end_all(),
            Event::SessionEnded(SessionEnded { session, at, .. }) => {
                let ended = &mut account.sessions.ended;
                ended.retain(|_, ended| *ended + ENDED_KEPT_FOR > at);
                ended.insert(session, at);
            }
            Event::Renamed(renamed) => account.contact.renamed(renamed),
            Event::EmailChangeRequested(requested) => account.contact.was_requested(requested),
            Event::EmailChanged(changed) => {
                account.email = Some(changed.email);
                account.contact.changed(changed);
                account.sessions.end_all();
            }
            Event::Forgotten(_) => return State::Forgotten,
        }
        State::Known(account)
    }
}

#[cfg(test)]
mod tests;
