//! The ids of a company's things by their names, and the revisions that an import has seen.

use std::collections::BTreeMap;

use domain::shared::{
    BranchId, CategoryId, ModifierGroupId, ModifierId, PriceListId, ProductId, StationId,
    StockItemId, VariantId,
};
use event_store::Revision;
use exchange::menu::Key;

/// A thing that the company has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<I> {
    pub(super) id: I,
    /// The revision of its stream; none if this import adds it.
    pub(super) revision: Option<Revision>,
}

/// The ids of a menu.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    pub(super) branches: BTreeMap<Key, BranchId>,
    /// By branch and station.
    pub(super) stations: BTreeMap<(Key, Key), StationId>,
    pub(super) categories: BTreeMap<Key, Known<CategoryId>>,
    pub(super) items: BTreeMap<Key, Known<StockItemId>>,
    pub(super) groups: BTreeMap<Key, Known<ModifierGroupId>>,
    /// By group and modifier.
    pub(super) modifiers: BTreeMap<(Key, Key), ModifierId>,
    pub(super) products: BTreeMap<Key, Known<ProductId>>,
    /// By product and variant.
    pub(super) variants: BTreeMap<(Key, Key), VariantId>,
    /// By product.
    pub(super) recipes: BTreeMap<Key, Revision>,
    pub(super) price_lists: BTreeMap<Key, Known<PriceListId>>,
}
