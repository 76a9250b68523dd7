//! The consumer that writes down what a process plans.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use async_trait::async_trait;
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError};
use sqlx::PgConnection;

use super::timers::{self, About, Timer};
use super::{Process, Reaction};

/// Reads the log for a process.
pub struct Planner<P>(PhantomData<fn() -> P>);

impl<P> Planner<P> {
    /// The planner of `P`.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<P> Default for Planner<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Process> fmt::Debug for Planner<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Planner").field(&P::NAME).finish()
    }
}

#[async_trait]
impl<P: Process> Consumer for Planner<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn wants(&self, event_type: &str) -> bool {
        P::wants(event_type)
    }

    /// What is planned and dropped within the page never reaches the table.
    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let mut plans: BTreeMap<About, Option<Timer<P::Command>>> = BTreeMap::new();
        for event in events {
            let tenant = event.stream.tenant();
            for reaction in P::react(event)? {
                match reaction {
                    Reaction::Plan { key, due_at, command } => {
                        let (event, correlation) = (event.id, event.metadata.correlation);
                        let timer = Timer { due_at, event, correlation, command };
                        plans.insert(About { tenant, key }, Some(timer));
                    }
                    Reaction::Drop { key } => {
                        plans.insert(About { tenant, key }, None);
                    }
                }
            }
        }
        timers::forget(tx, P::NAME, plans.keys()).await?;
        let planned = plans.iter().filter_map(|(about, timer)| Some((about, timer.as_ref()?)));
        Ok(timers::plan(tx, P::NAME, planned.collect()).await?)
    }
}
