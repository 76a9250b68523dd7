//! Compares three accounts of the same orders: what clients were told, the log, and the read models.

use std::collections::{BTreeMap, BTreeSet};

use domain::Decider;
use domain::orders::order::{Details, Event, Placed, State};
use domain::orders::{Order, Status};
use event_store::RecordedEvent;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Rig;
use super::load::{Entry, Journal, Wish};
use crate::client::id_in;
use crate::log::Log;
use crate::menu::{cop, sum};
use crate::site::token_of;

/// What the log says about an order.
#[derive(Debug)]
struct Told {
    placed: Placed,
    state: State,
    revision: u64,
    business_date: String,
}

/// Before anybody asks again: what was granted is there as it was said, and nothing is there twice.
pub async fn check_log(rig: &Rig, journal: &Journal) -> Log {
    let log = rig.log().await;
    let commands = by_command(&log);
    for entry in &journal.entries {
        let events = commands.get(&entry.key).map_or(&[][..], Vec::as_slice);
        match &entry.told {
            Some(_) => assert_as_told(&log, entry, events),
            None => assert_at_most_once(entry, events),
        }
    }
    log
}

/// After everything is settled: the same, nobody else has ordered, numbers are the first ones of their
/// series, and the read models show what the log says.
pub async fn check(rig: &Rig, journal: &Journal) {
    let log = check_log(rig, journal).await;
    let asked: BTreeSet<Uuid> = journal.entries.iter().map(|entry| entry.key).collect();
    let of_order = log.events.iter().filter(|event| event.stream.category() == "order");
    for event in of_order {
        assert!(asked.contains(&event.metadata.command.uuid()), "nobody asked for {event:?}");
    }
    let orders = orders(&log);
    assert_numbers(&orders);
    assert_list(rig, &log, &orders).await;
    assert_report(rig, &log, &orders).await;
}

fn by_command(log: &Log) -> BTreeMap<Uuid, Vec<&RecordedEvent>> {
    let mut commands: BTreeMap<Uuid, Vec<&RecordedEvent>> = BTreeMap::new();
    for event in &log.events {
        commands.entry(event.metadata.command.uuid()).or_default().push(event);
    }
    commands
}

/// The one event of a command that concerns its order.
fn of_order<'a>(wish: Wish, events: &[&'a RecordedEvent]) -> Option<&'a RecordedEvent> {
    let kind = match wish {
        Wish::Place(_) => "order.placed",
        Wish::Confirm(_) => "order.confirmed",
        Wish::Cancel(_) => "order.cancelled",
        Wish::Pay(_) => "order.payment_taken",
    };
    let mut of_order = events.iter().filter(|event| event.stream.category() == "order");
    let only = of_order.next().filter(|event| event.event_type == kind)?;
    of_order.next().is_none().then_some(*only)
}

#[track_caller]
fn assert_at_most_once(entry: &Entry, events: &[&RecordedEvent]) {
    let is_once = of_order(entry.wish, events).is_some();
    assert!(events.is_empty() || is_once, "{entry:?}: {events:?}");
}

#[track_caller]
fn assert_as_told(log: &Log, entry: &Entry, events: &[&RecordedEvent]) {
    let Entry { wish, told: Some(told), .. } = entry else { return };
    let Some(event) = of_order(*wish, events) else {
        panic!("granted and not in the log, or twice: {entry:?}: {events:?}")
    };
    let last = events.last().map(|event| event.position.get()).unwrap_or_default();
    assert_eq!(told.position(), token_of(log.incarnation, last), "{entry:?}");
    assert_eq!(told.revision(), event.revision.get(), "{entry:?}");
    let order = match wish {
        Wish::Place(_) => told.id(),
        Wish::Confirm(order) | Wish::Cancel(order) | Wish::Pay(order) => *order,
    };
    assert_eq!(event.stream.id(), order.to_string(), "{entry:?}");
    if let Event::Placed(placed) = decoded(event) {
        assert_eq!(told.body["number"], placed.number, "{entry:?}");
        assert_eq!(told.body["call_number"], placed.call_number, "{entry:?}");
    }
}

