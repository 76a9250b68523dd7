//! Categories and products.

mod categories;
mod images;
mod products;

pub use domain::catalog::product::VariantRequest;

pub use categories::{AddCategory, CategoryRefusal, ReviseCategory};
pub use images::{RemoveProductImage, SetProductImage, is_upload_wanted};
pub use products::{AddProduct, ProductRefusal, ReviseProduct};
