//! How values of the domain are read from columns and written to them.

use domain::shared::{Currency, Money, StockQuantity};
use event_store::Revision;
use serde::Serialize;
use serde::de::value::StringDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

/// A value that is stored as one word or name.
pub(crate) fn text<T: DeserializeOwned>(
    row: &PgRow,
    column: &'static str,
) -> Result<T, sqlx::Error> {
    parse(row.try_get(column)?, column)
}

/// The same where there may be none.
pub(crate) fn optional_text<T: DeserializeOwned>(
    row: &PgRow,
    column: &'static str,
) -> Result<Option<T>, sqlx::Error> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| parse(text, column)).transpose()
}

fn parse<T: DeserializeOwned>(text: String, column: &'static str) -> Result<T, sqlx::Error> {
    let text: StringDeserializer<serde::de::value::Error> = text.into_deserializer();
    T::deserialize(text).map_err(|error| unreadable(column, error))
}

/// The word of a value that is stored as one.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("only values whose JSON is a string are stored as words: {other:?}"),
    }
}

/// A count or number that is not negative.
pub(crate) fn number<T: TryFrom<i64>>(row: &PgRow, column: &'static str) -> Result<T, sqlx::Error>
where
    T::Error: std::error::Error + Send + Sync + 'static,
{
    let number: i64 = row.try_get(column)?;
    T::try_from(number).map_err(|error| unreadable(column, error))
}

/// An amount in the row's currency.
pub(crate) fn money(row: &PgRow, column: &'static str) -> Result<Money, sqlx::Error> {
    let currency: Currency = text(row, "currency")?;
    Money::try_new(row.try_get(column)?, currency).map_err(|error| unreadable(column, error))
}

/// A quantity in millionths of the item's base unit.
pub(crate) fn stock_quantity(
    row: &PgRow,
    column: &'static str,
) -> Result<StockQuantity, sqlx::Error> {
    StockQuantity::try_from_millionths(row.try_get(column)?)
        .map_err(|error| unreadable(column, error))
}

/// A structure as the text of its JSON, for a column that keeps it as it is.
pub(crate) fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("read models have no keys but strings")
}

/// A structure that is stored as JSON.
pub(crate) fn json<T: DeserializeOwned>(
    row: &PgRow,
    column: &'static str,
) -> Result<T, sqlx::Error> {
    row.try_get::<Json<T>, _>(column).map(|json| json.0)
}

/// The revision of the row's stream.
pub(crate) fn revision(row: &PgRow) -> Result<Revision, sqlx::Error> {
    row.try_get("revision").map(Revision::from_i64)
}

fn unreadable(
    column: &'static str,
    error: impl std::error::Error + Send + Sync + 'static,
) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(error) }
}
