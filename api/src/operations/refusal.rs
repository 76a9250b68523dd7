//! From the two kinds of no to problems.

use commands::{CommandError, World};
use commands::{LogError as Error, Revision};
use projections::ReadError;
use projections::parking::ParkingError;

use super::operator::refusal::not_covered;
use crate::problem::{Code, FieldError, Problem};

/// What became of a command that has no receipt, or of a look that failed.
pub(in crate::operations) fn refused<R>(
    error: CommandError<R>,
    rule: impl FnOnce(&R) -> Problem,
) -> Problem {
    match error {
        CommandError::Refused(refusal) => rule(&refusal),
        CommandError::Stale { actual } => stale(actual),
        CommandError::ForeignBranch { .. } => Problem::foreign_branch(),
        CommandError::BranchClosed { .. } => Problem::new(Code::BranchClosed),
        CommandError::NotCovered(why) => not_covered(why),
        CommandError::IdReused => Problem::new(Code::IdempotencyMismatch),
        CommandError::World(world) => failed(&world),
    }
}

fn stale(actual: Revision) -> Problem {
    Problem::new(Code::VersionConflict).detail((
        format!("La versión actual es \"{actual}\"."),
        format!("The current version is \"{actual}\"."),
    ))
}

/// The world's no.
pub(in crate::operations) fn failed(world: &World) -> Problem {
    let code = match world {
        World::Busy => Code::Busy,
        World::Log(Error::Overloaded) => Code::Overloaded,
        World::Log(Error::StorageFull) => Code::StorageFull,
        World::Log(Error::Unavailable { .. }) => Code::Unavailable,
        World::Log(Error::OutcomeUnknown) | World::Lost => Code::OutcomeUnknown,
        World::Unreadable(error) if error.is_of_a_later_release() => Code::ReleaseBehind,
        World::Log(Error::Rejected { .. } | Error::Corrupt { .. }) | World::Unreadable(_) => {
            Code::Internal
        }
    };
    if code == Code::Internal {
        tracing::error!(error = %world, "a command met a defect");
    } else {
        tracing::warn!(error = %world, "a command could not be carried out");
    }
    Problem::new(code)
}

/// Why a read model was not read.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(in crate::operations) fn unread(error: ReadError) -> Problem {
    match &error {
        ReadError::Unavailable(source) => {
            tracing::warn!(error = %source, "a read model could not be read");
            Problem::new(Code::Unavailable)
        }
        ReadError::Defect(source) => {
            tracing::error!(error = %source, "a read model met a defect");
            Problem::new(Code::Internal)
        }
    }
}

/// Why a decision about parked events could not be carried out.
pub(in crate::operations) fn not_resolved(error: &ParkingError) -> Problem {
    let code = match error {
        ParkingError::Consumer(failure) if failure.is_transient() => Code::Unavailable,
        _ => Code::Internal,
    };
    tracing::error!(error = %error, code = code.slug(), "parked events could not be resolved");
    Problem::new(code)
}

pub(in crate::operations) fn name_taken() -> Problem {
    let words = ("otro ya tiene este nombre", "another one has this name");
    Problem::new(Code::NameTaken).with_errors(vec![FieldError::new("/name", "taken", words)])
}

pub(in crate::operations) fn unknown(pointer: &str) -> Problem {
    let words = ("no existe", "does not exist");
    Problem::new(Code::UnknownReference)
        .with_errors(vec![FieldError::new(pointer, "unknown", words)])
}

#[cfg(test)]
mod tests;
