//! The states that the document is compiled from.

use domain::catalog::Availability as Aggregate;
use domain::catalog::availability::State;
use domain::shared::BranchId;
use event_store::consumer::ConsumerError;
use event_store::{RecordedEvent, Revision};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::catalog::branches::Branch;
use crate::catalog::categories::Category;
use crate::catalog::modifier_groups::ModifierGroup;
use crate::catalog::price_lists::PriceList;
use crate::catalog::products::Product;
use crate::catalog::stations::Station;
use crate::inventory::recipes;
use crate::inventory::stock_items::StockItem;
use crate::page::decoded;
use crate::row;
use crate::states::{self, StateRow};

pub(super) const BRANCHES: &str = "menu_branches";
pub(super) const CATEGORIES: &str = "menu_categories";
pub(super) const PRODUCTS: &str = "menu_products";
pub(super) const MODIFIER_GROUPS: &str = "menu_modifier_groups";
pub(super) const PRICE_LISTS: &str = "menu_price_lists";
pub(super) const STATIONS: &str = "menu_stations";
pub(super) const RECIPES: &str = "menu_recipes";
pub(super) const STOCK_ITEMS: &str = "menu_stock_items";

/// What a branch does not sell.
#[derive(Debug)]
pub(super) struct Availability {
    branch: BranchId,
    pub(super) state: State,
    revision: Revision,
}

row::columns!(row Availability { branch as branch_id, state, revision });

impl StateRow for Availability {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "menu_availability";
    const ID: &'static str = "branch_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        Some(Self { branch: BranchId::from_uuid(id), state, revision })
    }

    fn into_state(self) -> State {
        self.state
    }
}

/// Applies events to the states.
pub(super) async fn project(
    tx: &mut PgConnection,
    events: &[&RecordedEvent],
) -> Result<(), ConsumerError> {
    states::project_into::<Branch>(tx, BRANCHES, decoded(events)?).await?;
    states::project_into::<Category>(tx, CATEGORIES, decoded(events)?).await?;
    states::project_into::<Product>(tx, PRODUCTS, decoded(events)?).await?;
    states::project_into::<ModifierGroup>(tx, MODIFIER_GROUPS, decoded(events)?).await?;
    states::project_into::<PriceList>(tx, PRICE_LISTS, decoded(events)?).await?;
    states::project_into::<Station>(tx, STATIONS, decoded(events)?).await?;
    states::project_into::<StockItem>(tx, STOCK_ITEMS, decoded(events)?).await?;
    states::project::<Availability>(tx, decoded(events)?).await?;
    recipes::project(tx, RECIPES, decoded(events)?).await
}
