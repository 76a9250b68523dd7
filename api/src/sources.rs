//! Sources: the clock and the ids of a service, as parameters.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where the time comes from.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Where ids come from.
pub type NewId = Arc<dyn Fn() -> Uuid + Send + Sync>;
