//! What a consumer may look up in the log while it applies a page.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::ConsumerError;
use crate::event::RecordedEvent;
use crate::postgres::beginnings;
use crate::stream::Position;

/// What the stream of each of these events began with, by the position of the event, as the transaction
/// `tx` of [`Consumer::apply`](super::Consumer::apply) sees the log.
///
/// For short streams: an event that has ten thousand before it is left out, and so is one that does not
/// lead back to the beginning of its stream.
pub async fn first_events(
    tx: &mut PgConnection,
    of: &[&RecordedEvent],
) -> Result<HashMap<Position, RecordedEvent>, ConsumerError> {
    beginnings::first_events(tx, of).await
}
