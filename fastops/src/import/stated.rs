//! What the pizzas of the published files take from stock, and what that costs. The files list
//! ingredients without quantities, so these are stated here and in `docs/import-sales.md`.

use std::collections::BTreeMap;

use domain::shared::{Money, Name, StockQuantity};

use super::pizza_place::CURRENCY;

/// What every pizza of size M has, in grams.
const DOUGH: (&str, i64) = ("Pizza Dough", 250);
/// What a pizza has whose list names no other sauce.
const SAUCE: (&str, i64) = ("Tomato Sauce", 80);
/// What every pizza has below what is listed.
const CHEESE: (&str, i64) = ("Mozzarella Cheese", 120);

/// What a listed ingredient adds to size M where it is not [`TOPPING_GRAMS`].
const TOPPINGS: [(&str, i64); 4] = [("Garlic", 5), ("Cilantro", 3), ("Oregano", 1), ("Thyme", 1)];
const TOPPING_GRAMS: i64 = 30;

/// What the sizes take, in hundredths of size M. Sizes of other names take as much as M.
const SIZES: [(&str, i64); 5] = [("S", 75), ("M", 100), ("L", 135), ("XL", 170), ("XXL", 210)];

/// What is there at the beginning, in kilograms, where it is not [`OPENING_KILOGRAMS`]: more than the
/// published year takes.
const OPENING: [(&str, i64); 3] = [(DOUGH.0, 15_000), (SAUCE.0, 5_000), (CHEESE.0, 8_000)];
const OPENING_KILOGRAMS: i64 = 2_000;

/// What a kilogram costs in cents, where neither a sauce nor a cheese nor [`CENTS_PER_KILOGRAM`].
const COSTS: [(&str, i64); 2] = [(DOUGH.0, 120), (SAUCE.0, 250)];
const SAUCE_CENTS_PER_KILOGRAM: i64 = 500;
const CHEESE_CENTS_PER_KILOGRAM: i64 = 900;
const CENTS_PER_KILOGRAM: i64 = 800;

/// What is in stock before the first order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opening {
    pub(super) quantity: StockQuantity,
    pub(super) cost: Money,
}

/// What one pizza of size M takes, in grams; two spellings of one name are one ingredient.
#[derive(Debug)]
pub(super) struct Base(BTreeMap<String, (Name, i64)>);

impl Base {
    /// The dough, the sauce, the cheese, and everything that is listed.
    pub(super) fn of(listed: &[Name]) -> Self {
        let mut base = Self(BTreeMap::new());
        base.add(&name(DOUGH.0), DOUGH.1);
        if !listed.iter().any(is_sauce) {
            base.add(&name(SAUCE.0), SAUCE.1);
        }
        base.add(&name(CHEESE.0), CHEESE.1);
        for topping in listed {
            let stated = if is_sauce(topping) { SAUCE.1 } else { TOPPING_GRAMS };
            base.add(topping, among(&TOPPINGS, topping).unwrap_or(stated));
        }
        base
    }

    fn add(&mut self, ingredient: &Name, grams: i64) {
        let entry = self.0.entry(ingredient.fold_v1());
        entry.or_insert_with(|| (ingredient.clone(), 0)).1 += grams;
    }

    /// The names of the ingredients.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.values().map(|(name, _)| name)
    }

    /// What one pizza of a size takes: grams by folded name, exact in millionths.
    pub(super) fn in_size<'a>(
        &'a self,
        size: &Name,
    ) -> impl Iterator<Item = (&'a str, StockQuantity)> + use<'a> {
        let hundredths = among(&SIZES, size).unwrap_or(100);
        let quantity = move |grams: i64| millionths(grams * hundredths * 10_000);
        self.0.iter().map(move |(key, (_, grams))| (key.as_str(), quantity(*grams)))
    }
}

/// What is there of an ingredient before the first order.
pub(super) fn opening(ingredient: &Name) -> Opening {
    let kilograms = among(&OPENING, ingredient).unwrap_or(OPENING_KILOGRAMS);
    let cents = among(&COSTS, ingredient).unwrap_or_else(|| match ingredient {
        sauce if is_sauce(sauce) => SAUCE_CENTS_PER_KILOGRAM,
        cheese if cheese.fold_v1().ends_with(" cheese") => CHEESE_CENTS_PER_KILOGRAM,
        _ => CENTS_PER_KILOGRAM,
    });
    let cost = Money::try_new(kilograms * cents, CURRENCY).expect("it is a small amount");
    Opening { quantity: millionths(kilograms * 1_000 * 1_000_000), cost }
}

fn is_sauce(ingredient: &Name) -> bool {
    ingredient.fold_v1().ends_with(" sauce")
}

fn among(stated: &[(&str, i64)], wanted: &Name) -> Option<i64> {
    let wanted = wanted.fold_v1();
    stated.iter().find(|(text, _)| name(text).fold_v1() == wanted).map(|(_, figure)| *figure)
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("stated names are names")
}

fn millionths(millionths: i64) -> StockQuantity {
    StockQuantity::try_from_millionths(millionths).expect("stated quantities are small")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(texts: &[&str]) -> Vec<Name> {
        texts.iter().map(|text| name(text)).collect()
    }

    fn in_size(texts: &[&str], size: &str) -> Vec<(String, String)> {
        let base = Base::of(&listed(texts));
        let portion = base.in_size(&name(size));
        portion.map(|(key, quantity)| (key.to_owned(), quantity.to_string())).collect()
    }

    fn takes(portion: &[(&str, &str)]) -> Vec<(String, String)> {
        portion.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_pizza_has_dough_sauce_and_cheese_below_what_is_listed() {
        assert_eq!(
            in_size(&["Pepperoni", "Garlic", "mozzarella cheese"], "M"),
            takes(&[
                ("garlic", "5"),
                ("mozzarella cheese", "150"),
                ("pepperoni", "30"),
                ("pizza dough", "250"),
                ("tomato sauce", "80"),
            ])
        );
    }

    #[test]
    fn a_listed_sauce_takes_the_place_of_the_tomato_sauce() {
        assert_eq!(
            in_size(&["Pesto Sauce"], "M"),
            takes(&[("mozzarella cheese", "120"), ("pesto sauce", "80"), ("pizza dough", "250")])
        );
    }

    #[test]
    fn sizes_take_their_exact_part_of_size_m() {
        for (size, garlic) in
            [("S", "3.75"), ("M", "5"), ("l", "6.75"), ("XL", "8.5"), ("XXL", "10.5"), ("P", "5")]
        {
            let portion = in_size(&["Garlic"], size);
            assert_eq!(portion[0], ("garlic".to_owned(), garlic.to_owned()), "{size}");
        }
    }

    #[test]
    fn what_is_there_at_the_beginning_costs_its_price_per_kilogram() {
        for (text, grams, cost) in [
            ("Pizza Dough", "15000000", "18000.00 USD"),
            ("Goat Cheese", "2000000", "18000.00 USD"),
            ("Pesto Sauce", "2000000", "10000.00 USD"),
            ("Garlic", "2000000", "16000.00 USD"),
        ] {
            let Opening { quantity, cost: stated } = opening(&name(text));
            assert_eq!((quantity.to_string().as_str(), stated.to_string().as_str()), (grams, cost));
        }
    }
}
