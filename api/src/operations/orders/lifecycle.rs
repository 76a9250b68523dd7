//! Orders: placing them, their steps to the guest, and looking at them.

use std::collections::BTreeSet;

use commands::Revision;
use commands::orders::{MoveOrder, Quote, Step};
use domain::identity::permission::markers::{
    OrderCancel, OrderConfirm, OrderDeliver, OrderPlace, OrderRead, OrderReady, OrderStart,
};
use domain::orders::order::{Event, status_after};
use domain::orders::{Order, Status};
use domain::shared::{BranchId, OrderId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::Catalog;
use projections::orders::order_list::OrderFilter;
use projections::orders::{order_detail, order_list};
use uuid::Uuid;

use crate::access::Can;
use crate::caller::Caller;
use crate::cursor::QueryFingerprint;
use crate::date::Date;
use crate::operations::answer::{Changed, Created, Found, List};
use crate::operations::orders::lines::{lines, taxes};
use crate::operations::orders::model::{
    CancelReasonBody, MovedOrder, OrderBody, OrderSummary, OrderTypeBody, PlacedOrder, QuoteBody,
    StatusBody,
};
use crate::operations::orders::new_order::NewOrder;
use crate::operations::orders::refusal;
use crate::operations::period;
use crate::operations::refusal::{refused, unread};
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch, OptionalIfMatch};
use crate::problem::{Code, Problem};

/// The operations about orders.
pub(super) struct Orders(pub(super) Services);

/// Why it is cancelled.
#[derive(Object)]
struct Cancellation {
    /// The reason, from a closed list.
    reason: CancelReasonBody,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Orders")]
impl Orders {
    /// Place an order.
    ///
    /// The server prices the lines and gives the order its numbers, all in one durable step. A line may choose
    /// modifiers of the groups that its product offers; a combo is filled slot by slot.
    #[oai(path = "/orders", method = "post", operation_id = "placeOrder")]
    async fn place(
        &self,
        by: Can<OrderPlace>,
        key: IdempotencyKey,
        Json(body): Json<NewOrder>,
    ) -> Result<Created<PlacedOrder>, Problem> {
        let intent = body.intent(OrderId::from_uuid(self.0.ids.uuid()))?;
        let accepted = self.0.execute(&by.caller, key, intent, refusal::new_order).await?;
        let made = accepted.first::<Order>()?;
        let Event::Placed(placed) = made.event else {
            return Err(Problem::new(Code::Internal));
        };
        let body = PlacedOrder {
            id: made.id.uuid(),
            number: placed.number,
            call_number: placed.call_number,
            status: Status::Pending.into(),
            channel: placed.channel.as_str().to_owned(),
            lines: lines(placed.lines),
            taxes: taxes(placed.taxes),
            total: placed.total.into(),
            revision: made.revision.get(),
            position: accepted.position,
        };
        let address = format!("/v1/orders/{}", body.id);
        Ok(Created::by(&accepted, made.revision, address, body))
    }

    /// Ask what an order would cost, without placing it.
    ///
    /// The prices and refusals are those of placing it at this moment, what is short in stock included.
    #[oai(path = "/orders/price", method = "post", operation_id = "priceOrder")]
    async fn price(
        &self,
        by: Can<OrderPlace>,
        Json(body): Json<NewOrder>,
    ) -> Result<Json<QuoteBody>, Problem> {
        let intent = body.intent(OrderId::from_uuid(self.0.ids.uuid()))?;
        let quote = self.0.commands.quote(&self.0.scope(&by.caller), &intent).await;
        let Quote { lines: priced, taxes: taxed, total } =
            quote.map_err(|failure| refused(failure, refusal::new_order))?;
        Ok(Json(QuoteBody { lines: lines(priced), taxes: taxes(taxed), total: total.into() }))
    }

    /// Accept an order.
    #[oai(path = "/orders/:order_id/confirm", method = "post", operation_id = "confirmOrder")]
    async fn confirm(
        &self,
        by: Can<OrderConfirm>,
        key: IdempotencyKey,
        seen: OptionalIfMatch,
        order_id: Path<Uuid>,
    ) -> Result<Changed<MovedOrder>, Problem> {
        self.step(&by.caller, key, seen.revision(), order_id.0, Step::Confirm).await
    }

    /// Begin to prepare an order.
    #[oai(path = "/orders/:order_id/start", method = "post", operation_id = "startOrder")]
    async fn start(
        &self,
        by: Can<OrderStart>,
        key: IdempotencyKey,
        seen: OptionalIfMatch,
        order_id: Path<Uuid>,
    ) -> Result<Changed<MovedOrder>, Problem> {
        self.step(&by.caller, key, seen.revision(), order_id.0, Step::Start).await
    }

