//! A file of separated values as rows of the given columns, each with its line.

use std::path::Path;
use std::sync::Arc;

use exchange::text::{Record, is, lines, separator};

use super::bad_row::{BadRows, FileLine, Reason};
use super::error::Error;

/// The columns that are read, in the order in which a row gives them. Others are passed over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns<const N: usize> {
    /// Their names in the head of the file.
    pub(super) names: [&'static str; N],
    /// How many of the last ones a file may lack; their fields are empty then.
    pub(super) n_optional: usize,
}

impl<const N: usize> Columns<N> {
    /// Columns that a file must have.
    pub(super) const fn required(names: [&'static str; N]) -> Self {
        Self { names, n_optional: 0 }
    }
}

/// One row.
#[derive(Debug)]
pub(super) struct Row<'a, const N: usize> {
    pub(super) place: FileLine,
    /// Its fields; of a row with a fault those that could be read.
    pub(super) fields: [&'a str; N],
    /// Whether it has a fault, which is noted; then the fields serve only to know what the row refers to.
    pub(super) is_broken: bool,
}

/// Gives every row of a file to `each`, in order. False if the head of the file is bad, so that no row was
/// looked at.
pub(super) fn read<const N: usize>(
    path: &Path,
    columns: Columns<N>,
    bad: &mut BadRows,
    mut each: impl FnMut(Row<'_, N>, &mut BadRows),
) -> Result<bool, Error> {
    let unreadable = |source| Error::File { file: path.display().to_string(), source };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let file: Arc<str> = path.display().to_string().into();
    let place = |line| FileLine { file: Arc::clone(&file), line };
    let mut lines = lines(&bytes).peekable();
    let Some(head) = lines.next() else {
        bad.add(place(1), Reason::EmptyFile);
        return Ok(false);
    };
    let (at, separator) = (place(head.number), separator(head.bytes, &columns.names));
    let head = Record::read(head.bytes, separator);
    let n_fields = head.fields.len();
    let Some(found) = columns.locate(&head, &at, bad) else { return Ok(false) };
    if lines.peek().is_none() {
        bad.add(at, Reason::NoRows);
    }
    for line in lines {
        let (place, record) = (place(line.number), Record::read(line.bytes, separator));
        let given = record.fields.len();
        let count = (given != n_fields).then_some(Reason::FieldCount { expected: n_fields, given });
        let fault = record.fault.map(Reason::from).or(count);
        let field = |at: Option<usize>| at.and_then(|at| record.fields.get(at));
        let text = |at| field(at).map_or("", String::as_str);
        let is_broken = fault.is_some();
        if let Some(reason) = fault {
            bad.add(place.clone(), reason);
        }
        each(Row { place, fields: found.map(text), is_broken }, bad);
    }
    Ok(true)
}

impl<const N: usize> Columns<N> {
    /// Where each column is; nothing when one of them is missing or ambiguous.
    fn locate(
        &self,
        head: &Record,
        place: &FileLine,
        bad: &mut BadRows,
    ) -> Option<[Option<usize>; N]> {
        if let Some(fault) = head.fault {
            bad.add(place.clone(), fault.into());
            return None;
        }
        let mut reasons = Vec::new();
        let mut found = [None; N];
        for (number, name) in self.names.into_iter().enumerate() {
            let fields = head.fields.iter().enumerate();
            let mut places = fields.filter(|(_, field)| is(field, name)).map(|(at, _)| at);
            found[number] = places.next();
            if found[number].is_none() && number < N - self.n_optional {
                reasons.push(Reason::MissingColumn(name));
            }
            if places.next().is_some() {
                reasons.push(Reason::RepeatedColumn(name));
            }
        }
        let complete = reasons.is_empty();
        for reason in reasons {
            bad.add(place.clone(), reason);
        }
        complete.then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    type Read = (Vec<(u64, String, String)>, Vec<(u64, Reason)>);

    fn read_text(text: &[u8]) -> Read {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        let (mut rows, mut bad) = (Vec::new(), BadRows::default());
        let columns = Columns { names: ["id", "note"], n_optional: 1 };
        read(file.path(), columns, &mut bad, |row, _| {
            let [id, note] = row.fields;
            if !row.is_broken {
                rows.push((row.place.line, id.to_owned(), note.to_owned()));
            }
        })
        .unwrap();
        let bad = bad.into_sorted().into_iter().map(|bad| (bad.place.line, bad.reason)).collect();
        (rows, bad)
    }

    fn row(line: u64, id: &str, note: &str) -> (u64, String, String) {
        (line, id.to_owned(), note.to_owned())
    }

    #[test]
    fn rows_know_their_line_whatever_ends_the_lines() {
        let expected = vec![row(2, "1", "a"), row(4, "2", "b"), row(5, "3", "d")];
        for end in ["\n", "\r\n", "\r"] {
            let file = "id,note\n1,a\n\n2,\"b\"\n3,d\n".replace('\n', end);
            assert_eq!(read_text(file.as_bytes()), (expected.clone(), vec![]), "{file:?}");
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_own_line_and_no_other() {
        let (rows, bad) = read_text(b"id,note\n1,\"a\n2,\"b\nc\"\n3,\"d\" e\n4,f\n5\n");
        assert_eq!(rows, vec![row(6, "4", "f")]);
        let count = Reason::FieldCount { expected: 2, given: 1 };
        let (unclosed, after) = (Reason::UnclosedQuote, Reason::TextAfterQuote);
        let expected =
            vec![(2, unclosed.clone()), (3, unclosed), (4, count.clone()), (5, after), (7, count)];
        assert_eq!(bad, expected);
        let head = read_text(b"id,\"note\n1,a\n");
        assert_eq!(head, (vec![], vec![(1, Reason::UnclosedQuote)]));
    }

    #[test]
    fn what_separates_the_fields_is_told_by_the_head() {
        for text in ["id;note\n1;a,b\n", "ID;Note\n1;a,b\n", "id\tnote\n1\ta,b\n"] {
            assert_eq!(read_text(text.as_bytes()), (vec![row(2, "1", "a,b")], vec![]), "{text}");
        }
    }

    #[test]
    fn columns_are_found_by_name_and_others_are_passed_over() {
        let (rows, bad) = read_text(b"note, x ,id\nhola , 7,1\n");
        assert_eq!((rows, bad), (vec![row(2, "1", "hola")], vec![]));
        let (rows, bad) = read_text(b"id\n5\n");
        assert_eq!((rows, bad), (vec![row(2, "5", "")], vec![]));
    }

    #[test]
    fn a_file_without_its_columns_is_refused_at_its_head() {
        for nothing in ["", "\u{feff}", "\n \r\n"] {
            assert_eq!(read_text(nothing.as_bytes()), (vec![], vec![(1, Reason::EmptyFile)]));
        }
        assert_eq!(read_text(b"\nid,note\n\n"), (vec![], vec![(2, Reason::NoRows)]));
        assert_eq!(read_text(b"note\nx\n"), (vec![], vec![(1, Reason::MissingColumn("id"))]));
        assert_eq!(read_text(b"id,id\n1,1\n"), (vec![], vec![(1, Reason::RepeatedColumn("id"))]));
    }

    #[test]
    fn rows_that_are_too_short_too_long_or_no_text_are_refused_alone() {
        let (rows, bad) = read_text(b"id,note\n1\n2,b,c\n3,\xff\n4,d\n");
        assert_eq!(rows, vec![row(5, "4", "d")]);
        let count = |given| Reason::FieldCount { expected: 2, given };
        assert_eq!(bad, vec![(2, count(1)), (3, count(3)), (4, Reason::NotUtf8)]);
    }
}
