//! Stock items, recipes, and the stock of branches.

use domain::catalog::Product;
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::inventory::recipe::{self, Portion, Recipe};
use domain::inventory::stock::{self, IncomingLine, Inventory};
use domain::inventory::stock_item::{self, StockItem};
use domain::inventory::{BaseUnit, OnShortage};
use domain::shared::{BranchId, Name, ProductId, ReceiptId, StockItemId};
use event_store::Revision;
use serde::{Deserialize, Serialize};

use crate::catalog::{rename, take};
use crate::error::Failure;
use crate::intent::Intent;
use crate::unit_of_work::UnitOfWork;

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

const fn stock_item_name_taken() -> Failure<StockItemRefusal> {
    Failure::Refused(StockItemRefusal::NameTaken)
}

/// The company keeps something in stock.
#[derive(Debug, Clone, Serialize)]
pub struct AddStockItem {
    /// The item to be.
    #[serde(skip)]
    pub item: StockItemId,
    /// Its name, unique in the company.
    pub name: Name,
    /// What its quantities count.
    pub unit: BaseUnit,
    /// What happens to an order when there is too little.
    pub on_shortage: OnShortage,
}

impl Intent for AddStockItem {
    const OPERATION: &'static str = "stock_item.add";
    type Refusal = StockItemRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<StockItemRefusal>> {
        let claim = ClaimId::of_name(Named::StockItem, &self.name);
        let wanted = vec![
            work.subscription(),
            work.wanted::<StockItem>(&self.item),
            work.wanted::<Claim>(&claim),
        ];
        work.read(wanted).await?;
        work.covered(Module::Inventory)?;
        let Self { name, unit, on_shortage, .. } = self.clone();
        let details = stock_item::Details { name, unit, on_shortage };
        work.decide::<StockItem>(&self.item, stock_item::Command::Add(details))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        take(work, &claim, self.item.uuid()).map_err(|_| stock_item_name_taken())
    }
}

/// A stock item should be called and treated like this.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseStockItem {
    /// Which.
    pub item: StockItemId,
    /// Where the caller has seen it.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// What happens to an order when there is too little.
    pub on_shortage: OnShortage,
}

impl Intent for ReviseStockItem {
    const OPERATION: &'static str = "stock_item.revise";
    type Refusal = StockItemRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<StockItemRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<StockItem>(&self.item)]).await?;
        work.covered(Module::Inventory)?;
        let before = work.state::<StockItem>(&self.item).kept().cloned();
        let before = before.ok_or(Failure::Refused(stock_item::Error::Unknown.into()))?;
        work.expect::<StockItem, _>(&self.item, self.seen)?;
        let Self { name, on_shortage, .. } = self.clone();
        work.decide::<StockItem>(&self.item, stock_item::Command::Revise { name, on_shortage })
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        let claims = (Named::StockItem, &before.name, &self.name);
        rename(work, claims, self.item.uuid(), stock_item_name_taken).await
    }
}

/// Why a recipe is not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipeRefusal {
    /// The company sells no such product.
    #[error("there is no such product")]
    UnknownProduct,
    /// The product is not sold in such a variant.
    #[error("portion {index} names no variant of the product")]
    UnknownVariant {
        /// The place of the portion, from 0.
        index: usize,
    },
    /// The company keeps no such thing in stock.
    #[error("ingredient {ingredient} of portion {index} is no stock item")]
    UnknownItem {
        /// The place of the portion, from 0.
        index: usize,
        /// The place of the ingredient, from 0.
        ingredient: usize,
    },
    /// A rule of the recipe itself.
    #[error(transparent)]
    Recipe(#[from] recipe::Error),
}

/// A product is made like this from here on.
#[derive(Debug, Clone, Serialize)]
pub struct PublishRecipe {
    /// The product.
    pub product: ProductId,
    /// Where the caller has seen its recipe.
    pub seen: Option<Revision>,
    /// One for each variant that takes something from stock.
    pub portions: Vec<Portion>,
}

