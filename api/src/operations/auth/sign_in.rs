//! Signing in: with an address and a password, or with a PIN on an enrolled device.

use commands::identity::{Account, Presented, SecretKind, TicketFor, TicketKind};
use domain::shared::{DeviceId, SessionId, UserId};
use poem::Request;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Proven;
use super::model::SignedInBody;
use crate::access::Anyone;
use crate::auth::attempts::Subject;
use crate::auth::failures::{Reason, Try, Way};
use crate::auth::opaque::{Kind, Opaque};
use crate::auth::origin;
use crate::auth::password::{PasswordError, Turn, Verdict, Waiting};
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::{Code, Problem};

/// See the module.
pub(crate) struct SignIn(pub(crate) Services);

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
    /// What to call this device in the list of sessions.
    #[oai(validator(min_length = 1, max_length = 64))]
    label: Option<String>,
    /// The token of the enrolled device, if it is one: nobody who guesses passwords elsewhere keeps
    /// its people out.
    #[oai(validator(max_length = 200))]
    device_token: Option<String>,
}

/// Who wants in on a shared till.
#[derive(Object)]
struct PinLogin {
    /// What the device got when it was enrolled.
    #[oai(validator(max_length = 200))]
    device_token: String,
    /// Who.
    user_id: Uuid,
    /// Their PIN.
    #[oai(validator(pattern = "^[0-9]{4,8}$"))]
    pin: String,
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl SignIn {
    /// Sign in.
    ///
    /// An unknown address and a wrong password are answered alike. Whoever fails several times waits
    /// longer each time.
    #[oai(path = "/login", method = "post", operation_id = "login")]
    async fn login(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(login): Json<Login>,
    ) -> Result<Json<SignedInBody>, Problem> {
        let Login { email, password, tenant, label, device_token } = login;
        let waiting = self.0.passwords.place(origin(request))?;
        let key = self.0.accounts.email_key(&email);
        let device = match &device_token {
            Some(token) => {
                self.device(token, request).await?.map(|token| DeviceId::from_uuid(token.subject))
            }
            None => None,
        };
        let account = device.map_or(Subject::Account(key), |it| Subject::AccountOn(key, it));
        let subjects = with_address(account, request);
        let tried = Try::of(Way::Password, request).account(key);
        let tried = device.map_or(tried, |device| tried.device(device));
        let turn = self.turn(waiting, &subjects, tried).await?;
        let accounts = self.0.accounts.of_email(&email, tenant.as_deref()).await;
        let accounts = accounts.map_err(|world| failed(&world))?;
        let accounts: Vec<_> =
            accounts.into_iter().filter(|account| account.password_hash.is_some()).collect();
        // Several companies and none named: whose password it is cannot be told.
        let account = match <[Account; 1]>::try_from(accounts) {
            Ok([account]) => Ok(account),
            Err(none) if none.is_empty() => Err(Reason::Unknown),
            Err(_) => Err(Reason::Ambiguous),
        };
        let account = self.proven(turn, account, password, tried).await?;
        let Account { tenant, slug, user, .. } = account;
        let epoch = self.0.authority.epoch(tenant, user).await.map_err(|world| failed(&world))?;
        let epoch = epoch.ok_or_else(|| {
            tried.person(user).failed(Reason::ShutOut);
            Problem::new(Code::LoginFailed)
        })?;
        self.0.attempts.succeeded(&subjects);
        let proven = Proven { tenant, slug, user, epoch, device: None, label };
        Ok(Json(self.0.begin_session(proven).await?))
    }

    /// Sign in with a PIN on an enrolled device.
    ///
    /// The sign-in counts in the device's branch alone.
    #[oai(path = "/pin", method = "post", operation_id = "loginWithPin")]
    async fn pin(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(login): Json<PinLogin>,
    ) -> Result<Json<SignedInBody>, Problem> {
        let waiting = self.0.passwords.place(origin(request))?;
        let user = UserId::from_uuid(login.user_id);
        let no_device = || Problem::new(Code::LoginFailed);
        let token = self.device(&login.device_token, request).await?.ok_or_else(no_device)?;
        let (tenant, device) = (token.tenant, DeviceId::from_uuid(token.subject));
        let tried = Try::of(Way::Pin, request).person(user).device(device);
        let refused = || {
            tried.failed(Reason::ShutOut);
            Problem::new(Code::LoginFailed)
        };
        let subjects = with_address(Subject::Pin(user, device), request);
        let turn = self.turn(waiting, &subjects, tried).await?;
        let stored = self.0.accounts.secret_of(tenant, user, SecretKind::Pin).await;
        let stored = stored.map_err(|world| failed(&world))?;
        match turn.verify_pin(login.pin, stored).await? {
            Verdict::Right { .. } => {}
            Verdict::Wrong => {
                tried.failed(Reason::Wrong);
                return Err(Problem::new(Code::LoginFailed));
            }
        }
        let epoch = self.0.authority.epoch(tenant, user).await.map_err(|world| failed(&world))?;
        let epoch = epoch.ok_or_else(refused)?;
        let session = SessionId::from_uuid(Uuid::nil());
        let presented = Presented { tenant, user, session, epoch, device: Some(device) };
        let standing = self.0.authority.of(&presented, None).await;
        let standing = standing.map_err(|world| failed(&world))?.ok_or_else(refused)?;
        self.0.attempts.succeeded(&subjects);
        if standing.branches == domain::identity::roles::BranchAccess::NONE {
            tried.failed(Reason::ShutOut);
            return Err(Problem::foreign_branch());
        }
        let slug = self.0.accounts.slug_of(tenant).await.map_err(|world| failed(&world))?;
        let slug = slug.ok_or_else(refused)?;
        let proven = Proven { tenant, slug, user, epoch, device: Some(device), label: None };
        Ok(Json(self.0.begin_session(proven).await?))
    }
}

impl SignIn {
    /// The device that has this token.
    async fn device(&self, text: &str, request: &Request) -> Result<Option<Opaque>, Problem> {
        let tried = Try::of(Way::Device, request);
        let Some(token) = Opaque::parse(&self.0.renewals, Kind::Device, text) else {
            tried.failed(Reason::Invalid);
            return Ok(None);
        };
        let (tenant, kind, subject) = (token.tenant, TicketKind::Device, token.subject);
        let ticket = TicketFor { tenant, kind, subject };
        let is_good = self.0.tickets.is_good(ticket, token.hash(), self.0.clock.now()).await;
        if !is_good.map_err(|world| failed(&world))? {
            tried.device(DeviceId::from_uuid(subject)).failed(Reason::Revoked);
            return Ok(None);
        }
        Ok(Some(token))
    }

    /// A core to hash on for somebody who has a place, unless one of `subjects` has to wait. That others
    /// wait is no failure of theirs, so nothing is counted before there is a place.
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

    /// The account, if the password is its own; without one it takes as long to say no.
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

    /// Keeps the password with today's parameters; whoever signs in does not wait for its success.
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
