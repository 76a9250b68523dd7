//! Permissions: everything that can be allowed to somebody, `resource.action`.

use std::fmt;

macro_rules! permissions {
    ($($(#[$meta:meta])* $variant:ident = $name:literal,)+) => {
        /// One thing that can be allowed to somebody.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission {
            $($(#[$meta])* $variant,)+
        }

        impl Permission {
            /// Every permission, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stored name, `resource.action`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        /// Each permission as a type, so that an operation can declare its own in its signature.
        pub mod markers {
            use super::Permission;

            /// A type that stands for one permission.
            pub trait Marker: Send + Sync + 'static {
                /// The permission.
                const PERMISSION: Permission;
            }

            $(
                $(#[$meta])*
                #[derive(Debug)]
                pub struct $variant;

                impl Marker for $variant {
                    const PERMISSION: Permission = Permission::$variant;
                }
            )+
        }
    };
}

permissions! {
    /// Open a branch.
    BranchOpen = "branch.open",
    /// See branches.
    BranchRead = "branch.read",
    /// Add a category.
    CategoryCreate = "category.create",
    /// See categories.
    CategoryRead = "category.read",
    /// Rename and reorder categories.
    CategoryUpdate = "category.update",
    /// Cancel an order.
    OrderCancel = "order.cancel",
    /// Confirm an order.
    OrderConfirm = "order.confirm",
    /// Hand an order over.
    OrderDeliver = "order.deliver",
    /// Place an order, and ask for its price.
    OrderPlace = "order.place",
    /// See orders and the kitchen board.
    OrderRead = "order.read",
    /// Say that an order is ready.
    OrderReady = "order.ready",
    /// Start preparing an order.
    OrderStart = "order.start",
    /// Take a payment.
    PaymentTake = "payment.take",
    /// Add a product.
    ProductCreate = "product.create",
    /// See products.
    ProductRead = "product.read",
    /// Change products, their variants and prices.
    ProductUpdate = "product.update",
    /// Publish recipes.
    RecipePublish = "recipe.publish",
    /// See recipes.
    RecipeRead = "recipe.read",
    /// See sales reports.
    ReportSales = "report.sales",
    /// See the stock of branches and its movements.
    StockRead = "stock.read",
    /// Enter goods that came in.
    StockReceive = "stock.receive",
    /// Release what is kept for orders that nobody has made in time.
    StockRelease = "stock.release",
    /// Add a stock item.
    StockItemCreate = "stock_item.create",
    /// See stock items.
    StockItemRead = "stock_item.read",
    /// Rename stock items and set what happens when there is too little.
    StockItemUpdate = "stock_item.update",
    /// Decide about events that the read models could not take in.
    SystemOperate = "system.operate",
    /// See how the read models are doing and what they could not take in.
    SystemRead = "system.read",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_is_one_resource_and_one_action() {
        let names: HashSet<_> =
            Permission::ALL.iter().map(|permission| permission.name()).collect();
        assert_eq!(names.len(), Permission::ALL.len());
        for name in names {
            assert_eq!(name.split('.').filter(|part| !part.is_empty()).count(), 2, "{name}");
        }
    }
}
