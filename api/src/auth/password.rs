//! Passwords: argon2id, as costly as is safe, and never on the core that is left to those who order.

mod error;
mod hashing;
mod queue;
mod rules;

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::OwnedSemaphorePermit;

use super::aside::aside;
pub use error::PasswordError;
pub use hashing::Verdict;
use hashing::{hash, verify};
use queue::{Core, Place, Queue};
pub use rules::{CHARS_MAX, CHARS_MIN};
use rules::{check_guessable, check_length, check_pin, is_common_pin, prepared};

/// How many are hashed at once: as many as the machine has cores, but for one, if there are several. Where
/// all of them are busy, however low their priority, an order waits several times as long for its turns.
fn at_once() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get).saturating_sub(1).max(1)
}

/// Waits for a permit that bounds the deferrable work of the process; a hash holds it while it runs. Returns
/// `None` after the longest wait, and hashing goes on without.
pub type HashingTurns =
    Arc<dyn Fn() -> BoxFuture<'static, Option<OwnedSemaphorePermit>> + Send + Sync>;

/// Hashes and checks passwords off the async threads, a bounded number at a time.
#[derive(Clone)]
pub struct Passwords {
    queue: Arc<Queue>,
    turns: HashingTurns,
    decoy: Arc<str>,
}

/// A slot in the queue, taken before any lookup: refusing a request then costs next to nothing.
pub struct Waiting {
    place: Place,
    passwords: Passwords,
}

/// A core to hash on, taken before an account is looked up: those who wait come one after another.
pub struct Turn {
    place: Place,
    core: Core,
    turns: HashingTurns,
    decoy: Arc<str>,
}

impl Passwords {
    /// As many at once as [`at_once`] returns.
    pub fn new() -> Self {
        Self::with_cores(at_once())
    }

    fn with_cores(cores: usize) -> Self {
        let decoy =
            hash(b"nobody's password").expect("a short text is hashed with fixed parameters");
        Self {
            queue: Arc::new(Queue::of(cores)),
            turns: Arc::new(|| ready(None).boxed()),
            decoy: decoy.into(),
        }
    }

    /// The same, taking turns with whatever else can wait.
    #[must_use]
    pub fn by(self, turns: HashingTurns) -> Self {
        Self { turns, ..self }
    }

    /// The hash to store for a password that was chosen before.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        check_length(&password)?;
        self.run(None, move || hash(prepared(&password).as_bytes())).await
    }

    /// The hash to store for a chosen password: it must not be among the most common ones, nor contain a word
    /// of `texts`, which identify its owner. `address` as for [`Passwords::place`].
    pub async fn hash_new(
        &self,
        password: String,
        texts: Vec<String>,
        address: Option<IpAddr>,
    ) -> Result<String, PasswordError> {
        check_length(&password)?;
        let password = prepared(&password);
        check_length(&password)?;
        let chosen = move || {
            check_guessable(&password, &texts)?;
            hash(password.as_bytes())
        };
        self.run(address, chosen).await
    }

    /// The hash to store for a chosen PIN. `address` as for [`Passwords::place`].
    pub async fn hash_pin(
        &self,
        pin: String,
        address: Option<IpAddr>,
    ) -> Result<String, PasswordError> {
        check_pin(&pin)?;
        if is_common_pin(&pin) {
            return Err(PasswordError::CommonPin);
        }
        self.run(address, move || hash(pin.as_bytes())).await
    }

    /// The hash to store, with today's parameters, for an existing PIN.
    pub async fn rehash_pin(&self, pin: String) -> Result<String, PasswordError> {
        check_pin(&pin)?;
        self.run(None, move || hash(pin.as_bytes())).await
    }

    /// A slot in the queue, unless too many others wait, or too many from the same `address`; requests of
    /// authenticated users need none.
    pub fn place(&self, address: Option<IpAddr>) -> Result<Waiting, PasswordError> {
        let place = self.queue.place(address).ok_or(PasswordError::Busy)?;
        Ok(Waiting { place, passwords: self.clone() })
    }

    async fn run<T: Send + 'static>(
        &self,
        address: Option<IpAddr>,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        self.place(address)?.turn().await.run(work).await
    }
}

impl Waiting {
    /// Waits for a core.
    pub async fn turn(self) -> Turn {
        let Passwords { queue, turns, decoy } = self.passwords;
        Turn { place: self.place, core: queue.core().await, turns, decoy }
    }
}

impl Turn {
    /// Checks a password against the stored hash; without one it takes as long and is wrong.
    ///
    /// Early hashes are of what was typed, in whatever form: one that is right only like this is made
    /// again.
    pub async fn verify(
        self,
        password: String,
        stored: Option<String>,
    ) -> Result<Verdict, PasswordError> {
        check_length(&password)?;
        let prepared = prepared(&password);
        let as_typed = (prepared != password).then_some(password);
        self.check(prepared, as_typed, stored).await
    }

    /// Checks a PIN against the stored hash; without one it takes as long and is wrong.
    pub async fn verify_pin(
        self,
        pin: String,
        stored: Option<String>,
    ) -> Result<Verdict, PasswordError> {
        check_pin(&pin)?;
        self.check(pin, None, stored).await
    }

    async fn check(
        self,
        secret: String,
        early: Option<String>,
        stored: Option<String>,
    ) -> Result<Verdict, PasswordError> {
        let decoy = Arc::clone(&self.decoy);
        self.run(move || {
            let against = stored.as_deref().unwrap_or(&decoy);
            let mut verdict = verify(secret.as_bytes(), against)?;
            if let (Verdict::Wrong, Some(early)) = (verdict, early)
                && let Verdict::Right { .. } = verify(early.as_bytes(), against)?
            {
                verdict = Verdict::Right { needs_rehash: true };
            }
            Ok(if stored.is_some() { verdict } else { Verdict::Wrong })
        })
        .await
    }

    /// The work holds the turn, not the future that waits for it, so that clients who leave do not start more
    /// hashes than there are cores.
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let taken = (self.turns)().await;
        let held = (self.place, self.core.begin(), taken);
        aside(move || {
            let result = work();
            drop(held);
            result
        })
        .await
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
