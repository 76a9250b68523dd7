//! The kitchen's board.

use chrono::{DateTime, Utc};
use domain::identity::permission::markers::OrderRead;
use domain::shared::BranchId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, branches};
use projections::orders::Orders;
use projections::orders::kitchen_board::{KitchenOrder, board, count};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::CountedList;
use crate::operations::moment;
use crate::operations::orders::lines::{LineBody, lines};
use crate::operations::orders::model::{OrderTypeBody, StatusBody};
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::problem::{Code, Problem};

/// The operations about the kitchen board.
pub(super) struct Kitchen(pub(super) Services);

/// An order on the board.
#[derive(Object, Serialize)]
struct BoardOrder {
    /// Its id.
    id: Uuid,
    /// How it reaches the guest.
    order_type: OrderTypeBody,
    /// The code of the channel that it came from.
    channel: String,
    /// Its number in the series of its branch, type and year.
    number: u32,
    /// Its number in its branch's business date, for calling it out.
    call_number: u32,
    /// When it was placed.
    #[serde(with = "moment")]
    placed_at: DateTime<Utc>,
    /// Its status.
    status: StatusBody,
    /// Since when it has this status.
    #[serde(with = "moment")]
    status_since: DateTime<Utc>,
    /// What to make.
    lines: Vec<LineBody>,
    /// How many pieces are made at each station; of a combo those of its children.
    stations: Vec<StationItems>,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// The pieces of an order that are made at a station.
#[derive(Object, Serialize)]
struct StationItems {
    /// The station of the branch; null for what is made at none.
    station_id: Option<Uuid>,
    /// How many pieces.
    items: u64,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Orders")]
impl Kitchen {
    /// See what the kitchen of a branch has to do.
    ///
    /// Its orders that are confirmed, in preparation or ready, the oldest first.
    #[oai(path = "/branches/:branch_id/kitchen", method = "get", operation_id = "kitchenBoard")]
    async fn board(
        &self,
        by: Can<OrderRead>,
        branch_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<CountedList<BoardOrder>>, Problem> {
        let branch = BranchId::from_uuid(branch_id.0);
        let query = QueryFingerprint::of("kitchenBoard", &[("branch_id", &branch_id.to_string())]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let consumers = [Orders::NAME, Catalog::NAME];
        let mut tx = self.0.read(&by.caller, after.0, &consumers).await?;
        if branches::get(&mut tx, branch).await.map_err(unread)?.is_none() {
            return Err(Problem::new(Code::NotFound));
        }
        by.caller.at(branch)?;
        let page = board(&mut tx, branch, place, limit.rows().into()).await.map_err(unread)?;
        let count = count(&mut tx, branch).await.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let data = page.rows.into_iter().map(Into::into).collect();
        Ok(Json(CountedList { data, next_cursor, count }))
    }
}

impl From<KitchenOrder> for BoardOrder {
    fn from(order: KitchenOrder) -> Self {
        let made = order.pieces_by_station().into_iter();
        let made = made
            .map(|(station, items)| StationItems { station_id: station.map(Into::into), items });
        Self {
            stations: made.collect(),
            id: order.id.uuid(),
            order_type: order.order_type.into(),
            channel: order.channel.as_str().to_owned(),
            number: order.number,
            call_number: order.call_number,
            placed_at: order.placed_at,
            status: order.status.into(),
            status_since: order.status_since,
            lines: lines(order.lines),
            revision: order.revision.get(),
        }
    }
}
