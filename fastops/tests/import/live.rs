//! An import into a branch where people order meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use commands::Request;
use commands::orders::{PlaceOrder, WantedLine};
use domain::catalog::Channel;
use domain::inventory::OnShortage;
use domain::orders::OrderType;
use domain::shared::{BranchId, CommandId, OrderId, ProductId, Quantity, VariantId};
use event_store::testing::figure;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::sales::file;
use crate::stock::{PRODUCT, VARIANT};
use crate::target::{Target, succeeded};

/// How many people order at once, each again as soon as they were answered.
const PEOPLE: usize = 2;

/// What came of people's orders.
#[derive(Debug, Default)]
struct Ordered {
    n_placed: usize,
    refused: Vec<String>,
    slowest: Duration,
}

impl Target {
    /// One person orders one arepa after another until `is_over`.
    async fn orders_until(self: Arc<Self>, is_over: Arc<AtomicBool>) -> Ordered {
        let commands = &self.installation.commands;
        let mut ordered = Ordered::default();
        while !is_over.load(Ordering::Relaxed) {
            let product = ProductId::from_uuid(Uuid::from_u128(PRODUCT));
            let variant = VariantId::from_uuid(Uuid::from_u128(VARIANT));
            let lines = vec![WantedLine::plain(product, variant, Quantity::ONE)];
            let (order, branch) =
                (OrderId::from_uuid(commands.uuid()), BranchId::from_uuid(Uuid::from_u128(3)));
            let (order_type, channel) = (OrderType::DineIn, Channel::default());
            let place = PlaceOrder { order, branch, order_type, channel, lines };
            let request = Request::live(CommandId::from_uuid(commands.uuid()));
            let asked = Instant::now();
            match commands.execute(&self.person(), request, place).await {
                Ok(_) => ordered.n_placed += 1,
                Err(refused) => ordered.refused.push(refused.to_string()),
            }
            ordered.slowest = ordered.slowest.max(asked.elapsed());
        }
        ordered
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f53_an_import_into_a_branch_at_work_has_no_order_refused() {
    let folder = TempDir::new().unwrap();
    let target = Arc::new(Target::with_a_recipe(OnShortage::Allow).await);
    target.counts(1_000_000, Some("2026-01-01T05:00:00Z")).await;
    let row = |n: usize| {
        let (day, hour, minute) = (n / 40 + 1, n % 40 / 4 + 10, n % 4 * 10);
        format!(
            "A-{n},2026-03-{day:02} {hour:02}:{minute:02},dine_in,Platos,Arepa con receta,Única,1,10000"
        )
    };
    // Each order is six commands on streams that the others change all the while.
    let rows: Vec<String> = (0..120).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let path = file(&folder, &rows);
    let shutdown = CancellationToken::new();
    target.installation.follow(&shutdown);
    let is_over = Arc::new(AtomicBool::new(false));
    let mut people = JoinSet::new();
    for _ in 0..PEOPLE {
        people.spawn(Arc::clone(&target).orders_until(Arc::clone(&is_over)));
    }

    succeeded(&target.import_sales(&path, &[]).await);
    is_over.store(true, Ordering::Relaxed);

    let ordered = people.join_all().await;
    shutdown.cancel();
    let n_placed: usize = ordered.iter().map(|person| person.n_placed).sum();
    let slowest = ordered.iter().map(|person| person.slowest).max().unwrap();
    for Ordered { n_placed, refused, .. } in ordered {
        assert!(n_placed > 0, "no order was placed");
        assert_eq!(refused, Vec::<String>::new(), "of {n_placed} orders");
    }
    figure("F53", &format!("{n_placed} live orders, 0 refused, the slowest within {slowest:.1?}"));
}
