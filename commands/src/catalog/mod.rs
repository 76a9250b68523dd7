//! Categories, products and modifier groups, price lists, channels and tax profiles, and what branches have
//! of their own: stations, and what they sell at the moment.

mod availability;
mod categories;
mod channels;
mod images;
mod modifier_groups;
mod price_lists;
mod product_claims;
mod products;
mod references;
mod shelving;
mod stations;
mod tax_profiles;

pub use domain::catalog::modifier_group::ModifierRequest;
pub use domain::catalog::product::{Changes, Request as ProductRequest, VariantRequest};

pub use availability::{Affected, AvailabilityRefusal, Change, ChangeAvailability};
pub use categories::{
    AddCategory, CategoryRefusal, RemoveCategory, ReorderCategories, ReorderCategoriesRefusal,
    RestoreCategory, ReviseCategory,
};
pub use channels::{PutChannel, RetireChannel};
pub use images::{RemoveProductImage, SetProductImage, is_upload_wanted};
pub use modifier_groups::{
    AddModifierGroup, ModifierGroupRefusal, RemoveModifierGroup, RestoreModifierGroup,
    ReviseModifierGroup,
};
pub use price_lists::{
    DraftPriceList, PriceListRefusal, PublishPriceList, RevisePriceList, WithdrawPriceList,
};
pub use products::{AddProduct, ProductRefusal, ReviseProduct};
pub use shelving::{RemoveProduct, ReorderProducts, ReorderProductsRefusal, RestoreProduct};
pub use stations::{AddStation, CloseStation, RenameStation, StationRefusal};
pub use tax_profiles::{AddTaxProfile, PublishTaxProfile, TaxProfileRefusal};
