//! The events of a batch as the columns that the functions of the log take; streams and contexts are
//! numbered from 1, as SQL arrays are.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use uuid::Uuid;

use crate::append::Encoded;
use crate::event::NewEvent;

/// The events of a batch, column by column.
#[derive(Debug, Default)]
pub(super) struct EventColumns<'a> {
    streams: Vec<i32>,
    revisions: Vec<i64>,
    ids: Vec<Uuid>,
    types: Vec<&'static str>,
    versions: Vec<i16>,
    payloads: Vec<&'a [u8]>,
    /// The number of each one's context.
    contexts: Vec<i32>,
    hashes: Vec<&'a [u8]>,
    distinct: Vec<Context<'a>>,
}

/// What the events of a command mostly have in common: it is sent and read once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Context<'a> {
    metadata: &'a [u8],
    date: Option<NaiveDate>,
    occurred: DateTime<Utc>,
    recorded: DateTime<Utc>,
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
        let context = Context {
            metadata: &encoded.metadata,
            date: event.business_date,
            occurred: event.occurred_at,
            recorded: event.recorded_at,
        };
        if self.distinct.last() != Some(&context) {
            self.distinct.push(context);
        }
        self.contexts.push(number(&self.distinct));
        self.hashes.push(&encoded.content_hash);
    }

    /// Binds the columns in the order in which the functions take them, and after them which context each
    /// event is in and what the contexts are.
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
            .bind(&self.hashes)
            .bind(&self.contexts)
            .bind(each(&self.distinct, |context| context.metadata))
            .bind(each(&self.distinct, |context| context.date))
            .bind(each(&self.distinct, |context| context.occurred))
            .bind(each(&self.distinct, |context| context.recorded))
    }
}

/// One of the columns of some rows.
pub(super) fn each<'a, T, C>(of: &'a [T], column: impl Fn(&'a T) -> C) -> Vec<C> {
    of.iter().map(column).collect()
}

/// The number of the last of so many elements; a batch is far smaller than an `i32` can count.
pub(super) fn number<T>(elements: &[T]) -> i32 {
    i32::try_from(elements.len()).expect("a batch has few elements")
}
