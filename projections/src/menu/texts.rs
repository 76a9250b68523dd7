//! Entries as the document shows them. What they have in common with other answers is called the same.

use chrono::NaiveDate;
use domain::catalog::Channel;
use domain::catalog::availability::Subject;
use domain::catalog::modifier_group::Limits;
use domain::catalog::price_list::{self, Hours, Weekdays};
use domain::identity::branch::{ProfileSource, TaxRegime};
use domain::shared::{BranchId, BusinessDayChange, ModifierGroupId, Money};
use serde::Serialize;
use uuid::Uuid;

use super::sources::Availability;
use crate::catalog::branches::Branch;
use crate::catalog::categories::Category;
use crate::catalog::modifier_groups::ModifierGroup;
use crate::catalog::price_lists::PriceList;
use crate::catalog::stations::Station;

/// An amount of money.
#[derive(Serialize)]
pub(super) struct Amount {
    amount: i64,
    currency: &'static str,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { amount: money.amount(), currency: money.currency().code() }
    }
}

#[derive(Serialize)]
struct Named<'a> {
    id: Uuid,
    name: &'a str,
}

#[derive(Serialize)]
struct BranchText<'a> {
    id: Uuid,
    name: &'a str,
    currency: &'static str,
    time_zone: &'static str,
    cut_off: String,
    business_day_changes: Vec<DayText>,
    tax_regimes: Vec<RegimeText<'a>>,
    stations: Vec<Named<'a>>,
    unavailable: Vec<UnavailableText>,
}

#[derive(Serialize)]
struct DayText {
    from: NaiveDate,
    time_zone: &'static str,
    cut_off: String,
}

#[derive(Serialize)]
struct RegimeText<'a> {
    from: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_profile_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'static str>,
    regime: &'a str,
}

#[derive(Serialize)]
struct UnavailableText {
    kind: &'static str,
    id: Uuid,
    reason: &'static str,
    until: Option<String>,
}

/// A branch with its open `stations` and what it does not sell. Snoozes stay when their time is over, which
/// is no event; so does what is not in the menu.
pub(super) fn branch(
    branch: &Branch,
    stations: &[Station],
    availability: Option<&Availability>,
) -> String {
    let details = &branch.details;
    let day = |change: &BusinessDayChange| DayText {
        from: change.from,
        time_zone: change.day.time_zone.name(),
        cut_off: change.day.cut_off.to_string(),
    };
    let first = details.calendar.first();
    text(&BranchText {
        id: branch.id.uuid(),
        name: details.name.as_str(),
        currency: details.currency.code(),
        time_zone: first.time_zone.name(),
        cut_off: first.cut_off.to_string(),
        business_day_changes: details.calendar.changes().iter().map(day).collect(),
        tax_regimes: details.tax_regimes.all().iter().map(Into::into).collect(),
        stations: stations
            .iter()
            .map(|it| Named { id: it.id.uuid(), name: it.added.name.as_str() })
            .collect(),
        unavailable: availability.map(unavailable).unwrap_or_default(),
    })
}

impl<'a> From<&'a TaxRegime> for RegimeText<'a> {
    fn from(TaxRegime { from, profile, regime }: &'a TaxRegime) -> Self {
        let (tax_profile_id, country) = match profile {
            ProfileSource::Own(id) => (Some(id.uuid()), None),
            ProfileSource::Builtin(country) => (None, Some(country.code())),
        };
        Self { from: *from, tax_profile_id, country, regime: regime.as_str() }
    }
}

/// What is both is not sold.
fn unavailable(availability: &Availability) -> Vec<UnavailableText> {
    let state = &availability.state;
    let of = |subject: Subject, reason, until| {
        let (kind, id) = match subject {
            Subject::Product(id) => ("product", id.uuid()),
            Subject::Variant(id) => ("variant", id.uuid()),
            Subject::Modifier(id) => ("modifier", id.uuid()),
        };
        UnavailableText { kind, id, reason, until }
    };
    let delisted = state.delisted().map(|subject| of(subject, "not_sold", None));
    let snoozed = state
        .snoozed()
        .filter(|(subject, _)| state.delisted().all(|delisted| delisted != *subject))
        .map(|(subject, until)| of(subject, "snoozed", until.map(|it| it.to_rfc3339())));
    delisted.chain(snoozed).collect()
}

