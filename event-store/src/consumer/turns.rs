//! Whose turn it is. Consumers of a process hear of new events at the same moment; if all of them set to
//! work at once, or one of them beside something else that can wait, nothing of a small machine would be
//! left to those who order.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long anybody waits for a turn. Nobody may be held up for good by a page that hangs.
const WAIT_MAX: Duration = Duration::from_millis(250);

/// See the module. Clones share the turns.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    /// As many at once as half of the machine's processors.
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self::of(processors.div_ceil(2))
    }
}

impl Turns {
    /// So many at once.
    pub fn of(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Waits for a turn, which lasts until what is given is dropped. Whoever has waited too long goes on
    /// without.
    pub async fn take(&self) -> Option<OwnedSemaphorePermit> {
        timeout(WAIT_MAX, Arc::clone(&self.0).acquire_owned()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_turn_begins_when_another_ends_or_hangs() {
        let turns = Turns::of(1);
        let first = turns.take().await;
        assert!(first.is_some());
        assert!(turns.take().await.is_none(), "it hangs");
        drop(first);
        assert!(turns.take().await.is_some());
    }
}
