//! Live commands before an import of another process that appends to the same streams.
//!
//! An import appends to the streams of a branch as fast as it can, and a live command that another process
//! decides meanwhile would find them changed at every attempt, until it is refused. So an import works in
//! turns, and a command that found a stream changed takes the right of way: it gets it when the turn ends, and
//! the next turn begins when the last command with the right of way is decided.
//!
//! - `locks`: turns and rights of way as advisory locks of PostgreSQL

#[cfg(feature = "postgres")]
mod locks;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

#[cfg(feature = "postgres")]
pub(crate) use locks::RightsOfWay;
#[cfg(feature = "postgres")]
pub use locks::Turns;

/// The right of way, until it is dropped.
#[derive(Clone, Default)]
pub struct RightOfWay {
    _held: Option<Arc<dyn Any + Send + Sync>>,
}

impl RightOfWay {
    /// The right of way that `held` keeps until it is dropped.
    #[cfg(feature = "postgres")]
    pub(crate) fn holding(held: Arc<dyn Any + Send + Sync>) -> Self {
        Self { _held: Some(held) }
    }
}

impl fmt::Debug for RightOfWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RightOfWay")
    }
}
