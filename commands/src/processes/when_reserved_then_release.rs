//! When stock is reserved for an order, then it is released as soon as the reservation expires, unless
//! the order has taken it or given it back by then.

use domain::event::StoredEvent;
use domain::inventory::stock::{Event, Reserved};
use domain::shared::OrderId;
use event_store::RecordedEvent;
use event_store::consumer::ConsumerError;
use event_store::timers::Reaction;

use super::Process;
use crate::inventory::ReleaseExpired;

/// See the module.
#[derive(Debug)]
pub struct WhenReservedThenRelease;

impl Process for WhenReservedThenRelease {
    const NAME: &'static str = "when_reserved_then_release";
    type Command = ReleaseExpired;

    fn wants(event_type: &str) -> bool {
        Event::TYPES.iter().any(|stored| stored.name == event_type)
    }

    fn react(event: &RecordedEvent) -> Result<Vec<Reaction<ReleaseExpired>>, ConsumerError> {
        let drop = |order: OrderId| Reaction::Drop { key: order.uuid() };
        Ok(match event.decode::<Event>()? {
            Event::Reserved(Reserved { order, expires_at, .. }) => {
                let branch = event.stream.id().parse().map_err(|_| ConsumerError::Misfit {
                    position: event.position,
                    reason: "the stream is not named after a branch".to_owned(),
                })?;
                let command = ReleaseExpired { branch };
                vec![Reaction::Plan { key: order.uuid(), due_at: expires_at, command }]
            }
            Event::Consumed(consumed) => vec![drop(consumed.order)],
            Event::Released(released) => released.orders.into_iter().map(drop).collect(),
            Event::Received(_) => vec![],
        })
    }
}
