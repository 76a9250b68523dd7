//! Permissions: everything that can be granted, as `resource.action`.

mod name;

use std::fmt;

pub use name::{PermissionName, PermissionNameError};

macro_rules! permissions {
    ($($(#[$meta:meta])* $variant:ident = $name:literal in $category:ident,)+) => {
        /// One permission.
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

            /// The category that lists it unless a company moves it to another.
            pub const fn category(self) -> Category {
                match self {
                    $(Self::$variant => Category::$category,)+
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
    /// See what branches do not sell or have run out of.
    AvailabilityRead = "availability.read" in Menu,
    /// Say that something has run out, and that it is there again.
    AvailabilitySnooze = "availability.snooze" in Menu,
    /// Choose what of the menu a branch sells.
    AvailabilityUpdate = "availability.update" in Menu,
    /// Close a branch.
    BranchClose = "branch.close" in Company,
    /// Open a branch, also one that was closed.
    BranchOpen = "branch.open" in Company,
    /// See branches.
    BranchRead = "branch.read" in Company,
    /// Correct names and addresses of branches, and how they count their days.
    BranchUpdate = "branch.update" in Company,
    /// Add a category.
    CategoryCreate = "category.create" in Menu,
    /// See categories.
    CategoryRead = "category.read" in Menu,
    /// Take categories out of the menu and put them back.
    CategoryRemove = "category.remove" in Menu,
    /// Rename and reorder categories.
    CategoryUpdate = "category.update" in Menu,
    /// Name sales channels, add and retire them.
    ChannelManage = "channel.manage" in Menu,
    /// See sales channels.
    ChannelRead = "channel.read" in Menu,
    /// See the company's details and subscription.
    CompanyRead = "company.read" in Company,
    /// Correct names, tax id and address of the company.
    CompanyUpdate = "company.update" in Company,
    /// Enrol and remove tills.
    DeviceEnroll = "device.enroll" in People,
    /// Add a modifier group.
    ModifierGroupCreate = "modifier_group.create" in Menu,
    /// See modifier groups.
    ModifierGroupRead = "modifier_group.read" in Menu,
    /// Take modifier groups out of the menu and put them back.
    ModifierGroupRemove = "modifier_group.remove" in Menu,
    /// Change modifier groups, their modifiers and prices.
    ModifierGroupUpdate = "modifier_group.update" in Menu,
    /// Cancel an order.
    OrderCancel = "order.cancel" in Orders,
    /// Confirm an order.
    OrderConfirm = "order.confirm" in Orders,
    /// Hand an order over.
    OrderDeliver = "order.deliver" in Orders,
    /// Place an order, and ask for its price.
    OrderPlace = "order.place" in Orders,
    /// See orders and the kitchen board.
    OrderRead = "order.read" in Orders,
    /// Mark an order as ready.
    OrderReady = "order.ready" in Orders,
    /// Start preparing an order.
    OrderStart = "order.start" in Orders,
    /// Take a payment.
    PaymentTake = "payment.take" in Orders,
    /// Draft a price list.
    PriceListCreate = "price_list.create" in Menu,
    /// Publish and withdraw price lists.
    PriceListPublish = "price_list.publish" in Menu,
    /// See price lists.
    PriceListRead = "price_list.read" in Menu,
    /// Change price lists, published ones too.
    PriceListUpdate = "price_list.update" in Menu,
    /// Add a product.
    ProductCreate = "product.create" in Menu,
    /// See products.
    ProductRead = "product.read" in Menu,
    /// Take products out of the menu and put them back.
    ProductRemove = "product.remove" in Menu,
    /// Change products, their variants and prices.
    ProductUpdate = "product.update" in Menu,
    /// Publish recipes.
    RecipePublish = "recipe.publish" in Stock,
    /// See recipes.
    RecipeRead = "recipe.read" in Stock,
    /// See sales reports.
    ReportSales = "report.sales" in Reports,
    /// Change roles, their permissions and how permissions are sorted.
    RoleManage = "role.manage" in People,
    /// See roles, permissions, and their holders.
    RoleRead = "role.read" in People,
    /// Close a station.
    StationClose = "station.close" in Company,
    /// Add a station to a branch.
    StationCreate = "station.create" in Company,
    /// See the stations of branches.
    StationRead = "station.read" in Company,
    /// Rename stations.
    StationUpdate = "station.update" in Company,
    /// See the stock of branches and its movements.
    StockRead = "stock.read" in Stock,
    /// Enter goods that came in.
    StockReceive = "stock.receive" in Stock,
    /// Release what is reserved for orders that were not made in time.
    StockRelease = "stock.release" in Stock,
    /// Add a stock item.
    StockItemCreate = "stock_item.create" in Stock,
    /// See stock items.
    StockItemRead = "stock_item.read" in Stock,
    /// Rename stock items and set what happens when there is too little.
    StockItemUpdate = "stock_item.update" in Stock,
    /// Add a supplier.
    SupplierCreate = "supplier.create" in Stock,
    /// See suppliers.
    SupplierRead = "supplier.read" in Stock,
    /// Change suppliers, retire and reinstate them.
    SupplierUpdate = "supplier.update" in Stock,
    /// Decide about events that the read models could not apply.
    SystemOperate = "system.operate" in System,
    /// See the state of the read models and the events that they could not apply.
    SystemRead = "system.read" in System,
    /// Publish tax profiles of the company's own.
    TaxProfilePublish = "tax_profile.publish" in Menu,
    /// See tax profiles.
    TaxProfileRead = "tax_profile.read" in Menu,
    /// Set the tax regime of a branch.
    TaxRegimeSet = "tax_regime.set" in Company,
    /// Delete the personal data of people who left, for good.
    UserForget = "user.forget" in People,
    /// Invite users.
    UserInvite = "user.invite" in People,
    /// Give users roles and branches, correct their names and addresses, and suspend them.
    UserManage = "user.manage" in People,
    /// See the users of the company.
    UserRead = "user.read" in People,
    /// Give users a PIN for shared tills.
    UserSetPin = "user.set_pin" in People,
}

/// A category that groups permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// The company and its branches.
    Company,
    /// What can be sold.
    Menu,
    /// Orders, the kitchen and payments.
    Orders,
    /// Users, roles and devices.
    People,
    /// Figures.
    Reports,
    /// Stock and recipes.
    Stock,
    /// The read models.
    System,
}

impl Category {
    /// Every category, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Company,
        Self::Menu,
        Self::Orders,
        Self::People,
        Self::Reports,
        Self::Stock,
        Self::System,
    ];

    /// The word that ids are derived from.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Menu => "menu",
            Self::Orders => "orders",
            Self::People => "people",
            Self::Reports => "reports",
            Self::Stock => "stock",
            Self::System => "system",
        }
    }

    /// Its label, in Spanish.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Company => "Empresa",
            Self::Menu => "Carta",
            Self::Orders => "Pedidos",
            Self::People => "Personas",
            Self::Reports => "Informes",
            Self::Stock => "Inventario",
            Self::System => "Sistema",
        }
    }
}

