//! The sales report about an import.

use std::time::Duration;

use chrono::NaiveDate;
use domain::shared::TenantId;
use event_store::EventStore;
use event_store::consumer::{Board, State};
use projections::sales::report::{GroupBy, SalesFilter, sales};
use projections::{LogPlace, Waited};
use serde::Serialize;

use super::error::Error;
use crate::installation::Installation;

/// How long the read models may take for the next look at them.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often a consumer may fail before it is given up.
const ATTEMPTS_MAX: u32 = 10;

/// The figures of everything a company has sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Figures {
    /// Orders that were paid.
    pub orders: u64,
    /// Their lines.
    pub lines: u64,
    /// The pieces on them.
    pub items: u64,
    /// What guests paid, in major units with all decimals.
    pub gross: String,
}

/// Waits until every read model shows what is in the log now.
pub(crate) async fn wait_for_read_models(
    installation: &Installation,
    tenant: TenantId,
    board: &Board,
) -> Result<(), Error> {
    let head = installation.store.head().await.map_err(commands::World::from)?;
    let place = LogPlace { incarnation: head.incarnation, position: head.position };
    let consumers = projections::consumers();
    let names: Vec<&str> = consumers.iter().map(|consumer| consumer.name()).collect();
    loop {
        match installation.read_db.wait_for(tenant, &names, place, LOOK_EVERY).await? {
            Waited::Reached => return Ok(()),
            Waited::Behind | Waited::AnotherLog => must_go_round(board)?,
        }
    }
}

/// A consumer that has stopped for good, or keeps failing at one event, will not get there.
fn must_go_round(board: &Board) -> Result<(), Error> {
    for status in board.statuses() {
        let reason = match status.state {
            State::Stopped(stopped) => stopped.to_string(),
            State::Failing { attempts, reason } if attempts > ATTEMPTS_MAX => reason,
            State::Running | State::Failing { .. } | State::Standby | State::Ended => continue,
        };
        return Err(Error::Consumer { consumer: status.consumer, reason });
    }
    Ok(())
}

/// The sales report over all sales of a company. A company without sales, or with sales in several
/// currencies, has no one answer.
pub(super) async fn figures(
    installation: &Installation,
    tenant: TenantId,
) -> Result<Option<Figures>, Error> {
    let mut tx = installation.read_db.tenant(tenant).await?;
    let date = |year| NaiveDate::from_ymd_opt(year, 1, 1).expect("every year has a first day");
    let filter = SalesFilter { branch: None, from: date(1970), to: date(9999) };
    let report = sales(&mut tx, filter, GroupBy::Total).await?;
    tx.finish().await?;
    let [row] = &report.rows[..] else { return Ok(None) };
    Ok(Some(Figures {
        orders: row.n_orders.unwrap_or_default(),
        lines: row.n_lines,
        items: row.n_items,
        gross: row.gross.to_major(),
    }))
}
