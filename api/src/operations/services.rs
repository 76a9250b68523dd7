//! Services: what the operations work with, and the reads they have in common.

use std::sync::Arc;
use std::time::Duration;

use commands::Position;
use commands::identity::{Accounts, Authority, Contacts, Operator, Outbox, Pins, Sessions};
use commands::identity::{TicketFor, TicketKind, Tickets};
use commands::{Clock, Commands, Correlation, IdGenerator, Scope, World};
use domain::shared::{CorrelationId, DeviceId, IncarnationId, TenantId};
use images::{ImageStore, Renderer};
use projections::board::Board;
use projections::parking::Parking;
use projections::{LogPlace, ReadDb, TenantTx, Waited};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::refusal::{failed, unread};
use crate::access::Till;
use crate::auth::attempts::Attempts;
use crate::auth::failures::{Reason, Try, Way};
use crate::auth::opaque::{Kind, Opaque, RenewalKey};
use crate::auth::password::Passwords;
use crate::auth::token::Tokens;
use crate::caller::Caller;
use crate::cursor::{CursorScope, Cursors, QueryFingerprint};
use crate::journal::RequestId;
use crate::position::{PositionScope, PositionToken, Positions};
use crate::problem::{Code, Problem};
use crate::trace::Trace;

/// How long a read waits for what its client wrote.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// What operations do images with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ImageParts {
    /// Draws them.
    pub renderer: Renderer,
    /// Keeps their files.
    pub store: ImageStore,
    /// Where clients find the files, without a slash at the end.
    pub url: Arc<str>,
}

/// What every operation can reach. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Executes commands.
    pub commands: Commands,
    /// The read models.
    pub read_db: ReadDb,
    /// How the consumers of this process are doing.
    pub board: Board,
    /// Where parked events are decided about.
    pub parking: Parking,
    /// Who may do what, where.
    pub authority: Authority,
    /// The operator of the installation.
    pub operator: Operator,
    /// Who can sign in.
    pub accounts: Arc<dyn Accounts>,
    /// The names and addresses of users, corrected.
    pub contacts: Arc<dyn Contacts>,
    /// Hashes of PINs.
    pub pins: Arc<dyn Pins>,
    /// Who is signed in.
    pub sessions: Arc<dyn Sessions>,
    /// The tickets sent in e-mails and given to devices.
    pub tickets: Arc<dyn Tickets>,
    /// The queue of e-mails to send.
    pub outbox: Arc<dyn Outbox>,
    /// The public address of the service, for links in e-mails.
    pub public_url: Arc<str>,
    /// Makes the tokens that renew sign-ins.
    pub renewals: RenewalKey,
    /// Images: what draws them, where their files are, and where clients find these.
    pub images: ImageParts,
    /// Counts attempts to sign in.
    pub attempts: Arc<Attempts>,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Makes tokens.
    pub tokens: Arc<Tokens>,
    /// Makes cursors.
    pub cursors: Cursors,
    /// Makes tokens of positions.
    pub positions: Positions,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdGenerator>,
    /// The life of the log that positions and cursors belong to.
    pub incarnation: IncarnationId,
}

impl Services {
    /// The scope of a signed-in user.
    pub(super) fn scope(&self, caller: &Caller) -> Scope {
        let correlation = self.correlation(&caller.request, &caller.trace);
        Scope::user(caller.tenant, caller.user, correlation)
            .in_branches(caller.branches.clone())
            .on_device(caller.device)
    }

    /// What ties together everything that a request causes.
    pub(super) fn correlation(&self, request: &RequestId, trace: &Trace) -> Correlation {
        let id = request.as_str().parse().unwrap_or_else(|_| self.ids.uuid());
        Correlation { id: CorrelationId::from_uuid(id), traceparent: Some(trace.text()) }
    }

