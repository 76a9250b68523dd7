//! Branches with their clock, currency and business day.

use domain::identity::Branch as Aggregate;
use domain::identity::branch::{Details, State};
use domain::shared::{BranchId, BusinessCalendar, BusinessDay, BusinessDayChange};
use event_store::Revision;
use serde::{Deserialize, Serialize};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row::{self, Column, FromColumns, ToColumns};
use crate::states::StateRow;

/// A branch of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its id.
    pub id: BranchId,
    /// Its name, address, currency, tax regimes, and how it counts its days.
    pub details: Details,
    /// Whether it trades.
    pub is_open: bool,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of branches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchCursor {
    name: String,
    id: BranchId,
}

row::columns!(row Branch { id as branch_id, details, is_open, revision });
row::columns!(part Details { name, address, currency, calendar, tax_regimes });
row::columns!(part BusinessDay { time_zone, cut_off });

/// The column with the changes of a calendar; the others have its beginning.
const CHANGES: &str = "business_day_changes";

impl FromColumns for BusinessCalendar {
    fn read(row: &PgRow, _: &'static str) -> Result<Self, sqlx::Error> {
        let changes: Vec<BusinessDayChange> = FromColumns::read(row, CHANGES)?;
        Ok(Self::of(FromColumns::read(row, "")?, changes))
    }
}

impl ToColumns for BusinessCalendar {
    fn columns(_: &'static str, columns: &mut Vec<Column>) {
        BusinessDay::columns("", columns);
        Vec::<BusinessDayChange>::columns(CHANGES, columns);
    }

    fn bind<'a>(
        values: impl Iterator<Item = &'a Self> + Clone,
        arguments: &mut PgArguments,
    ) -> Result<(), BoxDynError> {
        let first: Vec<_> = values.clone().map(Self::first).collect();
        ToColumns::bind(first.iter(), arguments)?;
        let changes: Vec<_> = values.map(|calendar| calendar.changes().to_vec()).collect();
        ToColumns::bind(changes.iter(), arguments)
    }
}

impl StateRow for Branch {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "branches";
    const ID: &'static str = "branch_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = BranchId::from_uuid(id);
        match state {
            State::Open(details) => Some(Self { id, details, is_open: true, revision }),
            State::Closed(details) => Some(Self { id, details, is_open: false, revision }),
            State::Unopened => None,
        }
    }

    fn into_state(self) -> State {
        if self.is_open { State::Open(self.details) } else { State::Closed(self.details) }
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
