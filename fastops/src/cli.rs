//! The command line.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;

use api::app::Apps;
use api::auth::origin::TrustedProxies;
use api::edge::cors::AllowedOrigins;
use api::server::listen;
use clap::{Args, Parser, Subcommand};
use event_store::Position;
use event_store::consumer::Board;
use event_store::kafka::RELAY;
use fastops::asyncapi;
use fastops::background::Background;
use fastops::config::{DatabaseArgs, OperatorArgs, RateArgs, TokenArgs};
use fastops::consumers::{self, ConsumersCommand};
use fastops::demo::{self, DemoArgs};
use fastops::doctor::{self, DoctorArgs};
use fastops::feeding::{FeedArgs, KafkaArgs};
use fastops::import::{self, ImportArgs};
use fastops::init::{self, CompanyArgs};
use fastops::installation::{Installation, migrate_schema};
use fastops::ops::{OpsArgs, RELAY_PORT, Ready, SERVE_PORT, WORK_PORT, figures};
use fastops::peering::{PeerArgs, Peering};
use fastops::people::People;
use fastops::post::MailArgs;
use fastops::posting::deliver;
use fastops::projecting::{Projecting, consumer_names};
use fastops::rebuild::{self, RebuildArgs};
use fastops::relaying::{Relaying, relay};
use fastops::safety;
use fastops::serving::{self, Serving, serve, service};
use fastops::subscriptions::{self, CompaniesCommand};
use fastops::telemetry::{LogArgs, start_logging, start_logging_to, start_metrics};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The operations of restaurant companies.
#[derive(Parser)]
#[command(version, about, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer HTTP.
    Serve(Box<ServeArgs>),
    /// Keep the read models.
    Work(WorkArgs),
    /// Publish the log on a topic of Kafka.
    Relay(RelayArgs),
    /// Bring the database to this release's schema.
    Migrate(MigrateArgs),
    /// Set up a company with its first administrator.
    Init(InitArgs),
    /// See and change what companies have subscribed to.
    Companies(SubscribingArgs),
    /// Show a living restaurant on a private PostgreSQL.
    Demo(DemoArgs),
    /// See what the read models could not take in, and decide about it.
    Consumers(ConsumersArgs),
    /// Build read models again from the log, compare them with the live ones, and exchange them.
    Rebuild(RebuildingArgs),
    /// Bring in past sales.
    Import(ImportingArgs),
    /// Say what is wrong with an installation, and what to do about it.
    Doctor(DoctorArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Print the AsyncAPI document: the events as they are published.
    Asyncapi,
}

#[derive(Args)]
struct ServeArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    token: TokenArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    #[command(flatten)]
    mail: MailArgs,
    #[command(flatten)]
    rate: RateArgs,
    /// The proxies before this server, as networks with commas between them (`10.0.0.0/8,::1`): from them
    /// the address is believed that stands in X-Forwarded-For. Without it everybody behind a proxy is
    /// one to the limits by address.
    #[arg(long, env = "FASTOPS_TRUSTED_PROXIES", default_value = "")]
    trusted_proxies: TrustedProxies,
    /// The origins whose pages may use the API from a browser, with commas between them
    /// (`https://caja.example.com`); none if not given.
    #[arg(long, env = "FASTOPS_CORS_ORIGINS", default_value = "")]
    cors_origins: AllowedOrigins,
    #[command(flatten)]
    log: LogArgs,
    /// Threads that answer. As many as half of the processors if not given: PostgreSQL, mostly on the
    /// same machine, needs the others, and few threads wake each other less often.
    #[arg(long, env = "FASTOPS_THREADS")]
    threads: Option<NonZeroUsize>,
    /// Where to listen.
    #[arg(long, env = "FASTOPS_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    ops: OpsArgs,
    /// Keep the read models in this process too.
    #[arg(long, env = "FASTOPS_SERVE_WORK")]
    work: bool,
    #[command(flatten)]
    peers: PeerArgs,
    /// Publish the log on a topic of Kafka in this process too.
    #[arg(long, env = "FASTOPS_SERVE_RELAY")]
    relay: bool,
    #[command(flatten)]
    feed: FeedArgs,
}

#[derive(Args)]
struct WorkArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    ops: OpsArgs,
    #[command(flatten)]
    feed: FeedArgs,
}

