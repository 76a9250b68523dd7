//! Permits: the interface by which a service looks up what callers and devices may do.

use std::sync::Arc;

use async_trait::async_trait;
use commands::identity::Standing;
use domain::identity::Permission;
use domain::shared::{BranchId, DeviceId, TenantId};
use poem::Request;

use crate::caller::Caller;

/// Who may do what.
#[async_trait]
pub trait Permits: Send + Sync + 'static {
    /// What `caller` holds in their company, and where; nothing if their sign-in is over.
    /// `permission` is what they are about to use.
    async fn standing(
        &self,
        caller: &Caller,
        permission: Option<Permission>,
    ) -> Result<Option<Arc<Standing>>, Unanswered>;

    /// Whether the company of `caller` is closed, whose sign-in does not go on.
    async fn is_closed(&self, caller: &Caller) -> Result<bool, Unanswered>;

    /// The device that has this token; nothing if it is no device's, or of one that was removed.
    async fn till(&self, token: &str, request: &Request) -> Result<Option<Till>, Unanswered>;
}

/// An enrolled device, by its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Till {
    /// The company.
    pub tenant: TenantId,
    /// The device.
    pub device: DeviceId,
    /// The branch where it is.
    pub branch: BranchId,
}

/// Whether a user holds a permission could not be found out.
#[derive(Debug, thiserror::Error)]
#[error("permissions could not be read")]
pub struct Unanswered(#[source] pub Box<dyn std::error::Error + Send + Sync>);
