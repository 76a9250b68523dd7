//! Every id of the product, one type per thing.
//!
//! An id is a UUID (version 7 where FastOps makes it) and has neither a default nor a random
//! constructor: it is made by the caller's id generator or read from somewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)+) => {
        $(
            $(#[$meta])*
            #[derive(
                Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
                JsonSchema,
            )]
            #[serde(transparent)]
            #[schemars(inline)]
            pub struct $name(Uuid);

            impl $name {
                /// Names a thing that has this UUID.
                pub const fn from_uuid(uuid: Uuid) -> Self {
                    Self(uuid)
                }

                /// The bare UUID, for storage and wire formats.
                pub const fn uuid(self) -> Uuid {
                    self.0
                }
            }

            impl From<$name> for Uuid {
                fn from(id: $name) -> Self {
                    id.0
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    self.0.fmt(f)
                }
            }

            impl std::str::FromStr for $name {
                type Err = uuid::Error;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    text.parse().map(Self)
                }
            }
        )+
    };
}

ids! {
    /// A branch of a company.
    BranchId
    /// A category of the menu.
    CategoryId
    /// What was asked for once, however often it is asked: by a client under an id of its own
    /// ([`CommandId::of_client`]), or by FastOps under one that follows from something
    /// ([`CommandId::derived`]). No id is of both kinds.
    CommandId
    /// What ties together everything one request caused.
    CorrelationId
    /// A till, a tablet, a kitchen screen.
    DeviceId
    /// One event of the log.
    EventId
    /// One life of the log; a restore starts another.
    IncarnationId
    /// An order.
    OrderId
    /// A payment of an order.
    PaymentId
    /// A category of permissions, as a company sorts them.
    PermissionCategoryId
    /// A product of the menu.
    ProductId
    /// Goods that came in together.
    ReceiptId
    /// A role: what somebody with a certain job may do.
    RoleId
    /// One sign-in on one device, however often its tokens are renewed.
    SessionId
    /// Something that is kept in stock.
    StockItemId
    /// A company.
    TenantId
    /// A person who signs in.
    UserId
    /// A size or kind of a product, with a price of its own.
    VariantId
}

/// The version of UUIDs that FastOps derives for commands of its own: RFC 9562 leaves it to whoever uses it.
const DERIVED: usize = 8;

impl CommandId {
    /// The id that a client has made; nothing if it is of the version that FastOps keeps for itself, or nil.
    ///
    /// What FastOps derives is no secret: a client could make the same, and would be taken for FastOps.
    pub fn of_client(uuid: Uuid) -> Option<Self> {
        (!uuid.is_nil() && uuid.get_version_num() != DERIVED).then_some(Self(uuid))
    }

    /// The id of a command of FastOps itself, made from a UUID that follows from what the command follows
    /// from: the same each time, and none that a client can have made.
    pub const fn derived(from: Uuid) -> Self {
        Self(uuid::Builder::from_custom_bytes(*from.as_bytes()).into_uuid())
    }
}

#[cfg(test)]
mod command_ids {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_client_can_make_the_id_of_a_command_of_fastops(theirs: u128, from: u128) {
            let (theirs, from) = (Uuid::from_u128(theirs), Uuid::from_u128(from));
            let derived = CommandId::derived(from);
            prop_assert_eq!(CommandId::of_client(derived.uuid()), None);
            prop_assert_ne!(CommandId::of_client(theirs), Some(derived));
            let as_derived = CommandId::derived(theirs);
            prop_assert_ne!(CommandId::of_client(theirs), Some(as_derived));
        }
    }

    #[test]
    fn clients_make_ids_of_any_other_version() {
        for version in 0..16_u128 {
            let uuid = Uuid::from_u128(1 << 127 | version << 76 | 7);
            assert_eq!(CommandId::of_client(uuid).is_some(), version != 8, "{version}");
        }
        assert_eq!(CommandId::of_client(Uuid::nil()), None);
    }

    #[test]
    fn what_follows_from_different_things_has_different_ids() {
        let ids = ["one", "other"].map(|name| Uuid::new_v5(&Uuid::nil(), name.as_bytes()));
        assert_ne!(CommandId::derived(ids[0]), CommandId::derived(ids[1]));
        assert_eq!(CommandId::derived(ids[0]), CommandId::derived(ids[0]));
    }
}
