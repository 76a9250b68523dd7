//! Points in time as answers write them: RFC 3339 with the distance to UTC in digits.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

/// Writes a point in time, or null where there may be none.
pub(super) fn serialize<T, S>(at: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Copy + Into<Option<DateTime<Utc>>>,
    S: Serializer,
{
    (*at).into().map(|at| at.to_rfc3339()).serialize(serializer)
}
