//! Branches with their clock, currency and business day.

use domain::identity::Branch as Aggregate;
use domain::identity::branch::{Opened, State};
use domain::shared::BranchId;
use event_store::Revision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

/// A branch that trades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its id.
    pub id: BranchId,
    /// Its name, time zone, currency and cut-off.
    pub details: Opened,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of branches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchCursor {
    name: String,
    id: BranchId,
}

row::columns!(row Branch { id as branch_id, details, revision });
row::columns!(part Opened { name, time_zone, currency, cut_off });

impl StateRow for Branch {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "branches";
    const ID: &'static str = "branch_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = BranchId::from_uuid(id);
        match state {
            State::Open(details) => Some(Self { id, details, revision }),
            State::Unopened => None,
        }
    }

    fn into_state(self) -> State {
        State::Open(self.details)
    }
}

/// The branches by name.
pub async fn list(
    tx: &mut TenantTx,
    after: Option<&BranchCursor>,
    limit: u32,
) -> Result<Page<Branch, BranchCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
         FROM branches
         WHERE tenant_id = $1 AND ($2::text IS NULL OR (name, branch_id) > ($2, $3))
         ORDER BY name, branch_id
         LIMIT $4",
    )
    .bind(tenant)
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor = |last: &Branch| BranchCursor { name: last.details.name.to_string(), id: last.id };
    Ok(Page::of(rows, limit, cursor))
}

/// One branch.
pub async fn get(tx: &mut TenantTx, branch: BranchId) -> Result<Option<Branch>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT *
         FROM branches
         WHERE tenant_id = $1 AND branch_id = $2",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
