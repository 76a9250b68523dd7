//! What one proves oneself with, changed by oneself.

use domain::identity::user;
use poem::Request;
use poem_openapi::{Object, OpenApi};

use crate::access::SignedIn;
use crate::auth::failures::{Reason, Try, Way};
use crate::auth::password::Verdict;
use crate::operations::identity::sign_in::model::{AcknowledgedBody, DONE};
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::{Code, Problem};

/// The operations about password and PIN of the caller.
pub(crate) struct OwnSecrets(pub(crate) Services);

/// A password that replaces another.
#[derive(Object)]
struct PasswordChange {
    /// The password until now.
    #[oai(validator(min_length = 8, max_length = 128))]
    current: String,
    /// The password from now on.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: String,
}

/// A PIN for shared tills.
#[derive(Object)]
struct PinChange {
    /// The password: a signed-in till alone is not enough to change the PIN.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: String,
    /// The PIN.
    #[oai(validator(pattern = "^[0-9]{4,8}$"))]
    pin: String,
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl OwnSecrets {
    /// Change one's password.
    ///
    /// Every sign-in ends, this one too.
    #[oai(path = "/password", method = "put", operation_id = "changePassword")]
    async fn password(
        &self,
        by: SignedIn,
        request: &Request,
        Json(body): Json<PasswordChange>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        self.0.prove(&by, request, body.current).await?;
        let (tenant, user) = (by.caller.tenant, by.caller.user);
        let texts = self.0.texts_of(tenant, user).await?;
        let hash = self.0.passwords.hash_new(body.password, texts, None).await?;
        // First in the log: should what follows fail, all sessions have ended and the old password is good.
        self.0.change_user(&by.caller.trace, tenant, user, user::Command::ChangePassword).await?;
        let kept = self.0.accounts.replace_password(tenant, user, &hash, None).await;
        kept.map_err(|world| failed(&world))?;
        Ok(Json(DONE))
    }

    /// Set one's PIN for shared tills.
    ///
    /// Sign-ins on them end.
    #[oai(path = "/pin", method = "put", operation_id = "changePin")]
    async fn pin(
        &self,
        by: SignedIn,
        request: &Request,
        Json(body): Json<PinChange>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        self.0.prove(&by, request, body.password).await?;
        let hash = self.0.passwords.hash_pin(body.pin, None).await?;
        let (tenant, user) = (by.caller.tenant, by.caller.user);
        let (trace, change) = (&by.caller.trace, user::Command::ChangePin);
        self.0.change_pin(trace, (tenant, user), change, &hash).await?;
        Ok(Json(DONE))
    }
}

impl Services {
    /// Goes on only with the caller's own password.
    pub(super) async fn prove(
        &self,
        by: &SignedIn,
        request: &Request,
        password: String,
    ) -> Result<(), Problem> {
        let (tenant, user) = (by.caller.tenant, by.caller.user);
        let subject = [crate::auth::attempts::Subject::Person(user)];
        let waiting = self.passwords.place(None)?;
        let tried = Try::of(Way::OwnPassword, request).person(user);
        let begun = self.attempts.begin(&subject, self.clock.now());
        begun.inspect_err(|_| tried.failed(Reason::Waiting))?;
        let stored = self.accounts.password_of(tenant, user).await;
        let stored = stored.map_err(|world| failed(&world))?;
        match waiting.turn().await.verify(password, stored).await? {
            Verdict::Right { .. } => {
                self.attempts.succeeded(&subject);
                Ok(())
            }
            Verdict::Wrong => {
                tried.failed(Reason::Wrong);
                Err(Problem::new(Code::LoginFailed))
            }
        }
    }
}
