//! When and which: choices that can be made again from their seed.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Chooses for a test, and says from which seed when the test fails. `FASTOPS_SEED` makes it choose the
/// same again.
#[derive(Debug)]
pub struct Nemesis {
    seed: u64,
    rng: StdRng,
}

impl Nemesis {
    /// From the given seed, or from one that nobody knows.
    pub fn new() -> Self {
        let given = std::env::var("FASTOPS_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| crate::fresh().as_u64_pair().1);
        Self { seed, rng: StdRng::seed_from_u64(seed) }
    }

    /// The seed of something that chooses for itself.
    pub fn seed(&mut self) -> u64 {
        self.rng.random()
    }

    /// Any time up to this one.
    pub fn within(&mut self, most: Duration) -> Duration {
        self.rng.random_range(Duration::ZERO..=most)
    }

    /// One of several.
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
    #[expect(clippy::print_stderr, reason = "whoever reads of the failure wants to repeat it")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the faults came from FASTOPS_SEED={}", self.seed);
        }
    }
}
