//! The figures of the demo's page, read from the read models in one consistent view.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::orders::order::{CancelReason, LineChild, LineModifier};
use domain::orders::{OrderType, Status};
use domain::shared::{BranchId, Money, MoneySum, Name, TenantId};
use event_store::EventStore;
use projections::catalog::branches;
use projections::orders::kitchen_board::{self, KitchenOrder};
use projections::orders::order_counts;
use projections::orders::order_header::OrderHeader;
use projections::orders::order_line::OrderLine;
use projections::orders::order_list::{self, OrderFilter};
use projections::sales::report::{Group, GroupBy, SalesFilter, SalesRow, sales};
use projections::{ReadError, TenantTx, consumers};
use serde::Serialize;

use super::menu::{self, Card};
use crate::installation::Installation;

/// How many branches, tickets per branch, orders and dishes the page shows.
const BRANCHES_MAX: u32 = 8;
const TICKETS_MAX: u32 = 9;
const ORDERS_MAX: u32 = 10;
const DISHES_MAX: usize = 6;

/// How many days before today it looks back.
const DAYS: u64 = 28;

/// All figures of the page.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    now: DateTime<Utc>,
    /// The position of the last event.
    log: u64,
    read_models: Vec<ReadModel>,
    branches: Vec<Branch>,
    last_orders: Vec<LastOrder>,
    dishes: Vec<Dish>,
    menu: Vec<Card>,
}

/// The progress of a read model.
#[derive(Debug, Serialize)]
struct ReadModel {
    name: &'static str,
    /// How many events it has not applied yet.
    behind: u64,
}

#[derive(Debug, Serialize)]
struct Branch {
    id: BranchId,
    name: Name,
    today: NaiveDate,
    sold: Sold,
    /// Today's orders by status.
    orders: BTreeMap<Status, u64>,
    kitchen: Vec<Ticket>,
    /// What was sold on the days before, the earliest first.
    past: Vec<Day>,
}

#[derive(Debug, Serialize)]
struct Day {
    date: NaiveDate,
    sold: Sold,
}

#[derive(Debug, Serialize)]
struct Sold {
    n_orders: u64,
    gross: Price,
}

/// Money in minor units, with what a page needs to write it.
#[derive(Debug, Serialize)]
pub(super) struct Price {
    amount: i64,
    currency: &'static str,
    decimals: u8,
}

#[derive(Debug, Serialize)]
struct Ticket {
    call_number: u32,
    order_type: OrderType,
    status: Status,
    placed_at: DateTime<Utc>,
    lines: Vec<TicketLine>,
}

#[derive(Debug, Serialize)]
struct TicketLine {
    pieces: u32,
    product: Name,
    variant: Name,
    /// What was chosen with each piece.
    modifiers: Vec<Name>,
    /// What a combo is filled with.
    children: Vec<TicketLine>,
}

#[derive(Debug, Serialize)]
struct LastOrder {
    branch: BranchId,
    number: u32,
    order_type: OrderType,
    status: Status,
    cancel_reason: Option<CancelReason>,
    placed_at: DateTime<Utc>,
    n_items: u32,
    total: Price,
}

