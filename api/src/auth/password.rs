//! Passwords: argon2id, as costly as is safe, and never on the core that is left to those who order.

mod queue;

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use queue::{Core, Place, Queue};
use tokio::sync::OwnedSemaphorePermit;
use unicode_normalization::UnicodeNormalization;

use super::aside::aside;
use crate::problem::{Code, FieldError, Problem};

/// The fewest characters of a password.
pub const CHARS_MIN: usize = 8;
/// The most characters of a password.
pub const CHARS_MAX: usize = 128;

/// How many guesses a password withstands at least: those that stand in lists of common passwords,
/// and simple variations of them, withstand fewer.
const GUESSES_MIN: u64 = 50_000;

/// The fewest characters of a word that no password may contain: shorter ones are in too many others.
const WORD_CHARS_MIN: usize = 4;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many are hashed at once: as many as the machine has cores, but for one, if there are several. Where
/// all of them are busy, however low their priority, an order waits several times as long for its turns.
fn at_once() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get).saturating_sub(1).max(1)
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
    /// It contains a word of its owner or of the company.
    #[error("the password contains a word that says whose it is")]
    Telling,
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
    queue: Arc<Queue>,
    turns: HashingTurns,
    decoy: Arc<str>,
}

/// A place in the queue, taken before anything is looked up: those who are sent away cost next to nothing.
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
    /// As many at once as [`at_once`] says.
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

    /// The hash to store for a password that somebody chooses: not one of those that everybody tries
    /// first, and none with a word in it of `texts`, which say whose it is. `address` as for
    /// [`Passwords::place`].
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

    /// The hash to store for a PIN that somebody chooses. `address` as for [`Passwords::place`].
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

    /// The hash to store, with today's parameters, for a PIN that somebody has.
    pub async fn rehash_pin(&self, pin: String) -> Result<String, PasswordError> {
        check_pin(&pin)?;
        self.run(None, move || hash(pin.as_bytes())).await
    }

    /// A place in the queue, unless too many others wait, or too many from the same `address`; whoever is
    /// known already needs none.
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

    /// The turn belongs to the work and not to whoever waits for it, so that clients who leave do not
    /// make room for more than the cores can do.
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
            PasswordError::Telling => {
                let words = (
                    "contiene su nombre, su correo o el nombre de la empresa; elija otra",
                    "contains your name, your address or the company's name; choose another",
                );
                Self::validation(vec![FieldError::new("/password", "telling", words)])
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

/// The form in which passwords are hashed, whatever keyboard they come from: letters are composed (NFC)
/// and every space is the one of ASCII, as in `OpaqueString` of RFC 8265.
fn prepared(password: &str) -> String {
    let is_space = |c: char| c.is_whitespace() && !c.is_control();
    password.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect()
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

/// Refuses a password that is tried soon: by everybody, or by whoever knows whose it is from `texts`.
fn check_guessable(password: &str, texts: &[String]) -> Result<(), PasswordError> {
    if zxcvbn::zxcvbn(password, &[]).guesses() < GUESSES_MIN {
        return Err(PasswordError::Common);
    }
    let plain_texts: Vec<String> = texts.iter().map(|text| plain(text)).collect();
    let words = plain_texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let words: Vec<&str> = words.filter(|word| word.chars().count() >= WORD_CHARS_MIN).collect();
    let plain_password = plain(password);
    let contains = words.iter().any(|word| plain_password.contains(word));
    // Also written backwards, or with digits for letters.
    if contains || zxcvbn::zxcvbn(password, &words).guesses() < GUESSES_MIN {
        return Err(PasswordError::Telling);
    }
    Ok(())
}

/// A text without what one leaves out in haste: capitals and accents.
fn plain(text: &str) -> String {
    let without_accent = |c| match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    };
    text.nfc().flat_map(char::to_lowercase).map(without_accent).collect()
}

/// PINs that stand high in lists of those that were leaked and follow no rule below: shapes on a keypad,
/// and words typed on one.
const COMMON_PINS: [&str; 12] = [
    "0852", "1397", "1590", "1793", "2580", "3690", "5683", "7410", "147258", "159357", "258456",
    "789456",
];

/// Whether a PIN is among those that are tried first: digits that stay alike, count up or down, repeat
/// in twos or by halves, a year in which people are born, or one of [`COMMON_PINS`].
fn is_common_pin(pin: &str) -> bool {
    let digits = pin.as_bytes();
    let (first, second) = pin.split_at(pin.len() / 2);
    let is_year = pin.len() == 4 && matches!(first, "19" | "20");
    if first == second || is_year || COMMON_PINS.contains(&pin) {
        return true;
    }
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
mod tests;
