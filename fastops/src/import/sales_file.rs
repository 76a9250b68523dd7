//! One CSV file with a row per line of an order: the columns of `fastops import sales`.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use domain::shared::Currency;

use super::args::RepeatedRows;
use super::bad_row::{BadRows, Reason};
use super::error::Error;
use super::fields::{self, Calendar};
use super::history::{History, PastLine, PastOrder};
use super::menu::Menu;
use super::table::{self, Columns, Row};

/// The columns, as `docs/import-sales.md` has them.
const COLUMNS: Columns<9> = Columns {
    names: [
        "order_ref",
        "occurred_at",
        "order_type",
        "category",
        "product",
        "variant",
        "quantity",
        "unit_price",
        "payment",
    ],
    n_optional: 1,
};

/// How the file is read.
#[derive(Debug)]
pub(super) struct Reading {
    /// The calendar of the branch.
    pub(super) calendar: Calendar,
    /// The currency of the prices.
    pub(super) currency: Currency,
    /// How to treat a row that an order has twice.
    pub(super) repeated_rows: RepeatedRows,
}

/// Reads the file; what is wrong with it is in `bad`.
pub(super) fn read(path: &Path, reading: Reading, bad: &mut BadRows) -> Result<History, Error> {
    let mut draft = Draft::new(reading);
    table::read(path, COLUMNS, bad, |row, bad| draft.add(&row, bad))?;
    Ok(draft.finish())
}

struct Draft {
    reading: Reading,
    menu: Menu,
    /// By reference; nothing where the first row of the order is bad.
    orders: HashMap<String, Option<PastOrder>>,
    /// The references of orders with a bad row.
    with_bad_rows: HashSet<String>,
    /// Whether there is a bad row that may be of any order.
    has_stray_rows: bool,
}

impl Draft {
    fn new(reading: Reading) -> Self {
        Self {
            reading,
            menu: Menu::default(),
            orders: HashMap::new(),
            with_bad_rows: HashSet::new(),
            has_stray_rows: false,
        }
    }

    fn add(&mut self, row: &Row<'_, 9>, bad: &mut BadRows) {
        let n_reasons = bad.n_reasons();
        let reference = fields::reference("order_ref", row.fields[0]);
        let reference = if row.is_broken {
            reference.ok()
        } else {
            let reference = bad.sift(&row.place, reference);
            self.read(reference.as_ref(), row, bad);
            reference
        };
        if row.is_broken || bad.n_reasons() > n_reasons {
            match reference {
                Some(reference) => _ = self.with_bad_rows.insert(reference),
                None => self.has_stray_rows = true,
            }
        }
    }

    /// Reads every field before it gives up, so that one run shows everything there is to mend.
    fn read(&mut self, reference: Option<&String>, row: &Row<'_, 9>, bad: &mut BadRows) {
        let [_, occurred_at, order_type, category, product, variant, quantity, price, paid] =
            row.fields;
        let (place, n_reasons) = (&row.place, bad.n_reasons());
        let occurred_at = bad.sift(place, self.reading.calendar.moment(occurred_at));
        let order_type = bad.sift(place, fields::order_type("order_type", order_type));
        let category = bad.sift(place, fields::name("category", category));
        let product = bad.sift(place, fields::name("product", product));
        let variant = bad.sift(place, fields::name("variant", variant));
        let quantity = bad.sift(place, fields::quantity(quantity));
        let unit_price = bad.sift(place, fields::price(price, self.reading.currency));
        bad.sift(place, cash(paid));

        let sold = || Some((category?, product?, variant?, unit_price?));
        let line = sold().and_then(|(category, product, variant, unit_price)| {
            let category = self.menu.category(category);
            let number = self.menu.product(product, category, place.line);
            let product = &mut self.menu.products[number];
            if product.category != category {
                let reason = Reason::Differs { column: "category", line: product.line };
                bad.add(place.clone(), reason);
            }
            let variant = bad.sift(place, product.variant(variant, unit_price, place.line))?;
            let line = place.line;
            Some(PastLine { product: number, variant, quantity: quantity?, unit_price, line })
        });

        let Some(reference) = reference else { return };
        let order = self.orders.entry(reference.clone()).or_insert_with(|| {
            let named = (reference.clone(), place.clone());
            Some(PastOrder::new(named, occurred_at?, order_type?, self.reading.currency))
        });
        let Some(order) = order else { return };
        let first = order.place.line;
        if occurred_at.is_some_and(|at| at != order.occurred_at) {
            bad.add(place.clone(), Reason::Differs { column: "occurred_at", line: first });
        }
        if order_type.is_some_and(|order_type| order_type != order.order_type) {
            bad.add(place.clone(), Reason::Differs { column: "order_type", line: first });
        }
        let Some(line) = line else { return };
        let twin = order.twin(&line).filter(|_| bad.n_reasons() == n_reasons);
        if let (Some(line), RepeatedRows::Refuse) = (twin, self.reading.repeated_rows) {
            bad.add(place.clone(), Reason::RepeatedRow { line });
        }
        bad.sift(place, order.add(line, "unit_price"));
    }

    /// The orders in the order of their first rows.
    fn finish(self) -> History {
        let Self { menu, orders, with_bad_rows, has_stray_rows, .. } = self;
        let mut orders: Vec<PastOrder> = orders.into_values().flatten().collect();
        orders.sort_unstable_by_key(|order| order.place.line);
        for order in &mut orders {
            order.is_whole = !has_stray_rows && !with_bad_rows.contains(&order.reference);
        }
        History { menu, orders: orders.into_iter().map(Arc::new).collect() }
    }
}

/// Cash is the one way to pay so far.
fn cash(text: &str) -> Result<(), Reason> {
    if matches!(text, "" | "cash") {
        return Ok(());
    }
    Err(Reason::Word { column: "payment", text: text.to_owned(), words: "cash" })
}
