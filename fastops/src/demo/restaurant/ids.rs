//! The ids of the demo's things, which follow from their names.

use std::fmt::Display;

use domain::shared::{
    CategoryId, ModifierGroupId, ModifierId, Name, PriceListId, ProductId, StationId, StockItemId,
    TenantId, VariantId,
};
use uuid::Uuid;

/// The id of one thing of the demo.
pub(in crate::demo) fn named(tenant: TenantId, kind: &str, name: impl Display) -> Uuid {
    Uuid::new_v5(&tenant.uuid(), format!("demo/{kind}/{name}").as_bytes())
}

/// The ids of one tenant's restaurant.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo) struct Ids(pub(super) TenantId);

impl Ids {
    pub(super) fn category(self, name: &Name) -> CategoryId {
        CategoryId::from_uuid(named(self.0, "category", name))
    }

    /// The product of this name.
    pub(in crate::demo) fn product(self, name: &Name) -> ProductId {
        ProductId::from_uuid(named(self.0, "product", name))
    }

    pub(super) fn variant(self, product: &Name, name: &Name) -> VariantId {
        VariantId::from_uuid(named(self.0, "variant", format!("{product}/{name}")))
    }

    pub(super) fn group(self, name: &Name) -> ModifierGroupId {
        ModifierGroupId::from_uuid(named(self.0, "modifier-group", name))
    }

    pub(super) fn modifier(self, group: &Name, name: &Name) -> ModifierId {
        ModifierId::from_uuid(named(self.0, "modifier", format!("{group}/{name}")))
    }

    /// The station of this name in a branch of the demo.
    pub(super) fn station(self, branch: &str, name: &Name) -> StationId {
        StationId::from_uuid(named(self.0, "station", format!("{branch}/{name}")))
    }

    pub(super) fn price_list(self, name: &Name) -> PriceListId {
        PriceListId::from_uuid(named(self.0, "price-list", name))
    }

    pub(super) fn item(self, name: &Name) -> StockItemId {
        StockItemId::from_uuid(named(self.0, "stock-item", name))
    }
}
