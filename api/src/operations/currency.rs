//! Currencies in bodies. The document lists all codes.

use std::borrow::Cow;

use domain::shared::Currency;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::Serialize;
use serde_json::Value;

const NAME: &str = "Currency";

/// A currency by its code.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(transparent)]
pub(super) struct CurrencyBody(pub(super) Currency);

impl Type for CurrencyBody {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        NAME.into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(NAME.to_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>(NAME.to_owned(), |_| MetaSchema {
            description: Some(
                "A currency of ISO 4217. Amounts are in its minor unit: two decimals of most currencies, \
                 three of BHD, IQD, JOD, KWD, LYD, OMR and TND, four of CLF and UYW, none of BIF, CLP, \
                 DJF, GNF, ISK, JPY, KMF, KRW, PYG, RWF, UGX, UYI, VND, VUV, XAF, XOF and XPF.",
            ),
            enum_items: Currency::ALL.iter().map(|currency| currency.code().into()).collect(),
            ..MetaSchema::new("string")
        });
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromJSON for CurrencyBody {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        let value = value.unwrap_or_default();
        match value.as_str() {
            Some(code) => code.parse().map(Self).map_err(ParseError::custom),
            None => Err(ParseError::expected_type(value)),
        }
    }
}

impl ToJSON for CurrencyBody {
    fn to_json(&self) -> Option<Value> {
        Some(self.0.code().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_of_each_currency_what_its_minor_unit_is() {
        let mut registry = Registry::new();
        CurrencyBody::register(&mut registry);
        let text = registry.schemas[NAME].description.unwrap();
        for currency in Currency::ALL {
            let is_named = text.contains(currency.code());
            assert_eq!(is_named, currency.decimals() != 2, "{currency}");
        }
        for (word, decimals) in [("three of BHD", 3), ("four of CLF", 4), ("none of BIF", 0)] {
            let code: Currency = word.rsplit(' ').next().unwrap().parse().unwrap();
            assert!(text.contains(word) && code.decimals() == decimals, "{word}");
        }
    }
}
