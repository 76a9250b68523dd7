//! The sales channels of a company: one row once it has changed them.

use domain::catalog::Channels as Aggregate;
use domain::catalog::channels::State;
use event_store::Revision;
use uuid::Uuid;

use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

/// The channels of a company.
#[derive(Debug)]
pub(super) struct Channels {
    company: Uuid,
    state: State,
    revision: Revision,
}

row::columns!(row Channels { company as company_id, state as channels, revision });

impl StateRow for Channels {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "channels";
    const ID: &'static str = "company_id";

    fn of(company: Uuid, state: State, revision: Revision) -> Option<Self> {
        Some(Self { company, state, revision })
    }

    fn into_state(self) -> State {
        self.state
    }
}

/// The channels of the company.
pub async fn get(tx: &mut TenantTx) -> Result<State, ReadError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Channels> = sqlx::query_as(
        "SELECT *
         FROM channels
         WHERE tenant_id = $1",
    )
    .bind(tenant)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.state).unwrap_or_default())
}
