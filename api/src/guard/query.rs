//! Parameters of the query: what does not exist and what is said twice is a mistake, never ignored.

use std::collections::HashSet;

use crate::contract::Operation;
use crate::payload::Place;
use crate::problem::{FieldError, Problem};

/// Goes on only if `operation` has each parameter, and each that is no list is there once. A misspelt filter
/// that is ignored would answer with everything, and of two values the client could mean either.
pub(super) fn check(operation: &Operation, query: &[(String, String)]) -> Result<(), Problem> {
    let mut named = HashSet::new();
    for (name, _) in query {
        if !operation.has_query(name) {
            let words = ("este parámetro no existe", "there is no such parameter");
            return Err(refused(name, "unknown-parameter", words));
        }
        if !named.insert(name) && !operation.is_list(name) {
            let words = ("este parámetro aparece más de una vez", "this parameter appears twice");
            return Err(refused(name, "repeated-parameter", words));
        }
    }
    Ok(())
}

fn refused(name: &str, code: &'static str, words: (&'static str, &'static str)) -> Problem {
    let query = Place::Member(&Place::Root, "query");
    let pointer = Place::Member(&query, name).to_string();
    Problem::parameter(FieldError::new(pointer, code, words))
}
