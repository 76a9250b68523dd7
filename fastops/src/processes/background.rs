//! Threads for work that no request waits for, so that a long page of a consumer never delays a request.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// Two: consumers run one at a time, and their watchdog has to run when one of them hangs.
const THREADS: usize = 2;

/// The threads. What runs on them ends when this is dropped.
#[derive(Debug)]
pub struct Background {
    runtime: Option<Runtime>,
}

impl Background {
    /// Starts the threads.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("background")
            .enable_all()
            .build()?;
        Ok(Self { runtime: Some(runtime) })
    }

    /// What `start` spawns runs here.
    pub fn within<T>(&self, start: impl FnOnce() -> T) -> T {
        let runtime = self.runtime.as_ref().expect("it is there until this is dropped");
        let _entered = runtime.enter();
        start()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting would block the thread that drops this, which may run tasks.
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::current;

    use super::*;

    #[tokio::test]
    async fn what_is_started_within_runs_on_the_background_threads() {
        let background = Background::start().unwrap();
        let whose = || current().name().map(str::to_owned);
        let in_background = background.within(|| tokio::spawn(async move { whose() }));
        assert_eq!(in_background.await.unwrap().as_deref(), Some("background"));
        let here = tokio::spawn(async move { whose() });
        assert_ne!(here.await.unwrap().as_deref(), Some("background"));
    }
}
