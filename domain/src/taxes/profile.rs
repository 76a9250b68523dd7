//! A tax profile: class of the product × regime of the branch × date gives taxes.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Tax, Taxes};
use crate::shared::{Code, Name};

/// The most regimes, and the most classes, of a profile.
pub const TERMS_MAX: usize = 50;
/// The most rules of a profile.
pub const RULES_MAX: usize = 2_000;
/// The most taxes of a rule.
pub const TAXES_MAX: usize = 8;

/// The taxes of a country, or of a company of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// The regimes that a branch can be under.
    pub regimes: Vec<Term>,
    /// The classes that a product can be of. The first is that of products without a class.
    pub classes: Vec<Term>,
    /// Whether what is given away keeps its tax base.
    pub comp_keeps_base: bool,
    /// What is taxed how, and from when on.
    pub rules: Vec<Rule>,
}

/// A regime or a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// Its code.
    pub code: Code,
    /// What people call it.
    pub name: Name,
}

/// The taxes of a class under a regime, from a date until the next rule for both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// The regime of the branch.
    pub regime: Code,
    /// The class of the product.
    pub class: Code,
    /// The first business date.
    pub from: NaiveDate,
    /// The taxes in the order in which they share what is rounded; none if the class is excluded.
    pub taxes: Vec<Tax>,
}

/// Why a profile is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// There are no regimes, or too many.
    #[error("a profile has 1 to {TERMS_MAX} regimes, not {given}")]
    RegimeCount {
        /// How many were given.
        given: usize,
    },
    /// There are no classes, or too many.
    #[error("a profile has 1 to {TERMS_MAX} classes, not {given}")]
    ClassCount {
        /// How many were given.
        given: usize,
    },
    /// There are no rules, or too many.
    #[error("a profile has 1 to {RULES_MAX} rules, not {given}")]
    RuleCount {
        /// How many were given.
        given: usize,
    },
    /// Two regimes have one code.
    #[error("regime {index} repeats the code of an earlier one")]
    RegimeRepeated {
        /// The index of the later regime, from 0.
        index: usize,
    },
    /// Two classes have one code.
    #[error("class {index} repeats the code of an earlier one")]
    ClassRepeated {
        /// The index of the later class, from 0.
        index: usize,
    },
    /// A rule is about a regime that the profile does not have.
    #[error("rule {index} names no regime of the profile")]
    UnknownRegime {
        /// The index of the rule, from 0.
        index: usize,
    },
    /// A rule is about a class that the profile does not have.
    #[error("rule {index} names no class of the profile")]
    UnknownClass {
        /// The index of the rule, from 0.
        index: usize,
    },
    /// Two rules hold for the same regime and class from the same date.
    #[error("rule {index} repeats the regime, class and date of an earlier one")]
    RuleRepeated {
        /// The index of the later rule, from 0.
        index: usize,
    },
    /// A rule has too many taxes.
    #[error("rule {index} has at most {TAXES_MAX} taxes, not {given}")]
    TaxCount {
        /// The index of the rule, from 0.
        index: usize,
        /// How many were given.
        given: usize,
    },
    /// A rule has one tax twice.
    #[error("tax {tax} of rule {index} repeats the code of an earlier one")]
    TaxRepeated {
        /// The index of the rule, from 0.
        index: usize,
        /// The index of the later tax, from 0.
        tax: usize,
    },
}

impl Profile {
    /// The taxes of a class under a regime on a business date; none if the profile says nothing of
    /// them on that date, which is not the same as no taxes.
    pub fn taxes(&self, class: &Code, regime: &Code, date: NaiveDate) -> Option<Taxes> {
        let holds =
            |rule: &&Rule| rule.class == *class && rule.regime == *regime && rule.from <= date;
        let rule = self.rules.iter().filter(holds).max_by_key(|rule| rule.from)?;
        Some(Taxes { taxes: rule.taxes.clone(), comp_keeps_base: self.comp_keeps_base })
    }

    /// Whether it has a regime.
    pub fn has_regime(&self, regime: &Code) -> bool {
        self.regimes.iter().any(|term| term.code == *regime)
    }

    /// Whether it has a class.
    pub fn has_class(&self, class: &Code) -> bool {
        self.classes.iter().any(|term| term.code == *class)
    }

    /// Checks that the profile is complete in itself.
    pub fn check(&self) -> Result<(), ProfileError> {
        let Self { regimes, classes, rules, .. } = self;
        if regimes.is_empty() || regimes.len() > TERMS_MAX {
            return Err(ProfileError::RegimeCount { given: regimes.len() });
        }
        if classes.is_empty() || classes.len() > TERMS_MAX {
            return Err(ProfileError::ClassCount { given: classes.len() });
        }
        if rules.is_empty() || rules.len() > RULES_MAX {
            return Err(ProfileError::RuleCount { given: rules.len() });
        }
        if let Some(index) = repeated(regimes, |term| &term.code) {
            return Err(ProfileError::RegimeRepeated { index });
        }
        if let Some(index) = repeated(classes, |term| &term.code) {
            return Err(ProfileError::ClassRepeated { index });
        }
        if let Some(index) = repeated(rules, |rule| (&rule.regime, &rule.class, rule.from)) {
            return Err(ProfileError::RuleRepeated { index });
        }
        (0..rules.len()).try_for_each(|index| self.check_rule(index))
    }

    fn check_rule(&self, index: usize) -> Result<(), ProfileError> {
        let Rule { regime, class, taxes, .. } = &self.rules[index];
        if !self.has_regime(regime) {
            return Err(ProfileError::UnknownRegime { index });
        }
        if !self.has_class(class) {
            return Err(ProfileError::UnknownClass { index });
        }
        if taxes.len() > TAXES_MAX {
            return Err(ProfileError::TaxCount { index, given: taxes.len() });
        }
        let tax = repeated(taxes, |tax| &tax.code);
        tax.map_or(Ok(()), |tax| Err(ProfileError::TaxRepeated { index, tax }))
    }
}

/// The index of the first item whose key an earlier one has.
fn repeated<'a, T, K: Ord>(items: &'a [T], key: impl Fn(&'a T) -> K) -> Option<usize> {
    let mut seen = std::collections::BTreeSet::new();
    items.iter().position(|item| !seen.insert(key(item)))
}

#[cfg(test)]
mod tests;
