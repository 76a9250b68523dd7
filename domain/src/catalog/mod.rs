//! What can be sold: categories, products and their variants.

pub mod category;
pub mod product;

pub use category::Category;
pub use product::Product;
