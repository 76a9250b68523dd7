//! Categories and products.

mod categories;
mod products;

pub use domain::catalog::product::VariantRequest;

pub use categories::{AddCategory, CategoryRefusal, ReviseCategory};
pub use products::{AddProduct, ProductRefusal, ReviseProduct};
