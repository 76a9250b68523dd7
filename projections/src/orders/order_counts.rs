//! How many orders have which status.

use chrono::NaiveDate;
use domain::orders::Status;
use domain::shared::BranchId;
use sqlx::postgres::PgRow;

use crate::read_db::{ReadError, TenantTx};
use crate::row::FromColumns;

/// How many orders a branch placed on a business date, by their current status; a status without orders is
/// left out.
pub async fn by_status(
    tx: &mut TenantTx,
    branch: BranchId,
    business_date: NaiveDate,
) -> Result<Vec<(Status, u64)>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query(
        "SELECT status, COUNT(*) AS n_orders
         FROM orders
         WHERE tenant_id = $1 AND branch_id = $2 AND business_date = $3
         GROUP BY status",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(business_date)
    .fetch_all(connection)
    .await?;
    let counted = |row: &PgRow| Ok((Status::read(row, "status")?, u64::read(row, "n_orders")?));
    Ok(rows.iter().map(counted).collect::<Result<_, sqlx::Error>>()?)
}
