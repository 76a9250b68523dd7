//! Allergens and what diets avoid, in bodies.

use domain::catalog::diet::{Allergen, DietaryMark, Mark, Marks, Presence};
use poem_openapi::{Enum, Object};
use serde::Serialize;

use crate::operations::fields::Fields;

macro_rules! marks {
    ($($(#[$meta:meta])* $body:ident is $mark:expr,)+) => {
        /// An allergen, or what a diet avoids.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
        #[oai(rename = "DietMark", rename_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        pub(in crate::operations) enum MarkBody {
            $($(#[$meta])* $body,)+
        }

        impl MarkBody {
            const ALL: &[(Self, Mark)] = &[$((Self::$body, $mark),)+];
        }
    };
}

marks! {
    /// Cereals with gluten.
    Gluten is Mark::Allergen(Allergen::Gluten),
    /// Crustaceans.
    Crustaceans is Mark::Allergen(Allergen::Crustaceans),
    /// Eggs.
    Eggs is Mark::Allergen(Allergen::Eggs),
    /// Fish.
    Fish is Mark::Allergen(Allergen::Fish),
    /// Peanuts.
    Peanuts is Mark::Allergen(Allergen::Peanuts),
    /// Soya.
    Soya is Mark::Allergen(Allergen::Soya),
    /// Milk, with lactose.
    Milk is Mark::Allergen(Allergen::Milk),
    /// Nuts.
    Nuts is Mark::Allergen(Allergen::Nuts),
    /// Celery.
    Celery is Mark::Allergen(Allergen::Celery),
    /// Mustard.
    Mustard is Mark::Allergen(Allergen::Mustard),
    /// Sesame.
    Sesame is Mark::Allergen(Allergen::Sesame),
    /// Sulphur dioxide and sulphites.
    Sulphites is Mark::Allergen(Allergen::Sulphites),
    /// Lupin.
    Lupin is Mark::Allergen(Allergen::Lupin),
    /// Molluscs.
    Molluscs is Mark::Allergen(Allergen::Molluscs),
    /// Meat, poultry, fish or seafood, and what is made of their bodies.
    Flesh is Mark::Diet(DietaryMark::Flesh),
    /// Anything from an animal.
    AnimalProduct is Mark::Diet(DietaryMark::AnimalProduct),
    /// Pork.
    Pork is Mark::Diet(DietaryMark::Pork),
    /// Alcohol.
    Alcohol is Mark::Diet(DietaryMark::Alcohol),
    /// Added sugar.
    AddedSugar is Mark::Diet(DietaryMark::AddedSugar),
    /// Caffeine.
    Caffeine is Mark::Diet(DietaryMark::Caffeine),
}

/// What is declared of allergens and of what diets avoid. What is in neither list is unknown.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "DeclaredMarks")]
pub(in crate::operations) struct DeclaredBody {
    /// What is in it.
    #[oai(validator(max_items = 20))]
    contains: Vec<MarkBody>,
    /// What is known not to be in it.
    #[oai(validator(max_items = 20))]
    free_of: Vec<MarkBody>,
}

/// What is known of every allergen and of what diets avoid.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "KnownMarks")]
pub(super) struct KnownBody {
    /// What is in it, or in a part of it.
    contains: Vec<MarkBody>,
    /// What is known not to be in it.
    free_of: Vec<MarkBody>,
    /// What is not known: it may be in it.
    unknown: Vec<MarkBody>,
}

impl DeclaredBody {
    /// The marks; one that is in both lists is a mistake.
    pub(in crate::operations) fn read(&self, fields: &mut Fields, at: &str) -> Marks {
        let Self { contains, free_of } = self;
        fields.repeated(&format!("{at}/contains"), contains.len(), |place| {
            contains[..place].contains(&contains[place])
        });
        fields.repeated(&format!("{at}/free_of"), free_of.len(), |place| {
            free_of[..place].contains(&free_of[place]) || contains.contains(&free_of[place])
        });
        let of = |presence| move |body: &MarkBody| (Mark::from(*body), presence);
        let free_of = free_of.iter().map(of(Presence::FreeOf));
        free_of.chain(contains.iter().map(of(Presence::Contains))).collect()
    }
}

impl From<&Marks> for DeclaredBody {
    fn from(marks: &Marks) -> Self {
        Self { contains: of(marks, Presence::Contains), free_of: of(marks, Presence::FreeOf) }
    }
}

impl From<&Marks> for KnownBody {
    fn from(marks: &Marks) -> Self {
        Self {
            contains: of(marks, Presence::Contains),
            free_of: of(marks, Presence::FreeOf),
            unknown: of(marks, Presence::Unknown),
        }
    }
}

impl From<MarkBody> for Mark {
    fn from(body: MarkBody) -> Self {
        let found = MarkBody::ALL.iter().find(|(it, _)| *it == body);
        found.expect("every word is of a mark").1
    }
}

/// The marks of which this is known, in the order of the document.
fn of(marks: &Marks, presence: Presence) -> Vec<MarkBody> {
    let known = MarkBody::ALL.iter().filter(|(_, mark)| marks.presence(*mark) == presence);
    known.map(|(body, _)| *body).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_mark_has_a_word() {
        let bodies: BTreeSet<Mark> = MarkBody::ALL.iter().map(|(_, mark)| *mark).collect();
        assert_eq!(bodies, Mark::all().collect());
        assert_eq!(bodies.len(), MarkBody::ALL.len());
    }

    #[test]
    fn what_is_not_declared_is_unknown() {
        let milk = (Mark::Allergen(Allergen::Milk), Presence::Contains);
        let marks: Marks = [milk].into_iter().collect();
        let known = KnownBody::from(&marks);
        assert_eq!((known.contains, known.free_of.len()), (vec![MarkBody::Milk], 0));
        assert_eq!(known.unknown.len(), MarkBody::ALL.len() - 1);
    }

    #[test]
    fn a_mark_is_not_declared_as_both() {
        let declared = |contains, free_of| {
            let mut fields = Fields::default();
            let marks = DeclaredBody { contains, free_of }.read(&mut fields, "/marks");
            fields.check().map(|()| marks).is_ok()
        };
        assert!(declared(vec![MarkBody::Milk], vec![MarkBody::Pork]));
        assert!(!declared(vec![MarkBody::Milk], vec![MarkBody::Milk]));
        assert!(!declared(vec![MarkBody::Milk, MarkBody::Milk], vec![]));
    }
}
