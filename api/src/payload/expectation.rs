//! What a schema requires, in words: "debe ser un número entero entre 1 y 200".

use serde_json::Value;

use super::schema::{Flat, Pattern};
use crate::language::Words;

/// The largest integer that a JavaScript client reads exactly.
const INTEGER_MAX: i64 = (1 << 53) - 1;

/// Describes what a value of this schema has to be.
pub(crate) fn expectation(flat: &Flat) -> Words {
    let (spanish, english) = noun(flat);
    Words::new(format!("debe ser {spanish}"), format!("must be {english}"))
}

/// The bounds an integer has by its format, when the schema does not draw them tighter.
pub(crate) fn integer_bounds(format: &str) -> (i64, i64) {
    match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" => (0, INTEGER_MAX),
        _ => (-INTEGER_MAX, INTEGER_MAX),
    }
}

fn noun(flat: &Flat) -> (String, String) {
    if !flat.enum_items.is_empty() {
        let items: Vec<_> = flat.enum_items.iter().map(plain).collect();
        let items = items.join(", ");
        return (format!("uno de: {items}"), format!("one of: {items}"));
    }
    match flat.ty {
        "integer" => {
            let (low, high) = integer_bounds(flat.format);
            let low = flat.minimum.map_or_else(|| low.to_string(), |(bound, _)| bound.to_string());
            let high =
                flat.maximum.map_or_else(|| high.to_string(), |(bound, _)| bound.to_string());
            (
                format!("un número entero entre {low} y {high}"),
                format!("an integer between {low} and {high}"),
            )
        }
        "number" => ("un número".to_owned(), "a number".to_owned()),
        "boolean" => ("true o false".to_owned(), "true or false".to_owned()),
        "array" => {
            let (spanish, english) = span(flat.min_items, flat.max_items, ("elementos", "items"));
            (format!("una lista{spanish}"), format!("a list{english}"))
        }
        "object" => ("un objeto".to_owned(), "an object".to_owned()),
        "string" => text(flat),
        _ => ("un valor JSON".to_owned(), "a JSON value".to_owned()),
    }
}

fn text(flat: &Flat) -> (String, String) {
    match flat.format {
        "uuid" => return ("un UUID con guiones".to_owned(), "a hyphenated UUID".to_owned()),
        "date-time" => {
            return (
                "una fecha y hora como 2026-01-31T18:30:00Z".to_owned(),
                "a date and time like 2026-01-31T18:30:00Z".to_owned(),
            );
        }
        "date" | "naive-date" => {
            return (
                "una fecha como 2026-01-31, de los años 1900 a 9999".to_owned(),
                "a date like 2026-01-31, of the years 1900 to 9999".to_owned(),
            );
        }
        _ => {}
    }
    let (spanish, english) = span(flat.min_length, flat.max_length, ("caracteres", "characters"));
    match &flat.pattern {
        Some(Pattern { text: pattern, .. }) => (
            format!("un texto{spanish} con la forma {pattern}"),
            format!("a text{english} of the form {pattern}"),
        ),
        None => (format!("un texto{spanish}"), format!("a text{english}")),
    }
}

/// Describes how many of `units`, with a space before it; empty where any number will do.
fn span(min: Option<usize>, max: Option<usize>, units: (&str, &str)) -> (String, String) {
    let (spanish, english) = units;
    match (min, max) {
        (None, None) => (String::new(), String::new()),
        (Some(min), None) => {
            (format!(" de al menos {min} {spanish}"), format!(" of at least {min} {english}"))
        }
        (None, Some(max)) => {
            (format!(" de hasta {max} {spanish}"), format!(" of up to {max} {english}"))
        }
        (Some(min), Some(max)) => {
            (format!(" de {min} a {max} {spanish}"), format!(" of {min} to {max} {english}"))
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