    /// The enrolled device that has this token; nothing if it is no device's, or of one that was removed,
    /// which is a failure to sign in.
    pub async fn till(&self, token: &str, request: &poem::Request) -> Result<Option<Till>, World> {
        let tried = Try::of(Way::Device, request);
        let Some(token) = Opaque::parse(&self.renewals, Kind::Device, token) else {
            tried.failed(Reason::Invalid);
            return Ok(None);
        };
        let (tenant, kind, subject) = (token.tenant, TicketKind::Device, token.subject);
        let device = DeviceId::from_uuid(subject);
        let ticket = TicketFor { tenant, kind, subject };
        let is_good = self.tickets.is_good(ticket, token.hash(), self.clock.now()).await?;
        let branch = if is_good { self.authority.branch_of(tenant, device).await? } else { None };
        if branch.is_none() {
            tried.device(device).failed(Reason::Revoked);
        }
        Ok(branch.map(|branch| Till { tenant, device, branch }))
    }

    /// Refuses those of a company that is closed.
    pub(super) async fn company_is_open(&self, tenant: TenantId) -> Result<(), Problem> {
        let is_closed = self.authority.is_closed(tenant).await.map_err(|world| failed(&world))?;
        if is_closed { Err(Problem::new(Code::CompanyClosed)) } else { Ok(()) }
    }

    /// The token of a position in this log, for a company.
    pub(super) fn token(&self, tenant: TenantId, position: Position) -> PositionToken {
        self.positions.token(self.position_scope(tenant), position.get())
    }

    /// The position that a token of this company was made of.
    pub(super) fn position(
        &self,
        tenant: TenantId,
        token: PositionToken,
    ) -> Result<Position, Problem> {
        Ok(Position::new(self.positions.position(self.position_scope(tenant), token)?))
    }

    const fn position_scope(&self, tenant: TenantId) -> PositionScope {
        PositionScope { tenant, incarnation: self.incarnation }
    }

    /// Begins to read the caller's read models, once `consumers` have come to `after`.
    pub(super) async fn read(
        &self,
        caller: &Caller,
        after: Option<PositionToken>,
        consumers: &[&str],
    ) -> Result<TenantTx, Problem> {
        if let Some(after) = after {
            self.wait(caller.tenant, after, consumers).await?;
        }
        self.read_db.tenant(caller.tenant).await.map_err(unread)
    }

    /// Waits until `consumers` have reached a position of the log. A position beyond the end of the log is
    /// refused at once, because no consumer can reach it.
    async fn wait(
        &self,
        tenant: TenantId,
        after: PositionToken,
        consumers: &[&str],
    ) -> Result<(), Problem> {
        let position = self.position(tenant, after)?;
        let place = LogPlace { incarnation: self.incarnation, position };
        let wait = async |timeout| {
            let waited = self.read_db.wait_for(tenant, consumers, place, timeout);
            waited.await.map_err(unread)
        };
        let mut waited = wait(Duration::ZERO).await?;
        if waited == Waited::Behind {
            let head = self.commands.store().head().await;
            let head = head.map_err(|error| failed(&World::Log(error)))?;
            if position > head.position {
                return Err(Problem::new(Code::InvalidCursor).detail((
                    "La posición está más allá del final del registro.",
                    "The position is beyond the end of the log.",
                )));
            }
            waited = wait(WAIT_MAX).await?;
        }
        match waited {
            Waited::Reached => Ok(()),
            Waited::Behind => Err(Problem::new(Code::ReadModelBehind)),
            Waited::AnotherLog => Err(Problem::new(Code::InvalidCursor)),
        }
    }

    /// The position in a list that a cursor of this caller and query contains.
    pub(super) fn place<K: DeserializeOwned>(
        &self,
        caller: &Caller,
        query: QueryFingerprint,
        cursor: Option<&str>,
    ) -> Result<Option<K>, Problem> {
        let scope = self.cursor_scope(caller.tenant, query);
        cursor.map(|cursor| self.cursors.decode(&scope, cursor)).transpose()
    }

    /// The cursor that leads this caller on in this query.
    pub(super) fn cursor<K: Serialize>(
        &self,
        caller: &Caller,
        query: QueryFingerprint,
        next: Option<&K>,
    ) -> Option<String> {
        next.map(|key| self.cursors.encode(&self.cursor_scope(caller.tenant, query), key))
    }

    /// The scope of a cursor, also for requests without a signed-in user.
    pub(super) const fn cursor_scope(
        &self,
        tenant: TenantId,
        query: QueryFingerprint,
    ) -> CursorScope {
        CursorScope { tenant, query, incarnation: self.incarnation }
    }
}
