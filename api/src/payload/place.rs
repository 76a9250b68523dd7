//! Where something is in a body. It is spelled out as a JSON pointer when somebody is told of it, which
//! of most places nobody ever is.

use std::fmt;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'p> {
    /// The body itself.
    Root,
    /// A member of an object.
    Member(&'p Self, &'p str),
    /// An item of an array.
    Item(&'p Self, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(of, name) => {
                write!(f, "{of}/")?;
                name.chars().try_for_each(|c| match c {
                    '~' => f.write_str("~0"),
                    '/' => f.write_str("~1"),
                    c => fmt::Write::write_char(f, c),
                })
            }
            Self::Item(of, place) => write!(f, "{of}/{place}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_as_a_json_pointer() {
        let lines = Place::Member(&Place::Root, "a/b~c");
        let first = Place::Item(&lines, 0);
        assert_eq!(Place::Root.to_string(), "");
        assert_eq!(Place::Member(&first, "quantity").to_string(), "/a~1b~0c/0/quantity");
    }
}
