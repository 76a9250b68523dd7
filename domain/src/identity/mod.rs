//! Who and where: companies, branches, and what people may do.

pub mod branch;
pub mod permission;
pub mod tenant;

pub use branch::Branch;
pub use permission::Permission;
pub use tenant::Tenant;
