//! Movements of a branch's stock without an order.

use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::inventory::StockItem;
use domain::inventory::stock::{self, IncomingLine, Inventory};
use domain::shared::{BranchId, ReceiptId};
use serde::{Deserialize, Serialize};

use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a movement of stock is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StockRefusal {
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// The company has no such stock item.
    #[error("line {index} names no stock item")]
    UnknownItem {
        /// The index of the line, from 0.
        index: usize,
    },
    /// A rule of the stock itself.
    #[error(transparent)]
    Stock(#[from] stock::Error),
}

/// Receives goods.
#[derive(Debug, Clone, Serialize)]
pub struct ReceiveStock {
    /// The id of the receipt.
    #[serde(skip)]
    pub receipt: ReceiptId,
    /// The branch.
    pub branch: BranchId,
    /// The received lines.
    pub lines: Vec<IncomingLine>,
}

impl Intent for ReceiveStock {
    const OPERATION: &'static str = "stock.receive";
    type Refusal = StockRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<StockRefusal>> {
        let items = self.lines.iter().map(|line| work.wanted::<StockItem>(&line.item));
        let branch = [work.wanted::<Branch>(&self.branch), work.wanted::<Inventory>(&self.branch)];
        let wanted = [work.subscription()].into_iter().chain(branch).chain(items).collect();
        work.read(wanted).await?;
        work.covered(Module::Inventory)?;
        let branch = work.state::<Branch>(&self.branch).details();
        let currency = branch.ok_or(CommandError::Refused(StockRefusal::UnknownBranch))?.currency;
        let is_unknown = |line: &IncomingLine| work.state::<StockItem>(&line.item).kept().is_none();
        if let Some(index) = self.lines.iter().position(is_unknown) {
            return Err(CommandError::Refused(StockRefusal::UnknownItem { index }));
        }
        work.at_open_branch(self.branch, || StockRefusal::UnknownBranch)?;
        let receive = stock::Receive { receipt: self.receipt, currency, lines: self.lines.clone() };
        work.decide::<Inventory, _>(&self.branch, stock::Command::Receive(receive))?;
        Ok(())
    }
}

/// Releases the expired reservations of a branch, without waiting for the next order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseExpired {
    /// The branch.
    pub branch: BranchId,
}

impl Intent for ReleaseExpired {
    const OPERATION: &'static str = "stock.release_expired";
    type Refusal = StockRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<StockRefusal>> {
        let wanted =
            vec![work.wanted::<Branch>(&self.branch), work.wanted::<Inventory>(&self.branch)];
        work.read(wanted).await?;
        let now = work.at_branch(self.branch, || StockRefusal::UnknownBranch)?.instant;
        work.decide::<Inventory, _>(&self.branch, stock::Command::ReleaseExpired { now })?;
        Ok(())
    }
}
