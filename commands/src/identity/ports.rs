//! Data outside the log, because it is secret or personal.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::shared::{DeviceId, EmailKey, Name, SessionId, Slug, TenantId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::pins::NumberedPin;
use crate::engine::error::World;

/// An account with which a user signs in to a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The company.
    pub tenant: TenantId,
    /// The company's short name.
    pub slug: String,
    /// The user.
    pub user: UserId,
    /// The password as a PHC string; none until the user chooses one.
    pub password_hash: Option<String>,
}

/// The personal data of a user.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: Name,
    /// The e-mail address.
    pub email: String,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person")
    }
}

/// Stores users, their addresses and their secrets: encrypted in separate tables, since none of it
/// may enter the log.
#[async_trait]
pub trait Accounts: fmt::Debug + Send + Sync + 'static {
    /// The key of an e-mail address; all spellings of an address have one key.
    fn email_key(&self, email: &str) -> EmailKey;

    /// The keys that earlier releases computed for an address; mostly none.
    fn earlier_email_keys(&self, email: &str) -> Vec<EmailKey>;

    /// All accounts of an e-mail address under any of its keys, in one company or in all.
    async fn of_email(&self, email: &str, slug: Option<&str>) -> Result<Vec<Account>, World>;

    /// Replaces the hash by one of the same password with current parameters, if the password is
    /// unchanged.
    async fn rehashed(&self, account: &Account, password_hash: &str) -> Result<(), World>;

    /// Stores the personal data of a user whom the log has admitted with this address. Existing
    /// data is kept, so that the call can be repeated after a crash.
    async fn admit(&self, tenant: TenantId, user: UserId, person: &Person) -> Result<(), World>;

    /// The hash of a user's password as a PHC string.
    async fn password_of(&self, tenant: TenantId, user: UserId) -> Result<Option<String>, World>;

    /// Stores the hash of a user's password.
    async fn keep_password(&self, tenant: TenantId, user: UserId, hash: &str) -> Result<(), World>;

    /// Replaces the password, and the PIN if one was chosen with it. Voids earlier links, queued
    /// e-mails and sessions.
    async fn replace_password(
        &self,
        tenant: TenantId,
        user: UserId,
        password_hash: &str,
        pin: Option<NumberedPin<'_>>,
    ) -> Result<(), World>;

    /// Deletes all personal data of a user, and all their credentials.
    async fn forget(&self, tenant: TenantId, user: UserId) -> Result<(), World>;

    /// The short name of a company.
    async fn slug_of(&self, tenant: TenantId) -> Result<Option<String>, World>;

    /// The personal data of these users.
    async fn people(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Person>, World>;
}

/// A company and its short name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCompany {
    /// Its id.
    pub tenant: TenantId,
    /// Its short name.
    pub slug: String,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
}

/// Stores the short names of companies; each belongs to one company.
#[async_trait]
pub trait Companies: fmt::Debug + Send + Sync + 'static {
    /// Stores the short name of a company to be and returns its owner: `fresh`, unless another
    /// company has the name. A stored company keeps its short name.
    async fn keep(&self, fresh: TenantId, slug: &Slug, name: &Name) -> Result<TenantId, World>;

    /// The company with a short name.
    async fn by_slug(&self, slug: &str) -> Result<Option<TenantId>, World>;

    /// The stored company.
    async fn get(&self, tenant: TenantId) -> Result<Option<KnownCompany>, World>;

    /// At most `rows` companies whose short names follow `after`, in the order of these.
    async fn page(&self, after: Option<&str>, rows: u32) -> Result<Vec<KnownCompany>, World>;
}

/// What a ticket, a secret that is sent to its holder once, allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketKind {
    /// Accept an invitation.
    Invitation,
    /// Set another password without the current one.
    PasswordReset,
    /// Have another e-mail address.
    EmailChange,
    /// Sign in with a PIN on an enrolled device.
    Device,
}

impl TicketKind {
    /// The word that it is stored as.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::EmailChange => "email_change",
            Self::Device => "device",
        }
    }
}

/// The purpose of a ticket; only the last ticket of a kind is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketFor {
    /// The company.
    pub tenant: TenantId,
    /// What it allows.
    pub kind: TicketKind,
    /// The user or device.
    pub subject: Uuid,
}

