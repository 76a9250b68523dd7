//! Signing in with an address and a password.

use commands::identity::Account;
use domain::shared::{DeviceId, TenantId, UserId};
use poem::Request;
use poem_openapi::{Object, OpenApi};

use crate::access::{Anyone, Till};
use crate::auth::attempts::Subject;
use crate::auth::failures::{Reason, Try, Way};
use crate::auth::origin;
use crate::auth::password::{PasswordError, Turn, Verdict, Waiting};
use crate::operations::identity::sign_in::Proven;
use crate::operations::identity::sign_in::model::SignedInBody;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::{Code, Problem};

/// The operations for signing in with a password.
pub(crate) struct SignIn(pub(crate) Services);

/// The credentials of a sign-in.
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
    /// What to call this device in the list of sessions.
    #[oai(validator(min_length = 1, max_length = 64))]
    label: Option<String>,
    /// The token of the enrolled device, if it is one: failures elsewhere then do not lock its
    /// users out.
    #[oai(validator(max_length = 200))]
    device_token: Option<String>,
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl SignIn {
    /// Sign in.
    ///
    /// An unknown address and a wrong password are answered alike. After several failures each further one
    /// makes the next attempt wait longer.
    #[oai(path = "/login", method = "post", operation_id = "login")]
    async fn login(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(login): Json<Login>,
    ) -> Result<Json<SignedInBody>, Problem> {
        let Login { email, password, tenant, label, device_token } = login;
        let key = self.0.accounts.email_key(&email);
        let till = match &device_token {
            Some(token) => self.0.till(token, request).await.map_err(|world| failed(&world))?,
            None => None,
        };
        let tried = Try::of(Way::Password, request).account(key);
        let tried = till.map_or(tried, |till| tried.device(till.device));
        let known = match till {
            Some(till) => self.known(till, &email, tenant.as_deref()).await?,
            None => None,
        };
        // Failures of other clients at the address of an enrolled device do not lock its users out.
        let (subjects, address) = match &known {
            Some((_, device)) => (vec![Subject::AccountOn(key, *device)], None),
            None => (with_address(Subject::Account(key), request), origin(request)),
        };
        let waiting = self.0.passwords.place(address)?;
        let turn = self.turn(waiting, &subjects, tried).await?;
        let accounts = match known {
            Some((accounts, _)) => accounts,
            None => self.with_password(&email, tenant.as_deref()).await?,
        };
        // Several companies and none named: the account of the password is ambiguous.
        let account = match <[Account; 1]>::try_from(accounts) {
            Ok([account]) => Ok(account),
            Err(none) if none.is_empty() => Err(Reason::Unknown),
            Err(_) => Err(Reason::Ambiguous),
        };
        let account = self.proven(turn, account, password, tried).await?;
        let Account { tenant, slug, user, .. } = account;
        let epoch = self.epoch(tenant, user, tried.person(user)).await?;
        self.0.attempts.succeeded(&subjects);
        let proven = Proven { tenant, slug, user, epoch, device: None, label };
        Ok(Json(self.0.begin_session(proven).await?))
    }
}

impl SignIn {
    /// The epoch of the sessions of an authenticated user.
    async fn epoch(&self, tenant: TenantId, user: UserId, tried: Try) -> Result<u32, Problem> {
        let epoch = self.0.authority.epoch(tenant, user).await.map_err(|world| failed(&world))?;
        if let Some(epoch) = epoch {
            return Ok(epoch);
        }
        tried.failed(Reason::ShutOut);
        self.0.company_is_open(tenant).await?;
        Err(Problem::new(Code::LoginFailed))
    }

    /// The accounts of an address that have a password.
    async fn with_password(
        &self,
        email: &str,
        tenant: Option<&str>,
    ) -> Result<Vec<Account>, Problem> {
        let accounts = self.0.accounts.of_email(email, tenant).await;
        let accounts = accounts.map_err(|world| failed(&world))?.into_iter();
        Ok(accounts.filter(|account| account.password_hash.is_some()).collect())
    }

    /// The accounts of an address, with the till that the request comes from if it is one of a company
    /// in which the address has an account.
    async fn known(
        &self,
        till: Till,
        email: &str,
        tenant: Option<&str>,
    ) -> Result<Option<(Vec<Account>, DeviceId)>, Problem> {
        let accounts = self.with_password(email, tenant).await?;
        let is_own = accounts.iter().any(|account| account.tenant == till.tenant);
        Ok(is_own.then_some((accounts, till.device)))
    }

    /// A core to hash on for a request that has a slot, unless one of `subjects` has to wait. A full queue is
    /// no failure of theirs, so nothing is counted before there is a slot.
    async fn turn(
        &self,
        waiting: Waiting,
        subjects: &[Subject],
        tried: Try,
    ) -> Result<Turn, Problem> {
        let begun = self.0.attempts.begin(subjects, self.0.clock.now());
        begun.inspect_err(|_| tried.failed(Reason::Waiting))?;
        Ok(waiting.turn().await)
    }

    /// The account, if the password is its own; without an account the refusal takes as long.
    async fn proven(
        &self,
        turn: Turn,
        account: Result<Account, Reason>,
        password: String,
        tried: Try,
    ) -> Result<Account, Problem> {
        let stored = account.as_ref().ok().and_then(|account| account.password_hash.clone());
        let verdict = turn.verify(password.clone(), stored).await;
        match (verdict, account) {
            (Ok(Verdict::Right { needs_rehash }), Ok(account)) => {
                if needs_rehash {
                    self.rehash(&account, password).await;
                }
                Ok(account)
            }
            (Ok(_) | Err(PasswordError::Length), account) => {
                tried.failed(account.err().unwrap_or(Reason::Wrong));
                Err(Problem::new(Code::LoginFailed))
            }
            (Err(error), _) => Err(error.into()),
        }
    }

    /// Stores the password with today's parameters; the sign-in does not wait for its success.
    async fn rehash(&self, account: &Account, password: String) {
        let Ok(hash) = self.0.passwords.hash(password).await else { return };
        if let Err(error) = self.0.accounts.rehashed(account, &hash).await {
            tracing::warn!(error = %error, "a password could not be hashed again");
        }
    }
}

/// Whom a failure is counted for: the account, and wherever the request comes from.
fn with_address(account: Subject, request: &Request) -> Vec<Subject> {
    std::iter::once(account).chain(origin(request).map(Subject::Address)).collect()
}
