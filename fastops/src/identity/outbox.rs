//! E-mails that wait to be sent, sealed like all that is stored of people.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::World;
use commands::identity::{EmailMessage, Outbox, TicketFor, Written};
use domain::shared::{TenantId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::tickets::keep_ticket;
use super::vault::PersonKey;
use super::{People, unavailable};

/// The name of the field for sealing an e-mail.
const FIELD: &str = "letter";

/// An e-mail that is to be sent.
#[derive(Debug)]
pub struct DueEmail {
    /// The company.
    pub tenant: TenantId,
    /// The recipient.
    pub person: UserId,
    /// Its id.
    pub id: Uuid,
    /// The e-mail; none if it cannot be opened.
    pub email: Option<EmailMessage>,
    /// How often a process has tried to send it, this time included.
    pub tries: u32,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: Uuid,
    person_id: Uuid,
    letter_id: Uuid,
    sealed_key: Vec<u8>,
    #[sqlx(rename = "sealed_letter")]
    sealed_message: Vec<u8>,
    n_tries: i32,
    expires_at: DateTime<Utc>,
}

#[async_trait]
impl Outbox for People {
    async fn write(&self, written: Written) -> Result<(), World> {
        self.store_email(&written, false).await.map_err(unavailable)
    }

    async fn write_once(&self, written: Written) -> Result<(), World> {
        self.store_email(&written, true).await.map_err(unavailable)
    }
}

impl People {
    async fn store_email(&self, written: &Written, is_once: bool) -> Result<(), sqlx::Error> {
        let Written { ticket, hash, epoch, expires_at, .. } = *written;
        let (tenant, person) = (ticket.tenant, UserId::from_uuid(ticket.subject));
        let mut tx = self.within(tenant).await?;
        // Concurrent writes to the person, and their erasure, wait here.
        let sealed_key: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT sealed_key FROM people WHERE tenant_id = $1 AND person_id = $2 FOR UPDATE",
        )
        .bind(tenant.uuid())
        .bind(person.uuid())
        .fetch_optional(&mut *tx)
        .await?;
        let key = sealed_key.map(|sealed| PersonKey::open(&self.key, tenant, person, &sealed));
        let Some(Ok(key)) = key else {
            tracing::warn!(person.id = %person, "the vault does not have the person: the e-mail \
                is not stored");
            return Ok(());
        };
        if is_once && has_come_further(&mut tx, ticket).await? {
            return Ok(());
        }
        keep_ticket(&mut tx, ticket, hash, epoch, Some(expires_at)).await?;
        Self::put_letter(&mut tx, &key, written).await?;
        tx.commit().await?;
        self.written.notify_one();
        Ok(())
    }

    /// Stores an e-mail and deletes the one before of its kind.
    pub(super) async fn put_letter(
        tx: &mut PgConnection,
        key: &PersonKey,
        written: &Written,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO letters (
                 tenant_id, kind, person_id, letter_id, sealed_letter, due_at, expires_at
             )
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (tenant_id, kind, person_id) DO UPDATE SET
                 letter_id = excluded.letter_id,
                 sealed_letter = excluded.sealed_letter,
                 n_tries = 0,
                 due_at = excluded.due_at,
                 expires_at = excluded.expires_at",
        )
        .bind(written.ticket.tenant.uuid())
        .bind(written.ticket.kind.word())
        .bind(written.ticket.subject)
        .bind(written.id)
        .bind(Self::sealed_message(key, &written.message))
        .bind(written.at)
        .bind(written.expires_at)
        .execute(tx)
        .await?;
        Ok(())
    }

    /// An e-mail in its stored form.
    pub(super) fn sealed_message(key: &PersonKey, message: &EmailMessage) -> Vec<u8> {
        key.seal(FIELD, &serde_json::to_string(message).expect("texts are JSON-safe"))
    }

    /// Waits until an e-mail was stored through a clone of this.
    pub(crate) async fn email_stored(&self) {
        self.written.notified().await;
    }

    /// At most `max` e-mails of all companies that are due at `now`, reserved for the caller until `until`.
    pub(crate) async fn emails_due(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        max: u16,
    ) -> Result<Vec<DueEmail>, sqlx::Error> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM letters_due($1, $2, $3)")
            .bind(now)
            .bind(until)
            .bind(i32::from(max))
            .fetch_all(&self.app)
            .await?;
        Ok(rows.iter().map(|row| self.opened_email(row)).collect())
    }

    fn opened_email(&self, row: &Row) -> DueEmail {
        let (tenant, person) =
            (TenantId::from_uuid(row.tenant_id), UserId::from_uuid(row.person_id));
        let key = PersonKey::open(&self.key, tenant, person, &row.sealed_key);
        let text = key.and_then(|key| key.open_text(FIELD, &row.sealed_message)).ok();
        DueEmail {
            tenant,
            person,
            id: row.letter_id,
            email: text.and_then(|text| serde_json::from_str(&text).ok()),
            tries: u32::try_from(row.n_tries).unwrap_or(u32::MAX),
            expires_at: row.expires_at,
        }
    }

    /// Deletes an e-mail; one that has replaced it stays.
    pub(crate) async fn email_done(&self, email: &DueEmail) -> Result<(), sqlx::Error> {
        let done = sqlx::query("DELETE FROM letters WHERE tenant_id = $1 AND letter_id = $2");
        let done = done.bind(email.tenant.uuid()).bind(email.id);
        self.execute(email.tenant, done).await.map(drop)
    }

    /// Reschedules an e-mail for `due_at`.
    pub(crate) async fn email_postponed(
        &self,
        email: &DueEmail,
        due_at: DateTime<Utc>,
    ) -> Result<(), sqlx::Error> {
        let put_off =
            sqlx::query("UPDATE letters SET due_at = $3 WHERE tenant_id = $1 AND letter_id = $2");
        let put_off = put_off.bind(email.tenant.uuid()).bind(email.id).bind(due_at);
        self.execute(email.tenant, put_off).await.map(drop)
    }
}

/// Whether a ticket of the kind was issued before, or an invitation accepted.
async fn has_come_further(tx: &mut PgConnection, ticket: TicketFor) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT FROM tickets WHERE tenant_id = $1 AND kind = $2 AND subject_id = $3
         ) OR EXISTS (
             SELECT FROM credentials
             WHERE tenant_id = $1 AND user_id = $3 AND password_hash IS NOT NULL
         )",
    )
    .bind(ticket.tenant.uuid())
    .bind(ticket.kind.word())
    .bind(ticket.subject)
    .fetch_one(tx)
    .await
}
