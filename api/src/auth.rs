//! Signing in: what proves who somebody is, before and after they have.

mod aside;
pub mod attempts;
pub mod opaque;
pub mod operator;
pub mod password;
pub mod token;
pub(crate) mod turnstile;
