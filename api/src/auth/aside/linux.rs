//! How a thread steps aside on Linux.

use std::io;
use std::time::Duration;

/// The lowest priority, as a nice value.
const LOWEST: i32 = 19;

/// The longest turn that there is.
const TURN: Duration = Duration::from_millis(100);

/// Gives the calling thread the lowest priority, and turns that anybody may break into.
pub(super) fn step_aside() {
    let aside = rustix::process::setpriority_process(None, LOWEST).map_err(io::Error::from);
    if let Err(error) = aside.and_then(|()| ask_for_long_turns()) {
        tracing::debug!(%error, "a calculation goes on beside requests as if it were one");
    }
}

/// Whoever wakes waits until the turn of the thread that runs ends, some milliseconds, whatever the
/// priority of that thread, unless the own turns are shorter. That is how Linux schedules since 6.12, see
/// `sched(7)`; before, it ignores this.
#[expect(unsafe_code, reason = "neither the standard library nor rustix can ask for it")]
fn ask_for_long_turns() -> io::Result<()> {
    let size = size_of::<libc::sched_attr>();
    let attributes = libc::sched_attr {
        size: u32::try_from(size).expect("it is a few words"),
        sched_policy: libc::SCHED_OTHER.cast_unsigned(),
        sched_flags: 0,
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
        let asked = aside(|| ask_for_long_turns().map_err(|error| error.kind()));
        assert_eq!(asked.await, Ok(()));
    }
}
