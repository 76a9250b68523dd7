//! A database with its log and consumers, and helpers for tests.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use domain::Decider;
use domain::event::StoredEvent;
use domain::shared::{CommandId, CorrelationId, EventId, TenantId};
use event_store::consumer::{Board, CommitSignal, Consumer, Feed, Stopped, Tail, WorkPermits, run};
use event_store::testing::Database;
use event_store::{
    Actor, Append, Decided, EventStore, Expected, Metadata, NewEvent, RecordedEvent, Revision,
    StreamId, Verdict,
};
use projections::{ReadDb, TenantTx, consumers};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const ANA: TenantId = TenantId::from_uuid(Uuid::from_u128(0xA));
pub(crate) const LUIS: TenantId = TenantId::from_uuid(Uuid::from_u128(0xB));

pub(crate) fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The rows of all tables that consumers write.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

pub(crate) struct World {
    pub(crate) db: Database,
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) projector: PgPool,
    pub(crate) reads: ReadDb,
    revisions: HashMap<StreamId, u64>,
    n_events: u128,
    n_commands: u128,
}

impl World {
    pub(crate) async fn new() -> Self {
        let db = Database::create().await;
        Self {
            store: db.store(),
            projector: db.projector_pool(),
            reads: ReadDb::new(db.app_pool()),
            db,
            revisions: HashMap::new(),
            n_events: 0,
            n_commands: 0,
        }
    }

    /// The events of one command on one stream, all with the same time.
    pub(crate) fn command<D: Decider>(
        &mut self,
        tenant: TenantId,
        id: &D::Id,
        at: DateTime<Utc>,
        business_date: Option<NaiveDate>,
        events: impl IntoIterator<Item = D::Event>,
    ) -> Append {
        let stream = StreamId::of::<D>(tenant, id);
        self.n_commands += 1;
        let metadata = Metadata {
            actor: Actor::System("a test".to_owned()),
            branch: None,
            device: None,
            command: CommandId::from_uuid(uuid(self.n_commands)),
            correlation: CorrelationId::from_uuid(uuid(self.n_commands)),
            causation: None,
            traceparent: None,
        };
        let revision = self.revisions.entry(stream.clone()).or_default();
        let stands_at = Revision::new(*revision);
        let expected = Expected { stream: stream.clone(), revision: stands_at, last_event: None };
        let new_event = |event: D::Event| {
            *revision += 1;
            self.n_events += 1;
            NewEvent {
                stream: stream.clone(),
                revision: Revision::new(*revision),
                id: EventId::from_uuid(uuid(self.n_events)),
                event_type: event.event_type(),
                payload: event.encode(),
                decided: Decided::default(),
                metadata: metadata.clone(),
                business_date,
                occurred_at: at,
                recorded_at: at,
            }
        };
        let events = events.into_iter().map(new_event).collect();
        Append::try_new(tenant, metadata.command, [0; 32], vec![expected], events).unwrap()
    }

    /// Appends the events of one command; `at` is their time, its date their business date.
    pub(crate) async fn happens<D: Decider>(
        &mut self,
        tenant: TenantId,
        id: &D::Id,
        at: &str,
        events: impl IntoIterator<Item = D::Event>,
    ) {
        let at = utc(at);
        let append = self.command::<D>(tenant, id, at, Some(at.date_naive()), events);
        self.append(append).await;
    }

    pub(crate) async fn append(&self, append: Append) {
        let verdict = self.store.append(append).await.unwrap();
        assert!(matches!(verdict, Verdict::Committed(_)), "{verdict:?}");
    }

    pub(crate) async fn log(&self) -> Vec<RecordedEvent> {
        let mut events: Vec<RecordedEvent> = Vec::new();
        loop {
            let after = events.last().map(|event| event.position).unwrap_or_default();
            let page = self.store.read_all(after, 1_000).await.unwrap();
            if page.is_empty() {
                return events;
            }
            events.extend(page);
        }
    }

