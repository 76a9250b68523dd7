//! Values that fill one column: as what they are bound, and how they are read.

use std::collections::{BTreeMap, BTreeSet};
use std::num::ParseIntError;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::catalog::availability;
use domain::catalog::combo::Combo;
use domain::catalog::diet::Marks;
use domain::catalog::modifier_group::{Modifier, Override};
use domain::catalog::price_list::{Conditions, Entry};
use domain::catalog::product::{Image, Texts, Variant};
use domain::catalog::{Channel, channels};
use domain::identity::branch::{TaxRegime, TaxRegimes};
use domain::inventory::recipe::Portion;
use domain::inventory::{BaseUnit, OnShortage, PaymentTerms};
use domain::orders::order::{CancelReason, PaymentMethod};
use domain::orders::{OrderType, Status};
use domain::pricing::TaxAmount;
use domain::shared::{
    Address, BranchId, BusinessDayChange, CategoryId, Code, Currency, CutOff, DeviceId, EventId,
    ModifierGroupId, ModifierId, Money, MoneySum, Name, OrderId, PaymentId, PriceListId, ProductId,
    RoleId, StationId, StockItemId, StockQuantity, SupplierId, TaxProfileId, UserId, VariantId,
};
use domain::taxes::{Inclusion, Profile};
use event_store::Revision;
use serde::Serialize;
use serde::de::value::StringDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgBindIterExt, PgRow};
use sqlx::types::Json;
use sqlx::{Arguments, Row};
use uuid::Uuid;

use super::{Column, FromColumns, ToColumns};
use crate::catalog::availability::Kind;
use crate::identity::graph::Graph;
use crate::identity::history::Change;
use crate::inventory::kardex::Reason;
use crate::orders::order_line::OrderLine;

/// What is written as elements of an array of the type that is named first, cast to the second.
macro_rules! written {
    ($($value:ty: $element:literal $(as $cast:literal)?, $write:expr;)+) => {$(
        impl ToColumns for $value {
            fn columns(name: &'static str, columns: &mut Vec<Column>) {
                let cast = [$($cast)?].first().copied();
                columns.push(Column { name, element: $element, cast });
            }

            fn bind<'a>(
                values: impl Iterator<Item = &'a Self> + Clone,
                arguments: &mut PgArguments,
            ) -> Result<(), BoxDynError> {
                Arguments::add(arguments, values.map($write).bind_iter())
            }
        }

        impl ToColumns for Option<$value> {
            fn columns(name: &'static str, columns: &mut Vec<Column>) {
                <$value>::columns(name, columns);
            }

            fn bind<'a>(
                values: impl Iterator<Item = &'a Self> + Clone,
                arguments: &mut PgArguments,
            ) -> Result<(), BoxDynError> {
                let values = values.map(|value| value.as_ref().map($write));
                Arguments::add(arguments, values.bind_iter())
            }
        }
    )+};
}

/// What is read from what the database gives.
macro_rules! read {
    ($($value:ty: $stored:ty, $read:expr;)+) => {$(
        impl FromColumns for $value {
            fn read(row: &PgRow, name: &'static str) -> Result<Self, sqlx::Error> {
                let stored: $stored = row.try_get(name)?;
                read_from(stored, $read).map_err(|error| unreadable(name, error))
            }
        }

        impl FromColumns for Option<$value> {
            fn read(row: &PgRow, name: &'static str) -> Result<Self, sqlx::Error> {
                let stored: Option<$stored> = row.try_get(name)?;
                let value = stored.map(|stored| read_from(stored, $read)).transpose();
                value.map_err(|error| unreadable(name, error))
            }
        }
    )+};
}

/// Ids, as UUIDs.
macro_rules! ids {
    ($($id:ident)+) => {
        written! { $($id: "uuid", |id| id.uuid();)+ }
        read! { $($id: Uuid, |uuid| Ok::<_, BoxDynError>($id::from_uuid(uuid));)+ }
    };
}

