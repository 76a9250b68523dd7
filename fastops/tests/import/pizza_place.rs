//! The published files become a year of orders.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::orders::order::{Event, Placed};
use event_store::RecordedEvent;
use tempfile::TempDir;

use crate::target::{Target, succeeded, text};
use crate::year::{MENU, Totals, generate, usd};

/// What the log holds of each order: its number, and one event for each thing that happens to it.
const EVENTS: [&str; 7] = [
    "series.number_taken",
    "order.placed",
    "order.confirmed",
    "order.started",
    "order.made_ready",
    "order.delivered",
    "order.payment_taken",
];

impl Target {
    /// Everything that an import has to come to, in the log, in the read models and in the report.
    pub(crate) async fn holds(&self, totals: Totals, menu: (i64, i64, i64)) {
        assert_eq!(self.reported().await, totals);
        let events = self.events().await;
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for event in &events {
            *counts.entry(&event.event_type).or_default() += 1;
        }
        for event_type in EVENTS {
            assert_eq!(counts.get(event_type), Some(&totals.orders), "{event_type}");
        }
        let placed: Vec<(&RecordedEvent, Placed)> = events.iter().filter_map(placed).collect();
        let numbers = placed.iter().map(|(_, placed)| u64::from(placed.number));
        assert!(numbers.eq(1..=totals.orders), "the numbers have a gap");
        let is_later =
            |pair: &[(&RecordedEvent, Placed)]| pair[0].0.occurred_at <= pair[1].0.occurred_at;
        assert!(placed.windows(2).all(is_later), "the numbers do not follow the time");

        let open = "SELECT count(*) FROM orders WHERE status <> 'delivered' OR balance <> 0";
        assert_eq!(self.figures::<(i64,)>(open).await, vec![(0,)]);
        let products = "SELECT count(*), sum(jsonb_array_length(variants))::bigint,
            (SELECT count(*) FROM categories) FROM products";
        assert_eq!(self.figures::<(i64, i64, i64)>(products).await, vec![menu]);
    }
}

impl Target {
    /// What the kardex says was used up of each ingredient is what the recipes say of what was sold,
    /// and what is left is the sum of all movements.
    async fn used_up_what_was_sold(&self) {
        let differing = "
            WITH sold AS (
                SELECT (i ->> 'item')::uuid AS item_id,
                    sum(s.n_items * (i ->> 'quantity')::bigint) AS quantity
                FROM sales_by_variant s
                JOIN recipes r USING (tenant_id, product_id)
                CROSS JOIN jsonb_array_elements(r.portions) p
                CROSS JOIN jsonb_array_elements(p -> 'ingredients') i
                WHERE (p ->> 'variant')::uuid = s.variant_id
                GROUP BY 1
            ), used AS (
                SELECT item_id, -sum(quantity) AS quantity
                FROM kardex WHERE reason = 'order' GROUP BY 1
            )
            SELECT count(*) FILTER (WHERE sold.quantity IS DISTINCT FROM used.quantity), count(*)
            FROM sold FULL JOIN used USING (item_id)";
        let figures = self.figures::<(i64, i64)>(differing).await;
        assert_eq!(figures[0].0, 0, "of {} ingredients", figures[0].1);
        let items = self.figures::<(i64,)>("SELECT count(*) FROM stock_items").await;
        assert_eq!(items[0].0, figures[0].1, "an ingredient was never used");
        let unbalanced = "
            SELECT count(*)
            FROM stock_balances b
            JOIN (
                SELECT branch_id, item_id, sum(quantity) AS quantity, sum(value) AS value
                FROM kardex GROUP BY 1, 2
            ) moved USING (branch_id, item_id)
            WHERE b.reserved <> 0 OR b.quantity <> moved.quantity OR b.value <> moved.value";
        assert_eq!(self.figures::<(i64,)>(unbalanced).await, vec![(0,)]);
    }
}

fn placed(event: &RecordedEvent) -> Option<(&RecordedEvent, Placed)> {
    match event.decode().ok()? {
        Event::Placed(placed) => Some((event, placed)),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_year_is_imported_to_the_cent_and_only_once() {
    let folder = TempDir::new().unwrap();
    let totals = generate(folder.path(), 400, 7);
    let target = Target::set_up().await;

    target.import_to_its_end(folder.path()).await;

    target.holds(totals, MENU).await;
    target.used_up_what_was_sold().await;
    let head = target.head().await;
    let repeated = target.import_pizza_place(folder.path()).output().await.unwrap();
    succeeded(&repeated);
    assert!(text(&repeated).contains("0 pedidos importados"), "{}", text(&repeated));
    assert_eq!(target.head().await, head);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_year_is_imported_to_the_cent() {
    let Some(data) = std::env::var_os("FASTOPS_TEST_DATA") else { return };
    let target = Target::set_up().await;

    target.import_to_its_end(&PathBuf::from(data).join("pizza-place")).await;

    let totals = Totals { orders: 21_350, lines: 48_620, items: 49_574, gross: usd(81_786_005) };
    target.holds(totals, (32, 96, 4)).await;
    target.used_up_what_was_sold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_an_order_has_the_time_and_the_day_of_the_order() {
    let folder = TempDir::new().unwrap();
    generate(folder.path(), 6, 1);
    let target = Target::set_up().await;

    target.import_to_its_end(folder.path()).await;

    // The six edges of the year: 02:30 of March 8 does not exist, 01:15 of November 1 comes twice.
    let expected = [
        ("2015-01-01T05:00:00Z", "2015-01-01"),
        ("2015-03-08T06:59:59Z", "2015-03-08"),
        ("2015-03-08T07:30:00Z", "2015-03-08"),
        ("2015-11-01T05:15:00Z", "2015-11-01"),
        ("2015-11-01T05:45:00Z", "2015-11-01"),
        ("2016-01-01T04:59:59Z", "2015-12-31"),
    ];
    let events = target.events().await;
    for event_type in EVENTS {
        let of_type = events.iter().filter(|event| event.event_type == event_type);
        let mut moments: Vec<_> =
            of_type.map(|event| (event.occurred_at, event.business_date.unwrap())).collect();
        moments.sort_unstable();
        let expected = expected.map(|(at, date)| (at.parse().unwrap(), date.parse().unwrap()));
        assert_eq!(moments, expected, "{event_type}");
    }
}
