//! What is in a product that some guests must not or do not eat.
//!
//! A mark is a substance, and a diet is a set of marks that a product has to be free of. What is
//! unknown stays unknown: no product is free of a mark because it was not filled in.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An allergen, or what a diet avoids.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// One of the substances that have to be declared.
    Allergen(Allergen),
    /// Something that a diet avoids.
    Diet(DietaryMark),
}

/// The fourteen substances of annex II of Regulation (EU) 1169/2011, which cover those that Codex
/// Alimentarius and Colombia (Resolución 5109 of 2005) list.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Allergen {
    Gluten,
    Crustaceans,
    Eggs,
    Fish,
    Peanuts,
    Soya,
    Milk,
    Nuts,
    Celery,
    Mustard,
    Sesame,
    Sulphites,
    Lupin,
    Molluscs,
}

/// What diets avoid besides allergens.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DietaryMark {
    /// Meat, poultry, fish or seafood, and what is made of their bodies, such as gelatine.
    Flesh,
    /// Anything from an animal: flesh, milk, eggs, honey.
    AnimalProduct,
    /// Pork.
    Pork,
    /// Alcohol.
    Alcohol,
    /// Added sugar.
    AddedSugar,
    /// Caffeine.
    Caffeine,
}

/// What is known of a mark.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is known not to be in it.
    FreeOf,
    /// It is not known.
    #[default]
    Unknown,
    /// It is in it.
    Contains,
}

/// What is known of every mark. One that is not listed is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Listed", into = "Listed")]
pub struct Marks(BTreeMap<Mark, Presence>);

/// The marks by what is known of them, as they are stored.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
struct Listed {
    /// What is in it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    contains: BTreeSet<Mark>,
    /// What is known not to be in it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    free_of: BTreeSet<Mark>,
}

impl Allergen {
    /// Every allergen.
    pub const ALL: [Self; 14] = [
        Self::Gluten,
        Self::Crustaceans,
        Self::Eggs,
        Self::Fish,
        Self::Peanuts,
        Self::Soya,
        Self::Milk,
        Self::Nuts,
        Self::Celery,
        Self::Mustard,
        Self::Sesame,
        Self::Sulphites,
        Self::Lupin,
        Self::Molluscs,
    ];
}

impl DietaryMark {
    /// Every dietary mark.
    pub const ALL: [Self; 6] = [
        Self::Flesh,
        Self::AnimalProduct,
        Self::Pork,
        Self::Alcohol,
        Self::AddedSugar,
        Self::Caffeine,
    ];
}

impl Mark {
    /// Every mark.
    pub fn all() -> impl Iterator<Item = Self> {
        let allergens = Allergen::ALL.into_iter().map(Self::Allergen);
        allergens.chain(DietaryMark::ALL.into_iter().map(Self::Diet))
    }
}

impl FromIterator<(Mark, Presence)> for Marks {
    fn from_iter<T: IntoIterator<Item = (Mark, Presence)>>(marks: T) -> Self {
        Self(marks.into_iter().filter(|(_, presence)| *presence != Presence::Unknown).collect())
    }
}

impl From<Listed> for Marks {
    fn from(listed: Listed) -> Self {
        let free_of = listed.free_of.into_iter().map(|mark| (mark, Presence::FreeOf));
        free_of.chain(listed.contains.into_iter().map(|mark| (mark, Presence::Contains))).collect()
    }
}

impl From<Marks> for Listed {
    fn from(marks: Marks) -> Self {
        Self {
            contains: marks.of(Presence::Contains).collect(),
            free_of: marks.of(Presence::FreeOf).collect(),
        }
    }
}

impl Marks {
    /// The marks of which this is known; none for [`Presence::Unknown`], which are not listed.
    pub fn of(&self, presence: Presence) -> impl Iterator<Item = Mark> {
        self.0.iter().filter(move |(_, it)| **it == presence).map(|(mark, _)| *mark)
    }

    /// Whether nothing is known of any mark.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is known of a product by what is declared of it (`self`) and by its ingredients: a
    /// declaration says what is not known by them, and never that something is not in it that is in
    /// one of them.
    #[must_use]
    pub fn beside(&self, inherited: &Self) -> Self {
        let known = |mark| match (self.presence(mark), inherited.presence(mark)) {
            (Presence::Contains, _) | (_, Presence::Contains) => Presence::Contains,
            (Presence::FreeOf, _) | (_, Presence::FreeOf) => Presence::FreeOf,
            (Presence::Unknown, Presence::Unknown) => Presence::Unknown,
        };
        Mark::all().map(|mark| (mark, known(mark))).collect()
    }

    /// What is known of a mark.
    pub fn presence(&self, mark: Mark) -> Presence {
        self.0.get(&mark).copied().unwrap_or_default()
    }

