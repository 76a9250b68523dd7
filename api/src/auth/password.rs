//! Passwords: argon2id, as costly as is safe, and never on the core that is left to those who order.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::aside::aside;
use crate::problem::{Code, FieldError, Problem};

/// The fewest characters of a password.
pub const CHARS_MIN: usize = 8;
/// The most characters of a password.
pub const CHARS_MAX: usize = 128;

/// How many guesses a password withstands at least: those that stand in lists of common passwords,
/// and simple variations of them, withstand fewer.
const GUESSES_MIN: u64 = 50_000;

/// How many may wait for a core; whoever comes after them is sent away. On one core the last of them
/// waits about a second.
const QUEUE_MAX: usize = 32;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many are hashed at once: as many as the machine has cores, but for one, if there are several. Where
/// all of them are busy, however low their priority, an order waits several times as long for its turns.
pub(super) fn at_once() -> u32 {
    let cores =
        available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX));
    cores.saturating_sub(1).max(1)
}

/// Why a password was neither hashed nor checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It is shorter than [`CHARS_MIN`] or longer than [`CHARS_MAX`].
    #[error("a password has {CHARS_MIN} to {CHARS_MAX} characters")]
    Length,
    /// It is among those that everybody tries first.
    #[error("the password is among the most common ones")]
    Common,
    /// It is not 4 to 8 digits.
    #[error("a PIN has 4 to 8 digits")]
    Pin,
    /// It is among those that everybody tries first.
    #[error("the PIN is among the most common ones")]
    CommonPin,
    /// Too many others are waiting.
    #[error("too many passwords are being checked")]
    Busy,
    /// The stored hash is not one.
    #[error("the stored hash cannot be read")]
    Unreadable(#[source] argon2::password_hash::phc::Error),
    /// Hashing itself went wrong.
    #[error("could not hash")]
    Failed(#[source] argon2::password_hash::Error),
}

/// What checking a password told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is another one, or nobody has this name.
    Wrong,
    /// It is the right one.
    Right {
        /// The stored hash is cheaper than what is made today; hash again while the password is here.
        needs_rehash: bool,
    },
}

/// Waits until no more of what can wait is going on in this process than should; a hash then lasts as
/// long as what is given. Gives nothing to whoever has waited too long, and goes on without.
pub type HashingTurns =
    Arc<dyn Fn() -> BoxFuture<'static, Option<OwnedSemaphorePermit>> + Send + Sync>;

/// Hashes and checks passwords off the async threads, a bounded number at a time.
#[derive(Clone)]
pub struct Passwords {
    waiting: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    turns: HashingTurns,
    decoy: Arc<str>,
}

/// A place in the queue and a core, taken before anything is looked up for whoever signs in: those
/// who are sent away cost next to nothing, and the others come one after another.
pub struct Turn {
    held: (OwnedSemaphorePermit, OwnedSemaphorePermit),
    turns: HashingTurns,
    decoy: Arc<str>,
}

impl Passwords {
    /// As many at once as [`at_once`] says.
    pub fn new() -> Self {
        Self::with_cores(at_once())
    }

    fn with_cores(cores: u32) -> Self {
        let cores = usize::try_from(cores).expect("they can be counted");
        let decoy =
            hash(b"nobody's password").expect("a short text is hashed with fixed parameters");
        Self {
            waiting: Arc::new(Semaphore::new(cores + QUEUE_MAX)),
            cores: Arc::new(Semaphore::new(cores)),
            turns: Arc::new(|| ready(None).boxed()),
            decoy: decoy.into(),
        }
    }

    /// The same, taking turns with whatever else can wait.
    #[must_use]
    pub fn by(self, turns: HashingTurns) -> Self {
        Self { turns, ..self }
    }

