//! The operator's token: a secret of the installation, apart from everything that companies have.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use poem::Request;
use sha2::{Digest, Sha256};

use super::attempts::{Attempts, Subject};
use super::failures::{Reason, Try, Way};
use super::origin;
use super::token::TokenError;
use crate::auth::bearer::bearer;
use crate::problem::Problem;
use crate::sources::Now;

const CHARS_MIN: usize = 32;
const DIFFERENT_MIN: usize = 8;

/// The token could be guessed, or no header of HTTP can carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the operator's token has at least {CHARS_MIN} visible ASCII characters, {DIFFERENT_MIN} of them \
     different"
)]
pub struct WeakOperatorToken;

/// The token, of which only the hash is kept.
#[derive(Clone)]
pub struct OperatorToken([u8; 32]);

impl std::fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OperatorToken")
    }
}

impl OperatorToken {
    /// The token that this text is.
    pub fn try_new(text: &str) -> Result<Self, WeakOperatorToken> {
        let different: std::collections::HashSet<u8> = text.bytes().collect();
        let is_good = text.len() >= CHARS_MIN
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && different.len() >= DIFFERENT_MIN;
        if is_good { Ok(Self(hash(text))) } else { Err(WeakOperatorToken) }
    }

    /// A token that was never issued.
    fn of_nobody() -> Self {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
        Self(bytes)
    }

    /// Takes as long whether they are alike or not.
    fn is(&self, presented: &str) -> bool {
        verify_slices_are_equal(&self.0, &hash(presented)).is_ok()
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Admits the operator, and makes others wait who fail repeatedly.
pub struct OperatorGate {
    token: OperatorToken,
    attempts: Attempts,
    now: Now,
}

impl OperatorGate {
    /// Admits requests with this token. Without one all are refused, with the same answer.
    pub fn new(token: Option<OperatorToken>, now: Now) -> Self {
        let token = token.unwrap_or_else(OperatorToken::of_nobody);
        Self { token, attempts: Attempts::default(), now }
    }

    /// Goes on only if the operator has sent the request.
    pub(crate) fn admit(&self, request: &Request) -> Result<(), Problem> {
        // A text that cannot be a token is not counted as a guess.
        let presented = bearer(request).filter(|token| token.len() >= CHARS_MIN);
        let presented = presented.ok_or(TokenError::Missing)?;
        // The right token is always admitted: it cannot be guessed, and failures of others at the operator's
        // address, or behind the same proxy, would lock the operator out.
        if self.token.is(presented) {
            return Ok(());
        }
        let subjects: Vec<_> = origin(request).map(Subject::Operator).into_iter().collect();
        let tried = Try::of(Way::Operator, request);
        let begun = self.attempts.begin(&subjects, (self.now)());
        begun.inspect_err(|_| tried.failed(Reason::Waiting))?;
        tried.failed(Reason::Wrong);
        Err(TokenError::Invalid.into())
    }
}

#[cfg(test)]
mod tests {
    use poem::http::header::AUTHORIZATION;

    use super::*;
    use crate::problem::Code;
    use crate::testing::now;

    const TOKEN: &str = "the-token-of-whoever-runs-this-installation";

    fn refusal(token: Option<&str>, header: &str) -> Option<Code> {
        let token = token.map(|text| OperatorToken::try_new(text).unwrap());
        let gate = OperatorGate::new(token, std::sync::Arc::new(now));
        let request = Request::builder().header(AUTHORIZATION, header).finish();
        gate.admit(&request).err().map(|problem| problem.code())
    }

    #[test]
    fn without_a_token_the_right_one_is_as_wrong_as_any() {
        let (right, wrong) = (format!("Bearer {TOKEN}"), format!("Bearer {}", "x".repeat(40)));
        assert_eq!(refusal(Some(TOKEN), &right), None);
        assert_eq!(refusal(Some(TOKEN), &wrong), Some(Code::TokenInvalid));
        for header in [&right, &wrong] {
            assert_eq!(refusal(None, header), Some(Code::TokenInvalid));
        }
        for none in ["", "Bearer ", "Bearer short", &format!("Basic {TOKEN}")] {
            assert_eq!(refusal(Some(TOKEN), none), Some(Code::AuthRequired), "{none}");
        }
    }

    #[test]
    fn a_token_is_only_itself() {
        let token = OperatorToken::try_new(TOKEN).unwrap();
        assert!(token.is(TOKEN));
        for other in [&TOKEN[1..], &TOKEN[..TOKEN.len() - 1], &TOKEN.to_uppercase(), ""] {
            assert!(!token.is(other), "{other}");
        }
        assert!(!OperatorToken::of_nobody().is(TOKEN));
        assert_eq!(format!("{token:?}"), "OperatorToken");
    }

    #[test]
    fn a_token_that_could_be_guessed_or_not_be_sent_is_refused() {
        let long = "0123456789abcdef".repeat(2);
        assert!(OperatorToken::try_new(&long).is_ok());
        for weak in [&long[1..], &"0".repeat(64), &format!("{long} x"), &format!("{long}ñ")] {
            assert_eq!(OperatorToken::try_new(weak).err(), Some(WeakOperatorToken), "{weak}");
        }
    }
}
