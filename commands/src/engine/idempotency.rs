//! Requests with one command id are run one after another, so that the later ones find the outcome of
//! the first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::shared::{CommandId, TenantId};
use tokio::sync::watch;

type Key = (TenantId, CommandId);

/// The commands that are being run in this process.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<HashMap<Key, watch::Receiver<()>>>);

/// The right to run a command; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Alone {
    running: Arc<Running>,
    key: Key,
    /// Dropped last: closing it wakes the waiting requests.
    _ends: watch::Sender<()>,
}

impl Running {
    /// Waits until no other request runs this command.
    pub(crate) async fn alone(self: &Arc<Self>, tenant: TenantId, command: CommandId) -> Alone {
        let key = (tenant, command);
        loop {
            let mut other = match self.commands().entry(key) {
                std::collections::hash_map::Entry::Occupied(other) => other.get().clone(),
                std::collections::hash_map::Entry::Vacant(free) => {
                    let (ends, ended) = watch::channel(());
                    free.insert(ended);
                    return Alone { running: Arc::clone(self), key, _ends: ends };
                }
            };
            // The value never changes; the channel closes.
            let _closed = other.changed().await;
        }
    }

    fn commands(&self) -> MutexGuard<'_, HashMap<Key, watch::Receiver<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.running.commands().remove(&self.key);
    }
}
