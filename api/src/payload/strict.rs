//! Reading JSON as it was meant: a key that comes twice is a mistake, not a choice.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::check::ERRORS_MAX;
use super::limits::{DEPTH_MAX, MEMBERS_MAX, VALUES_MAX};
use super::path::Path;
use crate::language::Words;
use crate::problem::{Code, FieldError, Problem};

/// The one JSON value in `bytes`. Reading ends where there is more of anything than a body may have, so
/// that a small body does not become a large value.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let notes = Notes::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { notes: &notes, at: &Path::Root, depth: 0 }
        .deserialize(&mut json)
        .and_then(|value| json.end().map(|()| value));
    let value = match (value, notes.too_many.get()) {
        (Ok(value), _) => value,
        (Err(_), Some(what)) => {
            return Err(Problem::new(Code::PayloadTooLarge).detail(what.is_limited()));
        }
        (Err(err), None) => return Err(unreadable(&err)),
    };
    let repeated = notes.repeated.into_inner();
    if repeated.is_empty() { Ok(value) } else { Err(ambiguous(repeated)) }
}

/// What is noted while a value is read.
#[derive(Default)]
struct Notes {
    /// Where a key came twice.
    repeated: RefCell<Vec<String>>,
    n_values: Cell<usize>,
    /// Why reading has ended, if it did for that.
    too_many: Cell<Option<TooMany>>,
}

/// Which limit was exceeded.
#[derive(Clone, Copy)]
enum TooMany {
    /// In one object.
    Members,
    /// In the body.
    Values,
}

impl TooMany {
    fn is_limited(self) -> (String, String) {
        match self {
            Self::Members => (
                format!("Un objeto puede tener hasta {MEMBERS_MAX} miembros."),
                format!("An object may have up to {MEMBERS_MAX} members."),
            ),
            Self::Values => (
                format!("Un cuerpo puede tener hasta {VALUES_MAX} valores."),
                format!("A body may have up to {VALUES_MAX} values."),
            ),
        }
    }
}

impl Notes {
    fn count<E: Error>(&self) -> Result<(), E> {
        let n_values = self.n_values.get() + 1;
        self.n_values.set(n_values);
        if n_values > VALUES_MAX { self.too_many(TooMany::Values) } else { Ok(()) }
    }

    fn too_many<T, E: Error>(&self, what: TooMany) -> Result<T, E> {
        self.too_many.set(Some(what));
        Err(E::custom("too many"))
    }
}

fn unreadable(err: &serde_json::Error) -> Problem {
    let (line, column) = (err.line(), err.column());
    Problem::new(Code::MalformedBody).detail((
        format!("No se puede leer a partir de la línea {line}, columna {column}."),
        format!("It cannot be read from line {line}, column {column}."),
    ))
}

fn ambiguous(pointers: Vec<String>) -> Problem {
    let words = Words::new("esta clave aparece más de una vez", "this key appears more than once");
    let error = |pointer| FieldError::new(pointer, "duplicate-key", words.clone());
    Problem::new(Code::MalformedBody).with_errors(pointers.into_iter().map(error).collect())
}

/// Builds a value and fills the notes.
struct Strict<'r> {
    notes: &'r Notes,
    at: &'r Path<'r>,
    /// How many containers are around it.
    depth: usize,
}

