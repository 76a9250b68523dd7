//! All that is said of products, lists of them, and what their ingredients say.

use domain::catalog::combo::{Combo, Slot, SlotOption};
use domain::catalog::diet::{Allergen, Mark, Marks, Presence};
use domain::catalog::modifier_group::Override;
use domain::catalog::{Category, Product, category, product};
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::{BaseUnit, OnShortage, Recipe, StockItem, recipe, stock_item};
use domain::shared::{
    BranchId, CategoryId, Code, Description, LanguageTag, ModifierGroupId, ProductId, StationId,
};
use event_store::Revision;
use projections::catalog::products::Filter;
use projections::catalog::{categories, diets, products};

use crate::history::{DRINKS, PLATES, name, pesos, product_id, variant};
use crate::random_stock::item_id;
use crate::world::{ANA, World, uuid};

const AT: &str = "2026-03-14T18:00:00Z";
const MILK: Mark = Mark::Allergen(Allergen::Milk);

fn added(text: &str, category: CategoryId, n: u128) -> product::Event {
    let variants = vec![variant(n, "Sencilla", pesos(6_000))];
    product::Added { name: name(text), category, variants }.into()
}

fn milk(presence: Presence) -> Marks {
    [(MILK, presence)].into_iter().collect()
}

/// A drink of the second product.
fn combo() -> Combo {
    let option = SlotOption {
        product: product_id(2),
        variant: variant(2, "Sencilla", pesos(1)).id,
        upcharge: pesos(500),
    };
    Combo { slots: vec![Slot { name: name("Bebida"), pieces: 1, options: vec![option] }] }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_shows_all_that_was_said_of_it() {
    let mut world = World::new().await;
    let offered = product::Variant {
        sku: Some(product::Sku::parse("ALM-1").unwrap()),
        barcode: Some(product::Barcode::parse("7702004003508").unwrap()),
        ..variant(1, "Sencilla", pesos(6_000))
    };
    let text = product::Text {
        description: Some(Description::parse("Del día.").unwrap()),
        search_words: vec![name("corrientazo")],
    };
    let texts: product::Texts = [(LanguageTag::parse("es").unwrap(), text)].into_iter().collect();
    let groups = vec![Override::none(ModifierGroupId::from_uuid(uuid(7)))];
    let station = (BranchId::from_uuid(uuid(8)), StationId::from_uuid(uuid(9)));
    let class = Some(Code::parse("goods_19").unwrap());
    let (lunch, marks) = (product_id(1), milk(Presence::FreeOf));
    let events = [
        added("Almuerzo", PLATES, 1),
        product::VariantsOffered { variants: vec![offered.clone()] }.into(),
        product::Moved { place: 3 }.into(),
        product::ComboComposed { combo: combo() }.into(),
        product::GroupsOffered { groups: groups.clone() }.into(),
        product::Stationed { stations: [station].into() }.into(),
        product::TaxClassified { class: class.clone() }.into(),
        product::PreparationEstimated { minutes: Some(15) }.into(),
        product::Described { texts: texts.clone() }.into(),
        product::DietDeclared { marks: marks.clone() }.into(),
    ];
    world.happens::<Product>(ANA, &lunch, AT, events).await;
    world.catch_up().await;
    let details = product::Details {
        place: 3,
        combo: Some(combo()),
        groups,
        stations: [station].into(),
        tax_class: class,
        preparation_minutes: Some(15),
        texts,
        marks,
        ..product::Details::new(name("Almuerzo"), PLATES, vec![offered])
    };
    let shown = products::Product {
        id: lunch,
        details: details.clone(),
        is_active: true,
        revision: Revision::new(10),
    };
    let mut ana = world.tenant(ANA).await;
    assert_eq!(products::get(&mut ana, lunch).await.unwrap(), Some(shown.clone()));
    drop(ana);

    // The row is read back to take in later events.
    let later = [product::Removed {}.into(), product::Moved { place: 4 }.into()];
    world.happens::<Product>(ANA, &lunch, AT, later).await;
    world.catch_up().await;
    let removed = products::Product {
        details: product::Details { place: 4, ..details },
        is_active: false,
        revision: Revision::new(12),
        ..shown
    };
    let mut ana = world.tenant(ANA).await;
    assert_eq!(products::get(&mut ana, lunch).await.unwrap(), Some(removed.clone()));
    let list = products::list(&mut ana, &Filter::default(), None, 10).await.unwrap();
    assert_eq!(list.rows, []);
    let filter = Filter { is_active: false, ..Filter::default() };
    assert_eq!(products::list(&mut ana, &filter, None, 10).await.unwrap().rows, [removed]);
}

/// The names of all products that a filter lets through, read in pages of one.
async fn names(world: &World, filter: Filter) -> Vec<String> {
    let mut tx = world.tenant(ANA).await;
    let (mut names, mut after) = (vec![], None);
    loop {
        let page = products::list(&mut tx, &filter, after.as_ref(), 1).await.unwrap();
        names.extend(page.rows.into_iter().map(|product| product.details.name.to_string()));
        after = page.next;
        if after.is_none() {
            return names;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn products_are_listed_by_category_kind_and_text() {
    let mut world = World::new().await;
    let words = product::Text { description: None, search_words: vec![name("Jamón 50%")] };
    let texts = [(LanguageTag::parse("es").unwrap(), words)].into_iter().collect();
    let coded = product::Variant {
        sku: Some(product::Sku::parse("JUG-01").unwrap()),
        ..variant(2, "Vaso", pesos(4_000))
    };
    let plates: [Vec<product::Event>; 3] = [
        vec![added("Bandeja", PLATES, 1), product::Moved { place: 2 }.into()],
        vec![added("Sándwich", PLATES, 3), product::Described { texts }.into()],
        vec![
            added("Almuerzo", PLATES, 4),
            product::Moved { place: 2 }.into(),
            product::ComboComposed { combo: combo() }.into(),
        ],
    ];
    for (n, events) in (3..).zip(plates) {
        world.happens::<Product>(ANA, &product_id(n), AT, events).await;
    }
    let juice =
        [added("Jugo", DRINKS, 2), product::VariantsOffered { variants: vec![coded] }.into()];
    world.happens::<Product>(ANA, &product_id(2), AT, juice).await;
    world.catch_up().await;

    let all = Filter::default;
    assert_eq!(names(&world, all()).await, ["Almuerzo", "Bandeja", "Jugo", "Sándwich"]);
    let category = |id| Filter { category: Some(id), ..all() };
    assert_eq!(names(&world, category(PLATES)).await, ["Sándwich", "Almuerzo", "Bandeja"]);
    assert_eq!(names(&world, category(DRINKS)).await, ["Jugo"]);
    let kind = |combos| Filter { combos: Some(combos), ..category(PLATES) };
    assert_eq!(names(&world, kind(true)).await, ["Almuerzo"]);
    assert_eq!(names(&world, kind(false)).await, ["Sándwich", "Bandeja"]);
    for (text, found) in [
        ("SANDW", vec!["Sándwich"]),
        ("jamon", vec!["Sándwich"]),
        ("50%", vec!["Sándwich"]),
        ("vaso", vec!["Jugo"]),
        ("jug-0", vec!["Jugo"]),
        ("a", vec!["Almuerzo", "Bandeja", "Jugo", "Sándwich"]),
        ("%", vec!["Sándwich"]),
        ("_", vec![]),
        (r"\", vec![]),
    ] {
        let filter = Filter { text: Some(text.to_owned()), ..all() };
        assert_eq!(names(&world, filter).await, found, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_category_is_listed_apart_until_it_is_restored() {
    let mut world = World::new().await;
    let added = category::Added { name: name("Sopas"), place: 1 };
    world.happens::<Category>(ANA, &PLATES, AT, [added.into(), category::Removed {}.into()]).await;
    world.catch_up().await;
    let mut ana = world.tenant(ANA).await;
    let removed = categories::list(&mut ana, false, None, 10).await.unwrap().rows;
    assert_eq!((removed.len(), removed[0].is_active), (1, false));
    assert_eq!(categories::list(&mut ana, true, None, 10).await.unwrap().rows, []);
    drop(ana);
    world.happens::<Category>(ANA, &PLATES, AT, [category::Restored {}.into()]).await;
    world.catch_up().await;
    let mut ana = world.tenant(ANA).await;
    assert_eq!(categories::list(&mut ana, false, None, 10).await.unwrap().rows, []);
    assert!(categories::get(&mut ana, PLATES).await.unwrap().unwrap().is_active);
}

/// What is known of milk in a product.
async fn known(world: &World, product: ProductId) -> Presence {
    let mut tx = world.tenant(ANA).await;
    let product = products::get(&mut tx, product).await.unwrap().unwrap();
    let known = diets::of_products(&mut tx, std::slice::from_ref(&product)).await.unwrap();
    known[&product.id].presence(MILK)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ingredients_contain_is_in_products_and_combos() {
    let mut world = World::new().await;
    let (lunch, juice) = (product_id(1), product_id(2));
    world.happens::<Product>(ANA, &juice, AT, [added("Jugo", DRINKS, 2)]).await;
    let composed = product::ComboComposed { combo: combo() };
    world
        .happens::<Product>(ANA, &lunch, AT, [added("Almuerzo", PLATES, 1), composed.into()])
        .await;
    let item = stock_item::Added {
        name: name("Leche"),
        unit: BaseUnit::Millilitre,
        on_shortage: OnShortage::Allow,
    };
    world.happens::<StockItem>(ANA, &item_id(1), AT, [item.into()]).await;
    let ingredients = vec![Ingredient { item: item_id(1), quantity: "200".parse().unwrap() }];
    let portions = vec![Portion { variant: variant(2, "Sencilla", pesos(1)).id, ingredients }];
    let published = recipe::Published { version: 1, portions };
    world.happens::<Recipe>(ANA, &juice, AT, [published.into()]).await;
    world.catch_up().await;
    assert_eq!(known(&world, juice).await, Presence::Unknown);
    assert_eq!(known(&world, lunch).await, Presence::Unknown);

    for presence in [Presence::FreeOf, Presence::Contains] {
        let declared = stock_item::DietDeclared { marks: milk(presence) };
        world.happens::<StockItem>(ANA, &item_id(1), AT, [declared.into()]).await;
        world.catch_up().await;
        assert_eq!(known(&world, juice).await, presence);
        assert_eq!(known(&world, lunch).await, presence);
    }
}