#[derive(Serialize)]
struct CategoryText<'a> {
    id: Uuid,
    name: &'a str,
    place: u16,
}

/// A category.
pub(super) fn category(category: &Category) -> String {
    let details = &category.details;
    text(&CategoryText {
        id: category.id.uuid(),
        name: details.name.as_str(),
        place: details.place,
    })
}

/// How many modifiers are chosen.
#[derive(Serialize)]
pub(super) struct LimitsText {
    required: bool,
    min: u16,
    max: u16,
}

impl From<Limits> for LimitsText {
    fn from(Limits { required, min, max }: Limits) -> Self {
        Self { required, min, max }
    }
}

#[derive(Serialize)]
struct GroupText<'a> {
    id: Uuid,
    name: &'a str,
    #[serde(flatten)]
    limits: LimitsText,
    modifiers: Vec<ModifierText<'a>>,
}

#[derive(Serialize)]
struct ModifierText<'a> {
    id: Uuid,
    name: &'a str,
    price: Amount,
    max_quantity: u16,
    default_quantity: u16,
    nested_group_id: Option<Uuid>,
}

/// A modifier group.
pub(super) fn modifier_group(group: &ModifierGroup) -> String {
    let it = &group.details.group;
    let modifiers = it.modifiers.iter().map(|modifier| ModifierText {
        id: modifier.id.uuid(),
        name: modifier.name.as_str(),
        price: modifier.price.into(),
        max_quantity: modifier.max_quantity,
        default_quantity: modifier.default_quantity,
        nested_group_id: modifier.nested.map(ModifierGroupId::uuid),
    });
    text(&GroupText {
        id: group.id.uuid(),
        name: it.name.as_str(),
        limits: it.limits.into(),
        modifiers: modifiers.collect(),
    })
}

#[derive(Serialize)]
struct ListText<'a> {
    id: Uuid,
    name: &'a str,
    conditions: ConditionsText<'a>,
    valid_from: NaiveDate,
    variants: Vec<VariantPriceText>,
    modifiers: Vec<ListedModifierText>,
    revision: u64,
}

#[derive(Serialize)]
struct ConditionsText<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weekdays: Option<&'a Weekdays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<Hours>,
}

#[derive(Serialize)]
struct VariantPriceText {
    product_id: Uuid,
    variant_id: Uuid,
    price: Amount,
}

#[derive(Serialize)]
struct ListedModifierText {
    modifier_group_id: Uuid,
    modifier_id: Uuid,
    price: Amount,
}

/// A price list.
pub(super) fn price_list(list: &PriceList) -> String {
    let it = &list.list;
    let (mut variants, mut modifiers) = (Vec::new(), Vec::new());
    for price_list::Entry { subject, price } in &it.entries {
        let price = (*price).into();
        match subject {
            price_list::Subject::Variant { product, variant } => variants.push(VariantPriceText {
                product_id: product.uuid(),
                variant_id: variant.uuid(),
                price,
            }),
            price_list::Subject::Modifier { group, modifier } => {
                modifiers.push(ListedModifierText {
                    modifier_group_id: group.uuid(),
                    modifier_id: modifier.uuid(),
                    price,
                });
            }
        }
    }
    let conditions = &it.conditions;
    text(&ListText {
        id: list.id.uuid(),
        name: it.name.as_str(),
        conditions: ConditionsText {
            branch_id: conditions.branch.map(BranchId::uuid),
            channel: conditions.channel.as_ref().map(Channel::as_str),
            weekdays: conditions.weekdays.as_ref(),
            hours: conditions.hours,
        },
        valid_from: it.valid_from,
        variants,
        modifiers,
        revision: list.revision.get(),
    })
}

/// The JSON of an entry.
pub(super) fn text(entry: &impl Serialize) -> String {
    serde_json::to_string(entry).expect("entries have no keys but names of fields")
}
