//! Suppliers.

use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::inventory::PaymentTerms;
use domain::inventory::supplier::{self, Supplier};
use domain::shared::{Name, SupplierId};
use event_store::Revision;
use serde::Serialize;

use crate::claims::{rename, take};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a supplier is not added, revised, retired or reinstated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SupplierRefusal {
    /// Another supplier has the name.
    #[error("another supplier has this name")]
    NameTaken,
    /// A rule of the supplier itself.
    #[error(transparent)]
    Supplier(#[from] supplier::Error),
}

/// Adds a supplier.
#[derive(Debug, Clone, Serialize)]
pub struct AddSupplier {
    /// The id of the supplier.
    #[serde(skip)]
    pub supplier: SupplierId,
    /// Its name, unique in the company.
    pub name: Name,
    /// When its invoices are due.
    pub payment_terms: PaymentTerms,
}

impl Intent for AddSupplier {
    const OPERATION: &'static str = "supplier.add";
    type Refusal = SupplierRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<SupplierRefusal>> {
        let claims = ClaimId::all_of_name(Named::Supplier, &self.name);
        let mut wanted = vec![work.subscription(), work.wanted::<Supplier>(&self.supplier)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        work.covered(Module::Inventory)?;
        let Self { name, payment_terms, .. } = self.clone();
        let details = supplier::Details { name, payment_terms };
        work.decide::<Supplier, _>(&self.supplier, supplier::Command::Add(details))?;
        take(work, &claims, self.supplier.uuid(), SupplierRefusal::NameTaken)
    }
}

/// Changes the name and the payment terms of a supplier.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseSupplier {
    /// The supplier.
    pub supplier: SupplierId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// When its invoices are due.
    pub payment_terms: PaymentTerms,
}

impl Intent for ReviseSupplier {
    const OPERATION: &'static str = "supplier.revise";
    type Refusal = SupplierRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<SupplierRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Supplier>(&self.supplier)]).await?;
        work.covered(Module::Inventory)?;
        let before = work.state::<Supplier>(&self.supplier).known().cloned();
        let before = before.ok_or(CommandError::refused(supplier::Error::Unknown))?;
        work.expect::<Supplier, _>(&self.supplier, self.seen)?;
        let Self { name, payment_terms, .. } = self.clone();
        let details = supplier::Details { name, payment_terms };
        work.decide::<Supplier, _>(&self.supplier, supplier::Command::Revise(details))?;
        let claims = (Named::Supplier, &before.name, &self.name);
        rename(work, claims, self.supplier.uuid(), SupplierRefusal::NameTaken).await
    }
}

/// Retires a supplier.
#[derive(Debug, Clone, Serialize)]
pub struct RetireSupplier {
    /// The supplier.
    pub supplier: SupplierId,
}

impl Intent for RetireSupplier {
    const OPERATION: &'static str = "supplier.retire";
    type Refusal = SupplierRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<SupplierRefusal>> {
        work.read(vec![work.wanted::<Supplier>(&self.supplier)]).await?;
        work.decide::<Supplier, _>(&self.supplier, supplier::Command::Retire)?;
        Ok(())
    }
}

/// Reinstates a retired supplier.
#[derive(Debug, Clone, Serialize)]
pub struct ReinstateSupplier {
    /// The supplier.
    pub supplier: SupplierId,
}

impl Intent for ReinstateSupplier {
    const OPERATION: &'static str = "supplier.reinstate";
    type Refusal = SupplierRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<SupplierRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Supplier>(&self.supplier)]).await?;
        work.covered(Module::Inventory)?;
        work.decide::<Supplier, _>(&self.supplier, supplier::Command::Reinstate)?;
        Ok(())
    }
}
