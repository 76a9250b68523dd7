//! Signals: how a child is stopped, and how it learns that its parent is gone.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The signal for PostgreSQL's fast shutdown.
#[expect(unsafe_code, reason = "the standard library can only kill")]
pub(super) fn interrupt(pid: i32) {
    // SAFETY: kill reads two integers. The callers ensure that the id is that of a PostgreSQL.
    unsafe { libc::kill(pid, libc::SIGINT) };
}

/// A SIGKILL of this process, or its crash, becomes a fast shutdown of the child.
#[expect(unsafe_code, reason = "prctl must run between fork and exec")]
pub(super) fn end_with_this_thread(command: &mut Command) {
    let parent = std::process::id().cast_signed();
    // SAFETY: between fork and exec only prctl and getppid are called, which are async-signal-safe.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT) != 0 {
                return Err(io::Error::last_os_error());
            }
            // The parent may have died just before: then the signal would never be sent.
            if libc::getppid() != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        });
    }
}
