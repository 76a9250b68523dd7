//! What every step of an import works with: the company's commands, in the name of the past.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use commands::{CommandError, Commands, Intent, Receipt, Request, Scope, World};
use domain::Decider;
use domain::shared::{CommandId, TenantId};
use event_store::right_of_way::Turns;
use event_store::{EventStore, RecordedEvent, Revision, StreamId};

use super::source::Source;

/// The pauses before the retries of a command that failed for a technical reason.
const PAUSES: [Duration; 7] = [
    Duration::from_millis(20),
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// How often live commands may overtake a command of an import before it pauses for longer.
const OVERTAKEN_MAX: u32 = 25;

/// How many command ids or streams are asked for at once.
pub(super) const CHUNK: usize = 3_000;

/// One company, as an import sees it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Importing {
    commands: Commands,
    scope: Scope,
    pub(super) source: Source,
}

impl Importing {
    pub(super) fn new(commands: Commands, tenant: TenantId, source: Source) -> Self {
        let scope = Scope::system(tenant, source.correlation(), "import of past sales").backdated();
        Self { commands, scope, source }
    }

    /// The company, as the import of a menu sees it: its commands have the time at which they run.
    pub(crate) fn of_menu(commands: Commands, tenant: TenantId, source: Source) -> Self {
        let scope = Scope::system(tenant, source.correlation(), "import of a menu");
        Self { commands, scope, source }
    }

    /// What its ids are derived from.
    pub(crate) const fn source(&self) -> Source {
        self.source
    }

    /// The company.
    pub(super) const fn tenant(&self) -> TenantId {
        self.scope.tenant
    }

    /// Runs a command until it does not fail for a technical reason; its id makes it happen once.
    pub(crate) async fn execute<I: Intent + Clone>(
        &self,
        command: CommandId,
        occurred_at: Option<DateTime<Utc>>,
        intent: I,
    ) -> Result<Receipt, CommandError<I::Refusal>> {
        let request = Request { command, occurred_at };
        for pause in PAUSES {
            match self.against_live_commands(request, intent.clone()).await {
                Err(CommandError::World(world)) if passes(&world) => {
                    tracing::warn!(error = %world, operation = I::OPERATION, "a command of the \
                        import failed: trying again");
                    tokio::time::sleep(pause).await;
                }
                settled => return settled,
            }
        }
        self.against_live_commands(request, intent).await
    }

    /// Executes a command, and repeats it after a short pause when live commands overtook it: it holds the turn,
    /// and other live commands may wait for the end of that.
    async fn against_live_commands<I: Intent + Clone>(
        &self,
        request: Request,
        intent: I,
    ) -> Result<Receipt, CommandError<I::Refusal>> {
        for _ in 1..OVERTAKEN_MAX {
            match self.commands.execute(&self.scope, request, intent.clone()).await {
                Err(CommandError::World(World::Busy)) => tokio::time::sleep(PAUSES[0]).await,
                settled => return settled,
            }
        }
        self.commands.execute(&self.scope, request, intent).await
    }

    /// Begins the next turn, also after a while without the database. Returns whether it waited for live
    /// commands.
    pub(super) async fn next_turn(&self, turns: &mut Turns) -> Result<bool, sqlx::Error> {
        for pause in PAUSES {
            match turns.next().await {
                Ok(has_waited) => return Ok(has_waited),
                Err(error) => {
                    tracing::warn!(%error, "the import could not begin its turn: trying again");
                    tokio::time::sleep(pause).await;
                }
            }
        }
        turns.next().await
    }

    /// Which of these commands the log has accepted before.
    pub(super) async fn accepted(&self, commands: &[CommandId]) -> Result<Vec<bool>, World> {
        let mut accepted = Vec::with_capacity(commands.len());
        for chunk in commands.chunks(CHUNK) {
            let earlier = self.store().commands(self.scope.tenant, chunk).await?;
            accepted.extend(earlier.iter().map(Option::is_some));
        }
        Ok(accepted)
    }

    /// The events of some aggregates, in the order of `ids`.
    pub(super) async fn events<'a, D: Decider>(
        &self,
        ids: impl IntoIterator<Item = &'a D::Id>,
    ) -> Result<Vec<Vec<RecordedEvent>>, World> {
        let of = |id| (StreamId::of::<D>(self.scope.tenant, id), Revision::START);
        let streams: Vec<_> = ids.into_iter().map(of).collect();
        let mut events = Vec::with_capacity(streams.len());
        for chunk in streams.chunks(CHUNK) {
            events.extend(self.store().read_streams(self.scope.tenant, chunk).await?);
        }
        Ok(events)
    }

    /// The states of some aggregates, and the revisions they are at.
    pub(super) async fn states<'a, D: Decider>(
        &self,
        ids: impl IntoIterator<Item = &'a D::Id>,
    ) -> Result<Vec<(D::State, Revision)>, World> {
        let mut states = Vec::new();
        for events in self.events::<D>(ids).await? {
            let revision = events.last().map_or(Revision::START, |event| event.revision);
            let events = events.iter().map(RecordedEvent::decode).collect::<Result<Vec<_>, _>>()?;
            states.push((D::fold(D::State::default(), events), revision));
        }
        Ok(states)
    }

    fn store(&self) -> &Arc<dyn EventStore> {
        self.commands.store()
    }
}

/// Whether a later try may succeed.
const fn passes(world: &World) -> bool {
    match world {
        World::Busy | World::Lost => true,
        World::Log(error) => error.is_transient(),
        World::Unreadable(_) => false,
    }
}