fn decoded(event: &RecordedEvent) -> Event {
    event.decode().expect("the log holds events of this release")
}

/// Every order, from its events alone.
fn orders(log: &Log) -> BTreeMap<Uuid, Told> {
    let mut orders: BTreeMap<Uuid, Told> = BTreeMap::new();
    for recorded in log.events.iter().filter(|event| event.stream.category() == "order") {
        let id = recorded.stream.id().parse().expect("an order's stream is named by its id");
        let event = decoded(recorded);
        if let Event::Placed(placed) = &event {
            let business_date = recorded.business_date.expect("an order has a day").to_string();
            let (state, placed) = (State::Unplaced, placed.clone());
            orders.insert(id, Told { placed, state, revision: 0, business_date });
        }
        let order = orders.get_mut(&id).expect("an order is placed first");
        order.state = Order::evolve(std::mem::take(&mut order.state), event);
        order.revision = recorded.revision.get();
    }
    orders
}

/// From 1 without gap and double, by branch and kind, and by branch and day.
fn assert_numbers(orders: &BTreeMap<Uuid, Told>) {
    let mut series: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for Told { placed, business_date, .. } in orders.values() {
        let branch = placed.branch;
        let kind = format!("numbers of {branch}, {:?}", placed.order_type);
        series.entry(kind).or_default().push(placed.number);
        let day = format!("call numbers of {branch} on {business_date}");
        series.entry(day).or_default().push(placed.call_number);
    }
    for (name, mut numbers) in series {
        numbers.sort_unstable();
        let gapless: Vec<u32> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, gapless, "{name}");
    }
}

async fn assert_list(rig: &Rig, log: &Log, orders: &BTreeMap<Uuid, Told>) {
    let client = rig.till().client();
    let mut path = format!("/v1/orders?limit=200&after={}", end(log));
    let mut listed = BTreeSet::new();
    loop {
        let page = client.get(&path).send().await;
        for row in page.expect(200)["data"].as_array().expect("a list has data") {
            let id = id_in(row, "/id");
            assert!(listed.insert(id), "{id} is listed twice");
            let Told { placed, state, revision, .. } = &orders[&id];
            let State::Placed(order) = state else { panic!("{id} is not placed") };
            let Details { status, balance, .. } = order;
            let shown = json!([row["number"], row["status"], row["balance"], row["revision"]]);
            let said = json!([placed.number, status.to_string(), cop(balance.amount()), revision]);
            assert_eq!(shown, said, "{id}");
        }
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        path = format!("/v1/orders?limit=200&cursor={cursor}");
    }
    assert_eq!(listed.len(), orders.len(), "an order is not listed");
}

/// A sale is an order that is paid and not cancelled.
async fn assert_report(rig: &Rig, log: &Log, orders: &BTreeMap<Uuid, Told>) {
    let (mut n_sold, mut gross) = (0_u64, 0_i64);
    for Told { placed, state, .. } in orders.values() {
        if let State::Placed(Details { status, balance, .. }) = state
            && balance.amount() == 0
            && *status != Status::Cancelled
        {
            n_sold += 1;
            gross += placed.total.amount();
        }
    }
    let days = || orders.values().map(|order| &order.business_date);
    let (Some(from), Some(to)) = (days().min(), days().max()) else { return };
    let path = format!("/v1/reports/sales?from={from}&to={to}&group_by=total&after={}", end(log));
    let report = rig.till().client().get(&path).send().await;
    let row = &report.expect(200)["data"][0];
    let shown = if n_sold == 0 { Value::Null } else { json!([n_sold, sum(gross)]) };
    let said = if row.is_null() { Value::Null } else { json!([row["orders"], row["gross"]]) };
    assert_eq!(said, shown, "{report:?}");
}

/// The token of the log's end.
fn end(log: &Log) -> String {
    token_of(log.incarnation, log.events.len() as u64)
}
