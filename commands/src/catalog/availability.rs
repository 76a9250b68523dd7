//! What a branch sells at the moment.

use chrono::{DateTime, Utc};
use domain::catalog::availability::{self, Availability, Command, Subject};
use domain::catalog::{ModifierGroup, Product};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::shared::{BranchId, ModifierGroupId, ModifierId, ProductId, VariantId};
use serde::Serialize;

use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why the availability of something is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AvailabilityRefusal {
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// The menu has no such product.
    #[error("there is no such product")]
    UnknownProduct,
    /// The product has no such variant.
    #[error("the product has no such variant")]
    UnknownVariant,
    /// The menu has no such modifier group.
    #[error("there is no such modifier group")]
    UnknownGroup,
    /// The group has no such modifier.
    #[error("the group has no such modifier")]
    UnknownModifier,
    /// A rule of the availability itself.
    #[error(transparent)]
    Availability(#[from] availability::Error),
}

/// Something of the menu, with what it is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Affected {
    /// A product with all its variants.
    Product(ProductId),
    /// One variant of a product.
    Variant(ProductId, VariantId),
    /// A modifier of a group.
    Modifier(ModifierGroupId, ModifierId),
}

/// What is to become of it in the branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The branch sells it.
    List,
    /// The branch does not sell it.
    Delist,
    /// It has run out, until a moment or until it is put back.
    Snooze(Option<DateTime<Utc>>),
    /// It is there again.
    PutBack,
}

/// Changes whether a branch sells something.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeAvailability {
    /// The branch.
    pub branch: BranchId,
    /// What.
    pub affected: Affected,
    /// What is to become of it.
    pub change: Change,
}

impl Intent for ChangeAvailability {
    const OPERATION: &'static str = "availability.change";
    type Refusal = AvailabilityRefusal;

    async fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<(), CommandError<AvailabilityRefusal>> {
        let affected = match &self.affected {
            Affected::Product(product) | Affected::Variant(product, _) => {
                work.wanted::<Product>(product)
            }
            Affected::Modifier(group, _) => work.wanted::<ModifierGroup>(group),
        };
        let wanted = vec![
            work.subscription(),
            work.wanted::<Branch>(&self.branch),
            work.wanted::<Availability>(&self.branch),
            affected,
        ];
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        let now = work.at_branch(self.branch, || AvailabilityRefusal::UnknownBranch)?.instant;
        let subject = self.affected.found(work).map_err(CommandError::Refused)?;
        let command = match self.change {
            Change::List => Command::List(subject),
            Change::Delist => Command::Delist(subject),
            Change::Snooze(until) => Command::Snooze { subject, until, now },
            Change::PutBack => Command::PutBack(subject),
        };
        work.decide::<Availability, _>(&self.branch, command)?;
        Ok(())
    }
}

impl Affected {
    /// What the events name, if the menu has it.
    fn found(self, work: &UnitOfWork<'_>) -> Result<Subject, AvailabilityRefusal> {
        match self {
            Self::Product(id) => {
                let product = work.state::<Product>(&id).in_menu();
                product.ok_or(AvailabilityRefusal::UnknownProduct)?;
                Ok(Subject::Product(id))
            }
            Self::Variant(id, variant) => {
                let product = work.state::<Product>(&id).in_menu();
                let product = product.ok_or(AvailabilityRefusal::UnknownProduct)?;
                product.variant(variant).ok_or(AvailabilityRefusal::UnknownVariant)?;
                Ok(Subject::Variant(variant))
            }
            Self::Modifier(id, modifier) => {
                let group = work.state::<ModifierGroup>(&id).in_menu();
                let group = group.ok_or(AvailabilityRefusal::UnknownGroup)?;
                group.modifier(modifier).ok_or(AvailabilityRefusal::UnknownModifier)?;
                Ok(Subject::Modifier(modifier))
            }
        }
    }
}
