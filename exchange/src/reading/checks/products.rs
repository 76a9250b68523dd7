//! Products as they are decided on.

use std::collections::BTreeMap;

use domain::Decider;
use domain::catalog::Product as Aggregate;
use domain::catalog::combo::{self, Combo};
use domain::catalog::modifier_group::{Override, check_override};
use domain::catalog::product::{
    Barcode, Command, Error, GROUPS_MAX, LANGUAGES_MAX, Request, SEARCH_WORDS_MAX, STATIONS_MAX,
    Sku, State, VARIANTS_MAX, VariantRequest,
};
use domain::shared::{CategoryId, ModifierGroupId, ProductId, VariantId};
use uuid::Uuid;

use super::groups::{modifier_id, request as group_request};
use crate::bad_cell::{BadCells, Reason, Rule};
use crate::menu::{Group, Key, OfferedGroup, Product, Slot};
use crate::reading::Reader;
use crate::sheets::{
    COMBOS, PRODUCT_GROUPS, PRODUCT_MODIFIERS, PRODUCT_STATIONS, PRODUCT_TEXTS, PRODUCTS, Sheet,
    VARIANTS,
};

impl Reader<'_> {
    pub(super) fn check_products(&self, bad: &mut BadCells) {
        for (key, product) in &self.menu.products {
            let n_variants = product.variants.len();
            self.check_count(bad, key, (&PRODUCTS, &VARIANTS), (n_variants, VARIANTS_MAX));
            if n_variants == 0 {
                continue;
            }
            self.check_offered_groups(bad, key, product);
            self.check_options(bad, key, product);
            if self.current.products.get(key) == Some(product) {
                continue;
            }
            let add = Command::Add(request(product));
            let refused = Aggregate::decide(&State::Unknown, add).err();
            if let Some((sheet, reason)) = refused.as_ref().and_then(reason) {
                self.note(bad, &[sheet, &PRODUCTS, &VARIANTS], key, reason);
            }
        }
    }

    fn check_options(&self, bad: &mut BadCells, key: &Key, product: &Product) {
        let current = self.current.products.get(key);
        if current.is_some_and(|current| current.is_combo() != product.is_combo()) {
            self.note(bad, &[&COMBOS], key, Reason::Rule(Rule::Kind));
        }
        let options = product.slots.iter().flat_map(|slot| &slot.options);
        for option in options {
            let Some(item) = self.menu.products.get(&option.product) else { continue };
            if item.is_combo() {
                self.note(bad, &[&COMBOS], key, Reason::Rule(Rule::ComboOfCombos));
            }
            let currencies = (currency(item), currency(product));
            if currencies.0 != currencies.1 && !item.variants.is_empty() {
                self.note(bad, &[&COMBOS], key, Reason::MixedCurrencies);
            }
        }
    }

    fn check_offered_groups(&self, bad: &mut BadCells, key: &Key, product: &Product) {
        let sheets = [&PRODUCT_MODIFIERS, &PRODUCT_GROUPS];
        for offered in &product.groups {
            let Some(group) = self.menu.groups.get(&offered.group) else { continue };
            let mut prices = group.modifiers.iter().map(|modifier| modifier.price.currency());
            if prices.any(|of_group| Some(of_group) != currency(product)) {
                self.note(bad, &sheets, key, Reason::MixedCurrencies);
            }
            if !is_possible(offered, group) {
                self.note(bad, &sheets, key, Reason::Rule(Rule::Override));
            }
        }
    }

    /// Notes stock keeping units and barcodes that two variants of the company have.
    pub(super) fn check_codes(&self, bad: &mut BadCells) {
        let mut skus: BTreeMap<String, (&Key, usize)> = BTreeMap::new();
        let mut barcodes = skus.clone();
        for (key, product) in &self.menu.products {
            for (index, variant) in product.variants.iter().enumerate() {
                let this = (key, index);
                let sku = variant.sku.as_ref().map(Sku::key);
                let sku = sku.and_then(|sku| skus.insert(sku, this));
                let barcode = variant.barcode.as_ref().map(Barcode::key);
                let barcode = barcode.and_then(|barcode| barcodes.insert(barcode, this));
                for (other, _) in sku.into_iter().chain(barcode) {
                    let named = if self.named.has(&VARIANTS, key) { key } else { other };
                    self.note(bad, &[&VARIANTS], named, Reason::Rule(Rule::CodeTaken));
                }
            }
        }
    }
}

