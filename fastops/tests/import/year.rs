//! A year of an invented pizza place: the published files' form, the same for the same seed.

use std::fmt::Write;
use std::path::Path;

use domain::shared::{Currency, Money};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// What an import has to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) orders: u64,
    pub(crate) lines: u64,
    pub(crate) items: u64,
    pub(crate) gross: Money,
}

pub(crate) fn usd(cents: i64) -> Money {
    Money::try_new(cents, Currency::USD).unwrap()
}

/// Names as the published files have them: with commas, with letters outside ASCII, with `&`.
const TYPES: [(&str, &str, &str); 8] = [
    ("bbq_ckn", "The Barbecue Chicken Pizza", "Chicken"),
    ("thai_ckn", "The Thai Chicken Pizza", "Chicken"),
    ("pep_msh_pep", "\"The Pepperoni, Mushroom, and Peppers Pizza\"", "Classic"),
    ("the_greek", "The Greek Pizza", "Classic"),
    ("brie_carre", "The Brie Carré Pizza", "Supreme"),
    ("soppressata", "The Soppressata Pizza", "Supreme"),
    ("mexicana", "The Mexicana Pizza", "Veggie"),
    ("veggie_veg", "The Vegetables + Vegetables Pizza", "Veggie"),
];

/// Lists as the published files have them; one names a sauce of its own, one what is there anyway.
const INGREDIENTS: [&str; 3] =
    ["Tomatoes, Garlic", "Chicken, Barbecue Sauce", "Mozzarella Cheese, Pepperoni, Garlic"];

/// How many products, variants and categories the menu has.
pub(crate) const MENU: (i64, i64, i64) = (8, 26, 4);

/// Local times that a year of real sales has only by luck: the first and the last second, the hour that
/// summer time skips, the one that winter time repeats.
const EDGES: [&str; 6] = [
    "2015-01-01,00:00:00",
    "2015-03-08,01:59:59",
    "2015-03-08,02:30:00",
    "2015-11-01,01:15:00",
    "2015-11-01,01:45:00",
    "2015-12-31,23:59:59",
];

struct Pizza {
    id: String,
    cents: i64,
}

/// Writes the files and says what they hold.
pub(crate) fn generate(folder: &Path, n_orders: usize, seed: u64) -> Totals {
    let mut rng = StdRng::seed_from_u64(seed);
    let pizzas = menu(folder, &mut rng);
    let mut orders = "order_id,date,time\n".to_owned();
    let mut details = "order_details_id,order_id,pizza_id,quantity\n".to_owned();
    let mut totals = Totals { orders: 0, lines: 0, items: 0, gross: usd(0) };
    for moment in moments(n_orders, &mut rng) {
        totals.orders += 1;
        writeln!(orders, "{},{moment}", totals.orders).unwrap();
        let first = rng.random_range(0..pizzas.len());
        for place in 0..rng.random_range(1..6_usize) {
            let Pizza { id, cents } = &pizzas[(first + place * 7) % pizzas.len()];
            let quantity = [1, 1, 1, 2, 3][rng.random_range(0..5_usize)];
            totals.lines += 1;
            totals.items += u64::from(quantity);
            totals.gross = totals.gross.plus(usd(*cents).times(quantity).unwrap()).unwrap();
            writeln!(details, "{},{},{id},{quantity}", totals.lines, totals.orders).unwrap();
        }
    }
    std::fs::write(folder.join("orders.csv"), orders).unwrap();
    std::fs::write(folder.join("order_details.csv"), details).unwrap();
    std::fs::write(folder.join("data_dictionary.csv"), "Table,Field,Description\n").unwrap();
    totals
}

/// Three sizes of everything; one type comes in five.
fn menu(folder: &Path, rng: &mut StdRng) -> Vec<Pizza> {
    let mut types = "pizza_type_id,name,category,ingredients\n".to_owned();
    let mut lines = "pizza_id,pizza_type_id,size,price\n".to_owned();
    let mut pizzas = Vec::new();
    for (number, (type_id, name, category)) in TYPES.into_iter().enumerate() {
        let ingredients = INGREDIENTS[number % INGREDIENTS.len()];
        writeln!(types, "{type_id},{name},{category},\"{ingredients}\"").unwrap();
        let n_sizes = if number == 3 { 5 } else { 3 };
        let mut cents = rng.random_range(900..1_300_i64);
        for size in ["S", "M", "L", "XL", "XXL"].into_iter().take(n_sizes) {
            let id = format!("{type_id}_{}", size.to_lowercase());
            writeln!(lines, "{id},{type_id},{size},{}", usd(cents).to_major()).unwrap();
            pizzas.push(Pizza { id, cents });
            cents += rng.random_range(200..600_i64);
        }
    }
    std::fs::write(folder.join("pizza_types.csv"), types).unwrap();
    std::fs::write(folder.join("pizzas.csv"), lines).unwrap();
    pizzas
}

/// Dates and times in order, the edges among them.
fn moments(n_orders: usize, rng: &mut StdRng) -> Vec<String> {
    let mut moments: Vec<String> = EDGES.map(str::to_owned).to_vec();
    while moments.len() < n_orders {
        let (month, day) = (rng.random_range(1..13_u8), rng.random_range(1..29_u8));
        let (hour, minute) = (rng.random_range(9..24_u8), rng.random_range(0..60_u8));
        let second = rng.random_range(0..60_u8);
        moments.push(format!("2015-{month:02}-{day:02},{hour:02}:{minute:02}:{second:02}"));
    }
    moments.truncate(n_orders);
    moments.sort_unstable();
    moments
}
