//! Orders and their payments.

mod menu;
mod past;
mod pay;
mod place;
mod step;
mod stock;

use std::sync::Arc;

use domain::catalog::offer;
use domain::identity::Branch;
use domain::inventory::recipe::Ingredient;
use domain::inventory::stock::Inventory;
use domain::orders::order::{self, Order};
use domain::orders::series;
use domain::shared::{BranchId, Currency, OrderId};

use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

pub use domain::catalog::offer::{
    WantedGroup, WantedLine, WantedModifier, WantedNested, WantedPick,
};
pub use past::{PlacePastOrder, Takes};
pub use pay::TakeCash;
pub use place::{PlaceOrder, Quote};
pub use step::{MoveOrder, Step};
pub use stock::ShortItem;

/// Why a command on an order is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// The company has no such channel in use.
    #[error("no order comes from such a channel")]
    UnknownChannel,
    /// The branch does not offer what a line asks for.
    #[error(transparent)]
    Offer(#[from] offer::Error),
    /// The stock does not suffice for the order.
    #[error("{} stock items are short", items.len())]
    OutOfStock {
        /// The short items.
        items: Vec<ShortItem>,
    },
    /// A rule of the branch's stock.
    #[error(transparent)]
    Stock(#[from] domain::inventory::stock::Error),
    /// The branch has used up its numbers.
    #[error(transparent)]
    Series(#[from] series::Error),
    /// A rule of the order itself.
    #[error(transparent)]
    Order(#[from] order::Error),
}

/// The branch and the time of a command on an order, with what it needs of the stock.
struct There {
    branch: BranchId,
    currency: Currency,
    hour: u8,
    /// The stock items that the order uses.
    ingredients: Arc<[Ingredient]>,
}

/// Reads an order with its branch, and with the branch's stock if the order moves any.
async fn there(
    work: &mut UnitOfWork<'_>,
    id: OrderId,
    moves_stock: bool,
) -> Result<There, CommandError<OrderRefusal>> {
    let belongings = |work: &UnitOfWork<'_>, branch: BranchId, ingredients: &[Ingredient]| {
        let stock = (moves_stock && !ingredients.is_empty()).then_some(&branch);
        let stock = stock.map(|branch| work.wanted::<Inventory>(branch));
        std::iter::once(work.wanted::<Branch>(&branch)).chain(stock).collect::<Vec<_>>()
    };
    let mut wanted = vec![work.wanted::<Order>(&id)];
    // Usually saves a round trip: the order is in memory, and an order never changes its branch.
    if let Some(order::State::Placed(order)) = work.remembered::<Order>(&id) {
        wanted.extend(belongings(work, order.branch, &order.ingredients));
    }
    work.read(wanted).await?;
    let placed = work.state::<Order>(&id).placed().cloned();
    let order::Details { branch, ingredients, .. } =
        placed.ok_or(CommandError::refused(order::Error::Unplaced))?;
    work.read(belongings(work, branch, &ingredients)).await?;
    let hour = work.at_branch(branch, || OrderRefusal::UnknownBranch)?.hour;
    let details = work.state::<Branch>(&branch).details();
    let currency = details.ok_or(CommandError::Refused(OrderRefusal::UnknownBranch))?.currency;
    Ok(There { branch, currency, hour, ingredients })
}