impl Intent for PublishRecipe {
    const OPERATION: &'static str = "recipe.publish";
    type Refusal = RecipeRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<RecipeRefusal>> {
        let ingredients = self.portions.iter().flat_map(|portion| &portion.ingredients);
        let items = ingredients.map(|ingredient| work.wanted::<StockItem>(&ingredient.item));
        let product = [work.wanted::<Product>(&self.product), work.wanted::<Recipe>(&self.product)];
        let wanted = [work.subscription()].into_iter().chain(product).chain(items).collect();
        work.read(wanted).await?;
        work.covered(Module::Inventory)?;
        self.check_references(work).map_err(Failure::Refused)?;
        work.expect::<Recipe, _>(&self.product, self.seen)?;
        let publish = recipe::Command::Publish { portions: self.portions.clone() };
        work.decide::<Recipe>(&self.product, publish)
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        Ok(())
    }
}

impl PublishRecipe {
    fn check_references(&self, work: &UnitOfWork<'_>) -> Result<(), RecipeRefusal> {
        let product = work.state::<Product>(&self.product).in_menu();
        let product = product.ok_or(RecipeRefusal::UnknownProduct)?;
        for (index, portion) in self.portions.iter().enumerate() {
            if product.variant(portion.variant).is_none() {
                return Err(RecipeRefusal::UnknownVariant { index });
            }
            for (ingredient, wanted) in portion.ingredients.iter().enumerate() {
                if work.state::<StockItem>(&wanted.item).kept().is_none() {
                    return Err(RecipeRefusal::UnknownItem { index, ingredient });
                }
            }
        }
        Ok(())
    }
}

/// Why the stock of a branch does not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StockRefusal {
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// The company keeps no such thing in stock.
    #[error("line {index} names no stock item")]
    UnknownItem {
        /// The place of the line, from 0.
        index: usize,
    },
    /// A rule of the stock itself.
    #[error(transparent)]
    Stock(#[from] stock::Error),
}

/// Goods come in.
#[derive(Debug, Clone, Serialize)]
pub struct ReceiveStock {
    /// The receipt to be.
    #[serde(skip)]
    pub receipt: ReceiptId,
    /// Where.
    pub branch: BranchId,
    /// What comes in.
    pub lines: Vec<IncomingLine>,
}

impl Intent for ReceiveStock {
    const OPERATION: &'static str = "stock.receive";
    type Refusal = StockRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<StockRefusal>> {
        let items = self.lines.iter().map(|line| work.wanted::<StockItem>(&line.item));
        let branch = [work.wanted::<Branch>(&self.branch), work.wanted::<Inventory>(&self.branch)];
        let wanted = [work.subscription()].into_iter().chain(branch).chain(items).collect();
        work.read(wanted).await?;
        work.covered(Module::Inventory)?;
        let branch = work.state::<Branch>(&self.branch).open();
        let branch = branch.ok_or(Failure::Refused(StockRefusal::UnknownBranch))?;
        let (day, currency) = (branch.business_day(), branch.currency);
        let is_unknown = |line: &IncomingLine| work.state::<StockItem>(&line.item).kept().is_none();
        if let Some(index) = self.lines.iter().position(is_unknown) {
            return Err(Failure::Refused(StockRefusal::UnknownItem { index }));
        }
        work.at_branch(self.branch, day)?;
        let receive = stock::Receive { receipt: self.receipt, currency, lines: self.lines.clone() };
        work.decide::<Inventory>(&self.branch, stock::Command::Receive(receive))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        Ok(())
    }
}

/// Reservations of a branch that have expired should end, without waiting for the next order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseExpired {
    /// The branch.
    pub branch: BranchId,
}

impl Intent for ReleaseExpired {
    const OPERATION: &'static str = "stock.release_expired";
    type Refusal = StockRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<StockRefusal>> {
        let wanted =
            vec![work.wanted::<Branch>(&self.branch), work.wanted::<Inventory>(&self.branch)];
        work.read(wanted).await?;
        let branch = work.state::<Branch>(&self.branch).open();
        let branch = branch.ok_or(Failure::Refused(StockRefusal::UnknownBranch))?;
        let day = branch.business_day();
        let now = work.at_branch(self.branch, day)?.instant;
        work.decide::<Inventory>(&self.branch, stock::Command::ReleaseExpired { now })
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        Ok(())
    }
}
