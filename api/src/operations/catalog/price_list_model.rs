//! Bodies of price lists.

use chrono::NaiveDate;
use domain::catalog::Channel;
use domain::catalog::price_list::{Conditions, Entry, Hours, List, Subject, Weekday, Weekdays};
use domain::shared::{
    BranchId, ModifierGroupId, ModifierId, Name, PriceListId, ProductId, VariantId,
};
use poem_openapi::Object;
use projections::catalog::price_lists::{PriceList, PriceListHead};
use serde::Serialize;
use uuid::Uuid;

use crate::operations::fields::Fields;
use crate::operations::model::{ListPriceBody, MoneyBody, mirrored};

mirrored! {
    /// A day of the week.
    WeekdayBody of Weekday as "Weekday" {
        /// Monday.
        Monday,
        /// Tuesday.
        Tuesday,
        /// Wednesday.
        Wednesday,
        /// Thursday.
        Thursday,
        /// Friday.
        Friday,
        /// Saturday.
        Saturday,
        /// Sunday.
        Sunday,
    }
}

/// When and where a price list holds: what is left out is no limit.
#[derive(Default, Object, Serialize)]
#[oai(rename = "PriceListConditions")]
pub(super) struct ConditionsBody {
    /// The branch that it holds in.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_id: Option<Uuid>,
    /// The channel, by its code, that orders come from.
    #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    /// The days of the week. With hours, those on which the hours begin; without, those of the business
    /// date.
    #[oai(validator(min_items = 1, max_items = 7))]
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    weekdays: Option<Vec<WeekdayBody>>,
    /// The hours.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<HoursBody>,
}

/// Hours of the branch's clock. If they end before they begin, they end the day after.
#[derive(Object, Serialize)]
#[oai(rename = "Hours")]
struct HoursBody {
    /// When they begin.
    #[oai(validator(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    from: String,
    /// When they end, this minute not among them; another time than they begin.
    #[oai(validator(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    until: String,
}

/// What a price list is like.
#[derive(Object)]
pub(super) struct PriceListDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// When and where it holds.
    #[oai(default)]
    conditions: ConditionsBody,
    /// The first business date on which it holds.
    valid_from: NaiveDate,
    /// Its prices of variants. With those of modifiers 1 to 5,000, each thing once, all in one currency.
    #[oai(validator(max_items = 5000))]
    variants: Vec<VariantPriceDetails>,
    /// Its prices of modifiers.
    #[oai(default, validator(max_items = 5000))]
    modifiers: Vec<ModifierPriceDetails>,
}

/// The price of a variant in a list.
#[derive(Object)]
struct VariantPriceDetails {
    /// The product.
    product_id: Uuid,
    /// Its variant.
    variant_id: Uuid,
    /// What one piece costs.
    price: ListPriceBody,
}

/// The price of a modifier in a list, with whatever product it is chosen.
#[derive(Object)]
#[oai(rename = "ListedModifierPriceDetails")]
struct ModifierPriceDetails {
    /// The group.
    modifier_group_id: Uuid,
    /// Its modifier.
    modifier_id: Uuid,
    /// What it costs once.
    price: ListPriceBody,
}

/// A list of prices in place of those of the menu.
#[derive(Object, Serialize)]
#[oai(rename = "PriceList")]
pub(super) struct PriceListBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// When and where it holds.
    conditions: ConditionsBody,
    /// The first business date on which it holds.
    valid_from: NaiveDate,
    /// Its prices of variants, by product.
    variants: Vec<VariantPriceBody>,
    /// Its prices of modifiers, by group.
    modifiers: Vec<ModifierPriceBody>,
    /// Whether it holds; a draft and a withdrawn list do not.
    is_published: bool,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// A price list without its prices.
#[derive(Object, Serialize)]
#[oai(rename = "PriceListHead")]
pub(super) struct PriceListHeadBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// When and where it holds.
    conditions: ConditionsBody,
    /// The first business date on which it holds.
    valid_from: NaiveDate,
    /// How many prices it has.
    price_count: u32,
    /// Whether it holds; a draft and a withdrawn list do not.
    is_published: bool,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// The price of a variant in a list.
#[derive(Object, Serialize)]
#[oai(rename = "VariantPrice")]
pub(super) struct VariantPriceBody {
    /// The product.
    product_id: Uuid,
    /// Its variant.
    variant_id: Uuid,
    /// What one piece costs.
    price: MoneyBody,
}

/// The price of a modifier in a list.
#[derive(Object, Serialize)]
#[oai(rename = "ListedModifierPrice")]
pub(super) struct ModifierPriceBody {
    /// The group.
    modifier_group_id: Uuid,
    /// Its modifier.
    modifier_id: Uuid,
    /// What it costs once.
    price: MoneyBody,
}

