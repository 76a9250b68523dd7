//! Categories and products, price lists, channels and tax profiles.

mod categories;
mod channels;
pub(crate) mod price_lists;
mod products;
pub(crate) mod tax_profiles;

pub use domain::catalog::product::VariantRequest;

pub use categories::{AddCategory, CategoryRefusal, ReviseCategory};
pub use channels::{PutChannel, RetireChannel};
pub use price_lists::{
    DraftPriceList, PriceListRefusal, PublishPriceList, RevisePriceList, WithdrawPriceList,
};
pub use products::{AddProduct, ProductRefusal, ReviseProduct};
pub use tax_profiles::{AddTaxProfile, PublishTaxProfile, TaxProfileRefusal};