    /// Mark an order as ready.
    #[oai(path = "/orders/:order_id/ready", method = "post", operation_id = "readyOrder")]
    async fn ready(
        &self,
        by: Can<OrderReady>,
        key: IdempotencyKey,
        seen: OptionalIfMatch,
        order_id: Path<Uuid>,
    ) -> Result<Changed<MovedOrder>, Problem> {
        self.step(&by.caller, key, seen.revision(), order_id.0, Step::MarkReady).await
    }

    /// Hand an order over.
    #[oai(path = "/orders/:order_id/deliver", method = "post", operation_id = "deliverOrder")]
    async fn deliver(
        &self,
        by: Can<OrderDeliver>,
        key: IdempotencyKey,
        seen: OptionalIfMatch,
        order_id: Path<Uuid>,
    ) -> Result<Changed<MovedOrder>, Problem> {
        self.step(&by.caller, key, seen.revision(), order_id.0, Step::Deliver).await
    }

    /// Cancel an order.
    ///
    /// Its number stays annulled for the reason given.
    #[oai(path = "/orders/:order_id/cancel", method = "post", operation_id = "cancelOrder")]
    async fn cancel(
        &self,
        by: Can<OrderCancel>,
        key: IdempotencyKey,
        seen: IfMatch,
        order_id: Path<Uuid>,
        Json(body): Json<Cancellation>,
    ) -> Result<Changed<MovedOrder>, Problem> {
        let step = Step::Cancel(body.reason.into());
        self.step(&by.caller, key, Some(seen.revision()), order_id.0, step).await
    }

    /// List orders, the latest first.
    ///
    /// By business date, and within one by when they were placed. A caller bound to some branches
    /// has to filter by one of them.
    #[oai(path = "/orders", method = "get", operation_id = "listOrders")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list(
        &self,
        by: Can<OrderRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
        /// Only orders of this branch.
        branch_id: Query<Option<Uuid>>,
        /// Only orders in this state; may be repeated, for several states.
        status: Query<Option<Vec<StatusBody>>>,
        /// Only orders of this type.
        order_type: Query<Option<OrderTypeBody>>,
        /// Only orders from the channel with this code.
        #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
        channel: Query<Option<String>>,
        /// Only orders of this business date or later.
        from: Query<Option<Date>>,
        /// Only orders of this business date or earlier.
        to: Query<Option<Date>>,
    ) -> Result<Json<List<OrderSummary>>, Problem> {
        let statuses = status.0.unwrap_or_default().into_iter().map(Into::into);
        let statuses: Vec<Status> = statuses.collect::<BTreeSet<_>>().into_iter().collect();
        let filter = OrderFilter {
            branch: branch_id.0.map(BranchId::from_uuid),
            statuses: &statuses,
            order_type: order_type.0.map(Into::into),
            channel: channel.0.as_deref(),
            from: from.0.map(|date| date.0),
            to: to.0.map(|date| date.0),
        };
        let query = QueryFingerprint::of("listOrders", &[("filter", &format!("{filter:?}"))]);
        period::in_order(filter.from, filter.to)?;
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let consumers = [projections::orders::Orders::NAME, Catalog::NAME];
        let mut tx = self.0.read(&by.caller, after.0, &consumers).await?;
        period::of_branch(&mut tx, &by.caller, filter.branch).await?;
        let page = order_list::list(&mut tx, filter, place, limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get an order with its lines and payments.
    #[oai(path = "/orders/:order_id", method = "get", operation_id = "getOrder")]
    async fn get(
        &self,
        by: Can<OrderRead>,
        order_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<OrderBody>, Problem> {
        let consumers = [projections::orders::Orders::NAME];
        let mut tx = self.0.read(&by.caller, after.0, &consumers).await?;
        let found = order_detail::get(&mut tx, OrderId::from_uuid(order_id.0)).await;
        let order = found.map_err(unread)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        by.caller.at(order.header.branch)?;
        // What waits to be applied changes the answer and no revision.
        let stale = order.stale_since.map(|since| since.to_rfc3339()).unwrap_or_default();
        Ok(Found::with(order.header.revision, &stale, order.into()))
    }
}

impl Orders {
    async fn step(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        seen: Option<u64>,
        order: Uuid,
        step: Step,
    ) -> Result<Changed<MovedOrder>, Problem> {
        let seen = seen.map(Revision::new);
        let intent = MoveOrder { order: OrderId::from_uuid(order), seen, step };
        let accepted = self.0.execute(caller, key, intent, refusal::order).await?;
        let made = accepted.first::<Order>()?;
        let status = status_after(&made.event).ok_or_else(|| Problem::new(Code::Internal))?;
        let body = MovedOrder {
            id: order,
            status: status.into(),
            revision: made.revision.get(),
            position: accepted.position,
        };
        Ok(Changed::by(&accepted, made.revision, body))
    }
}
