//! People of the company: invited, shown, suspended, and where they may act.

use std::collections::HashMap;

use commands::identity::{InviteRefusal, InviteUser, Person};
use domain::identity::User;
use domain::identity::permission::markers::{UserInvite, UserManage, UserRead};
use domain::identity::roles::{BranchAccess, Change};
use domain::shared::{BranchId, RoleId, TenantId, UserId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::identity::graph::Member;
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Created, Done, List};
use crate::operations::fields::Fields;
use crate::operations::identity::rbac::model::branches;
use crate::operations::identity::refusal;
use crate::operations::identity::refusal::Named;
use crate::operations::model::{Revised, Settled};
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// The name shown for a user whose data was deleted.
const FORGOTTEN: &str = "Persona eliminada";

/// Operations on the users of a company.
pub(super) struct Users(pub(super) Services);

/// Where a user may act: in all branches, or in those that are named; in none if the list is empty.
#[derive(Debug, Object)]
struct Branches {
    /// Whether they may act in every branch, those that open later included.
    all_branches: Option<bool>,
    /// The branches in which they may act; needed unless they act in all.
    #[oai(validator(max_items = 200, unique_items))]
    branches: Option<Vec<Uuid>>,
}

/// Who should work here.
#[derive(Debug, Object)]
struct Invitation {
    /// What they are called.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// The address that gets the invitation, and that they sign in with later.
    #[oai(validator(min_length = 3, max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$"))]
    email: String,
    /// What they will be.
    #[oai(validator(max_items = 20, unique_items))]
    roles: Vec<Uuid>,
    /// Whether they may act in every branch, those that open later included.
    all_branches: Option<bool>,
    /// The branches in which they may act; needed unless they act in all.
    #[oai(validator(max_items = 200, unique_items))]
    branches: Option<Vec<Uuid>>,
}

/// A user of the company.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "User")]
struct UserBody {
    /// Their id.
    id: Uuid,
    /// What they are called; `Persona eliminada` where that was deleted for good.
    name: String,
    /// Their e-mail address; null where that was deleted for good.
    email: Option<String>,
    /// What they are.
    roles: Vec<Uuid>,
    /// Whether they may act in every branch.
    all_branches: bool,
    /// Otherwise, the branches in which they may act.
    branches: Vec<Uuid>,
    /// Whether they may do anything at the moment.
    is_active: bool,
    /// Whether their personal data was deleted for good.
    is_forgotten: bool,
}

impl UserBody {
    fn of(user: UserId, member: &Member, people: &HashMap<UserId, Person>) -> Self {
        let (all_branches, branches) = branches(&member.branches);
        let person = people.get(&user);
        Self {
            id: user.uuid(),
            name: person.map_or_else(|| FORGOTTEN.to_owned(), |person| person.name.to_string()),
            email: person.map(|person| person.email.clone()),
            roles: member.roles.keys().map(|role| role.uuid()).collect(),
            all_branches,
            branches,
            is_active: member.is_active,
            is_forgotten: member.is_forgotten,
        }
    }
}

/// Where a user should act; a missing answer is refused, not read as none.
fn access(
    fields: &mut Fields,
    all: Option<bool>,
    branches: Option<&[Uuid]>,
) -> Option<BranchAccess> {
    let is_all = all == Some(true);
    let named = branches.filter(|branches| !(is_all && branches.is_empty()));
    let named = fields.given_if(!is_all, "/branches", named);
    let only = |branches: &[Uuid]| branches.iter().copied().map(BranchId::from_uuid).collect();
    match (is_all, named) {
        (true, None) => Some(BranchAccess::All),
        (false, Some(branches)) => Some(BranchAccess::Only(only(branches))),
        (true, Some(_)) | (false, None) => None,
    }
}

#[OpenApi(prefix_path = "/v1/users", tag = "Part::People")]
impl Users {
    /// Invite a user.
    ///
    /// They get an e-mail with a link to set their password. The link is good for a week. The e-mail is sent
    /// as soon as the mail server takes it; a retry under the same key sends no other.
    #[oai(path = "/", method = "post", operation_id = "inviteUser")]
    async fn invite(
        &self,
        by: Can<UserInvite>,
        key: IdempotencyKey,
        Json(body): Json<Invitation>,
    ) -> Result<Created<Revised>, Problem> {
        let mut fields = Fields::default();
        let read = (fields.name("/name", &body.name), fields.email("/email", &body.email));
        let access = access(&mut fields, body.all_branches, body.branches.as_deref());
        let ((Some(name), Some(email)), Some(access)) = (read, access) else {
            return Err(fields.problem());
        };
        let (tenant, accounts) = (by.caller.tenant, &self.0.accounts);
        let person = Person { name, email: email.as_str().to_owned() };
        let intent = InviteUser {
            user: UserId::from_uuid(self.0.ids.uuid()),
            email: accounts.email_key(&person.email),
            earlier: accounts.earlier_email_keys(&body.email),
            roles: body.roles.iter().copied().map(RoleId::from_uuid).collect(),
            branches: access,
        };
        let named = Named {
            roles: ("/roles", &body.roles),
            branches: body.branches.as_deref().unwrap_or_default(),
            ..Named::default()
        };
        let rule = |it: &InviteRefusal| refusal::invite(it, &named);
        let accepted = self.0.execute(&by.caller, key, intent, rule).await?;
        let made = accepted.first::<User>()?;
        self.admit((tenant, made.id), &person).await?;
        self.0
            .write_invitation(tenant, made.id, key.command_id(), accepted.receipt.replayed)
            .await?;
        accepted.created::<User>("/v1/users")
    }