    /// What is known of a product by its ingredients, modifiers or parts: it contains what one of
    /// them contains, and is free of what all of them are free of. Of a product without any, nothing
    /// is known.
    pub fn inherited(parts: &[Self]) -> Self {
        let worst = |mark| parts.iter().map(|part| part.presence(mark)).max();
        Mark::all().filter_map(|mark| Some((mark, worst(mark)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MILK: Mark = Mark::Allergen(Allergen::Milk);
    const PORK: Mark = Mark::Diet(DietaryMark::Pork);

    fn marks(marks: impl IntoIterator<Item = (Mark, Presence)>) -> Marks {
        marks.into_iter().collect()
    }

    fn milk(presence: Presence) -> Marks {
        marks([(MILK, presence)])
    }

    #[test]
    fn what_was_not_said_is_unknown() {
        assert_eq!(Marks::default().presence(MILK), Presence::Unknown);
        assert_eq!(milk(Presence::FreeOf).presence(PORK), Presence::Unknown);
    }

    #[test]
    fn a_product_contains_what_an_ingredient_contains() {
        use Presence::{Contains, FreeOf, Unknown};
        let inherited = |parts: &[Presence]| {
            let parts: Vec<Marks> = parts.iter().copied().map(milk).collect();
            Marks::inherited(&parts).presence(MILK)
        };
        assert_eq!(inherited(&[FreeOf, FreeOf]), FreeOf);
        assert_eq!(inherited(&[FreeOf, Unknown]), Unknown);
        assert_eq!(inherited(&[Unknown, Contains, FreeOf]), Contains);
        assert_eq!(inherited(&[]), Unknown);
    }

    #[test]
    fn a_declaration_fills_in_what_ingredients_leave_unknown_and_hides_nothing() {
        use Presence::{Contains, FreeOf, Unknown};
        let shown = |declared, inherited| milk(declared).beside(&milk(inherited)).presence(MILK);
        assert_eq!(shown(Unknown, Unknown), Unknown);
        assert_eq!(shown(FreeOf, Unknown), FreeOf);
        assert_eq!(shown(Unknown, FreeOf), FreeOf);
        assert_eq!(shown(Contains, FreeOf), Contains);
        assert_eq!(shown(FreeOf, Contains), Contains);
    }

    #[test]
    fn what_is_stored_as_both_is_in_it() {
        let stored = r#"{"contains":[{"allergen":"milk"}],"free_of":[{"allergen":"milk"}]}"#;
        let read: Marks = serde_json::from_str(stored).unwrap();
        assert_eq!(read, milk(Presence::Contains));
        let json = serde_json::to_string(&milk(Presence::FreeOf)).unwrap();
        assert_eq!(json, r#"{"free_of":[{"allergen":"milk"}]}"#);
    }

    #[test]
    fn every_mark_is_listed_once_under_a_word_of_its_own() {
        let words: BTreeSet<String> =
            Mark::all().map(|mark| serde_json::to_string(&mark).unwrap()).collect();
        assert_eq!(words.len(), Allergen::ALL.len() + DietaryMark::ALL.len());
        assert!(words.contains(r#"{"allergen":"milk"}"#));
    }

    fn any_marks() -> impl Strategy<Value = Marks> {
        let any =
            prop::sample::select(vec![Presence::FreeOf, Presence::Unknown, Presence::Contains]);
        prop::collection::vec(any, 20).prop_map(|presences| Mark::all().zip(presences).collect())
    }

    proptest! {
        #[test]
        fn inheritance_depends_neither_on_order_nor_on_levels(
            parts in prop::collection::vec(any_marks(), 1..6),
            split in 0..6_usize,
        ) {
            let whole = Marks::inherited(&parts);
            let turned: Vec<Marks> = parts.iter().rev().cloned().collect();
            prop_assert_eq!(&Marks::inherited(&turned), &whole);
            let (first, rest) = parts.split_at(1 + split % parts.len());
            let levels: Vec<Marks> = [first, rest]
                .into_iter()
                .filter(|level| !level.is_empty())
                .map(Marks::inherited)
                .collect();
            prop_assert_eq!(&Marks::inherited(&levels), &whole);
        }

        #[test]
        fn a_product_is_free_of_nothing_that_one_ingredient_is_not_known_to_be_free_of(
            parts in prop::collection::vec(any_marks(), 1..6),
        ) {
            let whole = Marks::inherited(&parts);
            for mark in Mark::all() {
                let all_free = parts.iter().all(|it| it.presence(mark) == Presence::FreeOf);
                prop_assert_eq!(whole.presence(mark) == Presence::FreeOf, all_free);
            }
        }
    }
}
