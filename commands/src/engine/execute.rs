//! The one loop that runs intents.

use std::sync::Arc;
use std::time::Duration;

use domain::shared::{CommandId, TenantId};
use event_store::consumer::CommitSignal;
use event_store::{Earlier, EventStore, Fingerprint, Revision, Verdict};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::Uuid;

use crate::engine::aggregates::{self, Memory, Overtaken, Trust};
use crate::engine::error::{CommandError, World};
use crate::engine::follower::{LocalCommits, MemoryFollower};
use crate::engine::idempotency::Running;
use crate::engine::intent::{Intent, fingerprint};
use crate::engine::receipt::{Caused, Receipt};
use crate::engine::scope::{Request, Scope};
use crate::engine::sources::{Clock, IdGenerator};
use crate::engine::unit_of_work::{Finished, Sources, UnitOfWork};

/// How often the log may report a changed stream before a command fails with a busy log.
const CONFLICTS_MAX: u32 = 4;

/// How often other commands of this process may be appended first before that.
const OVERTAKEN_MAX: u32 = 1_000;

/// How often an overtaken command retries at once. After that it pauses before each retry, since it may be
/// waiting for a verdict.
const IMMEDIATE_RETRIES: u32 = 16;
const RETRY_PAUSE: Duration = Duration::from_millis(1);

/// Runs intents against a log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Commands {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn EventStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    memory: Arc<Memory>,
    local_commits: Arc<LocalCommits>,
    running: Arc<Running>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commands").field("memory", &self.memory).finish_non_exhaustive()
    }
}

impl Commands {
    /// Commands on this log, with these sources of time and ids.
    pub fn new(
        store: Arc<dyn EventStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        let (memory, local_commits, running) =
            (Arc::new(Memory::new()), Arc::default(), Arc::default());
        Self { inner: Arc::new(Inner { store, clock, ids, memory, local_commits, running }) }
    }

    /// Keeps the states in memory up to date until `shutdown`, so that commands need not read before
    /// they decide. One call per process is enough; without it they do read.
    pub async fn follow(&self, signal: CommitSignal, shutdown: CancellationToken) {
        let Inner { store, memory, local_commits, .. } = &*self.inner;
        let (store, memory, local_commits) =
            (Arc::clone(store), Arc::clone(memory), Arc::clone(local_commits));
        MemoryFollower { store, memory, local_commits }.run(signal, shutdown).await;
    }

    /// Makes an id for something to be created.
    pub fn uuid(&self) -> Uuid {
        self.inner.ids.uuid()
    }

    /// The log that the commands append to.
    pub fn store(&self) -> &Arc<dyn EventStore> {
        &self.inner.store
    }

    /// Runs an intent once, however often it is called with the same command id.
    ///
    /// It runs in its own task: a caller that disconnects does not stop it half way.
    pub async fn execute<I: Intent>(
        &self,
        scope: &Scope,
        request: Request,
        intent: I,
    ) -> Result<Receipt, CommandError<I::Refusal>> {
        let (inner, scope) = (Arc::clone(&self.inner), scope.clone());
        let span =
            tracing::debug_span!("command", operation = I::OPERATION, tenant.id = %scope.tenant);
        let run = async move { inner.execute(&scope, request, &intent).await };
        tokio::spawn(run.instrument(span)).await.unwrap_or_else(|stopped| {
            tracing::error!(error = %stopped, operation = I::OPERATION, "a command's task \
                panicked: its outcome is unknown to the caller");
            Err(CommandError::World(World::Lost))
        })
    }

    /// Whether a company's command was accepted.
    pub(crate) async fn was_accepted(
        &self,
        tenant: TenantId,
        command: CommandId,
    ) -> Result<bool, World> {
        Ok(self.inner.earlier(tenant, command).await?.is_some())
    }

    /// Reads aggregates without deciding anything.
    pub(crate) fn look<'a>(&'a self, scope: &'a Scope, trust: Trust) -> UnitOfWork<'a> {
        let nothing = Request::live(CommandId::from_uuid(Uuid::nil()));
        self.inner.unit_of_work(scope, nothing, trust)
    }
}

