//! Who may do what: roles, permissions and their categories, and who has them.
//!
//! All of it is one stream per company. An `ETag` here is the version of one role or category, so that
//! an edit is refused when that has changed since it was seen, and not when another has.

mod categories;
mod history;
mod labels;
mod members;
pub(in crate::operations) mod model;
mod paging;
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

use crate::caller::Caller;
use crate::operations::Services;
use crate::operations::answer::{Changed, Done};
use crate::operations::identity::refusal;
use crate::operations::identity::refusal::Named;
use crate::operations::model::{Revised, Settled};
use crate::operations::refusal::{failed, refused, unread};
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{FieldError, Problem};

/// Every operation about who may do what.
pub(in crate::operations) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        roles::RolesOfCompany(services.clone()),
        permissions::Permissions(services.clone()),
        categories::PermissionCategories(services.clone()),
        members::Members(services.clone()),
        history::Histories(services.clone()),
    )
}

impl Services {
    /// Changes something about the company's roles.
    pub(in crate::operations) async fn change_roles(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        change: Change,
    ) -> Result<Receipt, Problem> {
        self.change_roles_named(caller, key, None, change, &Named::default()).await
    }

    /// The same where the body names roles, permissions or branches.
    pub(in crate::operations) async fn change_roles_named(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        seen: Option<IfMatch>,
        change: Change,
        named: &Named<'_>,
    ) -> Result<Receipt, Problem> {
        let intent = ChangeRoles { seen: seen.map(IfMatch::revision), change };
        let receipt = self.commands.execute(&self.scope(caller), Self::request(key), intent).await;
        receipt.map_err(|error| refused(error, |refusal| refusal::roles(refusal, named)))
    }

    /// A change about the thing `id` of which only that it is settled is to be said.
    pub(in crate::operations) fn settled(&self, receipt: &Receipt, id: Uuid) -> Done<Settled> {
        Done::by(receipt, Settled { id, position: self.token(receipt.position) })
    }

    /// What became of the thing `id` that was seen at `seen`.
    fn roles_revised(
        &self,
        receipt: &Receipt,
        id: Uuid,
        seen: IfMatch,
    ) -> Result<Changed<Revised>, Problem> {
        let facts = receipt.facts::<Roles>().map_err(|world| failed(&world))?;
        // What was seen was the current version, and each fact is about this thing.
        let revision = Revision::new(seen.revision()).plus(facts.len() as u64);
        let position = self.token(receipt.position);
        let body = Revised { id, revision: revision.get(), position };
        Ok(Changed::by(receipt, revision, body))
    }

    /// The roles of the caller's company as they are shown.
    pub(in crate::operations) async fn graph(
        &self,
        caller: &Caller,
        after: Option<PositionToken>,
    ) -> Result<Graph, Problem> {
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
        let error = FieldError::new(pointer, "permission", words);
        let is_in_address = pointer.starts_with("/path/");
        if is_in_address { Problem::parameter(error) } else { Problem::validation(vec![error]) }
    })
}
