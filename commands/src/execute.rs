//! The one loop that runs intents.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use domain::shared::{CommandId, TenantId};
use event_store::{Earlier, EventStore, Fingerprint, Verdict};
use tokio::sync::Mutex;
use tracing::Instrument;
use uuid::Uuid;

use crate::aggregates::Aggregates;
use crate::error::{CommandError, Failure, World};
use crate::intent::{Intent, fingerprint};
use crate::receipt::{Receipt, Stored};
use crate::scope::{Request, Scope};
use crate::sources::{Clock, IdGenerator};
use crate::unit_of_work::UnitOfWork;

/// How often a command is decided before it is told to come back later.
const ATTEMPTS_MAX: u32 = 4;

/// How many turns there are; two things may share one, which costs them time and nothing else.
const TURNS: usize = 256;

/// Runs intents against a log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Commands {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn EventStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    aggregates: Aggregates,
    turns: Vec<Mutex<()>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commands").field("aggregates", &self.aggregates).finish_non_exhaustive()
    }
}

impl Commands {
    /// Commands on this log, with these sources of time and ids.
    pub fn new(
        store: Arc<dyn EventStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        let turns = (0..TURNS).map(|_| Mutex::default()).collect();
        Self { inner: Arc::new(Inner { store, clock, ids, aggregates: Aggregates::new(), turns }) }
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
    /// It runs in a task of its own: a caller that goes away does not stop it half way.
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
            tracing::error!(error = %stopped, operation = I::OPERATION, "a command's task failed");
            Err(CommandError::World(World::Lost))
        })
    }

    /// Looks at aggregates without deciding anything.
    pub(crate) fn look<'a>(&'a self, scope: &'a Scope) -> UnitOfWork<'a> {
        let nothing = Request::live(CommandId::from_uuid(Uuid::nil()));
        self.inner.unit_of_work(scope, nothing)
    }
}

impl Inner {
    async fn execute<I: Intent>(
        &self,
        scope: &Scope,
        request: Request,
        intent: &I,
    ) -> Result<Receipt, CommandError<I::Refusal>> {
        let fingerprint = fingerprint(intent);
        let _turn = self.turns[turn(scope.tenant, intent.turn())].lock().await;
        for _ in 0..ATTEMPTS_MAX {
            let mut work = self.unit_of_work(scope, request);
            match intent.decide(&mut work).await {
                Ok(()) => {}
                Err(Failure::World(world)) => return Err(world.into()),
                Err(refusal) => {
                    // The refusal may come from the very effect of an earlier try.
                    return match self.earlier(scope.tenant, request.command).await? {
                        Some(earlier) => self.replay(scope.tenant, earlier, fingerprint).await,
                        None => Err(refusal.into()),
                    };
                }
            }
            let append = work.append(fingerprint)?;
            match self.store.append(append).await.map_err(World::from)? {
                Verdict::Committed(committed) => {
                    let events = work.events().iter().map(Stored::from).collect();
                    work.remember();
                    return Ok(Receipt::new(committed.last(), events, false));
                }
                Verdict::Duplicate(earlier) => {
                    return self.replay(scope.tenant, earlier, fingerprint).await;
                }
                Verdict::Conflict { stream, actual } => {
                    tracing::debug!(%stream, %actual, "a stream has changed, deciding again");
                }
            }
        }
        Err(World::Busy.into())
    }

    fn unit_of_work<'a>(&'a self, scope: &'a Scope, request: Request) -> UnitOfWork<'a> {
        let now = self.clock.now();
        UnitOfWork::new(scope, request, now, &*self.store, &self.aggregates, &*self.ids)
    }

    async fn earlier(&self, tenant: TenantId, id: CommandId) -> Result<Option<Earlier>, World> {
        Ok(self.store.commands(tenant, &[id]).await?.into_iter().next().flatten())
    }

    /// The first answer, from the events of then.
    async fn replay<R>(
        &self,
        tenant: TenantId,
        earlier: Earlier,
        fingerprint: Fingerprint,
    ) -> Result<Receipt, CommandError<R>> {
        if earlier.fingerprint != fingerprint {
            return Err(CommandError::IdReused);
        }
        let events = self.store.events_of(tenant, earlier.committed).await.map_err(World::from)?;
        let events = events.into_iter().map(Stored::from).collect();
        Ok(Receipt::new(earlier.committed.last(), events, true))
    }
}

fn turn(tenant: TenantId, thing: Uuid) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((tenant, thing));
    usize::try_from(hash % TURNS as u64).expect("it is below TURNS")
}
