//! The stock items of a company.

use domain::catalog::diet::Marks;
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::inventory::stock_item::{self, StockItem};
use domain::inventory::{BaseUnit, OnShortage};
use domain::shared::{Name, StockItemId};
use event_store::Revision;
use serde::Serialize;

use crate::claims::{rename, take};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a stock item is not added or revised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StockItemRefusal {
    /// Another stock item has the name.
    #[error("another stock item has this name")]
    NameTaken,
    /// A rule of the stock item itself.
    #[error(transparent)]
    StockItem(#[from] stock_item::Error),
}

/// Adds a stock item.
#[derive(Debug, Clone, Serialize)]
pub struct AddStockItem {
    /// The id of the item.
    #[serde(skip)]
    pub item: StockItemId,
    /// Its name, unique in the company.
    pub name: Name,
    /// The unit of its quantities.
    pub unit: BaseUnit,
    /// What happens to an order when the item is short.
    pub on_shortage: OnShortage,
    /// What is declared of allergens and diets.
    #[serde(skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
}

impl Intent for AddStockItem {
    const OPERATION: &'static str = "stock_item.add";
    type Refusal = StockItemRefusal;

    async fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<(), CommandError<StockItemRefusal>> {
        let claims = ClaimId::all_of_name(Named::StockItem, &self.name);
        let mut wanted = vec![work.subscription(), work.wanted::<StockItem>(&self.item)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        work.covered(Module::Inventory)?;
        let Self { name, unit, on_shortage, marks, .. } = self.clone();
        let details = stock_item::Details { name, unit, on_shortage, marks };
        work.decide::<StockItem, _>(&self.item, stock_item::Command::Add(details))?;
        take(work, &claims, self.item.uuid(), StockItemRefusal::NameTaken)
    }
}

/// Changes the name and the shortage policy of a stock item, and what is declared of it.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseStockItem {
    /// The item.
    pub item: StockItemId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// What happens to an order when the item is short.
    pub on_shortage: OnShortage,
    /// What is declared of allergens and diets; none if that stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<Marks>,
}

impl Intent for ReviseStockItem {
    const OPERATION: &'static str = "stock_item.revise";
    type Refusal = StockItemRefusal;

    async fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<(), CommandError<StockItemRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<StockItem>(&self.item)]).await?;
        work.covered(Module::Inventory)?;
        let before = work.state::<StockItem>(&self.item).kept().cloned();
        let before = before.ok_or(CommandError::refused(stock_item::Error::Unknown))?;
        work.expect::<StockItem, _>(&self.item, self.seen)?;
        let Self { name, on_shortage, marks, .. } = self.clone();
        work.decide::<StockItem, _>(&self.item, stock_item::Command::Revise { name, on_shortage })?;
        if let Some(marks) = marks {
            work.decide::<StockItem, _>(&self.item, stock_item::Command::DeclareDiet(marks))?;
        }
        let claims = (Named::StockItem, &before.name, &self.name);
        rename(work, claims, self.item.uuid(), StockItemRefusal::NameTaken).await
    }
}