    /// The hash to store for a new password.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        check_length(&password)?;
        self.run(move || hash(password.as_bytes())).await
    }

    /// The hash to store for a password that somebody chooses: not one of those that everybody tries
    /// first.
    pub async fn hash_new(&self, password: String) -> Result<String, PasswordError> {
        check_length(&password)?;
        let chosen = move || {
            if is_common(&password) {
                Err(PasswordError::Common)
            } else {
                hash(password.as_bytes())
            }
        };
        self.run(chosen).await
    }

    /// The hash to store for a PIN that somebody chooses.
    pub async fn hash_pin(&self, pin: String) -> Result<String, PasswordError> {
        check_pin(&pin)?;
        if is_common_pin(&pin) {
            return Err(PasswordError::CommonPin);
        }
        self.run(move || hash(pin.as_bytes())).await
    }

    /// Checks a password as [`Turn::verify`] does, when it is its turn.
    pub async fn verify(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<Verdict, PasswordError> {
        check_length(&password)?;
        self.turn().await?.verify(password, stored).await
    }

    /// Waits for a turn, or says at once that too many others do.
    pub async fn turn(&self) -> Result<Turn, PasswordError> {
        let place =
            Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let core =
            Arc::clone(&self.cores).acquire_owned().await.map_err(|_| PasswordError::Busy)?;
        let (turns, decoy) = (Arc::clone(&self.turns), Arc::clone(&self.decoy));
        Ok(Turn { held: (place, core), turns, decoy })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        self.turn().await?.run(work).await
    }
}

impl Turn {
    /// Checks a password against the stored hash; without one it takes as long and is wrong.
    pub async fn verify(
        self,
        password: String,
        stored: Option<String>,
    ) -> Result<Verdict, PasswordError> {
        check_length(&password)?;
        self.check(password, stored).await
    }

    /// Checks a PIN against the stored hash; without one it takes as long and is wrong.
    pub async fn verify_pin(
        self,
        pin: String,
        stored: Option<String>,
    ) -> Result<Verdict, PasswordError> {
        check_pin(&pin)?;
        self.check(pin, stored).await
    }

    async fn check(self, secret: String, stored: Option<String>) -> Result<Verdict, PasswordError> {
        let decoy = Arc::clone(&self.decoy);
        self.run(move || match stored {
            Some(stored) => verify(secret.as_bytes(), &stored),
            None => verify(secret.as_bytes(), &decoy).map(|_| Verdict::Wrong),
        })
        .await
    }

    /// The turn belongs to the work and not to whoever waits for it, so that clients who leave do not
    /// make room for more than the cores can do.
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let held = (self.held, (self.turns)().await);
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

impl From<PasswordError> for Problem {
    fn from(err: PasswordError) -> Self {
        match err {
            PasswordError::Length => {
                let words = (
                    format!("debe tener de {CHARS_MIN} a {CHARS_MAX} caracteres"),
                    format!("must have {CHARS_MIN} to {CHARS_MAX} characters"),
                );
                Self::validation(vec![FieldError::new("/password", "length", words)])
            }
            PasswordError::Common => {
                let words = (
                    "es una de las contraseñas más usadas; elija otra",
                    "is one of the most common passwords; choose another",
                );
                Self::validation(vec![FieldError::new("/password", "common", words)])
            }
            PasswordError::Pin => {
                let words = ("debe tener de 4 a 8 dígitos", "must have 4 to 8 digits");
                Self::validation(vec![FieldError::new("/pin", "format", words)])
            }
            PasswordError::CommonPin => {
                let words = (
                    "es uno de los PIN más usados; elija otro",
                    "is one of the most common PINs; choose another",
                );
                Self::validation(vec![FieldError::new("/pin", "common", words)])
            }
            PasswordError::Busy => Self::new(Code::RateLimited).retry_after(Duration::from_secs(2)),
            PasswordError::Unreadable(_) | PasswordError::Failed(_) => {
                tracing::error!(error = %err, "a password could not be checked");
                Self::new(Code::Internal)
            }
        }
    }
}

fn check_length(password: &str) -> Result<(), PasswordError> {
    // Looks at no more characters than it has to: a password of a megabyte is cheap to refuse.
    let chars = password.chars().take(CHARS_MAX + 1).count();
    if (CHARS_MIN..=CHARS_MAX).contains(&chars) { Ok(()) } else { Err(PasswordError::Length) }
}

fn check_pin(pin: &str) -> Result<(), PasswordError> {
    let is_one = (4..=8).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { Ok(()) } else { Err(PasswordError::Pin) }
}

/// Whether a password is among those that are tried first.
fn is_common(password: &str) -> bool {
    zxcvbn::zxcvbn(password, &[]).guesses() < GUESSES_MIN
}

/// Whether a PIN is among those that are tried first: digits that stay alike, count up or down, or
/// repeat in twos.
fn is_common_pin(pin: &str) -> bool {
    let digits = pin.as_bytes();
    let counts_by = |step: u8| {
        let next = |digit: u8| (digit - b'0' + step) % 10 + b'0';
        digits.windows(2).all(|pair| pair[1] == next(pair[0]))
    };
    [0, 1, 9].into_iter().any(counts_by) || digits.iter().zip(&digits[2..]).all(|(a, b)| a == b)
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let hash: PasswordHash = argon2().hash_password(password).map_err(PasswordError::Failed)?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], stored: &str) -> Result<Verdict, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(PasswordError::Unreadable)?;
    match argon2().verify_password(password, &stored) {
        Ok(()) => Ok(Verdict::Right { needs_rehash: !is_current(&stored) }),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(err) => Err(PasswordError::Failed(err)),
    }
}