#[derive(Args)]
struct RelayArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    ops: OpsArgs,
    #[command(flatten)]
    kafka: KafkaArgs,
    /// First publish again everything after this position of the log; consumers drop what they have
    /// seen.
    #[arg(long, value_name = "POSITION")]
    from: Option<u64>,
}

#[derive(Args)]
struct MigrateArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Args)]
struct InitArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    token: TokenArgs,
    #[command(flatten)]
    company: CompanyArgs,
}

#[derive(Args)]
struct ImportingArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    import: ImportArgs,
}

#[derive(Args)]
struct ConsumersArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: ConsumersCommand,
}

#[derive(Args)]
struct SubscribingArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: CompaniesCommand,
}

#[derive(Args)]
struct RebuildingArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    rebuild: RebuildArgs,
}

impl ServeArgs {
    /// The consumers that the process runs, by name.
    fn runs(&self) -> Vec<&'static str> {
        let work = self.work.then(consumer_names).unwrap_or_default();
        work.into_iter().chain(self.relay.then_some(RELAY)).collect()
    }
}

pub(crate) type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

impl Cli {
    /// How many threads the command wants; as many as there are processors if it does not say.
    pub(crate) fn threads(&self) -> Option<NonZeroUsize> {
        let Command::Serve(args) = &self.command else { return None };
        args.threads.or_else(|| {
            let processors = available_parallelism().map_or(1, NonZeroUsize::get);
            NonZeroUsize::new(processors.div_ceil(2))
        })
    }
}

pub(crate) async fn run(cli: Cli) -> Outcome {
    match cli.command {
        Command::Serve(args) => answering(*args).await,
        Command::Work(args) => working(&args).await,
        Command::Relay(args) => relaying(&args).await,
        Command::Migrate(args) => migrating(&args).await,
        Command::Init(args) => founding(args).await,
        Command::Companies(args) => subscribing(args).await,
        Command::Demo(args) => showing(args).await,
        Command::Consumers(args) => resolving(args).await,
        Command::Rebuild(args) => rebuilding(args).await,
        Command::Import(args) => importing(args).await,
        Command::Doctor(args) => Ok(doctor::run(&args).await?),
        Command::Openapi => openapi(),
        Command::Asyncapi => asyncapi(),
    }
}

/// Says on standard error why the command failed.
pub(crate) fn complain(why: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "fastops: {why}");
}

async fn answering(args: ServeArgs) -> Outcome {
    let _log_files = start_logging_to("info", &args.log)?;
    // Before anything looks up its figures.
    let metrics = start_metrics();
    let databases = args.database.databases()?;
    let installation = Installation::new(&databases);
    let (secrets, operator) = (args.token.secrets()?, args.operator.token(&args.token)?);
    let (shutdown, board) = (shutdown_on_signal()?, Board::default());
    let readiness = Ready::new(&installation, &board, args.runs());
    let figures = figures(metrics, board.clone());
    args.ops.start(SERVE_PORT, Arc::clone(&readiness) as _, figures, &shutdown)?;
    installation.follow(&shutdown);
    installation.wait_for_log(&shutdown).await;
    safety::check(&installation, &secrets).await?;
    let source = args.feed.source()?;
    let background = Background::start()?;
    let beside = background.within(|| installation.beside(&databases));
    let project = || Projecting::fed_by(&source, &beside, &board, &shutdown);
    let projecting = args.work.then(|| background.within(project));
    let topic = args.relay.then(|| args.feed.topic()).transpose()?;
    let publish = |topic| Relaying::start(&beside, &board, topic, &shutdown);
    let relaying = topic.map(|topic| background.within(|| publish(topic)));
    let listener = listen(args.listen)?;
    let address = listener.local_addr()?;
    let Peering { peers, listener: peer_listener } =
        args.peers.join(&installation, address, &shutdown)?;
    let people = People::new(installation.app.clone(), secrets.master.clone());
    let (post, clock) = (args.mail.post()?, Arc::clone(&installation.clock));
    let posting = tokio::spawn(deliver(people.clone(), post, clock, shutdown.clone()));
    let serving = Serving {
        secrets,
        operator,
        people,
        rates: args.rate.rates(),
        proxies: args.trusted_proxies.clone(),
        origins: args.cors_origins,
        public_url: args.mail.public_url(&args.listen),
        board,
        readiness,
        peers,
        pages: Vec::new(),
    };
    let Apps { public, peers } = service(&installation, serving).await?;
    tracing::info!(listen = %address, "answering");
    let answering_peers = async {
        let Some(listener) = peer_listener else { return };
        listener.serve(peers, shutdown.clone()).await;
    };
    let answering = serve(public, listener, args.trusted_proxies, shutdown.clone());
    tokio::join!(answering, answering_peers);
    posting.await?;
    if let Some(projecting) = projecting {
        projecting.ended().await;
    }
    if let Some(relaying) = relaying {
        relaying.ended().await;
    }
    Ok(ExitCode::SUCCESS)
}

