//! How a thread steps aside on Linux.

use std::io;
use std::time::Duration;

/// The lowest priority, as a nice value.
const LOWEST: i32 = 19;

/// Longer than anybody has without asking.
const TURN: Duration = Duration::from_millis(10);

/// Gives the calling thread the lowest priority, and turns that anybody may break into.
pub(super) fn step_aside() {
    if let Err(error) = rustix::process::setpriority_process(None, LOWEST) {
        tracing::debug!(%error, "a calculation goes on beside requests as if it were one");
    }
    if let Err(error) = ask_for_long_turns() {
        tracing::debug!(%error, "a request may wait for the turn of a calculation to end");
    }
}

/// Whoever wakes waits until the turn of the thread that runs ends, some milliseconds, whatever the
/// priority of that thread, unless the own turns are shorter. That is how Linux schedules since 6.12, see
/// `Documentation/scheduler/sched-eevdf.rst` of its sources; before, it ignores this.
#[expect(unsafe_code, reason = "neither the standard library nor rustix can ask for it")]
fn ask_for_long_turns() -> io::Result<()> {
    let size = size_of::<libc::sched_attr>();
    let attributes = libc::sched_attr {
        size: u32::try_from(size).expect("it is a few words"),
        sched_policy: libc::SCHED_OTHER.cast_unsigned(),
        // Whoever runs the program may have chosen another.
        sched_flags: u64::try_from(libc::SCHED_FLAG_KEEP_POLICY).expect("it is one bit"),
        sched_nice: LOWEST,
        sched_priority: 0,
        sched_runtime: u64::try_from(TURN.as_nanos()).expect("it is short"),
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: the kernel reads as many bytes as `size` says, and this is about the calling thread alone.
    let result = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::super::aside;
    use super::*;

    #[tokio::test]
    async fn the_system_gives_what_is_asked_of_it() {
        use io::ErrorKind::{PermissionDenied, Unsupported};
        let asked = aside(|| ask_for_long_turns().map_err(|error| error.kind())).await;
        // A container may refuse the call; that it was well made shows everywhere else.
        assert!(matches!(asked, Ok(()) | Err(PermissionDenied | Unsupported)), "{asked:?}");
    }
}
