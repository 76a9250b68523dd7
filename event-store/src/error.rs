//! Failures of the log. Refusals by a rule are not errors of the log.

/// Why the log could not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The queue of the writer is full; nothing was written, and a later try may succeed.
    #[error("the log has too much to do")]
    Overloaded,
    /// The log could not be reached; nothing was written.
    #[error("the log is not available: {reason}")]
    Unavailable {
        /// The message of the adapter.
        reason: String,
    },
    /// The log has no space for more events; nothing was written, and an operator has to free space.
    #[error("the log's storage is full")]
    StorageFull,
    /// The connection was lost while committing. Repeating the append under the same command id settles it.
    #[error("the log did not say whether it committed")]
    OutcomeUnknown,
    /// The log refuses this append because of its content; a retry does not help.
    #[error("the log refuses the append: {reason}")]
    Rejected {
        /// The message of the adapter.
        reason: String,
    },
    /// What is stored cannot be read.
    #[error("the log holds something unreadable: {reason}")]
    Corrupt {
        /// What was found and where.
        reason: String,
    },
}

impl Error {
    /// Whether the same call may succeed later.
    pub const fn is_transient(&self) -> bool {
        !matches!(self, Self::Rejected { .. } | Self::Corrupt { .. })
    }
}