impl Permission {
    /// The permission with this stored name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.name() == name)
    }

    /// Whether its effect reaches every branch, so that only users of all branches can use it.
    pub const fn reaches_every_branch(self) -> bool {
        matches!(
            self,
            Self::BranchOpen
                | Self::CategoryCreate
                | Self::CategoryRemove
                | Self::CategoryUpdate
                | Self::ChannelManage
                | Self::CompanyUpdate
                | Self::ModifierGroupCreate
                | Self::ModifierGroupRemove
                | Self::ModifierGroupUpdate
                | Self::PriceListCreate
                | Self::PriceListPublish
                | Self::PriceListUpdate
                | Self::ProductCreate
                | Self::ProductRemove
                | Self::ProductUpdate
                | Self::RecipePublish
                | Self::RoleManage
                | Self::StockItemCreate
                | Self::StockItemUpdate
                | Self::SystemOperate
                | Self::TaxProfilePublish
                | Self::SupplierCreate
                | Self::SupplierUpdate
        )
    }

    /// Whether it is so powerful that a check asks the log for who holds it, rather than the states
    /// in memory.
    pub const fn is_high_risk(self) -> bool {
        matches!(
            self,
            Self::DeviceEnroll
                | Self::RoleManage
                | Self::SystemOperate
                | Self::UserForget
                | Self::UserInvite
                | Self::UserManage
                | Self::UserSetPin
        )
    }
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
