//! Permits for background work. A commit wakes all consumers of a process. If all of them ran at once, or
//! together with other background work, commands would get no processor on a small machine.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a consumer waits for the others, so that a page that hangs does not stop them for good.
const PAGE_WAIT_MAX: Duration = Duration::from_millis(250);

/// How long background work waits for a permit. Most pages and hashes are done by then.
const BACKGROUND_WAIT_MAX: Duration = Duration::from_millis(50);

/// The permits for pages of consumers, and for all background work together. Clones share them.
#[derive(Debug, Clone)]
pub struct WorkPermits {
    pages: Arc<Semaphore>,
    background: Arc<Semaphore>,
}

/// A permit; it is returned when this is dropped. None after a timeout.
pub(crate) type Permit = Option<OwnedSemaphorePermit>;

impl Default for WorkPermits {
    /// Half of the machine's processors for consumers, and all but one for all background work.
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self::of(processors.div_ceil(2), processors.saturating_sub(1).max(1))
    }
}

impl WorkPermits {
    /// `pages` permits for consumers, and `together` for consumers and other background work.
    pub fn of(pages: usize, together: usize) -> Self {
        Self {
            pages: Arc::new(Semaphore::new(pages)),
            background: Arc::new(Semaphore::new(together)),
        }
    }

    /// Waits for a permit of consumers and then for one of all background work. After a timeout the caller
    /// runs without that permit.
    pub(crate) async fn take(&self) -> (Permit, Permit) {
        let page = given(&self.pages, PAGE_WAIT_MAX).await;
        (page, self.background().await)
    }

    /// Waits for a permit of other background work; it is returned when it is dropped. After a timeout there
    /// is none, and the caller runs without it.
    pub async fn background(&self) -> Option<OwnedSemaphorePermit> {
        given(&self.background, BACKGROUND_WAIT_MAX).await
    }
}

async fn given(permits: &Arc<Semaphore>, within: Duration) -> Permit {
    timeout(within, Arc::clone(permits).acquire_owned()).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_begins_when_another_ends_or_hangs() {
        let permits = WorkPermits::of(1, 2);
        let first = permits.take().await;
        assert!(first.0.is_some());
        assert!(permits.take().await.0.is_none(), "it hangs");
        drop(first);
        assert!(permits.take().await.0.is_some());
    }

    #[tokio::test]
    async fn background_work_shares_permits_with_consumers() {
        let permits = WorkPermits::of(1, 1);
        let page = permits.take().await;
        assert!(permits.background().await.is_none(), "a page is being applied");
        drop(page);
        let other = permits.background().await;
        assert!(other.is_some());
        let late = permits.take().await;
        assert!(late.0.is_some() && late.1.is_none(), "it runs without a permit");
    }
}
