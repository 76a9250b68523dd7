//! Consumers that keep read models.

use super::Consumer;

/// A consumer that writes only rows of its own tables. A consumer with other effects is no projection, so
/// that a rebuild of read models cannot repeat them.
pub trait Projection: Consumer {
    /// Its tables, without a schema. It names them like this in its statements too, so that the same
    /// statements work on tables of the same name elsewhere.
    fn tables(&self) -> &'static [&'static str];
}
