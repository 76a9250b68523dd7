//! Categories and products.

mod categories;
mod images;
mod product_claims;
mod products;
mod references;
mod shelving;

pub use domain::catalog::product::{Changes, Request as ProductRequest, VariantRequest};

pub use categories::{
    AddCategory, CategoryRefusal, RemoveCategory, ReorderCategories, ReorderCategoriesRefusal,
    RestoreCategory, ReviseCategory,
};
pub use images::{RemoveProductImage, SetProductImage, is_upload_wanted};
pub use products::{AddProduct, ProductRefusal, ReviseProduct};
pub use shelving::{RemoveProduct, ReorderProducts, ReorderProductsRefusal, RestoreProduct};
