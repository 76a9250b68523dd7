//! Signing in with a PIN on an enrolled device.

use commands::identity::OnTill;
use domain::identity::user;
use domain::shared::UserId;
use poem::Request;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::access::{Anyone, Till};
use crate::auth::attempts::Subject;
use crate::auth::failures::{Reason, Try, Way};
use crate::auth::password::Verdict;
use crate::journal::Journal;
use crate::operations::identity::sign_in::Proven;
use crate::operations::identity::sign_in::model::SignedInBody;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::{Code, FieldError, Problem};

/// The operations for signing in with a PIN.
pub(crate) struct PinSignIn(pub(crate) Services);

/// How often in a row a PIN may be tried before it is blocked.
const TRIES_MAX: u32 = 20;

/// The credentials of a sign-in on a shared till.
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

/// The credentials of a sign-in on a shared till, and the PIN that replaces theirs.
#[derive(Object)]
struct PinReplacement {
    /// What the device got when it was enrolled.
    #[oai(validator(max_length = 200))]
    device_token: String,
    /// Who.
    user_id: Uuid,
    /// Their PIN until now.
    #[oai(validator(pattern = "^[0-9]{4,8}$"))]
    current: String,
    /// Their PIN from now on.
    #[oai(validator(pattern = "^[0-9]{4,8}$"))]
    pin: String,
}

/// A user who signs in with a PIN, on a till.
struct AtTill {
    till: Till,
    user: UserId,
    seen: OnTill,
    tried: Try,
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl PinSignIn {
    /// Sign in with a PIN on an enrolled device.
    ///
    /// The sign-in counts in the device's branch alone, and never where the password is required. A PIN that
    /// another user has set is replaced first: 403 `pin-change-required`. After twenty wrong ones in a row a
    /// PIN is blocked.
    #[oai(path = "/pin", method = "post", operation_id = "loginWithPin")]
    async fn pin(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(login): Json<PinLogin>,
    ) -> Result<Json<SignedInBody>, Problem> {
        let user = UserId::from_uuid(login.user_id);
        let proven = self.proven(request, &login.device_token, user, login.pin).await?;
        if proven.seen.pin.is_to_be_replaced() {
            proven.tried.failed(Reason::ToBeReplaced);
            return Err(Problem::new(Code::PinChangeRequired));
        }
        let epoch = proven.seen.epoch;
        self.begin(&proven, epoch).await
    }

    /// Choose another PIN and sign in with it.
    ///
    /// Other sign-ins on tills end.
    #[oai(path = "/pin/replace", method = "post", operation_id = "loginWithNewPin")]
    async fn replace(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(body): Json<PinReplacement>,
    ) -> Result<Json<SignedInBody>, Problem> {
        let PinReplacement { device_token, user_id, current, pin } = body;
        let is_same = current == pin;
        let user = UserId::from_uuid(user_id);
        let proven = self.proven(request, &device_token, user, current).await?;
        if is_same {
            let words = ("debe ser otro que el de antes", "must be another than before");
            return Err(Problem::validation(vec![FieldError::new("/pin", "same", words)]));
        }
        let hash = self.0.passwords.hash_pin(pin, None).await?;
        let (trace, tenant) = (Journal::of(request).trace(), proven.till.tenant);
        let change = user::Command::ReplacePin(proven.seen.pin.number);
        let changed = self.0.change_pin(trace, (tenant, user), change, &hash).await;
        changed.inspect_err(|problem| {
            if problem.code() == Code::PinBlocked {
                proven.tried.failed(Reason::Superseded);
            }
        })?;
        let epoch = self.0.authority.epoch(tenant, user).await.map_err(|world| failed(&world))?;
        self.begin(&proven, epoch.ok_or_else(|| shut_out(proven.tried))?).await
    }
}

/// The user is suspended, forgotten, or cannot sign in.
fn shut_out(tried: Try) -> Problem {
    tried.failed(Reason::ShutOut);
    Problem::new(Code::LoginFailed)
}

impl PinSignIn {
    /// Goes on only with a person's PIN on a till of their company.
    async fn proven(
        &self,
        request: &Request,
        device_token: &str,
        user: UserId,
        pin: String,
    ) -> Result<AtTill, Problem> {
        let Services { passwords, pins, attempts, authority, .. } = &self.0;
        let till = self.0.till(device_token, request).await.map_err(|world| failed(&world))?;
        let till = till.ok_or_else(|| Problem::new(Code::LoginFailed))?;
        let (tenant, device) = (till.tenant, till.device);
        let tried_in = Try::of(Way::Pin, request).person(user).device(device);
        let refused = |reason: Reason, code: Code| {
            tried_in.failed(reason);
            Problem::new(code)
        };
        // A till is authenticated: a crowd at its address takes no slots from it and has it wait for nothing.
        let waiting = passwords.place(None)?;
        let subjects = [Subject::Pin(user, device)];
        let begun = attempts.begin(&subjects, self.0.clock.now());
        begun.inspect_err(|_| tried_in.failed(Reason::Waiting))?;
        let turn = waiting.turn().await;
        let world = |world| failed(&world);
        let seen = authority.on_till(tenant, user, device).await.map_err(world)?;
        let tried = pins.tried(tenant, user).await.map_err(world)?;
        let is_over = tried.as_ref().is_some_and(|tried| tried.tries > TRIES_MAX);
        if is_over || seen.as_ref().is_some_and(|seen| seen.pin.is_blocked()) {
            self.block(request, &till, user, seen.as_ref()).await?;
            return Err(refused(Reason::Blocked, Code::PinBlocked));
        }
        let number = seen.as_ref().map(|seen| seen.pin.number);
        let current = tried.as_ref().filter(|tried| Some(tried.number) == number);
        let stored = current.map(|tried| tried.hash.clone());
        let verdict = turn.verify_pin(pin.clone(), stored.clone()).await?;
        let (Verdict::Right { needs_rehash }, Some(seen), Some(stored)) = (verdict, &seen, stored)
        else {
            if tried.is_some_and(|tried| tried.tries >= TRIES_MAX) {
                self.block(request, &till, user, seen.as_ref()).await?;
            }
            let reason = if seen.is_some() { Reason::Wrong } else { Reason::ShutOut };
            return Err(refused(reason, Code::LoginFailed));
        };
        pins.was_right(tenant, user, seen.pin.number).await.map_err(world)?;
        attempts.succeeded(&subjects);
        if needs_rehash {
            self.rehash(&till, user, &stored, pin).await;
        }
        let open = self.0.company_is_open(tenant).await;
        open.inspect_err(|_| tried_in.failed(Reason::ShutOut))?;
        if !seen.pin_counts {
            return Err(refused(Reason::Superseded, Code::PinBlocked));
        }
        if !seen.may_act {
            tried_in.failed(Reason::ShutOut);
            return Err(Problem::foreign_branch());
        }
        Ok(AtTill { till, user, seen: seen.clone(), tried: tried_in })
    }

