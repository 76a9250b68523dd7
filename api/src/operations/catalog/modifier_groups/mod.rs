//! Modifier groups: what can be chosen with products.

mod model;

use commands::Revision;
use commands::catalog::{
    AddModifierGroup, RemoveModifierGroup, RestoreModifierGroup, ReviseModifierGroup,
};
use domain::catalog::ModifierGroup;
use domain::identity::permission::markers::{
    ModifierGroupCreate, ModifierGroupRead, ModifierGroupRemove, ModifierGroupUpdate,
};
use domain::shared::{ModifierGroupId, Name};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use projections::catalog::{Catalog, modifier_groups};
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Done, Found, List};
use crate::operations::catalog::refusal;
use crate::operations::model::{Revised, Settled};
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, FieldError, Problem};
use model::{ModifierGroupBody, ModifierGroupDetails};

/// The operations about modifier groups.
pub(super) struct ModifierGroups(pub(super) Services);

#[OpenApi(prefix_path = "/v1/modifier-groups", tag = "Part::Catalog")]
impl ModifierGroups {
    /// Add a modifier group.
    #[oai(path = "/", method = "post", operation_id = "addModifierGroup")]
    async fn add(
        &self,
        by: Can<ModifierGroupCreate>,
        key: IdempotencyKey,
        Json(body): Json<ModifierGroupDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let request = body.read(&self.0)?;
        let group = ModifierGroupId::from_uuid(self.0.ids.uuid());
        let intent = AddModifierGroup { group, request };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::modifier_group).await?;
        accepted.created::<ModifierGroup>("/v1/modifier-groups")
    }

    /// Change a modifier group.
    ///
    /// Its name, limits and modifiers. Modifiers with an id are kept and changed, those without are added,
    /// those left out are offered no more. Every product that offers the group offers it as it is then.
    /// Orders keep what they were placed with.
    #[oai(path = "/:modifier_group_id", method = "put", operation_id = "reviseModifierGroup")]
    async fn revise(
        &self,
        by: Can<ModifierGroupUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        modifier_group_id: Path<Uuid>,
        Json(body): Json<ModifierGroupDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let request = body.read(&self.0)?;
        let seen = Revision::new(seen.revision());
        let group = ModifierGroupId::from_uuid(modifier_group_id.0);
        let intent = ReviseModifierGroup { group, seen: Some(seen), request };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::modifier_group).await?;
        accepted.changed::<ModifierGroup>(modifier_group_id.0, seen)
    }

    /// Remove a modifier group from the menu.
    ///
    /// Products and modifiers keep it, and it is not asked, whether it was required or not, until it is
    /// restored. Its name is free for others.
    #[oai(path = "/:modifier_group_id", method = "delete", operation_id = "removeModifierGroup")]
    async fn remove(
        &self,
        by: Can<ModifierGroupRemove>,
        key: IdempotencyKey,
        modifier_group_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let group = ModifierGroupId::from_uuid(modifier_group_id.0);
        let intent = RemoveModifierGroup { group };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::modifier_group).await?;
        Ok(accepted.settled(modifier_group_id.0))
    }

    /// Restore a modifier group that was removed.
    ///
    /// It is as it was. Refused if another one has its name meanwhile.
    #[oai(
        path = "/:modifier_group_id/restore",
        method = "post",
        operation_id = "restoreModifierGroup"
    )]
    async fn restore(
        &self,
        by: Can<ModifierGroupRemove>,
        key: IdempotencyKey,
        modifier_group_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let group = ModifierGroupId::from_uuid(modifier_group_id.0);
        let intent = RestoreModifierGroup { group };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::modifier_group).await?;
        Ok(accepted.settled(modifier_group_id.0))
    }

    /// List modifier groups, by name.
    #[oai(path = "/", method = "get", operation_id = "listModifierGroups")]
    async fn list(
        &self,
        by: Can<ModifierGroupRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
        /// Only groups whose name contains this; upper and lower case are the same.
        #[oai(validator(min_length = 1, max_length = 96))]
        search: Query<Option<String>>,
        /// Groups that are in the menu (true, as if left out), or that were removed (false).
        active: Query<Option<bool>>,
    ) -> Result<Json<List<ModifierGroupBody>>, Problem> {
        let text = search.0.unwrap_or_default();
        let name = searched(&text)?;
        let is_active = active.0.unwrap_or(true);
        let shown = if is_active { "true" } else { "false" };
        let filter = modifier_groups::Filter { is_active, name };
        let filters = [("search", text.as_str()), ("active", shown)];
        let query = QueryFingerprint::of("listModifierGroups", &filters);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let limit = limit.rows().into();
        let page = modifier_groups::list(&mut tx, &filter, place.as_ref(), limit).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a modifier group.
    ///
    /// Also one that was removed.
    #[oai(path = "/:modifier_group_id", method = "get", operation_id = "getModifierGroup")]
    async fn get(
        &self,
        by: Can<ModifierGroupRead>,
        modifier_group_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<ModifierGroupBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let group = ModifierGroupId::from_uuid(modifier_group_id.0);
        let found = modifier_groups::get(&mut tx, group).await.map_err(unread)?;
        let group = found.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(group.revision, group.into()))
    }
}

/// What a name is to contain; none if nothing is searched for.
fn searched(text: &str) -> Result<Option<Name>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    Name::parse(text).map(Some).map_err(|_| {
        let words =
            ("debe tener al menos una letra visible", "must have at least one visible letter");
        Problem::parameter(FieldError::new("/query/search", "name", words))
    })
}
