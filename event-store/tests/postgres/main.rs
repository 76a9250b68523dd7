//! What only the adapter for PostgreSQL can get wrong.

mod poison;
mod proxy;
mod stalled;
mod support;
