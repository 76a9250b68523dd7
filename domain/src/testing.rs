//! A test harness for deciders: given events, when a command is decided, then these events or this
//! refusal.
//!
//! ```
//! # use domain::{Decider, claim::{self, Claim}, testing::given};
//! # let holder = uuid::Uuid::nil();
//! given::<Claim>([])
//!     .when(claim::Command::Take { holder })
//!     .then([claim::Taken { holder }.into()]);
//! ```

use std::fmt::Debug;

use crate::Decider;

/// The history before the command.
#[must_use = "a history alone tests nothing: call `when`"]
pub fn given<D: Decider>(history: impl IntoIterator<Item = D::Event>) -> Given<D> {
    Given { state: D::fold(D::State::default(), history) }
}

/// See [`given`].
pub struct Given<D: Decider> {
    state: D::State,
}

impl<D: Decider> Given<D> {
    /// Decides `command` on the given history.
    #[must_use = "call `then` or `then_refused`"]
    pub fn when(self, command: D::Command) -> When<D> {
        When { outcome: D::decide(&self.state, command) }
    }
}

/// See [`Given::when`].
pub struct When<D: Decider> {
    outcome: Result<Vec<D::Event>, D::Error>,
}

impl<D: Decider> When<D>
where
    D::Event: Debug + PartialEq,
    D::Error: Debug + PartialEq,
{
    /// Expects exactly these events.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = D::Event>) {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(self.outcome, Ok(expected));
    }

    /// Expects that the command is accepted and changes nothing.
    #[track_caller]
    pub fn then_nothing(self) {
        self.then([]);
    }

    /// Expects this refusal.
    #[track_caller]
    pub fn then_refused(self, expected: D::Error) {
        assert_eq!(self.outcome, Err(expected));
    }
}
