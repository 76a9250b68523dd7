//! Every aggregate with an end state can reach it from every state that commands lead to.

#![expect(clippy::unwrap_used, reason = "a state that cannot be made fails the test")]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::Decider;
use domain::catalog::Channel;
use domain::identity::roles::{BranchAccess, Held, Reach};
use domain::identity::subscription::{self, Standing, Subscription};
use domain::identity::{Device, User, device, user};
use domain::orders::{Order, OrderType, Status, order};
use domain::shared::{
    BranchId, CategoryId, Currency, EmailKey, Money, Name, PaymentId, ProductId, Quantity,
    VariantId,
};
use domain::taxes::Taxes;
use uuid::Uuid;

/// How many commands are tried in a row.
const STEPS: usize = 7;

/// Checks that an end is reachable from every state that `commands` lead to within [`STEPS`].
fn assert_all_end<D>(commands: impl Fn() -> Vec<D::Command>, is_end: impl Fn(&D::State) -> bool)
where
    D: Decider,
    D::State: std::fmt::Debug,
{
    let key = |state: &D::State| format!("{state:?}");
    let next = |state: &D::State| -> Vec<D::State> {
        let decided = commands().into_iter().filter_map(|it| D::decide(state, it).ok());
        let moved = decided.filter(|events| !events.is_empty());
        moved.map(|events| D::fold(state.clone(), events)).collect()
    };
    let mut visited = BTreeMap::new();
    let mut frontier = vec![D::State::default()];
    for _ in 0..STEPS {
        let mut following = Vec::new();
        for state in frontier {
            if visited.insert(key(&state), state.clone()).is_none() && !is_end(&state) {
                following.extend(next(&state));
            }
        }
        frontier = following;
    }
    assert!(visited.values().any(&is_end), "no end is ever reached");
    for state in visited.values() {
        let (mut reached, mut open) = (false, vec![(state.clone(), STEPS)]);
        while let Some((state, left)) = open.pop() {
            if is_end(&state) {
                reached = true;
                break;
            }
            if left > 0 {
                open.extend(next(&state).into_iter().map(|it| (it, left - 1)));
            }
        }
        assert!(reached, "no end is reached from {state:?}");
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn pesos(amount: i64) -> Money {
    Money::try_new(amount, Currency::COP).unwrap()
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

#[test]
fn every_order_can_be_paid_and_delivered_or_cancelled() {
    let item = || order::Item {
        product: ProductId::from_uuid(uuid(1)),
        variant: VariantId::from_uuid(uuid(2)),
        category: CategoryId::from_uuid(uuid(3)),
        product_name: name("Arepa"),
        variant_name: name("Sola"),
        product_revision: 1,
        unit_price: pesos(1_000),
        price_list: None,
        modifiers: vec![],
        taxes: Taxes::default(),
        station: None,
        recipe: None,
    };
    let quantity = Quantity::try_new(2).unwrap();
    let line = move || order::LineRequest { item: item(), quantity, children: vec![] };
    let place = move || order::Place {
        branch: BranchId::from_uuid(uuid(4)),
        currency: Currency::COP,
        order_type: OrderType::DineIn,
        channel: Channel::default(),
        number: 1,
        call_number: 1,
        hour: 12,
        lines: vec![line()],
    };
    let cash = |amount| {
        let (amount, tendered) = (pesos(amount), Some(pesos(amount)));
        let payment = PaymentId::from_uuid(uuid(5));
        order::Command::TakeCash(order::TakeCash { payment, amount, tendered, hour: 12 })
    };
    assert_all_end::<Order>(
        || {
            vec![
                order::Command::Place(place()),
                order::Command::Confirm,
                order::Command::Start,
                order::Command::MarkReady,
                order::Command::Deliver,
                order::Command::Cancel { reason: order::CancelReason::Mistake },
                cash(1_000),
                cash(2_000),
            ]
        },
        |state| match state {
            order::State::Unplaced => false,
            order::State::Placed(order) => match order.status {
                Status::Cancelled => true,
                Status::Delivered => order.balance.is_zero(),
                _ => false,
            },
        },
    );
}

#[test]
fn every_user_can_be_forgotten() {
    let ended = user::SessionEnded {
        session: domain::shared::SessionId::from_uuid(uuid(1)),
        at: DateTime::<Utc>::UNIX_EPOCH,
        reason: user::EndReason::SignedOut,
    };
    let reach = || Reach { held: Held::These([].into()), branches: BranchAccess::All };
    assert_all_end::<User>(
        || {
            vec![
                user::Command::Invite { email: EmailKey::from_bytes([1; 32]) },
                user::Command::InviteAgain,
                user::Command::Join { link: None },
                user::Command::ChangePassword,
                user::Command::ChangePin,
                user::Command::SetPin(reach()),
                user::Command::ReplacePin(1),
                user::Command::BlockPin(1),
                user::Command::EndSessions,
                user::Command::EndSession(ended),
                user::Command::Rename,
                user::Command::RequestEmail(EmailKey::from_bytes([2; 32])),
                user::Command::ConfirmEmail { link: 0, number: 1 },
                user::Command::Forget,
            ]
        },
        |state| *state == user::State::Forgotten,
    );
}

#[test]
fn every_till_can_be_removed() {
    let enrolled = || device::Enrolled { branch: BranchId::from_uuid(uuid(1)), name: name("Caja") };
    assert_all_end::<Device>(
        || vec![device::Command::Enroll(enrolled()), device::Command::Remove],
        |state| *state == device::State::Gone,
    );
}

#[test]
fn every_subscription_can_be_suspended_and_taken_up_again() {
    let at = DateTime::<Utc>::UNIX_EPOCH;
    let change = subscription::Command::Change;
    assert_all_end::<Subscription>(
        || {
            let all = [
                Standing::Trial { until: at },
                Standing::Active,
                Standing::PastDue { since: at },
                Standing::Suspended,
            ];
            all.map(change).into()
        },
        |state| state.standing == Standing::Suspended,
    );
    let suspended =
        Subscription::decide(&subscription::State::default(), change(Standing::Suspended));
    let suspended = Subscription::fold(subscription::State::default(), suspended.unwrap());
    let active = Subscription::decide(&suspended, change(Standing::Active)).unwrap();
    assert_eq!(Subscription::fold(suspended, active).standing, Standing::Active);
}
