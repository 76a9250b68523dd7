//! Categories and products.

mod categories;
mod claims;
mod products;

pub use domain::catalog::product::VariantRequest;

pub use categories::{AddCategory, CategoryRefusal, ReviseCategory};
pub(crate) use claims::{rename, take};
pub use products::{AddProduct, ProductRefusal, ReviseProduct};
