use uuid::Uuid;

use super::choice::Path;
use super::*;
use crate::shared::{Currency, StockItemId};
use crate::testing::given;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn modifier_id(n: u128) -> ModifierId {
    ModifierId::from_uuid(Uuid::from_u128(n))
}

fn group_id(n: u128) -> ModifierGroupId {
    ModifierGroupId::from_uuid(Uuid::from_u128(n))
}

fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

fn modifier(n: u128) -> Modifier {
    Modifier {
        id: modifier_id(n),
        name: name(&format!("Salsa {n}")),
        price: pesos(500),
        max_quantity: 2,
        default_quantity: 0,
        nested: None,
        ingredients: vec![],
    }
}

/// Three sauces, each at most twice, of which one to three are chosen.
fn sauces() -> Group {
    let limits = Limits { required: true, min: 1, max: 3 };
    let modifiers = vec![modifier(1), modifier(2), modifier(3)];
    Group { name: name("Salsas"), limits, modifiers }
}

/// Fries that ask for sauces, and rice that asks nothing; one at most.
fn sides() -> Group {
    let limits = Limits { required: false, min: 0, max: 1 };
    let fries = Modifier { nested: Some(group_id(1)), ..modifier(11) };
    Group { name: name("Acompañantes"), limits, modifiers: vec![fries, modifier(12)] }
}

/// The request for the group with new modifiers, which get the ids that they have in it.
fn new(group: Group) -> Request {
    requested(group, |_| None)
}

/// The request that keeps the modifiers of the group.
fn same(group: Group) -> Request {
    requested(group, Some)
}

fn requested(group: Group, id: fn(ModifierId) -> Option<ModifierId>) -> Request {
    let Group { name, limits, modifiers } = group;
    let modifier = |it: Modifier| ModifierRequest {
        id: id(it.id),
        id_if_new: it.id,
        name: it.name,
        price: it.price,
        max_quantity: it.max_quantity,
        default_quantity: it.default_quantity,
        nested: it.nested,
        ingredients: it.ingredients,
    };
    Request { name, limits, modifiers: modifiers.into_iter().map(modifier).collect() }
}

fn find<'a>(sauces: &'a Group) -> impl Fn(ModifierGroupId) -> Option<&'a Group> {
    move |id| (id == group_id(1)).then_some(sauces)
}

fn chosen(n: u128, quantity: u16) -> Chosen {
    Chosen { modifier: modifier_id(n), quantity, nested: vec![] }
}

fn check_choice(group: &Group, chosen: &[Chosen]) -> Result<(), (Vec<usize>, Fault)> {
    let result = validate(group, chosen, find(&sauces()));
    result.map_err(|ChoiceError { path: Path(path), fault }| (path, fault))
}

fn added(group: Group) -> Event {
    Added { group }.into()
}

#[test]
fn a_group_is_added_once_and_a_revision_says_only_what_changed() {
    let sauces_added = || added(sauces());
    given::<ModifierGroup>([]).when(Command::Add(new(sauces()))).then([sauces_added()]);
    given::<ModifierGroup>([sauces_added()])
        .when(Command::Add(new(sauces())))
        .then_refused(Error::AlreadyAdded);
    given::<ModifierGroup>([]).when(Command::Revise(same(sauces()))).then_refused(Error::Unknown);
    given::<ModifierGroup>([sauces_added()]).when(Command::Revise(same(sauces()))).then_nothing();
    let limits = Limits { required: false, min: 0, max: 2 };
    let modifiers = vec![modifier(1)];
    let wanted = Group { name: name("Ajíes"), limits, modifiers: modifiers.clone() };
    given::<ModifierGroup>([sauces_added()]).when(Command::Revise(same(wanted))).then([
        Renamed { name: name("Ajíes") }.into(),
        Limited { limits }.into(),
        ModifiersOffered { modifiers }.into(),
    ]);
}

#[test]
fn a_modifier_is_kept_by_its_id_and_no_other_group_has_it() {
    let mut wanted = same(sauces());
    wanted.modifiers[1].id = None;
    wanted.modifiers[1].id_if_new = modifier_id(4);
    let offered = Modifier { id: modifier_id(4), ..modifier(2) };
    let modifiers = vec![modifier(1), offered, modifier(3)];
    given::<ModifierGroup>([added(sauces())])
        .when(Command::Revise(wanted))
        .then([ModifiersOffered { modifiers }.into()]);
    let mut wanted = same(sauces());
    wanted.modifiers[2].id = Some(modifier_id(11));
    let unknown = Error::UnknownModifier { index: 2 };
    given::<ModifierGroup>([added(sauces())]).when(Command::Revise(wanted)).then_refused(unknown);
    given::<ModifierGroup>([])
        .when(Command::Add(same(sauces())))
        .then_refused(Error::UnknownModifier { index: 0 });
}

