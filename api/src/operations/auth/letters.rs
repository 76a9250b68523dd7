//! What letters lead to: taking up an invitation, and setting a password that was forgotten.

use commands::CommandError;
use commands::identity::{Account, SecretKind, TicketFor, TicketKind};
use domain::identity::user;
use domain::shared::{EmailKey, UserId};
use poem::Request;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::model::{AcknowledgedBody, DONE};
use super::not_changed;
use crate::access::Anyone;
use crate::auth::attempts::Subject;
use crate::auth::opaque::{Kind, Opaque};
use crate::auth::origin;
use crate::operations::letters::Addressee;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::{Code, Problem};
use crate::telemetry::Journal;

/// See the module.
pub(crate) struct Letters(pub(crate) Services);

/// An invitation that is taken up.
#[derive(Object)]
struct Joining {
    /// The token of the letter.
    #[oai(validator(max_length = 200))]
    token: String,
    /// The password from now on.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: String,
    /// A PIN for shared tills.
    #[oai(validator(pattern = "^[0-9]{4,8}$"))]
    pin: Option<String>,
}

/// Whose password was forgotten.
#[derive(Object)]
struct Forgotten {
    /// The e-mail address of the account.
    #[oai(validator(min_length = 3, max_length = 254))]
    email: String,
    /// The short name of the company; needed only when the address has an account in several.
    #[oai(validator(pattern = "^[a-z0-9-]{2,40}$"))]
    tenant: Option<String>,
}

/// A password in place of one that was forgotten.
#[derive(Object)]
struct Reset {
    /// The token of the letter.
    #[oai(validator(max_length = 200))]
    token: String,
    /// The password from now on.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: String,
}

/// A request that may lead to a letter.
#[derive(ApiResponse)]
enum Taken {
    /// If the address has an account, a letter is on its way.
    #[oai(status = 202)]
    Taken(Json<AcknowledgedBody>),
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl Letters {
    /// Take up an invitation.
    #[oai(path = "/join", method = "post", operation_id = "join")]
    async fn join(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(body): Json<Joining>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        let (ticket, user) = self.good(Kind::Invitation, &body.token).await?;
        let password = self.0.passwords.hash_new(body.password, origin(request)).await?;
        let pin = match body.pin {
            Some(pin) => Some(self.0.passwords.hash_pin(pin, origin(request)).await?),
            None => None,
        };
        // An earlier try may have come that far.
        match self
            .0
            .change_user(Journal::of(request).trace(), ticket.tenant, user, user::Command::Join)
            .await
        {
            Ok(()) | Err(CommandError::Refused(user::Error::AlreadyJoined)) => {}
            Err(error) => return Err(not_changed(error)),
        }
        if let Some(pin) = pin {
            let kept = self.0.accounts.keep_secret(ticket.tenant, user, SecretKind::Pin, &pin);
            kept.await.map_err(|world| failed(&world))?;
        }
        self.settle(ticket, user, &password).await
    }

    /// Ask for a letter to set a password that was forgotten.
    ///
    /// Every address is answered alike.
    #[expect(clippy::unused_async, reason = "operations are async whether they wait or not")]
    #[oai(path = "/forgot-password", method = "post", operation_id = "forgotPassword")]
    async fn forgot(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(body): Json<Forgotten>,
    ) -> Result<Taken, Problem> {
        let Forgotten { email, tenant } = body;
        let subjects = letters_to(self.0.accounts.email_key(&email), request);
        self.0.attempts.begin(&subjects, self.0.clock.now())?;
        // Whoever asks does not wait for the letter, so an address without an account takes as long.
        let services = self.0.clone();
        tokio::spawn(async move {
            if let Err(problem) = services.send_reset(&email, tenant.as_deref()).await {
                tracing::warn!(code = problem.code().slug(), "a letter was not written");
            }
        });
        Ok(Taken::Taken(Json(DONE)))
    }

    /// Set a password in place of one that was forgotten; every sign-in ends.
    #[oai(path = "/reset-password", method = "post", operation_id = "resetPassword")]
    async fn reset(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(body): Json<Reset>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        let (ticket, user) = self.good(Kind::PasswordReset, &body.token).await?;
        let password = self.0.passwords.hash_new(body.password, origin(request)).await?;
        let changed = self
            .0
            .change_user(
                Journal::of(request).trace(),
                ticket.tenant,
                user,
                user::Command::ChangePassword,
            )
            .await;
        changed.map_err(not_changed)?;
        self.settle(ticket, user, &password).await
    }
}

impl Letters {
    /// Whose ticket it is, if it is good.
    async fn good(&self, kind: Kind, text: &str) -> Result<(TicketFor, UserId), Problem> {
        let invalid = || Problem::new(Code::TicketInvalid);
        let token = Opaque::parse(kind, text).ok_or_else(invalid)?;
        let stored = match kind {
            Kind::PasswordReset => TicketKind::PasswordReset,
            _ => TicketKind::Invitation,
        };
        let ticket = TicketFor { tenant: token.tenant, kind: stored, subject: token.subject };
        let is_good = self.0.tickets.is_good(ticket, token.hash(), self.0.clock.now()).await;
        if !is_good.map_err(|world| failed(&world))? {
            return Err(invalid());
        }
        Ok((ticket, UserId::from_uuid(token.subject)))
    }

    /// Keeps the password; the ticket is used up.
    async fn settle(
        &self,
        ticket: TicketFor,
        user: UserId,
        hash: &str,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        let world = |world| failed(&world);
        let tenant = ticket.tenant;
        let kept = self.0.accounts.keep_secret(tenant, user, SecretKind::Password, hash).await;
        kept.map_err(world)?;
        self.0.tickets.take_away(ticket).await.map_err(world)?;
        self.0.sessions.end_all(tenant, user).await.map_err(world)?;
        Ok(Json(DONE))
    }
}

impl Services {
    /// Writes whoever has the address a letter in which they can set another password.
    async fn send_reset(&self, email: &str, tenant: Option<&str>) -> Result<(), Problem> {
        let accounts = self.accounts.of_email(email, tenant).await;
        for Account { tenant, user, .. } in accounts.map_err(|world| failed(&world))? {
            let to = Addressee { tenant, user, email: email.trim().to_owned() };
            self.write_reset(to).await?;
        }
        Ok(())
    }
}

/// What a request for a letter to an address is counted for.
pub(in crate::operations) fn letters_to(email: EmailKey, request: &Request) -> Vec<Subject> {
    let address = origin(request).map(Subject::Letters);
    std::iter::once(Subject::LettersTo(email)).chain(address).collect()
}
