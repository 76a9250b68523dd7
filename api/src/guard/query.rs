//! Parameters of the query: unknown and repeated ones are refused, never ignored.

use std::collections::HashSet;

use crate::contract::Operation;
use crate::payload::Path;
use crate::problem::{FieldError, Problem};

/// Refuses parameters that `operation` does not have, and repeated ones that are not lists. An ignored
/// misspelt filter would return every row, and of two values it is unclear which the client means.
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
    let query = Path::Member(&Path::Root, "query");
    let pointer = Path::Member(&query, name).to_string();
    Problem::parameter(FieldError::new(pointer, code, words))
}
