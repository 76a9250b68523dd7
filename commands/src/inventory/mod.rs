//! Stock items, recipes, the stock of branches, and suppliers.

mod recipes;
mod stock;
mod stock_items;
mod suppliers;

pub use recipes::PublishRecipe;
pub use stock::{ReceiveStock, ReleaseExpired, StockRefusal};
pub use stock_items::{AddStockItem, ReviseStockItem, StockItemRefusal};
pub use suppliers::{
    AddSupplier, ReinstateSupplier, RetireSupplier, ReviseSupplier, SupplierRefusal,
};
