//! The ids of FastOps, one type per kind of thing.
//!
//! An id is a UUID (version 7 where FastOps makes it). It has neither a default nor a random
//! constructor: the caller's id generator makes it, or it is read.

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
                /// The id with this UUID.
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
    /// A command, however often it is sent. A client chooses the id ([`CommandId::of_client`]), or
    /// FastOps derives it ([`CommandId::derived`]); no id is of both kinds.
    CommandId
    /// Correlates everything that one request caused.
    CorrelationId
    /// A till, a tablet, a kitchen screen.
    DeviceId
    /// One event of the log.
    EventId
    /// An incarnation of the log; a restore begins another.
    IncarnationId
    /// A modifier of a group.
    ModifierId
    /// A group of modifiers.
    ModifierGroupId
    /// An order.
    OrderId
    /// A payment of an order.
    PaymentId
    /// A category of permissions.
    PermissionCategoryId
    /// A price list.
    PriceListId
    /// A product of the menu.
    ProductId
    /// A receipt of goods.
    ReceiptId
    /// A role: a set of permissions for a job.
    RoleId
    /// A session: one sign-in on one device, however often its tokens are refreshed.
    SessionId
    /// A station: where something is made.
    StationId
    /// A stock item.
    StockItemId
    /// A supplier.
    SupplierId
    /// A tax profile of a company.
    TaxProfileId
    /// A company.
    TenantId
    /// A user.
    UserId
    /// A size or kind of a product, with a price of its own.
    VariantId
}

/// The version of UUIDs that FastOps derives for its own commands; RFC 9562 leaves version 8 to
/// applications.
const DERIVED: usize = 8;

impl CommandId {
    /// An id from a client; none if it is nil or of the version reserved for FastOps.
    ///
    /// A client could compute the ids that FastOps derives, and its command would pass for one of
    /// FastOps.
    pub fn of_client(uuid: Uuid) -> Option<Self> {
        (!uuid.is_nil() && uuid.get_version_num() != DERIVED).then_some(Self(uuid))
    }

    /// The id of a command of FastOps, from a UUID derived from the command's cause: always the
    /// same, and never one of a client.
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
