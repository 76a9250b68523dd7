//! Categories of the menu.

use domain::catalog::category::{self, Category};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::shared::{CategoryId, Name};
use event_store::Revision;
use serde::Serialize;

use super::{rename, take};
use crate::engine::error::Failure;
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

/// The menu gets a category.
#[derive(Debug, Clone, Serialize)]
pub struct AddCategory {
    /// The category to be.
    #[serde(skip)]
    pub category: CategoryId,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its place in the menu, smallest first.
    pub place: u16,
}

impl Intent for AddCategory {
    const OPERATION: &'static str = "category.add";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<CategoryRefusal>> {
        let claims = ClaimId::all_of_name(Named::Category, &self.name);
        let mut wanted = vec![work.subscription(), work.wanted::<Category>(&self.category)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        let details = category::Details { name: self.name.clone(), place: self.place };
        work.decide::<Category>(&self.category, category::Command::Add(details))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        take(work, &claims, self.category.uuid()).map_err(|_| category_name_taken())
    }
}

/// A category should be like this.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseCategory {
    /// Which.
    pub category: CategoryId,
    /// Where the caller has seen it.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its place in the menu, smallest first.
    pub place: u16,
}

impl Intent for ReviseCategory {
    const OPERATION: &'static str = "category.revise";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<CategoryRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Category>(&self.category)]).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<Category>(&self.category).in_menu().cloned();
        let before = before.ok_or(Failure::Refused(category::Error::Unknown.into()))?;
        work.expect::<Category, _>(&self.category, self.seen)?;
        let details = category::Details { name: self.name.clone(), place: self.place };
        work.decide::<Category>(&self.category, category::Command::Revise(details))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        let claims = (Named::Category, &before.name, &self.name);
        rename(work, claims, self.category.uuid(), category_name_taken).await
    }
}

const fn category_name_taken() -> Failure<CategoryRefusal> {
    Failure::Refused(CategoryRefusal::NameTaken)
}