#[test]
fn a_group_is_removed_and_restored() {
    let removed = || [added(sauces()), Removed {}.into()];
    given::<ModifierGroup>([added(sauces())]).when(Command::Remove).then([Removed {}.into()]);
    given::<ModifierGroup>(removed()).when(Command::Remove).then_nothing();
    given::<ModifierGroup>(removed()).when(Command::Restore).then([Restored {}.into()]);
    given::<ModifierGroup>([added(sauces())]).when(Command::Restore).then_nothing();
    given::<ModifierGroup>(removed())
        .when(Command::Revise(same(sauces())))
        .then_refused(Error::Unknown);
    given::<ModifierGroup>([]).when(Command::Remove).then_refused(Error::Unknown);
    let state = ModifierGroup::fold(State::default(), removed());
    assert_eq!((state.in_menu(), state.removed()), (None, Some(&sauces())));
    let state = ModifierGroup::evolve(state, Restored {}.into());
    assert_eq!(state.in_menu(), Some(&sauces()));
}

#[test]
fn a_group_that_cannot_be_chosen_from_is_refused() {
    let refused = |change: &dyn Fn(&mut Group), error| {
        let mut group = sauces();
        change(&mut group);
        given::<ModifierGroup>([]).when(Command::Add(new(group))).then_refused(error);
    };
    refused(&|it| it.modifiers.clear(), Error::ModifierCount { given: 0 });
    for (required, min, max) in [(true, 0, 1), (false, 2, 1), (false, 0, 0), (false, 7, 9)] {
        let limits = Limits { required, min, max };
        refused(&|it| it.limits = limits, Error::Limits { limits });
    }
    let all_twice = |it: &mut Group| it.modifiers.iter_mut().for_each(|m| m.default_quantity = 2);
    refused(&all_twice, Error::Defaults { given: 6 });
    refused(&|it| it.modifiers[2].id = modifier_id(1), Error::ModifierRepeated { index: 2 });
    refused(&|it| it.modifiers[2].name = name("SALSA 1"), Error::ModifierRepeated { index: 2 });
    for price in [pesos(-1), pesos(10_000_000_001)] {
        refused(&|it| it.modifiers[1].price = price, Error::PriceOutOfRange { index: 1 });
    }
    refused(
        &|it| it.modifiers[1].price = Money::zero(Currency::USD),
        Error::MixedCurrencies { index: 1 },
    );
    refused(&|it| it.modifiers[1].max_quantity = 0, Error::Quantity { index: 1 });
    refused(&|it| it.modifiers[1].default_quantity = 3, Error::Quantity { index: 1 });
}

#[test]
fn a_modifiers_ingredients_have_a_quantity_and_are_listed_once() {
    let ingredient = |quantity: &str| Ingredient {
        item: StockItemId::from_uuid(Uuid::from_u128(1)),
        quantity: quantity.parse().unwrap(),
    };
    let refused = |ingredients: Vec<Ingredient>, error| {
        let mut group = sauces();
        group.modifiers[1].ingredients = ingredients;
        given::<ModifierGroup>([]).when(Command::Add(new(group))).then_refused(error);
    };
    let wrong = |ingredient| Error::Ingredient { index: 1, ingredient };
    refused(vec![ingredient("0")], wrong(0));
    refused(vec![ingredient("1"), ingredient("2")], wrong(1));
    refused(vec![ingredient("1"); 51], Error::IngredientCount { index: 1, given: 51 });
}

#[test]
fn a_modifier_takes_what_is_kept_in_stock() {
    let item = |n| StockItemId::from_uuid(Uuid::from_u128(n));
    let mut request = new(sauces());
    let ingredient = |n| Ingredient { item: item(n), quantity: "1".parse().unwrap() };
    request.modifiers[1].ingredients = vec![ingredient(1), ingredient(2)];
    assert_eq!(check_ingredients(&request.modifiers, |_| true), Ok(()));
    let unknown = Error::UnknownItem { index: 1, ingredient: 1 };
    assert_eq!(check_ingredients(&request.modifiers, |it| it == item(1)), Err(unknown));
}

#[test]
fn groups_are_nested_one_level() {
    let (asks, asked) = (new(sides()).modifiers, sauces());
    assert_eq!(check_nesting(group_id(2), &asks, find(&asked)), Ok(()));
    assert_eq!(check_nesting(group_id(1), &new(sauces()).modifiers, |_| None), Ok(()));
    let unknown = Err(Error::UnknownNested { index: 0 });
    assert_eq!(check_nesting(group_id(2), &asks, |_| None), unknown);
    let too_deep = Err(Error::NestedTooDeep { index: 0 });
    let further = sides();
    assert_eq!(check_nesting(group_id(2), &asks, |_| Some(&further)), too_deep);
    assert_eq!(check_nesting(group_id(1), &asks, find(&asked)), too_deep, "it asks itself");
}

