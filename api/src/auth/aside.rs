//! Long calculations beside requests, which come first.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use tokio::sync::oneshot;

/// The lowest priority, as a nice value.
#[cfg(target_os = "linux")]
const LOWEST: i32 = 19;

/// Runs `work` on a thread of its own with the lowest priority: signing in can wait, ordering cannot. Goes on
/// to its end, also when its caller has been dropped.
///
/// # Panics
/// If `work` panics, or if the system has no thread left.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = oneshot::channel();
    let run = move || {
        step_aside();
        let _nobody_waits = tell.send(catch_unwind(AssertUnwindSafe(work)));
    };
    thread::Builder::new()
        .name("aside".to_owned())
        .spawn(run)
        .expect("the system has threads left");
    match told.await.expect("the thread tells how it ended") {
        Ok(result) => result,
        Err(panic) => resume_unwind(panic),
    }
}

/// Gives the calling thread the lowest priority.
#[cfg(target_os = "linux")]
fn step_aside() {
    if let Err(error) = rustix::process::setpriority_process(None, LOWEST) {
        tracing::debug!(%error, "hashing keeps the priority of requests and slows them down");
    }
}

/// On other systems than Linux the priority is that of the whole process.
#[cfg(not(target_os = "linux"))]
const fn step_aside() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_thread_that_calculates_steps_aside_and_no_other_does() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let usual = priority();
        assert_eq!(aside(priority).await, 19);
        assert_eq!(priority(), usual);
    }

    #[tokio::test]
    async fn a_panic_reaches_whoever_waits() {
        let waiting = tokio::spawn(aside(|| panic!("a bug")));
        let ended: Result<(), _> = waiting.await;
        assert!(ended.unwrap_err().is_panic());
    }
}
