//! How far an import is: a bar on a terminal, a line now and then elsewhere.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use api::language::Language;
use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal;

/// The interval between lines where there is no terminal.
const SILENCE: Duration = Duration::from_secs(10);

/// What is counted, in both languages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    /// In Spanish.
    pub(crate) es: &'static str,
    /// In English.
    pub(crate) en: &'static str,
}

/// Shows how much of an import is done.
#[derive(Debug)]
pub(crate) struct Progress {
    language: Language,
    counted: Counted,
    n_all: u64,
    n_before: u64,
    begun: Instant,
    n_now: Cell<u64>,
    printed_at: Cell<Instant>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// `n_before` of `n_all` were done by earlier runs.
    pub(crate) fn new(language: Language, counted: Counted, n_all: usize, n_before: usize) -> Self {
        let (n_all, n_before) = (n_all as u64, n_before as u64);
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = terminal::show(ProgressBar::new(n_all).with_style(style(language, counted)));
            bar.set_position(n_before);
            bar.reset_eta();
            bar
        });
        let now = Instant::now();
        let (n_now, printed_at) = (Cell::new(n_before), Cell::new(now));
        Self { language, counted, n_all, n_before, begun: now, n_now, printed_at, bar }
    }

    /// Another one is complete.
    pub(crate) fn one_more(&self) {
        self.n_now.set(self.n_now.get() + 1);
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else if self.printed_at.get().elapsed() >= SILENCE {
            self.printed_at.set(Instant::now());
            self.print_line();
        }
    }

    /// Prints the last state where there is no terminal; on one, the bar makes room for the result.
    pub(crate) fn end(&self) {
        match &self.bar {
            Some(bar) => bar.finish_and_clear(),
            None => self.print_line(),
        }
    }

    fn print_line(&self) {
        let Self { counted, n_all, n_before, .. } = *self;
        let n_now = self.n_now.get();
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let per_second = (n_now - n_before) * 1_000 / millis;
        let left = (n_all - n_now) / per_second.max(1);
        let line = match self.language {
            Language::Spanish => {
                let counted = counted.es;
                format!("{n_now} de {n_all} {counted}, {per_second} por segundo, faltan {left} s")
            }
            Language::English => {
                let counted = counted.en;
                format!("{n_now} of {n_all} {counted}, {per_second} a second, {left} s left")
            }
        };
        // If standard error is closed, the progress is not shown.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

fn style(language: Language, counted: Counted) -> ProgressStyle {
    let template = match language {
        Language::Spanish => {
            format!("{{bar:40}} {{pos}}/{{len}} {}  {{per_sec}}  faltan {{eta}}", counted.es)
        }
        Language::English => {
            format!("{{bar:40}} {{pos}}/{{len}} {}  {{per_sec}}  {{eta}} left", counted.en)
        }
    };
    ProgressStyle::with_template(&template).expect("the template is well formed")
}
