//! The envelope as the client of Kafka has it.

use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Header, Headers, OwnedHeaders};

use crate::envelope::{self, Malformed, Place};
use crate::event::RecordedEvent;

/// The headers of an event's message.
pub(super) fn headers(event: &RecordedEvent, place: Place) -> OwnedHeaders {
    let headers = envelope::headers(event, place);
    let none = OwnedHeaders::new_with_capacity(headers.len());
    headers.iter().fold(none, |all, (key, value)| all.insert(Header { key, value: Some(value) }))
}

/// The event in a message, and where it stands in its partition.
pub(super) fn decode(message: &BorrowedMessage<'_>) -> Result<(RecordedEvent, Place), Malformed> {
    let lane = u16::try_from(message.partition()).unwrap_or_default();
    let headers = message.headers().into_iter().flat_map(Headers::iter);
    let headers = headers.map(|header| (header.key, header.value));
    envelope::decode(headers, lane, message.payload().unwrap_or_default())
}
