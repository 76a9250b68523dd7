//! Who may do what: roles, permissions and their categories, and who has them.
//!
//! All of it is one stream per company. An `ETag` here is the version of one role or category, so that
//! an edit is refused when that has changed since it was seen, and not when another has.

mod categories;
mod history;
mod labels;
mod members;
pub(in crate::operations) mod model;
mod permissions;
mod roles;

use commands::Revision;
use commands::identity::ChangeRoles;
use domain::identity::PermissionName;
use domain::identity::roles::{Change, Event, Roles};
use poem_openapi::OpenApi;
use projections::identity::People;
use projections::identity::graph::{self, Graph};
use uuid::Uuid;

use crate::caller::Caller;
use crate::operations::Services;
use crate::operations::accepted::Accepted;
use crate::operations::answer::{Changed, Created, Done};
use crate::operations::identity::refusal;
use crate::operations::identity::refusal::Named;
use crate::operations::model::{Revised, Settled};
use crate::operations::refusal::{failed, unread};
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, FieldError, Problem};

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
    ) -> Result<Accepted, Problem> {
        self.change_roles_named(caller, key, None, change, &Named::default()).await
    }

    /// The same where the answer only confirms that the change about `id` is settled.
    pub(in crate::operations) async fn settle_roles(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        change: Change,
        id: Uuid,
    ) -> Result<Done<Settled>, Problem> {
        Ok(self.change_roles(caller, key, change).await?.settled(id))
    }

    /// Changes something about the company's roles, where the body names roles, permissions or branches.
    pub(in crate::operations) async fn change_roles_named(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        seen: Option<IfMatch>,
        change: Change,
        named: &Named<'_>,
    ) -> Result<Accepted, Problem> {
        let intent = ChangeRoles { seen: seen.map(IfMatch::revision), change };
        self.execute(caller, key, intent, |refusal| refusal::roles(refusal, named)).await
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

impl Accepted {
    /// The answer about the role or category that the command added, whose address is its id below `list`.
    fn added(
        &self,
        list: &str,
        which: impl Fn(Event) -> Option<Uuid>,
    ) -> Result<Created<Revised>, Problem> {
        let facts = self.receipt.facts::<Roles>().map_err(|world| failed(&world))?;
        let added = facts.into_iter().find_map(|fact| which(fact.event));
        let id = added.ok_or_else(|| Problem::new(Code::Internal))?;
        let first = Revision::new(1);
        let body = Revised { id, revision: first.get(), position: self.position };
        Ok(Created::by(self, first, format!("{list}/{id}"), body))
    }

    /// The answer about the role or category `id` that was seen at `seen`.
    fn roles_revised(&self, id: Uuid, seen: IfMatch) -> Result<Changed<Revised>, Problem> {
        let facts = self.receipt.facts::<Roles>().map_err(|world| failed(&world))?;
        // What was seen was the current version, and each fact is about this thing.
        Ok(self.revised(id, Revision::new(seen.revision()).plus(facts.len() as u64)))
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
