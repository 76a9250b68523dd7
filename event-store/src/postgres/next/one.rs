//! A lone command, as `log_append_one` takes it.

use sqlx::PgConnection;

use super::{Command, Next, Tenant, Written};
use crate::postgres::columns::{Context, each};

/// How many events it may have: each of the streams that they are in takes a statement of its own.
const EVENTS_MAX: usize = 16;

/// See the module.
pub(super) struct One<'n, 'a> {
    next: &'n Next<'a>,
    tenant: &'n Tenant,
    command: &'n Command<'a>,
    context: &'n Context<'a>,
}

impl<'a> Next<'a> {
    /// The batch as a lone command, if it is one with a few events in one context.
    pub(super) fn one(&self) -> Option<One<'_, 'a>> {
        let ([tenant], [command]) = (&self.tenants[..], &self.commands[..]) else {
            return None;
        };
        let context = self.events.context()?;
        let one = One { next: self, tenant, command, context };
        (self.links.len() <= EVENTS_MAX).then_some(one)
    }
}

impl One<'_, '_> {
    /// The same as [`Next::commit`].
    pub(super) async fn commit(
        &self,
        connection: &mut PgConnection,
        rings: bool,
    ) -> Result<bool, sqlx::Error> {
        let Self { next, tenant, command, context } = self;
        let streams: Vec<Written<'_>> = next.written().collect();
        let query = sqlx::query_as(
            "SELECT log_append_one(
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                $16, $17, $18, $19, $20, $21, $22, $23, $24, $25
            )",
        )
        .bind(next.began_at.to_i64())
        .bind(tenant.id.uuid())
        .bind(&tenant.began_at[..])
        .bind(next.seqs[0] - 1)
        .bind(&tenant.chain.link[..])
        .bind(command.append.command().uuid())
        .bind(&command.append.fingerprint()[..])
        .bind(context.metadata)
        .bind(context.date)
        .bind(context.occurred)
        .bind(context.recorded)
        .bind(each(&streams, |stream| stream.name))
        .bind(each(&streams, |stream| stream.before))
        .bind(each(&streams, |stream| stream.last_event))
        .bind(&next.previous);
        let query = next.events.bind_to(query);
        let links = each(&next.links, |link| &link[..]);
        let query = query.bind(links).bind(next.is_new).bind(rings);
        let (is_next,): (bool,) = query.fetch_one(connection).await?;
        Ok(is_next)
    }
}
