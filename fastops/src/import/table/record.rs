//! A line as its fields.
//!
//! General readers of CSV accept every text: a quote that is not closed begins a field that covers all lines
//! after it. Here a record is a line, so that a fault affects that line alone.

use crate::import::bad_row::Reason;

/// A line of a file with separated values.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The fields without quotes and without white space around them; of a line with a fault, those before it.
    pub(super) fields: Vec<String>,
    /// Why it is no record.
    pub(super) fault: Option<Reason>,
}

impl Record {
    pub(super) fn read(line: &[u8], separator: char) -> Self {
        let text = String::from_utf8_lossy(line);
        let (fields, fault) = split(&text, separator);
        let not_text = std::str::from_utf8(line).is_err().then_some(Reason::NotUtf8);
        Self { fields, fault: not_text.or(fault) }
    }
}

fn split(line: &str, separator: char) -> (Vec<String>, Option<Reason>) {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = if let Some(quoted) = rest.trim_start_matches(' ').strip_prefix('"') {
            let Some((field, after)) = unquoted(quoted) else {
                return (fields, Some(Reason::UnclosedQuote));
            };
            (field, after.trim_start_matches(' '))
        } else {
            let (field, after) = rest.split_at(rest.find(separator).unwrap_or(rest.len()));
            (field.to_owned(), after)
        };
        let Some(next) = after.strip_prefix(separator) else {
            if !after.is_empty() {
                return (fields, Some(Reason::TextAfterQuote));
            }
            fields.push(field.trim().to_owned());
            return (fields, None);
        };
        fields.push(field.trim().to_owned());
        rest = next;
    }
}

/// The text before the closing quote and the text after it; a doubled quote is one quote of the field.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let (mut field, mut rest) = (String::new(), text);
    loop {
        let (before, after) = rest.split_once('"')?;
        field.push_str(before);
        let Some(next) = after.strip_prefix('"') else { return Some((field, after)) };
        field.push('"');
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(line: &str, separator: char) -> (Vec<String>, Option<Reason>) {
        let Record { fields, fault } = Record::read(line.as_bytes(), separator);
        (fields, fault)
    }

    fn fields(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn fields_lose_their_quotes_and_the_white_space_around_them() {
        for (line, separator, expected) in [
            ("a, b ,c", ',', &["a", "b", "c"][..]),
            (r#""a, b", "c" ,d"#, ',', &["a, b", "c", "d"]),
            (r#""a ""b""","",c"#, ',', &["a \"b\"", "", "c"]),
            (r#"Pizza 12",x"#, ',', &["Pizza 12\"", "x"]),
            ("a;b,c;", ';', &["a", "b,c", ""]),
            ("a\t\tc", '\t', &["a", "", "c"]),
        ] {
            assert_eq!(record(line, separator), (fields(expected), None), "{line}");
        }
    }

    #[test]
    fn a_quote_that_does_not_end_its_field_is_a_fault() {
        for (line, expected) in [
            (r#"a,"b,c"#, Reason::UnclosedQuote),
            (r#"a,"b"#, Reason::UnclosedQuote),
            (r#"a,"b"",c"#, Reason::UnclosedQuote),
            (r#"a,"b"c,d"#, Reason::TextAfterQuote),
            (r#"a,"b" "c""#, Reason::TextAfterQuote),
        ] {
            assert_eq!(record(line, ','), (fields(&["a"]), Some(expected)), "{line}");
        }
        let Record { fault, .. } = Record::read(b"a,\xff", ',');
        assert_eq!(fault, Some(Reason::NotUtf8));
    }
}
