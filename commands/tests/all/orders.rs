//! Orders through the whole command path, on a log in memory.

use crate::support::{Company, fresh, id, pesos};
use commands::orders::{MoveOrder, OrderRefusal, PlaceOrder, Quote, Step, TakeCash};
use commands::{CommandError, Request, Scope};
use domain::orders::order::{self, CancelReason};
use domain::orders::{Order, OrderType, Status, series};
use domain::shared::{CommandId, CorrelationId, TenantId, UserId};
use event_store::Revision;

fn placed(receipt: &commands::Receipt) -> order::Placed {
    let facts = receipt.facts::<Order>().unwrap();
    match &facts[..] {
        [fact] => match &fact.event {
            order::Event::Placed(placed) => placed.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_order_takes_its_number_in_the_same_append() {
    let company = Company::open().await;
    for number in 1..=3 {
        let receipt = company.place(company.order_id()).await.unwrap();
        assert_eq!(placed(&receipt).number, number);
        assert_eq!(placed(&receipt).call_number, number);
        assert_eq!(receipt.facts::<domain::orders::Series>().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_gapless_under_concurrency() {
    let company = Company::open().await;
    let orders = (0..60).map(|_| company.place(company.order_id()));
    let receipts = futures_util::future::join_all(orders).await;
    let mut numbers: Vec<u32> =
        receipts.into_iter().map(|receipt| placed(&receipt.unwrap()).number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=60).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_a_branch_and_day_share_their_call_numbers_whatever_their_types() {
    let one = Company::open().await;
    let other = one.on_another_node();
    let place = |n: usize| {
        let company = if n.is_multiple_of(2) { &one } else { &other };
        let order_type = OrderType::ALL[n % 3];
        let intent = PlaceOrder { order_type, ..company.order(company.order_id()) };
        company.commands.execute(&company.scope, fresh(&company.commands), intent)
    };
    let mut calls = Vec::new();
    for round in 0..6 {
        for receipt in futures_util::future::join_all((round..round + 5).map(place)).await {
            calls.push(placed(&receipt.unwrap()).call_number);
        }
    }
    calls.sort_unstable();
    assert_eq!(calls, (1..=30).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f04_requests_with_one_key_have_one_effect() {
    let company = Company::open().await;
    let request = fresh(&company.commands);
    let tries = (0..50).map(|_| {
        let intent = company.order(company.order_id());
        company.commands.execute(&company.scope, request, intent)
    });
    let receipts: Vec<_> = futures_util::future::join_all(tries).await;
    let receipts: Vec<_> = receipts.into_iter().map(Result::unwrap).collect();
    assert_eq!(receipts.iter().filter(|receipt| !receipt.replayed).count(), 1);
    for receipt in &receipts {
        assert_eq!(receipt.facts::<Order>().unwrap(), receipts[0].facts::<Order>().unwrap());
        assert_eq!(receipt.position, receipts[0].position);
    }
    let next = company.place(company.order_id()).await.unwrap();
    assert_eq!(placed(&next).number, 2);
}

#[tokio::test]
async fn a_paid_order_paid_again_under_its_first_key_gives_the_first_answer() {
    let company = Company::open().await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    let cash = |payment| TakeCash {
        payment: domain::shared::PaymentId::from_uuid(id(payment)),
        order,
        seen: None,
        amount: pesos(28_000),
        tendered: Some(pesos(50_000)),
    };
    let request = fresh(&company.commands);
    let first = company.commands.execute(&company.scope, request, cash(1)).await.unwrap();
    let retried = company.commands.execute(&company.scope, request, cash(2)).await.unwrap();
    assert!(retried.replayed && !first.replayed);
    assert_eq!(retried.facts::<Order>().unwrap(), first.facts::<Order>().unwrap());
    let other = company.commands.execute(&company.scope, fresh(&company.commands), cash(3)).await;
    assert!(matches!(
        other,
        Err(CommandError::Refused(OrderRefusal::Order(order::Error::NothingToPay { .. })))
    ));
}

#[tokio::test]
async fn a_key_used_for_something_else_is_refused_whatever_the_rules_say() {
    let company = Company::open().await;
    let order = company.order_id();
    let request = fresh(&company.commands);
    company.commands.execute(&company.scope, request, company.order(order)).await.unwrap();
    for step in [Step::Confirm, Step::Deliver] {
        let other = MoveOrder { order, seen: None, step };
        let outcome = company.commands.execute(&company.scope, request, other).await;
        assert!(matches!(outcome, Err(CommandError::IdReused)), "{outcome:?}");
    }
}

#[tokio::test]
async fn of_two_commands_on_one_revision_one_is_refused() {
    let company = Company::open().await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    let seen = Some(Revision::new(1));
    let confirm = MoveOrder { order, seen, step: Step::Confirm };
    let cancel = MoveOrder { order, seen, step: Step::Cancel(CancelReason::GuestRequest) };
    company.commands.execute(&company.scope, fresh(&company.commands), confirm).await.unwrap();
    let outcome = company.commands.execute(&company.scope, fresh(&company.commands), cancel).await;
    assert!(matches!(outcome, Err(CommandError::Stale { actual }) if actual == Revision::new(2)));
}

#[tokio::test]
async fn an_illegal_step_is_refused_with_its_states() {
    let company = Company::open().await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    let deliver = MoveOrder { order, seen: None, step: Step::Deliver };
    let outcome = company.commands.execute(&company.scope, fresh(&company.commands), deliver).await;
    let expected = order::Error::IllegalMove { from: Status::Pending, to: Status::Delivered };
    assert!(matches!(
        outcome,
        Err(CommandError::Refused(OrderRefusal::Order(refusal))) if refusal == expected
    ));
}

#[tokio::test]
async fn a_quote_gives_the_prices_of_the_order() {
    let company = Company::open().await;
    let intent = company.order(company.order_id());
    let Quote { lines, total, .. } = company.commands.quote(&company.scope, &intent).await.unwrap();
    let order = company.place(intent.order).await.unwrap();
    assert_eq!((lines, total), (placed(&order).lines, placed(&order).total));
}

#[tokio::test]
async fn another_tenant_has_neither_the_branch_nor_the_order() {
    let company = Company::open().await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    let stranger = Scope::user(
        TenantId::from_uuid(id(99)),
        UserId::from_uuid(id(98)),
        CorrelationId::from_uuid(id(97)),
    );
    let intent = company.order(company.order_id());
    let outcome = company.commands.execute(&stranger, fresh(&company.commands), intent).await;
    assert!(matches!(outcome, Err(CommandError::Refused(OrderRefusal::UnknownBranch))));
    let confirm = MoveOrder { order, seen: None, step: Step::Confirm };
    let outcome = company.commands.execute(&stranger, fresh(&company.commands), confirm).await;
    assert!(matches!(
        outcome,
        Err(CommandError::Refused(OrderRefusal::Order(order::Error::Unplaced)))
    ));
}

#[tokio::test]
async fn only_a_backdated_scope_counts_for_the_day_the_client_says() {
    let company = Company::open().await;
    let then = "2015-01-01T16:38:36Z".parse().unwrap();
    for (scope, year) in
        [(company.scope.clone(), None), (company.scope.clone().backdated(), Some(2015))]
    {
        let command = CommandId::from_uuid(company.commands.uuid());
        let request = Request { command, occurred_at: Some(then) };
        let intent = company.order(company.order_id());
        let receipt = company.commands.execute(&scope, request, intent).await.unwrap();
        let facts = receipt.facts::<domain::orders::Series>().unwrap();
        let series::Event::NumberTaken(taken) = &facts[0].event;
        let date = taken.business_date;
        assert_eq!(chrono::Datelike::year(&date) == 2015, year.is_some(), "{date}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_does_not_stop_its_command() {
    let company = Company::open().await;
    for _ in 0..50 {
        let place = company.place(company.order_id());
        let _ = tokio::time::timeout(std::time::Duration::ZERO, place).await;
    }
    // Waits until all 50 abandoned commands have their numbers; none is skipped.
    let last = loop {
        let receipt = company.place(company.order_id()).await.unwrap();
        if placed(&receipt).number >= 51 {
            break placed(&receipt).number;
        }
    };
    assert!(last <= 101, "{last}");
}