#[test]
fn a_group_that_is_asked_asks_none() {
    let by = group_id(2);
    let nest = Command::Nest { by };
    let nested = || [added(sauces()), Nested { by }.into()];
    given::<ModifierGroup>([added(sauces())]).when(nest.clone()).then([Nested { by }.into()]);
    given::<ModifierGroup>(nested()).when(nest.clone()).then_nothing();
    given::<ModifierGroup>([added(sides())]).when(nest).then_refused(Error::AsksItself);
    let mut asks = same(sauces());
    asks.modifiers[1].nested = Some(group_id(3));
    let too_deep = Error::NestedTooDeep { index: 1 };
    given::<ModifierGroup>(nested()).when(Command::Revise(asks.clone())).then_refused(too_deep);
    given::<ModifierGroup>(nested()).when(Command::Unnest { by }).then([Unnested { by }.into()]);
    given::<ModifierGroup>([added(sauces())]).when(Command::Unnest { by }).then_nothing();
    let freed = nested().into_iter().chain([Unnested { by }.into()]);
    let state = ModifierGroup::fold(State::default(), freed);
    assert!(ModifierGroup::decide(&state, Command::Revise(asks)).is_ok());
}

#[test]
fn a_group_that_is_out_of_the_menu_is_asked_by_no_further_one() {
    let by = group_id(2);
    let removed = || [added(sauces()), Nested { by }.into(), Removed {}.into()];
    given::<ModifierGroup>(removed()).when(Command::Nest { by }).then_nothing();
    given::<ModifierGroup>(removed())
        .when(Command::Nest { by: group_id(3) })
        .then_refused(Error::Unknown);
    given::<ModifierGroup>(removed()).when(Command::Unnest { by }).then([Unnested { by }.into()]);
    let state = ModifierGroup::fold(State::default(), removed());
    assert_eq!((state.nestable(by), state.nestable(group_id(3))), (Some(&sauces()), None));
}

#[test]
fn a_choice_keeps_the_limits_of_the_group() {
    assert_eq!(check_choice(&sauces(), &[chosen(1, 2), chosen(3, 1)]), Ok(()));
    assert_eq!(check_choice(&sauces(), &[]), Err((vec![], Fault::Required)));
    let count = |given| Fault::Count { given, min: 1, max: 3 };
    assert_eq!(check_choice(&sauces(), &[chosen(1, 2), chosen(2, 2)]), Err((vec![], count(4))));
    assert_eq!(check_choice(&sides(), &[]), Ok(()));
}

#[test]
fn an_optional_group_has_its_minimum_once_something_is_chosen() {
    let optional = Group { limits: Limits { required: false, min: 2, max: 3 }, ..sauces() };
    assert_eq!(check_choice(&optional, &[]), Ok(()));
    let fault = Fault::Count { given: 1, min: 2, max: 3 };
    assert_eq!(check_choice(&optional, &[chosen(1, 1)]), Err((vec![], fault)));
}

#[test]
fn a_fault_names_the_modifier_that_was_chosen() {
    let fault = |choice: &[Chosen]| check_choice(&sauces(), choice).unwrap_err();
    assert_eq!(fault(&[chosen(1, 1), chosen(9, 1)]), (vec![1], Fault::Unknown));
    assert_eq!(fault(&[chosen(1, 1), chosen(1, 1)]), (vec![1], Fault::Repeated));
    assert_eq!(fault(&[chosen(1, 0)]), (vec![0], Fault::Quantity { given: 0, max: 2 }));
    assert_eq!(fault(&[chosen(1, 3)]), (vec![0], Fault::Quantity { given: 3, max: 2 }));
}

#[test]
fn a_fault_in_a_nested_group_names_both_indexes() {
    let with = |n, nested| [Chosen { nested, ..chosen(n, 1) }];
    assert_eq!(check_choice(&sides(), &with(11, vec![chosen(2, 1)])), Ok(()));
    let fault = |n, nested| check_choice(&sides(), &with(n, nested)).unwrap_err();
    assert_eq!(fault(11, vec![]), (vec![0], Fault::Required));
    assert_eq!(fault(11, vec![chosen(2, 1), chosen(9, 1)]), (vec![0, 1], Fault::Unknown));
    assert_eq!(fault(12, vec![chosen(2, 1)]), (vec![0], Fault::AsksNothing));
    let [deeper] = with(2, vec![chosen(1, 1)]);
    assert_eq!(fault(11, vec![deeper]), (vec![0, 0], Fault::AsksNothing));
    let error = ChoiceError { path: Path(vec![0, 1]), fault: Fault::Unknown };
    assert_eq!(error.to_string(), "modifier 0.1: it is not one of the group");
}

#[test]
fn a_product_overrides_limits_prices_and_defaults_and_hides_modifiers() {
    let limits = Limits { required: false, min: 0, max: 1 };
    let overrides = Override {
        limits: Some(limits),
        hidden: [modifier_id(1)].into(),
        prices: [(modifier_id(2), pesos(0))].into(),
        defaults: [(modifier_id(3), 1), (modifier_id(9), 1)].into(),
        ..Override::none(group_id(1))
    };
    let offered = overrides.applied_to(&sauces());
    let free = Modifier { price: pesos(0), ..modifier(2) };
    let default = Modifier { default_quantity: 1, ..modifier(3) };
    assert_eq!(offered, Group { limits, modifiers: vec![free, default], ..sauces() });
    assert_eq!(offered.defaults(), [chosen(3, 1)]);
    assert_eq!(check_choice(&offered, &[chosen(1, 1)]), Err((vec![0], Fault::Unknown)));
    assert_eq!(Override::none(group_id(1)).applied_to(&sauces()), sauces());
}
