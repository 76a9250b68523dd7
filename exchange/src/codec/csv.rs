//! CSV files.

use crate::formula::marked;
use crate::number::DecimalMark;
use crate::sheets;
use crate::table::{Raw, RawRow, Table};
use crate::text::{Record, lines, separator};

/// Shows spreadsheets that a file is UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The rows of a file. Where `mark` does not say it, semicolons between fields show that commas separate decimals.
pub(super) fn read(name: &str, bytes: &[u8], mark: Option<DecimalMark>) -> Raw {
    let mut lines = lines(bytes).peekable();
    let columns: Vec<&str> = sheets::Sheet::named(super::stem(name))
        .map_or_else(Vec::new, |sheet| sheet.columns.iter().map(|column| column.name).collect());
    let separator = lines.peek().map_or(',', |head| separator(head.bytes, &columns));
    let shown = if separator == ';' { DecimalMark::Comma } else { DecimalMark::Point };
    let rows = lines.map(|line| {
        let Record { fields, fault } = Record::read(line.bytes, separator);
        RawRow { number: line.number, cells: fields, fault }
    });
    let rows = rows.filter(|row| row.fault.is_some() || row.cells.iter().any(|it| !it.is_empty()));
    let (file, rows) = (name.into(), rows.collect());
    Raw { file, rows, mark: mark.unwrap_or(shown), is_strict: true }
}

/// The table as a file that spreadsheets open as text in UTF-8.
pub fn written(table: &Table) -> String {
    let head = table.sheet.columns.iter().map(|column| column.name.to_owned()).collect();
    let rows = table.rows.iter().map(|row| row.cells.clone());
    let lines = std::iter::once(head).chain(rows).map(|cells: Vec<String>| {
        let fields: Vec<String> = cells.iter().map(|cell| field(&marked(cell))).collect();
        fields.join(",") + "\r\n"
    });
    std::iter::once(BYTE_ORDER_MARK.to_string()).chain(lines).collect()
}

fn field(text: &str) -> String {
    let is_plain = !text.contains([',', ';', '"', '\r', '\n', '\t']) && text.trim() == text;
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
