//! Corrected names and addresses, each with the number from its event.

use async_trait::async_trait;
use commands::World;
use commands::identity::{Accounts, Contacts, Notice, RequestedEmail, TicketFor, Written};
use domain::shared::{EmailKey, Name, TenantId, UserId};
use sqlx::PgConnection;

use super::tickets::keep_ticket;
use super::vault::PersonKey;
use super::{People, unavailable};

/// The e-mail to the former address that reports the change.
const NOTICE: &str = "email_changed";

/// What is void when a person gets another address or another secret: e-mails with links that change one, the
/// links themselves, and sessions.
pub(super) const OVER: [&str; 3] = [
    "DELETE FROM letters
     WHERE tenant_id = $1 AND person_id = $2
         AND kind IN ('invitation', 'password_reset', 'email_change')",
    "DELETE FROM tickets
     WHERE tenant_id = $1 AND subject_id = $2
         AND kind IN ('invitation', 'password_reset', 'email_change')",
    "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2",
];

/// A number as PostgreSQL stores it.
fn stored(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[async_trait]
impl Contacts for People {
    async fn keep_name(
        &self,
        tenant: TenantId,
        user: UserId,
        number: u32,
        name: &Name,
    ) -> Result<(), World> {
        self.rename((tenant, user), number, name).await.map_err(unavailable)
    }

    async fn keep_requested(&self, email: &RequestedEmail, written: Written) -> Result<(), World> {
        self.request_email(email, &written).await.map_err(unavailable)
    }

    async fn requested(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
    ) -> Result<Option<RequestedEmail>, World> {
        let (tenant, user) = (ticket.tenant, UserId::from_uuid(ticket.subject));
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        // Both at once: a later request brings another ticket with another address.
        let row: Option<(Vec<u8>, i32, Vec<u8>)> = sqlx::query_as(
            "SELECT p.sealed_key, p.next_email_number, p.sealed_next_email
             FROM people p
             JOIN tickets t ON t.tenant_id = p.tenant_id AND t.subject_id = p.person_id
             WHERE p.tenant_id = $1
                 AND p.person_id = $2
                 AND p.sealed_next_email IS NOT NULL
                 AND t.kind = $3
                 AND t.secret_hash = $4",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(ticket.kind.word())
        .bind(&hash[..])
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
        Ok(row.and_then(|(key, number, sealed)| {
            let key = PersonKey::open(&self.key, tenant, user, &key).ok()?;
            let address = key.open_text("email", &sealed).ok()?;
            Some(RequestedEmail { number: u32::try_from(number).ok()?, address })
        }))
    }

    async fn email_changed(
        &self,
        tenant: TenantId,
        user: UserId,
        number: u32,
        notice: Notice,
    ) -> Result<(), World> {
        self.change_email((tenant, user), number, &notice).await.map_err(unavailable)
    }
}

impl People {
    async fn rename(
        &self,
        (tenant, user): (TenantId, UserId),
        number: u32,
        name: &Name,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.within(tenant).await?;
        let sealed_key: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT sealed_key FROM people
             WHERE tenant_id = $1 AND person_id = $2 AND name_number < $3",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(stored(number))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(key) = self.opened_key((tenant, user), sealed_key) else { return Ok(()) };
        sqlx::query(
            "UPDATE people SET sealed_name = $4, name_number = $3
             WHERE tenant_id = $1 AND person_id = $2 AND name_number < $3",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(stored(number))
        .bind(key.seal("name", name.as_str()))
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    async fn request_email(
        &self,
        email: &RequestedEmail,
        written: &Written,
    ) -> Result<(), sqlx::Error> {
        let Written { ticket, hash, epoch, expires_at, .. } = *written;
        let (tenant, user) = (ticket.tenant, UserId::from_uuid(ticket.subject));
        let mut tx = self.within(tenant).await?;
        // Concurrent writes to the person, and their erasure, wait here.
        let sealed_key: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT sealed_key FROM people
             WHERE tenant_id = $1 AND person_id = $2 AND next_email_number < $3
             FOR UPDATE",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(stored(email.number))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(key) = self.opened_key((tenant, user), sealed_key) else { return Ok(()) };
        // The requested address replaces an earlier one.
        sqlx::query(
            "UPDATE people SET sealed_next_email = $4, next_email_number = $3
             WHERE tenant_id = $1 AND person_id = $2",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(stored(email.number))
        .bind(key.seal("email", email.address.trim()))
        .execute(&mut *tx)
        .await?;
        keep_ticket(&mut tx, ticket, hash, epoch, Some(expires_at)).await?;
        Self::put_letter(&mut tx, &key, written).await?;
        tx.commit().await?;
        self.written.notify_one();
        Ok(())
    }

    async fn change_email(
        &self,
        (tenant, user): (TenantId, UserId),
        number: u32,
        notice: &Notice,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.within(tenant).await?;
        let row: Option<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "SELECT sealed_key, sealed_next_email
             FROM people
             WHERE tenant_id = $1
                 AND person_id = $2
                 AND next_email_number = $3
                 AND sealed_next_email IS NOT NULL
             FOR UPDATE",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(stored(number))
        .fetch_optional(&mut *tx)
        .await?;
        let Some((sealed_key, sealed_email)) = row else { return Ok(()) };
        let Some(key) = self.opened_key((tenant, user), Some(sealed_key)) else { return Ok(()) };
        let Ok(email) = key.open_text("email", &sealed_email) else { return Ok(()) };
        let email_key = self.email_key(&email);
        give_way(&mut tx, (tenant, user), email_key).await?;
        take_place(&mut tx, (tenant, user), email_key).await?;
        for over in OVER {
            let delete = sqlx::query(over).bind(tenant.uuid()).bind(user.uuid());
            delete.execute(&mut *tx).await?;
        }
        let message = Self::sealed_message(&key, &notice.message);
        put_notice(&mut tx, (tenant, user), notice, message).await?;
        tx.commit().await?;
        self.written.notify_one();
        Ok(())
    }

    /// The key of a person, if there is one and it opens.
    fn opened_key(
        &self,
        (tenant, user): (TenantId, UserId),
        sealed: Option<Vec<u8>>,
    ) -> Option<PersonKey> {
        let opened = PersonKey::open(&self.key, tenant, user, &sealed?);
        if opened.is_err() {
            tracing::warn!(person.id = %user, "the key of a person does not open: the correction \
                of their data is not stored");
        }
        opened.ok()
    }
}

/// Takes an address from all people but the one who has it by the log. Another person whose own change of
/// address is in the log, but whose process ended before it reached this table, keeps the account without an
/// address until they follow their link again. The accounts of all others are deleted: by the log they do not
/// exist, or are about to be forgotten.
pub(super) async fn give_way(
    tx: &mut PgConnection,
    (tenant, user): (TenantId, UserId),
    email: EmailKey,
) -> Result<(), sqlx::Error> {
    for others in [
        "UPDATE credentials c
         SET email_key = sha256(convert_to(gen_random_uuid()::text, 'UTF8'))
         FROM people p
         WHERE c.tenant_id = $1
             AND c.email_key = $3
             AND c.user_id <> $2
             AND p.tenant_id = c.tenant_id
             AND p.person_id = c.user_id
             AND p.sealed_next_email IS NOT NULL",
        "WITH removed AS (
             DELETE FROM credentials
             WHERE tenant_id = $1 AND email_key = $3 AND user_id <> $2
             RETURNING user_id
         )
         DELETE FROM people
         WHERE tenant_id = $1 AND person_id IN (SELECT user_id FROM removed)",
    ] {
        let others = sqlx::query(others).bind(tenant.uuid()).bind(user.uuid());
        others.bind(&email.bytes()[..]).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Replaces the current address by the requested one.
async fn take_place(
    tx: &mut PgConnection,
    (tenant, user): (TenantId, UserId),
    email: EmailKey,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE people SET sealed_email = sealed_next_email, sealed_next_email = NULL
         WHERE tenant_id = $1 AND person_id = $2",
    )
    .bind(tenant.uuid())
    .bind(user.uuid())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE credentials SET email_key = $3, changed_at = now()
         WHERE tenant_id = $1 AND user_id = $2",
    )
    .bind(tenant.uuid())
    .bind(user.uuid())
    .bind(&email.bytes()[..])
    .execute(tx)
    .await?;
    Ok(())
}

/// Stores a notice. It is for the owner of the first address: a second change does not replace one that is
/// waiting.
async fn put_notice(
    tx: &mut PgConnection,
    (tenant, user): (TenantId, UserId),
    notice: &Notice,
    sealed_message: Vec<u8>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO letters (
             tenant_id, kind, person_id, letter_id, sealed_letter, due_at, expires_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT DO NOTHING",
    )
    .bind(tenant.uuid())
    .bind(NOTICE)
    .bind(user.uuid())
    .bind(notice.id)
    .bind(sealed_message)
    .bind(notice.at)
    .bind(notice.expires_at)
    .execute(tx)
    .await?;
    Ok(())
}
