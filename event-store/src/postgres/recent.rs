//! The events that this process has committed lately, so that its readers need not read them from the
//! database.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::shared::IncarnationId;

use crate::event::RecordedEvent;
use crate::store::Head;
use crate::stream::Position;

/// How many events are kept. Readers follow within about a second.
const EVENTS_MAX: usize = 8_000;

/// How many bytes their payloads may have. The decoded events take about the same.
const BYTES_MAX: usize = 8 << 20;

/// The latest events. Events of other processes may be missing in between.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    incarnation: Option<IncarnationId>,
    events: VecDeque<Arc<RecordedEvent>>,
    n_bytes: usize,
}

impl Recent {
    /// Sets the incarnation that another connection has read. If it differs, the kept events are dropped: at
    /// the other end may be a copy of the log that lacks them.
    pub(super) fn are_of(&self, incarnation: IncarnationId) {
        *self.kept() = Kept { incarnation: Some(incarnation), ..Kept::default() };
    }

    /// Keeps events that come after all that are kept.
    pub(super) fn extend(&self, events: impl IntoIterator<Item = RecordedEvent>) {
        let mut kept = self.kept();
        for event in events {
            kept.n_bytes += event.payload.len();
            kept.events.push_back(Arc::new(event));
        }
        while kept.events.len() > EVENTS_MAX || kept.n_bytes > BYTES_MAX {
            let Some(oldest) = kept.events.pop_front() else { break };
            kept.n_bytes -= oldest.payload.len();
        }
    }

    /// At most `limit` events of a log right after a position, up to the first that is missing.
    pub(super) fn after(
        &self,
        log: Head,
        position: Position,
        limit: u32,
    ) -> Vec<Arc<RecordedEvent>> {
        let kept = self.kept();
        if kept.incarnation != Some(log.incarnation) {
            return Vec::new();
        }
        let first = kept.events.partition_point(|event| event.position <= position);
        let next = kept.events.range(first..).zip(1..=u64::from(limit));
        let is_next =
            |(event, place): &(&Arc<RecordedEvent>, u64)| event.position == position.plus(*place);
        next.take_while(is_next).map(|(event, _)| Arc::clone(event)).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
