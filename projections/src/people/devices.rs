//! Tills and tablets on which staff sign in with a PIN.

use std::collections::BTreeMap;

use domain::identity::Device as Aggregate;
use domain::identity::device::{Enrolled, State};
use domain::shared::{BranchId, DeviceId};
use event_store::Revision;
use event_store::consumer::ConsumerError;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::column;
use crate::page::{Happened, Key};
use crate::read_db::{ReadError, TenantTx};

/// A device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Where it stands and what people call it.
    pub details: Enrolled,
    /// Whether staff can sign in on it.
    pub is_in_use: bool,
    /// The revision of its stream.
    pub revision: Revision,
}

impl FromRow<'_, PgRow> for Device {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: DeviceId::from_uuid(row.try_get("device_id")?),
            details: Enrolled {
                branch: BranchId::from_uuid(row.try_get("branch_id")?),
                name: column::text(row, "name")?,
            },
            is_in_use: row.try_get("is_in_use")?,
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
    let (tenants, ids) = Key::columns(happened.iter().map(|h| &h.key));
    let rows = sqlx::query(
        "SELECT device_id AS id, d.*
         FROM devices d
         WHERE (tenant_id, device_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    let mut devices: BTreeMap<Key, Device> = BTreeMap::new();
    for row in &rows {
        devices.insert(Key::from_row(row)?, Device::from_row(row)?);
    }
    for Happened { recorded, key, event } in happened {
        use domain::Decider;
        let (id, revision) = (DeviceId::from_uuid(key.id), recorded.revision);
        match Aggregate::evolve(State::Unknown, event) {
            State::InUse(details) => {
                devices.insert(key, Device { id, details, is_in_use: true, revision });
            }
            State::Unknown | State::Gone => {
                if let Some(device) = devices.get_mut(&key) {
                    (device.is_in_use, device.revision) = (false, revision);
                }
            }
        }
    }
    save(tx, &devices).await
}

async fn save(tx: &mut PgConnection, devices: &BTreeMap<Key, Device>) -> Result<(), ConsumerError> {
    let (tenants, ids) = Key::columns(devices.keys());
    let column = || devices.values();
    sqlx::query(
        "INSERT INTO devices (tenant_id, device_id, branch_id, name, is_in_use, revision)
         SELECT
             UNNEST($1::uuid[]), UNNEST($2::uuid[]), UNNEST($3::uuid[]), UNNEST($4::text[]),
             UNNEST($5::boolean[]), UNNEST($6::bigint[])
         ON CONFLICT (tenant_id, device_id) DO UPDATE SET
             is_in_use = excluded.is_in_use,
             revision = excluded.revision",
    )
    .bind(tenants)
    .bind(ids)
    .bind(column().map(|device| device.details.branch.uuid()).collect::<Vec<_>>())
    .bind(column().map(|device| device.details.name.as_str()).collect::<Vec<_>>())
    .bind(column().map(|device| device.is_in_use).collect::<Vec<_>>())
    .bind(column().map(|device| device.revision.to_i64()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// The devices of the company by name, at most 200.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Device>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT device_id, branch_id, name, is_in_use, revision
         FROM devices
         WHERE tenant_id = $1
         ORDER BY is_in_use DESC, name, device_id
         LIMIT 200",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
