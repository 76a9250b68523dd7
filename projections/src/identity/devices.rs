//! Tills and tablets on which staff sign in with a PIN.

use std::collections::BTreeMap;

use domain::identity::Device as Aggregate;
use domain::identity::device::{Enrolled, State};
use domain::shared::DeviceId;
use event_store::Revision;
use event_store::consumer::ConsumerError;
use sqlx::PgConnection;

use crate::page::{Happened, Key};
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

/// The devices of the company by name, at most 200.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Device>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
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
