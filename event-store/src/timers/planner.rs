//! The consumer that writes down what is planned.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use sqlx::PgConnection;

use super::{About, Plan, Reaction, Timer, table};
use crate::consumer::{Consumer, ConsumerError};
use crate::event::{Metadata, RecordedEvent};

/// Reads the log for a plan.
pub struct Planner<P>(P);

impl<P> Planner<P> {
    /// The planner of `plan`.
    pub const fn new(plan: P) -> Self {
        Self(plan)
    }
}

impl<P: Plan> fmt::Debug for Planner<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Planner").field(&self.0.name()).finish()
    }
}

#[async_trait]
impl<P: Plan> Consumer for Planner<P> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        self.0.wants(event)
    }

    /// Of what is planned under one key within the page, the last reaches the table.
    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let mut planned: BTreeMap<About, Timer> = BTreeMap::new();
        for event in events {
            let tenant = event.stream.tenant();
            for Reaction { key, due_at, command } in self.0.react(event)? {
                let Metadata { correlation, traceparent, .. } = event.metadata.clone();
                let event = event.id;
                let timer = Timer { due_at, event, correlation, traceparent, command, attempts: 0 };
                planned.insert(About { tenant, key }, timer);
            }
        }
        Ok(table::plan(tx, self.name(), &planned).await?)
    }
}
