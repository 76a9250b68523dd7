//! The roles and categories that every company begins with.

use uuid::Uuid;

use super::additions::{self, ADDITIONS};
use super::{BranchAccess, CategoryAdded, Event, MemberAdmitted, RoleAdded, RoleKind, Seeded};
use crate::identity::permission::{Category, Permission};
use crate::shared::{Name, PermissionCategoryId, RoleId, TenantId, UserId};

/// A seeded role. After founding it is a role like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// May do everything, including what later releases add.
    Administrator,
    /// Runs the daily business and manages staff.
    Manager,
    /// Takes orders and money.
    Cashier,
    /// Cooks.
    Kitchen,
    /// Takes orders and hands them over.
    Waiter,
    /// Delivers orders to the guest's address.
    Delivery,
}

impl Seed {
    /// All seeds; a role is listed after those that it inherits from.
    pub const ALL: [Self; 6] = [
        Self::Administrator,
        Self::Cashier,
        Self::Kitchen,
        Self::Waiter,
        Self::Delivery,
        Self::Manager,
    ];

    /// The word that its id is derived from.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "admin",
            Self::Manager => "manager",
            Self::Cashier => "cashier",
            Self::Kitchen => "kitchen",
            Self::Waiter => "waiter",
            Self::Delivery => "delivery",
        }
    }

    /// The role of a company.
    pub fn role(self, tenant: TenantId) -> RoleId {
        RoleId::from_uuid(derived(tenant, &format!("role:{}", self.word())))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "Administrador",
            Self::Manager => "Gerente",
            Self::Cashier => "Cajero",
            Self::Kitchen => "Cocina",
            Self::Waiter => "Mesero",
            Self::Delivery => "Domicilios",
        }
    }

    /// The roles that it inherits from.
    pub const fn parents(self) -> &'static [Self] {
        match self {
            Self::Manager => &[Self::Cashier, Self::Kitchen, Self::Waiter, Self::Delivery],
            _ => &[],
        }
    }

    /// Its own permissions.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Administrator => &[],
            Self::Manager => &[
                P::AvailabilityUpdate,
                P::BranchClose,
                P::BranchOpen,
                P::BranchUpdate,
                P::CategoryCreate,
                P::CategoryRemove,
                P::CategoryUpdate,
                P::ChannelManage,
                P::CompanyRead,
                P::DeviceEnroll,
                P::ModifierGroupCreate,
                P::ModifierGroupRemove,
                P::ModifierGroupUpdate,
                P::OrderCancel,
                P::PriceListCreate,
                P::PriceListPublish,
                P::PriceListRead,
                P::PriceListUpdate,
                P::ProductCreate,
                P::ProductRemove,
                P::ProductUpdate,
                P::RecipePublish,
                P::ReportSales,
                P::RoleManage,
                P::RoleRead,
                P::StationClose,
                P::StationCreate,
                P::StationUpdate,
                P::StockReceive,
                P::StockRelease,
                P::StockItemCreate,
                P::StockItemUpdate,
                P::SupplierCreate,
                P::SupplierRead,
                P::SupplierUpdate,
                P::SystemRead,
                P::TaxProfileRead,
                P::UserInvite,
                P::UserManage,
                P::UserRead,
                P::UserSetPin,
            ],
            Self::Cashier => &[
                P::AvailabilityRead,
                P::AvailabilitySnooze,
                P::BranchRead,
                P::CategoryRead,
                P::ChannelRead,
                P::ModifierGroupRead,
                P::OrderConfirm,
                P::OrderDeliver,
                P::OrderPlace,
                P::OrderRead,
                P::PaymentTake,
                P::ProductRead,
                P::StationRead,
            ],
            Self::Kitchen => &[
                P::AvailabilityRead,
                P::AvailabilitySnooze,
                P::BranchRead,
                P::ModifierGroupRead,
                P::OrderRead,
                P::OrderReady,
                P::OrderStart,
                P::ProductRead,
                P::RecipeRead,
                P::StationRead,
                P::StockRead,
                P::StockItemRead,
            ],
            Self::Waiter => &[
                P::AvailabilityRead,
                P::BranchRead,
                P::CategoryRead,
                P::ChannelRead,
                P::ModifierGroupRead,
                P::OrderConfirm,
                P::OrderDeliver,
                P::OrderPlace,
                P::OrderRead,
                P::ProductRead,
                P::StationRead,
            ],
            Self::Delivery => &[P::BranchRead, P::OrderDeliver, P::OrderRead],
        }
    }
}

/// The id of a seeded category of permissions.
pub(super) fn category(category: Category, tenant: TenantId) -> PermissionCategoryId {
    PermissionCategoryId::from_uuid(derived(tenant, &format!("category:{}", category.word())))
}

/// The events that found the roles of a company with its first administrator.
pub(super) fn founding(tenant: TenantId, administrator: UserId) -> Vec<Event> {
    let mut events = vec![Seeded { version: additions::latest(ADDITIONS) }.into()];
    for category in Category::ALL {
        let id = self::category(category, tenant);
        let members = Permission::ALL.iter().filter(|permission| permission.category() == category);
        let permissions = members.map(|permission| (*permission).into()).collect();
        events
            .push(CategoryAdded { category: id, name: name(category.label()), permissions }.into());
    }
    for seed in Seed::ALL {
        let is_administrator = seed == Seed::Administrator;
        let added = RoleAdded {
            role: seed.role(tenant),
            name: name(seed.name()),
            kind: if is_administrator { RoleKind::Administrator } else { RoleKind::Ordinary },
            parents: seed.parents().iter().map(|parent| parent.role(tenant)).collect(),
            permissions: seed.permissions().iter().map(|permission| (*permission).into()).collect(),
        };
        events.push(added.into());
    }
    let roles = [Seed::Administrator.role(tenant)].into();
    events.push(MemberAdmitted { user: administrator, roles, branches: BranchAccess::All }.into());
    events
}

pub(super) fn name(text: &str) -> Name {
    Name::parse(text).expect("the names of seeds are names")
}

/// An id derived from the company, so that founding it twice changes nothing.
fn derived(tenant: TenantId, what: &str) -> Uuid {
    Uuid::new_v5(&tenant.uuid(), what.as_bytes())
}