/// Words and names: what makes the text of one. Any is read as its JSON is.
macro_rules! texts {
    ($($value:ty: $write:expr;)+) => {
        written! { $($value: "text", $write;)+ }
        read! { $($value: String, parsed;)+ }
    };
}

/// Types that the driver reads and writes by itself.
macro_rules! plain {
    ($($value:ty: $element:literal;)+) => {
        written! { $($value: $element, |value| *value;)+ }
        read! { $($value: $value, Ok::<_, BoxDynError>;)+ }
    };
}

/// Counts and numbers that are not negative.
macro_rules! numbers {
    ($($number:ty)+) => {
        written! { $($number: "bigint", |number| i64::from(*number);)+ }
        read! { $($number: i64, <$number>::try_from;)+ }
    };
}

ids! {
    BranchId CategoryId DeviceId EventId ModifierGroupId ModifierId OrderId PaymentId PriceListId ProductId RoleId StationId StockItemId SupplierId TaxProfileId UserId VariantId
}

texts! {
    BaseUnit: |unit| unit.word();
    CancelReason: word;
    Channel: Channel::as_str;
    Code: Code::as_str;
    Currency: |currency| currency.code();
    CutOff: CutOff::to_string;
    Inclusion: word;
    Kind: word;
    Name: Name::as_str;
    OnShortage: |policy| policy.word();
    OrderType: |order_type| order_type.word();
    PaymentMethod: word;
    Reason: word;
    Status: |status| status.word();
    Tz: |zone| zone.name();
}

plain! {
    bool: "boolean";
    i64: "bigint";
    DateTime<Utc>: "timestamptz";
    NaiveDate: "date";
    Uuid: "uuid";
}

numbers! { u8 u16 u32 }

written! {
    Address: "jsonb", Json;
    availability::State: "jsonb", Json;
    BTreeMap<BranchId, StationId>: "jsonb", Json;
    BTreeSet<ModifierGroupId>: "jsonb", Json;
    Change: "jsonb", Json;
    channels::State: "jsonb", Json;
    Conditions: "jsonb", Json;
    Combo: "jsonb", Json;
    Graph: "jsonb", Json;
    Image: "jsonb", Json;
    Marks: "jsonb", Json;
    // Sums are without limit in the database.
    i128: "text" as "numeric", i128::to_string;
    Money: "bigint", |money| money.amount();
    PaymentTerms: "bigint", |terms| i64::from(terms.days());
    Revision: "bigint", |revision| revision.to_i64();
    Profile: "jsonb", Json;
    // In millionths of the item's base unit.
    StockQuantity: "bigint", |quantity| quantity.millionths();
    String: "text", String::as_str;
    Vec<u8>: "bytea", Vec::as_slice;
    Texts: "jsonb", Json;
    Vec<BusinessDayChange>: "jsonb", Json;
    Vec<Modifier>: "jsonb", Json;
    TaxRegimes: "jsonb", |regimes| Json(regimes.all());
    Vec<Entry>: "jsonb", Json;
    // An array of JSON would be taken apart once more, to plan the statement.
    Vec<OrderLine>: "text" as "json", json_text;
    Vec<Override>: "jsonb", Json;
    Vec<Portion>: "jsonb", Json;
    Vec<TaxAmount>: "text" as "json", json_text;
    Vec<Variant>: "jsonb", Json;
}

