//! Stock items, recipes, and the stock of branches.

mod recipes;
mod stock;
mod stock_items;

pub use recipes::PublishRecipe;
pub use stock::{ReceiveStock, ReleaseExpired, StockRefusal};
pub use stock_items::{AddStockItem, ReviseStockItem, StockItemRefusal};
