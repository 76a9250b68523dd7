use super::*;
use crate::catalog::modifier_group::Fault;
use crate::orders::order::LineModifier;

fn names(modifiers: &[LineModifier]) -> Vec<(&str, u32, Money)> {
    let shown = |it: &LineModifier| (it.quantity.pieces(), it.price);
    modifiers.iter().map(|it| (it.name.as_str(), shown(it).0, shown(it).1)).collect()
}

/// Where a modifier of the first group of the first line is.
fn in_group(modifier: &[usize]) -> Place {
    Place { group: Some(0), modifier: modifier.to_vec(), ..at(0) }
}

fn choice(at: Place, group: &str, fault: Fault) -> Error {
    Error::Choice { at, group: name(group), fault }
}

#[test]
fn what_is_chosen_has_the_names_prices_and_ingredients_of_its_group() {
    let nested = Some(vec![WantedNested { modifier: WELL_DONE, quantity: 1 }]);
    let meat = WantedModifier { nested, ..filling(MEAT, 1) };
    let item = Carta::new().one(filled(vec![filling(CHEESE, 2), meat])).item;
    let [cheese, meat] = &item.modifiers[..] else { panic!("{item:?}") };
    assert_eq!((cheese.group, cheese.group_revision), (FILLINGS, 8));
    assert_eq!((cheese.group_name.as_str(), cheese.name.as_str()), ("Rellenos", "Queso"));
    assert_eq!((cheese.quantity.pieces(), cheese.price), (2, pesos(2_000)));
    assert_eq!(cheese.ingredients, [of_stock(8, "30")]);
    assert_eq!(names(&meat.nested), [("Bien asada", 1, pesos(500))]);
    assert_eq!(meat.nested[0].group, COOKING);
}

#[test]
fn what_is_left_out_is_chosen_by_default_and_what_is_left_empty_is_not() {
    let with_default = |it: &mut Group| it.modifiers[1].default_quantity = 1;
    let mut carta = Carta::new();
    carta.groups.entry(FILLINGS).and_modify(with_default);
    let by_default = carta.one(wanted(AREPA, SINGLE)).item.modifiers;
    assert_eq!(names(&by_default), [("Carne", 1, pesos(4_000))]);
    assert_eq!(names(&by_default[0].nested), [("Término medio", 1, pesos(0))]);
    assert_eq!(carta.one(filled(vec![])).item.modifiers, []);
    let nested_by_default = carta.one(filled(vec![filling(MEAT, 1)])).item.modifiers;
    assert_eq!(nested_by_default, by_default);
}

#[test]
fn a_choice_that_the_group_does_not_allow_is_refused_with_its_place() {
    let carta = Carta::new();
    let refusal = |fillings| carta.refusal(filled(fillings));
    let unknown = filling(RARE, 1);
    assert_eq!(
        refusal(vec![filling(CHEESE, 1), unknown]),
        choice(in_group(&[1]), "Rellenos", Fault::Unknown)
    );
    assert_eq!(
        refusal(vec![filling(CHEESE, 3)]),
        choice(in_group(&[0]), "Rellenos", Fault::Quantity { given: 3, max: 2 })
    );
    let neither = WantedModifier { nested: Some(vec![]), ..filling(MEAT, 1) };
    assert_eq!(
        refusal(vec![filling(CHEESE, 1), neither]),
        choice(in_group(&[1]), "Término", Fault::Required)
    );
    assert_eq!(
        refusal(vec![filling(CHEESE, 2), filling(MEAT, 2)]),
        choice(in_group(&[]), "Rellenos", Fault::Count { given: 4, min: 1, max: 3 })
    );
}

#[test]
fn a_group_that_requires_a_choice_is_not_left_out() {
    let mut carta = Carta::new();
    carta.groups.entry(FILLINGS).and_modify(|it| it.limits.required = true);
    let refusal = carta.refusal(wanted(AREPA, SINGLE));
    assert_eq!(refusal, choice(at(0), "Rellenos", Fault::Required));
}

#[test]
fn a_group_is_named_once_and_only_if_the_product_offers_it() {
    let carta = Carta::new();
    let groups = |names: [ModifierGroupId; 2]| WantedLine {
        modifier_groups: names.map(|id| group(id, vec![])).into(),
        ..wanted(AREPA, SINGLE)
    };
    let second = Place { group: Some(1), ..at(0) };
    let refusal = carta.refusal(groups([FILLINGS, COOKING]));
    assert_eq!(refusal, Error::UnknownGroup { at: second.clone() });
    let refusal = carta.refusal(groups([FILLINGS, FILLINGS]));
    assert_eq!(refusal, Error::GroupRepeated { at: second });
}

#[test]
fn a_product_overrides_the_groups_that_it_offers() {
    let offered = Override {
        hidden: [CHEESE].into(),
        prices: [(MEAT, pesos(5_000))].into(),
        ..Override::none(FILLINGS)
    };
    let carta = Carta::new().with(AREPA, |it| it.groups = vec![offered]);
    let meat = carta.one(filled(vec![filling(MEAT, 1)])).item.modifiers;
    assert_eq!(names(&meat), [("Carne", 1, pesos(5_000))]);
    let refusal = carta.refusal(filled(vec![filling(CHEESE, 1)]));
    assert_eq!(refusal, choice(in_group(&[0]), "Rellenos", Fault::Unknown));
}

#[test]
fn a_group_that_was_removed_asks_nothing_and_is_not_named() {
    let mut carta = Carta::new();
    carta.groups.remove(&FILLINGS);
    assert_eq!(carta.one(wanted(AREPA, SINGLE)).item.modifiers, []);
    let refusal = carta.refusal(filled(vec![]));
    assert_eq!(refusal, Error::UnknownGroup { at: in_group(&[]) });
}