read! {
    availability::State: Json<availability::State>, |Json(state)| Ok::<_, BoxDynError>(state);
    Address: Json<Address>, |Json(address)| Ok::<_, BoxDynError>(address);
    BTreeMap<BranchId, StationId>: Json<BTreeMap<BranchId, StationId>>, |Json(stations)| Ok::<_, BoxDynError>(stations);
    BTreeSet<ModifierGroupId>: Json<BTreeSet<ModifierGroupId>>, |Json(ids)| Ok::<_, BoxDynError>(ids);
    Change: Json<Change>, |Json(change)| Ok::<_, BoxDynError>(change);
    channels::State: Json<channels::State>, |Json(channels)| Ok::<_, BoxDynError>(channels);
    Conditions: Json<Conditions>, |Json(conditions)| Ok::<_, BoxDynError>(conditions);
    Combo: Json<Combo>, |Json(combo)| Ok::<_, BoxDynError>(combo);
    Graph: Json<Graph>, |Json(graph)| Ok::<_, BoxDynError>(graph);
    Image: Json<Image>, |Json(image)| Ok::<_, BoxDynError>(image);
    Marks: Json<Marks>, |Json(marks)| Ok::<_, BoxDynError>(marks);
    PaymentTerms: i64, days;
    Profile: Json<Profile>, |Json(profile)| Ok::<_, BoxDynError>(profile);
    Texts: Json<Texts>, |Json(texts)| Ok::<_, BoxDynError>(texts);
    u64: i64, u64::try_from;
    Vec<u8>: Vec<u8>, Ok::<_, BoxDynError>;
    String: String, Ok::<_, BoxDynError>;
    Revision: i64, |revision| Ok::<_, BoxDynError>(Revision::from_i64(revision));
    StockQuantity: i64, StockQuantity::try_from_millionths;
    TaxRegimes: Json<Vec<TaxRegime>>, |Json(regimes)| Ok::<_, BoxDynError>(TaxRegimes::of(regimes));
    Vec<BusinessDayChange>: Json<Vec<BusinessDayChange>>, |Json(changes)| Ok::<_, BoxDynError>(changes);
    Vec<Modifier>: Json<Vec<Modifier>>, |Json(modifiers)| Ok::<_, BoxDynError>(modifiers);
    Vec<Entry>: Json<Vec<Entry>>, |Json(entries)| Ok::<_, BoxDynError>(entries);
    Vec<OrderLine>: Json<Vec<OrderLine>>, |Json(lines)| Ok::<_, BoxDynError>(lines);
    Vec<TaxAmount>: Json<Vec<TaxAmount>>, |Json(taxes)| Ok::<_, BoxDynError>(taxes);
    Vec<Override>: Json<Vec<Override>>, |Json(groups)| Ok::<_, BoxDynError>(groups);
    Vec<Portion>: Json<Vec<Portion>>, |Json(portions)| Ok::<_, BoxDynError>(portions);
    Vec<Variant>: Json<Vec<Variant>>, |Json(variants)| Ok::<_, BoxDynError>(variants);
}

/// An amount is in the row's currency.
impl FromColumns for Money {
    fn read(row: &PgRow, name: &'static str) -> Result<Self, sqlx::Error> {
        let currency = Currency::read(row, "currency")?;
        Self::try_new(row.try_get(name)?, currency).map_err(|error| unreadable(name, error))
    }
}

/// A sum, which the query returns as text, is in the row's currency.
impl FromColumns for MoneySum {
    fn read(row: &PgRow, name: &'static str) -> Result<Self, sqlx::Error> {
        let amount: &str = row.try_get(name)?;
        let amount = amount.parse().map_err(|error: ParseIntError| unreadable(name, error))?;
        Ok(Self::new(amount, Currency::read(row, "currency")?))
    }
}

fn days(stored: i64) -> Result<PaymentTerms, BoxDynError> {
    Ok(PaymentTerms::try_new(stored.try_into()?)?)
}

fn read_from<S, V, E>(stored: S, read: impl FnOnce(S) -> Result<V, E>) -> Result<V, E> {
    read(stored)
}

fn parsed<T: DeserializeOwned>(text: String) -> Result<T, serde::de::value::Error> {
    let text: StringDeserializer<serde::de::value::Error> = text.into_deserializer();
    T::deserialize(text)
}

/// The word of a value that is stored as one.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("only values whose JSON is a string are stored as words: {other:?}"),
    }
}

/// A structure as the text of its JSON, for a column that keeps it as it is.
fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("read models have no keys but strings")
}

fn unreadable(column: &'static str, error: impl Into<BoxDynError>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: error.into() }
}
