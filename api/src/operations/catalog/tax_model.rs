//! Bodies of tax profiles.

use chrono::{DateTime, NaiveDate, Utc};
use domain::shared::{Name, Rate};
use domain::taxes::builtin::{Builtin, Country};
use domain::taxes::profile::Term;
use domain::taxes::{Profile, Rule, Tax};
use poem_openapi::{Enum, Object};
use projections::catalog::tax_profiles::{TaxProfile, TaxProfileHead};
use serde::Serialize;
use uuid::Uuid;

use crate::operations::fields::Fields;
use crate::operations::model::InclusionBody;
use crate::operations::moment;

/// A country that FastOps has a tax profile for, by its ISO 3166 code.
#[derive(Debug, Clone, Copy, Enum, Serialize)]
#[oai(rename = "TaxCountry", rename_all = "UPPERCASE")]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum CountryBody {
    /// Colombia.
    Co,
}

/// A tax profile to be published.
#[derive(Object)]
pub(super) struct TaxProfileDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// The taxes.
    profile: ProfileBody,
}

/// Which taxes are to be paid: class of the product × regime of the branch × date.
#[derive(Object, Serialize)]
#[oai(rename = "Taxes")]
struct ProfileBody {
    /// The regimes that a branch can be under. A later version has them too.
    #[oai(validator(min_items = 1, max_items = 50))]
    regimes: Vec<TermBody>,
    /// The classes that a product can be of; the first is that of products without one. A later version
    /// has them too.
    #[oai(validator(min_items = 1, max_items = 50))]
    classes: Vec<TermBody>,
    /// Whether what is given away keeps its tax base.
    comp_keeps_base: bool,
    /// What is taxed how, and from when on.
    #[oai(validator(min_items = 1, max_items = 2000))]
    rules: Vec<RuleBody>,
}

/// A regime or a class.
#[derive(Object, Serialize)]
#[oai(rename = "TaxTerm")]
struct TermBody {
    /// Its code.
    #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
    code: String,
    /// What people call it.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
}

/// The taxes of a class under a regime, from a date until that of the next rule for both.
#[derive(Object, Serialize)]
#[oai(rename = "TaxRule")]
struct RuleBody {
    /// The regime of the branch.
    #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
    regime: String,
    /// The class of the product.
    #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
    class: String,
    /// The first business date.
    from: NaiveDate,
    /// The taxes, each code once; none if the class is excluded, which is something else than a rate of
    /// zero.
    #[oai(validator(max_items = 8))]
    taxes: Vec<TaxBody>,
}

/// A tax.
#[derive(Object, Serialize)]
#[oai(rename = "Tax")]
struct TaxBody {
    /// Its code, by which amounts are reported.
    #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
    code: String,
    /// Its rate in millionths: 80000 is 8 %.
    #[oai(validator(maximum(value = "1000000")))]
    rate: u32,
    /// Whether prices include it.
    inclusion: InclusionBody,
}

/// A tax profile of the company in a version.
#[derive(Object, Serialize)]
#[oai(rename = "TaxProfile")]
pub(super) struct TaxProfileBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// 1, 2, 3 …
    version: u32,
    /// When the version was published.
    #[serde(with = "moment")]
    published_at: DateTime<Utc>,
    /// The taxes.
    profile: ProfileBody,
    /// Its revision after this version, as in `ETag`.
    revision: u64,
}

/// A version of a tax profile without the taxes.
#[derive(Object, Serialize)]
#[oai(rename = "TaxProfileHead")]
pub(super) struct TaxProfileHeadBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// 1, 2, 3 …
    version: u32,
    /// When the version was published.
    #[serde(with = "moment")]
    published_at: DateTime<Utc>,
    /// Its revision after this version, as in `ETag`.
    revision: u64,
}

/// A tax profile that comes with FastOps.
#[derive(Object, Serialize)]
#[oai(rename = "BuiltInTaxProfile")]
pub(super) struct BuiltInTaxProfileBody {
    /// The country.
    country: CountryBody,
    /// Raised with every change.
    version: u32,
    /// What it rests on, and what an accountant has to confirm.
    sources: Vec<String>,
    /// The taxes.
    profile: ProfileBody,
}

