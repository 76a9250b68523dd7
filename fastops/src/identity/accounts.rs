//! Accounts: the people who can sign in, and their personal data.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use aws_lc_rs::hmac;
use commands::World;
use commands::identity::{Account, Accounts, NumberedPin, Person};
use domain::shared::email::{EmailAddress, earlier_folds, fold_v1};
use domain::shared::{EmailKey, Name, TenantId, UserId};
use uuid::Uuid;

use super::contacts::{OVER, give_way};
use super::pins::keep_pin;
use super::vault::{PersonKey, Unopened};
use super::{People, unavailable};

impl People {
    /// The keyed hash of a folded address.
    fn keyed(&self, folded: &str) -> EmailKey {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.key.derive("e-mail"));
        let tag = hmac::sign(&key, folded.as_bytes());
        EmailKey::from_bytes(tag.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }

    /// Stores the personal data of a person whose address is theirs by the log.
    async fn keep_person(
        &self,
        (tenant, user): (TenantId, UserId),
        person: &Person,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.within(tenant).await?;
        // A repeated command writes nothing.
        let is_known: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM people WHERE tenant_id = $1 AND person_id = $2)
                 AND EXISTS (SELECT FROM credentials WHERE tenant_id = $1 AND user_id = $2)",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .fetch_one(&mut *tx)
        .await?;
        if is_known {
            return Ok(());
        }
        let email_key = self.email_key(&person.email);
        // The log decides which user has the address.
        give_way(&mut tx, (tenant, user), email_key).await?;
        sqlx::query(
            "INSERT INTO credentials (tenant_id, user_id, email_key)
             VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(&email_key.bytes()[..])
        .execute(&mut *tx)
        .await?;
        let key = PersonKey::fresh(tenant, user);
        sqlx::query(
            "INSERT INTO people (tenant_id, person_id, sealed_key, sealed_name, sealed_email)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(key.sealed(&self.key))
        .bind(key.seal("name", person.name.as_str()))
        .bind(key.seal("email", person.email.trim()))
        .execute(&mut *tx)
        .await?;
        tx.commit().await
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
        // A text that is no address belongs to no account; attempts with it are counted like others.
        let folded = EmailAddress::parse(email).map(|email| email.fold_v2());
        self.keyed(&folded.unwrap_or_else(|_| fold_v1(email)))
    }

    fn earlier_email_keys(&self, email: &str) -> Vec<EmailKey> {
        let today = self.email_key(email);
        let keys = earlier_folds(email).into_iter().map(|folded| self.keyed(&folded));
        let earlier: HashSet<EmailKey> = keys.filter(|key| *key != today).collect();
        earlier.into_iter().collect()
    }

    async fn of_email(&self, email: &str, slug: Option<&str>) -> Result<Vec<Account>, World> {
        let keys = self.earlier_email_keys(email).into_iter().chain([self.email_key(email)]);
        let keys: Vec<Vec<u8>> = keys.map(|key| key.bytes().to_vec()).collect();
        let rows: Vec<(Uuid, String, Uuid, Option<String>)> =
            sqlx::query_as("SELECT * FROM accounts_of_email($1, $2)")
                .bind(&keys[..])
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
        let rehash = sqlx::query(
            "UPDATE credentials SET password_hash = $4
             WHERE tenant_id = $1 AND user_id = $2 AND password_hash = $3",
        );
        let rehash = rehash.bind(account.tenant.uuid()).bind(account.user.uuid());
        let rehash = rehash.bind(&account.password_hash).bind(password_hash);
        self.execute(account.tenant, rehash).await.map_err(unavailable)?;
        Ok(())
    }

    async fn admit(&self, tenant: TenantId, user: UserId, person: &Person) -> Result<(), World> {
        self.keep_person((tenant, user), person).await.map_err(unavailable)
    }

    async fn password_of(&self, tenant: TenantId, user: UserId) -> Result<Option<String>, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let hash: Option<Option<String>> = sqlx::query_scalar(
            "SELECT password_hash FROM credentials WHERE tenant_id = $1 AND user_id = $2",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
        Ok(hash.flatten())
    }

    async fn keep_password(&self, tenant: TenantId, user: UserId, hash: &str) -> Result<(), World> {
        let keep = sqlx::query(
            "UPDATE credentials SET password_hash = $3, changed_at = now()
             WHERE tenant_id = $1 AND user_id = $2",
        );
        let keep = keep.bind(tenant.uuid()).bind(user.uuid()).bind(hash);
        self.execute(tenant, keep).await.map_err(unavailable)?;
        Ok(())
    }

    async fn replace_password(
        &self,
        tenant: TenantId,
        user: UserId,
        password_hash: &str,
        pin: Option<NumberedPin<'_>>,
    ) -> Result<(), World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let keep = sqlx::query(
            "UPDATE credentials SET password_hash = $3, changed_at = now()
             WHERE tenant_id = $1 AND user_id = $2",
        );
        let keep = keep.bind(tenant.uuid()).bind(user.uuid()).bind(password_hash);
        keep.execute(&mut *tx).await.map_err(unavailable)?;
        if let Some(pin) = pin {
            keep_pin(tenant, user, pin).execute(&mut *tx).await.map_err(unavailable)?;
        }
        for over in OVER {
            let delete = sqlx::query(over).bind(tenant.uuid()).bind(user.uuid());
            delete.execute(&mut *tx).await.map_err(unavailable)?;
        }
        tx.commit().await.map_err(unavailable)
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
            // A person whose key is gone has been erased.
            let Ok((user, person)) = self.opened(tenant, row) else {
                tracing::warn!(person.id = %row.0, "a row of the vault cannot be opened: the \
                    person is left out");
                continue;
            };
            people.insert(user, person);
        }
        Ok(people)
    }
}
