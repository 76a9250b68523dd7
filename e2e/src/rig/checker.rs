//! Compares the answers that clients got, the log, and the read models.

use std::collections::{BTreeMap, BTreeSet};

use domain::Decider;
use domain::orders::order::{Details, Event, Placed, State};
use domain::orders::{Order, Status};
use event_store::RecordedEvent;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Rig;
use super::load::{Action, Entry, Journal};
use crate::client::id_in;
use crate::log::Log;
use crate::menu::{cop, sum};
use crate::site::token_of;

/// An order as the log records it.
#[derive(Debug)]
struct RecordedOrder {
    placed: Placed,
    state: State,
    revision: u64,
    business_date: String,
}

/// Checks the log before clients retry: each granted command is in it as it was answered, each
/// other command once or not at all.
pub async fn check_log(rig: &Rig, journal: &Journal) -> Log {
    let log = rig.log().await;
    let commands = by_command(&log);
    for entry in &journal.entries {
        let events = commands.get(&entry.key).map_or(&[][..], Vec::as_slice);
        match &entry.granted {
            Some(_) => assert_as_answered(&log, entry, events),
            None => assert_at_most_once(entry, events),
        }
    }
    log
}

/// Checks everything after all commands are settled: as [`check_log`]; besides, all orders come
/// from the journal, numbers have no gaps, and the read models agree with the log.
pub async fn check(rig: &Rig, journal: &Journal) {
    let log = check_log(rig, journal).await;
    let asked: BTreeSet<Uuid> = journal.entries.iter().map(|entry| entry.key).collect();
    let of_order = log.events.iter().filter(|event| event.stream.category() == "order");
    for event in of_order {
        assert!(asked.contains(&event.metadata.command.uuid()), "no client asked for {event:?}");
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

/// The only event of a command in its order's stream, if it has the right type.
fn of_order<'a>(action: Action, events: &[&'a RecordedEvent]) -> Option<&'a RecordedEvent> {
    let kind = match action {
        Action::Place(_) => "order.placed",
        Action::Confirm(_) => "order.confirmed",
        Action::Cancel(_) => "order.cancelled",
        Action::Pay(_) => "order.payment_taken",
    };
    let mut of_order = events.iter().filter(|event| event.stream.category() == "order");
    let only = of_order.next().filter(|event| event.event_type == kind)?;
    of_order.next().is_none().then_some(*only)
}

#[track_caller]
fn assert_at_most_once(entry: &Entry, events: &[&RecordedEvent]) {
    let is_once = of_order(entry.action, events).is_some();
    assert!(events.is_empty() || is_once, "{entry:?}: {events:?}");
}

#[track_caller]
fn assert_as_answered(log: &Log, entry: &Entry, events: &[&RecordedEvent]) {
    let Entry { action, granted: Some(answer), .. } = entry else { return };
    let Some(event) = of_order(*action, events) else {
        panic!("granted and not in the log, or twice: {entry:?}: {events:?}")
    };
    let last = events.last().map(|event| event.position.get()).unwrap_or_default();
    let token = token_of(event.stream.tenant(), log.incarnation, last);
    assert_eq!(answer.position(), token, "{entry:?}");
    assert_eq!(answer.revision(), event.revision.get(), "{entry:?}");
    let order = match action {
        Action::Place(_) => answer.id(),
        Action::Confirm(order) | Action::Cancel(order) | Action::Pay(order) => *order,
    };
    assert_eq!(event.stream.id(), order.to_string(), "{entry:?}");
    if let Event::Placed(placed) = decoded(event) {
        assert_eq!(answer.body["number"], placed.number, "{entry:?}");
        assert_eq!(answer.body["call_number"], placed.call_number, "{entry:?}");
    }
}

fn decoded(event: &RecordedEvent) -> Event {
    event.decode().expect("the log holds events of this release")
}

/// All orders, folded from their events.
fn orders(log: &Log) -> BTreeMap<Uuid, RecordedOrder> {
    let mut orders: BTreeMap<Uuid, RecordedOrder> = BTreeMap::new();
    for recorded in log.events.iter().filter(|event| event.stream.category() == "order") {
        let id = recorded.stream.id().parse().expect("an order's stream is named by its id");
        let event = decoded(recorded);
        if let Event::Placed(placed) = &event {
            let business_date = recorded.business_date.expect("an order has a day").to_string();
            let (state, placed) = (State::Unplaced, placed.clone());
            orders.insert(id, RecordedOrder { placed, state, revision: 0, business_date });
        }
        let order = orders.get_mut(&id).expect("an order is placed first");
        order.state = Order::evolve(std::mem::take(&mut order.state), event);
        order.revision = recorded.revision.get();
    }
    orders
}

/// Order numbers per branch and order type, and call numbers per branch and day, run from 1 without
/// gaps or duplicates.
fn assert_numbers(orders: &BTreeMap<Uuid, RecordedOrder>) {
    let mut series: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for RecordedOrder { placed, business_date, .. } in orders.values() {
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

async fn assert_list(rig: &Rig, log: &Log, orders: &BTreeMap<Uuid, RecordedOrder>) {
    let client = rig.till().client();
    let mut path = format!("/v1/orders?limit=200&after={}", end(log));
    let mut listed = BTreeSet::new();
    loop {
        let page = client.get(&path).send().await;
        for row in page.expect(200)["data"].as_array().expect("a list has data") {
            let id = id_in(row, "/id");
            assert!(listed.insert(id), "{id} is listed twice");
            let RecordedOrder { placed, state, revision, .. } = &orders[&id];
            let State::Placed(order) = state else { panic!("{id} is not placed") };
            let Details { status, balance, .. } = order;
            let shown = json!([row["number"], row["status"], row["balance"], row["revision"]]);
            let expected =
                json!([placed.number, status.to_string(), cop(balance.amount()), revision]);
            assert_eq!(shown, expected, "{id}");
        }
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        path = format!("/v1/orders?limit=200&cursor={cursor}");
    }
    assert_eq!(listed.len(), orders.len(), "an order is not listed");
}

/// A sale is an order that is paid and not cancelled.
async fn assert_report(rig: &Rig, log: &Log, orders: &BTreeMap<Uuid, RecordedOrder>) {
    let (mut n_sold, mut gross) = (0_u64, 0_i64);
    for RecordedOrder { placed, state, .. } in orders.values() {
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
    let expected = if n_sold == 0 { Value::Null } else { json!([n_sold, sum(gross)]) };
    let shown = if row.is_null() { Value::Null } else { json!([row["orders"], row["gross"]]) };
    assert_eq!(shown, expected, "{report:?}");
}

/// The position token of the log's end, for the company of the rig.
fn end(log: &Log) -> String {
    let last = log.events.last().expect("the company of the rig has events");
    token_of(last.stream.tenant(), log.incarnation, log.events.len() as u64)
}
