//! Accepted: what every command of an operation goes through. It is executed under the client's key, its
//! refusal becomes a problem, and the events of its receipt become the answer.

use std::str::FromStr;

use commands::{CommandError, Intent, Receipt, Request, Revision};
use domain::Decider;
use domain::shared::TenantId;
use uuid::Uuid;

use super::Services;
use super::answer::{Changed, Created, Done};
use super::model::{Revised, Settled};
use super::refusal::{failed, refused};
use crate::caller::Caller;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// A command that was accepted, by this request or by an earlier one with its key.
pub(super) struct Accepted {
    /// What the log has of it.
    pub(super) receipt: Receipt,
    /// The position of the command in the log, for `after`.
    pub(super) position: PositionToken,
}

/// An event of an accepted command, under the id of its aggregate.
pub(super) struct Made<Id, E> {
    pub(super) id: Id,
    pub(super) revision: Revision,
    pub(super) event: E,
}

impl Services {
    /// Executes the caller's command, once under their key; `rule` turns a refusal into a problem.
    pub(super) async fn execute<I: Intent>(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        intent: I,
        rule: impl FnOnce(&I::Refusal) -> Problem,
    ) -> Result<Accepted, Problem> {
        let scope = self.scope(caller);
        let outcome = self.commands.execute(&scope, Self::request(key), intent).await;
        self.accepted(caller.tenant, outcome, rule)
    }

    /// The same for a command in a company that was executed already.
    pub(super) fn accepted<R>(
        &self,
        tenant: TenantId,
        outcome: Result<Receipt, CommandError<R>>,
        rule: impl FnOnce(&R) -> Problem,
    ) -> Result<Accepted, Problem> {
        let receipt = outcome.map_err(|error| refused(error, rule))?;
        Ok(self.with_position(tenant, receipt))
    }

    /// The receipt of a command in a company, with its position as clients receive it.
    pub(super) fn with_position(&self, tenant: TenantId, receipt: Receipt) -> Accepted {
        let position = self.token(tenant, receipt.position);
        Accepted { receipt, position }
    }

    /// A command under the client's key, happening as it arrives.
    pub(super) const fn request(key: IdempotencyKey) -> Request {
        Request::live(key.command_id())
    }
}

impl Accepted {
    /// The first event that the command caused in aggregates of one kind.
    pub(super) fn first<D: Decider<Id: FromStr>>(&self) -> Result<Made<D::Id, D::Event>, Problem> {
        let facts = self.receipt.facts::<D>().map_err(|world| failed(&world))?;
        let fact = facts.into_iter().next().ok_or_else(|| Problem::new(Code::Internal))?;
        let id = fact.id.parse().map_err(|_| Problem::new(Code::Internal))?;
        Ok(Made { id, revision: fact.revision, event: fact.event })
    }

    /// The answer about an aggregate that the command made, whose address is its id below `list`.
    pub(super) fn created<D>(&self, list: &str) -> Result<Created<Revised>, Problem>
    where
        D: Decider<Id: FromStr + Into<Uuid>>,
    {
        let Made { id, revision, .. } = self.first::<D>()?;
        let id = id.into();
        let body = Revised { id, revision: revision.get(), position: self.position };
        Ok(Created::by(self, revision, format!("{list}/{id}"), body))
    }

    /// The answer about the aggregate `id`, which the client has seen at `seen`: it stands there still where
    /// nothing was to be changed.
    pub(super) fn changed<D: Decider>(
        &self,
        id: Uuid,
        seen: Revision,
    ) -> Result<Changed<Revised>, Problem> {
        let facts = self.receipt.facts::<D>().map_err(|world| failed(&world))?;
        let own = id.to_string();
        let last = facts.iter().rfind(|fact| fact.id == own);
        Ok(self.revised(id, last.map_or(seen, |fact| fact.revision)))
    }

    /// The answer about the thing `id`, which stands at `revision` after the command.
    pub(super) fn revised(&self, id: Uuid, revision: Revision) -> Changed<Revised> {
        let body = Revised { id, revision: revision.get(), position: self.position };
        Changed::by(self, revision, body)
    }

    /// The answer about the thing `id` that has no revision of its own.
    pub(super) fn settled(&self, id: Uuid) -> Done<Settled> {
        Done::by(self, Settled { id, position: self.position })
    }
}
