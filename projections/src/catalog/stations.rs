//! Stations of branches.

use domain::catalog::Station as Aggregate;
use domain::catalog::station::{Added, State};
use domain::shared::{BranchId, StationId};
use event_store::Revision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

/// A station of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its id.
    pub id: StationId,
    /// Its branch and its name.
    pub added: Added,
    /// Whether things are made at it.
    pub is_open: bool,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of stations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationCursor {
    name: String,
    id: StationId,
}

row::columns!(row Station { id as station_id, added, is_open, revision });
row::columns!(part Added { branch as branch_id, name });

impl StateRow for Station {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "stations";
    const ID: &'static str = "station_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = StationId::from_uuid(id);
        match state {
            State::Open(added) => Some(Self { id, added, is_open: true, revision }),
            State::Closed(added) => Some(Self { id, added, is_open: false, revision }),
            State::Unknown => None,
        }
    }

    fn into_state(self) -> State {
        if self.is_open { State::Open(self.added) } else { State::Closed(self.added) }
    }
}

/// The stations of a branch by name, also those that are closed.
pub async fn list(
    tx: &mut TenantTx,
    branch: BranchId,
    after: Option<&StationCursor>,
    limit: u32,
) -> Result<Page<Station, StationCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
         FROM stations
         WHERE tenant_id = $1
             AND branch_id = $2
             AND ($3::text IS NULL OR (name, station_id) > ($3, $4))
         ORDER BY name, station_id
         LIMIT $5",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor = |last: &Station| StationCursor { name: last.added.name.to_string(), id: last.id };
    Ok(Page::of(rows, limit, cursor))
}

/// One station of a branch.
pub async fn get(
    tx: &mut TenantTx,
    branch: BranchId,
    station: StationId,
) -> Result<Option<Station>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT *
         FROM stations
         WHERE tenant_id = $1 AND branch_id = $2 AND station_id = $3",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(station.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
