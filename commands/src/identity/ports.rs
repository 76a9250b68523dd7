//! What is kept beside the log, because it is secret or about people.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::shared::{DeviceId, EmailKey, Name, SessionId, Slug, TenantId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::pins::NumberedPin;
use crate::engine::error::World;

/// A way to sign in: a person in a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The company.
    pub tenant: TenantId,
    /// The company's short name.
    pub slug: String,
    /// The person.
    pub user: UserId,
    /// The password as a PHC string; none for whoever has yet to choose one.
    pub password_hash: Option<String>,
}

/// What is known of a person besides their id.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// What they are called.
    pub name: Name,
    /// Where they get letters.
    pub email: String,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person")
    }
}

/// Where people, their addresses and their secrets are kept: tables of their own, encrypted, since
/// none of it may enter the log.
#[async_trait]
pub trait Accounts: fmt::Debug + Send + Sync + 'static {
    /// What stands for an address; two spellings of one address have one key.
    fn email_key(&self, email: &str) -> EmailKey;

    /// The keys that stood for an address when spellings were told apart otherwise; mostly none.
    fn earlier_email_keys(&self, email: &str) -> Vec<EmailKey>;

    /// Every account of an e-mail address, whatever key stands for it, in one company or in all.
    async fn of_email(&self, email: &str, slug: Option<&str>) -> Result<Vec<Account>, World>;

    /// Keeps a hash with today's parameters of the same password, if it is still the one.
    async fn rehashed(&self, account: &Account, password_hash: &str) -> Result<(), World>;

    /// Keeps what is known of a person whom the log has admitted with this address. What is known of
    /// them already stays, so that whoever comes after a process that ended may do it again.
    async fn admit(&self, tenant: TenantId, user: UserId, person: &Person) -> Result<(), World>;

    /// The hash of somebody's password as a PHC string.
    async fn password_of(&self, tenant: TenantId, user: UserId) -> Result<Option<String>, World>;

    /// Keeps the hash of somebody's password.
    async fn keep_password(&self, tenant: TenantId, user: UserId, hash: &str) -> Result<(), World>;

    /// Keeps another password, and a PIN where one was chosen with it. What was good before it is over:
    /// links in letters, the letters that wait, and sessions.
    async fn replace_password(
        &self,
        tenant: TenantId,
        user: UserId,
        password_hash: &str,
        pin: Option<NumberedPin<'_>>,
    ) -> Result<(), World>;

    /// Deletes everything that is known of a person, with all their ways in.
    async fn forget(&self, tenant: TenantId, user: UserId) -> Result<(), World>;

    /// The short name of a company.
    async fn slug_of(&self, tenant: TenantId) -> Result<Option<String>, World>;

    /// What is known of these people.
    async fn people(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Person>, World>;
}

/// A company that has a short name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCompany {
    /// Its id.
    pub tenant: TenantId,
    /// Its short name.
    pub slug: String,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
}

/// Where the short names of companies are kept, each of one company.
#[async_trait]
pub trait Companies: fmt::Debug + Send + Sync + 'static {
    /// Keeps the short name of a company to be, and says whose it is: that of `fresh`, unless another
    /// company has it. A company that is kept already keeps the short name it has.
    async fn keep(&self, fresh: TenantId, slug: &Slug, name: &Name) -> Result<TenantId, World>;

    /// The company that has a short name.
    async fn by_slug(&self, slug: &str) -> Result<Option<TenantId>, World>;

    /// What is kept of a company.
    async fn get(&self, tenant: TenantId) -> Result<Option<KnownCompany>, World>;

    /// At most `rows` companies whose short names come after `after`, in the order of these.
    async fn page(&self, after: Option<&str>, rows: u32) -> Result<Vec<KnownCompany>, World>;
}

/// What a secret that is sent to somebody once lets them do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketKind {
    /// Take up an invitation.
    Invitation,
    /// Set another password without the one before.
    PasswordReset,
    /// Sign in with a PIN on an enrolled device.
    Device,
}

impl TicketKind {
    /// The word that it is stored under.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::Device => "device",
        }
    }
}

/// What a ticket is for; only the last one of its kind counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketFor {
    /// The company.
    pub tenant: TenantId,
    /// What it lets one do.
    pub kind: TicketKind,
    /// The person or device.
    pub subject: Uuid,
}

