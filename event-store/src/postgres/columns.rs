//! The events of a batch as the columns that the functions of the log take; streams are numbered from 1,
//! as SQL arrays are.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use uuid::Uuid;

use crate::append::Encoded;
use crate::event::NewEvent;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct EventColumns<'a> {
    streams: Vec<i32>,
    revisions: Vec<i64>,
    ids: Vec<Uuid>,
    types: Vec<&'static str>,
    versions: Vec<i16>,
    payloads: Vec<&'a [u8]>,
    metadata: Vec<&'a [u8]>,
    dates: Vec<Option<NaiveDate>>,
    occurred: Vec<DateTime<Utc>>,
    recorded: Vec<DateTime<Utc>>,
    hashes: Vec<&'a [u8]>,
}

impl<'a> EventColumns<'a> {
    /// Adds an event of the stream with this number.
    pub(super) fn push(&mut self, stream: i32, event: &'a NewEvent, encoded: &'a Encoded) {
        self.streams.push(stream);
        self.revisions.push(event.revision.to_i64());
        self.ids.push(event.id.uuid());
        self.types.push(event.event_type.name);
        self.versions.push(event.event_type.version.cast_signed());
        self.payloads.push(&event.payload);
        self.metadata.push(&encoded.metadata);
        self.dates.push(event.business_date);
        self.occurred.push(event.occurred_at);
        self.recorded.push(event.recorded_at);
        self.hashes.push(&encoded.content_hash);
    }

    /// Binds the columns, in the order in which the functions take them.
    pub(super) fn bind_to<'q, O>(
        &'q self,
        query: QueryAs<'q, Postgres, O, PgArguments>,
    ) -> QueryAs<'q, Postgres, O, PgArguments> {
        query
            .bind(&self.streams)
            .bind(&self.revisions)
            .bind(&self.ids)
            .bind(&self.types)
            .bind(&self.versions)
            .bind(&self.payloads)
            .bind(&self.metadata)
            .bind(&self.dates)
            .bind(&self.occurred)
            .bind(&self.recorded)
            .bind(&self.hashes)
    }
}

/// The number of the last of so many elements; a batch is far smaller than an `i32` can count.
pub(super) fn number<T>(elements: &[T]) -> i32 {
    i32::try_from(elements.len()).expect("a batch has few elements")
}
