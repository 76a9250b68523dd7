//! The roles of a company as people look at them: like the stream that decides about them, with who
//! gave what and when.

mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::Decider;
use domain::identity::roles::{BranchAccess, RoleKind, Roles, State};
use domain::identity::{Permission, PermissionName};
use domain::shared::{Name, PermissionCategoryId, RoleId, UserId};
use event_store::consumer::ConsumerError;
use event_store::{Actor, RecordedEvent, Revision};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::page::Happened;
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::row::statements::upsert;

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
    /// The permissions that were granted to it, without inherited ones, with who granted them.
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

/// A person who works in the company.
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
    /// The permissions that the company has defined, with their labels.
    pub own_permissions: BTreeMap<PermissionName, Name>,
    /// The categories of permissions.
    pub categories: BTreeMap<PermissionCategoryId, Category>,
    /// The category of each permission.
    pub places: BTreeMap<PermissionName, PermissionCategoryId>,
    /// What the company calls permissions of FastOps, where it calls them differently.
    #[serde(default)]
    pub labels: BTreeMap<PermissionName, Name>,
    /// The version of the seeded roles, where the log has it.
    #[serde(default)]
    pub seeds: Option<u16>,
}

/// A permission that can be granted in a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grantable {
    /// Its name.
    pub name: PermissionName,
    /// What people read; none for those of FastOps that the company calls as FastOps does.
    pub label: Option<Name>,
    /// The category.
    pub category: Option<PermissionCategoryId>,
}

impl Graph {
    /// Every permission that can be granted, by name.
    pub fn permissions(&self) -> Vec<Grantable> {
        let built_in = Permission::ALL.iter().map(|permission| {
            let name = (*permission).into();
            let label = self.labels.get(&name);
            (name, label)
        });
        let defined = self.own_permissions.iter().map(|(name, label)| (name.clone(), Some(label)));
        let all: BTreeMap<PermissionName, Option<&Name>> = built_in.chain(defined).collect();
        let grantable = |(name, label): (PermissionName, Option<&Name>)| Grantable {
            label: label.cloned(),
            category: self.places.get(&name).copied(),
            name,
        };
        all.into_iter().map(grantable).collect()
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
    let rows: Vec<Shown> = sqlx::query_as("SELECT * FROM role_graphs WHERE tenant_id = ANY ($1)")
        .bind(tenants)
        .fetch_all(&mut *tx)
        .await?;
    let with_state = |row: Shown| (row.tenant_id, (row.graph.state(), row));
    let mut companies: BTreeMap<Uuid, (State, Shown)> = rows.into_iter().map(with_state).collect();
    for Happened { recorded, key, event } in happened {
        let (state, shown) = companies
            .entry(key.tenant_id)
            .or_insert_with(|| (State::default(), Shown::nothing(key.tenant_id)));
        let after = Roles::evolve(state.clone(), event);
        shown.graph.follow(state, &after, given(recorded));
        shown.revision = recorded.revision;
        *state = after;
    }
    let rows: Vec<Shown> = companies.into_values().map(|(_, shown)| shown).collect();
    upsert(tx, "role_graphs", &["tenant_id"], &rows).await
}

/// The graph of a company after some event of it.
struct Shown {
    tenant_id: Uuid,
    graph: Graph,
    revision: Revision,
}

row::columns!(row Shown { tenant_id, graph, revision });

impl Shown {
    fn nothing(tenant_id: Uuid) -> Self {
        Self { tenant_id, graph: Graph::default(), revision: Revision::START }
    }
}

/// The roles of the company.
pub async fn get(tx: &mut TenantTx) -> Result<Graph, ReadError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Shown> = sqlx::query_as("SELECT * FROM role_graphs WHERE tenant_id = $1")
        .bind(tenant)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.graph).unwrap_or_default())
}
