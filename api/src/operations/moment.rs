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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written<T: Copy + Into<Option<DateTime<Utc>>>>(at: T) -> Value {
        serialize(&at, serde_json::value::Serializer).unwrap()
    }

    #[test]
    fn a_point_in_time_is_written_with_the_digits_it_has_and_its_distance() {
        let at: DateTime<Utc> = "2026-03-14T18:05:00Z".parse().unwrap();
        assert_eq!(written(at), json!("2026-03-14T18:05:00+00:00"));
        let exact: DateTime<Utc> = "2026-03-14T18:05:00.012345Z".parse().unwrap();
        assert_eq!(written(Some(exact)), json!("2026-03-14T18:05:00.012345+00:00"));
        assert_eq!(written(None::<DateTime<Utc>>), Value::Null);
    }
}
