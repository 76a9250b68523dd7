//! Whether a product is complete in itself.

use std::collections::BTreeSet;

use super::error::{GROUPS_MAX, STATIONS_MAX};
use super::{
    Details, Error, LANGUAGES_MAX, PREPARATION_MINUTES_MAX, SEARCH_WORDS_MAX, Texts, VARIANTS_MAX,
    Variant,
};
use crate::catalog::combo::Combo;
use crate::catalog::modifier_group::Override;
use crate::shared::money::PRICE_MAX;
use crate::shared::{Currency, Name};

pub(super) fn check(details: &Details) -> Result<(), Error> {
    check_variants(&details.variants)?;
    let currency = details.variants[0].price.currency();
    if details.base_variant().is_none() {
        return Err(Error::NoBaseVariant);
    }
    if let Some(combo) = &details.combo {
        check_combo(combo, currency)?;
    }
    check_groups(&details.groups, currency)?;
    if details.stations.len() > STATIONS_MAX {
        return Err(Error::StationCount { given: details.stations.len() });
    }
    match details.preparation_minutes {
        Some(given) if !(1..=PREPARATION_MINUTES_MAX).contains(&given) => {
            Err(Error::PreparationMinutes { given })
        }
        _ => check_texts(&details.texts),
    }
}

fn check_variants(variants: &[Variant]) -> Result<(), Error> {
    if variants.is_empty() || variants.len() > VARIANTS_MAX {
        return Err(Error::VariantCount { given: variants.len() });
    }
    for (index, variant) in variants.iter().enumerate() {
        if !variant.price.is_positive() {
            return Err(Error::PriceNotPositive { index });
        }
        if variant.price.amount() > PRICE_MAX {
            return Err(Error::PriceTooHigh { index });
        }
        if variant.price.currency() != variants[0].price.currency() {
            return Err(Error::MixedCurrencies { index });
        }
        check_unlike(&variants[..index], variant, index)?;
    }
    Ok(())
}

/// Checks that a variant has nothing in common with earlier ones by which variants are told apart.
fn check_unlike(earlier: &[Variant], variant: &Variant, index: usize) -> Result<(), Error> {
    let any = |is_like: &dyn Fn(&Variant) -> bool| earlier.iter().any(is_like);
    if any(&|it| it.id == variant.id || it.name.fold_v1() == variant.name.fold_v1()) {
        return Err(Error::VariantRepeated { index });
    }
    let sku = |it: &Variant| it.sku.as_ref().map(super::Sku::key);
    if variant.sku.is_some() && any(&|it| sku(it) == sku(variant)) {
        return Err(Error::SkuRepeated { index });
    }
    let barcode = |it: &Variant| it.barcode.as_ref().map(super::Barcode::key);
    if variant.barcode.is_some() && any(&|it| barcode(it) == barcode(variant)) {
        return Err(Error::BarcodeRepeated { index });
    }
    Ok(())
}

fn check_combo(combo: &Combo, currency: Currency) -> Result<(), Error> {
    combo.check()?;
    for (slot, option, it) in combo.options() {
        if it.upcharge.currency() != currency {
            return Err(Error::UpchargeCurrency { slot, option });
        }
    }
    Ok(())
}

fn check_groups(groups: &[Override], currency: Currency) -> Result<(), Error> {
    if groups.len() > GROUPS_MAX {
        return Err(Error::GroupCount { given: groups.len() });
    }
    for (index, offered) in groups.iter().enumerate() {
        if groups[..index].iter().any(|earlier| earlier.group == offered.group) {
            return Err(Error::GroupRepeated { index });
        }
        if offered.prices.values().any(|price| price.currency() != currency) {
            return Err(Error::GroupCurrency { index });
        }
    }
    Ok(())
}

fn check_texts(texts: &Texts) -> Result<(), Error> {
    if texts.len() > LANGUAGES_MAX {
        return Err(Error::LanguageCount { given: texts.len() });
    }
    for (language, text) in texts.iter() {
        let words = &text.search_words;
        let different: BTreeSet<String> = words.iter().map(Name::fold_v2).collect();
        if words.len() > SEARCH_WORDS_MAX || different.len() < words.len() {
            return Err(Error::SearchWords { language: language.clone() });
        }
    }
    Ok(())
}
