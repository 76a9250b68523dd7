//! The log on PostgreSQL, the default adapter.
//!
//! One writer per process drains a bounded queue and commits many commands' appends in one
//! transaction and one round trip, see `writer`. Reads go through functions that filter by tenant,
//! since the application's role sees no row of the log by itself.

mod batch;
pub(crate) mod beginnings;
mod columns;
mod committed_range;
mod ends;
pub(crate) mod failure;
mod figures;
mod job;
mod line;
mod next;
mod queue;
mod read;
mod recent;
mod recorded;
mod rows;
mod snapshots;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use domain::shared::{CommandId, TenantId};
use futures_util::future::BoxFuture;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::append::Append;
use crate::database::pool;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::right_of_way::{RightOfWay, RightsOfWay};
use crate::snapshot::Snapshot;
use crate::store::{EventStore, Head};
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::{Earlier, Verdict};
use recent::Recent;
use writer::AppendWriter;

/// The number of tenants whose commands in one process can have the right of way at once.
const LOCK_CONNECTIONS: u32 = 2;

/// The log in one PostgreSQL database. Cheap to clone; the writer ends with the last clone.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    app: PgPool,
    projector: PgPool,
    writer: Arc<AppendWriter>,
    recent: Arc<Recent>,
    rights_of_way: Arc<RightsOfWay>,
}

impl PostgresStore {
    /// A store that reads streams and appends as the application's role, and reads the whole log as the
    /// projector's. It begins no transaction on either pool.
    ///
    /// `writer` are the options of the writer's own connection; its role is the application's.
    pub fn new(app: PgPool, projector: PgPool, writer: PgConnectOptions) -> Self {
        let recent = Arc::default();
        let locks = pool(writer.clone(), LOCK_CONNECTIONS);
        let rights_of_way = Arc::new(RightsOfWay::new(locks));
        let writer = Arc::new(AppendWriter::spawn(writer, app.clone(), Arc::clone(&recent)));
        Self { app, projector, writer, recent, rights_of_way }
    }

    /// The same log, read through other connections.
    #[must_use]
    pub fn with_pools(&self, app: PgPool, projector: PgPool) -> Self {
        Self { app, projector, ..self.clone() }
    }
}

#[async_trait]
impl EventStore for PostgresStore {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Verdict, Error>> {
        self.writer.append(append)
    }

    async fn read_streams(
        &self,
        tenant: TenantId,
        tails: &[(StreamId, Revision)],
    ) -> Result<Vec<Vec<RecordedEvent>>, Error> {
        read::streams(&self.app, tenant, tails).await
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<RecordedEvent>, Error> {
        read::all(&self.projector, after, limit).await
    }

    fn recent(&self, log: Head, after: Position, limit: u32) -> Vec<Arc<RecordedEvent>> {
        self.recent.after(log, after, limit)
    }

    async fn commands(
        &self,
        tenant: TenantId,
        ids: &[CommandId],
    ) -> Result<Vec<Option<Earlier>>, Error> {
        read::commands(&self.app, tenant, ids).await
    }

    async fn events_of(
        &self,
        tenant: TenantId,
        command: CommandId,
    ) -> Result<Vec<RecordedEvent>, Error> {
        read::events_of(&self.app, tenant, command).await
    }

    async fn events_at(
        &self,
        tenant: TenantId,
        positions: &[Position],
    ) -> Result<Vec<RecordedEvent>, Error> {
        read::events_at(&self.projector, tenant, positions).await
    }

    async fn snapshots(
        &self,
        tenant: TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<Option<Snapshot>>, Error> {
        snapshots::get(&self.app, tenant, streams).await
    }

    async fn keep_snapshot(&self, snapshot: Snapshot) -> Result<(), Error> {
        snapshots::keep(&self.app, snapshot).await
    }

    async fn head(&self) -> Result<Head, Error> {
        read::head(&self.app).await
    }

    async fn right_of_way(&self, tenant: TenantId) -> RightOfWay {
        self.rights_of_way.of(tenant).await
    }
}
