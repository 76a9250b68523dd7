//! The lines and fields of a file with separated values.

mod lines;
mod record;

pub use lines::{Line, lines};
pub use record::{Fault, Record};

/// The separators of fields: a comma, or what spreadsheets write instead. The last one applies where the head
/// of a file does not show which it is.
const SEPARATORS: [char; 3] = [';', '\t', ','];

/// The separator of a file with this head: the one that yields most of the columns of these names.
pub fn separator(head: &[u8], names: &[&str]) -> char {
    let n_found = |separator: &char| {
        let head = Record::read(head, *separator).fields;
        names.iter().filter(|name| head.iter().any(|field| is(field, name))).count()
    };
    SEPARATORS.into_iter().max_by_key(n_found).unwrap_or(',')
}

/// Whether a field of the head names a column; spreadsheets and people write names in any case.
pub fn is(field: &str, name: &str) -> bool {
    field.eq_ignore_ascii_case(name)
}
