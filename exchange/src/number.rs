//! Decimal numbers as people write them: with a point, or with a comma.

/// What separates the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// `20.75`
    Point,
    /// `20,75`
    Comma,
}

/// A number that means one thing in one country and another elsewhere, such as `1.500` where commas separate
/// decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambiguous;

/// The number with a point, and nothing that separates thousands.
///
/// The other mark separates decimals too if it cannot separate thousands: `20.75` is read where commas are expected,
/// `1.500` is not. A text that is no number is returned as it is, for the caller to refuse.
pub fn with_point(text: &str, mark: DecimalMark) -> Result<String, Ambiguous> {
    let (expected, other) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    match text.split_once(other) {
        None => Ok(text.replacen(expected, ".", 1)),
        Some(_) if text.contains(expected) => Err(Ambiguous),
        Some((whole, decimals)) if may_be_thousands(whole, decimals) => Err(Ambiguous),
        Some((whole, decimals)) => Ok(format!("{whole}.{decimals}")),
    }
}

fn may_be_thousands(whole: &str, decimals: &str) -> bool {
    let group = decimals.rsplit([',', '.']).next();
    let digits = whole.trim_start_matches('-');
    !matches!(digits, "" | "0") && group.is_some_and(|group| group.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, mark: DecimalMark) -> Option<String> {
        with_point(text, mark).ok()
    }

    #[test]
    fn a_point_or_a_comma_separates_decimals() {
        for (text, mark, expected) in [
            ("20.75", DecimalMark::Point, Some("20.75")),
            ("20,75", DecimalMark::Comma, Some("20.75")),
            ("28000", DecimalMark::Comma, Some("28000")),
            ("1.125", DecimalMark::Point, Some("1.125")),
            ("1,125", DecimalMark::Comma, Some("1.125")),
            ("20,75", DecimalMark::Point, Some("20.75")),
            ("20.75", DecimalMark::Comma, Some("20.75")),
            ("0.125", DecimalMark::Comma, Some("0.125")),
        ] {
            assert_eq!(read(text, mark).as_deref(), expected, "{text} {mark:?}");
        }
    }

    #[test]
    fn what_may_be_thousands_is_refused_and_not_guessed() {
        for (text, mark) in [
            ("28.000", DecimalMark::Comma),
            ("28,000", DecimalMark::Point),
            ("1.234.567", DecimalMark::Comma),
            ("1,234.50", DecimalMark::Point),
            ("1.234,50", DecimalMark::Comma),
        ] {
            assert_eq!(read(text, mark), None, "{text} {mark:?}");
        }
    }
}
