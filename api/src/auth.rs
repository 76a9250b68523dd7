//! What signing in is made of, without any operation: tokens, passwords, the limits on both, and where a
//! request comes from. What people do with it belongs to the context `identity`, in every layer.

mod aside;
pub mod attempts;
pub(crate) mod bearer;
pub(crate) mod failures;
pub mod opaque;
pub mod operator;
pub mod origin;
pub mod password;
pub mod sign_in_limiter;
pub mod strength;
pub mod token;

pub(crate) use origin::origin;
