//! Categories and products.

mod categories;
mod claims;
mod products;

pub use categories::{AddCategory, CategoryRefusal, ReviseCategory};
pub(crate) use claims::{rename, take};
pub use products::{AddProduct, ProductRefusal, ReviseProduct, VariantRequest};
