//! The links in e-mails: accepting an invitation, setting a forgotten password, and confirming
//! another address.

use commands::identity::{Account, JoinUser, NumberedPin, ResetPassword, TicketFor, TicketKind};
use domain::shared::{EmailKey, TenantId, UserId};
use poem::Request;
use poem_openapi::{ApiResponse, Object, OpenApi};

use crate::access::Anyone;
use crate::auth::attempts::Subject;
use crate::auth::failures::{Reason, Try, Way};
use crate::auth::opaque::{Kind, Opaque};
use crate::auth::origin;
use crate::journal::Journal;
use crate::operations::identity::sign_in::model::{AcknowledgedBody, DONE};
use crate::operations::identity::sign_in::numbered;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::{Code, Problem};

/// The operations that take the tokens of links in e-mails.
pub(crate) struct LinkEmails(pub(crate) Services);

/// An invitation that is taken up.
#[derive(Object)]
struct Joining {
    /// The token of the e-mail.
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

/// A password that replaces a forgotten one.
#[derive(Object)]
struct Reset {
    /// The token of the e-mail.
    #[oai(validator(max_length = 200))]
    token: String,
    /// The password from now on.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: String,
}

/// The link to another address that is followed.
#[derive(Object)]
struct EmailConfirmation {
    /// The token of the e-mail.
    #[oai(validator(max_length = 200))]
    token: String,
}

/// The answer to a request that may send an e-mail.
#[derive(ApiResponse)]
enum Taken {
    /// If the address has an account, an e-mail is on its way.
    #[oai(status = 202)]
    Taken(Json<AcknowledgedBody>),
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl LinkEmails {
    /// Take up an invitation.
    #[oai(path = "/join", method = "post", operation_id = "join")]
    async fn join(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(body): Json<Joining>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        let Link { tenant, user, epoch, tried, .. } =
            self.good(Kind::Invitation, &body.token, request).await?;
        let texts = self.0.texts_of(tenant, user).await?;
        let password = self.0.passwords.hash_new(body.password, texts, origin(request)).await?;
        let pin = match body.pin {
            Some(pin) => Some(self.0.passwords.hash_pin(pin, origin(request)).await?),
            None => None,
        };
        // The log accepts one use of the link. Should the process end before the password is stored, the user
        // requests another link, as for a forgotten password.
        let trace = Journal::of(request).trace();
        let join = JoinUser { user, link: Some(epoch), chooses_pin: pin.is_some() };
        let joined = refused_link(self.0.record(trace, tenant, user, join).await, tried)?;
        let pin = match &pin {
            Some(hash) => numbered(&joined, hash).map_err(|world| failed(&world))?,
            None => None,
        };
        self.keep(tenant, user, &password, pin).await
    }

    /// Request an e-mail to set another password.
    ///
    /// For those who have forgotten theirs. Every address is answered alike.
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
        // The answer does not wait for the e-mail, so an address without an account takes as long.
        let services = self.0.clone();
        tokio::spawn(async move {
            if let Err(problem) = services.send_reset(&email, tenant.as_deref()).await {
                tracing::warn!(code = problem.code().slug(), "an e-mail was not written");
            }
        });
        Ok(Taken::Taken(Json(DONE)))
    }

    /// Replace a forgotten password.
    ///
    /// Every sign-in ends.
    #[oai(path = "/reset-password", method = "post", operation_id = "resetPassword")]
    async fn reset(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(body): Json<Reset>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        let Link { tenant, user, epoch, tried, .. } =
            self.good(Kind::PasswordReset, &body.token, request).await?;
        let texts = self.0.texts_of(tenant, user).await?;
        let password = self.0.passwords.hash_new(body.password, texts, origin(request)).await?;
        let trace = Journal::of(request).trace();
        let reset = self.0.record(trace, tenant, user, ResetPassword { user, link: epoch }).await;
        refused_link(reset, tried)?;
        self.keep(tenant, user, &password, None).await
    }

