//! An import that is killed is as good as one that is late.

use std::path::Path;
use std::time::Duration;

use event_store::Position;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

use crate::target::Target;
use crate::year::{MENU, generate};

/// How often the import is killed; a campaign asks for more.
fn rounds() -> u64 {
    std::env::var("FASTOPS_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5)
}

impl Target {
    /// Starts the import and kills it as soon as the log has got there; false if it ended before.
    async fn import_killed_at(&self, data: &Path, position: Position) -> bool {
        let mut import = self.import_pizza_place(data).spawn().unwrap();
        loop {
            if self.head().await >= position {
                import.kill().await.unwrap();
                return true;
            }
            if import.try_wait().unwrap().is_some() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_killed_at_random_moments_ends_as_if_it_had_not_been() {
    let folder = TempDir::new().unwrap();
    let n_orders = 600;
    let totals = generate(folder.path(), n_orders, 11);
    let target = Target::set_up().await;
    let mut rng = StdRng::seed_from_u64(3);
    // Each round may get a part of what is left; seven events belong to every order.
    let step_max = 2 * 7 * n_orders as u64 / (rounds() + 2);

    let mut n_killed = 0;
    for _ in 0..rounds() {
        let position = target.head().await.plus(rng.random_range(1..=step_max.max(1)));
        n_killed += u64::from(target.import_killed_at(folder.path(), position).await);
    }
    assert!(n_killed > 0, "every import ended before it could be killed");
    target.import_to_its_end(folder.path()).await;

    target.holds(totals, MENU).await;
}
