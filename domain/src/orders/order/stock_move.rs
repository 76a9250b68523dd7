//! What happens to the stock that an order takes, on its way.

use super::Command;

/// What a command about an order does to the stock that is kept for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockMove {
    /// It is used up.
    Consume,
    /// It is kept no longer.
    Release,
}

impl Command {
    /// What it does to the stock that is kept for the order since it was placed, once it is accepted.
    pub const fn stock_move(&self) -> Option<StockMove> {
        match self {
            Self::MarkReady => Some(StockMove::Consume),
            Self::Cancel { .. } => Some(StockMove::Release),
            Self::Place(_) | Self::Confirm | Self::Start | Self::Deliver | Self::TakeCash(_) => {
                None
            }
        }
    }
}
