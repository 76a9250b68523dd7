//! The words of allergens and diets in tables.

use domain::catalog::diet::{Allergen, DietaryMark, Mark};

/// The word of a mark.
pub const fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Allergen(allergen) => match allergen {
            Allergen::Gluten => "gluten",
            Allergen::Crustaceans => "crustaceans",
            Allergen::Eggs => "eggs",
            Allergen::Fish => "fish",
            Allergen::Peanuts => "peanuts",
            Allergen::Soya => "soya",
            Allergen::Milk => "milk",
            Allergen::Nuts => "nuts",
            Allergen::Celery => "celery",
            Allergen::Mustard => "mustard",
            Allergen::Sesame => "sesame",
            Allergen::Sulphites => "sulphites",
            Allergen::Lupin => "lupin",
            Allergen::Molluscs => "molluscs",
        },
        Mark::Diet(mark) => match mark {
            DietaryMark::Flesh => "flesh",
            DietaryMark::AnimalProduct => "animal_product",
            DietaryMark::Pork => "pork",
            DietaryMark::Alcohol => "alcohol",
            DietaryMark::AddedSugar => "added_sugar",
            DietaryMark::Caffeine => "caffeine",
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_mark_has_a_word_of_its_own() {
        let words: BTreeSet<&str> = Mark::all().map(word).collect();
        assert_eq!(words.len(), Mark::all().count());
    }
}
