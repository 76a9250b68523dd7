//! Consumers that keep read models.

use super::Consumer;

/// A consumer that does nothing but keep rows of its own tables. Whatever acts on the world is no
/// projection, so that building read models again cannot act.
pub trait Projection: Consumer {
    /// Its tables, without a schema. It names them like this in its statements too, so that the same
    /// statements work on tables of the same name elsewhere.
    fn tables(&self) -> &'static [&'static str];
}
