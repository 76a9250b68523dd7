//! Identity: companies, subscriptions, branches, devices, users, and what they may do.

pub mod branch;
pub mod device;
pub mod permission;
pub mod roles;
pub mod subscription;
pub mod tenant;
pub mod user;

pub use branch::Branch;
pub use device::Device;
pub use permission::{Permission, PermissionName};
pub use roles::Roles;
pub use subscription::Subscription;
pub use tenant::Tenant;
pub use user::User;
