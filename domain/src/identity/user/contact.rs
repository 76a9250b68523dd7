//! What a person is called and where they get e-mails, as far as the log knows it: how often that was
//! corrected. Names and addresses themselves are kept beside the log, each under the number of the event
//! that it came with, so that of two corrections at once the same one counts in the log and beside it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::shared::EmailKey;

/// They are called otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// Which correction of their name it is, counted from 1.
    pub number: u32,
}

/// Another e-mail address is to be theirs as soon as they follow the link that was sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EmailChangeRequested {
    /// Which request of theirs it is, counted from 1; the last one counts.
    pub number: u32,
    /// What stands for the address.
    pub email: EmailKey,
}

/// The requested address replaced the previous one; every session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EmailChanged {
    /// The request that asked for it.
    pub number: u32,
    /// What stands for the address, which they hold the claim of.
    pub email: EmailKey,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Contact {
    n_names: u32,
    n_requests: u32,
    /// The address that was asked for last, until they have it.
    requested: Option<EmailKey>,
    /// The request whose address they have; 0 where it is the one that they were invited with.
    confirmed: u32,
}

impl Contact {
    pub(super) const fn rename(&self) -> Renamed {
        Renamed { number: self.n_names + 1 }
    }

    pub(super) const fn request(&self, email: EmailKey) -> EmailChangeRequested {
        EmailChangeRequested { number: self.n_requests + 1, email }
    }

    /// Whether the address that this request asked for is theirs already.
    pub(super) const fn is_confirmed(&self, number: u32) -> bool {
        number > 0 && self.confirmed == number
    }

    /// The address that a request asks for, if no later one does and they do not have it yet.
    pub(super) fn requested(&self, number: u32) -> Option<EmailKey> {
        self.requested.filter(|_| self.n_requests == number)
    }

    pub(super) fn confirm(&self, number: u32) -> Result<EmailChanged, Error> {
        let email = self.requested(number).ok_or(Error::LinkVoid)?;
        Ok(EmailChanged { number, email })
    }

    pub(super) const fn renamed(&mut self, event: Renamed) {
        self.n_names = event.number;
    }

    pub(super) const fn was_requested(&mut self, event: EmailChangeRequested) {
        self.n_requests = event.number;
        self.requested = Some(event.email);
    }

    pub(super) const fn changed(&mut self, event: EmailChanged) {
        self.confirmed = event.number;
        self.requested = None;
    }
}

#[cfg(test)]
mod tests;
