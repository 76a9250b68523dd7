//! Branches with their clock, currency and business day.

use std::collections::BTreeMap;

use domain::identity::Branch as Aggregate;
use domain::identity::branch::{Opened, State};
use domain::shared::BranchId;
use event_store::Revision;
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::column;
use crate::page::{Folded, Happened, Key, Page, fold, one_more_than};
use crate::read_db::{ReadError, TenantTx};

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

impl FromRow<'_, PgRow> for Branch {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: BranchId::from_uuid(row.try_get("branch_id")?),
            details: Opened {
                name: column::text(row, "name")?,
                time_zone: column::text(row, "time_zone")?,
                currency: column::text(row, "currency")?,
                cut_off: column::text(row, "cut_off")?,
            },
            revision: column::revision(row)?,
        })
    }
}

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: Vec<Happened<'_, Aggregate>>,
) -> Result<(), ConsumerError> {
    if happened.is_empty() {
        return Ok(());
    }
    let mut branches = load(tx, &happened).await?;
    fold(&mut branches, happened);
    save(tx, &branches).await
}

async fn load(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Aggregate>],
) -> Result<BTreeMap<Key, Folded<Aggregate>>, ConsumerError> {
    let (tenants, ids) = Key::columns(happened.iter().map(|h| &h.key));
    let rows = sqlx::query(
        "SELECT branch_id AS id, b.*
         FROM branches b
         WHERE (tenant_id, branch_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let folded = |row: &PgRow| {
        let Branch { details, revision, .. } = Branch::from_row(row)?;
        Ok((Key::from_row(row)?, Folded { state: State::Open(details), revision }))
    };
    rows.iter().map(folded).collect()
}

async fn save(
    tx: &mut PgConnection,
    branches: &BTreeMap<Key, Folded<Aggregate>>,
) -> Result<(), ConsumerError> {
    let row = |(key, row)| {
        let Folded { state, revision }: &Folded<Aggregate> = row;
        Some((key, state.open()?, revision.to_i64()))
    };
    let rows: Vec<_> = branches.iter().filter_map(row).collect();
    let (tenants, ids) = Key::columns(rows.iter().map(|(key, ..)| *key));
    sqlx::query(
        "INSERT INTO branches (
             tenant_id, branch_id, name, time_zone, currency, cut_off, revision
         )
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::text[]), UNNEST($4::text[]),
             UNNEST($5::text[]), UNNEST($6::text[]), UNNEST($7::bigint[])
         ON CONFLICT (tenant_id, branch_id) DO UPDATE SET
             name = excluded.name,
             time_zone = excluded.time_zone,
             currency = excluded.currency,
             cut_off = excluded.cut_off,
             revision = excluded.revision",
    )
    .bind(tenants)
    .bind(ids)
    .bind(rows.iter().map(|(_, details, _)| details.name.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, details, _)| details.time_zone.name()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, details, _)| details.currency.code()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, details, _)| details.cut_off.to_string()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(.., revision)| *revision).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// The branches by name.
pub async fn list(
    tx: &mut TenantTx,
    after: Option<&BranchCursor>,
    limit: u32,
) -> Result<Page<Branch, BranchCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT branch_id, name, time_zone, currency, cut_off, revision
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
        "SELECT branch_id, name, time_zone, currency, cut_off, revision
         FROM branches
         WHERE tenant_id = $1 AND branch_id = $2",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
