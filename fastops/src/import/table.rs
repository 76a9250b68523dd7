//! A CSV file as rows of the given columns, each with its line.

use std::path::Path;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder, Trim};

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
    pub(super) fields: [&'a str; N],
}

/// Gives every readable row of a file to `each`, in order, and notes the others. False if the head
/// of the file is bad, so that no row was looked at.
pub(super) fn read<const N: usize>(
    path: &Path,
    columns: Columns<N>,
    bad: &mut BadRows,
    mut each: impl FnMut(Row<'_, N>, &mut BadRows),
) -> Result<bool, Error> {
    let unreadable = |source| Error::File { file: path.display().to_string(), source };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let file: Arc<str> = path.display().to_string().into();
    let mut lines = Lines::new(&bytes);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(&bytes[..]);
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        let more = reader.read_byte_record(record).map_err(|error| unreadable(error.into()))?;
        let byte = record.position().map_or(0, csv::Position::byte);
        Ok::<_, Error>(more.then(|| FileLine { file: Arc::clone(&file), line: lines.at(byte) }))
    };

    let head = next(&mut record)?;
    let head = head.unwrap_or(FileLine { file: Arc::clone(&file), line: 1 });
    let n_fields = record.len();
    let Some(found) = locate(&record, columns, &head, bad) else { return Ok(false) };
    while let Some(place) = next(&mut record)? {
        if record.len() != n_fields {
            let reason = Reason::FieldCount { expected: n_fields, given: record.len() };
            bad.add(place, reason);
            continue;
        }
        if record.iter().any(|field| std::str::from_utf8(field).is_err()) {
            bad.add(place, Reason::NotUtf8);
            continue;
        }
        let field = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        let text = |at| std::str::from_utf8(field(at)).unwrap_or_default();
        each(Row { place, fields: found.map(text) }, bad);
    }
    Ok(true)
}

/// Where each column is; nothing when one of them is missing or ambiguous.
fn locate<const N: usize>(
    head: &ByteRecord,
    columns: Columns<N>,
    place: &FileLine,
    bad: &mut BadRows,
) -> Option<[Option<usize>; N]> {
    let mut reasons = Vec::new();
    let mut found = [None; N];
    for (number, name) in columns.names.into_iter().enumerate() {
        let mut places = (0..head.len()).filter(|at| head.get(*at) == Some(name.as_bytes()));
        found[number] = places.next();
        if found[number].is_none() && number < N - columns.n_optional {
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

/// Counts lines; the reader's own count is off by one after blank lines and with Windows line ends.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The line of the first byte of a record that begins at or, after line ends, soon after `byte`.
    fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) = self.bytes.get(self.at) {
            if self.at >= byte && !matches!(here, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*here == b'\n');
            self.at += 1;
        }
        self.line
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
            rows.push((row.place.line, id.to_owned(), note.to_owned()));
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
        let expected = vec![row(2, "1", "a"), row(4, "2", "b\nc"), row(6, "3", "d")];
        let unix = "id,note\n1,a\n\n2,\"b\nc\"\n3,d\n";
        assert_eq!(read_text(unix.as_bytes()), (expected, vec![]));
        let windows = format!("\u{feff}{}", unix.replace('\n', "\r\n"));
        let (rows, bad) = read_text(windows.as_bytes());
        assert_eq!(bad, vec![]);
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), vec![2, 4, 6]);
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
        assert_eq!(read_text(b""), (vec![], vec![(1, Reason::MissingColumn("id"))]));
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
