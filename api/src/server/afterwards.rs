//! What is done about a request once its answer is on its way: nobody waits for it.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

type Chore = Box<dyn FnOnce() + Send>;

/// The chores of one connection. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Afterwards(Arc<Mutex<Vec<Chore>>>);

impl fmt::Debug for Afterwards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Afterwards").finish_non_exhaustive()
    }
}

impl Afterwards {
    /// Leaves a chore for when the connection has written what it has to write.
    pub(crate) fn leave(&self, chore: impl FnOnce() + Send + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(chore));
    }

    /// Drives a connection, and does the chores whenever it waits or ends.
    pub(super) async fn behind<F: Future>(&self, mut connection: Pin<&mut F>) -> F::Output {
        poll_fn(|cx| {
            let polled = connection.as_mut().poll(cx);
            self.catch_up();
            polled
        })
        .await
    }

    fn catch_up(&self) {
        let chores = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for chore in chores {
            chore();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn chores_are_done_in_order_after_what_left_them() {
        let afterwards = Afterwards::default();
        let (done, order) = channel();
        let connection = async {
            for answer in [1, 2] {
                let later = done.clone();
                afterwards.leave(move || later.send(format!("line of {answer}")).unwrap());
                done.send(format!("answer {answer}")).unwrap();
                tokio::task::yield_now().await;
            }
            let later = done.clone();
            afterwards.leave(move || later.send("last line".to_owned()).unwrap());
        };
        afterwards.behind(pin!(connection)).await;
        drop(done);
        let order: Vec<String> = order.iter().collect();
        assert_eq!(order, ["answer 1", "line of 1", "answer 2", "line of 2", "last line"]);
    }
}