    pub(crate) async fn tenant(&self, tenant: TenantId) -> TenantTx {
        self.reads.tenant(tenant).await.unwrap()
    }

    /// Runs all consumers until they have applied the whole log.
    pub(crate) async fn catch_up(&self) {
        let running = self.start(consumers());
        running.have_caught_up(self).await;
        running.end().await;
    }

    pub(crate) fn start(&self, consumers: Vec<Arc<dyn Consumer>>) -> Running {
        self.start_reading(&self.store, consumers)
    }

    pub(crate) fn start_reading(
        &self,
        store: &Arc<dyn EventStore>,
        consumers: Vec<Arc<dyn Consumer>>,
    ) -> Running {
        let shutdown = CancellationToken::new();
        let feed = self.feed(store, &shutdown);
        let mut loops = JoinSet::new();
        let n_consumers = consumers.len();
        for consumer in consumers {
            loops.spawn(run(consumer, feed.clone(), shutdown.clone()));
        }
        Running { board: feed.board, loops, shutdown, n_consumers }
    }

    /// What consumers of this log share.
    pub(crate) fn feed(&self, store: &Arc<dyn EventStore>, shutdown: &CancellationToken) -> Feed {
        let signal = CommitSignal::listen(&self.projector, shutdown.clone());
        Feed {
            store: Arc::clone(store),
            pool: self.projector.clone(),
            tail: Tail::follow(Arc::clone(store), signal, shutdown.clone()),
            permits: WorkPermits::default(),
            board: Board::default(),
        }
    }

    /// Empties the read models and deletes the checkpoints.
    pub(crate) async fn forget_read_models(&self) {
        for table in self.read_models().await {
            self.as_projector(format!("TRUNCATE {table}")).await;
        }
        self.as_projector("DELETE FROM checkpoints".to_owned()).await;
    }

    pub(crate) async fn dump(&self) -> Dump {
        let mut dump = Dump::new();
        for table in self.read_models().await {
            let sql = format!("SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1");
            let rows: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&self.projector).await.unwrap();
            dump.insert(table, rows);
        }
        dump
    }

    async fn as_projector(&self, sql: String) {
        sqlx::query(AssertSqlSafe(sql)).execute(&self.projector).await.unwrap();
    }

    /// The tables that consumers write: the only live tables that the projector may truncate.
    pub(crate) async fn read_models(&self) -> Vec<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT oid::regclass::text
             FROM pg_class
             WHERE relnamespace = 'public'::regnamespace
                 AND relkind IN ('r', 'p')
                 AND has_table_privilege(current_user, oid, 'TRUNCATE')
             ORDER BY 1",
        )
        .fetch_all(&self.projector)
        .await
        .unwrap();
        assert!(tables.len() > 8, "{tables:?}");
        tables
    }
}

/// Loops that were started together.
pub(crate) struct Running {
    pub(crate) board: Board,
    pub(crate) loops: JoinSet<Result<(), Stopped>>,
    pub(crate) shutdown: CancellationToken,
    n_consumers: usize,
}

impl Running {
    pub(crate) async fn have_caught_up(&self, world: &World) {
        let head = world.store.head().await.unwrap().position;
        self.until(|board| {
            let statuses = board.statuses();
            statuses.len() == self.n_consumers && statuses.iter().all(|s| s.position >= head)
        })
        .await;
    }

    pub(crate) async fn until(&self, mut reached: impl FnMut(&Board) -> bool) {
        let look = async {
            while !reached(&self.board) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), look).await;
        waited.unwrap_or_else(|_| panic!("not within a minute: {:?}", self.board.statuses()));
    }

    pub(crate) async fn end(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.loops.join_next().await {
            ended.unwrap().unwrap();
        }
    }

    /// How the only loop ended.
    pub(crate) async fn outcome(&mut self) -> Result<(), Stopped> {
        self.loops.join_next().await.unwrap().unwrap()
    }
}
