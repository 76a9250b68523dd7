//! Signing in: what proves who somebody is, before and after they have.

pub mod password;
pub mod token;
