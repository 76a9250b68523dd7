//! Checking a JSON value against its schema: every mistake at once, each with its JSON pointer.

use std::collections::HashSet;

use chrono::DateTime;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::expectation::{expectation, integer_bounds};
use super::path::Path;
use super::schema::{Flat, Part, Property, Schema};
use crate::date;
use crate::language::Words;
use crate::problem::FieldError;

/// More mistakes than are of use; the rest is found the next time.
pub(super) const ERRORS_MAX: usize = 100;

/// Everything in `value` that breaks `schema`.
pub(crate) fn check(schema: &Schema, value: &Value) -> Vec<FieldError> {
    let mut checker = Checker { schema, errors: Vec::new() };
    checker.flat(schema.root(), value, &Path::Root);
    checker.errors
}

struct Checker<'s> {
    schema: &'s Schema,
    errors: Vec<FieldError>,
}

impl Checker<'_> {
    fn part(&mut self, part: Part, value: &Value, at: &Path<'_>) {
        self.flat(self.schema.part(part), value, at);
    }

    fn flat(&mut self, flat: &Flat, value: &Value, at: &Path<'_>) {
        if value.is_null() {
            if !flat.nullable && !flat.ty.is_empty() {
                self.wrong(flat, "type", at);
            }
            return;
        }
        if !flat.alternatives.is_empty() {
            self.alternatives(flat, value, at);
            return;
        }
        match (flat.ty, value) {
            ("object", Value::Object(object)) => self.object(flat, object, at),
            ("array", Value::Array(items)) => self.array(flat, items, at),
            ("string", Value::String(text)) => self.text(flat, text, at),
            ("integer", Value::Number(_)) => self.integer(flat, value, at),
            ("number", Value::Number(_)) => self.bounds(flat, value, at),
            ("boolean", Value::Bool(_)) => {}
            ("", _) => self.free(value, at),
            _ => self.wrong(flat, "type", at),
        }
    }

    fn object(&mut self, flat: &Flat, object: &Map<String, Value>, at: &Path<'_>) {
        for Property { name, schema, is_required } in &flat.properties {
            match object.get(*name) {
                None if *is_required => {
                    let words = Words::new("falta este campo", "this field is missing");
                    self.push(FieldError::new(Path::Member(at, name).pointer(), "required", words));
                }
                None => {}
                Some(Value::Null) if !is_required => {}
                Some(value) => self.part(*schema, value, &Path::Member(at, name)),
            }
        }
        let is_unknown = |name: &str| flat.properties.iter().all(|known| known.name != name);
        for (name, value) in object.iter().filter(|(name, _)| is_unknown(name)) {
            let path = Path::Member(at, name);
            match flat.additional {
                Some(schema) => self.part(schema, value, &path),
                None if flat.closed => {
                    let words = Words::new("este campo no existe", "there is no such field");
                    self.push(FieldError::new(path.pointer(), "unknown-field", words));
                }
                None => self.free(value, &path),
            }
        }
    }

    fn array(&mut self, flat: &Flat, items: &[Value], at: &Path<'_>) {
        if flat.min_items.is_some_and(|min| items.len() < min) {
            self.wrong(flat, "min-items", at);
        }
        if flat.max_items.is_some_and(|max| items.len() > max) {
            // Listing what is wrong with each of ten thousand lines is of no use.
            self.wrong(flat, "max-items", at);
            return;
        }
        if flat.unique_items {
            let different: HashSet<_> = items.iter().map(Value::to_string).collect();
            if different.len() < items.len() {
                let words = Words::new("no puede repetir elementos", "must not repeat items");
                self.push(FieldError::new(at.pointer(), "unique-items", words));
            }
        }
        for (idx, item) in items.iter().enumerate() {
            match flat.items {
                Some(schema) => self.part(schema, item, &Path::Item(at, idx)),
                None => self.free(item, &Path::Item(at, idx)),
            }
        }
    }

    fn text(&mut self, flat: &Flat, text: &str, at: &Path<'_>) {
        if text.contains('\0') {
            self.nul(at);
            return;
        }
        let characters = text.chars().count();
        let wrong = if !flat.enum_items.is_empty() {
            (!flat.enum_items.iter().any(|item| item == text)).then_some("enum")
        } else if flat.min_length.is_some_and(|min| characters < min) {
            Some("min-length")
        } else if flat.max_length.is_some_and(|max| characters > max) {
            Some("max-length")
        } else if !has_format(flat.format, text) {
            Some("format")
        } else if flat.pattern.as_ref().is_some_and(|pattern| !pattern.matches(text)) {
            Some("pattern")
        } else {
            None
        };
        if let Some(code) = wrong {
            self.wrong(flat, code, at);
        }
    }

    fn integer(&mut self, flat: &Flat, value: &Value, at: &Path<'_>) {
        if value.is_f64() {
            self.wrong(flat, "type", at);
            return;
        }
        let (low, high) = integer_bounds(flat.format);
        match value.as_i64() {
            Some(number) if number < low => self.wrong(flat, "minimum", at),
            Some(number) if number > high => self.wrong(flat, "maximum", at),
            None => self.wrong(flat, "maximum", at),
            Some(_) => self.bounds(flat, value, at),
        }
    }

    fn bounds(&mut self, flat: &Flat, value: &Value, at: &Path<'_>) {
        let Some(number) = value.as_f64() else { return self.wrong(flat, "type", at) };
        let below = |(bound, exclusive)| number < bound || (exclusive && number <= bound);
        let above = |(bound, exclusive)| number > bound || (exclusive && number >= bound);
        if flat.minimum.is_some_and(below) {
            self.wrong(flat, "minimum", at);
        } else if flat.maximum.is_some_and(above) {
            self.wrong(flat, "maximum", at);
        }
    }

    /// A union: chosen by its discriminator, or whatever alternative has no mistake.
    fn alternatives(&mut self, flat: &Flat, value: &Value, at: &Path<'_>) {
        let Some((property, mapping)) = &flat.discriminator else {
            let fits = flat.alternatives.iter().any(|alternative| {
                let mut attempt = Checker { schema: self.schema, errors: Vec::new() };
                attempt.part(*alternative, value, at);
                attempt.errors.is_empty()
            });
            if !fits {
                let words = Words::new(
                    "no tiene ninguna de las formas documentadas",
                    "has none of the documented forms",
                );
                self.push(FieldError::new(at.pointer(), "type", words));
            }
            return;
        };
        let Some(object) = value.as_object() else { return self.wrong(flat, "type", at) };
        let chosen = object.get(*property).and_then(Value::as_str);
        let found = chosen.and_then(|chosen| mapping.iter().find(|(name, _)| name == chosen));
        if let Some((_, schema)) = found {
            self.part(*schema, value, at);
            return;
        }
        let names: Vec<_> = mapping.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        let words =
            Words::new(format!("debe ser uno de: {names}"), format!("must be one of: {names}"));
        let code = if object.contains_key(*property) { "enum" } else { "required" };
        self.push(FieldError::new(Path::Member(at, property).pointer(), code, words));
    }

    /// A value without a schema may be anything that can be stored.
    fn free(&mut self, value: &Value, at: &Path<'_>) {
        match value {
            Value::String(text) if text.contains('\0') => self.nul(at),
            Value::Array(items) => {
                for (idx, item) in items.iter().enumerate() {
                    self.free(item, &Path::Item(at, idx));
                }
            }
            Value::Object(object) => {
                for (name, value) in object {
                    if name.contains('\0') {
                        self.nul(at);
                    }
                    self.free(value, &Path::Member(at, name));
                }
            }
            _ => {}
        }
    }

    fn nul(&mut self, at: &Path<'_>) {
        let words =
            Words::new("no puede contener el carácter NUL", "must not contain the NUL character");
        self.push(FieldError::new(at.pointer(), "nul", words));
    }

    fn wrong(&mut self, flat: &Flat, code: &'static str, at: &Path<'_>) {
        self.push(FieldError::new(at.pointer(), code, expectation(flat)));
    }

    fn push(&mut self, error: FieldError) {
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(error);
        }
    }
}

/// Formats that are checked here; any other is informative, and its type decides.
fn has_format(format: &str, text: &str) -> bool {
    match format {
        "uuid" => text.len() == 36 && Uuid::try_parse(text).is_ok(),
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok(),
        "date" | "naive-date" => date::parse(text).is_some(),
        _ => true,
    }
}
