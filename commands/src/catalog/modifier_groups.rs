//! Modifier groups.

use std::collections::BTreeSet;

use domain::catalog::modifier_group::{
    self, Command, ModifierGroup, Request, check_ingredients, check_nesting,
};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::inventory::StockItem;
use domain::shared::ModifierGroupId;
use event_store::Revision;
use serde::Serialize;

use crate::claims::{release, rename, take};
use crate::engine::aggregates::Wanted;
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a command on a modifier group is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModifierGroupRefusal {
    /// Another modifier group has the name.
    #[error("another modifier group has this name")]
    NameTaken,
    /// A rule of the group itself.
    #[error(transparent)]
    Group(#[from] modifier_group::Error),
}

type Decided = Result<(), CommandError<ModifierGroupRefusal>>;

/// Adds a modifier group to the menu.
#[derive(Debug, Clone, Serialize)]
pub struct AddModifierGroup {
    /// The id of the group.
    #[serde(skip)]
    pub group: ModifierGroupId,
    /// Its name, limits and modifiers, which have no ids.
    #[serde(flatten)]
    pub request: Request,
}

impl Intent for AddModifierGroup {
    const OPERATION: &'static str = "modifier_group.add";
    type Refusal = ModifierGroupRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Decided {
        let claims = ClaimId::all_of_name(Named::ModifierGroup, &self.request.name);
        let mut wanted = vec![work.subscription(), work.wanted::<ModifierGroup>(&self.group)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        wanted.extend(referred(work, &self.request));
        work.read(wanted).await?;
        check(work, self.group, &self.request)?;
        work.decide::<ModifierGroup, _>(&self.group, Command::Add(self.request.clone()))?;
        nest(work, self.group, &BTreeSet::new())?;
        take(work, &claims, self.group.uuid(), ModifierGroupRefusal::NameTaken)
    }
}

/// Changes the name, the limits and the modifiers of a group.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseModifierGroup {
    /// The group.
    pub group: ModifierGroupId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// Its name, limits and modifiers: those with an id are changed, those without are added, and
    /// omitted ones are not offered any more.
    #[serde(flatten)]
    pub request: Request,
}

impl Intent for ReviseModifierGroup {
    const OPERATION: &'static str = "modifier_group.revise";
    type Refusal = ModifierGroupRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Decided {
        let mut wanted = vec![work.subscription(), work.wanted::<ModifierGroup>(&self.group)];
        wanted.extend(referred(work, &self.request));
        work.read(wanted).await?;
        let before = work.state::<ModifierGroup>(&self.group).in_menu().cloned();
        let before = before.ok_or(CommandError::refused(modifier_group::Error::Unknown))?;
        let asked = before.asked().into_iter();
        work.read(asked.map(|asked| work.wanted::<ModifierGroup>(&asked)).collect()).await?;
        work.expect::<ModifierGroup, _>(&self.group, self.seen)?;
        check(work, self.group, &self.request)?;
        work.decide::<ModifierGroup, _>(&self.group, Command::Revise(self.request.clone()))?;
        nest(work, self.group, &before.asked())?;
        let claims = (Named::ModifierGroup, &before.name, &self.request.name);
        rename(work, claims, self.group.uuid(), ModifierGroupRefusal::NameTaken).await
    }
}

/// Takes a group out of the menu; another one can have its name.
#[derive(Debug, Clone, Serialize)]
pub struct RemoveModifierGroup {
    /// The group.
    pub group: ModifierGroupId,
}

impl Intent for RemoveModifierGroup {
    const OPERATION: &'static str = "modifier_group.remove";
    type Refusal = ModifierGroupRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Decided {
        work.read(vec![work.wanted::<ModifierGroup>(&self.group)]).await?;
        let name = work.state::<ModifierGroup>(&self.group).in_menu().map(|it| it.name.clone());
        work.decide::<ModifierGroup, ModifierGroupRefusal>(&self.group, Command::Remove)?;
        let Some(name) = name else { return Ok(()) };
        let claims = ClaimId::all_of_name(Named::ModifierGroup, &name);
        work.read(claims.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        release(work, &claims, self.group.uuid());
        Ok(())
    }
}

/// Puts a group back into the menu, under its name if no other has it.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreModifierGroup {
    /// The group.
    pub group: ModifierGroupId,
}

impl Intent for RestoreModifierGroup {
    const OPERATION: &'static str = "modifier_group.restore";
    type Refusal = ModifierGroupRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Decided {
        work.read(vec![work.subscription(), work.wanted::<ModifierGroup>(&self.group)]).await?;
        work.covered(Module::Catalog)?;
        let name = work.state::<ModifierGroup>(&self.group).removed().map(|it| it.name.clone());
        work.decide::<ModifierGroup, ModifierGroupRefusal>(&self.group, Command::Restore)?;
        let Some(name) = name else { return Ok(()) };
        let claims = ClaimId::all_of_name(Named::ModifierGroup, &name);
        work.read(claims.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        take(work, &claims, self.group.uuid(), ModifierGroupRefusal::NameTaken)
    }
}

/// What the modifiers refer to: groups that they ask, and stock items that they take.
fn referred(work: &UnitOfWork<'_>, request: &Request) -> Vec<Wanted> {
    let nested = request.modifiers.iter().filter_map(|modifier| modifier.nested);
    let nested = nested.map(|group| work.wanted::<ModifierGroup>(&group));
    let ingredients = request.modifiers.iter().flat_map(|modifier| &modifier.ingredients);
    let items = ingredients.map(|ingredient| work.wanted::<StockItem>(&ingredient.item));
    nested.chain(items).collect()
}

/// Checks what the plan covers and what the modifiers refer to, which was read.
fn check(work: &UnitOfWork<'_>, id: ModifierGroupId, request: &Request) -> Decided {
    work.covered(Module::Catalog)?;
    if request.modifiers.iter().any(|modifier| !modifier.ingredients.is_empty()) {
        work.covered(Module::Inventory)?;
    }
    let nestable = |nested| work.state::<ModifierGroup>(&nested).nestable(id);
    check_nesting(id, &request.modifiers, nestable).map_err(CommandError::refused)?;
    let is_kept = |item| work.state::<StockItem>(&item).kept().is_some();
    check_ingredients(&request.modifiers, is_kept).map_err(CommandError::refused)
}

/// Tells the groups that the modifiers ask, and those that they asked `before`. The append asserts
/// them all, so none of them begins to ask a group at the same time.
fn nest(
    work: &mut UnitOfWork<'_>,
    by: ModifierGroupId,
    before: &BTreeSet<ModifierGroupId>,
) -> Decided {
    let group = work.state::<ModifierGroup>(&by).in_menu();
    let asked = group.map(modifier_group::Group::asked).unwrap_or_default();
    for nested in &asked {
        work.decide::<ModifierGroup, ModifierGroupRefusal>(nested, Command::Nest { by })?;
    }
    for freed in before.difference(&asked) {
        work.decide::<ModifierGroup, ModifierGroupRefusal>(freed, Command::Unnest { by })?;
    }
    Ok(())
}