fn currency(product: &Product) -> Option<domain::shared::Currency> {
    product.variants.first().map(|variant| variant.price.currency())
}

/// Whether the group can be chosen as the product offers it.
fn is_possible(offered: &OfferedGroup, group: &Group) -> bool {
    let Ok(decided) = group_request(group).group(&[]) else { return true };
    check_override(&changes(offered, group), &decided).is_ok()
}

fn changes(offered: &OfferedGroup, group: &Group) -> Override {
    let mut decided = Override::none(ModifierGroupId::from_uuid(Uuid::nil()));
    decided.limits = offered.limits;
    for (index, modifier) in group.modifiers.iter().enumerate() {
        let Some(changed) = offered.modifiers.get(&Key::from(&modifier.name)) else { continue };
        let id = modifier_id(index);
        if changed.is_hidden {
            decided.hidden.insert(id);
        }
        decided.prices.extend(changed.price.map(|price| (id, price)));
        decided.defaults.extend(changed.default_quantity.map(|quantity| (id, quantity)));
    }
    decided
}

/// The product as it is decided on. What it refers to is checked by names, so that ids are made up.
fn request(product: &Product) -> Request {
    let variants = product.variants.iter().enumerate().map(|(index, variant)| VariantRequest {
        id: None,
        id_if_new: VariantId::from_uuid(Uuid::from_u128(index as u128)),
        name: variant.name.clone(),
        price: variant.price,
        recipe_multiplier: variant.recipe_multiplier,
        sku: variant.sku.clone(),
        barcode: variant.barcode.clone(),
    });
    let category = CategoryId::from_uuid(Uuid::nil());
    let combo = Combo { slots: product.slots.iter().map(slot).collect() };
    let groups = product.groups.iter().enumerate();
    let group =
        |(index, _)| Override::none(ModifierGroupId::from_uuid(Uuid::from_u128(index as u128)));
    Request {
        combo: product.is_combo().then_some(combo),
        groups: groups.map(group).collect(),
        texts: product.texts.clone(),
        ..Request::new(product.name.clone(), category, variants.collect())
    }
}

fn slot(slot: &Slot) -> combo::Slot {
    let options = slot.options.iter().enumerate().map(|(index, option)| combo::SlotOption {
        product: ProductId::from_uuid(Uuid::nil()),
        variant: VariantId::from_uuid(Uuid::from_u128(index as u128)),
        upcharge: option.upcharge,
    });
    combo::Slot { name: slot.name.clone(), pieces: slot.pieces, options: options.collect() }
}

/// The sheet whose rows are refused, and why. What single rows say was checked with them.
fn reason(error: &Error) -> Option<(&'static Sheet, Reason)> {
    Some(match error {
        Error::NoBaseVariant => (&VARIANTS, Reason::Rule(Rule::NoBaseVariant)),
        Error::UpchargeCurrency { .. } => (&COMBOS, Reason::MixedCurrencies),
        Error::Combo(combo::Error::SlotCount { .. }) => {
            (&COMBOS, Reason::TooMany { max: combo::SLOTS_MAX })
        }
        Error::Combo(combo::Error::OptionCount { .. }) => {
            (&COMBOS, Reason::TooMany { max: combo::OPTIONS_MAX })
        }
        Error::GroupCount { .. } => (&PRODUCT_GROUPS, Reason::TooMany { max: GROUPS_MAX }),
        Error::StationCount { .. } => (&PRODUCT_STATIONS, Reason::TooMany { max: STATIONS_MAX }),
        Error::LanguageCount { .. } => (&PRODUCT_TEXTS, Reason::TooMany { max: LANGUAGES_MAX }),
        Error::SearchWords { .. } => (&PRODUCT_TEXTS, Reason::TooMany { max: SEARCH_WORDS_MAX }),
        _ => return None,
    })
}
