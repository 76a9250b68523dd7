//! Personal data outside the log for corrections of names and addresses, each with the number from its event.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::shared::{Name, TenantId, UserId};
use uuid::Uuid;

use super::ports::{EmailMessage, TicketFor, Written};
use crate::engine::error::World;

/// A requested address that is to replace the current one.
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

/// An e-mail without a link.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its id, the same however often the e-mail is sent.
    pub id: Uuid,
    /// The e-mail.
    pub message: EmailMessage,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// After that it is not sent.
    pub expires_at: DateTime<Utc>,
}

/// Where corrections of names and addresses are kept. A person of whom nothing is known has none.
#[async_trait]
pub trait Contacts: fmt::Debug + Send + Sync + 'static {
    /// Stores another name of a user, unless that of the same or a later correction is stored.
    async fn keep_name(
        &self,
        tenant: TenantId,
        user: UserId,
        number: u32,
        name: &Name,
    ) -> Result<(), World>;

    /// Stores a requested address, and the e-mail to it with its ticket, and deletes those of an earlier
    /// request; unless that of the same or a later one is stored.
    async fn keep_requested(&self, email: &RequestedEmail, written: Written) -> Result<(), World>;

    /// The address that a link was sent to, until [`Contacts::email_changed`]; of a ticket that is kept.
    async fn requested(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
    ) -> Result<Option<RequestedEmail>, World>;

    /// Replaces the current address by that of a request, unless it was replaced already or a later one is
    /// requested. Voids what the former address could be used for: links, queued e-mails, and sessions.
    /// Queues the notice, unless an earlier one is queued.
    async fn email_changed(
        &self,
        tenant: TenantId,
        user: UserId,
        number: u32,
        notice: Notice,
    ) -> Result<(), World>;
}
