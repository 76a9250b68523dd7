//! Copies of an order that was placed over HTTP, from placing to payment.

use chrono::{DateTime, NaiveDate, Utc};
use commands::IdGenerator;
use commands::engine::sources::RandomIds;
use domain::event::{EventType, StoredEvent};
use domain::orders::Order;
use domain::orders::order::Event;
use domain::shared::{CommandId, EventId, OrderId, PaymentId, TenantId};
use e2e::menu::cash;
use event_store::{
    Append, Decided, EventStore, Expected, Metadata, NewEvent, RecordedEvent, Revision, StreamId,
};
use fastops::installation::Installation;
use serde_json::Value;

use crate::stand::Stand;

/// The events of an order of one company, to be copied.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    tenant: TenantId,
    events: Vec<Happened>,
}

#[derive(Debug, Clone)]
struct Happened {
    event: Event,
    metadata: Metadata,
    business_date: Option<NaiveDate>,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
}

impl Life {
    /// Takes an order of a company through its whole life over HTTP, and reads its events.
    pub(crate) async fn lead(stand: &Stand, number: usize, order: &Value) -> Self {
        let (client, _) = stand.owner(number).await;
        let placed = client.post("/v1/orders").json(order).send().await;
        let total = placed.expect(201)["total"]["amount"].as_i64().expect("an order costs");
        let id = placed.id();
        for step in ["confirm", "start", "ready", "deliver"] {
            client.post(&format!("/v1/orders/{id}/{step}")).send().await.expect(200);
        }
        let payments = format!("/v1/orders/{id}/payments");
        client.post(&payments).json(&cash(total, total)).send().await.expect(201);

        let tenant = stand.tenants[number];
        let stream = StreamId::of::<Order>(tenant, &OrderId::from_uuid(id));
        let store = Installation::new(&stand.databases).store;
        let read = store.read_streams(tenant, &[(stream, Revision::START)]).await;
        let read = read.expect("the log answers").into_iter().flatten();
        Self { tenant, events: read.map(Happened::of).collect() }
    }

    /// The number of events of a whole life.
    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// The first `n_events` events of another order with this number.
    pub(crate) fn copy(&self, number: u32, n_events: usize) -> Append {
        let id = RandomIds.uuid();
        let stream = StreamId::of::<Order>(self.tenant, &OrderId::from_uuid(id));
        let command = CommandId::from_uuid(id);
        let events = self.events[..n_events].iter().zip(1..);
        let events = events
            .map(|(happened, revision)| NewEvent {
                stream: stream.clone(),
                revision: Revision::new(revision),
                id: EventId::from_uuid(RandomIds.uuid()),
                event_type: happened.event_type(),
                payload: happened.payload(number),
                decided: Decided::default(),
                metadata: Metadata { command, ..happened.metadata.clone() },
                business_date: happened.business_date,
                occurred_at: happened.occurred_at,
                recorded_at: happened.recorded_at,
            })
            .collect();
        let expected = vec![Expected { stream, revision: Revision::START, last_event: None }];
        Append::try_new(self.tenant, command, [0; 32], expected, events)
            .expect("a copied life fits together")
    }
}

impl Happened {
    fn of(recorded: RecordedEvent) -> Self {
        Self {
            event: recorded.decode().expect("the log holds events of this release"),
            metadata: recorded.metadata,
            business_date: recorded.business_date,
            occurred_at: recorded.occurred_at,
            recorded_at: recorded.recorded_at,
        }
    }

    fn event_type(&self) -> EventType {
        self.event.event_type()
    }

    /// The event with the ids and the number of another order.
    fn payload(&self, number: u32) -> Vec<u8> {
        let mut event = self.event.clone();
        match &mut event {
            Event::Placed(placed) => placed.number = number,
            Event::PaymentTaken(taken) => taken.payment = PaymentId::from_uuid(RandomIds.uuid()),
            _ => {}
        }
        event.encode()
    }
}