impl TaxProfileDetails {
    /// Name and taxes as the command takes them; mistakes are in `fields`.
    pub(super) fn read(&self, fields: &mut Fields) -> Option<(Name, Profile)> {
        let name = fields.name("/name", &self.name);
        let regimes = terms(fields, "/profile/regimes", &self.profile.regimes);
        let classes = terms(fields, "/profile/classes", &self.profile.classes);
        let rules = self.profile.rules.iter().enumerate();
        let rules = rules.filter_map(|(index, rule)| rule.read(fields, index)).collect();
        let comp_keeps_base = self.profile.comp_keeps_base;
        Some((name?, Profile { regimes, classes, comp_keeps_base, rules }))
    }
}

fn terms(fields: &mut Fields, at: &str, bodies: &[TermBody]) -> Vec<Term> {
    let mut term = |(index, body): (usize, &TermBody)| {
        let code = fields.code(&format!("{at}/{index}/code"), &body.code);
        let name = fields.name(&format!("{at}/{index}/name"), &body.name);
        Some(Term { code: code?, name: name? })
    };
    bodies.iter().enumerate().filter_map(&mut term).collect()
}

impl RuleBody {
    fn read(&self, fields: &mut Fields, index: usize) -> Option<Rule> {
        let at = format!("/profile/rules/{index}");
        let regime = fields.code(&format!("{at}/regime"), &self.regime);
        let class = fields.code(&format!("{at}/class"), &self.class);
        let taxes = self.taxes.iter().enumerate();
        let taxes = taxes.filter_map(|(n, tax)| tax.read(fields, &format!("{at}/taxes/{n}")));
        let taxes = taxes.collect();
        Some(Rule { regime: regime?, class: class?, from: self.from, taxes })
    }
}

impl TaxBody {
    fn read(&self, fields: &mut Fields, at: &str) -> Option<Tax> {
        let code = fields.code(&format!("{at}/code"), &self.code);
        let rate = Rate::try_from_millionths(self.rate).ok();
        if rate.is_none() {
            let words = ("debe ser como máximo 1000000", "must be at most 1000000");
            fields.wrong(&format!("{at}/rate"), "maximum", words);
        }
        Some(Tax { code: code?, rate: rate?, inclusion: self.inclusion.into() })
    }
}

impl From<Country> for CountryBody {
    fn from(country: Country) -> Self {
        match country {
            Country::Colombia => Self::Co,
        }
    }
}

impl From<CountryBody> for Country {
    fn from(country: CountryBody) -> Self {
        match country {
            CountryBody::Co => Self::Colombia,
        }
    }
}

impl From<Profile> for ProfileBody {
    fn from(Profile { regimes, classes, comp_keeps_base, rules }: Profile) -> Self {
        Self {
            regimes: regimes.into_iter().map(Into::into).collect(),
            classes: classes.into_iter().map(Into::into).collect(),
            comp_keeps_base,
            rules: rules.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Term> for TermBody {
    fn from(Term { code, name }: Term) -> Self {
        Self { code: code.into(), name: name.into() }
    }
}

impl From<Rule> for RuleBody {
    fn from(Rule { regime, class, from, taxes }: Rule) -> Self {
        let taxes = taxes.into_iter().map(Into::into).collect();
        Self { regime: regime.into(), class: class.into(), from, taxes }
    }
}

impl From<Tax> for TaxBody {
    fn from(Tax { code, rate, inclusion }: Tax) -> Self {
        Self { code: code.into(), rate: rate.millionths(), inclusion: inclusion.into() }
    }
}

impl From<TaxProfile> for TaxProfileBody {
    fn from(version: TaxProfile) -> Self {
        Self {
            id: version.id.uuid(),
            name: version.name.into(),
            version: version.version,
            published_at: version.published_at,
            profile: version.profile.into(),
            revision: version.revision.get(),
        }
    }
}

impl From<TaxProfileHead> for TaxProfileHeadBody {
    fn from(head: TaxProfileHead) -> Self {
        Self {
            id: head.id.uuid(),
            name: head.name.into(),
            version: head.version,
            published_at: head.published_at,
            revision: head.revision.get(),
        }
    }
}

impl From<&Builtin> for BuiltInTaxProfileBody {
    fn from(builtin: &Builtin) -> Self {
        Self {
            country: builtin.country.into(),
            version: builtin.version,
            sources: builtin.sources.clone(),
            profile: builtin.profile.clone().into(),
        }
    }
}
