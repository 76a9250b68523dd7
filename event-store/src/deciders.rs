//! Which of several nodes decides for a tenant.
//!
//! Two nodes that decide for one tenant cause conflicts in each other's appends. One node that decides all
//! commands of a tenant holds its states in memory and batches the appends. So a tenant is assigned to the
//! node that first decided for it, as long as that node sends heartbeats. This saves work and protects
//! nothing: every append checks revisions, whichever node decided.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::shared::TenantId;
use sqlx::PgPool;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a node counts as alive after its last heartbeat.
pub const LIFE: Duration = Duration::from_secs(4);

/// The interval between heartbeats of a node.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);

/// How long the assignment of a tenant to another node is cached before it is read again.
const CACHED_FOR: Duration = Duration::from_secs(5);

/// The timeout of the query for the deciding node; a command waits for it.
const ANSWER_MAX: Duration = Duration::from_millis(500);

/// How many tenants are cached; beyond that the cache is cleared.
const TENANTS_MAX: usize = 100_000;

/// Finds the node that decides for a tenant, from a cache where that is fresh. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Deciders {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    node: Uuid,
    cached: Mutex<HashMap<TenantId, Cached>>,
}

/// A cached assignment of a tenant to a node.
#[derive(Debug, Clone)]
struct Cached {
    decider: DecidingNode,
    fresh_until: Option<Instant>,
}

/// Who decides for a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecidingNode {
    /// This node; also the answer where the assignment is unknown.
    This,
    /// The node at this address, host and port.
    Other(Arc<str>),
}

impl Deciders {
    /// Registers this process, `node`, as reachable at `address`, until `shutdown`.
    ///
    /// `pool` connects as the application's role.
    pub fn join(pool: PgPool, node: Uuid, address: String, shutdown: CancellationToken) -> Self {
        let shared = Arc::new(Shared { pool, node, cached: Mutex::default() });
        tokio::spawn(send_heartbeats(Arc::clone(&shared), address, shutdown));
        Self { shared }
    }

    /// The node that decides for a tenant. A tenant without one is assigned to this node.
    pub async fn of(&self, tenant: TenantId) -> DecidingNode {
        if let Some(decider) = self.shared.cached(tenant) {
            return decider;
        }
        match timeout(ANSWER_MAX, self.shared.ask(tenant)).await {
            Ok(Ok(Some(decider))) => {
                self.shared.cache(tenant, decider.clone());
                decider
            }
            Ok(Ok(None)) => DecidingNode::This,
            Ok(Err(error)) => {
                tracing::warn!(%tenant, %error, "the deciding node is unknown: this node decides");
                DecidingNode::This
            }
            Err(late) => {
                tracing::warn!(%tenant, %late, "the deciding node is unknown: this node decides");
                DecidingNode::This
            }
        }
    }

    /// Makes this node decide for a tenant for one second, because the assigned node cannot be reached.
    pub fn unreachable(&self, tenant: TenantId) {
        let fresh_until = Some(Instant::now() + HEARTBEAT_INTERVAL);
        self.shared
            .cached_nodes()
            .insert(tenant, Cached { decider: DecidingNode::This, fresh_until });
    }
}

impl Shared {
    fn cached(&self, tenant: TenantId) -> Option<DecidingNode> {
        let cached = self.cached_nodes();
        let Cached { decider, fresh_until } = cached.get(&tenant)?;
        let is_fresh = fresh_until.is_none_or(|until| Instant::now() < until);
        is_fresh.then(|| decider.clone())
    }

    fn cache(&self, tenant: TenantId, decider: DecidingNode) {
        // A tenant of this node stays its own until a heartbeat is late; then the whole cache is cleared.
        let fresh_until = match decider {
            DecidingNode::This => None,
            DecidingNode::Other(_) => Some(Instant::now() + CACHED_FOR),
        };
        let mut cached = self.cached_nodes();
        if cached.len() >= TENANTS_MAX {
            cached.clear();
        }
        cached.insert(tenant, Cached { decider, fresh_until });
    }

    async fn ask(&self, tenant: TenantId) -> Result<Option<DecidingNode>, sqlx::Error> {
        let row: Option<(Uuid, String)> =
            sqlx::query_as("SELECT node, address FROM node_that_decides($1, $2)")
                .bind(tenant.uuid())
                .bind(self.node)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(node, address)| {
            if node == self.node { DecidingNode::This } else { DecidingNode::Other(address.into()) }
        }))
    }

    /// Sends a heartbeat. Clears the cache if this node counted as dead: its tenants may be assigned to
    /// others.
    async fn heartbeat(&self, address: &str) -> Result<(), sqlx::Error> {
        let was_alive: bool = sqlx::query_scalar("SELECT node_lives($1, $2, $3)")
            .bind(self.node)
            .bind(address)
            .bind(LIFE)
            .fetch_one(&self.pool)
            .await?;
        if !was_alive {
            self.cached_nodes().clear();
        }
        Ok(())
    }

    fn cached_nodes(&self) -> MutexGuard<'_, HashMap<TenantId, Cached>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn send_heartbeats(shared: Arc<Shared>, address: String, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match timeout(LIFE, shared.heartbeat(&address)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                shared.cached_nodes().clear();
                tracing::warn!(%error, "this node's heartbeat failed: other nodes may take its \
                    tenants");
            }
            Err(late) => {
                shared.cached_nodes().clear();
                tracing::warn!(%late, "this node's heartbeat failed: other nodes may take its \
                    tenants");
            }
        }
        shutdown.run_until_cancelled(sleep(HEARTBEAT_INTERVAL)).await;
    }
    let left = sqlx::query("SELECT node_leaves($1)").bind(shared.node).execute(&shared.pool);
    if let Err(error) = left.await {
        tracing::warn!(%error, "this node did not sign off: others get its tenants after {LIFE:?}");
    }
    // The commands that this node still has belong to the nodes that took its tenants.
    shared.cached_nodes().clear();
}
