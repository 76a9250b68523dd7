//! How far a rebuild is: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::language::Language;
use indicatif::{ProgressBar, ProgressStyle};
use projections::rebuild::Progress;

/// The interval between lines where there is no terminal.
const SILENCE: Duration = Duration::from_secs(10);

/// Shows how many events are loaded.
#[derive(Debug)]
pub(super) struct Shown {
    language: Language,
    begun: Instant,
    printed_at: Mutex<Instant>,
    bar: Option<ProgressBar>,
}

impl Shown {
    pub(super) fn new(language: Language) -> Self {
        let bar = || ProgressBar::new(0).with_style(style(language));
        let bar = std::io::stderr().is_terminal().then(bar);
        let now = Instant::now();
        Self { language, begun: now, printed_at: Mutex::new(now), bar }
    }

    /// A rebuild has come this far.
    pub(super) fn is(&self, progress: Progress) {
        match (progress, &self.bar) {
            (Progress::Loading { position, end }, Some(bar)) => {
                bar.set_length(end.get());
                bar.set_position(position.get());
            }
            (Progress::Loading { position, end }, None) => {
                let mut printed_at = self.printed_at.lock().unwrap_or_else(PoisonError::into_inner);
                if printed_at.elapsed() >= SILENCE {
                    *printed_at = Instant::now();
                    print_line(&self.line(position.get(), end.get()));
                }
            }
            (Progress::Finishing, bar) => {
                if let Some(bar) = bar {
                    bar.abandon();
                }
                print_line(match self.language {
                    Language::Spanish => "índices y comparación",
                    Language::English => "indexes and comparison",
                });
            }
        }
    }

    /// Prints how long everything took.
    pub(super) fn end(&self) {
        let seconds = self.begun.elapsed().as_secs();
        print_line(&match self.language {
            Language::Spanish => format!("listas en {seconds} s"),
            Language::English => format!("built in {seconds} s"),
        });
    }

    fn line(&self, position: u64, end: u64) -> String {
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let per_second = position * 1_000 / millis;
        let left = (end - position) / per_second.max(1);
        match self.language {
            Language::Spanish => {
                format!("{position} de {end} eventos, {per_second} por segundo, faltan {left} s")
            }
            Language::English => {
                format!("{position} of {end} events, {per_second} a second, {left} s left")
            }
        }
    }
}

fn print_line(line: &str) {
    // If standard error is closed, the progress is not shown.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn style(language: Language) -> ProgressStyle {
    let template = match language {
        Language::Spanish => "{bar:40} {pos}/{len} eventos  {per_sec}  faltan {eta}",
        Language::English => "{bar:40} {pos}/{len} events  {per_sec}  {eta} left",
    };
    ProgressStyle::with_template(template).expect("the template is well formed")
}
