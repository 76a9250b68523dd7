//! The names, versions and JSON of events.

use serde::Serialize;
use serde_json::Value;

pub use schemars::{JsonSchema, Schema, SchemaGenerator};

/// The stored name and version of an event's shape, for example `order.placed` in version 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventType {
    /// `subject.happened`; it never changes.
    pub name: &'static str,
    /// Incremented with every change that old readers or old events would not survive.
    pub version: u16,
}

/// Turns the JSON of one version into the JSON of the next.
pub type Upcaster = fn(Value) -> Value;

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The stream contains an event type that its aggregate does not have.
    #[error("unknown event type {name}")]
    UnknownType {
        /// The stored name.
        name: String,
    },
    /// A later release wrote the event.
    #[error("{name} is stored in version {stored}, this release reads up to {readable}")]
    NewerVersion {
        /// The stored name.
        name: &'static str,
        /// The stored version.
        stored: u16,
        /// The newest version that this release can read.
        readable: u16,
    },
    /// The payload does not match its type and version.
    #[error("the payload of {name} is malformed")]
    Malformed {
        /// The stored name.
        name: &'static str,
        /// The error of the JSON reader.
        #[source]
        source: serde_json::Error,
    },
}

impl DecodeError {
    /// Whether a later release may be able to read the event.
    pub const fn is_of_a_later_release(&self) -> bool {
        match self {
            Self::UnknownType { .. } | Self::NewerVersion { .. } => true,
            Self::Malformed { .. } => false,
        }
    }
}

/// An enumeration of events that can be written to the log and read back in every version ever stored.
///
/// Implemented by [`stored_events!`](crate::stored_events).
pub trait StoredEvent: Clone + PartialEq + Send + Sync + 'static {
    /// Every type of the enumeration in its current version.
    const TYPES: &'static [EventType];

    /// Whether this release can read events of a type and version.
    fn can_decode(name: &str, version: u16) -> bool {
        Self::TYPES.iter().any(|it| it.name == name && version <= it.version)
    }

    /// The type of this event.
    fn event_type(&self) -> EventType;

    /// The payload: compact JSON without the type.
    fn encode(&self) -> Vec<u8>;

    /// Reads a payload of any version up to the current one.
    fn decode(name: &str, version: u16, payload: &[u8]) -> Result<Self, DecodeError>;

    /// The JSON Schema of every type's payload in its current version. Shared definitions are added
    /// to the generator.
    fn schemas(generator: &mut SchemaGenerator) -> Vec<(EventType, Schema)>;
}

/// Reads JSON of an older or the current version, applying the upcasters in between.
///
/// `upcasters[n]` turns version `n + 1` into version `n + 2`.
pub fn decode_versioned<T: serde::de::DeserializeOwned>(
    event_type: EventType,
    upcasters: &[Upcaster],
    stored: u16,
    payload: &[u8],
) -> Result<T, DecodeError> {
    let EventType { name, version } = event_type;
    let malformed = |source| DecodeError::Malformed { name, source };
    if stored == version {
        return serde_json::from_slice(payload).map_err(malformed);
    }
    if stored > version {
        return Err(DecodeError::NewerVersion { name, stored, readable: version });
    }
    let old: Value = serde_json::from_slice(payload).map_err(malformed)?;
    let first = usize::from(stored.saturating_sub(1));
    let current = upcasters[first..].iter().fold(old, |value, upcast| upcast(value));
    serde_json::from_value(current).map_err(malformed)
}

/// The JSON of an event.
pub fn encode_payload(event: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(event).expect("events are made of JSON-safe values")
}

