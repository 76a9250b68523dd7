//! What can be sold, and where. Written by the consumer `catalog`.

pub mod availability;
pub mod branches;
pub mod categories;
pub mod channels;
pub mod diets;
pub mod modifier_groups;
pub mod price_lists;
pub mod products;
pub mod stations;
pub mod tax_profiles;

use async_trait::async_trait;
use domain::catalog::{
    Availability, Category, Channels, ModifierGroup, PriceList, Product, Station, TaxProfile,
};
use domain::identity::Branch;
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError, Projection};
use sqlx::PgConnection;

use crate::page::decoded;
use crate::states;

/// Keeps branches with their stations and what they do not sell, categories, products and modifier
/// groups, price lists, channels and tax profiles.
#[derive(Debug)]
pub struct Catalog;

impl Catalog {
    /// The name of the consumer.
    pub const NAME: &'static str = "catalog";
}

#[async_trait]
impl Consumer for Catalog {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        let stream = &event.stream;
        stream.is_of::<Branch>()
            || stream.is_of::<Category>()
            || stream.is_of::<Product>()
            || stream.is_of::<PriceList>()
            || stream.is_of::<Channels>()
            || stream.is_of::<TaxProfile>()
            || stream.is_of::<ModifierGroup>()
            || stream.is_of::<Station>()
            || stream.is_of::<Availability>()
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        states::project::<branches::Branch>(tx, decoded(events)?).await?;
        states::project::<categories::Category>(tx, decoded(events)?).await?;
        states::project::<products::Product>(tx, decoded(events)?).await?;
        states::project::<price_lists::PriceList>(tx, decoded(events)?).await?;
        states::project::<channels::Channels>(tx, decoded(events)?).await?;
        tax_profiles::project(tx, decoded(events)?).await?;
        states::project::<modifier_groups::ModifierGroup>(tx, decoded(events)?).await?;
        states::project::<stations::Station>(tx, decoded(events)?).await?;
        availability::project(tx, &decoded(events)?).await
    }
}

impl Projection for Catalog {
    fn tables(&self) -> &'static [&'static str] {
        &[
            "branches",
            "categories",
            "products",
            "modifier_groups",
            "stations",
            "availability",
            "price_lists",
            "channels",
            "tax_profile_versions",
        ]
    }
}
