//! A command between its decision and the log's verdict.

use std::sync::Arc;

use event_store::{Error, Verdict};
use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::memory::{Change, Memory};

/// An append that waits for its verdict, and the pending states that depend on it. Dropping it without
/// a verdict takes them back.
#[must_use = "its states stay pending until it has its verdict"]
pub(crate) struct Staged {
    memory: Arc<Memory>,
    changes: Vec<(Change, u64)>,
    verdict: Option<BoxFuture<'static, Result<Verdict, Error>>>,
    /// Dropped last: closing it wakes the waiting commands.
    _settles: watch::Sender<()>,
}

impl Staged {
    pub(super) fn new(
        memory: Arc<Memory>,
        changes: Vec<(Change, u64)>,
        verdict: BoxFuture<'static, Result<Verdict, Error>>,
        settles: watch::Sender<()>,
    ) -> Self {
        Self { memory, changes, verdict: Some(verdict), _settles: settles }
    }

    /// Waits for the log, then makes the states committed ones or takes them back.
    pub(crate) async fn verdict(mut self) -> Result<Verdict, Error> {
        let verdict = self.verdict.take().expect("it is asked once").await;
        match &verdict {
            Ok(Verdict::Committed(_)) => {
                for (change, chain) in self.changes.drain(..) {
                    self.memory.accept(change, chain);
                }
            }
            Ok(Verdict::Conflict { stream, actual }) => self.memory.doubt(stream, Some(*actual)),
            Ok(Verdict::Duplicate(_)) => {}
            // It may have been committed all the same.
            Err(_) => {
                for (change, _) in &self.changes {
                    self.memory.doubt(&change.wanted.stream, None);
                }
            }
        }
        verdict
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for (change, chain) in &self.changes {
            self.memory.reject(change, *chain);
        }
    }
}
