//! Accounts: who can sign in, and what is known of people.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use commands::World;
use commands::identity::{Account, Accounts, Person, SecretKind};
use domain::shared::{EmailKey, Name, TenantId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::vault::{PersonKey, Unopened};
use super::{People, unavailable};

/// What two spellings of one address have in common.
pub fn fold(email: &str) -> String {
    email.trim().to_lowercase()
}

impl People {
    /// Keeps what is known of a person. What is known of somebody who can sign in stays.
    async fn keep_person(
        &self,
        tx: &mut PgConnection,
        (tenant, user): (TenantId, UserId),
        person: &Person,
    ) -> Result<(), sqlx::Error> {
        // The key stays, and with it what else was sealed under it.
        let sealed_key: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT sealed_key FROM people WHERE tenant_id = $1 AND person_id = $2 FOR UPDATE",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .fetch_optional(&mut *tx)
        .await?;
        let key = sealed_key.and_then(|key| PersonKey::open(&self.key, tenant, user, &key).ok());
        let key = key.unwrap_or_else(|| PersonKey::fresh(tenant, user));
        sqlx::query(
            "INSERT INTO people (tenant_id, person_id, sealed_key, sealed_name, sealed_email)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, person_id) DO UPDATE SET
                 sealed_key = excluded.sealed_key,
                 sealed_name = excluded.sealed_name,
                 sealed_email = excluded.sealed_email
             WHERE EXISTS (
                 SELECT FROM credentials c
                 WHERE c.tenant_id = people.tenant_id
                     AND c.user_id = people.person_id
                     AND c.password_hash IS NULL
                     AND c.pin_hash IS NULL
             )",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(key.sealed(&self.key))
        .bind(key.seal("name", person.name.as_str()))
        .bind(key.seal("email", person.email.trim()))
        .execute(tx)
        .await?;
        Ok(())
    }

    fn opened(
        &self,
        tenant: TenantId,
        (user, key, name, email): &(Uuid, Vec<u8>, Vec<u8>, Vec<u8>),
    ) -> Result<(UserId, Person), Unopened> {
        let user = UserId::from_uuid(*user);
        let key = PersonKey::open(&self.key, tenant, user, key)?;
        let name = Name::parse(&key.open_text("name", name)?).map_err(|_| Unopened)?;
        Ok((user, Person { name, email: key.open_text("email", email)? }))
    }
}

#[async_trait]
impl Accounts for People {
    fn email_key(&self, email: &str) -> EmailKey {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.key.derive("e-mail"));
        let tag = hmac::sign(&key, fold(email).as_bytes());
        EmailKey::from_bytes(tag.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }

    async fn of_email(&self, email: &str, slug: Option<&str>) -> Result<Vec<Account>, World> {
        let rows: Vec<(Uuid, String, Uuid, String)> =
            sqlx::query_as("SELECT * FROM sign_in_accounts($1, $2)")
                .bind(&self.email_key(email).bytes()[..])
                .bind(slug)
                .fetch_all(&self.app)
                .await
                .map_err(unavailable)?;
        let account = |(tenant, slug, user, password_hash)| Account {
            tenant: TenantId::from_uuid(tenant),
            slug,
            user: UserId::from_uuid(user),
            password_hash,
        };
        Ok(rows.into_iter().map(account).collect())
    }

    async fn rehashed(&self, account: &Account, password_hash: &str) -> Result<(), World> {
        self.keep_secret(account.tenant, account.user, SecretKind::Password, password_hash).await
    }

    async fn reserve(
        &self,
        tenant: TenantId,
        fresh: UserId,
        person: &Person,
    ) -> Result<UserId, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        // The update changes nothing but makes the row that is there come back.
        let user: Uuid = sqlx::query_scalar(
            "INSERT INTO credentials (tenant_id, user_id, email_key)
             VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id, email_key) DO UPDATE SET email_key = excluded.email_key
             RETURNING user_id",
        )
        .bind(tenant.uuid())
        .bind(fresh.uuid())
        .bind(&self.email_key(&person.email).bytes()[..])
        .fetch_one(&mut *tx)
        .await
        .map_err(unavailable)?;
        let user = UserId::from_uuid(user);
        self.keep_person(&mut tx, (tenant, user), person).await.map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)?;
        Ok(user)
    }

    async fn secret_of(
        &self,
        tenant: TenantId,
        user: UserId,
        kind: SecretKind,
    ) -> Result<Option<String>, World> {
        let query = match kind {
            SecretKind::Password => {
                "SELECT password_hash FROM credentials WHERE tenant_id = $1 AND user_id = $2"
            }
            SecretKind::Pin => {
                "SELECT pin_hash FROM credentials WHERE tenant_id = $1 AND user_id = $2"
            }
        };
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let hash: Option<Option<String>> = sqlx::query_scalar(query)
            .bind(tenant.uuid())
            .bind(user.uuid())
            .fetch_optional(&mut *tx)
            .await
            .map_err(unavailable)?;
        Ok(hash.flatten())
    }

    async fn keep_secret(
        &self,
        tenant: TenantId,
        user: UserId,
        kind: SecretKind,
        hash: &str,
    ) -> Result<(), World> {
        let query = match kind {
            SecretKind::Password => {
                "UPDATE credentials SET password_hash = $3, changed_at = now()
                 WHERE tenant_id = $1 AND user_id = $2"
            }
            SecretKind::Pin => {
                "UPDATE credentials SET pin_hash = $3, changed_at = now()
                 WHERE tenant_id = $1 AND user_id = $2"
            }
        };
        let keep = sqlx::query(query).bind(tenant.uuid()).bind(user.uuid()).bind(hash);
        self.execute(tenant, keep).await.map_err(unavailable)?;
        Ok(())
    }

    async fn email_key_of(
        &self,
        tenant: TenantId,
        user: UserId,
    ) -> Result<Option<EmailKey>, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let key: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT email_key FROM credentials WHERE tenant_id = $1 AND user_id = $2",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
        Ok(key.and_then(|key| key.try_into().ok()).map(EmailKey::from_bytes))
    }

    async fn forget(&self, tenant: TenantId, user: UserId) -> Result<(), World> {
        let forget =
            sqlx::query("SELECT forget_person($1, $2)").bind(tenant.uuid()).bind(user.uuid());
        self.execute(tenant, forget).await.map_err(unavailable)?;
        Ok(())
    }

    async fn slug_of(&self, tenant: TenantId) -> Result<Option<String>, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        sqlx::query_scalar("SELECT slug FROM companies WHERE tenant_id = $1")
            .bind(tenant.uuid())
            .fetch_optional(&mut *tx)
            .await
            .map_err(unavailable)
    }

    async fn name_of(&self, tenant: TenantId) -> Result<Option<String>, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        sqlx::query_scalar("SELECT name FROM companies WHERE tenant_id = $1")
            .bind(tenant.uuid())
            .fetch_optional(&mut *tx)
            .await
            .map_err(unavailable)
    }

    async fn people(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Person>, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let rows: Vec<(Uuid, Vec<u8>, Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "SELECT person_id, sealed_key, sealed_name, sealed_email
             FROM people
             WHERE tenant_id = $1 AND person_id = ANY ($2)",
        )
        .bind(tenant.uuid())
        .bind(users.iter().map(|user| user.uuid()).collect::<Vec<_>>())
        .fetch_all(&mut *tx)
        .await
        .map_err(unavailable)?;
        let mut people = HashMap::with_capacity(rows.len());
        for row in &rows {
            // Somebody whose key is gone is nobody any more.
            let Ok((user, person)) = self.opened(tenant, row) else {
                tracing::warn!(person.id = %row.0, "the vault keeps somebody closed");
                continue;
            };
            people.insert(user, person);
        }
        Ok(people)
    }
}