fn is_current(stored: &PasswordHash) -> bool {
    stored.algorithm == argon2::ARGON2ID_IDENT
        && stored.version == Some(Version::V0x13.into())
        && Params::try_from(stored).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
        })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const RIGHT: &str = "correct horse battery";

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = Passwords::new();
        let stored = passwords.hash(RIGHT.to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let verdict = |password: &str, stored: Option<String>| {
            let password = password.to_owned();
            let passwords = passwords.clone();
            async move { passwords.verify(password, stored).await.unwrap() }
        };
        let right = verdict(RIGHT, Some(stored.clone())).await;
        assert_eq!(right, Verdict::Right { needs_rehash: false });
        assert_eq!(verdict("correct horse batterY", Some(stored.clone())).await, Verdict::Wrong);
        assert_eq!(verdict(RIGHT, None).await, Verdict::Wrong);
        assert_eq!(verdict("nobody's password", None).await, Verdict::Wrong);
        let again = passwords.hash(RIGHT.to_owned()).await.unwrap();
        assert_ne!(stored, again, "two hashes share a salt");
    }

    #[tokio::test]
    async fn a_cheaper_hash_is_right_and_asks_to_be_made_again() {
        let params = Params::new(8_192, 1, 1, None).unwrap();
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let stored: PasswordHash = cheap.hash_password(RIGHT.as_bytes()).unwrap();
        let verdict = Passwords::new().verify(RIGHT.to_owned(), Some(stored.to_string())).await;
        assert_eq!(verdict.unwrap(), Verdict::Right { needs_rehash: true });
    }

    #[tokio::test]
    async fn a_hash_that_is_none_is_an_error_and_not_a_wrong_password() {
        let result = Passwords::new().verify(RIGHT.to_owned(), Some("secret".to_owned())).await;
        assert!(matches!(result, Err(PasswordError::Unreadable(_))));
    }

    #[tokio::test]
    async fn a_pin_that_everybody_tries_first_is_refused() {
        let passwords = Passwords::new();
        for pin in ["0000", "1234", "7890", "4321", "3210", "1212", "98989898", "11111"] {
            let result = passwords.hash_pin(pin.to_owned()).await;
            assert!(matches!(result, Err(PasswordError::CommonPin)), "{pin}");
        }
        for pin in ["2468", "1213", "1221", "12345679"] {
            assert!(passwords.hash_pin(pin.to_owned()).await.is_ok(), "{pin}");
        }
        for pin in ["123", "123456789", "12a4", "١٢٣٤"] {
            let result = passwords.hash_pin(pin.to_owned()).await;
            assert!(matches!(result, Err(PasswordError::Pin)), "{pin}");
        }
        let problem = Problem::from(PasswordError::CommonPin);
        assert_eq!((problem.status().as_u16(), problem.code()), (422, Code::Validation));
    }

    #[tokio::test]
    async fn s11_a_password_of_the_wrong_length_is_refused_without_hashing() {
        let passwords = Passwords::with_cores(1);
        passwords.cores.close();
        for chars in [0, 7, 129, 1 << 20] {
            let result = passwords.verify("ñ".repeat(chars), None).await;
            assert!(matches!(result, Err(PasswordError::Length)), "{chars}");
        }
        let problem = Problem::from(PasswordError::Length);
        assert_eq!((problem.status().as_u16(), problem.code()), (422, Code::Validation));
    }

    #[tokio::test]
    async fn s10_whoever_finds_the_queue_full_is_sent_away_at_once() {
        let passwords = Passwords::with_cores(1);
        let core = Arc::clone(&passwords.cores).acquire_owned().await.unwrap();
        let waiting: Vec<_> = (0..=QUEUE_MAX)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.verify("short".repeat(9), None).await })
            })
            .collect();
        while passwords.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let one_too_many = passwords.verify(RIGHT.to_owned(), None).await;
        let problem = Problem::from(one_too_many.unwrap_err());
        assert_eq!(problem.code(), Code::RateLimited);
        let response = poem::error::ResponseError::as_response(&problem);
        assert_eq!(response.header("retry-after"), Some("2"));
        for waiting in waiting {
            waiting.abort();
        }
        while passwords.waiting.available_permits() < QUEUE_MAX {
            tokio::task::yield_now().await;
        }
        drop(core);
        assert_eq!(passwords.verify(RIGHT.to_owned(), None).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_waits_for_its_turn_and_gives_it_back() {
        let turns = Arc::new(Semaphore::new(1));
        let (asks, mut asked) = tokio::sync::mpsc::unbounded_channel();
        let taken = Arc::clone(&turns);
        let passwords = Passwords::with_cores(1).by(Arc::new(move || {
            asks.send(()).unwrap();
            let taken = Arc::clone(&taken);
            async move { taken.acquire_owned().await.ok() }.boxed()
        }));
        let other = Arc::clone(&turns).acquire_owned().await.unwrap();
        let hashing = passwords.clone();
        let hashing = tokio::spawn(async move { hashing.hash(RIGHT.to_owned()).await });
        asked.recv().await.unwrap();
        let second = Arc::clone(&turns).acquire_owned();
        drop(other);
        // Turns are given in the order in which they are asked for.
        let _second = second.await.unwrap();
        assert_eq!(passwords.cores.available_permits(), 1, "the hash before it is done");
        assert!(hashing.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn s09_an_unknown_name_takes_as_long_as_a_wrong_password() {
        let passwords = Passwords::new();
        let stored = passwords.hash(RIGHT.to_owned()).await.unwrap();
        let mut shortest = [Duration::MAX; 2];
        for _ in 0..7 {
            // In turns, so that whatever else the machine does slows down both.
            for (idx, stored) in [Some(stored.clone()), None].into_iter().enumerate() {
                let start = Instant::now();
                let verdict = passwords.verify("wrong password".to_owned(), stored).await;
                assert_eq!(verdict.unwrap(), Verdict::Wrong);
                shortest[idx] = shortest[idx].min(start.elapsed());
            }
        }
        // Both hash once; without the decoy one of them would be thousands of times shorter.
        let [known, unknown] = shortest;
        assert!(known < unknown * 10 && unknown < known * 10, "{shortest:?}");
    }
}
