//! A person who signs in. Names, addresses, passwords and PINs are kept elsewhere, never in the log;
//! here is what happened to them.

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

/// For how long it is remembered that a session has ended: longer than any of its tokens lasts.
const ENDED_KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// The marker of the aggregate.
#[derive(Debug)]
pub struct User;

/// What can be asked of a person. Serialised, it is what a retry is recognised by.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Somebody should work here.
    Invite {
        /// What stands for their e-mail address.
        email: EmailKey,
    },
    /// They should get another letter in place of the one before.
    InviteAgain,
    /// They have taken the invitation up and set a password.
    Join {
        /// The epoch in which the link was written that they used; none on the word of FastOps itself.
        link: Option<u32>,
    },
    /// They have set another password with a link that was sent to them.
    ResetPassword {
        /// The epoch in which the link was written.
        link: u32,
    },
    /// They have another password; whoever signed in with the old one is out.
    ChangePassword,
    /// They have another PIN for shared tills; whoever signed in with the one before is out.
    ChangePin,
    /// Somebody gives them, who can do this much, a PIN for shared tills; whoever signed in with the one
    /// before is out.
    SetPin(Reach),
    /// They have another PIN for shared tills in place of this one, which they know.
    ReplacePin(u32),
    /// Nobody should sign in with this PIN any more.
    BlockPin(u32),
    /// They are out on every device.
    EndSessions,
    /// They are out on one device.
    EndSession(SessionEnded),
    /// They should be called otherwise.
    Rename,
    /// Another e-mail address should be theirs, once they have followed the link that is sent to it.
    RequestEmail(EmailKey),
    /// They have followed the link that was sent to another address of theirs.
    ConfirmEmail {
        /// The epoch in which the link was written.
        link: u32,
        /// The request that it was written for.
        number: u32,
    },
    /// What is known of them should be deleted for good.
    Forget,
}

/// Somebody was invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invited {
    /// What stands for their e-mail address, which they hold the claim of; absent from early events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailKey>,
}

/// They got another letter in place of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvitedAgain {}

/// They took the invitation up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Joined {}

/// They have another password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PasswordChanged {}

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
    /// The number of the PIN that they have after this, if it is about another PIN.
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

/// What is known of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    #[default]
    Unknown,
    /// They were invited.
    Known(Box<Account>),
    /// Nothing any more.
    Forgotten,
}

/// A person before and after they joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// What stands for their e-mail address.
    pub email: Option<EmailKey>,
    /// Whether they have taken their invitation up.
    pub has_joined: bool,
    /// Whether they were given a PIN: they can sign in on shared tills before they have joined.
    was_given_pin: bool,
    contact: Contact,
    sessions: Sessions,
}

/// Which sign-ins still count, and with which PIN others begin on shared tills.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sessions {
    /// The PIN.
    pub pin: Pin,
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

impl Account {
    /// The epoch of their sessions. A link that is written in it is good for as long as a session would
    /// go on that began at that moment: another password, signing out everywhere and a suspension end
    /// both.
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

    fn link_is_good(&self, link: u32) -> Result<(), Error> {
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
                link.map_or(Ok(()), |link| self.link_is_good(link))?;
                Ok(vec![Joined {}.into()])
            }
            Command::ResetPassword { .. } | Command::ChangePassword | Command::ChangePin
                if !self.has_joined =>
            {
                Err(Error::Unknown)
            }
            Command::ResetPassword { link } => {
                self.link_is_good(link)?;
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
            // Whoever has no session may have a link.
            Command::EndSessions => Ok(vec![SessionsEnded {}.into()]),
            Command::EndSession(ended) => {
                let is_over = self.sessions.ended.contains_key(&ended.session);
                Ok(if is_over { vec![] } else { vec![ended.into()] })
            }
            Command::Rename => Ok(vec![self.contact.rename().into()]),
            Command::RequestEmail(email) => Ok(vec![self.contact.request(email).into()]),
            // Whoever follows the link again comes to what the first time left undone beside the log.
            Command::ConfirmEmail { number, .. } if self.contact.is_confirmed(number) => Ok(vec![]),
            Command::ConfirmEmail { link, number } => {
                self.link_is_good(link)?;
                Ok(vec![self.contact.confirm(number)?.into()])
            }
            Command::Forget => Ok(vec![Forgotten {}.into()]),
        }
    }
}

impl State {
    /// Which sign-ins still count, if they can sign in at all.
    pub fn sessions(&self) -> Option<&Sessions> {
        self.account().filter(|account| account.can_sign_in()).map(|account| &account.sessions)
    }

    /// What is known of them, if anything is.
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
    /// There is no such person, or they have yet to join.
    #[error("there is nobody like this")]
    Unknown,
    /// They were invited before.
    #[error("they were invited before")]
    AlreadyInvited,
    /// They joined before.
    #[error("they joined before")]
    AlreadyJoined,
    /// The link was written before something that ends links.
    #[error("the link is no longer good")]
    LinkVoid,
    /// They have another PIN by now, or theirs is blocked.
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
            // Whoever is forgotten stays so.
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
                account.sessions.on_tills_ended();
                account.sessions.pin.changed(changed);
            }
            Event::PinSet(set) => {
                account.was_given_pin = true;
                account.sessions.on_tills_ended();
                account.sessions.pin.set(set);
            }
            Event::PinReplaced(replaced) => {
                account.sessions.on_tills_ended();
                account.sessions.pin.replaced(replaced);
            }
            Event::PinBlocked(_) => account.sessions.pin.blocked(),
            Event::PasswordChanged(_) | Event::SessionsEnded(_) => account.sessions.all_ended(),
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
                account.sessions.all_ended();
            }
            Event::Forgotten(_) => return State::Forgotten,
        }
        State::Known(account)
    }
}

#[cfg(test)]
mod tests;
