//! The service over HTTP.

use std::sync::Arc;
use std::time::Duration;

use api::access::{Permits, Till, Unanswered};
use api::app::{App, Apps, Shell, app, document};
use api::auth::operator::{OperatorGate, OperatorToken};
use api::auth::origin::TrustedProxies;
use api::auth::password::{HashingTurns, Passwords};
use api::auth::token::{KeyError, SigningKey, TokenAlgorithm, Tokens};
use api::caller::{Authenticator, Caller};
use api::contract::{About, ContractError};
use api::cursor::Cursors;
use api::edge::cors::AllowedOrigins;
use api::forwarding::Peers;
use api::language::Words;
use api::operations::{Services, operations};
use api::position::Positions;
use api::rates::{RateLimits, Rates};
use api::server::{Limits, connections_max, serve as serve_app};
use async_trait::async_trait;
use commands::identity::{Authority, Standing};
use commands::{Clock, IdGenerator};
use domain::identity::Permission;
use domain::shared::IncarnationId;
use event_store::EventStore;
use event_store::consumer::{Board, WorkPermits};
use futures_util::FutureExt;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::asyncapi;
use crate::config::{NamedSecret, Secrets};
use crate::identity::{MasterKey, People};
use crate::installation::{Databases, Installation};
use crate::processes::ops::Ready;

/// How often the counts of clients are deleted that have been idle.
const FORGET_INTERVAL: Duration = Duration::from_mins(1);

/// The issuer and the audience of tokens.
const ISSUER: &str = "fastops";

