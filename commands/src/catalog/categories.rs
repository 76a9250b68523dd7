//! Categories of the menu.

use domain::catalog::category::{self, Category};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::shared::{CategoryId, Name};
use event_store::Revision;
use serde::Serialize;

use crate::claims::{release, rename, take};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a category is not added, revised or restored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CategoryRefusal {
    /// Another category has the name.
    #[error("another category has this name")]
    NameTaken,
    /// A rule of the category itself.
    #[error(transparent)]
    Category(#[from] category::Error),
}

/// Adds a category to the menu.
#[derive(Debug, Clone, Serialize)]
pub struct AddCategory {
    /// The id of the category.
    #[serde(skip)]
    pub category: CategoryId,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its sort position in the menu, smallest first.
    pub place: u16,
}

impl Intent for AddCategory {
    const OPERATION: &'static str = "category.add";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<CategoryRefusal>> {
        let claims = ClaimId::all_of_name(Named::Category, &self.name);
        let mut wanted = vec![work.subscription(), work.wanted::<Category>(&self.category)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        let details = category::Details { name: self.name.clone(), place: self.place };
        work.decide::<Category, _>(&self.category, category::Command::Add(details))?;
        take(work, &claims, self.category.uuid(), CategoryRefusal::NameTaken)
    }
}

/// Changes the name and the position of a category.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseCategory {
    /// The category.
    pub category: CategoryId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its sort position in the menu, smallest first.
    pub place: u16,
}

impl Intent for ReviseCategory {
    const OPERATION: &'static str = "category.revise";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<CategoryRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Category>(&self.category)]).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<Category>(&self.category).in_menu().cloned();
        let before = before.ok_or(CommandError::refused(category::Error::Unknown))?;
        work.expect::<Category, _>(&self.category, self.seen)?;
        let details = category::Details { name: self.name.clone(), place: self.place };
        work.decide::<Category, _>(&self.category, category::Command::Revise(details))?;
        let claims = (Named::Category, &before.name, &self.name);
        rename(work, claims, self.category.uuid(), CategoryRefusal::NameTaken).await
    }
}

/// Takes a category out of the menu. Its name is free for others; its products stay as they are.
#[derive(Debug, Clone, Serialize)]
pub struct RemoveCategory {
    /// The category.
    pub category: CategoryId,
}

impl Intent for RemoveCategory {
    const OPERATION: &'static str = "category.remove";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<CategoryRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Category>(&self.category)]).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<Category>(&self.category).in_menu().cloned();
        work.decide::<Category, _>(&self.category, category::Command::Remove)?;
        let Some(before) = before else { return Ok(()) };
        let claims = ClaimId::all_of_name(Named::Category, &before.name);
        work.read(claims.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        release(work, &claims, self.category.uuid());
        Ok(())
    }
}

/// Puts a category back into the menu as it was. Refused if another one has its name meanwhile.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreCategory {
    /// The category.
    pub category: CategoryId,
}

impl Intent for RestoreCategory {
    const OPERATION: &'static str = "category.restore";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<CategoryRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Category>(&self.category)]).await?;
        work.covered(Module::Catalog)?;
        let removed = work.state::<Category>(&self.category).removed().cloned();
        work.decide::<Category, _>(&self.category, category::Command::Restore)?;
        let Some(removed) = removed else { return Ok(()) };
        let claims = ClaimId::all_of_name(Named::Category, &removed.name);
        work.read(claims.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        take(work, &claims, self.category.uuid(), CategoryRefusal::NameTaken)
    }
}

/// Puts categories into an order: their positions are 1, 2, 3 … in the order of the list. Categories that
/// are not listed keep their positions.
#[derive(Debug, Clone, Serialize)]
pub struct ReorderCategories {
    /// The categories in their order.
    pub categories: Vec<CategoryId>,
}

/// Why categories are not reordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReorderCategoriesRefusal {
    /// A category is not in the menu.
    #[error("category {index} is not in the menu")]
    Unknown {
        /// The index of the category, from 0.
        index: usize,
    },
    /// A category is listed twice.
    #[error("category {index} repeats an earlier one")]
    Repeated {
        /// The index of the later category, from 0.
        index: usize,
    },
}

impl Intent for ReorderCategories {
    const OPERATION: &'static str = "category.reorder";
    type Refusal = ReorderCategoriesRefusal;

    async fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<(), CommandError<ReorderCategoriesRefusal>> {
        let categories = self.categories.iter().map(|category| work.wanted::<Category>(category));
        work.read(categories.chain([work.subscription()]).collect()).await?;
        work.covered(Module::Catalog)?;
        for (index, (category, place)) in self.categories.iter().zip(1..).enumerate() {
            if self.categories[..index].contains(category) {
                return Err(CommandError::Refused(ReorderCategoriesRefusal::Repeated { index }));
            }
            let moved = work.try_decide::<Category>(category, category::Command::Move(place));
            let unknown = ReorderCategoriesRefusal::Unknown { index };
            moved.map_err(|_| CommandError::Refused(unknown))?;
        }
        Ok(())
    }
}
