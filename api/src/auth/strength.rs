//! Whether a secret could be guessed: what repeats itself is no secret, however long it is.

/// The fewest different bytes of a secret.
const DIFFERENT_MIN: usize = 8;

/// Whether a text is a few bytes again and again, or has hardly any different ones.
pub fn repeats_itself(secret: &[u8]) -> bool {
    let different: std::collections::HashSet<&u8> = secret.iter().collect();
    let is_periodic = |period: usize| secret.iter().zip(&secret[period..]).all(|(a, b)| a == b);
    different.len() < DIFFERENT_MIN || (1..=secret.len() / 2).any(is_periodic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_itself_is_no_secret() {
        for weak in ["", "0000000000000000", &"ab".repeat(32), &"0123456789abcdef".repeat(2)] {
            assert!(repeats_itself(weak.as_bytes()), "{weak}");
        }
        let made =
            ["b6SxTZ0o2yJ1ub7W0vM4iQ9m3hYk5cPq8eRdFgHjKlA=", "9f86d081884c7d659a2feaa0c55ad015"];
        for good in made {
            assert!(!repeats_itself(good.as_bytes()), "{good}");
        }
    }
}
