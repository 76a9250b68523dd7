//! Statistics of repeated measurements.

use std::time::Duration;

use serde_json::{Value, json};

/// The median of some figures with the smallest and the largest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// The spread of at least one figure.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let (min, max) = (figures[0], figures[figures.len() - 1]);
        let upper = figures[figures.len() / 2];
        let lower = figures[(figures.len() - 1) / 2];
        Self { median: f64::midpoint(lower, upper), min, max }
    }

    /// Formats with so many digits after the point.
    pub(crate) fn json(self, digits: i32) -> [Value; 3] {
        [self.median, self.min, self.max].map(|figure| rounded(figure, digits))
    }
}

/// Formats a figure with so many digits after the point.
#[expect(clippy::cast_possible_truncation, reason = "no figure has nineteen digits")]
pub(crate) fn rounded(figure: f64, digits: i32) -> Value {
    if digits == 0 {
        return json!(figure.round() as i64);
    }
    let shift = 10_f64.powi(digits);
    json!((figure * shift).round() / shift)
}

/// The rate per second.
pub(crate) fn per_s(n: u64, took: Duration) -> f64 {
    n as f64 / took.as_secs_f64()
}

/// A quantile in thousandths of the durations; zero if there are none.
pub(crate) fn quantile(latencies: &mut [Duration], permille: usize) -> Duration {
    latencies.sort_unstable();
    let at = (latencies.len() * permille).div_ceil(1000).saturating_sub(1);
    latencies.get(at).copied().unwrap_or_default()
}

/// In milliseconds, to the hundredth.
pub(crate) fn ms(time: Duration) -> Value {
    rounded(time.as_secs_f64() * 1e3, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]);

        assert_eq!(spread, Spread { median: 2.5, min: 1.0, max: 4.0 });
        assert_eq!(Spread::of([9.0, 2.0, 1.0]), Spread { median: 2.0, min: 1.0, max: 9.0 });
    }

    #[test]
    fn a_hundredth_may_take_longer_than_the_quantile() {
        let mut latencies: Vec<_> = (1..=200).rev().map(Duration::from_millis).collect();

        assert_eq!(quantile(&mut latencies, 990), Duration::from_millis(198));
        assert_eq!(quantile(&mut latencies, 500), Duration::from_millis(100));
        assert_eq!(quantile(&mut [], 990), Duration::ZERO);
    }
}
