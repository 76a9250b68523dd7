use domain::catalog::Availability;
use domain::catalog::availability::{self, Subject as Sold};
use domain::taxes::builtin::Country;
use proptest::prelude::*;

use super::*;

/// What a company sets up differently.
#[derive(Debug, Clone)]
struct Terms {
    /// What modifiers and the variant of the arepa cost by a price list, where it says.
    listed: [Option<i64>; 3],
    is_taxed: bool,
    is_cheese_out: bool,
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let price = || prop::option::of(0..20_000_i64);
    let listed = [price(), price(), price()];
    (listed, any::<bool>(), prop::bool::weighted(0.2))
        .prop_map(|(listed, is_taxed, is_cheese_out)| Terms { listed, is_taxed, is_cheese_out })
}

fn any_choice() -> impl Strategy<Value = Vec<(ModifierId, u16)>> {
    let modifier = prop_oneof![4 => Just(CHEESE), 4 => Just(MEAT), 1 => Just(RARE)];
    prop::collection::vec((modifier, 1..3_u16), 0..3)
}

fn any_line() -> impl Strategy<Value = WantedLine> {
    prop_oneof![
        (1..5_u32, any_choice()).prop_map(|(n, choice)| arepas(n, &choice)),
        (1..5_u32, any_choice()).prop_map(|(n, choice)| lunches(n, &choice)),
        (1..5_u32).prop_map(|n| WantedLine::plain(AREPA, PLAIN, pieces(n))),
        (1..5_u32).prop_map(|n| WantedLine::plain(JUICE, GLASS, pieces(n))),
    ]
}

async fn carta(terms: &Terms) -> Carta {
    let carta = Carta::open().await;
    let subjects = [OF_AREPA, OF_CHEESE, OF_MEAT];
    let listed = subjects.into_iter().zip(terms.listed);
    let entries: Vec<_> =
        listed.filter_map(|(subject, price)| Some(entry(subject, price?))).collect();
    if !entries.is_empty() {
        carta.publish(entries).await;
    }
    if terms.is_taxed {
        carta.tax(ProfileSource::Builtin(Country::Colombia), "inc").await;
    }
    if terms.is_cheese_out {
        let delist = availability::Command::Delist(Sold::Modifier(CHEESE));
        carta.decide::<Availability>(carta.0.branch, delist).await;
    }
    carta
}

/// Quotes and places an order, and compares what both say.
async fn quote_and_place(terms: Terms, lines: Vec<WantedLine>) {
    let carta = carta(&terms).await;
    let order = carta.order(lines);
    let quote = carta.quote(&order).await;
    let outcome = carta.place(order).await;
    match (quote, outcome) {
        (Ok(Quote { lines, taxes, total }), Ok(receipt)) => {
            let placed = placed(&receipt);
            assert_eq!((&lines, &taxes, total), (&placed.lines, &placed.taxes, placed.total));
            assert_eq!(amounts(lines.iter().map(|line| line.total)), total.amount());
        }
        (Err(CommandError::Refused(quoted)), Err(CommandError::Refused(placed))) => {
            assert_eq!(quoted, placed);
        }
        differing => panic!("{differing:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_quote_is_what_placing_the_order_comes_to(
        terms in any_terms(),
        lines in prop::collection::vec(any_line(), 1..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(quote_and_place(terms, lines));
    }
}
