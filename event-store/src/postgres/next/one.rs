//! A lone command, as `log_append_one` takes it.

use sqlx::PgConnection;

use super::{Command, Next, Tenant, Written, each};

/// How many events it may have: each of the streams that they are in takes a statement of its own.
const EVENTS_MAX: usize = 16;

/// See the module.
pub(super) struct One<'n, 'a> {
    next: &'n Next<'a>,
    tenant: &'n Tenant,
    command: &'n Command<'a>,
}

impl<'a> Next<'a> {
    /// The batch as a lone command, if it is one with a few events.
    pub(super) fn one(&self) -> Option<One<'_, 'a>> {
        let ([tenant], [command]) = (&self.tenants[..], &self.commands[..]) else {
            return None;
        };
        (1..=EVENTS_MAX).contains(&self.links.len()).then_some(One { next: self, tenant, command })
    }
}

impl One<'_, '_> {
    /// The same as [`Next::commit`].
    pub(super) async fn commit(
        &self,
        connection: &mut PgConnection,
        rings: bool,
    ) -> Result<bool, sqlx::Error> {
        let Self { next, tenant, command } = self;
        let streams: Vec<Written<'_>> = next.written().collect();
        let query = sqlx::query_as(
            "SELECT log_append_one(
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27
            )",
        )
        .bind(next.began_at.to_i64())
        .bind(tenant.id.uuid())
        .bind(&tenant.began_at[..])
        .bind(next.seqs[0] - 1)
        .bind(&tenant.chain.link[..])
        .bind(command.append.command().uuid())
        .bind(&command.append.fingerprint()[..])
        .bind(each(&streams, |stream| stream.name))
        .bind(each(&streams, |stream| stream.before))
        .bind(each(&streams, |stream| stream.revision))
        .bind(each(&streams, |stream| stream.last_event))
        .bind(each(&streams, |stream| stream.last_position))
        .bind(&next.previous);
        let query = next.events.bind_to(query);
        let links = each(&next.links, |link| &link[..]);
        let query = query.bind(links).bind(next.is_new).bind(rings);
        let (is_next,): (bool,) = query.fetch_one(connection).await?;
        Ok(is_next)
    }
}
