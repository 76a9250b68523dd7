//! Reproducible choice of faults and times from a seed.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Makes random choices and prints its seed when the test fails. `FASTOPS_SEED` sets the seed.
#[derive(Debug)]
pub struct Nemesis {
    seed: u64,
    rng: StdRng,
}

impl Nemesis {
    /// Uses `FASTOPS_SEED`, or a random seed.
    pub fn new() -> Self {
        let given = std::env::var("FASTOPS_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| crate::fresh().as_u64_pair().1);
        Self { seed, rng: StdRng::seed_from_u64(seed) }
    }

    /// A seed for another generator.
    pub fn seed(&mut self) -> u64 {
        self.rng.random()
    }

    /// A random duration of at most `most`.
    pub fn within(&mut self, most: Duration) -> Duration {
        self.rng.random_range(Duration::ZERO..=most)
    }

    /// A random element.
    pub fn one_of<T: Copy>(&mut self, several: &[T]) -> T {
        several[self.rng.random_range(0..several.len())]
    }
}

impl Default for Nemesis {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Nemesis {
    #[expect(clippy::print_stderr, reason = "the seed of a failed test is needed to repeat it")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the faults came from FASTOPS_SEED={}", self.seed);
        }
    }
}