/// Declares the events of an aggregate: one variant per struct, each with its stored name.
///
/// The number of upcasters gives the current version: none is version 1, one is version 2.
///
/// ```
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
/// pub struct Opened {}
/// domain::stored_events! {
///     /// Events of a shop.
///     pub enum Event {
///         "shop.opened" => Opened,
///     }
/// }
/// ```
#[macro_export]
macro_rules! stored_events {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $enum:ident {
            $($name:literal $(upcast [$($upcaster:path),+])? => $variant:ident,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $visibility enum $enum {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant($variant),
            )+
        }

        $(impl From<$variant> for $enum {
            fn from(event: $variant) -> Self {
                Self::$variant(event)
            }
        })+

        const _: () = {
            use $crate::event::{
                DecodeError, EventType, JsonSchema, Schema, SchemaGenerator, StoredEvent, Upcaster,
                decode_versioned, encode_payload,
            };

            struct Shape {
                name: &'static str,
                upcasters: &'static [Upcaster],
            }

            impl Shape {
                #[expect(clippy::cast_possible_truncation, reason = "no event has 65,535 upcasters")]
                const fn event_type(&self) -> EventType {
                    EventType { name: self.name, version: self.upcasters.len() as u16 + 1 }
                }
            }

            trait Stored {
                const SHAPE: Shape;
            }

            $(impl Stored for $variant {
                const SHAPE: Shape = Shape { name: $name, upcasters: &[$($($upcaster),+)?] };
            })+

            impl StoredEvent for $enum {
                const TYPES: &'static [EventType] = &[$(<$variant as Stored>::SHAPE.event_type()),+];

                fn event_type(&self) -> EventType {
                    match self {
                        $(Self::$variant(_) => <$variant as Stored>::SHAPE.event_type(),)+
                    }
                }

                fn encode(&self) -> Vec<u8> {
                    match self {
                        $(Self::$variant(event) => encode_payload(event),)+
                    }
                }

                fn decode(name: &str, version: u16, payload: &[u8]) -> Result<Self, DecodeError> {
                    match name {
                        $($name => {
                            let shape = <$variant as Stored>::SHAPE;
                            decode_versioned(shape.event_type(), shape.upcasters, version, payload)
                                .map(Self::$variant)
                        })+
                        _ => Err(DecodeError::UnknownType { name: name.to_owned() }),
                    }
                }

                fn schemas(generator: &mut SchemaGenerator) -> Vec<(EventType, Schema)> {
                    vec![$((
                        <$variant as Stored>::SHAPE.event_type(),
                        <$variant as JsonSchema>::json_schema(generator),
                    )),+]
                }
            }
        };
    };
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
    struct Moved {
        from: String,
        to: String,
    }

    fn origin_was_unknown(mut old: Value) -> Value {
        old["from"] = json!("unknown");
        old
    }

    fn target_was_called_table(mut old: Value) -> Value {
        old["to"] = old["table"].take();
        old
    }

    stored_events! {
        enum Event {
            "test.moved" upcast [origin_was_unknown, target_was_called_table] => Moved,
        }
    }

    fn moved(from: &str, to: &str) -> Event {
        Event::Moved(Moved { from: from.into(), to: to.into() })
    }

    #[test]
    fn every_older_version_is_read_through_its_upcasters() {
        assert_eq!(moved("a", "b").event_type(), EventType { name: "test.moved", version: 3 });
        let v1 = Event::decode("test.moved", 1, br#"{"table":"b"}"#).unwrap();
        let v2 = Event::decode("test.moved", 2, br#"{"table":"b","from":"a"}"#).unwrap();
        let v3 = Event::decode("test.moved", 3, br#"{"to":"b","from":"a"}"#).unwrap();
        assert_eq!(v1, moved("unknown", "b"));
        assert_eq!(v2, moved("a", "b"));
        assert_eq!(v3, moved("a", "b"));
    }

    #[test]
    fn what_a_newer_release_wrote_is_refused_by_name() {
        let newer = Event::decode("test.moved", 4, b"{}").unwrap_err();
        assert!(newer.is_of_a_later_release() && !Event::can_decode("test.moved", 4));
        assert!(matches!(newer, DecodeError::NewerVersion { stored: 4, readable: 3, .. }));
        let unknown = Event::decode("test.vanished", 1, b"{}").unwrap_err();
        assert!(unknown.is_of_a_later_release() && !Event::can_decode("test.vanished", 1));
        assert!(matches!(unknown, DecodeError::UnknownType { name } if name == "test.vanished"));
        let malformed = Event::decode("test.moved", 3, b"{}").unwrap_err();
        assert!(!malformed.is_of_a_later_release() && Event::can_decode("test.moved", 3));
    }
}
