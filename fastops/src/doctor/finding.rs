//! The finding of a check, and its text.

use std::io::{self, Write};

use api::language::{Language, Words};
use serde_json::{Value, json};

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable word for the check.
    pub check: &'static str,
    /// What was looked at.
    pub title: Words,
    /// The result.
    pub verdict: Verdict,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it should.
    Good {
        /// What was seen.
        seen: Words,
    },
    /// Not as it should.
    Wrong {
        /// What was seen.
        seen: Words,
        /// What to do about it.
        advice: Words,
    },
    /// The check could not be made.
    Unknown {
        /// Why not.
        why: Words,
    },
}

impl Verdict {
    /// As it should be.
    pub(super) fn good(seen: impl Into<Words>) -> Self {
        Self::Good { seen: seen.into() }
    }

    /// Not as it should be.
    pub(super) fn wrong(seen: impl Into<Words>, advice: impl Into<Words>) -> Self {
        Self::Wrong { seen: seen.into(), advice: advice.into() }
    }

    /// The check needs a connection that could not be made.
    pub(super) fn unreached() -> Self {
        let why =
            ("no hay conexión con la base de datos", "there is no connection to the database");
        Self::Unknown { why: why.into() }
    }
}

impl From<sqlx::Error> for Verdict {
    /// The database did not answer.
    fn from(error: sqlx::Error) -> Self {
        let why = (
            format!("la base de datos no respondió: {error}"),
            format!("the database did not answer: {error}"),
        );
        Self::Unknown { why: why.into() }
    }
}

impl Finding {
    /// A finding; if the database did not answer, it reports that.
    pub(super) fn new(
        check: &'static str,
        title: impl Into<Words>,
        verdict: Result<Verdict, sqlx::Error>,
    ) -> Self {
        Self { check, title: title.into(), verdict: verdict.unwrap_or_else(Verdict::from) }
    }

    /// Whether the result is as it should be.
    pub const fn is_good(&self) -> bool {
        matches!(self.verdict, Verdict::Good { .. })
    }
}

/// The report for people.
pub(super) fn write_text(
    findings: &[Finding],
    language: Language,
    out: &mut impl Write,
) -> io::Result<()> {
    for Finding { title, verdict, .. } in findings {
        let (mark, seen, advice) = match verdict {
            Verdict::Good { seen } => ('✓', seen, None),
            Verdict::Wrong { seen, advice } => ('✗', seen, Some(advice)),
            Verdict::Unknown { why } => ('?', why, None),
        };
        writeln!(out, "{mark} {}: {}", title.in_language(language), seen.in_language(language))?;
        if let Some(advice) = advice {
            for line in advice.in_language(language).lines() {
                writeln!(out, "    → {line}")?;
            }
        }
    }
    writeln!(out, "\n{}", summary(findings).in_language(language))
}

/// The report for programs.
pub(super) fn write_json(
    findings: &[Finding],
    language: Language,
    out: &mut impl Write,
) -> io::Result<()> {
    let checks: Vec<Value> = findings.iter().map(|finding| as_json(finding, language)).collect();
    let healthy = findings.iter().all(Finding::is_good);
    writeln!(out, "{}", json!({ "healthy": healthy, "checks": checks }))
}

fn as_json(finding: &Finding, language: Language) -> Value {
    let (status, seen, advice) = match &finding.verdict {
        Verdict::Good { seen } => ("good", seen, None),
        Verdict::Wrong { seen, advice } => ("wrong", seen, Some(advice)),
        Verdict::Unknown { why } => ("unknown", why, None),
    };
    json!({
        "check": finding.check,
        "title": finding.title.in_language(language),
        "status": status,
        "seen": seen.in_language(language),
        "advice": advice.map(|advice| advice.in_language(language)),
    })
}

fn summary(findings: &[Finding]) -> Words {
    let n_wrong = findings.iter().filter(|finding| !finding.is_good()).count();
    match n_wrong {
        0 => Words::new("Todo está bien.", "Everything is fine."),
        1 => Words::new("Una cosa necesita atención.", "One thing needs attention."),
        n => Words::new(
            format!("{n} cosas necesitan atención."),
            format!("{n} things need attention."),
        ),
    }
}
