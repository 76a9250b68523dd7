//! Categories of the menu.

use domain::catalog::category::{self, Category};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::shared::{CategoryId, Name};
use event_store::Revision;
use serde::Serialize;

use crate::claims::{rename, take};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a category is not added or revised.
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
