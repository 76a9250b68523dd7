//! Tables laid over a menu.
//!
//! A sheet says everything about the things that it names, and nothing about others: the variants of a product are
//! those of its rows, and a product without a row keeps those that it has. A column that a file lacks changes nothing.

mod cells;
mod checks;
mod groups;
mod marks;
mod named;
mod offers;
mod price_lists;
mod products;
mod stock;

use crate::bad_cell::{BadCells, Place, Reason};
use crate::menu::{Key, Menu};
use crate::sheets::{self, Sheet};
use crate::table::Table;
use cells::Cells;
use named::Named;

type ReadRow = fn(&mut Reader<'_>, &mut Cells<'_>) -> Option<()>;

/// The sheets in the order in which they are read, since rows refer to what others name.
const READERS: &[(&Sheet, ReadRow)] = &[
    (&sheets::CATEGORIES, |it, row| it.category(row)),
    (&sheets::INGREDIENTS, |it, row| it.ingredient(row)),
    (&sheets::INGREDIENT_ALLERGENS, |it, row| it.ingredient_mark(row)),
    (&sheets::MODIFIER_GROUPS, |it, row| it.group(row)),
    (&sheets::MODIFIERS, |it, row| it.modifier(row)),
    (&sheets::MODIFIER_RECIPES, |it, row| it.modifier_portion(row)),
    (&sheets::PRODUCTS, |it, row| it.product(row)),
    (&sheets::VARIANTS, |it, row| it.variant(row)),
    (&sheets::PRODUCT_TEXTS, |it, row| it.text(row)),
    (&sheets::ALLERGENS, |it, row| it.product_mark(row)),
    (&sheets::PRODUCT_STATIONS, |it, row| it.station(row)),
    (&sheets::PRODUCT_GROUPS, |it, row| it.offered_group(row)),
    (&sheets::PRODUCT_MODIFIERS, |it, row| it.offered_modifier(row)),
    (&sheets::COMBOS, |it, row| it.combo_option(row)),
    (&sheets::RECIPES, |it, row| it.portion(row)),
    (&sheets::PRICE_LISTS, |it, row| it.price_list(row)),
    (&sheets::PRICES, |it, row| it.price(row)),
];

/// The menu that tables ask for, given the one that there is. What is wrong with them is in `bad`.
pub fn lay(tables: &[Table], current: &Menu, bad: &mut BadCells) -> Menu {
    let named = Named::in_tables(tables);
    let mut reader = Reader { current, menu: current.clone(), named };
    for (sheet, read) in READERS {
        for table in tables.iter().filter(|table| table.sheet == *sheet) {
            for row in table.rows.iter().filter(|row| !row.is_broken) {
                read(&mut reader, &mut Cells::new(table, row, bad));
            }
        }
    }
    reader.finish(bad)
}

/// The menu as far as it is read.
struct Reader<'a> {
    current: &'a Menu,
    menu: Menu,
    named: Named,
}

impl Reader<'_> {
    /// Nothing if an earlier row of the sheet is about the same thing, which is noted.
    fn once(&mut self, cells: &mut Cells<'_>, column: &'static str, keys: &[&Key]) -> Option<()> {
        let place = cells.place();
        match self.named.first(cells.sheet(), keys, &place) {
            None => Some(()),
            Some(row) => {
                cells.refuse(column, Reason::Repeated { row });
                None
            }
        }
    }

    /// Whether this is the first row of the sheet about what is within `key`.
    fn begins(&mut self, cells: &Cells<'_>, key: &Key) -> bool {
        self.named.begins(cells.sheet(), key)
    }

    /// A row about a thing, in the first of these sheets that has one.
    fn place_of(&self, sheets: &[&Sheet], key: &Key) -> Option<Place> {
        sheets.iter().find_map(|sheet| self.named.place(sheet, key)).cloned()
    }
}

#[cfg(test)]
mod tests;
