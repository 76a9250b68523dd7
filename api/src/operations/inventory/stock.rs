//! The stock of branches: what comes in, what is there, and how it came to that.

use chrono::{DateTime, NaiveDate, Utc};
use commands::inventory::{ReceiveStock, ReleaseExpired};
use domain::identity::permission::markers::{StockRead, StockReceive, StockRelease};
use domain::inventory::balance::Balance;
use domain::inventory::stock::{Event, IncomingLine, ReceivedLine};
use domain::inventory::{Inventory as Stock, stock};
use domain::shared::{BranchId, ReceiptId, StockItemId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::TenantTx;
use projections::catalog::{Catalog, branches};
use projections::inventory::balances::{self, StockLevel};
use projections::inventory::kardex::{self, Movement};
use projections::inventory::{Inventory, stock_items};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::caller::Caller;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Created, Done, List};
use crate::operations::fields::Fields;
use crate::operations::inventory::model::{BalanceBody, BaseUnitBody, ReasonBody};
use crate::operations::inventory::refusal;
use crate::operations::model::{CostBody, MoneyBody};
use crate::operations::moment;
use crate::operations::refusal::{failed, unread};
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// The operations about the stock of branches.
pub(super) struct StockOfBranches(pub(super) Services);

/// Goods that came in together.
#[derive(Object)]
struct NewStockReceipt {
    /// What came in.
    #[oai(validator(min_items = 1, max_items = 200))]
    lines: Vec<NewReceiptLine>,
}

/// Something that came in.
#[derive(Object)]
struct NewReceiptLine {
    /// The stock item.
    item_id: Uuid,
    /// How much of it in its base unit, with at most six decimals; more than zero.
    #[oai(validator(pattern = "^[0-9]{1,10}(\\.[0-9]{1,6})?$"))]
    quantity: String,
    /// What it cost together, in the branch's currency.
    cost: CostBody,
}

/// Goods that came in, and what is there with them.
#[derive(Object, Serialize)]
struct StockReceipt {
    /// Its id.
    id: Uuid,
    /// What came in.
    lines: Vec<ReceiptLineBody>,
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

/// Something that came in, and what is there with it.
#[derive(Object, Serialize)]
#[oai(rename = "ReceiptLine")]
struct ReceiptLineBody {
    /// The stock item.
    item_id: Uuid,
    /// How much of it.
    quantity: String,
    /// What it cost together.
    cost: MoneyBody,
    /// What the value changed by besides, because some of it was used up before it came in.
    correction: MoneyBody,
    /// What is there after it.
    balance: BalanceBody,
}

/// What was released.
#[derive(Object, Serialize)]
struct ReleasedReservations {
    /// How many orders lost what was kept for them.
    n_orders: u64,
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

/// What a branch has of an item.
#[derive(Object, Serialize)]
#[oai(rename = "StockLevel")]
struct StockLevelBody {
    /// The stock item.
    item_id: Uuid,
    /// Its name.
    name: String,
    /// What its quantities count.
    unit: BaseUnitBody,
    /// What is there.
    balance: BalanceBody,
    /// How much of it is kept for orders.
    reserved: String,
    /// How much of it is not reserved; below zero when more was promised than there is.
    available: String,
}

/// A movement of an item.
#[derive(Object, Serialize)]
#[oai(rename = "StockMovement")]
struct MovementBody {
    /// Why it moved.
    reason: ReasonBody,
    /// The order that used it up, or the receipt that it came with.
    source_id: Uuid,
    /// The event that records it.
    event_id: Uuid,
    /// How much came in, in its base unit; below zero what went out.
    quantity: String,
    /// What it was worth, with the same sign.
    value: MoneyBody,
    /// What was there after it.
    balance: BalanceBody,
    /// The day it counts for.
    business_date: NaiveDate,
    /// When it happened.
    #[serde(with = "moment")]
    occurred_at: DateTime<Utc>,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Inventory")]
impl StockOfBranches {
    /// Enter goods that came in.
    #[oai(
        path = "/branches/:branch_id/stock-receipts",
        method = "post",
        operation_id = "receiveStock"
    )]
    async fn receive(
        &self,
        by: Can<StockReceive>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
        Json(body): Json<NewStockReceipt>,
    ) -> Result<Created<StockReceipt>, Problem> {
        let mut fields = Fields::default();
        let lines = body.lines.iter().enumerate();
        let lines = lines.filter_map(|(index, line)| incoming(&mut fields, index, line)).collect();
        fields.check()?;
        let intent = ReceiveStock {
            receipt: ReceiptId::from_uuid(self.0.ids.uuid()),
            branch: BranchId::from_uuid(branch_id.0),
            lines,
        };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::stock).await?;
        let made = accepted.first::<Stock>()?;
        let Event::Received(received) = made.event else {
            return Err(Problem::new(Code::Internal));
        };
        let body = StockReceipt {
            id: received.receipt.uuid(),
            lines: received.lines.into_iter().map(Into::into).collect(),
            position: accepted.position,
        };
        // A receipt has no address of its own: the stock of the branch shows what it changed.
        let address = format!("/v1/branches/{}/stock", branch_id.0);
        Ok(Created::by(&accepted, made.revision, address, body))
    }

