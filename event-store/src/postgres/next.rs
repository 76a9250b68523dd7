//! A batch without conflicts, as arguments of `log_append_next`.

use std::collections::HashMap;

use domain::shared::TenantId;
use foldhash::fast::RandomState;
use sqlx::PgConnection;

use super::columns::{EventColumns, each, number};
use super::committed_range::committed_after;
use super::ends::{End, Ends, Judged};
use crate::append::Append;
use crate::error::Error;
use crate::hash::Chain;
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::{Committed, Verdict};

/// A batch that is written at the known end of the log.
#[derive(Debug)]
pub(super) struct Next<'a> {
    began_at: Position,
    head: Position,
    tenants: Vec<Tenant>,
    tenant_numbers: HashMap<TenantId, usize>,
    streams: HashMap<&'a StreamId, Touched, RandomState>,
    /// The streams that are written to; their numbers are their indexes, from 1.
    written: Vec<&'a StreamId>,
    commands: Vec<Command<'a>>,
    events: EventColumns<'a>,
    seqs: Vec<i64>,
    /// The position of the event before each one in its stream; 0 for a first one.
    previous: Vec<i64>,
    links: Vec<[u8; 32]>,
    /// Whether evidently none of its commands was accepted before.
    is_new: bool,
}

#[derive(Debug)]
struct Tenant {
    id: TenantId,
    began_at: [u8; 32],
    chain: Chain,
}

#[derive(Debug)]
struct Touched {
    /// The position of its last event before the batch; none if that is unknown, and then nothing is written
    /// to it.
    before: Option<Position>,
    /// Unknown for a stream that may be new: the write fails if it is not.
    now: Option<End>,
    /// Its number once it is written to.
    number: Option<i32>,
}

#[derive(Debug)]
struct Command<'a> {
    append: &'a Append,
    tenant: i32,
    committed: Committed,
    chain: Option<Chain>,
}

