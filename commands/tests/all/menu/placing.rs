use commands::orders::{MoveOrder, PlacePastOrder, Step, Takes};
use domain::catalog::availability::{self, Subject as Sold, Unavailable};
use domain::catalog::offer::{self, Place};
use domain::catalog::{Availability, Channels, TaxProfile, channel, channels, tax_profile};
use domain::shared::{Rate, TaxProfileId};
use domain::taxes::builtin::Country;
use domain::taxes::profile::Term;
use domain::taxes::{Inclusion, Profile, Rule, Tax};

use super::*;

/// What an order reserved, by item in the order of their ids.
fn reserved(receipt: &Receipt) -> Vec<(StockItemId, String)> {
    let facts = receipt.facts::<Inventory>().unwrap();
    let lines = facts.into_iter().flat_map(|fact| match fact.event {
        stock::Event::Reserved(reserved) => reserved.lines,
        other => panic!("{other:?}"),
    });
    lines.map(|line| (line.item, line.quantity.to_string())).collect()
}

fn consumed(receipt: &Receipt) -> Vec<(StockItemId, String)> {
    let facts = receipt.facts::<Inventory>().unwrap();
    let lines = facts.into_iter().flat_map(|fact| match fact.event {
        stock::Event::Consumed(consumed) => consumed.lines,
        other => panic!("{other:?}"),
    });
    lines.map(|line| (line.item, line.quantity.to_string())).collect()
}