/// What is asked for most today.
#[derive(Debug, Serialize)]
struct Dish {
    product: Name,
    n_items: u64,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    /// The read models do not answer.
    #[error(transparent)]
    ReadModels(#[from] ReadError),
    /// The log does not answer.
    #[error(transparent)]
    Log(#[from] event_store::Error),
}

impl Figures {
    /// The figures of this moment.
    pub(super) async fn read(
        installation: &Installation,
        tenant: TenantId,
    ) -> Result<Self, Unreadable> {
        let now = installation.clock.now();
        let mut tx = installation.read_db.tenant(tenant).await?;
        let mut figures = Self {
            now,
            log: 0,
            read_models: Vec::new(),
            branches: Vec::new(),
            last_orders: last_orders(&mut tx).await?,
            dishes: Vec::new(),
            menu: Vec::new(),
        };
        for branch in branches::list(&mut tx, None, BRANCHES_MAX).await?.rows {
            figures.branches.push(Branch::read(&mut tx, branch, now).await?);
        }
        if let Some(today) = figures.branches.iter().map(|branch| branch.today).max() {
            figures.dishes = dishes(&mut tx, today).await?;
        }
        let branches = figures.branches.iter().map(|branch| (branch.id, &branch.name));
        figures.menu = menu::cards(&mut tx, branches, now).await?;
        let mut places = Vec::new();
        for consumer in consumers() {
            let place = tx.place_of(consumer.name()).await?;
            places.push((consumer.name(), place.map_or(0, |place| place.position.get())));
        }
        tx.finish().await?;
        // Read after the checkpoints, so that nothing seems to be ahead of the log.
        figures.log = installation.store.head().await?.position.get();
        let head = figures.log;
        let model = |(name, place)| ReadModel { name, behind: head.saturating_sub(place) };
        figures.read_models = places.into_iter().map(model).collect();
        Ok(figures)
    }
}

impl Branch {
    async fn read(
        tx: &mut TenantTx,
        branch: branches::Branch,
        now: DateTime<Utc>,
    ) -> Result<Self, ReadError> {
        let (id, currency) = (branch.id, branch.details.currency);
        let today = branch.details.calendar.at(now).date;
        let from = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
        let filter = SalesFilter { branch: Some(id), from, to: today };
        let sold = |row: Option<&SalesRow>| match row {
            Some(row) => {
                Sold { n_orders: row.n_orders.unwrap_or_default(), gross: shown(row.gross) }
            }
            None => Sold { n_orders: 0, gross: Money::zero(currency).into() },
        };
        let rows = sales(tx, filter, GroupBy::Day).await?.rows;
        let on = |date: NaiveDate| {
            let is_it =
                |row: &&SalesRow| row.group == Group::Day(date) && row.gross.currency() == currency;
            sold(rows.iter().find(is_it))
        };
        let past = from.iter_days().take_while(|date| *date < today);
        let kitchen = kitchen_board::board(tx, id, None, TICKETS_MAX).await?.rows;
        Ok(Self {
            id,
            today,
            sold: on(today),
            orders: order_counts::by_status(tx, id, today).await?.into_iter().collect(),
            kitchen: kitchen.into_iter().map(Ticket::from).collect(),
            past: past.map(|date| Day { date, sold: on(date) }).collect(),
            name: branch.details.name,
        })
    }
}

async fn last_orders(tx: &mut TenantTx) -> Result<Vec<LastOrder>, ReadError> {
    let page = order_list::list(tx, OrderFilter::default(), None, ORDERS_MAX).await?;
    Ok(page.rows.into_iter().map(LastOrder::from).collect())
}

async fn dishes(tx: &mut TenantTx, today: NaiveDate) -> Result<Vec<Dish>, ReadError> {
    let filter = SalesFilter { branch: None, from: today, to: today };
    let rows = sales(tx, filter, GroupBy::Product).await?.rows;
    let dish = |row: SalesRow| match row.group {
        Group::Product { name, .. } => Some(Dish { product: name, n_items: row.n_items }),
        _ => None,
    };
    let mut dishes: Vec<Dish> = rows.into_iter().filter_map(dish).collect();
    dishes.sort_by_key(|dish| Reverse(dish.n_items));
    dishes.truncate(DISHES_MAX);
    Ok(dishes)
}

/// A sum as an amount, which is all that a page shows; a larger sum is shown as the largest amount.
fn shown(sum: MoneySum) -> Price {
    Money::saturating(sum.amount(), sum.currency()).into()
}

impl From<Money> for Price {
    fn from(money: Money) -> Self {
        let currency = money.currency();
        let (amount, decimals) = (money.amount(), currency.decimals());
        Self { amount, currency: currency.code(), decimals }
    }
}

impl From<KitchenOrder> for Ticket {
    fn from(order: KitchenOrder) -> Self {
        Self {
            call_number: order.call_number,
            order_type: order.order_type,
            status: order.status,
            placed_at: order.placed_at,
            lines: order.lines.into_iter().map(TicketLine::from).collect(),
        }
    }
}

impl From<OrderLine> for TicketLine {
    fn from(line: OrderLine) -> Self {
        Self {
            pieces: line.quantity.pieces(),
            product: line.product_name,
            variant: line.variant_name,
            modifiers: names(line.modifiers),
            children: line.children.into_iter().map(Self::from).collect(),
        }
    }
}

impl From<LineChild> for TicketLine {
    fn from(child: LineChild) -> Self {
        Self {
            pieces: child.quantity.pieces(),
            product: child.product_name,
            variant: child.variant_name,
            modifiers: names(child.modifiers),
            children: Vec::new(),
        }
    }
}

/// The names of modifiers, those that are nested in one after it.
fn names(modifiers: Vec<LineModifier>) -> Vec<Name> {
    let with_nested = |modifier: LineModifier| {
        std::iter::once(modifier.name).chain(names(modifier.nested)).collect::<Vec<_>>()
    };
    modifiers.into_iter().flat_map(with_nested).collect()
}

impl From<OrderHeader> for LastOrder {
    fn from(order: OrderHeader) -> Self {
        Self {
            branch: order.branch,
            number: order.number,
            order_type: order.order_type,
            status: order.status,
            cancel_reason: order.cancel_reason,
            placed_at: order.placed_at,
            n_items: order.n_items,
            total: order.total.into(),
        }
    }
}