/// Stores hashes of tickets.
#[async_trait]
pub trait Tickets: fmt::Debug + Send + Sync + 'static {
    /// Stores the hash of a ticket and deletes the former one. A link belongs to an `epoch` of its user's
    /// sessions.
    async fn keep(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
        epoch: u32,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<(), World>;

    /// Stores the hash of a ticket, unless there is one.
    async fn keep_first(&self, ticket: TicketFor, hash: [u8; 32]) -> Result<(), World>;

    /// Whether a ticket is valid.
    async fn is_good(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<bool, World> {
        Ok(self.written_in(ticket, hash, now).await?.is_some())
    }

    /// The epoch of a valid ticket; none if the ticket is invalid.
    async fn written_in(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<u32>, World>;

    /// Deletes a used ticket.
    async fn take_away(&self, ticket: TicketFor) -> Result<(), World>;
}

/// A session on one device, with the token that renews it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The company.
    pub tenant: TenantId,
    /// Its id.
    pub id: SessionId,
    /// The user.
    pub user: UserId,
    /// The epoch of the user's sessions in which it began.
    pub epoch: u32,
    /// The shared till on which it began.
    pub device: Option<DeviceId>,
    /// What the client calls the device.
    pub label: Option<String>,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it was last renewed.
    pub used_at: DateTime<Utc>,
    /// When it ends, unless it is renewed before.
    pub expires_at: DateTime<Utc>,
}

/// A renewal of a session.
#[derive(Debug, Clone, Copy)]
pub struct Renewal {
    /// The company.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionId,
    /// The hash of the presented token.
    pub presented: [u8; 32],
    /// The hash of its successor.
    pub successor: [u8; 32],
    /// The current time.
    pub now: DateTime<Utc>,
    /// When the session expires unless it is renewed again; a session on a till keeps its expiry.
    pub expires_at: DateTime<Utc>,
}

/// The result of a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewed {
    /// The token is the current one, or was until some seconds ago; its successor is valid.
    Good(Session),
    /// The token was used before: two parties hold it.
    Reused(Session),
    /// There is no such session, or it has expired.
    Gone,
}

/// Stores sessions.
#[async_trait]
pub trait Sessions: fmt::Debug + Send + Sync + 'static {
    /// Stores a session that begins, with the hash of its token.
    async fn begin(&self, session: &Session, token: [u8; 32]) -> Result<(), World>;

    /// Replaces a token by its successor. All concurrent uses of one token get the same successor.
    async fn renew(&self, renewal: Renewal) -> Result<Renewed, World>;

    /// At most `limit` of the active sessions of a user, the newest first, that come after the session
    /// that began at the given time.
    async fn of_user(
        &self,
        tenant: TenantId,
        user: UserId,
        now: DateTime<Utc>,
        after: Option<(DateTime<Utc>, SessionId)>,
        limit: u32,
    ) -> Result<Vec<Session>, World>;

    /// Whether a user has this session, and it is active.
    async fn has(
        &self,
        tenant: TenantId,
        user: UserId,
        session: SessionId,
        now: DateTime<Utc>,
    ) -> Result<bool, World>;

    /// Deletes a session of this user; returns whether it existed.
    async fn end(&self, tenant: TenantId, user: UserId, session: SessionId) -> Result<bool, World>;

    /// Deletes the sessions of a user on shared tills.
    async fn end_on_tills(&self, tenant: TenantId, user: UserId) -> Result<(), World>;

    /// Deletes all sessions of a user.
    async fn end_all(&self, tenant: TenantId, user: UserId) -> Result<(), World>;
}

/// An e-mail to one user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailMessage {
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl fmt::Debug for EmailMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailMessage")
    }
}

/// An e-mail with the ticket in its text.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its id, the same for every attempt to send it.
    pub id: Uuid,
    /// The purpose of the ticket, which also names the recipient.
    pub ticket: TicketFor,
    /// The hash of the ticket.
    pub hash: [u8; 32],
    /// The epoch of the user's sessions at that time.
    pub epoch: u32,
    /// The e-mail.
    pub message: EmailMessage,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// When the ticket expires; after that the e-mail is not sent.
    pub expires_at: DateTime<Utc>,
}

/// Queues e-mails until a mail server has accepted them.
#[async_trait]
pub trait Outbox: fmt::Debug + Send + Sync + 'static {
    /// Queues an e-mail and stores its ticket; deletes earlier ones of the same kind. A user without personal
    /// data gets none.
    async fn write(&self, written: Written) -> Result<(), World>;

    /// The same for a command that may have come this far before: an e-mail that was queued since,
    /// or a ticket that was used, is kept.
    async fn write_once(&self, written: Written) -> Result<(), World>;
}

/// An e-mail was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// A later attempt may succeed.
    #[error("the e-mail was not taken: {0}")]
    Later(String),
    /// No attempt will succeed.
    #[error("the e-mail was refused: {0}")]
    Never(String),
}

/// A mail transport.
#[async_trait]
pub trait Post: fmt::Debug + Send + Sync + 'static {
    /// Sends an e-mail. A recipient of two e-mails with one `id` may drop the second.
    async fn send(&self, id: Uuid, message: EmailMessage) -> Result<(), PostError>;
}
