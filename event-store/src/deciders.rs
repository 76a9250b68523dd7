//! Which of several nodes decides for a tenant.
//!
//! Two nodes that decide for one tenant refuse each other's appends; one that decides for all its
//! commands has every state in memory and batches them. So a tenant belongs to the node that decided
//! for it first, for as long as that node is heard of. This spares work and guards nothing: revisions
//! are checked with every append, whoever decided.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::shared::TenantId;
use sqlx::PgPool;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a node is taken for alive after it was last heard of.
pub const LIFE: Duration = Duration::from_secs(4);

/// How often a node lets itself be heard of.
const BEAT: Duration = Duration::from_secs(1);

/// How long another node is believed to decide for a tenant before that is asked again.
const BELIEF: Duration = Duration::from_secs(5);

/// How long the database may take to say who decides; whoever asks has a command to decide.
const ANSWER_MAX: Duration = Duration::from_millis(500);

/// How many tenants are remembered; beyond, all are asked for again.
const TENANTS_MAX: usize = 100_000;

/// Says who decides, from memory where that is fresh. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Deciders {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    node: Uuid,
    known: Mutex<HashMap<TenantId, Known>>,
}

/// Who decides for a tenant, as it was told.
#[derive(Debug, Clone)]
struct Known {
    decider: Decider,
    believed_until: Option<Instant>,
}

/// Who decides for a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decider {
    /// This node, which is also the answer where nobody knows.
    This,
    /// The node at this address, host and port.
    Other(Arc<str>),
}

impl Deciders {
    /// Makes this process, `node`, known to the others as reachable at `address`, until `shutdown`.
    ///
    /// `pool` connects as the application's role.
    pub fn join(pool: PgPool, node: Uuid, address: String, shutdown: CancellationToken) -> Self {
        let shared = Arc::new(Shared { pool, node, known: Mutex::default() });
        tokio::spawn(beat(Arc::clone(&shared), address, shutdown));
        Self { shared }
    }

    /// Who decides for a tenant. A tenant that nobody decides for becomes this node's.
    pub async fn of(&self, tenant: TenantId) -> Decider {
        if let Some(decider) = self.shared.remembered(tenant) {
            return decider;
        }
        match timeout(ANSWER_MAX, self.shared.ask(tenant)).await {
            Ok(Ok(Some(decider))) => {
                self.shared.remember(tenant, decider.clone());
                decider
            }
            Ok(Ok(None)) => Decider::This,
            Ok(Err(error)) => {
                tracing::warn!(%tenant, %error, "it is unknown who decides, so this node does");
                Decider::This
            }
            Err(late) => {
                tracing::warn!(%tenant, %late, "it is unknown who decides, so this node does");
                Decider::This
            }
        }
    }

    /// This node decides for a tenant for a while, since the one that should cannot be reached.
    pub fn unreachable(&self, tenant: TenantId) {
        let believed_until = Some(Instant::now() + BEAT);
        self.shared.known().insert(tenant, Known { decider: Decider::This, believed_until });
    }
}

impl Shared {
    fn remembered(&self, tenant: TenantId) -> Option<Decider> {
        let known = self.known();
        let Known { decider, believed_until } = known.get(&tenant)?;
        let is_fresh = believed_until.is_none_or(|until| Instant::now() < until);
        is_fresh.then(|| decider.clone())
    }

    fn remember(&self, tenant: TenantId, decider: Decider) {
        // What is this node's stays so until it was not heard of in time, and then all is forgotten.
        let believed_until = match decider {
            Decider::This => None,
            Decider::Other(_) => Some(Instant::now() + BELIEF),
        };
        let mut known = self.known();
        if known.len() >= TENANTS_MAX {
            known.clear();
        }
        known.insert(tenant, Known { decider, believed_until });
    }

    async fn ask(&self, tenant: TenantId) -> Result<Option<Decider>, sqlx::Error> {
        let row: Option<(Uuid, String)> =
            sqlx::query_as("SELECT node, address FROM node_that_decides($1, $2)")
                .bind(tenant.uuid())
                .bind(self.node)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(
            |(node, address)| {
                if node == self.node { Decider::This } else { Decider::Other(address.into()) }
            },
        ))
    }

    /// Says that this node is alive; what it remembers is worth nothing if it was not taken for that.
    async fn live(&self, address: &str) -> Result<(), sqlx::Error> {
        let was_alive: bool = sqlx::query_scalar("SELECT node_lives($1, $2, $3)")
            .bind(self.node)
            .bind(address)
            .bind(LIFE)
            .fetch_one(&self.pool)
            .await?;
        if !was_alive {
            self.known().clear();
        }
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<TenantId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn beat(shared: Arc<Shared>, address: String, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match timeout(LIFE, shared.live(&address)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                shared.known().clear();
                tracing::warn!(%error, "this node cannot be heard of");
            }
            Err(late) => {
                shared.known().clear();
                tracing::warn!(%late, "this node cannot be heard of");
            }
        }
        shutdown.run_until_cancelled(sleep(BEAT)).await;
    }
    let left = sqlx::query("SELECT node_leaves($1)").bind(shared.node).execute(&shared.pool);
    if let Err(error) = left.await {
        tracing::warn!(%error, "this node's tenants are others' only when it was not heard of for a while");
    }
}
