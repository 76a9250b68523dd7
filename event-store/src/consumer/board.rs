//! The state of every consumer of a process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Stopped;
use crate::store::Head;
use crate::stream::Position;

/// A loop without a report for this long counts as dead.
const HEARTBEAT_AGE_MAX: Duration = Duration::from_secs(30);

/// What a consumer does at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It reads and writes.
    Running,
    /// Its last tries failed; it goes on trying.
    Failing {
        /// How often it has failed since it last succeeded.
        attempts: u32,
        /// The message of the last failure.
        reason: String,
    },
    /// Another process runs it, and this one takes over when that one dies.
    Standby,
    /// It was asked to end.
    Ended,
    /// It ended by itself and needs an operator.
    Stopped(Stopped),
}

/// What a consumer has parked, over all tenants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parked {
    /// How many events.
    pub n_events: u64,
    /// For how long the first of them has been parked.
    pub oldest: Duration,
}

/// The state of one consumer at this moment.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its name.
    pub consumer: &'static str,
    /// What it does at the moment.
    pub state: State,
    /// Everything up to here has taken effect.
    pub position: Position,
    /// The maximal number of later events in the log: exact where positions have no gaps.
    pub lag_events: u64,
    /// For how long the oldest of them is known to have waited.
    pub lag: Duration,
    /// How long ago the loop last completed a round.
    pub heartbeat_age: Duration,
    /// How many events of the log it reads in a second.
    pub events_per_second: u64,
    /// How often its task died or made no progress and was restarted.
    pub n_restarts: u32,
    /// What it has parked, as last counted.
    pub parked: Parked,
}

impl Status {
    /// Whether the loop completes rounds, even if they fail: an unavailable database is no fault of the loop.
    pub fn is_alive(&self) -> bool {
        matches!(self.state, State::Running | State::Failing { .. } | State::Standby)
            && self.heartbeat_age < HEARTBEAT_AGE_MAX
    }
}

/// The statuses of all consumers of a process. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<BTreeMap<&'static str, Entry>>>);

#[derive(Debug)]
struct Entry {
    state: State,
    position: Position,
    head: Position,
    /// A head that is not reached yet, and when it was first seen.
    awaited: Option<(Position, Instant)>,
    heartbeat: Instant,
    rate: Rate,
    n_restarts: u32,
    parked: Parked,
}

/// Counts read events, in windows.
#[derive(Debug)]
struct Rate {
    since: Instant,
    n_events: u64,
    /// The rate of the previous window.
    before: Option<u64>,
}

impl Board {
    /// The states of all consumers that were ever started, by name.
    pub fn statuses(&self) -> Vec<Status> {
        self.entries().iter().map(|(consumer, entry)| entry.status(consumer)).collect()
    }

    /// Sets the gauges of all consumers; to be called before metrics are rendered.
    pub fn record_metrics(&self) {
        for status in self.statuses() {
            let labels = [("consumer", status.consumer)];
            metrics::gauge!("fastops_consumer_position", &labels)
                .set(as_f64(status.position.get()));
            metrics::gauge!("fastops_consumer_lag_events", &labels).set(as_f64(status.lag_events));
            metrics::gauge!("fastops_consumer_lag_seconds", &labels).set(status.lag);
            metrics::gauge!("fastops_consumer_heartbeat_age_seconds", &labels)
                .set(status.heartbeat_age);
            metrics::gauge!("fastops_consumer_alive", &labels).set(u8::from(status.is_alive()));
            metrics::gauge!("fastops_consumer_events_per_second", &labels)
                .set(as_f64(status.events_per_second));
            metrics::gauge!("fastops_consumer_restarts", &labels).set(status.n_restarts);
            metrics::gauge!("fastops_consumer_parked_events", &labels)
                .set(as_f64(status.parked.n_events));
            metrics::gauge!("fastops_consumer_parked_oldest_seconds", &labels)
                .set(status.parked.oldest);
        }
    }

    /// Records that the loop completed a round over so many events, its position and the end of the log.
    pub(crate) fn went_round(
        &self,
        consumer: &'static str,
        n_events: usize,
        position: Position,
        head: Head,
    ) {
        self.update(consumer, |entry| {
            entry.rate.add(n_events as u64);
            entry.state = State::Running;
            entry.position = position;
            entry.head = head.position;
            entry.awaited = entry
                .awaited
                .filter(|(awaited, _)| *awaited > position)
                .or_else(|| (head.position > position).then(|| (head.position, Instant::now())));
        });
    }

    /// Records the state of the loop.
    pub(crate) fn is(&self, consumer: &'static str, state: State) {
        self.update(consumer, |entry| entry.state = state);
    }

    /// How long ago the loop last reported.
    pub(super) fn silence(&self, consumer: &str) -> Option<Duration> {
        self.entries().get(consumer).map(|entry| entry.heartbeat.elapsed())
    }

    /// Records that the loop was restarted.
    pub(super) fn restarts(&self, consumer: &'static str) {
        self.update(consumer, |entry| entry.n_restarts += 1);
    }

    /// Records what every consumer has parked.
    pub(super) fn have_parked(&self, parked: impl Fn(&str) -> Parked) {
        for (consumer, entry) in self.entries().iter_mut() {
            entry.parked = parked(consumer);
        }
    }

    fn update(&self, consumer: &'static str, change: impl FnOnce(&mut Entry)) {
        let mut entries = self.entries();
        let entry = entries.entry(consumer).or_insert_with(|| Entry {
            state: State::Running,
            position: Position::START,
            head: Position::START,
            awaited: None,
            heartbeat: Instant::now(),
            rate: Rate { since: Instant::now(), n_events: 0, before: None },
            n_restarts: 0,
            parked: Parked::default(),
        });
        entry.heartbeat = Instant::now();
        change(entry);
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<&'static str, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn status(&self, consumer: &'static str) -> Status {
        Status {
            consumer,
            state: self.state.clone(),
            position: self.position,
            lag_events: self.head.get().saturating_sub(self.position.get()),
            lag: self.awaited.map(|(_, since)| since.elapsed()).unwrap_or_default(),
            heartbeat_age: self.heartbeat.elapsed(),
            events_per_second: self.rate.per_second(),
            n_restarts: self.n_restarts,
            parked: self.parked,
        }
    }
}

impl Rate {
    const WINDOW: Duration = Duration::from_secs(10);

    fn add(&mut self, n_events: u64) {
        self.n_events += n_events;
        if self.since.elapsed() >= Self::WINDOW {
            let before = Some(self.in_this_window());
            *self = Self { since: Instant::now(), n_events: 0, before };
        }
    }

    fn per_second(&self) -> u64 {
        // A loop that does not report does not close its window either.
        match self.before {
            Some(before) if self.since.elapsed() < Self::WINDOW => before,
            _ => self.in_this_window(),
        }
    }

    fn in_this_window(&self) -> u64 {
        let millis = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.n_events.saturating_mul(1000) / millis.max(1000)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and positions stay below 2^53")]
fn as_f64(number: u64) -> f64 {
    number as f64
}
