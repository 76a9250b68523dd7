//! What the rows of tables name.

use std::collections::{BTreeMap, BTreeSet};

use domain::shared::Name;

use crate::bad_cell::Place;
use crate::menu::Key;
use crate::sheets::Sheet;
use crate::table::{Row, Table};

type SheetName = &'static str;

/// What rows name, also those of which another cell is wrong: it is no unknown name to others.
pub(super) struct Named {
    things: BTreeMap<(SheetName, Key), Place>,
    parts: BTreeSet<(SheetName, Key, Key)>,
    rows: BTreeMap<(SheetName, Vec<Key>), u64>,
    begun: BTreeSet<(SheetName, Key)>,
}

impl Named {
    pub(super) fn in_tables(tables: &[Table]) -> Self {
        let (mut things, mut parts) = (BTreeMap::new(), BTreeSet::new());
        for table in tables {
            let sheet = table.sheet.name;
            for row in &table.rows {
                let Some(thing) = key(row, 0) else { continue };
                if let Some(part) = key(row, 1) {
                    parts.insert((sheet, thing.clone(), part));
                }
                let place = Place { file: table.file.clone(), row: row.number, column: None };
                things.entry((sheet, thing)).or_insert(place);
            }
        }
        Self { things, parts, rows: BTreeMap::new(), begun: BTreeSet::new() }
    }

    /// Whether a row of the sheet names it in the first column.
    pub(super) fn has(&self, sheet: &Sheet, key: &Key) -> bool {
        self.place(sheet, key).is_some()
    }

    /// Whether a row of the sheet names both in the first columns.
    pub(super) fn has_part(&self, sheet: &Sheet, key: &Key, part: &Key) -> bool {
        self.parts.contains(&(sheet.name, key.clone(), part.clone()))
    }

    /// The first row of the sheet that names it in the first column.
    pub(super) fn place(&self, sheet: &Sheet, key: &Key) -> Option<&Place> {
        self.things.get(&(sheet.name, key.clone()))
    }

    /// Notes a row; the number of an earlier one that is about the same, if there is one.
    pub(super) fn first(&mut self, sheet: &Sheet, keys: &[&Key], place: &Place) -> Option<u64> {
        let keys = keys.iter().map(|key| (*key).clone()).collect();
        let first = *self.rows.entry((sheet.name, keys)).or_insert(place.row);
        (first != place.row).then_some(first)
    }

    /// Whether no earlier row of the sheet began what is within `key`.
    pub(super) fn begins(&mut self, sheet: &Sheet, key: &Key) -> bool {
        self.begun.insert((sheet.name, key.clone()))
    }
}

fn key(row: &Row, column: usize) -> Option<Key> {
    Name::parse(row.cells.get(column)?).ok().map(|name| Key::from(&name))
}
