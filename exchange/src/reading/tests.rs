use domain::shared::{Currency, Name};

use super::*;
use crate::bad_cell::{BadCell, Rule};
use crate::changes::{Kind, changes};
use crate::codec::{self, Sent};
use crate::menu::{Category, Key};

fn menu() -> Menu {
    let mut menu = Menu::default();
    menu.context.currency = Some(Currency::COP);
    let name = Name::parse("Platos").unwrap();
    menu.categories.insert(Key::from(&name), Category { name, place: 1 });
    menu
}

fn read(current: &Menu, files: &[(&str, &str)]) -> (Menu, Vec<BadCell>) {
    let sent = |(name, text): &(&str, &str)| Sent {
        name: format!("{name}.csv"),
        bytes: text.as_bytes().to_vec(),
    };
    let files: Vec<Sent> = files.iter().map(sent).collect();
    let mut bad = BadCells::default();
    let tables = codec::read(&files, None, &mut bad).unwrap();
    let menu = lay(&tables, current, &mut bad);
    (menu, bad.into_sorted())
}

fn faults(files: &[(&str, &str)]) -> Vec<(String, Reason)> {
    let (_, bad) = read(&menu(), files);
    bad.into_iter().map(|bad| (bad.place.to_string(), bad.reason)).collect()
}

const PRODUCTS: (&str, &str) = ("products", "product,category\nArepa,platos\n");
const VARIANTS: (&str, &str) = ("variants", "product,variant,price\nArepa,Sola,5000\n");

#[test]
fn every_bad_cell_is_listed_by_file_row_and_column() {
    let products = "product,category\nArepa,Bebidas\n,Platos\nArepa,Platos\nSopa,Platos\n";
    let variants = "product,variant,price\nArepa,Sola,0\nArepa,,x\nCaldo,Solo,1\n";
    let recipes = "product,variant,ingredient,quantity\nArepa,Sola,Maíz,-1\n";
    let faults = faults(&[("products", products), ("variants", variants), ("recipes", recipes)]);
    let unknown = |text: &str| Reason::Unknown(text.to_owned());
    let empty = Reason::Name(domain::shared::NameError::Empty);
    let price = Reason::Price { text: "x".to_owned(), currency: Currency::COP };
    let expected = [
        ("products.csv:2:category", unknown("Bebidas")),
        ("products.csv:3:product", empty.clone()),
        ("products.csv:4:product", Reason::Repeated { row: 2 }),
        ("products.csv:5", Reason::NothingIn { sheet: "variants" }),
        ("recipes.csv:2:ingredient", unknown("Maíz")),
        ("recipes.csv:2:quantity", Reason::Quantity("-1".to_owned())),
        ("variants.csv:2:price", Reason::PriceZero),
        ("variants.csv:3:price", price),
        ("variants.csv:3:variant", empty),
        ("variants.csv:4:product", unknown("Caldo")),
    ];
    let expected = expected.map(|(place, reason)| (place.to_owned(), reason));
    assert_eq!(faults, expected);
}

#[test]
fn names_are_one_whatever_their_case_and_the_tables_spelling_is_kept() {
    let variants = ("variants", "product,variant,price\nAREPA,Sola,1\n");
    let (wanted, bad) = read(&menu(), &[PRODUCTS, variants]);
    assert_eq!(bad, []);
    let found = changes(&menu(), &wanted);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].kind, found[0].name.as_str(), found[0].is_new),
        (Kind::Product, "Arepa", true)
    );
}

#[test]
fn what_a_file_does_not_name_stays_as_it_is() {
    let (before, _) = read(&menu(), &[PRODUCTS, VARIANTS]);
    let (after, bad) = read(
        &before,
        &[
            ("products", "product,category\nSopa,Platos\n"),
            ("variants", "product,variant,price\nSopa,Sola,1\n"),
        ],
    );
    assert_eq!(bad, []);
    assert_eq!(changes(&before, &after).len(), 1);
    let (renamed, _) = read(&before, &[("products", "product,category\nAREPA,Platos\n")]);
    assert_eq!(renamed.products.values().next().unwrap().variants.len(), 1);
}

#[test]
fn numbers_are_read_with_the_mark_of_their_file() {
    let price = |text: &str| {
        let (menu, bad) = read(&menu(), &[PRODUCTS, ("variants", text)]);
        let product = menu.products.values().next().unwrap();
        (
            product.variants.first().map(|it| it.price.amount()),
            bad.first().map(|it| it.reason.clone()),
        )
    };
    assert_eq!(price("product;variant;price\nArepa;Sola;5000,50\n"), (Some(500_050), None));
    assert_eq!(price("product,variant,price\nArepa,Sola,5000.50\n"), (Some(500_050), None));
    let ambiguous = Some(Reason::Ambiguous("5.000".to_owned()));
    assert_eq!(price("product;variant;price\nArepa;Sola;5.000\n"), (None, ambiguous));
}

