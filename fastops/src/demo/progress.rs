//! The progress of the past sales, on standard error: a bar on a terminal, a line in a log.

use indicatif::{ProgressBar, ProgressStyle};

use super::past_sales::Progress;
use crate::terminal;

const TEMPLATE: &str = "  Ventas de las últimas semanas  {bar:30} {percent} %  {eta}";

/// A bar that is drawn only on a terminal.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template(TEMPLATE).expect("the template above is one");
        Self(terminal::show(ProgressBar::no_length().with_style(style)))
    }

    /// Removes the bar.
    pub(super) fn ends(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begins(&self, n_steps: u64) {
        self.0.set_length(self.0.length().unwrap_or_default() + n_steps);
    }

    fn goes_on(&self) {
        self.0.inc(1);
    }
}