async fn working(args: &WorkArgs) -> Outcome {
    start_logging("info");
    let metrics = start_metrics();
    let installation = Installation::new(&args.database.databases()?);
    let (shutdown, board) = (shutdown_on_signal()?, Board::default());
    let readiness = Ready::new(&installation, &board, consumer_names());
    args.ops.start(WORK_PORT, readiness, figures(metrics, board.clone()), &shutdown)?;
    let projecting = Projecting::fed_by(&args.feed.source()?, &installation, &board, &shutdown);
    tracing::info!("keeping the read models");
    projecting.ended().await;
    Ok(ExitCode::SUCCESS)
}

async fn relaying(args: &RelayArgs) -> Outcome {
    start_logging("info");
    let metrics = start_metrics();
    let topic = args.kafka.topic()?;
    let installation = Installation::new(&args.database.databases()?);
    let shutdown = shutdown_on_signal()?;
    let (board, from) = (Board::default(), args.from.map(Position::new));
    let readiness = Ready::new(&installation, &board, vec![RELAY]);
    args.ops.start(RELAY_PORT, readiness, figures(metrics, board.clone()), &shutdown)?;
    relay(&installation, &board, topic, from, &shutdown).await?;
    Ok(ExitCode::SUCCESS)
}

async fn migrating(args: &MigrateArgs) -> Outcome {
    start_logging("info");
    migrate_schema(&args.database.databases()?).await?;
    tracing::info!("the schema is that of this release");
    Ok(ExitCode::SUCCESS)
}

async fn founding(args: InitArgs) -> Outcome {
    start_logging("warn");
    let databases = args.database.databases()?;
    migrate_schema(&databases).await?;
    let installation = Installation::new(&databases);
    let people = People::new(installation.app.clone(), args.token.master_key()?);
    init::run(args.company, &installation, &people, &mut std::io::stdout()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn subscribing(args: SubscribingArgs) -> Outcome {
    start_logging("warn");
    let installation = Installation::new(&args.database.databases()?);
    subscriptions::run(args.command, &installation, &mut std::io::stdout()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn showing(args: DemoArgs) -> Outcome {
    start_logging("warn");
    let metrics = start_metrics();
    let shutdown = shutdown_on_signal()?;
    // Boxed: it holds every role of a process at once.
    Box::pin(demo::run(args, metrics, shutdown)).await?;
    Ok(ExitCode::SUCCESS)
}

async fn resolving(args: ConsumersArgs) -> Outcome {
    start_logging("warn");
    let installation = Installation::new(&args.database.databases()?);
    Ok(consumers::run(args.command, &installation, &mut std::io::stdout()).await?)
}

async fn rebuilding(args: RebuildingArgs) -> Outcome {
    start_logging("warn");
    let databases = args.database.databases()?;
    let installation = Installation::new(&databases);
    let out = &mut std::io::stdout();
    Ok(rebuild::run(args.rebuild, &installation, &databases, out).await?)
}

async fn importing(args: ImportingArgs) -> Outcome {
    start_logging("warn");
    // An import into a database of its own needs none here.
    let given = args.database.is_given().then(|| args.database.databases());
    let installation = given.transpose()?.map(|databases| Installation::new(&databases));
    Box::pin(import::run(args.import, installation.as_ref())).await?;
    Ok(ExitCode::SUCCESS)
}

fn openapi() -> Outcome {
    writeln!(std::io::stdout(), "{}", serving::openapi()?)?;
    Ok(ExitCode::SUCCESS)
}

fn asyncapi() -> Outcome {
    writeln!(std::io::stdout(), "{}", asyncapi::document())?;
    Ok(ExitCode::SUCCESS)
}

/// A token that Ctrl-C and SIGTERM cancel.
fn shutdown_on_signal() -> std::io::Result<CancellationToken> {
    let shutdown = CancellationToken::new();
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let asked = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        asked.cancel();
    });
    Ok(shutdown)
}

#[cfg(test)]
mod tests;
