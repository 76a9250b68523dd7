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
    /// What a client asked for once, however often it asks.
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
