//! Parsing large bodies on the blocking pool, a few at a time.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::problem::{Code, Problem};

/// Smaller bodies are read at once: that takes a fraction of a millisecond, less than changing threads
/// is worth.
const FROM_BYTES: usize = 16 << 10;

/// How many large bodies are read at a time, in this process. The values of one take up to a few dozen MB.
static PLACES: Semaphore = Semaphore::const_new(2);

/// How long a large body waits for its turn.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Runs `read`, which reads `n_bytes` bytes, on a thread where it delays no other request.
pub(super) async fn run<T: Send + 'static>(
    n_bytes: usize,
    read: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    if n_bytes < FROM_BYTES {
        return read();
    }
    let place = timeout(WAIT_MAX, PLACES.acquire()).await;
    let Ok(Ok(place)) = place else { return Err(Problem::new(Code::Overloaded)) };
    let reading = spawn_blocking(move || {
        // A client that leaves frees its slot only when the reading has ended.
        let _place = place;
        read()
    });
    reading.await.unwrap_or_else(|ended| {
        tracing::error!(error = %ended, "a large body was not read to its end, and is refused");
        Err(Problem::new(Code::Internal))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[tokio::test]
    async fn s37_large_bodies_are_read_on_other_threads_and_small_ones_at_once() {
        let here = thread::current().id();
        let read = || Ok(thread::current().id());
        assert_eq!(run(FROM_BYTES - 1, read).await, Ok(here));
        assert_ne!(run(FROM_BYTES, read).await, Ok(here));
    }

    #[tokio::test]
    async fn a_request_goes_on_while_a_large_body_is_read() {
        let (tell, told) = mpsc::channel();
        let reading = run(FROM_BYTES, move || Ok(told.recv().is_ok()));
        let other = async { tell.send(()).unwrap() };
        // One thread has both; the reading cannot end before the other has begun.
        assert_eq!(tokio::join!(reading, other).0, Ok(true));
    }
}