fn not_available(outcome: &Result<Receipt, CommandError<OrderRefusal>>) -> (Place, Unavailable) {
    match outcome {
        Err(CommandError::Refused(OrderRefusal::Offer(offer::Error::NotAvailable {
            at,
            reason,
            ..
        }))) => (at.clone(), *reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_order_reserves_and_uses_what_its_modifiers_and_the_children_of_combos_take() {
    let carta = Carta::open().await;
    let order = carta.order(vec![arepas(2, &[(CHEESE, 2)]), lunches(3, &[(CHEESE, 1)])]);
    let id = order.order;
    let receipt = carta.place(order).await.unwrap();
    let taken = [(FLOUR, "1250".to_owned()), (CURD, "210".to_owned())];
    assert_eq!(reserved(&receipt), taken);
    let total = 2 * (6_000 + 2 * 2_000) + 3 * (10_000 + 2_000 + 1_000);
    assert_eq!(placed(&receipt).total, pesos(total));
    let Company { commands, scope, .. } = &carta.0;
    for step in [Step::Confirm, Step::Start] {
        let step = MoveOrder { order: id, seen: None, step };
        commands.execute(scope, fresh(commands), step).await.unwrap();
    }
    let ready = MoveOrder { order: id, seen: None, step: Step::MarkReady };
    let receipt = commands.execute(scope, fresh(commands), ready).await.unwrap();
    assert_eq!(consumed(&receipt), taken);
}

#[tokio::test]
async fn what_is_short_for_a_modifier_is_found_on_its_line() {
    let carta = Carta::open().await;
    let order = carta.order(vec![arepas(1, &[]), arepas(200, &[(CHEESE, 2)])]);
    match carta.place(order).await {
        Err(CommandError::Refused(OrderRefusal::OutOfStock { items })) => {
            let short: Vec<_> = items.iter().map(|short| (short.item, short.line)).collect();
            assert_eq!(short, [(FLOUR, 0), (CURD, 1)]);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_price_list_prices_lines_while_it_is_published() {
    let carta = Carta::open().await;
    let line = || arepas(1, &[(CHEESE, 1)]);
    assert_eq!(carta.placed(vec![line()]).await.total, pesos(8_000));
    carta.publish(vec![entry(OF_AREPA, 5_000), entry(OF_CHEESE, 1_500)]).await;
    let placed = carta.placed(vec![line()]).await;
    let origin = placed.lines[0].price_list.unwrap();
    assert_eq!((placed.total, origin.list), (pesos(6_500), OFFERS));
    assert_eq!(placed.lines[0].modifiers[0].price_list, Some(origin));
    let remove = price_list_index::Command::Remove(OFFERS);
    carta.decide::<PriceList>(OFFERS, price_list::Command::Withdraw).await;
    carta.decide::<PriceListIndex>(carta.0.scope.tenant, remove).await;
    let placed = carta.placed(vec![line()]).await;
    assert_eq!((placed.total, placed.lines[0].price_list), (pesos(8_000), None));
}

#[tokio::test]
async fn the_taxes_of_an_order_are_those_of_the_regime_of_its_branch() {
    let carta = Carta::open().await;
    let lines = || vec![arepas(1, &[(CHEESE, 1)]), lunches(1, &[])];
    let before = carta.placed(lines()).await;
    assert_eq!((before.taxes.len(), before.total), (0, pesos(19_000)));

    carta.tax(ProfileSource::Builtin(Country::Colombia), "inc").await;
    let included = carta.placed(lines()).await;
    let minor = |amount| Money::try_new(amount, Currency::COP).unwrap();
    assert_eq!(included.total, pesos(19_000));
    let [tax] = &included.taxes[..] else { panic!("{included:?}") };
    assert_eq!((tax.tax.code.as_str(), tax.base.plus(tax.amount)), ("inc", Ok(pesos(19_000))));
    assert_eq!(included.lines[0].taxes[0].base, minor(740_741));
    assert_eq!(included.lines[1].taxes, []);
}

#[tokio::test]
async fn a_companys_own_profile_puts_its_taxes_on_the_order() {
    let carta = Carta::open().await;
    let own = TaxProfileId::from_uuid(id(95));
    let term = |text: &str| Term { code: code(text), name: name(text) };
    let tax = |text: &str, millionths| Tax {
        code: code(text),
        rate: Rate::try_from_millionths(millionths).unwrap(),
        inclusion: Inclusion::Added,
    };
    let rule = Rule {
        regime: code("retail"),
        class: code("food"),
        from: "2026-01-01".parse().unwrap(),
        taxes: vec![tax("state", 62_500), tax("city", 20_000)],
    };
    let profile = Profile {
        regimes: vec![term("retail")],
        classes: vec![term("food")],
        comp_keeps_base: false,
        rules: vec![rule],
    };
    let publish = tax_profile::Command::Publish { name: name("Sales tax"), profile };
    carta.decide::<TaxProfile>(own, publish).await;
    carta.tax(ProfileSource::Own(own), "retail").await;
    let placed = carta.placed(vec![arepas(1, &[(CHEESE, 1)])]).await;
    let minor = |amount| Money::try_new(amount, Currency::COP).unwrap();
    assert_eq!(placed.total, minor(866_000));
    let taxes: Vec<_> = placed.taxes.iter().map(|tax| tax.amount).collect();
    assert_eq!(taxes, [minor(50_000), minor(16_000)]);
}

#[tokio::test]
async fn what_runs_out_is_refused_from_then_on_and_an_order_in_flight_keeps_its_answer() {
    let carta = Carta::open().await;
    let Company { commands, scope, branch, .. } = &carta.0;
    let order = carta.order(vec![arepas(1, &[]), arepas(1, &[(MEAT, 1)])]);
    let afresh = || PlaceOrder { order: carta.0.order_id(), ..order.clone() };
    let request = fresh(commands);
    let first = commands.execute(scope, request, order.clone()).await.unwrap();
    let snooze = |subject| availability::Command::Snooze {
        subject,
        until: None,
        now: "2026-03-14T12:00:00Z".parse().unwrap(),
    };
    carta.decide::<Availability>(*branch, snooze(Sold::Modifier(RARE))).await;
    let again = commands.execute(scope, request, order.clone()).await.unwrap();
    assert!(again.replayed);
    assert_eq!(placed(&again), placed(&first));
    let place = Place { group: Some(0), modifier: vec![0, 0], ..Place::line(1) };
    let reason = Unavailable::Snoozed { until: None };
    assert_eq!(not_available(&carta.place(afresh()).await), (place, reason));
    assert!(carta.quote(&afresh()).await.is_err());

    let list = availability::Command::PutBack(Sold::Modifier(RARE));
    carta.decide::<Availability>(*branch, list).await;
    carta.place(afresh()).await.unwrap();
    let delist = availability::Command::Delist(Sold::Product(AREPA));
    carta.decide::<Availability>(*branch, delist).await;
    let refused = not_available(&carta.place(afresh()).await);
    assert_eq!(refused, (Place::line(0), Unavailable::NotSold));
    let lunch = carta.order(vec![lunches(1, &[])]);
    let place = Place { pick: Some((0, 0)), ..Place::line(0) };
    assert_eq!(not_available(&carta.place(lunch).await), (place, Unavailable::NotSold));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_order_that_begins_after_something_ran_out_has_it() {
    let carta = Carta::open().await;
    let other = Carta(carta.0.on_another_node());
    let orders = (0..30).map(|n| {
        let carta = if n % 2 == 0 { carta.clone() } else { other.clone() };
        async move { carta.place(carta.order(vec![arepas(1, &[])])).await }
    });
    let delist = availability::Command::Delist(Sold::Variant(PLAIN));
    let (in_flight, ()) = tokio::join!(
        futures_util::future::join_all(orders),
        carta.decide::<Availability>(carta.0.branch, delist)
    );
    for outcome in in_flight.iter().filter(|outcome| outcome.is_err()) {
        assert_eq!(not_available(outcome).1, Unavailable::NotSold);
    }
    let later = carta.place(carta.order(vec![arepas(1, &[])])).await;
    assert_eq!(not_available(&later).1, Unavailable::NotSold);
}

#[tokio::test]
async fn past_orders_have_what_the_branch_does_not_sell_any_more() {
    let carta = Carta::open().await;
    let delist = availability::Command::Delist(Sold::Product(AREPA));
    carta.decide::<Availability>(carta.0.branch, delist).await;
    let place = carta.order(vec![arepas(1, &[(CHEESE, 1)]), lunches(1, &[(CHEESE, 1)])]);
    let Company { commands, scope, .. } = &carta.0;
    let past = PlacePastOrder { place, takes: Takes::Nothing };
    let receipt = commands.execute(scope, fresh(commands), past).await.unwrap();
    assert_eq!(placed(&receipt).total, pesos(8_000 + 13_000));
    assert_eq!(reserved(&receipt), []);
}

#[tokio::test]
async fn an_order_comes_from_a_channel_in_use() {
    let carta = Carta::open().await;
    let rappi = || Channel::parse("rappi").unwrap();
    let from = |channel| PlaceOrder { channel, ..carta.order(vec![arepas(1, &[])]) };
    let unknown = carta.place(from(rappi())).await;
    let refused = CommandError::Refused(OrderRefusal::UnknownChannel);
    assert_eq!(format!("{:?}", unknown.unwrap_err()), format!("{refused:?}"));
    let kind = channel::Kind::Aggregator;
    let put = channels::Command::Put { channel: rappi(), kind, name: name("Rappi") };
    carta.decide::<Channels>(carta.0.scope.tenant, put).await;
    assert_eq!(placed(&carta.place(from(rappi())).await.unwrap()).channel, rappi());
    carta.decide::<Channels>(carta.0.scope.tenant, channels::Command::Retire(rappi())).await;
    assert!(carta.place(from(rappi())).await.is_err());
    let built_in = Channel::built_in(kind);
    assert!(carta.place(from(built_in)).await.is_ok());
}