/// Where the hashes of tickets are kept.
#[async_trait]
pub trait Tickets: fmt::Debug + Send + Sync + 'static {
    /// Keeps the hash of a ticket in place of the one before. A link is written in an `epoch` of the
    /// sessions of whoever it is for.
    async fn keep(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
        epoch: u32,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<(), World>;

    /// Keeps the hash of a ticket, unless there is one.
    async fn keep_first(&self, ticket: TicketFor, hash: [u8; 32]) -> Result<(), World>;

    /// Whether a ticket is good.
    async fn is_good(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<bool, World> {
        Ok(self.written_in(ticket, hash, now).await?.is_some())
    }

    /// The epoch in which a good ticket was written; none of one that is no good.
    async fn written_in(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<u32>, World>;

    /// A ticket is used up.
    async fn take_away(&self, ticket: TicketFor) -> Result<(), World>;
}

/// A sign-in on one device, with the token that renews it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The company.
    pub tenant: TenantId,
    /// Its id.
    pub id: SessionId,
    /// Who signed in.
    pub user: UserId,
    /// The epoch of the person's sessions in which it began.
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

/// How a session is to be renewed.
#[derive(Debug, Clone, Copy)]
pub struct Renewal {
    /// The company.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionId,
    /// The hash of the token that was presented.
    pub presented: [u8; 32],
    /// The hash of the token that follows it.
    pub successor: [u8; 32],
    /// The time.
    pub now: DateTime<Utc>,
    /// When the session ends, unless it is renewed again; a till's keeps its own end.
    pub expires_at: DateTime<Utc>,
}

/// What became of a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewed {
    /// The token is the current one, or was until a moment ago; its successor is good.
    Good(Session),
    /// The token was used before: somebody else has it too.
    Reused(Session),
    /// There is no such session, or its time is over.
    Gone,
}

/// Where sessions are kept.
#[async_trait]
pub trait Sessions: fmt::Debug + Send + Sync + 'static {
    /// Keeps a session that begins, with the hash of its token.
    async fn begin(&self, session: &Session, token: [u8; 32]) -> Result<(), World>;

    /// Puts a token's successor in its place. Of many who present one token at once, all get the same
    /// successor.
    async fn renew(&self, renewal: Renewal) -> Result<Renewed, World>;

    /// The sessions of a person that go on, the newest first: at most `limit` of those that come after
    /// one that began then.
    async fn of_user(
        &self,
        tenant: TenantId,
        user: UserId,
        now: DateTime<Utc>,
        after: Option<(DateTime<Utc>, SessionId)>,
        limit: u32,
    ) -> Result<Vec<Session>, World>;

    /// Whether a person has this session, and it goes on.
    async fn has(
        &self,
        tenant: TenantId,
        user: UserId,
        session: SessionId,
        now: DateTime<Utc>,
    ) -> Result<bool, World>;

    /// Forgets a session, if it is this person's; says whether it was.
    async fn end(&self, tenant: TenantId, user: UserId, session: SessionId) -> Result<bool, World>;

    /// Forgets the sessions of a person on shared tills.
    async fn end_on_tills(&self, tenant: TenantId, user: UserId) -> Result<(), World>;

    /// Forgets every session of a person.
    async fn end_all(&self, tenant: TenantId, user: UserId) -> Result<(), World>;
}

/// A letter to one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The address.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter")
    }
}

/// A letter with the ticket that stands in it.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its id, the same however often the letter is sent.
    pub id: Uuid,
    /// What the ticket is for, and with it who the letter is to.
    pub ticket: TicketFor,
    /// The hash of the ticket.
    pub hash: [u8; 32],
    /// The epoch of the person's sessions in which it is written.
    pub epoch: u32,
    /// The letter.
    pub letter: Letter,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Until when the ticket is good; after that the letter is not sent.
    pub expires_at: DateTime<Utc>,
}

/// Where letters wait until a mail server has taken them.
#[async_trait]
pub trait Letters: fmt::Debug + Send + Sync + 'static {
    /// Keeps a letter to be sent, with its ticket, in place of those before of the same kind. A person
    /// of whom nothing is known gets none.
    async fn write(&self, written: Written) -> Result<(), World>;

    /// The same where the command may have come that far before: what has been written since, or
    /// taken up, stays.
    async fn write_once(&self, written: Written) -> Result<(), World>;
}

/// A letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It may be taken later.
    #[error("the letter was not taken: {0}")]
    Later(String),
    /// It never will be.
    #[error("the letter was refused: {0}")]
    Never(String),
}

/// Who takes letters.
#[async_trait]
pub trait Post: fmt::Debug + Send + Sync + 'static {
    /// Hands a letter over. Whoever gets one `id` twice may drop the second.
    async fn send(&self, id: Uuid, letter: Letter) -> Result<(), PostError>;
}
