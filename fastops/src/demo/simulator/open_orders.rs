//! The orders that an earlier start left open, from the read models.

use std::time::Duration;

use chrono::{Days, NaiveDate};
use domain::orders::Status;
use domain::shared::{OrderId, TenantId};
use event_store::EventStore;
use projections::orders::Orders;
use projections::orders::order_list::{self, OrderFilter};
use projections::{LogPlace, ReadError, Waited};
use uuid::Version;

use super::journey::Journey;
use crate::demo::restaurant::Restaurant;
use crate::demo::staff::Staff;
use crate::installation::Installation;

/// The timeout of the read models, after which they are asked again.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// How many orders are read at once.
const PAGE: u32 = 200;

#[derive(Debug, thiserror::Error)]
enum Unknown {
    #[error(transparent)]
    Log(#[from] event_store::Error),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the list of orders is behind the log")]
    Behind,
}

/// Every unfinished order, read when the list has caught up with the log. Waits without a timeout; none when
/// the demo ends before.
pub(super) async fn left_open(
    installation: &Installation,
    tenant: TenantId,
    staff: &Staff,
) -> Vec<Journey> {
    loop {
        match read(installation, tenant).await {
            Ok(open) => return open,
            Err(error) => tracing::warn!(%error, "the simulator waits for the list of orders"),
        }
        if !staff.rests(Duration::from_secs(1)).await {
            return Vec::new();
        }
    }
}

async fn read(installation: &Installation, tenant: TenantId) -> Result<Vec<Journey>, Unknown> {
    let head = installation.store.head().await?;
    let place = LogPlace { incarnation: head.incarnation, position: head.position };
    let reached =
        installation.read_db.wait_for(tenant, &[Orders::NAME], place, READ_TIMEOUT).await?;
    if reached != Waited::Reached {
        return Err(Unknown::Behind);
    }
    let today = Restaurant::business_day().at(installation.clock.now()).date;
    let mut open = Vec::new();
    for status in [Status::Pending, Status::Confirmed, Status::Preparing, Status::Ready] {
        open.extend(standing_at(installation, tenant, status, None).await?);
    }
    // What was delivered is paid within minutes, so the unpaid ones are not from long ago.
    let since = today.checked_sub_days(Days::new(1));
    let delivered = standing_at(installation, tenant, Status::Delivered, since).await?;
    open.extend(delivered.into_iter().filter(|order| order.next().is_some()));
    Ok(open)
}

async fn standing_at(
    installation: &Installation,
    tenant: TenantId,
    status: Status,
    from: Option<NaiveDate>,
) -> Result<Vec<Journey>, ReadError> {
    let filter = OrderFilter { statuses: &[status], from, ..OrderFilter::default() };
    let mut tx = installation.read_db.tenant(tenant).await?;
    let mut journeys = Vec::new();
    let mut after = None;
    loop {
        let page = order_list::list(&mut tx, filter, after, PAGE).await?;
        let of_the_moment = page.rows.into_iter().filter(|order| !is_past(order.id));
        journeys.extend(of_the_moment.map(|order| Journey {
            order: order.id,
            status: order.status,
            balance: order.balance,
            cancelled_when: None,
        }));
        after = page.next;
        if after.is_none() {
            tx.finish().await?;
            return Ok(journeys);
        }
    }
}

/// Whether the order belongs to the past sales, which complete their orders themselves: only their ids are
/// derived from a name.
fn is_past(order: OrderId) -> bool {
    order.uuid().get_version() == Some(Version::Sha1)
}
