//! States that are kept.

use domain::shared::{EventId, TenantId};
use sqlx::PgPool;
use uuid::Uuid;

use super::rows::rows;
use crate::error::Error;
use crate::snapshot::Snapshot;
use crate::stream::{Revision, StreamId};

pub(super) async fn get(
    pool: &PgPool,
    tenant: TenantId,
    streams: &[StreamId],
) -> Result<Vec<Option<Snapshot>>, Error> {
    let names: Vec<&str> = streams.iter().map(StreamId::name).collect();
    let query = sqlx::query_as("SELECT * FROM log_snapshots($1, $2)").bind(tenant.uuid());
    let found: Vec<(i64, i64, Uuid, i16, Vec<u8>)> = rows(pool, query.bind(names)).await?;
    let mut snapshots = vec![None; streams.len()];
    for (place, revision, last_event, version, state) in found {
        let place = usize::try_from(place - 1).ok();
        let Some((place, stream)) = place.and_then(|at| Some((at, streams.get(at)?))) else {
            return Err(Error::Corrupt { reason: "a snapshot that was not asked for".to_owned() });
        };
        snapshots[place] = Some(Snapshot {
            stream: StreamId::stored(tenant, stream.name().to_owned()),
            revision: Revision::from_i64(revision),
            last_event: EventId::from_uuid(last_event),
            version: version.cast_unsigned(),
            state,
        });
    }
    Ok(snapshots)
}

pub(super) async fn keep(pool: &PgPool, snapshot: Snapshot) -> Result<(), Error> {
    let query = sqlx::query_as("SELECT FROM log_keep_snapshot($1, $2, $3, $4, $5, $6)")
        .bind(snapshot.stream.tenant().uuid())
        .bind(snapshot.stream.name().to_owned())
        .bind(snapshot.revision.to_i64())
        .bind(snapshot.last_event.uuid())
        .bind(snapshot.version.cast_signed())
        .bind(snapshot.state);
    let _: Vec<()> = rows(pool, query).await?;
    Ok(())
}
