//! Converts events to messages of the Kafka client and back.

use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Header, Headers, OwnedHeaders};

use crate::envelope::{self, LaneLink, Malformed};
use crate::event::RecordedEvent;

/// The headers of an event's message.
pub(super) fn headers(event: &RecordedEvent, link: LaneLink) -> OwnedHeaders {
    let headers = envelope::headers(event, link);
    let none = OwnedHeaders::new_with_capacity(headers.len());
    headers.iter().fold(none, |all, (key, value)| all.insert(Header { key, value: Some(value) }))
}

/// The event in a message, and its link to the one before it.
pub(super) fn decode(
    message: &BorrowedMessage<'_>,
) -> Result<(RecordedEvent, LaneLink), Malformed> {
    let lane = u16::try_from(message.partition()).unwrap_or_default();
    let headers = message.headers().into_iter().flat_map(Headers::iter);
    let headers = headers.map(|header| (header.key, header.value));
    envelope::decode(headers, lane, message.payload().unwrap_or_default())
}
