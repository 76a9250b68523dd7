//! Ways in: signing in, renewing it, signing out, and what one proves oneself with.

mod letters;
mod model;
mod own;
mod sessions;
mod sign_in;

use chrono::{DateTime, TimeDelta, Utc};
use commands::identity::ChangeUser;
use commands::identity::Session;
use commands::{CommandError, Correlation, Intent, Request, Scope};
use domain::identity::user;
use domain::shared::{CommandId, CorrelationId, DeviceId, SessionId, TenantId, UserId};

use poem_openapi::OpenApi;

use super::Services;
use super::refusal::failed;
use crate::auth::opaque::{Kind, Opaque};
use crate::auth::token::{Access, LIFETIME};
use crate::problem::{Code, Problem};
use crate::trace::Trace;
use model::SignedInBody;

pub(super) use letters::letters_to;

/// Every operation about ways in.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        sign_in::SignIn(services.clone()),
        sessions::OwnSessions(services.clone()),
        own::OwnSecrets(services.clone()),
        letters::Letters(services.clone()),
    )
}

/// How long a session lasts that nobody renews.
const IDLE_FOR: TimeDelta = TimeDelta::days(14);

/// How long one lasts that began with a PIN on a shared till: a long shift.
const SHIFT: TimeDelta = TimeDelta::hours(14);

/// Somebody who has proven who they are.
struct Proven {
    tenant: TenantId,
    slug: String,
    user: UserId,
    epoch: u32,
    device: Option<DeviceId>,
    label: Option<String>,
}

impl Services {
    /// Signs somebody in.
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

    /// What somebody gets who is signed in.
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

    /// Records that somebody's ways in have changed.
    async fn change_user(
        &self,
        trace: &Trace,
        tenant: TenantId,
        user: UserId,
        change: user::Command,
    ) -> Result<(), Problem> {
        self.record(trace, tenant, user, ChangeUser { user, change }).await
    }

    /// Records what somebody has done about their ways in. Not under a key of the client: whoever asks
    /// again asks for another change.
    async fn record(
        &self,
        trace: &Trace,
        tenant: TenantId,
        user: UserId,
        change: impl Intent<Refusal = user::Error>,
    ) -> Result<(), Problem> {
        let id = CorrelationId::from_uuid(self.ids.uuid());
        let correlation = Correlation { id, traceparent: Some(trace.text()) };
        let scope = Scope::user(tenant, user, correlation);
        let once = Request::live(CommandId::from_uuid(self.ids.uuid()));
        self.commands.execute(&scope, once, change).await.map_err(not_changed)?;
        Ok(())
    }
}

/// Why somebody's ways in did not change.
fn not_changed(error: CommandError<user::Error>) -> Problem {
    super::refusal::refused(error, |refusal| match refusal {
        user::Error::Unknown
        | user::Error::AlreadyInvited
        | user::Error::AlreadyJoined
        | user::Error::LinkVoid => Problem::new(Code::TicketInvalid),
    })
}
