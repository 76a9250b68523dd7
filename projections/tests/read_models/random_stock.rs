//! Random stock commands: receipts, reservations, use and releases, as the rules decide them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::Decider;
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::stock::{self, Command, Demand, IncomingLine, State};
use domain::inventory::{BaseUnit, Inventory, OnShortage, Recipe, StockItem, recipe, stock_item};
use domain::shared::{
    BranchId, Currency, Money, OrderId, ReceiptId, StockItemId, StockQuantity, TenantId, VariantId,
};
use event_store::Append;
use rand::RngExt;
use rand::rngs::StdRng;

use crate::history::{CHAPINERO, USAQUEN, name, order_id, product_id};
use crate::world::{ANA, LUIS, World, uuid};

/// The number of items.
const ITEMS: u128 = 3;

pub(crate) fn item_id(n: u128) -> StockItemId {
    StockItemId::from_uuid(uuid(0x5700_0000 + n))
}

/// The stock of every branch of both companies.
#[derive(Debug, Default)]
pub(crate) struct RandomStock {
    states: BTreeMap<(TenantId, BranchId), State>,
    open: Vec<(TenantId, BranchId, OrderId, Vec<Ingredient>)>,
    n_orders: u128,
    is_open: bool,
}

impl RandomStock {
    /// Adds three items in both companies, and a recipe of all of them.
    pub(crate) async fn open(&mut self, world: &mut World) {
        if std::mem::replace(&mut self.is_open, true) {
            return;
        }
        let at = "2026-03-01T12:00:00Z";
        let quantity = "0.5".parse().unwrap();
        let ingredients = (0..ITEMS).map(|n| Ingredient { item: item_id(n), quantity }).collect();
        let portions = vec![Portion { variant: VariantId::from_uuid(uuid(1)), ingredients }];
        for tenant in [ANA, LUIS] {
            for n in 0..ITEMS {
                let added = stock_item::Added {
                    name: name(&format!("Item {n}")),
                    unit: BaseUnit::Gram,
                    on_shortage: OnShortage::Allow,
                };
                world.happens::<StockItem>(tenant, &item_id(n), at, [added.into()]).await;
            }
            let published = recipe::Published { version: 1, portions: portions.clone() };
            world.happens::<Recipe>(tenant, &product_id(0), at, [published.into()]).await;
        }
    }

    /// The next command on the stock of a branch.
    pub(crate) fn step(
        &mut self,
        rng: &mut StdRng,
        world: &mut World,
        now: DateTime<Utc>,
    ) -> Append {
        loop {
            let (tenant, branch, command) = self.some_command(rng, now);
            let state = self.states.entry((tenant, branch)).or_default();
            let events = Inventory::decide(state, command).unwrap();
            if events.is_empty() {
                continue;
            }
            *state = Inventory::fold(state.clone(), events.clone());
            return world.command::<Inventory>(
                tenant,
                &branch,
                now,
                Some(now.date_naive()),
                events,
            );
        }
    }

    fn some_command(
        &mut self,
        rng: &mut StdRng,
        now: DateTime<Utc>,
    ) -> (TenantId, BranchId, Command) {
        if !self.open.is_empty() && rng.random_ratio(1, 2) {
            let n = rng.random_range(0..self.open.len());
            let (tenant, branch, order, lines) = self.open.swap_remove(n);
            let command = if rng.random_ratio(1, 4) {
                Command::Release { order }
            } else {
                Command::Consume(stock::Consume { order, currency: currency(tenant), lines })
            };
            return (tenant, branch, command);
        }
        let tenant = if rng.random_ratio(1, 3) { LUIS } else { ANA };
        let branch = [CHAPINERO, USAQUEN][rng.random_range(0..2)];
        match rng.random_range(0..5) {
            0 => (tenant, branch, Command::ReleaseExpired { now }),
            1 => (tenant, branch, some_receipt(rng, currency(tenant))),
            _ => (tenant, branch, self.some_reservation(rng, (tenant, branch), now)),
        }
    }

    fn some_reservation(
        &mut self,
        rng: &mut StdRng,
        (tenant, branch): (TenantId, BranchId),
        now: DateTime<Utc>,
    ) -> Command {
        self.n_orders += 1;
        let order = order_id(0x0050_0000 + self.n_orders);
        let some_line = |_| {
            let item = item_id(rng.random_range(0..ITEMS));
            Ingredient { item, quantity: some_quantity(rng) }
        };
        let lines: Vec<Ingredient> = (0..2).map(some_line).collect();
        self.open.push((tenant, branch, order, lines.clone()));
        let demand = |Ingredient { item, quantity }: &Ingredient| Demand {
            item: *item,
            quantity: *quantity,
            on_shortage: OnShortage::Allow,
        };
        Command::Reserve(stock::Reserve { order, lines: lines.iter().map(demand).collect(), now })
    }
}

const fn currency(tenant: TenantId) -> Currency {
    if matches!(tenant.uuid().as_u128(), 0xA) { Currency::COP } else { Currency::USD }
}

fn some_quantity(rng: &mut StdRng) -> StockQuantity {
    StockQuantity::try_from_millionths(rng.random_range(1..9_000_000)).unwrap()
}

fn some_receipt(rng: &mut StdRng, currency: Currency) -> Command {
    let some_line = |_| IncomingLine {
        item: item_id(rng.random_range(0..ITEMS)),
        quantity: some_quantity(rng),
        cost: Money::try_new(rng.random_range(0..90_000), currency).unwrap(),
    };
    let lines = (0..3).map(some_line).collect();
    let receipt = ReceiptId::from_uuid(uuid(rng.random()));
    Command::Receive(stock::Receive { receipt, currency, lines })
}
