//! A path in a body. It is spelled out as a JSON pointer only when an error reports it.

use std::fmt::{self, Write};

/// The most bytes of a pointer. A body can make a path longer than itself, many times over.
const POINTER_MAX: usize = 512;

/// Where something is in a body, as the steps that lead there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'p> {
    /// The body itself.
    Root,
    /// A member of an object.
    Member(&'p Self, &'p str),
    /// An item of an array.
    Item(&'p Self, usize),
}

impl Path<'_> {
    /// The JSON pointer to it, cut off where it gets too long.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = Pointer(String::new());
        let _cut_short = write!(pointer, "{self}");
        pointer.0
    }
}

/// A text that ends where it gets too long.
struct Pointer(String);

impl Write for Pointer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = POINTER_MAX - self.0.len();
        let cut = text.floor_char_boundary(room);
        self.0.push_str(&text[..cut]);
        if cut == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(of, name) => {
                write!(f, "{of}/")?;
                name.chars().try_for_each(|c| match c {
                    '~' => f.write_str("~0"),
                    '/' => f.write_str("~1"),
                    c => f.write_char(c),
                })
            }
            Self::Item(of, index) => write!(f, "{of}/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_a_json_pointer() {
        let lines = Path::Member(&Path::Root, "a/b~c");
        let first = Path::Item(&lines, 0);
        assert_eq!(Path::Root.pointer(), "");
        assert_eq!(Path::Member(&first, "quantity").pointer(), "/a~1b~0c/0/quantity");
    }

    #[test]
    fn a_pointer_ends_where_nobody_reads_on() {
        let name = "ñ".repeat(1 << 20);
        let long = Path::Member(&Path::Root, &name);
        let pointer = Path::Item(&long, 7).pointer();
        assert_eq!(pointer, format!("/{}", "ñ".repeat((POINTER_MAX - 1) / 2)));
    }
}
