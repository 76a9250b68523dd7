//! What a product refers to is there.

use std::collections::HashMap;

use super::attributes::{combo, group, option, pesos};
use super::*;
use crate::catalog::modifier_group::{Group, Limits, Modifier};
use crate::catalog::station;
use crate::shared::{BranchId, ModifierGroupId, ModifierId, ProductId, StationId};

/// A company with a category.
#[derive(Default)]
struct Menu {
    has_no_category: bool,
    products: HashMap<ProductId, Details>,
    groups: HashMap<ModifierGroupId, Group>,
    stations: HashMap<StationId, station::Added>,
}

impl Company for Menu {
    fn has_category(&self) -> bool {
        !self.has_no_category
    }

    fn product(&self, id: ProductId) -> Option<&Details> {
        self.products.get(&id)
    }

    fn group(&self, id: ModifierGroupId) -> Option<&Group> {
        self.groups.get(&id)
    }

    fn station(&self, id: StationId) -> Option<&station::Added> {
        self.stations.get(&id)
    }
}

fn single() -> Details {
    arepa(vec![variant(1, "Sencilla", 6_000)])
}

/// The outcome of a request for a product that did not exist.
fn checked(details: Details, menu: &Menu) -> Result<(), Error> {
    check_references(None, &Request::from(details), menu)
}

/// The outcome of a request for a product that was like this before.
fn kept(details: &Details, menu: &Menu) -> Result<(), Error> {
    check_references(Some(details), &Request::from(details.clone()), menu)
}

fn branch(n: u128) -> BranchId {
    BranchId::from_uuid(Uuid::from_u128(n))
}

#[test]
fn a_product_is_put_into_a_category_of_the_menu() {
    let menu = Menu { has_no_category: true, ..Menu::default() };
    assert_eq!(checked(single(), &Menu::default()), Ok(()));
    assert_eq!(checked(single(), &menu), Err(Error::UnknownCategory));
    assert_eq!(kept(&single(), &menu), Ok(()), "its category was removed meanwhile");
}

#[test]
fn a_combo_is_made_of_items_of_the_menu() {
    let options = || vec![option(1, pesos(0)), option(2, pesos(500))];
    let lunch = || Details { combo: Some(combo(options())), ..single() };
    let product = |n: u128| ProductId::from_uuid(Uuid::from_u128(100 + n));
    let item = |n, price| arepa(vec![variant(n, "Sencilla", price)]);
    let unknown = Err(Error::UnknownOption { slot: 0, option: 1 });
    let mut menu = Menu::default();
    menu.products.insert(product(1), item(1, 4_000));
    assert_eq!(checked(lunch(), &menu), unknown);
    assert_eq!(kept(&lunch(), &menu), Ok(()), "the item was removed meanwhile");
    menu.products.insert(product(2), item(3, 4_000));
    assert_eq!(checked(lunch(), &menu), unknown, "it has another variant");
    menu.products.insert(product(2), Details { combo: lunch().combo, ..item(2, 4_000) });
    assert_eq!(checked(lunch(), &menu), unknown, "it is a combo");
    let dollars =
        Variant { price: Money::try_new(400, Currency::USD).unwrap(), ..variant(2, "Sencilla", 1) };
    menu.products.insert(product(2), arepa(vec![dollars]));
    let currency = Err(Error::OptionCurrency { slot: 0, option: 1 });
    assert_eq!(checked(lunch(), &menu), currency);
    menu.products.insert(product(2), item(2, 4_000));
    assert_eq!(checked(lunch(), &menu), Ok(()));
}

fn additions(price: Money) -> Group {
    let modifier = |n| Modifier {
        id: ModifierId::from_uuid(Uuid::from_u128(n)),
        name: Name::parse(&format!("Queso {n}")).unwrap(),
        price,
        max_quantity: 1,
        default_quantity: 0,
        nested: None,
        ingredients: vec![],
    };
    Group {
        name: Name::parse("Adiciones").unwrap(),
        limits: Limits { required: true, min: 1, max: 2 },
        modifiers: vec![modifier(1), modifier(2)],
    }
}

#[test]
fn a_product_offers_groups_that_can_be_chosen_as_it_offers_them() {
    let plain = || Details { groups: vec![group(20)], ..single() };
    let mut menu = Menu::default();
    assert_eq!(checked(plain(), &menu), Err(Error::UnknownGroup { index: 0 }));
    assert_eq!(kept(&plain(), &menu), Ok(()), "the group was removed meanwhile");
    menu.groups.insert(group(20).group, additions(Money::try_new(1, Currency::USD).unwrap()));
    assert_eq!(checked(plain(), &menu), Err(Error::GroupCurrency { index: 0 }));
    menu.groups.insert(group(20).group, additions(pesos(2_000)));
    assert_eq!(checked(plain(), &menu), Ok(()));
    let mut changed = group(20);
    changed.limits = Some(Limits { required: true, min: 3, max: 3 });
    let offered = Details { groups: vec![changed], ..single() };
    let refused = Err(Error::GroupOverride { index: 0 });
    assert_eq!(checked(offered.clone(), &menu), refused);
    let before = Request::from(offered);
    assert_eq!(check_references(Some(&plain()), &before, &menu), refused, "it was changed");
}

#[test]
fn a_product_is_made_at_an_open_station_of_the_branch() {
    let station = StationId::from_uuid(Uuid::from_u128(30));
    let grilled = || Details { stations: [(branch(4), station)].into(), ..single() };
    let mut menu = Menu::default();
    let unknown = Err(Error::UnknownStation { branch: branch(4) });
    assert_eq!(checked(grilled(), &menu), unknown);
    assert_eq!(kept(&grilled(), &menu), Ok(()), "the station was closed meanwhile");
    let name = Name::parse("Parrilla").unwrap();
    menu.stations.insert(station, station::Added { branch: branch(5), name: name.clone() });
    assert_eq!(checked(grilled(), &menu), unknown, "it is in another branch");
    menu.stations.insert(station, station::Added { branch: branch(4), name });
    assert_eq!(checked(grilled(), &menu), Ok(()));
}