impl Strict<'_> {
    /// How many containers are around what is in this one.
    fn inside<E: Error>(&self) -> Result<usize, E> {
        if self.depth == DEPTH_MAX { Err(E::custom("nested too deep")) } else { Ok(self.depth + 1) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.notes.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let (notes, depth) = (self.notes, self.inside()?);
        let mut items = Vec::new();
        loop {
            let at = Path::Item(self.at, items.len());
            match access.next_element_seed(Strict { notes, at: &at, depth })? {
                Some(item) => items.push(item),
                None => break,
            }
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let (notes, depth) = (self.notes, self.inside()?);
        let (mut object, mut n_members) = (Map::new(), 0);
        while let Some(name) = access.next_key::<String>()? {
            n_members += 1;
            if n_members > MEMBERS_MAX {
                return notes.too_many(TooMany::Members);
            }
            let at = Path::Member(self.at, &name);
            let value = access.next_value_seed(Strict { notes, at: &at, depth })?;
            if object.contains_key(&name) && notes.repeated.borrow().len() < ERRORS_MAX {
                notes.repeated.borrow_mut().push(at.pointer());
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = br#" {"a":[1,-2,1.5,"x\u00e9",null,true,{}],"b":{"c":18446744073709551615}} "#;
        assert_eq!(
            parse(text),
            Ok(json!({"a": [1, -2, 1.5, "xé", null, true, {}], "b": {"c": u64::MAX}}))
        );
    }

    #[test]
    fn s33_what_is_not_json_is_malformed_and_never_an_accident() {
        let deep = "[".repeat(200_000);
        let closed = format!("{deep}{}", "]".repeat(200_000));
        let bad: &[&[u8]] = &[
            b"",
            b" ",
            b"{",
            b"{\"a\":}",
            b"{\"a\":1,}",
            b"{'a':1}",
            b"nul",
            b"[1] [2]",
            b"NaN",
            b"1e999",
            b"\xef\xbb\xbf{}",
            b"\"\xff\"",
            b"\"\xc3\"",
            b"\"\\ud800\"",
            b"\"\\udc00x\"",
            b"\"\n\"",
            deep.as_bytes(),
            closed.as_bytes(),
        ];
        for text in bad {
            let problem = parse(text).expect_err("read as JSON");
            assert_eq!(problem.code(), Code::MalformedBody);
        }
    }

    #[test]
    fn s33_a_repeated_key_is_named_wherever_it_is() {
        let problem = parse(br#"{"a":1,"b":[{"c/d":1,"c/d":1}],"a":1}"#).unwrap_err();
        let pointers: Vec<_> = problem.errors().iter().map(|error| &error.pointer[..]).collect();
        assert_eq!(problem.code(), Code::MalformedBody);
        assert_eq!(pointers, ["/b/0/c~1d", "/a"]);
    }

    #[test]
    fn s33_keys_that_are_repeated_without_end_are_not_all_named() {
        let (long, repeated) = ("k".repeat(1 << 20), r#""":0,"#.repeat(MEMBERS_MAX - 1));
        let text = format!(r#"{{"{long}":{{{repeated}"":0}}}}"#);
        let problem = parse(text.as_bytes()).unwrap_err();
        assert_eq!(problem.errors().len(), ERRORS_MAX);
        assert!(problem.errors().iter().all(|error| error.pointer.len() < 1_000));
    }
    #[test]
    fn s37_a_body_with_too_much_of_anything_is_not_read_to_its_end() {
        let object = |n: usize| {
            let members: Vec<_> = (0..n).map(|n| format!(r#""k{n}":0"#)).collect();
            format!("{{{}}}", members.join(","))
        };
        // The list itself is a value too.
        let list = |n: usize| format!("[{}0]", "0,".repeat(n - 2));
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        for fits in [object(MEMBERS_MAX), list(VALUES_MAX), deep(DEPTH_MAX)] {
            assert!(parse(fits.as_bytes()).is_ok());
        }
        // What follows is no JSON: reading has ended before it.
        let cut = |text: String| text.replace(['}', ']'], "!");
        for (bad, code) in [
            (object(MEMBERS_MAX + 1), Code::PayloadTooLarge),
            (list(VALUES_MAX + 1), Code::PayloadTooLarge),
            (deep(DEPTH_MAX + 1), Code::MalformedBody),
            (cut(object(180_000)), Code::PayloadTooLarge),
            (cut(list(180_000)), Code::PayloadTooLarge),
        ] {
            assert_eq!(parse(bad.as_bytes()).unwrap_err().code(), code);
        }
    }
}
