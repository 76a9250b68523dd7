//! Which past sales take their ingredients from stock.
//!
//! The count of a branch does not include what it sold before, so sales before the first goods were received
//! take nothing.

use api::language::{Language, Words};
use chrono::{DateTime, Utc};
use commands::World;
use commands::orders::Takes;
use domain::inventory::stock::{Event, Inventory};
use domain::shared::{BranchId, BusinessCalendar};

use super::args::StockArg;
use super::history::History;
use super::importing::Importing;

/// Which past sales take stock, and how much they may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taking {
    /// None: the branch never received goods, or `--stock none`.
    Never,
    /// Those after the first goods were received, if no item is short.
    Since(DateTime<Utc>),
    /// All, if no item is short.
    AsThereIs,
    /// All, whether or not an item is short.
    Always,
}

impl Taking {
    /// What `--stock` asks for, or else what follows from the stock of the branch.
    pub(super) async fn of(
        importing: &Importing,
        branch: BranchId,
        asked: Option<StockArg>,
    ) -> Result<Self, World> {
        match asked {
            Some(StockArg::None) => Ok(Self::Never),
            Some(StockArg::Allow) => Ok(Self::Always),
            None => {
                let counted = first_count(importing, branch).await?;
                Ok(counted.map_or(Self::Never, Self::Since))
            }
        }
    }

    /// What an order at this time takes.
    pub(super) fn at(self, occurred_at: DateTime<Utc>) -> Takes {
        match self {
            Self::Always => Takes::Anything,
            Self::AsThereIs => Takes::Available,
            Self::Since(counted) if occurred_at >= counted => Takes::Available,
            Self::Since(_) | Self::Never => Takes::Nothing,
        }
    }

    /// How many orders of a source take stock, as a line of the output.
    pub(super) fn in_words(
        self,
        language: Language,
        history: &History,
        calendar: &BusinessCalendar,
    ) -> String {
        let takes = |at| self.at(at) != Takes::Nothing;
        let n_taking = history.orders.iter().filter(|order| takes(order.occurred_at)).count();
        let n_others = history.orders.len() - n_taking;
        let words: Words = match self {
            Self::Never => {
                ("inventario: los pedidos no toman nada", "stock: the orders take nothing").into()
            }
            Self::AsThereIs => (
                format!(
                    "inventario: {n_taking} pedidos toman lo que dicen las recetas, si alcanza"
                ),
                format!(
                    "stock: {n_taking} orders take what the recipes say, where there is enough"
                ),
            )
                .into(),
            Self::Always => (
                format!(
                    "inventario: {n_taking} pedidos toman lo que dicen las recetas, haya o no haya"
                ),
                format!("stock: {n_taking} orders take what the recipes say, whatever there is"),
            )
                .into(),
            Self::Since(counted) => {
                let zone = calendar.on(calendar.at(counted).date).time_zone;
                let counted = counted.with_timezone(&zone).format("%Y-%m-%d %H:%M");
                (
                    format!(
                        "inventario: {n_others} pedidos anteriores al primer conteo de la sucursal \
                         ({counted}) no toman nada; {n_taking} posteriores toman lo que dicen las \
                         recetas, si alcanza"
                    ),
                    format!(
                        "stock: {n_others} orders before the first count of the branch ({counted}) \
                         take nothing; {n_taking} later ones take what the recipes say, where there \
                         is enough"
                    ),
                )
                    .into()
            }
        };
        words.in_language(language).to_owned()
    }
}

/// The earliest time at which a branch received goods.
async fn first_count(
    importing: &Importing,
    branch: BranchId,
) -> Result<Option<DateTime<Utc>>, World> {
    let streams = importing.events::<Inventory>([&branch]).await?;
    let mut first = None;
    for event in streams.iter().flatten() {
        if let Event::Received(_) = event.decode::<Event>()? {
            first = Some(first.map_or(event.occurred_at, |at| event.occurred_at.min(at)));
        }
    }
    Ok(first)
}
