//! The roles of a company as people look at them: like the stream that decides about them, with who
//! gave what and when.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::identity::roles::{BranchAccess, Event, RoleKind, Roles};
use domain::identity::{Permission, PermissionName};
use domain::shared::{Name, PermissionCategoryId, RoleId, UserId};
use event_store::consumer::ConsumerError;
use event_store::{Actor, RecordedEvent, Revision};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::page::Happened;
use crate::read_db::{ReadError, TenantTx};
use crate::row::FromColumns;

/// Who gave something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The person; none where FastOps did it itself.
    pub by: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name.
    pub name: Name,
    /// Whether it is that of administrators.
    pub kind: RoleKind,
    /// What it inherits from.
    pub parents: Vec<RoleId>,
    /// Its own permissions, with who granted them.
    pub permissions: BTreeMap<PermissionName, Given>,
    /// How often it was added or changed, for `ETag`.
    pub version: u64,
}

/// A category of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its name.
    pub name: Name,
    /// How often it was added or renamed, for `ETag`.
    pub version: u64,
}

/// Somebody who works in the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What they are, with who made them so.
    pub roles: BTreeMap<RoleId, Given>,
    /// Where they may act.
    pub branches: BranchAccess,
    /// Whether they may do anything at the moment.
    pub is_active: bool,
    /// Whether nothing is known of them any more, for good.
    pub is_forgotten: bool,
    /// Who brought them in.
    pub admitted: Given,
}

/// The roles of a company. Empty before it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    /// The roles.
    pub roles: BTreeMap<RoleId, Role>,
    /// The people.
    pub members: BTreeMap<UserId, Member>,
    /// The company's own permissions, with what people read.
    pub own_permissions: BTreeMap<PermissionName, Name>,
    /// The categories of permissions.
    pub categories: BTreeMap<PermissionCategoryId, Category>,
    /// In which category a permission stands.
    pub places: BTreeMap<PermissionName, PermissionCategoryId>,
}

/// A permission that can be granted in a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grantable {
    /// Its name.
    pub name: PermissionName,
    /// What people read; none for those of FastOps, which the documentation explains.
    pub label: Option<Name>,
    /// The category that it stands in.
    pub category: Option<PermissionCategoryId>,
}

impl Graph {
    /// Every permission that can be granted, by name.
    pub fn permissions(&self) -> Vec<Grantable> {
        let built_in = Permission::ALL.iter().map(|permission| ((*permission).into(), None));
        let own = self.own_permissions.iter().map(|(name, label)| (name.clone(), Some(label)));
        let all: BTreeMap<PermissionName, Option<&Name>> = built_in.chain(own).collect();
        let grantable = |(name, label): (PermissionName, Option<&Name>)| Grantable {
            label: label.cloned(),
            category: self.places.get(&name).copied(),
            name,
        };
        all.into_iter().map(grantable).collect()
    }

