//! Modifier groups.

use domain::catalog::ModifierGroup as Aggregate;
use domain::catalog::modifier_group::{Details, Group, Limits, State};
use domain::shared::{ModifierGroupId, Name};
use event_store::Revision;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::states::StateRow;

/// A modifier group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModifierGroup {
    /// Its id.
    pub id: ModifierGroupId,
    /// Its name, limits and modifiers, and which groups ask it.
    pub details: Details,
    /// Whether it is in the menu; otherwise it was removed.
    pub is_active: bool,
    /// The revision of its stream, for `ETag`.
    pub revision: Revision,
}

/// Which modifier groups to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Those that are in the menu, or those that were removed.
    pub is_active: bool,
    /// Only those whose name contains this text; case does not count.
    pub name: Option<Name>,
}

/// The end of a page of modifier groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModifierGroupCursor {
    name: String,
    id: ModifierGroupId,
}

row::columns!(row ModifierGroup { id as modifier_group_id, details, is_active, revision } with {
    search_name: |group| group.details.group.name.fold_v2(),
});
row::columns!(part Details { group, nested_by });
row::columns!(part Group { name, limits, modifiers });
row::columns!(part Limits { required as is_required, min as min_quantity, max as max_quantity });

impl StateRow for ModifierGroup {
    type Aggregate = Aggregate;

    const TABLE: &'static str = "modifier_groups";
    const ID: &'static str = "modifier_group_id";

    fn of(id: Uuid, state: State, revision: Revision) -> Option<Self> {
        let id = ModifierGroupId::from_uuid(id);
        match state {
            State::InMenu(details) => Some(Self { id, details, is_active: true, revision }),
            State::Removed(details) => Some(Self { id, details, is_active: false, revision }),
            State::Unknown => None,
        }
    }

    fn into_state(self) -> State {
        if self.is_active { State::InMenu(self.details) } else { State::Removed(self.details) }
    }
}

/// Modifier groups, by name.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<&ModifierGroupCursor>,
    limit: u32,
) -> Result<Page<ModifierGroup, ModifierGroupCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
         FROM modifier_groups
         WHERE tenant_id = $1
             AND is_active = $2
             AND ($3::text IS NULL OR position($3 IN search_name) > 0)
             AND ($4::text IS NULL OR (name, modifier_group_id) > ($4, $5))
         ORDER BY name, modifier_group_id
         LIMIT $6",
    )
    .bind(tenant)
    .bind(filter.is_active)
    .bind(filter.name.as_ref().map(Name::fold_v2))
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor = |last: &ModifierGroup| {
        let name = last.details.group.name.to_string();
        ModifierGroupCursor { name, id: last.id }
    };
    Ok(Page::of(rows, limit, cursor))
}

/// One modifier group, also one that was removed.
pub async fn get(
    tx: &mut TenantTx,
    group: ModifierGroupId,
) -> Result<Option<ModifierGroup>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT *
         FROM modifier_groups
         WHERE tenant_id = $1 AND modifier_group_id = $2",
    )
    .bind(tenant)
    .bind(group.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
