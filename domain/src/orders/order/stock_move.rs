//! The effect of an order's commands on its reservation.

use super::Command;

/// The effect on the stock that is reserved for the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockMove {
    /// It is consumed.
    Consume,
    /// It is released.
    Release,
}

impl Command {
    /// The effect of the command once it is accepted; none if it has none.
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
