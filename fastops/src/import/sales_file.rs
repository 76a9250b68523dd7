//! One CSV file with a row per line of an order: the columns of `fastops import sales`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use domain::shared::Currency;

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

/// Reads the file; what is wrong with it is in `bad`.
pub(super) fn read(
    path: &Path,
    calendar: Calendar,
    currency: Currency,
    bad: &mut BadRows,
) -> Result<History, Error> {
    let mut draft = Draft { calendar, currency, menu: Menu::default(), orders: HashMap::new() };
    table::read(path, COLUMNS, bad, |row, bad| draft.add(&row, bad))?;
    let mut orders: Vec<_> = draft.orders.into_values().flatten().collect();
    orders.sort_unstable_by_key(|order| order.place.line);
    Ok(History { menu: draft.menu, orders: orders.into_iter().map(Arc::new).collect() })
}

struct Draft {
    calendar: Calendar,
    currency: Currency,
    menu: Menu,
    /// By reference; nothing where the first row of the order is bad.
    orders: HashMap<String, Option<PastOrder>>,
}

impl Draft {
    /// Reads every field before it gives up, so that one run shows everything there is to mend.
    fn add(&mut self, row: &Row<'_, 9>, bad: &mut BadRows) {
        let [reference, occurred_at, order_type, category, product, variant, quantity, price, paid] =
            row.fields;
        let place = &row.place;
        let reference = bad.sift(place, fields::key("order_ref", reference));
        let occurred_at = bad.sift(place, self.calendar.moment(occurred_at));
        let order_type = bad.sift(place, fields::order_type("order_type", order_type));
        let category = bad.sift(place, fields::name("category", category));
        let product = bad.sift(place, fields::name("product", product));
        let variant = bad.sift(place, fields::name("variant", variant));
        let quantity = bad.sift(place, fields::quantity(quantity));
        let unit_price = bad.sift(place, fields::price(price, self.currency));
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
        let order = self.orders.entry(reference.to_owned()).or_insert_with(|| {
            let named = (reference.to_owned(), place.clone());
            Some(PastOrder::new(named, occurred_at?, order_type?, self.currency))
        });
        let Some(order) = order else { return };
        let first = order.place.line;
        if occurred_at.is_some_and(|at| at != order.occurred_at) {
            bad.add(place.clone(), Reason::Differs { column: "occurred_at", line: first });
        }
        if order_type.is_some_and(|order_type| order_type != order.order_type) {
            bad.add(place.clone(), Reason::Differs { column: "order_type", line: first });
        }
        if let Some(line) = line {
            bad.sift(place, order.add(line, "unit_price"));
        }
    }
}

/// Cash is the one way to pay so far.
fn cash(text: &str) -> Result<(), Reason> {
    if matches!(text, "" | "cash") {
        return Ok(());
    }
    Err(Reason::Word { column: "payment", text: text.to_owned(), words: "cash" })
}