    /// Release what is kept for overdue orders.
    ///
    /// For orders that were not made in time. The next order of the branch does so too; this does not wait
    /// for it.
    #[oai(
        path = "/branches/:branch_id/stock/release-expired",
        method = "post",
        operation_id = "releaseExpiredStock"
    )]
    async fn release_expired(
        &self,
        by: Can<StockRelease>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
    ) -> Result<Done<ReleasedReservations>, Problem> {
        let intent = ReleaseExpired { branch: BranchId::from_uuid(branch_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::stock).await?;
        let facts = accepted.receipt.facts::<Stock>().map_err(|world| failed(&world))?;
        let n_released = |event: &Event| match event {
            Event::Released(stock::Released { orders, .. }) => orders.len() as u64,
            _ => 0,
        };
        let n_orders = facts.iter().map(|fact| n_released(&fact.event)).sum();
        let body = ReleasedReservations { n_orders, position: accepted.position };
        Ok(Done::by(&accepted, body))
    }

    /// See what a branch has in stock.
    ///
    /// Of everything that it ever had, by name.
    #[oai(path = "/branches/:branch_id/stock", method = "get", operation_id = "listStock")]
    async fn list(
        &self,
        by: Can<StockRead>,
        branch_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<StockLevelBody>>, Problem> {
        let branch = BranchId::from_uuid(branch_id.0);
        let query = QueryFingerprint::of("listStock", &[("branch_id", &branch_id.to_string())]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let consumers = [Catalog::NAME, Inventory::NAME];
        let mut tx = self.0.read(&by.caller, after.0, &consumers).await?;
        let nothing = Balance::nothing(open(&mut tx, &by.caller, branch).await?.details.currency);
        let page = balances::list(&mut tx, branch, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let rows = page.rows.into_iter().map(|level| StockLevelBody::of(level, nothing));
        Ok(Json(List { data: rows.collect(), next_cursor }))
    }

    /// See every movement of an item in a branch.
    ///
    /// The oldest first.
    #[oai(
        path = "/branches/:branch_id/stock/:item_id/kardex",
        method = "get",
        operation_id = "listStockMovements"
    )]
    async fn kardex(
        &self,
        by: Can<StockRead>,
        branch_id: Path<Uuid>,
        item_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<MovementBody>>, Problem> {
        let (branch, item) = (BranchId::from_uuid(branch_id.0), StockItemId::from_uuid(item_id.0));
        let filters = [("branch_id", branch_id.to_string()), ("item_id", item_id.to_string())];
        let filters = filters.each_ref().map(|(name, value)| (*name, value.as_str()));
        let query = QueryFingerprint::of("listStockMovements", &filters);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let consumers = [Catalog::NAME, Inventory::NAME];
        let mut tx = self.0.read(&by.caller, after.0, &consumers).await?;
        open(&mut tx, &by.caller, branch).await?;
        if stock_items::get(&mut tx, item).await.map_err(unread)?.is_none() {
            return Err(Problem::new(Code::NotFound));
        }
        let page = kardex::list(&mut tx, branch, item, place, limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }
}

/// A branch of the company in which the caller may act.
async fn open(
    tx: &mut TenantTx,
    caller: &Caller,
    branch: BranchId,
) -> Result<branches::Branch, Problem> {
    let found = branches::get(tx, branch).await.map_err(unread)?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    caller.at(branch)?;
    Ok(found)
}

/// A line as the command takes it; mistakes are in `fields`.
fn incoming(fields: &mut Fields, index: usize, line: &NewReceiptLine) -> Option<IncomingLine> {
    let quantity = fields.stock_quantity(&format!("/lines/{index}/quantity"), &line.quantity);
    let cost = line.cost.read(fields, &format!("/lines/{index}/cost"));
    let item = StockItemId::from_uuid(line.item_id);
    Some(IncomingLine { item, quantity: quantity?, cost: cost? })
}

impl From<ReceivedLine> for ReceiptLineBody {
    fn from(line: ReceivedLine) -> Self {
        Self {
            item_id: line.item.uuid(),
            quantity: line.quantity.to_string(),
            cost: line.cost.into(),
            correction: line.correction.into(),
            balance: line.balance.into(),
        }
    }
}

impl StockLevelBody {
    fn of(level: StockLevel, nothing: Balance) -> Self {
        let StockLevel { item, name, unit, balance, reserved } = level;
        let balance = balance.unwrap_or(nothing);
        Self {
            item_id: item.uuid(),
            name: name.into(),
            unit: unit.into(),
            balance: balance.into(),
            reserved: reserved.to_string(),
            available: balance.quantity.saturating_minus(reserved).to_string(),
        }
    }
}

impl From<Movement> for MovementBody {
    fn from(moved: Movement) -> Self {
        Self {
            reason: moved.reason.into(),
            source_id: moved.source,
            event_id: moved.event.uuid(),
            quantity: moved.quantity.to_string(),
            value: moved.value.into(),
            balance: moved.balance().into(),
            business_date: moved.business_date,
            occurred_at: moved.occurred_at,
        }
    }
}
