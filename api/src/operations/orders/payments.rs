//! Payments of orders.

use commands::Revision;
use commands::orders::TakeCash;
use domain::identity::permission::markers::PaymentTake;
use domain::orders::Order;
use domain::orders::order::Event;
use domain::shared::{OrderId, PaymentId};
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::operations::answer::Created;
use crate::operations::fields::Fields;
use crate::operations::model::{MoneyBody, PaidBody};
use crate::operations::orders::model::PaymentMethodBody;
use crate::operations::orders::refusal;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, OptionalIfMatch};
use crate::problem::{Code, Problem};

/// The operations about payments.
pub(super) struct Payments(pub(super) Services);

/// A payment to be.
#[derive(Object)]
struct NewPayment {
    /// How it is made.
    method: PaymentMethodBody,
    /// How much of the order is paid with it, more than zero and at most what is left to pay.
    amount: PaidBody,
    /// What the guest hands over; without it exactly the amount.
    tendered: Option<PaidBody>,
}

/// A payment that was taken.
#[derive(Object, Serialize)]
struct TakenPayment {
    /// Its id.
    id: Uuid,
    /// The order.
    order_id: Uuid,
    /// How it was made.
    method: PaymentMethodBody,
    /// How much of the order was paid with it.
    amount: MoneyBody,
    /// What the guest handed over.
    tendered: MoneyBody,
    /// What the guest gets back.
    change: MoneyBody,
    /// What is left to pay; nothing means that the order is paid.
    balance: MoneyBody,
    /// The order's revision, as in `ETag`.
    revision: u64,
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Orders")]
impl Payments {
    /// Take a payment for an order.
    ///
    /// An order takes up to 100, the last of which pays all that is left.
    #[oai(path = "/orders/:order_id/payments", method = "post", operation_id = "payOrder")]
    async fn pay(
        &self,
        by: Can<PaymentTake>,
        key: IdempotencyKey,
        seen: OptionalIfMatch,
        order_id: Path<Uuid>,
        Json(body): Json<NewPayment>,
    ) -> Result<Created<TakenPayment>, Problem> {
        let PaymentMethodBody::Cash = body.method;
        let mut fields = Fields::default();
        let amount = body.amount.read(&mut fields, "/amount");
        let tendered = body.tendered.as_ref();
        let tendered = tendered.map(|tendered| tendered.read(&mut fields, "/tendered"));
        let (Some(amount), Some(tendered)) =
            (amount, tendered.map_or(Some(None), |read| read.map(Some)))
        else {
            return Err(fields.problem());
        };
        let intent = TakeCash {
            payment: PaymentId::from_uuid(self.0.ids.uuid()),
            order: OrderId::from_uuid(order_id.0),
            seen: seen.revision().map(Revision::new),
            amount,
            tendered,
        };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::order).await?;
        let made = accepted.first::<Order>()?;
        let Event::PaymentTaken(taken) = made.event else {
            return Err(Problem::new(Code::Internal));
        };
        let body = TakenPayment {
            id: taken.payment.uuid(),
            order_id: order_id.0,
            method: taken.method.into(),
            amount: taken.amount.into(),
            tendered: taken.tendered.into(),
            change: taken.change.into(),
            balance: taken.balance.into(),
            revision: made.revision.get(),
            position: accepted.position,
        };
        // A payment has no address of its own: its order shows it.
        let address = format!("/v1/orders/{}", body.order_id);
        Ok(Created::by(&accepted, made.revision, address, body))
    }
}
