//! Which passwords and PINs are taken, and in which form.

use unicode_normalization::UnicodeNormalization;

use super::PasswordError;

/// The fewest characters of a password.
pub const CHARS_MIN: usize = 8;
/// The most characters of a password.
pub const CHARS_MAX: usize = 128;

/// How many guesses a password withstands at least: those that stand in lists of common passwords,
/// and simple variations of them, withstand fewer.
const GUESSES_MIN: u64 = 50_000;

/// The fewest characters of a word that no password may contain: shorter ones are in too many others.
const WORD_CHARS_MIN: usize = 4;

/// The form in which passwords are hashed, whatever keyboard they come from: letters are composed (NFC)
/// and every space is the one of ASCII, as in `OpaqueString` of RFC 8265.
pub(super) fn prepared(password: &str) -> String {
    let is_space = |c: char| c.is_whitespace() && !c.is_control();
    password.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect()
}

pub(super) fn check_length(password: &str) -> Result<(), PasswordError> {
    // Looks at no more characters than it has to: a password of a megabyte is cheap to refuse.
    let chars = password.chars().take(CHARS_MAX + 1).count();
    if (CHARS_MIN..=CHARS_MAX).contains(&chars) { Ok(()) } else { Err(PasswordError::Length) }
}

pub(super) fn check_pin(pin: &str) -> Result<(), PasswordError> {
    let is_one = (4..=8).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { Ok(()) } else { Err(PasswordError::Pin) }
}

/// Refuses a password that is guessed soon: a common one, or one made of `texts`, which identify its owner.
pub(super) fn check_guessable(password: &str, texts: &[String]) -> Result<(), PasswordError> {
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
pub(super) fn is_common_pin(pin: &str) -> bool {
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