    /// Follow the link to another e-mail address.
    ///
    /// One signs in with it after this; every sign-in ends. The links in e-mails to the address before become
    /// invalid, and it gets a notice by e-mail.
    #[oai(path = "/confirm-email", method = "post", operation_id = "confirmEmail")]
    async fn confirm_email(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(body): Json<EmailConfirmation>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        let Link { tenant, user, ticket, epoch, tried } =
            self.good(Kind::EmailChange, &body.token, request).await?;
        let scope = self.0.scope_of_own(Journal::of(request).trace(), tenant, user);
        refused_link(self.0.confirm_email(&scope, ticket, epoch).await, tried)?;
        Ok(Json(DONE))
    }
}

/// A link that may be used.
struct Link {
    tenant: TenantId,
    user: UserId,
    /// What its ticket is for, and the hash of it.
    ticket: (TicketFor, [u8; 32]),
    /// The epoch in which it was written; the log checks whether it is still good.
    epoch: u32,
    tried: Try,
}

/// A link that the log refuses is a failure to sign in.
fn refused_link<T>(outcome: Result<T, Problem>, tried: Try) -> Result<T, Problem> {
    outcome.inspect_err(|problem| {
        if problem.code() == Code::TicketInvalid {
            tried.failed(Reason::Revoked);
        }
    })
}

impl LinkEmails {
    /// The link of a token, checked before anything is hashed for it.
    async fn good(&self, kind: Kind, text: &str, request: &Request) -> Result<Link, Problem> {
        let (stored, way) = match kind {
            Kind::PasswordReset => (TicketKind::PasswordReset, Way::PasswordReset),
            Kind::EmailChange => (TicketKind::EmailChange, Way::EmailChange),
            _ => (TicketKind::Invitation, Way::Invitation),
        };
        let invalid = |tried: &Try| {
            tried.failed(Reason::Invalid);
            Problem::new(Code::TicketInvalid)
        };
        let tried = Try::of(way, request);
        let token = Opaque::parse(&self.0.renewals, kind, text).ok_or_else(|| invalid(&tried))?;
        let user = UserId::from_uuid(token.subject);
        let tried = tried.person(user);
        if let Err(closed) = self.0.company_is_open(token.tenant).await {
            tried.failed(Reason::ShutOut);
            return Err(closed);
        }
        let ticket = TicketFor { tenant: token.tenant, kind: stored, subject: token.subject };
        let hash = token.hash();
        let epoch = self.0.tickets.written_in(ticket, hash, self.0.clock.now()).await;
        let epoch = epoch.map_err(|world| failed(&world))?.ok_or_else(|| invalid(&tried))?;
        Ok(Link { tenant: token.tenant, user, ticket: (ticket, hash), epoch, tried })
    }

    /// Keeps the password that the log has accepted; the link is used up with it.
    async fn keep(
        &self,
        tenant: TenantId,
        user: UserId,
        password_hash: &str,
        pin: Option<NumberedPin<'_>>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        let kept = self.0.accounts.replace_password(tenant, user, password_hash, pin).await;
        kept.map_err(|world| failed(&world))?;
        Ok(Json(DONE))
    }
}

impl Services {
    /// Writes an e-mail with a link to set another password to the owner of the address.
    async fn send_reset(&self, email: &str, tenant: Option<&str>) -> Result<(), Problem> {
        let accounts = self.accounts.of_email(email, tenant).await;
        for Account { tenant, user, .. } in accounts.map_err(|world| failed(&world))? {
            self.write_reset(tenant, user).await?;
        }
        Ok(())
    }
}

/// The subjects that a request for an e-mail to an address is counted for.
fn letters_to(email: EmailKey, request: &Request) -> Vec<Subject> {
    let address = origin(request).map(Subject::LinkEmails);
    std::iter::once(Subject::LinkEmailsTo(email)).chain(address).collect()
}
