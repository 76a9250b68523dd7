//! The steps of one order: the next one, and how a refusal changes it.

use commands::CommandError;
use commands::orders::{OrderRefusal, Step};
use domain::orders::Status;
use domain::orders::order::{self, CancelReason};
use domain::shared::{Money, OrderId};

/// An open order.
#[derive(Debug, Clone)]
pub(super) struct Journey {
    pub(super) order: OrderId,
    pub(super) status: Status,
    /// What is left to pay.
    pub(super) balance: Money,
    /// Where it will be cancelled, and why.
    pub(super) cancelled_when: Option<(Status, CancelReason)>,
}

/// What the staff does with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It takes a step.
    Move(Step),
    /// Its guest pays what is left.
    Pay,
}

impl Journey {
    /// What comes next; nothing at the end.
    pub(super) fn next(&self) -> Option<Action> {
        if let Some((_, reason)) = self.cancelled_when.filter(|(when, _)| *when == self.status) {
            return Some(Action::Move(Step::Cancel(reason)));
        }
        match self.status {
            Status::Pending => Some(Action::Move(Step::Confirm)),
            Status::Confirmed => Some(Action::Move(Step::Start)),
            Status::Preparing => Some(Action::Move(Step::MarkReady)),
            Status::Ready => Some(Action::Move(Step::Deliver)),
            Status::Delivered => self.balance.is_positive().then_some(Action::Pay),
            Status::Cancelled => None,
        }
    }

    /// The action was done.
    pub(super) fn did(&mut self, action: Action) {
        match action {
            Action::Move(Step::Confirm) => self.status = Status::Confirmed,
            Action::Move(Step::Start) => self.status = Status::Preparing,
            Action::Move(Step::MarkReady) => self.status = Status::Ready,
            Action::Move(Step::Deliver) => self.status = Status::Delivered,
            Action::Move(Step::Cancel(_)) => self.status = Status::Cancelled,
            Action::Pay => self.balance = Money::zero(self.balance.currency()),
        }
    }

    /// Handles a refusal, which means that another user changed the order. Returns whether the journey goes
    /// on from the state in the refusal.
    pub(super) fn learns(&mut self, refusal: &CommandError<OrderRefusal>) -> bool {
        let CommandError::Refused(OrderRefusal::Order(refusal)) = refusal else { return false };
        match refusal {
            order::Error::IllegalMove { from, .. } => self.status = *from,
            order::Error::AmountExceedsBalance { balance, .. } => self.balance = *balance,
            order::Error::NothingToPay { status, balance } => {
                self.status = *status;
                self.balance = *balance;
            }
            order::Error::HasPayments { .. } => self.cancelled_when = None,
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use domain::shared::Currency;
    use uuid::Uuid;

    use super::*;

    fn pesos(amount: i64) -> Money {
        Money::try_new(amount * 100, Currency::COP).unwrap()
    }

    fn journey(cancelled_when: Option<(Status, CancelReason)>) -> Journey {
        let order = OrderId::from_uuid(Uuid::from_u128(1));
        Journey { order, status: Status::Pending, balance: pesos(10_000), cancelled_when }
    }

    fn actions(mut journey: Journey) -> Vec<Action> {
        std::iter::from_fn(|| {
            let action = journey.next()?;
            journey.did(action);
            Some(action)
        })
        .collect()
    }

    #[test]
    fn an_order_goes_through_the_kitchen_to_the_guest_who_pays() {
        let steps = [Step::Confirm, Step::Start, Step::MarkReady, Step::Deliver];
        let expected: Vec<Action> =
            steps.map(Action::Move).into_iter().chain([Action::Pay]).collect();
        assert_eq!(actions(journey(None)), expected);
    }

    #[test]
    fn an_order_that_comes_to_nothing_ends_where_it_is_cancelled() {
        let reason = CancelReason::OutOfStock;
        let last = actions(journey(Some((Status::Confirmed, reason)))).pop();
        assert_eq!(last, Some(Action::Move(Step::Cancel(reason))));
    }

    #[test]
    fn an_order_that_another_user_moved_goes_on_from_there() {
        let mut journey = journey(None);
        let refusal = order::Error::IllegalMove { from: Status::Ready, to: Status::Confirmed };
        assert!(journey.learns(&CommandError::Refused(refusal.into())));
        assert_eq!(journey.next(), Some(Action::Move(Step::Deliver)));
        let paid = order::Error::NothingToPay { status: Status::Delivered, balance: pesos(0) };
        assert!(journey.learns(&CommandError::Refused(paid.into())));
        assert_eq!(journey.next(), None);
        assert!(!journey.learns(&CommandError::Refused(OrderRefusal::UnknownBranch)));
    }
}