impl<'a> Next<'a> {
    /// What is written of a batch if the log ends where the cache has it; none if an append expects something
    /// that is not cached, or is cached otherwise.
    pub(super) fn try_new(ends: &mut Ends, batch: &[&'a Append]) -> Option<Self> {
        let mut next = Self {
            began_at: ends.head(),
            head: ends.head(),
            tenants: Vec::new(),
            tenant_numbers: HashMap::new(),
            streams: HashMap::with_capacity_and_hasher(batch.len() * 3, RandomState::default()),
            written: Vec::with_capacity(batch.len() * 3),
            commands: Vec::with_capacity(batch.len()),
            events: EventColumns::default(),
            seqs: Vec::with_capacity(batch.len() * 3),
            previous: Vec::with_capacity(batch.len() * 3),
            links: Vec::with_capacity(batch.len() * 3),
            is_new: batch.iter().all(|append| ends.seems_new(append)),
        };
        for append in batch {
            next.add(append, ends)?;
        }
        Some(next)
    }

    fn add(&mut self, append: &'a Append, ends: &mut Ends) -> Option<()> {
        let tenant = self.tenant(append.tenant(), ends)?;
        for expected in append.expected() {
            let stream = &expected.stream;
            let touched = self.streams.entry(stream).or_insert_with(|| {
                let now = ends.stream(stream);
                let before = now.map_or(Some(Position::START), |end| end.position);
                Touched { before, now, number: None }
            });
            let stands = match touched.now {
                Some(end) => end.is_expected(expected),
                None => expected.revision == Revision::START,
            };
            if !stands {
                return None;
            }
        }
        let count = u32::try_from(append.events().len()).expect("a command has few events");
        self.commands.push(Command {
            append,
            tenant: i32::try_from(tenant + 1).expect("a batch has few tenants"),
            committed: committed_after(self.head, count),
            chain: (count > 0).then_some(self.tenants[tenant].chain),
        });
        for (event, encoded) in append.events().iter().zip(append.encoded()) {
            let chain = &mut self.tenants[tenant].chain;
            chain.add(&encoded.content_hash);
            self.seqs.push(chain.tenant_seq.cast_signed());
            self.links.push(chain.link);
            self.head = self.head.plus(1);
            let touched = self.streams.get_mut(&event.stream)?;
            let previous = touched.now.map_or(Some(Position::START), |end| end.position)?;
            self.previous.push(previous.to_i64());
            let (revision, event_id) = (event.revision, Some(event.id));
            touched.now = Some(End { revision, event: event_id, position: Some(self.head) });
            let stream = *touched.number.get_or_insert_with(|| {
                self.written.push(&event.stream);
                number(&self.written)
            });
            self.events.push(stream, event, encoded);
        }
        let is_known =
            |stream| self.streams.get(stream).is_some_and(|it: &Touched| it.now.is_some());
        append.expected().iter().all(|expected| is_known(&expected.stream)).then_some(())
    }

    /// The index of a tenant among those of the batch, if its chain is known.
    fn tenant(&mut self, id: TenantId, ends: &mut Ends) -> Option<usize> {
        if let Some(place) = self.tenant_numbers.get(&id) {
            return Some(*place);
        }
        let chain = ends.chain(id)?;
        self.tenant_numbers.insert(id, self.tenants.len());
        self.tenants.push(Tenant { id, began_at: chain.link, chain });
        Some(self.tenants.len() - 1)
    }

    /// Commits it in one round trip, and `notifies` readers in the same transaction, if set. Returns whether
    /// the log ended there and no command was accepted before; otherwise nothing was written.
    ///
    /// An error does not tell whether it committed, unless it comes from the database itself.
    pub(super) async fn commit(
        &self,
        connection: &mut PgConnection,
        notifies: bool,
    ) -> Result<bool, sqlx::Error> {
        let Self { tenants, commands, .. } = self;
        let streams: Vec<Written<'_>> = self.written().collect();
        let query = sqlx::query_as(
            "SELECT log_append_next(
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31
            )",
        )
        .bind(self.began_at.to_i64())
        .bind(each(tenants, |tenant| tenant.id.uuid()))
        .bind(each(tenants, |tenant| &tenant.began_at[..]))
        .bind(each(tenants, |tenant| tenant.chain.tenant_seq.cast_signed()))
        .bind(each(tenants, |tenant| &tenant.chain.link[..]))
        .bind(each(commands, |command| command.tenant))
        .bind(each(commands, |command| command.append.command().uuid()))
        .bind(each(commands, |command| &command.append.fingerprint()[..]))
        .bind(each(commands, |command| command.committed.first.to_i64()))
        .bind(each(commands, |command| command.committed.count.cast_signed()))
        .bind(each(&streams, |stream| stream.tenant))
        .bind(each(&streams, |stream| stream.name))
        .bind(each(&streams, |stream| stream.before))
        .bind(each(&streams, |stream| stream.last_event))
        .bind(&self.seqs)
        .bind(&self.previous);
        let query = self.events.bind_to(query);
        let query =
            query.bind(each(&self.links, |link| &link[..])).bind(self.is_new).bind(notifies);
        let (is_next,): (bool,) = query.fetch_one(connection).await?;
        Ok(is_next)
    }

    fn written(&self) -> impl Iterator<Item = Written<'a>> {
        self.written.iter().map(|stream| {
            let touched = &self.streams[stream];
            let end = touched.now.and_then(|end| end.position).expect("an event was written to it");
            let before = touched.before.expect("nothing is written to a stream without it");
            Written {
                tenant: i32::try_from(self.tenant_numbers[&stream.tenant()] + 1)
                    .expect("a batch has few tenants"),
                name: stream.name(),
                before: before.to_i64(),
                last_event: i32::try_from(end.get() - self.began_at.get())
                    .expect("a batch has few events"),
            }
        })
    }

    /// The outcomes of its appends, once it was written.
    pub(super) fn judged(&self) -> Vec<Result<Judged, Error>> {
        let judged = |command: &Command<'_>| {
            let Command { committed, chain, .. } = *command;
            Ok(Judged { verdict: Verdict::Committed(committed), chain })
        };
        self.commands.iter().map(judged).collect()
    }
}

/// A stream, as an argument of the function.
struct Written<'a> {
    tenant: i32,
    name: &'a str,
    before: i64,
    /// The number of its last event among those of the batch.
    last_event: i32,
}
