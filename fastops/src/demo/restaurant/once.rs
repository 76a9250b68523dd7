//! Commands that are executed once, at whichever start of the demo comes first.

use commands::{CommandError, Intent, Request};
use domain::shared::CommandId;
use uuid::Uuid;

use super::ids::named;
use crate::demo::staff::{Staff, Undone};

/// Why the restaurant could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// The log fails.
    #[error("could not run {operation}: {reason}")]
    Failed {
        /// What was asked.
        operation: &'static str,
        /// What came back.
        reason: String,
    },
    /// The demo ends.
    #[error("the demo was ended while the restaurant was being opened")]
    Leaving,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Once {
    /// It is accepted, at this start or an earlier one.
    Done,
    /// An earlier release asked for another thing under the same id; what was sold under that stays.
    AskedOtherwise,
    /// What users of the restaurant have changed speaks against it, and the restaurant goes without it.
    Refused,
}

/// Creates a thing under a command id that is derived from its id.
pub(super) async fn once<I: Intent + Clone>(
    staff: &Staff,
    thing: Uuid,
    intent: I,
) -> Result<Once, OpeningError> {
    once_as(staff, "command", thing, intent).await
}

/// Creates a thing, or, if an earlier release did it in another way, adds what that one did not know.
pub(super) async fn once_or_amended<I: Intent + Clone, A: Intent + Clone>(
    staff: &Staff,
    thing: Uuid,
    intent: I,
    amendment: A,
) -> Result<(), OpeningError> {
    if once(staff, thing, intent).await? == Once::AskedOtherwise {
        once_as(staff, "command/amendment", thing, amendment).await?;
    }
    Ok(())
}

/// Executes one of several commands to a thing, by the kind of the command.
pub(super) async fn once_as<I: Intent + Clone>(
    staff: &Staff,
    kind: &str,
    thing: Uuid,
    intent: I,
) -> Result<Once, OpeningError> {
    let command = CommandId::derived(named(staff.tenant(), kind, thing));
    match staff.does_once(Request::live(command), intent).await {
        Ok(_) => Ok(Once::Done),
        Err(Undone::Failed(CommandError::IdReused)) => Ok(Once::AskedOtherwise),
        Err(Undone::Leaving) => Err(OpeningError::Leaving),
        Err(Undone::Failed(CommandError::World(world))) => {
            Err(OpeningError::Failed { operation: I::OPERATION, reason: world.to_string() })
        }
        Err(Undone::Failed(refusal)) => {
            tracing::warn!(%refusal, operation = I::OPERATION, "the demo's restaurant is not \
                opened in full: its users have changed what this rests on");
            Ok(Once::Refused)
        }
    }
}
