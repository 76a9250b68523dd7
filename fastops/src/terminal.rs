//! Standard error with progress bars at the bottom and lines above them.

use std::io::{self, Write};
use std::sync::LazyLock;

use indicatif::{MultiProgress, ProgressBar};

static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Shows a bar where standard error is a terminal.
pub(crate) fn show(bar: ProgressBar) -> ProgressBar {
    BARS.add(bar)
}

/// Writes something while no bar is on the screen.
pub fn above_bars<T>(write: impl FnOnce() -> T) -> T {
    BARS.suspend(write)
}

/// Standard error, for lines: a bar is never in the middle of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines;

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        above_bars(|| io::stderr().write(line))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
