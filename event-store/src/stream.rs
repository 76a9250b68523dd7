//! Names of streams, revisions in a stream and positions in the log.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use domain::Decider;
use domain::shared::TenantId;
use serde::{Deserialize, Serialize};

/// One stream of one tenant. It cannot be named without its tenant. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    tenant: TenantId,
    name: Arc<str>,
}

/// Something for each of some streams.
pub type StreamMap<V> = HashMap<StreamId, V, foldhash::fast::RandomState>;

impl StreamId {
    /// The stream of an aggregate.
    pub fn of<D: Decider>(tenant: TenantId, id: &D::Id) -> Self {
        Self { tenant, name: Self::name_of::<D>(id).into() }
    }

    /// The name of an aggregate's stream inside its tenant.
    pub fn name_of<D: Decider>(id: &D::Id) -> String {
        format!("{}-{id}", D::CATEGORY)
    }

    /// A stream as an adapter has read it back.
    pub(crate) fn stored(tenant: TenantId, name: impl Into<Arc<str>>) -> Self {
        Self { tenant, name: name.into() }
    }

    /// Whose stream it is.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Its name inside the tenant: category, hyphen, id.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same, to be kept.
    pub fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Whether it is the stream of a `D`.
    pub fn is_of<D: Decider>(&self) -> bool {
        self.category() == D::CATEGORY
    }

    /// The category, the part before the first hyphen.
    pub fn category(&self) -> &str {
        self.name.split_once('-').map_or(&self.name, |(category, _)| category)
    }

    /// The id, the part after the first hyphen.
    pub fn id(&self) -> &str {
        self.name.split_once('-').map_or("", |(_, id)| id)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.name)
    }
}

macro_rules! places {
    ($($(#[$meta:meta])* $name:ident)+) => {
        $(
            $(#[$meta])*
            #[derive(
                Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            )]
            #[serde(transparent)]
            pub struct $name(u64);

            impl $name {
                /// Before the first event.
                pub const START: Self = Self(0);

                /// The value with this number; the first event has 1.
                pub const fn new(number: u64) -> Self {
                    Self(number)
                }

                /// The number; 0 is before the first event.
                pub const fn get(self) -> u64 {
                    self.0
                }

                /// The value that is `n` greater. Whether an event has it, in a log that leaves numbers out,
                /// only the log can tell.
                #[must_use]
                pub const fn plus(self, n: u64) -> Self {
                    Self(self.0 + n)
                }

                /// The number as PostgreSQL stores it.
                pub const fn to_i64(self) -> i64 {
                    self.0.cast_signed()
                }

                /// The value that PostgreSQL has stored.
                pub const fn from_i64(number: i64) -> Self {
                    Self(number.cast_unsigned())
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }
        )+
    };
}

places! {
    /// A revision of a stream: how many events it has up to there.
    Revision
    /// A position in the log, over all tenants. Gapless on PostgreSQL, opaque and ordered elsewhere.
    Position
}
