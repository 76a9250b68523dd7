//! Signing in.

use commands::identity::Account;
use domain::shared::TenantId;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::refusal::failed;
use super::{Part, Services};
use crate::access::Anyone;
use crate::auth::password::{PasswordError, Verdict};
use crate::auth::token::{Access, LIFETIME};
use crate::payload::Json;
use crate::problem::{Code, Problem};

/// See the module.
pub(super) struct SignIn(pub(super) Services);

/// Who wants in.
#[derive(Object)]
struct Login {
    /// The e-mail address of the account.
    #[oai(validator(min_length = 3, max_length = 254))]
    email: String,
    /// The password.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: String,
    /// The short name of the company; needed only when the address has an account in several.
    #[oai(validator(pattern = "^[a-z0-9-]{2,40}$"))]
    tenant: Option<String>,
}

/// A way in.
#[derive(Object)]
struct Session {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: String,
    /// Seconds until the token expires.
    expires_in: i64,
    /// The company's id.
    tenant_id: Uuid,
    /// The company's short name.
    tenant: String,
    /// The person's id.
    user_id: Uuid,
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl SignIn {
    /// Sign in.
    ///
    /// An unknown address and a wrong password are answered alike.
    #[oai(path = "/login", method = "post", operation_id = "login")]
    async fn login(
        &self,
        _anyone: Anyone,
        Json(login): Json<Login>,
    ) -> Result<Json<Session>, Problem> {
        let Login { email, password, tenant } = login;
        let accounts = self.0.accounts.of_email(&email, tenant.as_deref()).await;
        let accounts = accounts.map_err(|world| failed(&world))?;
        // Several companies and none named: whose password it is cannot be told.
        let account = match <[Account; 1]>::try_from(accounts) {
            Ok([account]) => Some(account),
            Err(_) => None,
        };
        let account = self.proven(account, password).await?;
        let access =
            Access { tenant: account.tenant, user: account.user, token_id: self.0.ids.uuid() };
        Ok(Json(Session {
            access_token: self.0.tokens.issue(&access, self.0.clock.now()),
            token_type: "Bearer".to_owned(),
            expires_in: LIFETIME.num_seconds(),
            tenant_id: TenantId::uuid(account.tenant),
            tenant: account.slug,
            user_id: account.user.uuid(),
        }))
    }
}

impl SignIn {
    /// The account, if the password is its own; without one it takes as long to say no.
    async fn proven(&self, account: Option<Account>, password: String) -> Result<Account, Problem> {
        let stored = account.as_ref().map(|account| account.password_hash.clone());
        let verdict = self.0.passwords.verify(password.clone(), stored).await;
        match (verdict, account) {
            (Ok(Verdict::Right { needs_rehash }), Some(account)) => {
                if needs_rehash {
                    self.rehash(&account, password).await;
                }
                Ok(account)
            }
            (Ok(_) | Err(PasswordError::Length), _) => Err(Problem::new(Code::LoginFailed)),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// Keeps the password with today's parameters; whoever signs in does not wait for its success.
    async fn rehash(&self, account: &Account, password: String) {
        let Ok(hash) = self.0.passwords.hash(password).await else { return };
        if let Err(error) = self.0.accounts.rehashed(account, &hash).await {
            tracing::warn!(error = %error, "a password could not be hashed again");
        }
    }
}
