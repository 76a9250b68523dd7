//! What can be sold: categories, products and their variants, and what a branch offers of them.

pub mod category;
pub mod offer;
pub mod product;

pub use category::Category;
pub use product::Product;
