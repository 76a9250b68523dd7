//! Signing in: what proves who somebody is, before and after they have.

mod aside;
pub mod attempts;
pub(crate) mod bearer;
pub(crate) mod failures;
pub mod opaque;
pub mod operator;
pub mod origin;
pub mod password;
pub mod strength;
pub mod token;
pub mod turnstile;

pub(crate) use origin::origin;
