//! Where things run that nobody waits for: threads of their own, so that a long page of a consumer never
//! stands before a request.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// Two: consumers take turns, and whoever watches over them goes on where one of them hangs.
const THREADS: usize = 2;

/// See the module. What runs on it ends with it.
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
            // Waiting would stop whoever drops this, which may be a task.
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::current;

    use super::*;

    #[tokio::test]
    async fn what_is_started_within_runs_on_threads_beside() {
        let background = Background::start().unwrap();
        let whose = || current().name().map(str::to_owned);
        let there = background.within(|| tokio::spawn(async move { whose() }));
        assert_eq!(there.await.unwrap().as_deref(), Some("background"));
        let here = tokio::spawn(async move { whose() });
        assert_ne!(here.await.unwrap().as_deref(), Some("background"));
    }
}
