//! What is said of products, from `products.csv`.

use std::collections::HashMap;

use domain::catalog::diet::{Mark, Marks, Presence};
use domain::catalog::product::{Text, Texts};
use domain::shared::{Code, Description, LanguageTag, Name};
use serde::Deserialize;

use super::{READ_BY_A_TEST, lines};

const FILE: &str = include_str!("products.csv");

/// What is said of a product besides its name and its variants.
#[derive(Debug, Default)]
pub(in crate::demo) struct Attributes {
    /// The station where every branch makes it.
    pub(in crate::demo) station: Option<Name>,
    pub(in crate::demo) minutes: Option<u16>,
    /// The modifier groups that it offers.
    pub(in crate::demo) groups: Vec<Name>,
    pub(in crate::demo) tax_class: Option<Code>,
    /// What it contains; of everything else nothing is said.
    pub(in crate::demo) marks: Marks,
    pub(in crate::demo) texts: Texts,
}

#[derive(Deserialize)]
struct Line {
    product: Name,
    station: Option<Name>,
    minutes: Option<u16>,
    /// Separated by semicolons.
    groups: String,
    tax_class: Option<Code>,
    /// Marks, separated by spaces.
    contains: String,
    spanish: String,
    english: String,
}

/// The attributes of the file, by the names of the products.
pub(super) fn embedded() -> HashMap<Name, Attributes> {
    lines(FILE).into_iter().map(|line: Line| (line.product.clone(), line.into())).collect()
}

impl From<Line> for Attributes {
    fn from(line: Line) -> Self {
        let Line { station, minutes, groups, tax_class, contains, spanish, english, .. } = line;
        let groups = groups.split_terminator(';');
        Self {
            station,
            minutes,
            groups: groups.map(|name| Name::parse(name).expect(READ_BY_A_TEST)).collect(),
            tax_class,
            marks: marks(&contains).map(|mark| (mark, Presence::Contains)).collect(),
            texts: [("es", spanish), ("en", english)].into_iter().map(text).collect(),
        }
    }
}

fn text((language, description): (&str, String)) -> (LanguageTag, Text) {
    let language = LanguageTag::parse(language).expect("the constants are tags");
    let parse = |text: String| Description::parse(&text).expect(READ_BY_A_TEST);
    let description = (!description.is_empty()).then(|| parse(description));
    (language, Text { description, ..Text::default() })
}

/// The marks of a cell, by their words.
pub(in crate::demo) fn marks(words: &str) -> impl Iterator<Item = Mark> {
    let mark = |word: &str| {
        let allergen = serde_json::from_value(word.into()).map(Mark::Allergen);
        allergen.or_else(|_| serde_json::from_value(word.into()).map(Mark::Diet))
    };
    words.split_whitespace().map(move |word| mark(word).expect(READ_BY_A_TEST))
}
