//! Who may do what: roles, permissions and their categories, and who has them.
//!
//! All of it is one stream per company, so every `ETag` here is that stream's revision: an edit that
//! means what was seen is refused when anything about roles has changed since.

mod categories;
mod members;
pub(super) mod model;
mod permissions;
mod roles;

use commands::identity::ChangeRoles;
use commands::{Receipt, Revision};
use domain::identity::PermissionName;
use domain::identity::roles::{Change, Roles};
use poem_openapi::OpenApi;
use projections::people::People;
use projections::people::graph::{self, Graph};
use uuid::Uuid;

use super::Services;
use super::answer::{Changed, revision_after};
use super::model::Revised;
use super::refusal::{self, Named, failed, refused, unread};
use crate::caller::Caller;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{FieldError, Problem};

/// Every operation about who may do what.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        roles::RolesOfCompany(services.clone()),
        permissions::Permissions(services.clone()),
        categories::PermissionCategories(services.clone()),
        members::Members(services.clone()),
    )
}

impl Services {
    /// Changes something about the company's roles.
    pub(super) async fn change_roles(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        seen: Option<u64>,
        change: Change,
    ) -> Result<Receipt, Problem> {
        self.change_roles_named(caller, key, seen, change, &Named::default()).await
    }

    /// The same where the body names roles, permissions or branches.
    pub(super) async fn change_roles_named(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        seen: Option<u64>,
        change: Change,
        named: &Named<'_>,
    ) -> Result<Receipt, Problem> {
        let intent = ChangeRoles { seen: seen.map(Revision::new), change };
        let receipt = self.commands.execute(&self.scope(caller), Self::request(key), intent).await;
        receipt.map_err(|error| refused(error, |refusal| refusal::roles(refusal, named)))
    }

    /// What became of the thing `id`; where nothing was to be changed, the roles stand where they were.
    pub(super) async fn roles_changed(
        &self,
        caller: &Caller,
        receipt: &Receipt,
        id: Uuid,
    ) -> Result<Changed<Revised>, Problem> {
        let facts = receipt.facts::<Roles>().map_err(|world| failed(&world))?;
        let revision = match facts.last() {
            Some(_) => revision_after::<Roles>(receipt, Revision::START)?,
            None => self.graph(caller, None).await?.1,
        };
        let position = self.token(receipt.position);
        let body = Revised { id, revision: revision.get(), position };
        Ok(Changed::by(receipt, revision, body))
    }

    /// The roles of the caller's company as they are shown.
    pub(super) async fn graph(
        &self,
        caller: &Caller,
        after: Option<PositionToken>,
    ) -> Result<(Graph, Revision), Problem> {
        let mut tx = self.read(caller, after, &[People::NAME]).await?;
        graph::get(&mut tx).await.map_err(unread)
    }
}

/// The permission that a request names.
fn permission(pointer: &str, text: &str) -> Result<PermissionName, Problem> {
    PermissionName::parse(text).map_err(|_| {
        let words = (
            "debe ser recurso.acción, con a-z, 0-9 y guiones bajos",
            "must be resource.action, of a-z, 0-9 and underscores",
        );
        Problem::validation(vec![FieldError::new(pointer, "permission", words)])
    })
}
