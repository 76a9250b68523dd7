//! XLSX workbooks, a sheet for each table.

use std::io::Cursor;

use calamine::{Data, ExcelDateTime, Range, Reader, Xlsx, XlsxError, open_workbook_from_rs};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError as WriteError};

use super::Unreadable;
use crate::formula::marked;
use crate::number::DecimalMark;
use crate::table::{Raw, RawRow, Table};

/// The sheets of a workbook.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Raw>, Unreadable> {
    let damaged = |error: XlsxError| Unreadable::Damaged(error.to_string());
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(damaged)?;
    let names = workbook.sheet_names();
    let mut sheets = Vec::new();
    for name in names {
        sheets.push(sheet(&name, &workbook.worksheet_range(&name).map_err(damaged)?));
    }
    Ok(sheets)
}

fn sheet(name: &str, range: &Range<Data>) -> Raw {
    let first = range.start().map_or(0, |(row, _)| u64::from(row));
    let rows = range.rows().zip(first + 1..).map(|(cells, number)| RawRow {
        number,
        cells: cells.iter().map(text).collect(),
        fault: None,
    });
    let rows = rows.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect();
    Raw { file: name.into(), rows, mark: DecimalMark::Point, is_strict: false }
}

/// A cell as a CSV file has it. The program that wrote the workbook may have made a date, a time or a number of what
/// was typed.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.trim().to_owned(),
        Data::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        Data::DateTime(moment) => date_or_time(moment),
        cell => cell.to_string(),
    }
}

fn date_or_time(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
    if moment.as_f64() < 1.0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// The tables as a workbook.
pub(super) fn write(tables: &[Table]) -> Result<Vec<u8>, Unreadable> {
    let damaged = |error: WriteError| Unreadable::Damaged(error.to_string());
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    for table in tables {
        fill(workbook.add_worksheet(), table, &bold).map_err(damaged)?;
    }
    workbook.save_to_buffer().map_err(damaged)
}

fn fill(sheet: &mut Worksheet, table: &Table, bold: &Format) -> Result<(), WriteError> {
    sheet.set_name(table.sheet.name)?.set_freeze_panes(1, 0)?;
    for (column, number) in table.sheet.columns.iter().zip(0..) {
        sheet.write_string_with_format(0, number, column.name, bold)?;
        sheet.set_column_width(number, 18)?;
    }
    for (row, number) in table.rows.iter().zip(1..) {
        for ((cell, column), place) in row.cells.iter().zip(table.sheet.columns).zip(0..) {
            match exact(cell).filter(|_| column.is_numeric) {
                Some(value) => sheet.write_number(number, place, value)?,
                None if cell.is_empty() => sheet,
                None => sheet.write_string(number, place, marked(cell))?,
            };
        }
    }
    Ok(())
}

/// The number that a workbook keeps, if that is exactly what the text says.
fn exact(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let decimals = text.split_once('.').map_or("", |(_, decimals)| decimals);
    let zeros = decimals.len() - decimals.trim_end_matches('0').len();
    let shortest = text[..text.len() - zeros].trim_end_matches('.');
    (number.to_string() == shortest).then_some(number)
}
