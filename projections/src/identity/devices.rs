//! Tills and tablets on which staff sign in with a PIN.

use std::collections::BTreeMap;

use domain::identity::Device as Aggregate;
use domain::identity::device::{Enrolled, State};
use domain::identity::roles::BranchAccess;
use domain::shared::{DeviceId, Name};
use event_store::Revision;
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::page::{Happened, Key, Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::{load, upsert};
use crate::row::{self, Owned};

const TABLE: &str = "devices";

/// A device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its branch and its name.
    pub details: Enrolled,
    /// Whether staff can sign in on it.
    pub is_in_use: bool,
    /// The revision of its stream.
    pub revision: Revision,
}

row::columns!(row Device { id as device_id, details, is_in_use, revision });
row::columns!(part Enrolled { branch as branch_id, name });

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: Vec<Happened<'_, Aggregate>>,
) -> Result<(), ConsumerError> {
    let keys = happened.iter().map(|happened| happened.key).collect();
    let mut devices: BTreeMap<Key, Device> = load(tx, TABLE, "device_id", keys).await?;
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
    let row = |(Key { tenant_id, .. }, row)| Owned { tenant_id, row };
    let rows: Vec<_> = devices.into_iter().map(row).collect();
    upsert(tx, TABLE, &["tenant_id", "device_id"], &rows).await
}

/// The end of a page of devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCursor {
    is_in_use: bool,
    name: Name,
    id: DeviceId,
}

/// The devices in these branches: those in use first, then by name.
pub async fn list(
    tx: &mut TenantTx,
    branches: &BranchAccess,
    after: Option<&DeviceCursor>,
    limit: u32,
) -> Result<Page<Device, DeviceCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
         FROM devices
         WHERE tenant_id = $1 AND ($2::uuid[] IS NULL OR branch_id = ANY ($2))
             AND ($3::boolean IS NULL OR (NOT is_in_use, name, device_id) > (NOT $3, $4, $5))
         ORDER BY NOT is_in_use, name, device_id
         LIMIT $6",
    )
    .bind(tenant)
    .bind(ids(branches))
    .bind(after.map(|cursor| cursor.is_in_use))
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor = |last: &Device| {
        let name = last.details.name.clone();
        DeviceCursor { is_in_use: last.is_in_use, name, id: last.id }
    };
    Ok(Page::of(rows, limit, cursor))
}

/// The number of devices in these branches.
pub async fn count(tx: &mut TenantTx, branches: &BranchAccess) -> Result<u64, ReadError> {
    let (tenant, connection) = tx.parts();
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*)
         FROM devices
         WHERE tenant_id = $1 AND ($2::uuid[] IS NULL OR branch_id = ANY ($2))",
    )
    .bind(tenant)
    .bind(ids(branches))
    .fetch_one(connection)
    .await?;
    Ok(count.unsigned_abs())
}

/// The branches as a parameter of a query; `None` means all.
fn ids(branches: &BranchAccess) -> Option<Vec<Uuid>> {
    match branches {
        BranchAccess::All => None,
        BranchAccess::Only(branches) => Some(branches.iter().map(|id| id.uuid()).collect()),
    }
}