/// What a server needs besides an installation.
pub struct ServerParts {
    /// Signs tokens and cursors.
    pub secrets: Secrets,
    /// The token of the installation's operator; without one, every request of an operator is refused.
    pub operator: Option<OperatorToken>,
    /// The tables about people.
    pub people: People,
    /// Where people find the service, for links in e-mails.
    pub public_url: Arc<str>,
    /// The proxies whose X-Forwarded-For is trusted.
    pub proxies: TrustedProxies,
    /// The origins whose pages may use the API.
    pub origins: AllowedOrigins,
    /// How often a session and a company may ask.
    pub rates: Rates,
    /// The consumers of this process; empty where another process runs them.
    pub board: Board,
    /// Answers `/readyz`.
    pub readiness: Arc<Ready>,
    /// The other nodes, if there are any.
    pub peers: Option<Peers>,
    /// Further pages, by their addresses.
    pub pages: Vec<(&'static str, App)>,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The log could not be read.
    #[error("could not reach the log")]
    Log(#[from] event_store::Error),
    /// Nothing can be signed with the secret.
    #[error(transparent)]
    Secret(#[from] KeyError),
    /// An operation lacks a permission, or its document is wrong.
    #[error(transparent)]
    Contract(#[from] ContractError),
}

/// The description of the API in its document.
pub fn about() -> About {
    About {
        title: "FastOps".to_owned(),
        version: "1".to_owned(),
        description: Words::new(include_str!("about.es.md"), include_str!("about.en.md")),
        refusals: api::operations::refusals(),
    }
}

/// The service of an installation, ready to be served.
pub async fn service(
    installation: &Installation,
    serving: ServerParts,
) -> Result<Apps, ServeError> {
    let incarnation = installation.store.head().await?.incarnation;
    let ServerParts { secrets, operator, people, public_url, proxies, rates, board, .. } = serving;
    let ServerParts { readiness, peers, origins, mut pages, .. } = serving;
    readiness.begins_on(incarnation);
    pages.push(asyncapi::page());
    let people = (people, public_url);
    let services = services(installation, &secrets, incarnation, board, people)?;
    let clock = Arc::clone(&installation.clock);
    let now: api::sources::Now = Arc::new(move || Clock::now(&*clock));
    let ids = Arc::clone(&installation.ids);
    let shell = Shell {
        about: about(),
        new_id: Arc::new(move || IdGenerator::uuid(&*ids)),
        authenticator: Arc::new(Authenticator::new(tokens(&secrets)?, Arc::clone(&now))),
        operator: Arc::new(OperatorGate::new(operator, now)),
        proxies,
        origins,
        peers,
        rates: counted(rates),
        permits: Arc::new(Holding { services: services.clone() }),
        readiness,
        pages,
    };
    Ok(app(operations(&services), shell)?)
}

/// The OpenAPI document.
pub fn openapi() -> Result<String, ServeError> {
    Ok(document(operations(&unconnected()?), &about())?)
}

/// The operations as a collection of requests for Postman.
pub fn collection() -> Result<String, ServeError> {
    Ok(api::app::collection(operations(&unconnected()?), &about())?)
}

/// Services that are connected to nothing, for reading the shapes of operations.
fn unconnected() -> Result<Services, KeyError> {
    let nowhere = PgConnectOptions::new();
    let databases = Databases { owner: nowhere.clone(), app: nowhere.clone(), projector: nowhere };
    let current = NamedSecret { id: String::new(), bytes: vec![0; 32] };
    let (algorithm, master) = (TokenAlgorithm::default(), MasterKey::random());
    let secrets = Secrets { algorithm, current, previous: None, master };
    let incarnation = IncarnationId::from_uuid(uuid::Uuid::nil());
    let board = Board::default();
    let installation = Installation::new(&databases);
    let people = (People::new(installation.app.clone(), secrets.master.clone()), Arc::from(""));
    services(&installation, &secrets, incarnation, board, people)
}

fn services(
    installation: &Installation,
    secrets: &Secrets,
    incarnation: IncarnationId,
    board: Board,
    (people, public_url): (People, Arc<str>),
) -> Result<Services, KeyError> {
    let people = Arc::new(people);
    Ok(Services {
        commands: installation.commands.clone(),
        read_db: installation.read_db.clone(),
        board,
        parking: installation.parking(),
        authority: Authority::new(installation.commands.clone()),
        operator: installation.operator(),
        accounts: people.clone(),
        contacts: people.clone(),
        pins: people.clone(),
        sessions: people.clone(),
        tickets: people.clone(),
        renewals: people.renewals(),
        outbox: people,
        public_url,
        attempts: Arc::default(),
        passwords: Passwords::new().by(hashing_permits(&installation.permits)),
        tokens: Arc::new(tokens(secrets)?),
        cursors: Cursors::new(&derived(&secrets.current, "cursors")),
        positions: positions(secrets),
        clock: Arc::clone(&installation.clock),
        ids: Arc::clone(&installation.ids),
        incarnation,
    })
}

/// Serves until `shutdown`; running requests get some time to finish. The addresses that `proxies` forward
/// are trusted.
pub async fn serve(
    app: App,
    listener: TcpListener,
    proxies: TrustedProxies,
    shutdown: CancellationToken,
) {
    let usual = Limits::default();
    let connections_max = connections_max(usual.connections_max);
    serve_app(listener, app, Limits { connections_max, proxies, ..usual }, shutdown).await;
}

/// Makes tokens, and accepts those that were signed with these secrets.
pub fn tokens(secrets: &Secrets) -> Result<Tokens, KeyError> {
    let algorithm = secrets.algorithm;
    let key =
        |secret: &NamedSecret| SigningKey::try_new(secret.id.clone(), algorithm, &secret.bytes);
    let previous = secrets.previous.as_ref().map(key).transpose()?;
    Ok(Tokens::new(ISSUER, ISSUER, key(&secrets.current)?, previous))
}

/// The permits for hashing passwords.
fn hashing_permits(permits: &WorkPermits) -> HashingTurns {
    let permits = permits.clone();
    Arc::new(move || {
        let permits = permits.clone();
        async move { permits.background().await }.boxed()
    })
}

/// Makes tokens of positions, and reads those that were made under the current secret.
pub fn positions(secrets: &Secrets) -> Positions {
    Positions::new(&derived(&secrets.current, "positions"))
}

/// A secret for another purpose, which does not give the first one away.
fn derived(secret: &NamedSecret, purpose: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"fastops ");
    hasher.update(purpose);
    hasher.update([0]);
    hasher.update(&secret.bytes);
    hasher.finalize().into()
}

/// Counts requests, and deletes the counts of idle clients.
fn counted(rates: Rates) -> Arc<RateLimits> {
    let limits = Arc::new(RateLimits::new(rates));
    let counted = Arc::downgrade(&limits);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(FORGET_INTERVAL).await;
            let Some(limits) = counted.upgrade() else { return };
            limits.forget_idle();
        }
    });
    limits
}

/// A user has the permissions of their roles in the company.
struct Holding {
    services: Services,
}

#[async_trait]
impl Permits for Holding {
    async fn standing(
        &self,
        caller: &Caller,
        permission: Option<Permission>,
    ) -> Result<Option<Arc<Standing>>, Unanswered> {
        let standing = self.services.authority.of(&caller.presented(), permission).await;
        standing.map_err(|world| Unanswered(Box::new(world)))
    }

    async fn till(&self, token: &str, request: &poem::Request) -> Result<Option<Till>, Unanswered> {
        self.services.till(token, request).await.map_err(|world| Unanswered(Box::new(world)))
    }

    async fn is_closed(&self, caller: &Caller) -> Result<bool, Unanswered> {
        let is_closed = self.services.authority.is_closed(caller.tenant).await;
        is_closed.map_err(|world| Unanswered(Box::new(world)))
    }
}
