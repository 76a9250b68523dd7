//! The lines of a file, whatever ends them: LF, CR LF or CR alone.

/// Some programs write it before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line that is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1; blank lines count.
    pub number: u64,
    /// Its content, without the line end.
    pub bytes: &'a [u8],
}

/// The lines of a file that are not blank.
pub fn lines(file: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut rest = Some(file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file));
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let end = text.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let (line, after) = text.split_at(end.unwrap_or(text.len()));
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..));
        Some(line)
    });
    let lines = lines.zip(1..).map(|(bytes, number)| Line { number, bytes });
    lines.filter(|line| !line.bytes.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        let expected = [(1, "a"), (3, "b"), (4, "c")];
        for end in ["\n", "\r\n", "\r"] {
            for last in ["", end] {
                let file = format!("\u{feff}a{end} {end}b{end}c{last}");
                let lines: Vec<(u64, &str)> = lines(file.as_bytes())
                    .map(|line| (line.number, std::str::from_utf8(line.bytes).unwrap()))
                    .collect();
                assert_eq!(lines, expected, "{file:?}");
            }
        }
        assert_eq!(lines(b"").count(), 0);
    }
}
