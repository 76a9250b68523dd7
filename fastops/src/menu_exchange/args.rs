//! The command lines of `fastops import menu` and `fastops export menu`.

use std::path::PathBuf;

use api::language::Language;
use clap::{Args, Subcommand, ValueEnum};
use exchange::{DecimalMark, Format};

use crate::import::language;

/// `fastops import menu`.
#[derive(Debug, Clone, Args)]
pub struct ImportMenuArgs {
    /// The short name of the company.
    #[arg(long)]
    pub tenant: String,
    /// A workbook (XLSX), a ZIP archive of CSV files, a CSV file named after its sheet, or a folder of them. May be
    /// given several times.
    #[arg(long, required = true)]
    pub file: Vec<PathBuf>,
    /// What separates decimals in CSV files. Without it, files whose fields are separated by semicolons have commas,
    /// and others points.
    #[arg(long)]
    pub decimal: Option<DecimalArg>,
    /// Check everything, list every bad cell and what would change, write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// What to export.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// What to export.
    #[command(subcommand)]
    pub what: ExportCommand,
    /// The language of messages: es or en.
    #[arg(long, global = true, default_value = "es", value_parser = language)]
    pub lang: Language,
}

/// What can be exported.
#[derive(Debug, Clone, Subcommand)]
pub enum ExportCommand {
    /// Export the menu of a company as files that `fastops import menu` reads.
    Menu(ExportMenuArgs),
}

/// `fastops export menu`.
#[derive(Debug, Clone, Args)]
pub struct ExportMenuArgs {
    /// The short name of the company.
    #[arg(long)]
    pub tenant: String,
    /// A workbook (`menu.xlsx`), an archive of CSV files (`menu.zip`), or a folder for them, which is made.
    #[arg(long)]
    pub to: PathBuf,
}

/// What separates decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DecimalArg {
    /// `20.75`
    Point,
    /// `20,75`
    Comma,
}

impl From<DecimalArg> for DecimalMark {
    fn from(mark: DecimalArg) -> Self {
        match mark {
            DecimalArg::Point => Self::Point,
            DecimalArg::Comma => Self::Comma,
        }
    }
}

impl ExportMenuArgs {
    /// The format that the name asks for; none for a folder.
    pub(super) fn format(&self) -> Option<Format> {
        let ending = self.to.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("xlsx") => Some(Format::Xlsx),
            Some("zip") => Some(Format::Csv),
            _ => None,
        }
    }
}
