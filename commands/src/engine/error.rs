//! The two kinds of failures: refused by a rule, and technical. They stay apart up to the API.

use domain::event::DecodeError;
use domain::identity::subscription;
use domain::shared::BranchId;
use event_store::Revision;

/// Why a command has no receipt, as its intent or the engine reports it.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<R> {
    /// A rule refuses the command.
    #[error(transparent)]
    Refused(R),
    /// The caller has seen an older revision of what they want to change.
    #[error("the revision is {actual}")]
    Stale {
        /// Its current revision.
        actual: Revision,
    },
    /// The caller may not act in this branch.
    #[error("the caller may not act in branch {branch}")]
    ForeignBranch {
        /// The branch.
        branch: BranchId,
    },
    /// The branch is closed, and nothing is begun there.
    #[error("branch {branch} is closed")]
    BranchClosed {
        /// The branch.
        branch: BranchId,
    },
    /// The company's subscription does not cover it.
    #[error(transparent)]
    NotCovered(subscription::Error),
    /// The command id was used before for something else, or by another person. The engine detects this, not
    /// an intent.
    #[error("the command id was used for another command")]
    IdReused,
    /// A technical failure; the same command may succeed later.
    #[error(transparent)]
    World(#[from] World),
}

impl<R> CommandError<R> {
    /// A refusal by a rule of the intent or of an aggregate.
    pub fn refused(refusal: impl Into<R>) -> Self {
        Self::Refused(refusal.into())
    }
}

/// A technical failure.
#[derive(Debug, thiserror::Error)]
pub enum World {
    /// Other commands changed the same streams every time this one tried.
    #[error("the streams changed while the command was being decided")]
    Busy,
    /// The log did not answer.
    #[error(transparent)]
    Log(#[from] event_store::Error),
    /// The log holds something that this release cannot read.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
    /// The command's task ended without an answer; whether it acted is unknown.
    #[error("the command ended without an answer")]
    Lost,
}

impl World {
    /// Whether the same command may succeed later without intervention.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Busy | Self::Lost => true,
            Self::Log(error) => error.is_transient(),
            // A process of the release that can read it takes over by itself.
            Self::Unreadable(error) => error.is_of_a_later_release(),
        }
    }

    /// Whether a later release may be able to read what this one cannot.
    pub const fn is_of_a_later_release(&self) -> bool {
        matches!(self, Self::Unreadable(error) if error.is_of_a_later_release())
    }
}
