use super::{cash, history, paid, pesos, placed_for, take_cash};
use crate::orders::Status;
use crate::orders::order::{CancelReason, Command, Error, Order, PAYMENTS_MAX};
use crate::shared::money::ORDER_MAX;
use crate::shared::{Currency, Money, MoneyError};
use crate::testing::given;

#[test]
fn cash_gives_change() {
    given::<Order>(history(Status::Pending)).when(cash(pesos(30_000), pesos(50_000))).then([paid(
        pesos(30_000),
        pesos(50_000),
        pesos(20_000),
        pesos(0),
    )]);
}

#[test]
fn cash_that_is_not_counted_out_is_exactly_the_amount() {
    given::<Order>(history(Status::Pending)).when(take_cash(pesos(30_000), None)).then([paid(
        pesos(30_000),
        pesos(30_000),
        pesos(0),
        pesos(0),
    )]);
}

#[test]
fn an_order_is_paid_in_parts_but_never_over_its_total() {
    let half = paid(pesos(20_000), pesos(20_000), pesos(0), pesos(10_000));
    given::<Order>([placed_for(pesos(30_000)), half.clone()])
        .when(cash(pesos(10_000), pesos(10_000)))
        .then([paid(pesos(10_000), pesos(10_000), pesos(0), pesos(0))]);
    given::<Order>([placed_for(pesos(30_000)), half])
        .when(cash(pesos(10_001), pesos(20_000)))
        .then_refused(Error::AmountExceedsBalance {
            amount: pesos(10_001),
            balance: pesos(10_000),
        });
}

#[test]
fn the_last_payment_that_an_order_takes_pays_all_that_is_left() {
    let taken = (1..).map(|n| paid(pesos(1), pesos(1), pesos(0), pesos(30_000 - n)));
    let paid_by = |n| [placed_for(pesos(30_000))].into_iter().chain(taken.clone().take(n));
    let last = 30_001 - i64::try_from(PAYMENTS_MAX).unwrap();
    given::<Order>(paid_by(PAYMENTS_MAX - 2)).when(take_cash(pesos(1), None)).then([paid(
        pesos(1),
        pesos(1),
        pesos(0),
        pesos(last),
    )]);
    // An order of a release without this rule may have more.
    for n_taken in [PAYMENTS_MAX - 1, PAYMENTS_MAX + 1] {
        let left = pesos(30_000 - i64::try_from(n_taken).unwrap());
        given::<Order>(paid_by(n_taken))
            .when(take_cash(pesos(1), None))
            .then_refused(Error::LastPaymentLeavesBalance { balance: left });
        given::<Order>(paid_by(n_taken)).when(take_cash(left, None)).then([paid(
            left,
            left,
            pesos(0),
            pesos(0),
        )]);
    }
}

#[test]
fn a_paid_or_cancelled_order_takes_no_payment() {
    let whole = paid(pesos(30_000), pesos(30_000), pesos(0), pesos(0));
    given::<Order>([placed_for(pesos(30_000)), whole])
        .when(cash(pesos(1), pesos(1)))
        .then_refused(Error::NothingToPay { status: Status::Pending, balance: pesos(0) });
    given::<Order>(history(Status::Cancelled))
        .when(cash(pesos(1), pesos(1)))
        .then_refused(Error::NothingToPay { status: Status::Cancelled, balance: pesos(0) });
}

#[test]
fn too_little_cash_or_another_currency_is_refused() {
    given::<Order>(history(Status::Ready))
        .when(cash(pesos(30_000), pesos(29_999)))
        .then_refused(Error::TenderedTooLittle { tendered: pesos(29_999), amount: pesos(30_000) });
    let too_much = Money::try_new(ORDER_MAX + 1, Currency::COP).unwrap();
    given::<Order>(history(Status::Ready))
        .when(cash(pesos(30_000), too_much))
        .then_refused(Error::TenderedTooMuch { tendered: too_much });
    let dollars = Money::try_new(100, Currency::USD).unwrap();
    given::<Order>(history(Status::Ready)).when(cash(dollars, dollars)).then_refused(Error::Money(
        MoneyError::MixedCurrencies { left: Currency::COP, right: Currency::USD },
    ));
}

#[test]
fn an_order_with_payments_is_not_cancelled() {
    let half = paid(pesos(20_000), pesos(20_000), pesos(0), pesos(10_000));
    given::<Order>([placed_for(pesos(30_000)), half])
        .when(Command::Cancel { reason: CancelReason::GuestRequest })
        .then_refused(Error::HasPayments { paid: pesos(20_000) });
}
