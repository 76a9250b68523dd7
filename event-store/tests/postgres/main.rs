//! What only the adapter for PostgreSQL can get wrong.

mod poison;
mod proxy;
mod snapshots;
mod stalled;
mod support;
