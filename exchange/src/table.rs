//! Tables: rows of a known sheet, each with its place in a file.

use std::sync::Arc;

use crate::bad_cell::{BadCells, Place, Reason};
use crate::formula::unmarked;
use crate::number::DecimalMark;
use crate::sheets::Sheet;
use crate::text::{Fault, is};

/// The rows of a file as they are written there.
#[derive(Debug)]
pub struct Raw {
    /// The file, or the sheet of a workbook.
    pub file: Arc<str>,
    /// Its rows that are not blank; the first one is the head.
    pub rows: Vec<RawRow>,
    /// What separates the decimals of its numbers.
    pub mark: DecimalMark,
    /// Whether every row has as many cells as the head. The cells of a workbook have places of their own.
    pub is_strict: bool,
}

/// A row of a file.
#[derive(Debug)]
pub struct RawRow {
    /// Its number, from 1.
    pub number: u64,
    /// Its cells; of a row with a fault those before it.
    pub cells: Vec<String>,
    /// Why it is no row.
    pub fault: Option<Fault>,
}

/// A sheet with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which sheet it is.
    pub sheet: &'static Sheet,
    /// The file that it was read from.
    pub file: Arc<str>,
    /// The number of its head.
    pub head: u64,
    /// What separates the decimals of its numbers.
    pub mark: DecimalMark,
    /// For every column of the sheet whether the file has it.
    pub has: Vec<bool>,
    /// Its rows below the head.
    pub rows: Vec<Row>,
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file, from 1.
    pub number: u64,
    /// A cell for every column of the sheet, empty where the file has none.
    pub cells: Vec<String>,
    /// Whether it has a fault, which is noted; then its cells serve only to know what it names.
    pub is_broken: bool,
}

impl Table {
    /// A table to be written, with all columns.
    pub fn new(sheet: &'static Sheet, rows: Vec<Vec<String>>) -> Self {
        let rows = rows.into_iter().zip(2..);
        let rows = rows.map(|(cells, number)| Row { number, cells, is_broken: false }).collect();
        let has = vec![true; sheet.columns.len()];
        let file = sheet.name.into();
        Self { sheet, file, head: 1, mark: DecimalMark::Point, has, rows }
    }

    /// The rows of a file as those of a sheet; none if its head is bad, which is noted.
    pub fn of(raw: Raw, sheet: &'static Sheet, bad: &mut BadCells) -> Option<Self> {
        let Raw { file, rows, mark, is_strict } = raw;
        let at = |row| Place { file: Arc::clone(&file), row, column: None };
        let mut rows = rows.into_iter();
        let Some(head) = rows.next() else {
            bad.add(at(1), Reason::EmptyFile);
            return None;
        };
        let (head_row, n_fields) = (head.number, head.cells.len());
        let places = locate(sheet, &head, &at(head_row), bad)?;
        let mut row = |RawRow { number, cells, fault }: RawRow| {
            let given = cells.len();
            let count = (is_strict && given != n_fields)
                .then_some(Reason::FieldCount { expected: n_fields, given });
            let fault = fault.map(Reason::Text).or(count);
            let is_broken = fault.is_some();
            if let Some(reason) = fault {
                bad.add(at(number), reason);
            }
            let cell = |place: &Option<usize>| place.and_then(|place| cells.get(place));
            let text = |cell: Option<&String>| cell.map_or("", |text| unmarked(text)).to_owned();
            let cells = places.iter().map(cell).map(text).collect();
            Row { number, cells, is_broken }
        };
        let rows = rows.by_ref().map(&mut row).collect();
        let has = places.iter().map(Option::is_some).collect();
        Some(Self { sheet, file, head: head_row, mark, has, rows })
    }

    /// Whether the file has this column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.has[self.sheet.index(column)]
    }
}

/// Where each column of the sheet is in the rows.
fn locate(
    sheet: &Sheet,
    head: &RawRow,
    at: &Place,
    bad: &mut BadCells,
) -> Option<Vec<Option<usize>>> {
    if let Some(fault) = head.fault {
        bad.add(at.clone(), Reason::Text(fault));
        return None;
    }
    let n_before = bad.n_reasons();
    let locate = |column: &crate::sheets::Column| {
        let at = Place { column: Some(column.name), ..at.clone() };
        let fields = head.cells.iter().enumerate();
        let mut places = fields.filter(|(_, field)| is(field, column.name)).map(|(place, _)| place);
        let found = places.next();
        if found.is_none() && column.is_required {
            bad.add(at.clone(), Reason::MissingColumn);
        }
        if places.next().is_some() {
            bad.add(at, Reason::RepeatedColumn);
        }
        found
    };
    let places = sheet.columns.iter().map(locate).collect();
    (bad.n_reasons() == n_before).then_some(places)
}
