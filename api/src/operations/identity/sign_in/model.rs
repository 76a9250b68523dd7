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
pub(in crate::operations) struct SignedInBody {
    /// To be sent as `Authorization: Bearer …`.
    pub(in crate::operations) access_token: String,
    /// Always `Bearer`.
    pub(in crate::operations) token_type: String,
    /// Seconds until the access token expires.
    pub(in crate::operations) expires_in: i64,
    /// Renews the sign-in, once: the answer has the next one.
    pub(in crate::operations) refresh_token: String,
    /// The company's id.
    pub(in crate::operations) tenant_id: Uuid,
    /// The company's short name.
    pub(in crate::operations) tenant: String,
    /// The person's id.
    pub(in crate::operations) user_id: Uuid,
    /// The id of this sign-in, as in the list of sessions.
    pub(in crate::operations) session_id: Uuid,
}

/// A sign-in that goes on.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "SessionInfo")]
pub(in crate::operations) struct SessionBody {
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
    pub(in crate::operations) fn of(session: Session, current: Uuid) -> Self {
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

/// That something was done.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Acknowledged")]
pub(in crate::operations) struct AcknowledgedBody {
    /// Always true.
    pub(in crate::operations) ok: bool,
}

/// It was done.
pub(in crate::operations) const DONE: AcknowledgedBody = AcknowledgedBody { ok: true };
