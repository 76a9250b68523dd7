//! Bodies of signing in.

use chrono::{DateTime, Utc};
use commands::identity::Session;
use poem_openapi::Object;
use serde::Serialize;
use uuid::Uuid;

use crate::operations::moment;

/// A way in.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Session")]
pub(super) struct SignedInBody {
    /// To be sent as `Authorization: Bearer …`.
    pub(super) access_token: String,
    /// Always `Bearer`.
    pub(super) token_type: String,
    /// Seconds until the access token expires.
    pub(super) expires_in: i64,
    /// Renews the sign-in, once: the answer has the next one.
    pub(super) refresh_token: String,
    /// The company's id.
    pub(super) tenant_id: Uuid,
    /// The company's short name.
    pub(super) tenant: String,
    /// The person's id.
    pub(super) user_id: Uuid,
    /// The id of this sign-in, as in the list of sessions.
    pub(super) session_id: Uuid,
}

/// A sign-in that goes on.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "SessionInfo")]
pub(super) struct SessionBody {
    /// Its id.
    id: Uuid,
    /// What the client called the device when it signed in.
    label: Option<String>,
    /// The shared till; null on a device of one's own.
    device_id: Option<Uuid>,
    /// When it began.
    #[serde(with = "moment")]
    begun_at: DateTime<Utc>,
    /// When it was last renewed.
    #[serde(with = "moment")]
    used_at: DateTime<Utc>,
    /// When it ends, unless it is renewed before.
    #[serde(with = "moment")]
    expires_at: DateTime<Utc>,
    /// Whether it is the one of this request.
    is_current: bool,
}

impl SessionBody {
    pub(super) fn of(session: Session, current: Uuid) -> Self {
        Self {
            id: session.id.uuid(),
            label: session.label,
            device_id: session.device.map(domain::shared::DeviceId::uuid),
            begun_at: session.begun_at,
            used_at: session.used_at,
            expires_at: session.expires_at,
            is_current: session.id.uuid() == current,
        }
    }
}

/// All sign-ins of somebody.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "SessionList")]
pub(super) struct SessionsBody {
    /// The newest first.
    pub(super) data: Vec<SessionBody>,
}

/// That something was done.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Acknowledged")]
pub(super) struct AcknowledgedBody {
    /// Always true.
    pub(super) ok: bool,
}

/// It was done.
pub(super) const DONE: AcknowledgedBody = AcknowledgedBody { ok: true };
