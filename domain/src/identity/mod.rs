//! Who and where: companies, branches, and what people may do.

pub mod branch;
pub mod permission;
pub mod roles;
pub mod tenant;

pub use branch::Branch;
pub use permission::{Permission, PermissionName};
pub use roles::Roles;
pub use tenant::Tenant;