    /// List the people of the company.
    ///
    /// In the order in which they were invited.
    #[oai(path = "/", method = "get", operation_id = "listUsers")]
    async fn list(
        &self,
        by: Can<UserRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<UserBody>>, Problem> {
        let query = QueryFingerprint::of("listUsers", &[]);
        let place: Option<UserId> = self.0.place(&by.caller, query, cursor.as_deref())?;
        let graph = self.0.graph(&by.caller, after.0).await?;
        let members = graph.members.iter().filter(|(user, _)| place.is_none_or(|it| **user > it));
        let rows = limit.rows().into();
        let mut members: Vec<_> = members.take(rows_and_one(rows)).collect();
        let has_more = members.len() == rows_and_one(rows);
        members.truncate(rows_and_one(rows) - 1);
        let users: Vec<UserId> = members.iter().map(|(user, _)| **user).collect();
        let people = self.0.accounts.people(by.caller.tenant, &users).await;
        let people = people.map_err(|world| failed(&world))?;
        let data =
            members.iter().map(|(user, member)| UserBody::of(**user, member, &people)).collect();
        let next = users.last().filter(|_| has_more);
        let next_cursor = self.0.cursor(&by.caller, query, next);
        Ok(Json(List { data, next_cursor }))
    }

    /// Get a user of the company.
    #[oai(path = "/:user_id", method = "get", operation_id = "getUser")]
    async fn get(
        &self,
        by: Can<UserRead>,
        user_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<UserBody>, Problem> {
        let graph = self.0.graph(&by.caller, after.0).await?;
        let user = UserId::from_uuid(user_id.0);
        let member = graph.members.get(&user).ok_or_else(|| Problem::new(Code::NotFound))?;
        let people = self.0.accounts.people(by.caller.tenant, &[user]).await;
        let people = people.map_err(|world| failed(&world))?;
        Ok(Json(UserBody::of(user, member, &people)))
    }

    /// Choose the branches in which a user may act.
    ///
    /// Callers can neither add nor remove a branch in which they may not act themselves.
    #[oai(path = "/:user_id/branches", method = "put", operation_id = "allowBranches")]
    async fn allow_branches(
        &self,
        by: Can<UserManage>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
        Json(body): Json<Branches>,
    ) -> Result<Done<Settled>, Problem> {
        let mut fields = Fields::default();
        let access = access(&mut fields, body.all_branches, body.branches.as_deref());
        let Some(access) = access else { return Err(fields.problem()) };
        let change = Change::AllowBranches(UserId::from_uuid(user_id.0), access);
        let named =
            Named { branches: body.branches.as_deref().unwrap_or_default(), ..Named::default() };
        let accepted = self.0.change_roles_named(&by.caller, key, None, change, &named).await?;
        Ok(accepted.settled(user_id.0))
    }

    /// Suspend a user.
    ///
    /// Every sign-in of theirs ends, and they can do nothing.
    #[oai(path = "/:user_id/suspend", method = "post", operation_id = "suspendUser")]
    async fn suspend(
        &self,
        by: Can<UserManage>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let user = UserId::from_uuid(user_id.0);
        self.0.settle_roles(&by.caller, key, Change::Suspend(user), user_id.0).await
    }

    /// Resume a suspended user.
    #[oai(path = "/:user_id/resume", method = "post", operation_id = "resumeUser")]
    async fn resume(
        &self,
        by: Can<UserManage>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let user = UserId::from_uuid(user_id.0);
        self.0.settle_roles(&by.caller, key, Change::Resume(user), user_id.0).await
    }
}

impl Users {
    /// Stores the personal data of an invited user. A retry completes what the first try left undone, unless
    /// they were forgotten since; writing the e-mail checks that once more.
    async fn admit(
        &self,
        (tenant, user): (TenantId, UserId),
        person: &Person,
    ) -> Result<(), Problem> {
        let known = self.0.authority.known(tenant, user).await.map_err(|world| failed(&world))?;
        if known.is_none() {
            return Ok(());
        }
        self.0.accounts.admit(tenant, user, person).await.map_err(|world| failed(&world))
    }
}

/// One row more than fits on a page shows whether there is another page.
fn rows_and_one(rows: u32) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX).saturating_add(1)
}
