//! Tables as bytes: CSV files, an archive of them, a workbook.

mod archive;
mod csv;
mod workbook;

use std::collections::BTreeMap;

use crate::bad_cell::{BadCells, Place, Reason};
use crate::number::DecimalMark;
use crate::sheets::Sheet;
use crate::table::{Raw, Table};

pub use csv::written as csv_text;

/// The most bytes that the content of an archive or a workbook has once it is unpacked. The largest menu has a
/// tenth of it.
pub const UNPACKED_MAX: u64 = 64 << 20;

/// How the tables of a menu are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A ZIP archive with a CSV file for each sheet.
    Csv,
    /// An XLSX workbook.
    Xlsx,
}

/// Why bytes are not tables at all.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The archive or workbook is damaged.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// It unpacks to more than [`UNPACKED_MAX`] bytes.
    #[error("the file unpacks to more than {UNPACKED_MAX} bytes")]
    TooLarge,
}

/// A file as it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its name, such as `menu.zip`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Reads files: CSV files by their names, archives and workbooks by their content. `mark` declares what separates
/// decimals in CSV files; without it the separator of a file shows it.
pub fn read(
    files: &[Sent],
    mark: Option<DecimalMark>,
    bad: &mut BadCells,
) -> Result<Vec<Table>, Unreadable> {
    let mut raws = Vec::new();
    for Sent { name, bytes } in files {
        match archive::content(bytes)? {
            archive::Content::Workbook => raws.extend(workbook::read(bytes)?),
            archive::Content::Files(files) => {
                let csv = |(name, bytes): &(String, Vec<u8>)| csv::read(name, bytes, mark);
                raws.extend(files.iter().map(csv));
            }
            archive::Content::NoArchive => raws.push(csv::read(name, bytes, mark)),
        }
    }
    Ok(tables(raws, bad))
}

/// The tables as one file.
pub fn write(tables: &[Table], format: Format) -> Result<Vec<u8>, Unreadable> {
    match format {
        Format::Csv => archive::write(tables.iter().map(|table| {
            let name = format!("{}.csv", table.sheet.name);
            (name, csv_text(table).into_bytes())
        })),
        Format::Xlsx => workbook::write(tables),
    }
}

fn tables(raws: Vec<Raw>, bad: &mut BadCells) -> Vec<Table> {
    let mut tables: BTreeMap<&'static str, Table> = BTreeMap::new();
    for raw in raws {
        let at = Place { file: raw.file.clone(), row: 1, column: None };
        let Some(sheet) = Sheet::named(stem(&raw.file)) else {
            bad.add(at, Reason::UnknownSheet);
            continue;
        };
        if tables.contains_key(sheet.name) {
            bad.add(at, Reason::RepeatedSheet);
        } else if let Some(table) = Table::of(raw, sheet, bad) {
            tables.insert(sheet.name, table);
        }
    }
    tables.into_values().collect()
}

/// The name of a sheet in that of a file: `products` of `menu/products.csv`.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
