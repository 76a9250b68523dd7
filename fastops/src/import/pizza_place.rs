//! The published files of Maven Analytics' "Pizza Place Sales", mapped onto past sales.
//!
//! One branch, everything eaten there. A pizza type is a product, its sizes are the variants.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use domain::orders::OrderType;
use domain::shared::Currency;

use super::bad_row::{BadRows, FileLine, Reason};
use super::error::Error;
use super::fields::{self, Calendar};
use super::history::{History, PastLine, PastOrder};
use super::menu::Menu;
use super::table::{self, Columns, Row};

/// The name of the one branch.
pub(super) const BRANCH: &str = "Pizza Place";
/// The files name no zone; the restaurant is taken to be in New York.
pub(super) const TIME_ZONE: Tz = chrono_tz::America::New_York;
/// What the prices are in.
pub(super) const CURRENCY: Currency = Currency::USD;

const TYPES: Columns<4> = Columns::required(["pizza_type_id", "name", "category", "ingredients"]);
const PIZZAS: Columns<4> = Columns::required(["pizza_id", "pizza_type_id", "size", "price"]);
const ORDERS: Columns<3> = Columns::required(["order_id", "date", "time"]);
const DETAILS: Columns<4> =
    Columns::required(["order_details_id", "order_id", "pizza_id", "quantity"]);

/// Reads the files of a folder; what is wrong with them is in `bad`.
pub(super) fn read(
    folder: &Path,
    calendar: &Calendar,
    bad: &mut BadRows,
) -> Result<History, Error> {
    let mut draft = Draft::default();
    // If the head of a file is bad, every row that refers to the file would be reported.
    let heads_are_good = draft.read_types(&folder.join("pizza_types.csv"), bad)?
        && draft.read_pizzas(&folder.join("pizzas.csv"), bad)?
        && draft.read_orders(&folder.join("orders.csv"), calendar, bad)?
        && draft.read_details(&folder.join("order_details.csv"), bad)?;
    if heads_are_good {
        draft.note_empty_orders(bad);
    }
    Ok(draft.finish())
}

/// The rows of the files, each under its id there. A row that exists but is bad has an entry without a value,
/// so that no row that refers to it is reported for that.
#[derive(Default)]
struct Draft {
    menu: Menu,
    types: Ids<usize>,
    pizzas: Ids<Pizza>,
    orders: Ids<usize>,
    details: Ids<()>,
    in_order: Vec<OrderDraft>,
    /// Whether there is a bad row that may be of any order.
    has_stray_rows: bool,
}

#[derive(Clone, Copy)]
struct Pizza {
    product: usize,
    variant: usize,
}

struct OrderDraft {
    place: FileLine,
    order: Option<PastOrder>,
    has_rows: bool,
    has_bad_rows: bool,
}

impl Draft {
    fn read_types(&mut self, path: &Path, bad: &mut BadRows) -> Result<bool, Error> {
        table::read(path, TYPES, bad, |row, bad| {
            let ([id, title, category, ingredients], place) = (row.fields, &row.place);
            if row.is_broken {
                return self.types.add_broken(id, place);
            }
            let name = bad.sift(place, fields::name("name", title));
            let category = bad.sift(place, fields::name("category", category));
            let ingredients = bad.sift(place, fields::names("ingredients", ingredients));
            let product = || {
                let category = self.menu.category(category?);
                let number = self.menu.product(name?, category, place.line);
                let first = self.menu.products[number].line;
                if first == place.line {
                    self.menu.products[number].ingredients = ingredients?;
                    return Some(number);
                }
                let text = title.to_owned();
                bad.add(place.clone(), Reason::Repeated { column: "name", text, line: first });
                None
            };
            let product = product();
            self.types.add(("pizza_type_id", id), place, product, bad);
        })
    }

    fn read_pizzas(&mut self, path: &Path, bad: &mut BadRows) -> Result<bool, Error> {
        table::read(path, PIZZAS, bad, |row, bad| {
            let ([id, type_id, size, price], place) = (row.fields, &row.place);
            if row.is_broken {
                return self.pizzas.add_broken(id, place);
            }
            let product = bad.sift(place, self.types.get(("pizza_type_id", type_id)));
            let size_name = bad.sift(place, fields::name("size", size));
            let price = bad.sift(place, fields::price(price, CURRENCY));
            let pizza = || {
                let (number, size_name, price) = (product??, size_name?, price?);
                let product = &mut self.menu.products[number];
                let variant = bad.sift(place, product.variant(size_name, price, place.line))?;
                let first = product.variants[variant].line;
                if first == place.line {
                    return Some(Pizza { product: number, variant });
                }
                let text = size.to_owned();
                bad.add(place.clone(), Reason::Repeated { column: "size", text, line: first });
                None
            };
            let pizza = pizza();
            self.pizzas.add(("pizza_id", id), place, pizza, bad);
        })
    }

