//! Ways in: signing in, renewing it, signing out, and what one proves oneself with.

mod contact;
mod links;
mod login;
mod model;
mod own;
mod pin;
mod sessions;
mod staff;

use chrono::{DateTime, TimeDelta, Utc};
use commands::identity::{ChangeUser, NumberedPin, Session};
use commands::{CommandError, Correlation, Intent, Receipt, Request, Scope, World};
use domain::identity::user::{self, User};
use domain::shared::{CommandId, CorrelationId, DeviceId, SessionId, TenantId, UserId};

use poem_openapi::OpenApi;

use crate::auth::opaque::{Kind, Opaque};
use crate::auth::token::{Access, LIFETIME};
use crate::operations::Services;
use crate::operations::refusal::failed;
use crate::problem::{Code, Problem};
use crate::trace::Trace;
use model::SignedInBody;

/// Every operation about ways in.
pub(in crate::operations) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        (
            login::SignIn(services.clone()),
            pin::PinSignIn(services.clone()),
            staff::Staff(services.clone()),
        ),
        sessions::OwnSessions(services.clone()),
        (own::OwnSecrets(services.clone()), contact::OwnContact(services.clone())),
        links::LinkEmails(services.clone()),
    )
}

/// How long a session lasts that is not renewed.
const IDLE_FOR: TimeDelta = TimeDelta::days(14);

/// How long one lasts that began with a PIN on a shared till: a long shift.
const SHIFT: TimeDelta = TimeDelta::hours(14);

/// A user who has proven their identity.
struct Proven {
    tenant: TenantId,
    slug: String,
    user: UserId,
    epoch: u32,
    device: Option<DeviceId>,
    label: Option<String>,
}

impl Services {
    /// Begins a session.
    async fn begin_session(&self, proven: Proven) -> Result<SignedInBody, Problem> {
        let Proven { tenant, slug, user, epoch, device, label } = proven;
        let now = self.clock.now();
        let lasts = if device.is_some() { SHIFT } else { IDLE_FOR };
        let session = Session {
            tenant,
            id: SessionId::from_uuid(self.ids.uuid()),
            user,
            epoch,
            device,
            label,
            begun_at: now,
            used_at: now,
            expires_at: now + lasts,
        };
        let refresh = Opaque::fresh(&self.renewals, Kind::Refresh, tenant, session.id.uuid());
        self.sessions.begin(&session, refresh.hash()).await.map_err(|world| failed(&world))?;
        Ok(self.signed_in(&session, slug, &refresh, now))
    }

    /// The answer to a successful sign-in.
    fn signed_in(
        &self,
        session: &Session,
        slug: String,
        refresh: &Opaque,
        now: DateTime<Utc>,
    ) -> SignedInBody {
        let access = Access {
            tenant: session.tenant,
            user: session.user,
            session: session.id,
            epoch: session.epoch,
            device: session.device,
            token_id: self.ids.uuid(),
        };
        SignedInBody {
            access_token: self.tokens.issue(&access, now),
            token_type: "Bearer".to_owned(),
            expires_in: LIFETIME.num_seconds(),
            refresh_token: refresh.text(),
            tenant_id: session.tenant.uuid(),
            tenant: slug,
            user_id: session.user.uuid(),
            session_id: session.id.uuid(),
        }
    }

    /// Records that a user's credentials have changed.
    async fn change_user(
        &self,
        trace: &Trace,
        tenant: TenantId,
        user: UserId,
        change: user::Command,
    ) -> Result<(), Problem> {
        self.record(trace, tenant, user, ChangeUser { user, change }).await?;
        Ok(())
    }

    /// The scope of a user who has proven their identity otherwise than with an access token.
    fn scope_of_own(&self, trace: &Trace, tenant: TenantId, user: UserId) -> Scope {
        let id = CorrelationId::from_uuid(self.ids.uuid());
        let correlation = Correlation { id, traceparent: Some(trace.text()) };
        Scope::user(tenant, user, correlation)
    }

    /// Records a user's own command about their credentials. Not under a key of the client: a repeated
    /// request is another change.
    async fn record(
        &self,
        trace: &Trace,
        tenant: TenantId,
        user: UserId,
        change: impl Intent<Refusal = user::Error>,
    ) -> Result<Receipt, Problem> {
        let scope = self.scope_of_own(trace, tenant, user);
        let once = Request::live(CommandId::from_uuid(self.ids.uuid()));
        self.commands.execute(&scope, once, change).await.map_err(not_changed)
    }
}

impl Services {
    /// What no password of a user may have a word of: their name and address, and the company's names.
    async fn texts_of(&self, tenant: TenantId, user: UserId) -> Result<Vec<String>, Problem> {
        let world = |world| failed(&world);
        let mut texts = vec![self.company(tenant).await?];
        texts.extend(self.accounts.slug_of(tenant).await.map_err(world)?);
        let person = self.accounts.people(tenant, &[user]).await.map_err(world)?.remove(&user);
        texts.extend(person.into_iter().flat_map(|it| [it.name.to_string(), it.email]));
        Ok(texts)
    }

    /// Records that a user has another PIN, and stores its hash.
    async fn change_pin(
        &self,
        trace: &Trace,
        (tenant, user): (TenantId, UserId),
        change: user::Command,
        hash: &str,
    ) -> Result<(), Problem> {
        let receipt = self.record(trace, tenant, user, ChangeUser { user, change }).await?;
        self.keep_pin(tenant, user, &receipt, hash).await.map_err(|world| failed(&world))
    }

    /// Keeps the hash of a PIN under the number that the log has given it. A repeated command comes to no
    /// more than the first try left undone: until then no PIN of theirs is good.
    pub(in crate::operations) async fn keep_pin(
        &self,
        tenant: TenantId,
        user: UserId,
        receipt: &Receipt,
        hash: &str,
    ) -> Result<(), World> {
        let Some(pin) = numbered(receipt, hash)? else { return Ok(()) };
        // Before a sign-in with the PIN is possible, so that no session of theirs is taken for an older one.
        if !receipt.replayed {
            self.sessions.end_on_tills(tenant, user).await?;
        }
        self.pins.keep(tenant, user, pin).await
    }
}

/// The hash of a PIN under the number that the log has given it, if it has.
fn numbered<'a>(receipt: &Receipt, hash: &'a str) -> Result<Option<NumberedPin<'a>>, World> {
    let facts = receipt.facts::<User>()?;
    let number = facts.iter().find_map(|fact| fact.event.pin_number());
    Ok(number.map(|number| NumberedPin { number, hash }))
}

/// Why a user's credentials did not change.
fn not_changed(error: CommandError<user::Error>) -> Problem {
    crate::operations::refusal::refused(error, |refusal| match refusal {
        user::Error::Unknown
        | user::Error::AlreadyInvited
        | user::Error::AlreadyJoined
        | user::Error::LinkVoid => Problem::new(Code::TicketInvalid),
        user::Error::PinSuperseded => Problem::new(Code::PinBlocked),
    })
}
