//! What is done about a request once its answer is on its way: nobody waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

type Chore = Box<dyn FnOnce() + Send>;

/// How many chores may be left undone. Further ones are done by whoever leaves them.
const LEFT_MAX: usize = 4_096;

/// How long chores gather: to wake a thread costs as much as many of them.
const GATHERING: Duration = Duration::from_millis(2);

/// The longest that anybody waits for chores to be done.
const DONE_WITHIN: Duration = Duration::from_secs(2);

/// Chores, done in order by a thread of their own, which ends with the last of those who may leave some.
#[derive(Clone)]
pub(crate) struct Afterwards(SyncSender<Chore>);

impl Afterwards {
    /// Starts the thread. Where the system has none left, chores are done at once.
    pub(crate) fn start() -> Self {
        let (left, chores) = sync_channel(LEFT_MAX);
        let started = thread::Builder::new().name("afterwards".to_owned()).spawn(|| work(chores));
        if let Err(error) = started {
            tracing::warn!(%error, "answers wait for what is written down about them");
        }
        Self(left)
    }

    /// Leaves a chore for a moment later.
    pub(crate) fn leave(&self, chore: impl FnOnce() + Send + 'static) {
        match self.0.try_send(Box::new(chore)) {
            Ok(()) => {}
            Err(TrySendError::Full(chore) | TrySendError::Disconnected(chore)) => chore(),
        }
    }

    /// Waits until everything that was left so far is done.
    pub(crate) async fn done(&self) {
        if timeout(DONE_WITHIN, self.last_one()).await.is_err() {
            tracing::warn!("not everything was written down in time");
        }
    }

    /// Leaves a chore behind all others, and waits for it.
    async fn last_one(&self) {
        let (tell, told) = oneshot::channel();
        let mut chore: Chore = Box::new(move || {
            let _nobody_waits = tell.send(());
        });
        while let Err(TrySendError::Full(back)) = self.0.try_send(chore) {
            chore = back;
            sleep(GATHERING).await;
        }
        let _nobody_tells = told.await;
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "whoever leaves a chore learns that this has ended"
)]
fn work(chores: Receiver<Chore>) {
    while let Ok(first) = chores.recv() {
        for chore in std::iter::once(first).chain(chores.try_iter()) {
            // It has been reported, and the others are still to be done.
            let _panicked = catch_unwind(AssertUnwindSafe(chore));
        }
        thread::sleep(GATHERING);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn chores_are_done_in_order_even_after_one_that_panics() {
        let afterwards = Afterwards::start();
        let (done, order) = channel();
        for line in 1..=3 {
            let done = done.clone();
            afterwards.leave(move || done.send(line).unwrap());
            afterwards.leave(|| panic!("a bug"));
        }
        afterwards.done().await;
        drop(done);
        assert_eq!(order.iter().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn where_too_many_are_left_the_next_is_done_at_once() {
        let afterwards = Afterwards::start();
        let (go_on, held) = channel::<()>();
        let (begun, is_held) = channel();
        afterwards.leave(move || {
            begun.send(()).unwrap();
            held.recv().unwrap();
        });
        is_held.recv().unwrap();
        let (done, order) = channel();
        for line in 0..=LEFT_MAX {
            let done = done.clone();
            afterwards.leave(move || done.send(line).unwrap());
        }
        assert_eq!(order.try_recv(), Ok(LEFT_MAX));
        assert!(order.try_recv().is_err());
        go_on.send(()).unwrap();
        afterwards.done().await;
        assert_eq!(order.try_iter().count(), LEFT_MAX);
    }
}
