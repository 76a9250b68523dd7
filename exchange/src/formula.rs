//! Cells that a spreadsheet would take for a formula.
//!
//! A cell that begins with one of a few characters is computed by the program that opens the file, with the rights of
//! the person who opened it. Such a cell is written with a mark in front of it, and read without.

/// Spreadsheets show a cell that begins with it as text, without the mark.
const MARK: char = '\'';

/// What a formula, or a command of an old program, begins with; the wide forms are folded to the others by some
/// programs.
const BEGINNINGS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// The text as it is written.
pub fn marked(text: &str) -> String {
    if is_active(text) { format!("{MARK}{text}") } else { text.to_owned() }
}

/// The text that was written.
pub fn unmarked(text: &str) -> &str {
    text.strip_prefix(MARK).filter(|rest| is_active(rest)).unwrap_or(text)
}

/// Whether a text begins like a formula behind any number of marks. Marks count, so that a text that has one itself
/// keeps it.
fn is_active(text: &str) -> bool {
    text.trim_start_matches(MARK).starts_with(BEGINNINGS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn s47_what_a_spreadsheet_would_compute_is_written_as_text() {
        for text in ["=HYPERLINK(\"http://x\")", "+1", "-1+2", "@SUM(A1)", "\tx", "\rx", "＝1"] {
            let written = marked(text);
            assert!(written.starts_with('\''), "{written:?}");
            assert_eq!(unmarked(&written), text);
        }
        for text in ["", "Arepa", "Café = bueno", "'", "'Arepa'", "1-2"] {
            assert_eq!((marked(text).as_str(), unmarked(text)), (text, text));
        }
        assert_eq!(marked("'=1"), "''=1");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "['=+@\\-a\t]{0,6}|\\PC{0,8}") {
            let written = marked(&text);
            prop_assert_eq!(unmarked(&written), text);
        }

        #[test]
        fn nothing_that_is_written_begins_like_a_formula(text in "['=+@\\-a\t]{0,6}|\\PC{0,8}") {
            prop_assert!(!marked(&text).starts_with(BEGINNINGS));
        }
    }
}