    /// Blocks the PIN; recorded once, however often it is found.
    async fn block(
        &self,
        request: &Request,
        till: &Till,
        user: UserId,
        seen: Option<&OnTill>,
    ) -> Result<(), Problem> {
        let Some(seen) = seen.filter(|seen| !seen.pin.is_blocked()) else { return Ok(()) };
        let block = user::Command::BlockPin(seen.pin.number);
        self.0.change_user(Journal::of(request).trace(), till.tenant, user, block).await
    }

    /// Stores the PIN with today's parameters; the sign-in does not wait for its success.
    async fn rehash(&self, till: &Till, user: UserId, before: &str, pin: String) {
        let Ok(hash) = self.0.passwords.rehash_pin(pin).await else { return };
        if let Err(error) = self.0.pins.rehashed(till.tenant, user, before, &hash).await {
            tracing::warn!(error = %error, "a PIN could not be hashed again and keeps its old hash");
        }
    }

    async fn begin(&self, proven: &AtTill, epoch: u32) -> Result<Json<SignedInBody>, Problem> {
        let Till { tenant, device, .. } = proven.till;
        let slug = self.0.accounts.slug_of(tenant).await.map_err(|world| failed(&world))?;
        let slug = slug.ok_or_else(|| shut_out(proven.tried))?;
        let (user, device) = (proven.user, Some(device));
        let proven = Proven { tenant, slug, user, epoch, device, label: None };
        Ok(Json(self.0.begin_session(proven).await?))
    }
}
