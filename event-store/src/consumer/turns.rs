//! Whose turn it is. Consumers of a process hear of new events at the same moment; if all of them set to
//! work at once, or one of them beside something else that can wait, nothing of a small machine would be
//! left to those who order.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a consumer waits for the others. Nobody may be held up for good by a page that hangs.
const WAIT_MAX: Duration = Duration::from_millis(250);

/// How long anybody waits for a processor beside the one that is left to those who order. A page or a hash
/// is mostly done by then.
const CALM_MAX: Duration = Duration::from_millis(50);

/// See the module. Clones share the turns.
#[derive(Debug, Clone)]
pub struct Turns {
    pages: Arc<Semaphore>,
    calm: Arc<Semaphore>,
}

/// A turn; it lasts until this is dropped.
pub(crate) type Turn = Option<OwnedSemaphorePermit>;

impl Default for Turns {
    /// As many consumers at once as half of the machine's processors, and no more of what can wait than
    /// all but one.
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self::of(processors.div_ceil(2), processors.saturating_sub(1).max(1))
    }
}

impl Turns {
    /// So many consumers at once, and so many of them and others together.
    pub fn of(pages: usize, together: usize) -> Self {
        Self { pages: Arc::new(Semaphore::new(pages)), calm: Arc::new(Semaphore::new(together)) }
    }

    /// Waits for a turn of a consumer, among consumers and then among all that can wait. Who has waited too
    /// long for one goes on without it.
    pub(crate) async fn take(&self) -> (Turn, Turn) {
        let page = given(&self.pages, WAIT_MAX).await;
        (page, self.beside().await)
    }

    /// Waits for a turn of something else that can wait; it lasts until what is given is dropped. Who has
    /// waited too long gets nothing, and goes on without.
    pub async fn beside(&self) -> Option<OwnedSemaphorePermit> {
        given(&self.calm, CALM_MAX).await
    }
}

async fn given(turns: &Arc<Semaphore>, within: Duration) -> Turn {
    timeout(within, Arc::clone(turns).acquire_owned()).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_turn_begins_when_another_ends_or_hangs() {
        let turns = Turns::of(1, 2);
        let first = turns.take().await;
        assert!(first.0.is_some());
        assert!(turns.take().await.0.is_none(), "it hangs");
        drop(first);
        assert!(turns.take().await.0.is_some());
    }

    #[tokio::test]
    async fn what_can_wait_takes_turns_with_consumers() {
        let turns = Turns::of(1, 1);
        let page = turns.take().await;
        assert!(turns.beside().await.is_none(), "a page is being applied");
        drop(page);
        let other = turns.beside().await;
        assert!(other.is_some());
        let late = turns.take().await;
        assert!(late.0.is_some() && late.1.is_none(), "it goes on beside the other");
    }
}
