//! A line as its fields.
//!
//! General readers of CSV accept every text: a quote that is not closed begins a field that covers all lines
//! after it. Here a record is a line, so that a fault affects that line alone.

/// Why a line is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The line is not text in UTF-8.
    NotUtf8,
    /// A quoted field has no end on its line.
    UnclosedQuote,
    /// There is text between the closing quote of a field and the next separator.
    TextAfterQuote,
}

/// A line of a file with separated values.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// The fields without quotes and without white space around them; of a line with a fault, those before it.
    pub fields: Vec<String>,
    /// Why it is no record.
    pub fault: Option<Fault>,
}

impl Record {
    /// Splits a line at its separators.
    pub fn read(line: &[u8], separator: char) -> Self {
        let text = String::from_utf8_lossy(line);
        let (fields, fault) = split(&text, separator);
        let not_text = std::str::from_utf8(line).is_err().then_some(Fault::NotUtf8);
        Self { fields, fault: not_text.or(fault) }
    }
}

fn split(line: &str, separator: char) -> (Vec<String>, Option<Fault>) {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = if let Some(quoted) = rest.trim_start_matches(' ').strip_prefix('"') {
            let Some((field, after)) = unquoted(quoted) else {
                return (fields, Some(Fault::UnclosedQuote));
            };
            (field, after.trim_start_matches(' '))
        } else {
            let (field, after) = rest.split_at(rest.find(separator).unwrap_or(rest.len()));
            (field.to_owned(), after)
        };
        let Some(next) = after.strip_prefix(separator) else {
            if !after.is_empty() {
                return (fields, Some(Fault::TextAfterQuote));
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

    fn record(line: &str, separator: char) -> (Vec<String>, Option<Fault>) {
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
            (r#"a,"b,c"#, Fault::UnclosedQuote),
            (r#"a,"b"#, Fault::UnclosedQuote),
            (r#"a,"b"",c"#, Fault::UnclosedQuote),
            (r#"a,"b"c,d"#, Fault::TextAfterQuote),
            (r#"a,"b" "c""#, Fault::TextAfterQuote),
        ] {
            assert_eq!(record(line, ','), (fields(&["a"]), Some(expected)), "{line}");
        }
        let Record { fault, .. } = Record::read(b"a,\xff", ',');
        assert_eq!(fault, Some(Fault::NotUtf8));
    }
}
