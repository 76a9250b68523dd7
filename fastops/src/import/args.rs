//! The command line of `fastops import`.

use std::path::PathBuf;

use api::language::Language;
use clap::{Args, Subcommand, ValueEnum};

use crate::menu_exchange::args::ImportMenuArgs;

/// What to import.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// What to import.
    #[command(subcommand)]
    pub what: ImportCommand,
    /// The language of messages about the files: es or en.
    #[arg(long, global = true, default_value = "es", value_parser = language)]
    pub lang: Language,
}

/// The kinds of files that are understood.
#[derive(Debug, Clone, Subcommand)]
pub enum ImportCommand {
    /// Import sales of the past from a CSV file with a row per line of an order.
    Sales(SalesArgs),
    /// Import a menu from a workbook or CSV files.
    Menu(ImportMenuArgs),
    /// Import the published year of Maven Analytics' "Pizza Place Sales".
    PizzaPlace(PizzaPlaceArgs),
}

/// `fastops import sales`.
#[derive(Debug, Clone, Args)]
pub struct SalesArgs {
    /// The short name of the company.
    #[arg(long)]
    pub tenant: String,
    /// The name of the branch that made the sales.
    #[arg(long)]
    pub branch: String,
    /// The CSV file.
    #[arg(long)]
    pub file: PathBuf,
    /// What the order references are unique in, for example the name of a till. A reference that was
    /// imported before under the same name is not imported again.
    #[arg(long, default_value = "sales")]
    pub source: String,
    /// What the sales take from stock. Without it, those before the first count of the branch take nothing,
    /// and later ones what their recipes say, where there is enough.
    #[arg(long)]
    pub stock: Option<StockArg>,
    /// How to treat a row that repeats another row of the same order.
    #[arg(long, default_value = "refuse")]
    pub repeated_rows: RepeatedRows,
    /// Check everything, list every bad row, write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// What past sales take from stock, whatever the stock of the branch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StockArg {
    /// Nothing.
    None,
    /// What their recipes say, also where that leaves less than nothing.
    Allow,
}

/// How to treat a row that repeats another row of the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RepeatedRows {
    /// It is a bad row.
    Refuse,
    /// It was sold twice.
    Keep,
}

/// `fastops import pizza-place`.
#[derive(Debug, Clone, Args)]
pub struct PizzaPlaceArgs {
    /// The folder with orders.csv, `order_details.csv`, pizzas.csv and `pizza_types.csv`.
    #[arg(long)]
    pub data: PathBuf,
    /// The short name of the company.
    #[arg(long, required_unless_present = "private")]
    pub tenant: Option<String>,
    /// Check everything, list every bad row, write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Start a PostgreSQL of its own, import there, print the figures of the sales report as the
    /// last line, and throw everything away.
    #[arg(long, conflicts_with = "tenant")]
    pub private: bool,
}

/// A language as it is named on the command line.
pub(crate) fn language(text: &str) -> Result<Language, String> {
    match text {
        "es" => Ok(Language::Spanish),
        "en" => Ok(Language::English),
        _ => Err("es or en".to_owned()),
    }
}
