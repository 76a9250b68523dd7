//! What is done about a request once its answer is on its way: nobody waits for it.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Chore = Box<dyn FnOnce() + Send>;

/// The chores of one connection. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Afterwards(Arc<Chores>);

#[derive(Default)]
struct Chores(Mutex<Vec<Chore>>);

impl Afterwards {
    /// Leaves a chore for when the connection has gone as far as it can.
    pub(crate) fn leave(&self, chore: impl FnOnce() + Send + 'static) {
        self.0.left().push(Box::new(chore));
    }

    /// Drives a connection, and does the chores whenever it waits or ends, however it ends.
    pub(crate) async fn behind<F: Future>(&self, mut connection: Pin<&mut F>) -> F::Output {
        poll_fn(|cx| {
            let polled = connection.as_mut().poll(cx);
            self.0.catch_up();
            polled
        })
        .await
    }
}

impl Chores {
    fn left(&self) -> MutexGuard<'_, Vec<Chore>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn catch_up(&self) {
        let chores = mem::take(&mut *self.left());
        for chore in chores {
            chore();
        }
    }
}

impl Drop for Chores {
    fn drop(&mut self) {
        self.catch_up();
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

    #[tokio::test]
    async fn a_connection_that_panics_leaves_no_chore_undone() {
        let (done, order) = channel();
        let connecting = tokio::spawn(async move {
            let afterwards = Afterwards::default();
            let connection = async {
                afterwards.leave(move || done.send("line").unwrap());
                panic!("a bug");
            };
            afterwards.behind(pin!(connection)).await;
        });
        assert!(connecting.await.unwrap_err().is_panic());
        assert_eq!(order.try_recv(), Ok("line"));
    }
}
