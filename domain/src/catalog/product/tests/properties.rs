//! What holds for every product.

use proptest::prelude::*;

use super::attributes::group;
use super::*;
use crate::shared::Code;

/// A product with one to four of six variants, and anything that can be said of it in few words.
fn any_details() -> impl Strategy<Value = Details> {
    let variants = prop::sample::subsequence((1..=6_u128).collect::<Vec<_>>(), 1..=4);
    let groups = prop::sample::subsequence((20..24_u128).collect::<Vec<_>>(), 0..=4);
    let rest = (0..3_u16, prop::option::of(1..4_u16), prop::option::of("[a-c]{1,2}"));
    (variants, 1..5_i64, groups.prop_shuffle(), rest).prop_map(|(variants, pesos, groups, rest)| {
        let variants = variants.into_iter().map(|n| variant(n, &format!("Tamaño {n}"), pesos));
        let (place, preparation_minutes, class) = rest;
        Details {
            place,
            groups: groups.into_iter().map(group).collect(),
            tax_class: class.map(|class| Code::parse(&class).unwrap()),
            preparation_minutes,
            ..arepa(variants.collect())
        }
    })
}

proptest! {
    #[test]
    fn a_product_is_what_it_was_revised_to_whatever_it_was(
        before in any_details(),
        after in any_details(),
    ) {
        let added = Product::decide(&State::Unknown, add(before.clone())).unwrap();
        let state = Product::fold(State::Unknown, added);
        prop_assert_eq!(&state, &State::InMenu(before.clone()));
        let wanted = request(after.clone(), &before.variants);
        let revised = Product::decide(&state, Command::Revise(wanted)).unwrap();
        prop_assert_eq!(revised.is_empty(), before == after);
        let state = Product::fold(state, revised);
        prop_assert_eq!(&state, &State::InMenu(after.clone()));
        let removed = Product::fold(state, [Removed {}.into(), Restored {}.into()]);
        prop_assert_eq!(removed, State::InMenu(after));
    }

    #[test]
    fn changes_of_nothing_change_nothing(details in any_details()) {
        let request = Changes::default().applied_to(Request::from(details.clone()));
        let state = State::InMenu(details);
        prop_assert_eq!(Product::decide(&state, Command::Revise(request)), Ok(vec![]));
    }

    #[test]
    fn a_replaced_product_has_nothing_of_what_it_was(
        before in any_details(),
        after in any_details(),
    ) {
        let wanted = request(after, &before.variants);
        let plain = Request::new(wanted.name, wanted.category, wanted.variants);
        let changes = Changes {
            name: Some(plain.name.clone()),
            category: Some(plain.category),
            variants: Some(plain.variants.clone()),
            ..Changes::default()
        };
        prop_assert_eq!(changes.clone().into_request(), Some(plain.clone()));
        prop_assert_eq!(changes.and_nothing_else().applied_to(before.into()), plain);
    }
}
