//! What an error of PostgreSQL means for the statement.

use sqlx::postgres::{PgDatabaseError, PgSeverity};

use crate::error::Error;

/// What became of a batch that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing was written, because of what it contains.
    Refused,
    /// Nothing was written, because of the state of the server; that passes by itself.
    RolledBack,
    /// Nothing was written, because there is no room for it.
    NoRoom,
    /// It is unknown whether it was written.
    Unknown,
}

/// What became of a batch that failed with this error.
pub(super) fn fate(error: &sqlx::Error) -> Fate {
    match error {
        sqlx::Error::Database(database) => {
            let error = database.try_downcast_ref::<PgDatabaseError>();
            let severity = error.map(PgDatabaseError::severity);
            if matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic)) {
                // The server ends the session, perhaps between the commit and its answer.
                return Fate::Unknown;
            }
            of_code(&database.code().unwrap_or_default())
        }
        sqlx::Error::Encode(_) | sqlx::Error::InvalidArgument(_) => Fate::Refused,
        _ => Fate::Unknown,
    }
}

/// All classes that are not named come from what was sent.
fn of_code(code: &str) -> Fate {
    match code {
        DISK_FULL => Fate::NoRoom,
        COMPLETION_UNKNOWN => Fate::Unknown,
        _ if is_of(code, &[CONNECTION]) => Fate::Unknown,
        _ if is_of(code, &OF_SESSION) || is_of(code, &OF_SERVER) => Fate::RolledBack,
        _ => Fate::Refused,
    }
}

const DISK_FULL: &str = "53100";
const COMPLETION_UNKNOWN: &str = "40003";

/// The connection broke, here or behind a proxy that reports it.
const CONNECTION: &str = "08";

/// Another session may do better: the server has changed behind its prepared statements (0A, 26), or takes
/// no writes in it (25), as one does that has become a standby.
const OF_SESSION: [&str; 3] = ["0A", "25", "26"];

/// The state of the server: rollback (40), resources (53), not ready (55), intervention (57), system (58),
/// old snapshot (72), configuration (F0).
const OF_SERVER: [&str; 7] = ["40", "53", "55", "57", "58", "72", "F0"];

fn is_of(code: &str, classes: &[&str]) -> bool {
    code.get(..2).is_some_and(|class| classes.contains(&class))
}

/// Whether a retry needs another connection.
pub(super) fn wants_another_session(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    fate(error) == Fate::Unknown || code.is_some_and(|code| is_of(&code, &OF_SESSION))
}

/// Whether an error comes from the state of PostgreSQL or from the way to it, so that the same call may
/// succeed later, and not from what was asked.
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(_) => fate(error) != Fate::Refused,
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Whether a batch was not written because something in it is there already, or is not as it was known.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| [UNIQUE_VIOLATION, OTHERWISE].contains(&&*code))
}

const UNIQUE_VIOLATION: &str = "23505";
/// What `log_append_next` raises where a stream or a chain is not at the expected revision.
const OTHERWISE: &str = "FO001";

/// Pages or indexes that PostgreSQL cannot make sense of, and streams whose events do not lead back to one
/// another.
const CORRUPTED: [&str; 2] = ["XX001", "XX002"];

/// Why a read has no answer.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(super) fn unread(error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match fate(&error) {
        Fate::NoRoom => Error::StorageFull,
        Fate::Refused if code.is_some_and(|code| CORRUPTED.contains(&&*code)) => {
            Error::Corrupt { reason: error.to_string() }
        }
        _ => Error::Unavailable { reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_the_server_is_told_apart_from_what_was_sent() {
        let passing = [
            "0A000", "25006", "25P02", "26000", "40001", "40P01", "53200", "53300", "55P03",
            "57014", "57P03", "58030", "72000", "F0000",
        ];
        for code in passing {
            assert_eq!(of_code(code), Fate::RolledBack, "{code}");
        }
        for code in ["22P05", "23514", "42501", "54000", "P0001", "XX000", ""] {
            assert_eq!(of_code(code), Fate::Refused, "{code}");
        }
        for code in ["08006", "08P01", "40003"] {
            assert_eq!(of_code(code), Fate::Unknown, "{code}");
        }
        assert_eq!(of_code("53100"), Fate::NoRoom);
    }

    #[test]
    fn a_lost_connection_leaves_the_outcome_unknown() {
        assert_eq!(fate(&std::io::Error::other("reset").into()), Fate::Unknown);
        assert_eq!(fate(&sqlx::Error::WorkerCrashed), Fate::Unknown);
    }
}
