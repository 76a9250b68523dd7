//! argon2id with the parameters of today, and whether a stored hash was made with others.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use super::PasswordError;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The result of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is another one, or there is no such account.
    Wrong,
    /// It is the right one.
    Right {
        /// The stored hash is cheaper than what is made today; hash again while the password is here.
        needs_rehash: bool,
    },
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

pub(super) fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let hash: PasswordHash = argon2().hash_password(password).map_err(PasswordError::Failed)?;
    Ok(hash.to_string())
}

pub(super) fn verify(password: &[u8], stored: &str) -> Result<Verdict, PasswordError> {
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