#[test]
fn a_group_that_cannot_be_chosen_is_refused_at_its_row() {
    let groups = "group,required,min,max\nTérmino,yes,0,1\nSalsa,no,0,1\nCon,no,0,1\n";
    let modifiers = "group,modifier,price,default_quantity,asks_group\nTérmino,Azul,0,0,\n\
                     Salsa,Ají,0,0,Con\nCon,Pan,0,0,Salsa\n";
    let faults = faults(&[("modifier_groups", groups), ("modifiers", modifiers)]);
    let at = |row: u32, rule| (format!("modifier_groups.csv:{row}"), Reason::Rule(rule));
    assert_eq!(faults, [at(2, Rule::Limits), at(3, Rule::Nesting), at(4, Rule::Nesting)]);
}

#[test]
fn the_unit_of_an_ingredient_is_fixed() {
    let (before, _) = read(&menu(), &[("ingredients", "ingredient,unit\nMaíz,gram\n")]);
    let (_, bad) = read(&before, &[("ingredients", "ingredient,unit\nmaíz,each\n")]);
    assert_eq!(bad[0].reason, Reason::Fixed { current: "gram".to_owned() });
}

#[test]
fn price_lists_are_read_with_their_days_and_hours() {
    let lists = "list,branch,weekdays,from,until,valid_from\nHappy,,\"friday, Saturday\",17:00,19:00,2026-01-01\n\
                 Mala,Norte,freitag,25:00,,1/1/26\n";
    let prices = "list,product,variant,price\nHappy,Arepa,sola,4000\nHappy,Arepa,Grande,1\n";
    let (menu, bad) =
        read(&menu(), &[PRODUCTS, VARIANTS, ("price_lists", lists), ("prices", prices)]);
    let happy = menu.price_lists.values().next().unwrap();
    assert_eq!(
        happy.hours.map(|(from, until)| format!("{from} {until}")).as_deref(),
        Some("17:00 19:00")
    );
    assert_eq!(happy.prices.len(), 1);
    let places: Vec<String> = bad.iter().map(|bad| bad.place.to_string()).collect();
    assert_eq!(
        places,
        [
            "price_lists.csv:3:branch",
            "price_lists.csv:3:from",
            "price_lists.csv:3:until",
            "price_lists.csv:3:valid_from",
            "price_lists.csv:3:weekdays",
            "prices.csv:3:variant",
        ]
    );
}

#[test]
fn combos_are_made_of_items_and_stay_combos() {
    let products = ("products", "product,category\nArepa,platos\nCombo,platos\nDoble,platos\n");
    let variants =
        ("variants", "product,variant,price\nArepa,Sola,5000\nCombo,Uno,9000\nDoble,Uno,15000\n");
    let combos = "product,slot,pieces,option_product,option_variant\nCombo,Comida,1,Arepa,Sola\n";
    let (with, bad) = read(&menu(), &[products, variants, ("combos", combos)]);
    assert_eq!(bad, []);
    assert_eq!(
        changes(&menu(), &with).last().map(|it| it.name.to_string()).as_deref(),
        Some("Combo")
    );
    let nested = format!("{combos}Doble,Comida,2,Combo,Uno\nDoble,comida,3,Arepa,Sola\n");
    let places: Vec<(String, Reason)> = faults(&[products, variants, ("combos", &nested)]);
    assert_eq!(
        places,
        [
            ("combos.csv:3".to_owned(), Reason::Rule(Rule::ComboOfCombos)),
            ("combos.csv:4:pieces".to_owned(), Reason::Differs { earlier: "2".to_owned() }),
        ]
    );
    let becomes = "product,slot,pieces,option_product,option_variant\nArepa,Comida,1,Doble,Uno\n";
    let (_, bad) = read(&with, &[("combos", becomes)]);
    assert_eq!(bad[0].reason, Reason::Rule(Rule::Kind));
}

#[test]
fn codes_are_unique_in_the_whole_menu() {
    let variants = "product,variant,price,sku\nArepa,Sola,1,A-1\n";
    let (before, bad) = read(&menu(), &[PRODUCTS, ("variants", variants)]);
    assert_eq!(bad, []);
    let sopa = ("products", "product,category\nSopa,platos\n");
    let (_, bad) =
        read(&before, &[sopa, ("variants", "product,variant,price,sku\nSopa,Sola,1,a-1\n")]);
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0].reason, Reason::Rule(Rule::CodeTaken));
}

#[test]
fn an_empty_cell_takes_away_what_an_absent_column_leaves() {
    let variants = "product,variant,price,sku\nArepa,Sola,1,A-1\n";
    let (before, _) = read(&menu(), &[PRODUCTS, ("variants", variants)]);
    let sku = |text: &str| {
        let (after, _) = read(&before, &[("variants", text)]);
        after.products.values().next().unwrap().variants[0].sku.clone()
    };
    assert!(sku("product,variant,price\nArepa,Sola,2\n").is_some());
    assert_eq!(sku("product,variant,price,sku\nArepa,Sola,2,\n"), None);
}