impl Inner {
    /// Decides, first on the states in memory. A refusal is decided again on the log once all pending states
    /// are settled that it was derived from.
    async fn execute<I: Intent>(
        &self,
        scope: &Scope,
        request: Request,
        intent: &I,
    ) -> Result<Receipt, CommandError<I::Refusal>> {
        let fingerprint = fingerprint(intent, &scope.actor);
        let _alone = self.running.alone(scope.tenant, request.command).await;
        let (mut trust, mut conflicts, mut overtaken) = (Trust::Memory, 0, 0);
        let mut right_of_way = None;
        while conflicts < CONFLICTS_MAX && overtaken < OVERTAKEN_MAX {
            let mut work = self.unit_of_work(scope, request, trust);
            match intent.decide(&mut work).await {
                Ok(()) => {}
                Err(CommandError::World(world)) => return Err(world.into()),
                // A caller without access to the branch does not get the earlier receipt either.
                Err(foreign @ CommandError::ForeignBranch { .. }) if work.is_certain() => {
                    return Err(foreign);
                }
                Err(refusal) if work.is_certain() => {
                    // The refusal may come from the effect of an earlier try.
                    return match self.earlier(scope.tenant, request.command).await? {
                        Some(earlier) => {
                            self.replay(scope, request.command, earlier, fingerprint).await
                        }
                        None => Err(refusal),
                    };
                }
                Err(_) => {
                    work.settled().await;
                    trust = Trust::Log;
                    overtaken += 1;
                    continue;
                }
            }
            let Finished { append, rests_on, changes, receipt } =
                work.finish(fingerprint).map_err(World::from)?;
            let last_event = append.events().last().map(|event| event.id);
            let snapshots = aggregates::due(&changes);
            let append = || self.store.append(append);
            let staged = self.memory.stage(scope.tenant, &rests_on, changes, append);
            let staged = match staged {
                Ok(staged) => staged,
                Err(Overtaken { read }) => {
                    overtaken += 1;
                    trust = trust_of_retry(read);
                    if overtaken > IMMEDIATE_RETRIES {
                        tokio::time::sleep(RETRY_PAUSE).await;
                    }
                    continue;
                }
            };
            match staged.verdict().await.map_err(World::from)? {
                Verdict::Committed(committed) => {
                    self.local_commits.committed(committed, last_event);
                    aggregates::keep(&self.store, snapshots);
                    return Ok(Receipt::new(committed.last, receipt, false));
                }
                Verdict::Duplicate(earlier) => {
                    return self.replay(scope, request.command, earlier, fingerprint).await;
                }
                Verdict::Conflict { stream, actual } => {
                    tracing::debug!(%stream, %actual, "a stream has changed, deciding again");
                    conflicts += 1;
                    // An import that keeps changing the streams of a branch waits until this command is decided.
                    if right_of_way.is_none() && !scope.gives_way() {
                        right_of_way = Some(self.store.right_of_way(scope.tenant).await);
                    }
                    let read = rests_on.iter().find(|(expected, _)| *expected == stream);
                    trust = read.map_or(Trust::Memory, |(_, read)| trust_of_retry(*read));
                }
            }
        }
        Err(World::Busy.into())
    }

    fn unit_of_work<'a>(
        &'a self,
        scope: &'a Scope,
        request: Request,
        trust: Trust,
    ) -> UnitOfWork<'a> {
        let (memory, store, ids) = (&*self.memory, &*self.store, &*self.ids);
        UnitOfWork::new(scope, request, self.clock.now(), Sources { memory, store, ids }, trust)
    }

    async fn earlier(&self, tenant: TenantId, id: CommandId) -> Result<Option<Earlier>, World> {
        Ok(self.store.commands(tenant, &[id]).await?.into_iter().next().flatten())
    }

    /// The first answer, from the events of then, for the caller who got it, if they may still act in the
    /// branches of the events.
    async fn replay<R>(
        &self,
        scope: &Scope,
        command: CommandId,
        earlier: Earlier,
        fingerprint: Fingerprint,
    ) -> Result<Receipt, CommandError<R>> {
        if earlier.fingerprint != fingerprint {
            return Err(CommandError::IdReused);
        }
        let events = self.store.events_of(scope.tenant, command).await;
        let events = events.map_err(World::from)?;
        let mut branches = events.iter().filter_map(|event| event.metadata.branch);
        if let Some(branch) = branches.find(|branch| !scope.may_act_in(*branch)) {
            return Err(CommandError::ForeignBranch { branch });
        }
        let events = events.into_iter().map(Caused::from).collect();
        Ok(Receipt::new(earlier.committed.last, events, true))
    }
}

/// How to decide again when a stream has another revision than was read: a stream that was assumed to be new,
/// and is not, has to be read.
fn trust_of_retry(read: Revision) -> Trust {
    if read == Revision::START { Trust::Log } else { Trust::Memory }
}
