//! Categories and products, price lists, channels and tax profiles.

mod categories;
mod channels;
pub(crate) mod price_lists;
mod products;
pub(crate) mod tax_profiles;
mod product_claims;
mod references;
mod shelving;

pub use domain::catalog::product::{Changes, Request as ProductRequest, VariantRequest};

pub use categories::{
    AddCategory, CategoryRefusal, RemoveCategory, ReorderCategories, ReorderCategoriesRefusal,
    RestoreCategory, ReviseCategory,
};
pub use channels::{PutChannel, RetireChannel};
pub use price_lists::{
    DraftPriceList, PriceListRefusal, PublishPriceList, RevisePriceList, WithdrawPriceList,
};
pub use products::{AddProduct, ProductRefusal, ReviseProduct};
pub use shelving::{RemoveProduct, ReorderProducts, ReorderProductsRefusal, RestoreProduct};
pub use tax_profiles::{AddTaxProfile, PublishTaxProfile, TaxProfileRefusal};
