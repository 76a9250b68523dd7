//! What is kept beside the log when a name or an address is corrected, each under the number of the
//! event that it came with.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::shared::{Name, TenantId, UserId};
use uuid::Uuid;

use super::ports::{Letter, TicketFor, Written};
use crate::engine::error::World;

/// An address that was asked for in place of another.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestedEmail {
    /// Which request of the person it is of.
    pub number: u32,
    /// The address.
    pub address: String,
}

impl fmt::Debug for RequestedEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestedEmail({})", self.number)
    }
}

/// A letter without a link.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its id, the same however often the letter is sent.
    pub id: Uuid,
    /// The letter.
    pub letter: Letter,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// After that it is not sent.
    pub expires_at: DateTime<Utc>,
}

/// Where corrections of names and addresses are kept. A person of whom nothing is known has none.
#[async_trait]
pub trait Contacts: fmt::Debug + Send + Sync + 'static {
    /// Keeps another name of somebody, unless that of the same or a later correction is kept.
    async fn keep_name(
        &self,
        tenant: TenantId,
        user: UserId,
        number: u32,
        name: &Name,
    ) -> Result<(), World>;

    /// Keeps an address that was asked for, and the letter to it with its ticket, in place of what an
    /// earlier request has left; unless that of the same or a later one is kept.
    async fn keep_requested(&self, email: &RequestedEmail, written: Written) -> Result<(), World>;

    /// The address that a link was sent to, until [`Contacts::email_changed`]; of a ticket that is kept.
    async fn requested(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
    ) -> Result<Option<RequestedEmail>, World>;

    /// The address of a request takes the place of the one before, unless it has already or a later one
    /// is asked for. What was good before it is over: links in letters, the letters that wait, and
    /// sessions. The notice is sent, unless an earlier one waits.
    async fn email_changed(
        &self,
        tenant: TenantId,
        user: UserId,
        number: u32,
        notice: Notice,
    ) -> Result<(), World>;
}