    fn apply(&mut self, event: Event, recorded: &RecordedEvent) {
        let given = given(recorded);
        match event {
            Event::RoleAdded(added) => {
                let permissions = added.permissions.into_iter().map(|it| (it, given)).collect();
                let parents = added.parents.into_iter().collect();
                let role =
                    Role { name: added.name, kind: added.kind, parents, permissions, version: 1 };
                self.roles.insert(added.role, role);
            }
            Event::RoleRenamed(it) => self.at_role(it.role, |role| role.name = it.name),
            Event::ParentsChosen(it) => {
                self.at_role(it.role, |role| role.parents = it.parents.into_iter().collect());
            }
            Event::RoleRemoved(it) => {
                self.roles.remove(&it.role);
            }
            Event::PermissionGranted(it) => self.at_role(it.role, |role| {
                role.permissions.insert(it.permission, given);
            }),
            Event::PermissionRevoked(it) => self.at_role(it.role, |role| {
                role.permissions.remove(&it.permission);
            }),
            Event::MemberAdmitted(it) => {
                let roles = it.roles.into_iter().map(|role| (role, given)).collect();
                let (branches, is_active, is_forgotten) = (it.branches, true, false);
                let member = Member { roles, branches, is_active, is_forgotten, admitted: given };
                self.members.insert(it.user, member);
            }
            Event::RoleAssigned(it) => self.at_member(it.user, |member| {
                member.roles.insert(it.role, given);
            }),
            Event::RoleUnassigned(it) => self.at_member(it.user, |member| {
                member.roles.remove(&it.role);
            }),
            Event::BranchesAllowed(it) => {
                self.at_member(it.user, |member| member.branches = it.branches);
            }
            Event::MemberSuspended(it) => {
                self.at_member(it.user, |member| member.is_active = false);
            }
            Event::MemberResumed(it) => self.at_member(it.user, |member| member.is_active = true),
            Event::MemberForgotten(it) => self.at_member(it.user, |member| {
                member.roles.clear();
                member.branches = BranchAccess::NONE;
                (member.is_active, member.is_forgotten) = (false, true);
            }),
            Event::PermissionDefined(it) => {
                self.own_permissions.insert(it.permission, it.label);
            }
            Event::PermissionDropped(it) => {
                self.own_permissions.remove(&it.permission);
                self.places.remove(&it.permission);
            }
            Event::PermissionCategorised(it) => {
                self.places.insert(it.permission, it.category);
            }
            Event::CategoryAdded(it) => {
                self.categories.insert(it.category, Category { name: it.name, version: 1 });
                self.places.extend(it.permissions.into_iter().map(|name| (name, it.category)));
            }
            Event::CategoryRenamed(it) => {
                if let Some(category) = self.categories.get_mut(&it.category) {
                    category.name = it.name;
                    category.version += 1;
                }
            }
            Event::CategoryRemoved(it) => {
                self.categories.remove(&it.category);
            }
        }
    }

    fn at_role(&mut self, role: RoleId, change: impl FnOnce(&mut Role)) {
        if let Some(role) = self.roles.get_mut(&role) {
            change(role);
            role.version += 1;
        }
    }

    fn at_member(&mut self, user: UserId, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.members.get_mut(&user) {
            change(member);
        }
    }
}

fn given(recorded: &RecordedEvent) -> Given {
    let by = match &recorded.metadata.actor {
        Actor::User(user) => Some(*user),
        Actor::System(_) => None,
    };
    Given { by, at: recorded.recorded_at }
}

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: Vec<Happened<'_, Roles>>,
) -> Result<(), ConsumerError> {
    if happened.is_empty() {
        return Ok(());
    }
    let tenants: Vec<Uuid> = happened.iter().map(|happened| happened.key.tenant_id).collect();
    let rows = sqlx::query("SELECT * FROM role_graphs WHERE tenant_id = ANY ($1)")
        .bind(tenants)
        .fetch_all(&mut *tx)
        .await?;
    let mut graphs: BTreeMap<Uuid, (Graph, Revision)> = BTreeMap::new();
    for row in &rows {
        graphs.insert(row.try_get("tenant_id")?, from_row(row)?);
    }
    for Happened { recorded, key, event } in happened {
        let (graph, revision) = graphs.entry(key.tenant_id).or_insert_with(empty);
        graph.apply(event, recorded);
        *revision = recorded.revision;
    }
    sqlx::query(
        "INSERT INTO role_graphs (tenant_id, graph, revision)
         SELECT UNNEST($1::uuid[]), UNNEST($2::jsonb[]), UNNEST($3::bigint[])
         ON CONFLICT (tenant_id) DO UPDATE SET
             graph = excluded.graph,
             revision = excluded.revision",
    )
    .bind(graphs.keys().copied().collect::<Vec<_>>())
    .bind(graphs.values().map(|(graph, _)| Json(graph)).collect::<Vec<_>>())
    .bind(graphs.values().map(|(_, revision)| revision.to_i64()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

fn empty() -> (Graph, Revision) {
    (Graph::default(), Revision::START)
}

fn from_row(row: &PgRow) -> Result<(Graph, Revision), sqlx::Error> {
    let Json(graph) = row.try_get("graph")?;
    Ok((graph, FromColumns::read(row, "revision")?))
}

/// The roles of the company.
pub async fn get(tx: &mut TenantTx) -> Result<Graph, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query("SELECT graph, revision FROM role_graphs WHERE tenant_id = $1")
        .bind(tenant)
        .fetch_optional(connection)
        .await?;
    Ok(row.as_ref().map(from_row).transpose()?.unwrap_or_else(empty).0)
}
