//! Categories, products and modifier groups, and what branches have of their own: stations, and what
//! they sell at the moment.

mod availability;
mod categories;
mod modifier_groups;
mod products;
mod stations;

pub use domain::catalog::modifier_group::ModifierRequest;
pub use domain::catalog::product::VariantRequest;

pub use availability::{Affected, AvailabilityRefusal, Change, ChangeAvailability};
pub use categories::{AddCategory, CategoryRefusal, ReviseCategory};
pub use modifier_groups::{
    AddModifierGroup, ModifierGroupRefusal, RemoveModifierGroup, RestoreModifierGroup,
    ReviseModifierGroup,
};
pub use products::{AddProduct, ProductRefusal, ReviseProduct};
pub use stations::{AddStation, CloseStation, RenameStation, StationRefusal};
