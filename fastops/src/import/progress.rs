//! How far an import is: a bar on a terminal, a line now and then elsewhere.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use api::language::Language;
use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal;

/// The interval between lines where there is no terminal.
const SILENCE: Duration = Duration::from_secs(10);

/// Shows how many orders are imported.
#[derive(Debug)]
pub(super) struct Progress {
    language: Language,
    n_orders: u64,
    n_before: u64,
    begun: Instant,
    n_now: Cell<u64>,
    printed_at: Cell<Instant>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// `n_before` of `n_orders` were imported by earlier runs.
    pub(super) fn new(language: Language, n_orders: usize, n_before: usize) -> Self {
        let (n_orders, n_before) = (n_orders as u64, n_before as u64);
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = terminal::show(ProgressBar::new(n_orders).with_style(style(language)));
            bar.set_position(n_before);
            bar.reset_eta();
            bar
        });
        let now = Instant::now();
        let (n_now, printed_at) = (Cell::new(n_before), Cell::new(now));
        Self { language, n_orders, n_before, begun: now, n_now, printed_at, bar }
    }

    /// Another order is complete.
    pub(super) fn one_more(&self) {
        self.n_now.set(self.n_now.get() + 1);
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else if self.printed_at.get().elapsed() >= SILENCE {
            self.printed_at.set(Instant::now());
            self.print_line();
        }
    }

    /// Prints the last state where there is no terminal; on one, the bar makes room for the result.
    pub(super) fn end(&self) {
        match &self.bar {
            Some(bar) => bar.finish_and_clear(),
            None => self.print_line(),
        }
    }

    fn print_line(&self) {
        let Self { n_orders, n_before, .. } = *self;
        let n_now = self.n_now.get();
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let per_second = (n_now - n_before) * 1_000 / millis;
        let left = (n_orders - n_now) / per_second.max(1);
        let line = match self.language {
            Language::Spanish => {
                format!("{n_now} de {n_orders} pedidos, {per_second} por segundo, faltan {left} s")
            }
            Language::English => {
                format!("{n_now} of {n_orders} orders, {per_second} a second, {left} s left")
            }
        };
        // If standard error is closed, the progress is not shown.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

fn style(language: Language) -> ProgressStyle {
    let template = match language {
        Language::Spanish => "{bar:40} {pos}/{len} pedidos  {per_sec}  faltan {eta}",
        Language::English => "{bar:40} {pos}/{len} orders  {per_sec}  {eta} left",
    };
    ProgressStyle::with_template(template).expect("the template is well formed")
}
