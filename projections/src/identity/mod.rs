//! Roles with their grants, and devices, written by the consumer `people`; and the history of grants, written
//! by the consumer `grants`.

pub mod devices;
pub mod graph;
pub mod history;

use async_trait::async_trait;
use domain::identity::{Device, Roles};
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError, Projection};
use sqlx::PgConnection;

use crate::page::decoded;

/// Keeps the roles of companies and their devices.
#[derive(Debug)]
pub struct People;

impl People {
    /// The name of the consumer.
    pub const NAME: &'static str = "people";
}

#[async_trait]
impl Consumer for People {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        let stream = &event.stream;
        stream.is_of::<Roles>() || stream.is_of::<Device>()
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        graph::project(tx, decoded(events)?).await?;
        devices::project(tx, decoded(events)?).await
    }
}

impl Projection for People {
    fn tables(&self) -> &'static [&'static str] {
        &["role_graphs", "devices"]
    }
}