impl PriceListDetails {
    /// The list as the command takes it, variants before modifiers; mistakes are in `fields`.
    pub(super) fn read(&self, fields: &mut Fields) -> Option<List> {
        let name = fields.name("/name", &self.name);
        let conditions = self.conditions.read(fields);
        let variants = self.variants.iter().enumerate().filter_map(|(index, it)| {
            let price = it.price.read(fields, &format!("/variants/{index}/price"))?;
            let product = ProductId::from_uuid(it.product_id);
            let variant = VariantId::from_uuid(it.variant_id);
            Some(Entry { subject: Subject::Variant { product, variant }, price })
        });
        let mut entries: Vec<Entry> = variants.collect();
        for (index, it) in self.modifiers.iter().enumerate() {
            let price = it.price.read(fields, &format!("/modifiers/{index}/price"));
            let group = ModifierGroupId::from_uuid(it.modifier_group_id);
            let modifier = ModifierId::from_uuid(it.modifier_id);
            let subject = Subject::Modifier { group, modifier };
            entries.extend(price.map(|price| Entry { subject, price }));
        }
        Some(List { name: name?, conditions, valid_from: self.valid_from, entries })
    }

    /// How many of the prices are of variants.
    pub(super) fn variant_count(&self) -> usize {
        self.variants.len()
    }
}

impl ConditionsBody {
    fn read(&self, fields: &mut Fields) -> Conditions {
        let channel = self.channel.as_ref();
        let channel = channel.and_then(|text| fields.code("/conditions/channel", text));
        let days = self.weekdays.as_ref().map(|days| days.iter().copied().map(Weekday::from));
        Conditions {
            branch: self.branch_id.map(BranchId::from_uuid),
            channel: channel.map(Channel::from),
            // A list without a day is refused by the schema.
            weekdays: days.and_then(|days| Weekdays::try_new(days).ok()),
            hours: self.hours.as_ref().and_then(|hours| hours.read(fields)),
        }
    }
}

impl HoursBody {
    fn read(&self, fields: &mut Fields) -> Option<Hours> {
        let from = fields.clock_time("/conditions/hours/from", &self.from);
        let until = fields.clock_time("/conditions/hours/until", &self.until);
        let hours = Hours::try_new(from?, until?).ok();
        if hours.is_none() {
            let words =
                ("debe ser distinta de la hora en que empieza", "must not be when they begin");
            fields.wrong("/conditions/hours/until", "range", words);
        }
        hours
    }
}

impl From<Conditions> for ConditionsBody {
    fn from(Conditions { branch, channel, weekdays, hours }: Conditions) -> Self {
        let days = |days: Weekdays| {
            let days = Weekday::ALL.into_iter().filter(move |day| days.contains(*day));
            days.map(Into::into).collect()
        };
        Self {
            branch_id: branch.map(BranchId::uuid),
            channel: channel.map(|channel| channel.to_string()),
            weekdays: weekdays.map(days),
            hours: hours.map(Into::into),
        }
    }
}

impl From<Hours> for HoursBody {
    fn from(hours: Hours) -> Self {
        Self { from: hours.from().into(), until: hours.until().into() }
    }
}

impl From<PriceList> for PriceListBody {
    fn from(PriceList { id, list, is_published, revision }: PriceList) -> Self {
        let (mut variants, mut modifiers) = (Vec::new(), Vec::new());
        for Entry { subject, price } in list.entries {
            let price = price.into();
            match subject {
                Subject::Variant { product, variant } => variants.push(VariantPriceBody {
                    product_id: product.uuid(),
                    variant_id: variant.uuid(),
                    price,
                }),
                Subject::Modifier { group, modifier } => modifiers.push(ModifierPriceBody {
                    modifier_group_id: group.uuid(),
                    modifier_id: modifier.uuid(),
                    price,
                }),
            }
        }
        Self {
            id: id.uuid(),
            name: list.name.into(),
            conditions: list.conditions.into(),
            valid_from: list.valid_from,
            variants,
            modifiers,
            is_published,
            revision: revision.get(),
        }
    }
}

impl From<PriceListHead> for PriceListHeadBody {
    fn from(head: PriceListHead) -> Self {
        Self {
            id: PriceListId::uuid(head.id),
            name: Name::into(head.name),
            conditions: head.conditions.into(),
            valid_from: head.valid_from,
            price_count: head.price_count,
            is_published: head.is_published,
            revision: head.revision.get(),
        }
    }
}