    fn read_orders(
        &mut self,
        path: &Path,
        calendar: &Calendar,
        bad: &mut BadRows,
    ) -> Result<bool, Error> {
        table::read(path, ORDERS, bad, |row, bad| {
            let ([id, date, time], place) = (row.fields, row.place);
            if row.is_broken {
                return self.orders.add_broken(id, &place);
            }
            let number = Some(self.in_order.len());
            if !self.orders.add(("order_id", id), &place, number, bad) {
                return;
            }
            let occurred_at = bad.sift(&place, calendar.date_and_time(date, time));
            let order = occurred_at.map(|occurred_at| {
                let named = (id.to_owned(), place.clone());
                PastOrder::new(named, occurred_at, OrderType::DineIn, CURRENCY)
            });
            let (has_rows, has_bad_rows) = (false, false);
            self.in_order.push(OrderDraft { place, order, has_rows, has_bad_rows });
        })
    }

    fn read_details(&mut self, path: &Path, bad: &mut BadRows) -> Result<bool, Error> {
        table::read(path, DETAILS, bad, |row, bad| {
            let n_reasons = bad.n_reasons();
            let order = self.read_detail(&row, bad);
            if !row.is_broken && bad.n_reasons() == n_reasons {
                return;
            }
            match order {
                Some(number) => self.in_order[number].has_bad_rows = true,
                // A row that refers to an order that does not exist belongs to none.
                None => self.has_stray_rows |= row.is_broken,
            }
        })
    }

    /// Reads a row, and returns the number of its order.
    fn read_detail(&mut self, row: &Row<'_, 4>, bad: &mut BadRows) -> Option<usize> {
        let ([id, order_id, pizza_id, quantity], place) = (row.fields, &row.place);
        if row.is_broken {
            self.details.add_broken(id, place);
            let number = self.orders.get(("order_id", order_id)).ok().flatten()?;
            self.in_order[number].has_rows = true;
            return Some(number);
        }
        self.details.add(("order_details_id", id), place, Some(()), bad);
        let order = bad.sift(place, self.orders.get(("order_id", order_id))).flatten();
        let pizza = bad.sift(place, self.pizzas.get(("pizza_id", pizza_id))).flatten();
        let quantity = bad.sift(place, fields::quantity(quantity));
        let number = order?;
        let draft = &mut self.in_order[number];
        draft.has_rows = true;
        if let (Some(order), Some(pizza), Some(quantity)) = (&mut draft.order, pizza, quantity) {
            let Pizza { product, variant } = pizza;
            let unit_price = self.menu.products[product].variants[variant].price;
            let line = PastLine { product, variant, quantity, unit_price, line: place.line };
            bad.sift(place, order.add(line, "price"));
        }
        Some(number)
    }

    /// Where a bad row may be of any order, no order is known to have none.
    fn note_empty_orders(&self, bad: &mut BadRows) {
        if self.has_stray_rows {
            return;
        }
        for draft in self.in_order.iter().filter(|draft| !draft.has_rows) {
            bad.add(draft.place.clone(), Reason::NoLines);
        }
    }

    fn finish(self) -> History {
        let has_stray_rows = self.has_stray_rows;
        let orders =
            self.in_order.into_iter().filter_map(|OrderDraft { order, has_bad_rows, .. }| {
                let is_whole = !has_stray_rows && !has_bad_rows;
                order.map(|order| Arc::new(PastOrder { is_whole, ..order }))
            });
        History { menu: self.menu, orders: orders.collect() }
    }
}

/// Rows by their id, with the line of each.
struct Ids<T> {
    rows: HashMap<String, (u64, Option<T>)>,
    /// Whether there is a broken row whose id is unknown.
    has_nameless: bool,
}

impl<T> Default for Ids<T> {
    fn default() -> Self {
        Self { rows: HashMap::new(), has_nameless: false }
    }
}

impl<T: Copy> Ids<T> {
    /// Adds a row; false if the id is missing or another row has it.
    fn add(
        &mut self,
        (column, id): (&'static str, &str),
        place: &FileLine,
        value: Option<T>,
        bad: &mut BadRows,
    ) -> bool {
        if id.is_empty() {
            bad.add(place.clone(), Reason::Empty(column));
            return false;
        }
        if let Some((line, _)) = self.rows.get(id) {
            let reason = Reason::Repeated { column, text: id.to_owned(), line: *line };
            bad.add(place.clone(), reason);
            return false;
        }
        self.rows.insert(id.to_owned(), (place.line, value));
        true
    }

    /// Adds a row that could not be read, as far as its id is known.
    fn add_broken(&mut self, id: &str, place: &FileLine) {
        if id.is_empty() {
            self.has_nameless = true;
        } else {
            self.rows.entry(id.to_owned()).or_insert((place.line, None));
        }
    }

    /// What a row refers to: nothing if that is a bad row itself, or may be one.
    fn get(&self, (column, id): (&'static str, &str)) -> Result<Option<T>, Reason> {
        match self.rows.get(id) {
            Some((_, value)) => Ok(*value),
            None if self.has_nameless => Ok(None),
            None => Err(Reason::Unknown { column, text: id.to_owned() }),
        }
    }
}
