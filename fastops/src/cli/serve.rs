//! `fastops serve`: the service over HTTP, and in the same process consumers and the relay if asked for.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use api::app::Apps;
use api::auth::origin::TrustedProxies;
use api::edge::cors::AllowedOrigins;
use api::server::listen;
use clap::Args;
use event_store::consumer::Board;
use event_store::kafka::RELAY;
use fastops::config::{DatabaseArgs, OperatorArgs, RateArgs, TokenArgs};
use fastops::emails::MailArgs;
use fastops::identity::People;
use fastops::images::{ImageArgs, ImageUrlArgs};
use fastops::installation::Installation;
use fastops::processes::background::Background;
use fastops::processes::consumers::{RunningConsumers, consumer_names};
use fastops::processes::event_source::FeedArgs;
use fastops::processes::mailer::deliver;
use fastops::processes::ops::{OpsArgs, Ready, SERVE_PORT, figures};
use fastops::processes::peers::{PeerArgs, Peering};
use fastops::processes::relay::RunningRelay;
use fastops::processes::server::{ServerParts, serve, service};
use fastops::safety;
use fastops::telemetry::{LogArgs, start_logging_to, start_metrics};
use images::ImageStore;

use super::Outcome;
use super::shutdown::Ending;

#[derive(Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    token: TokenArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    #[command(flatten)]
    mail: MailArgs,
    #[command(flatten)]
    images: ImageArgs,
    #[command(flatten)]
    images_url: ImageUrlArgs,
    #[command(flatten)]
    rate: RateArgs,
    /// The proxies before this server, as networks with commas between them (`10.0.0.0/8,::1`): from them
    /// the address in X-Forwarded-For is trusted. Without it all clients behind a proxy count as one for
    /// the limits by address.
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
    /// For how many seconds the process continues to answer after SIGTERM while `/readyz` is 503, so that
    /// load balancers send their requests elsewhere before it stops listening. A second signal, or Ctrl-C,
    /// ends the wait.
    #[arg(long, env = "FASTOPS_SHUTDOWN_DELAY", default_value_t = 5)]
    shutdown_delay: u16,
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

impl ServeArgs {
    /// How many threads answer.
    pub(super) fn threads(&self) -> Option<NonZeroUsize> {
        self.threads.or_else(|| {
            let processors = available_parallelism().map_or(1, NonZeroUsize::get);
            NonZeroUsize::new(processors.div_ceil(2))
        })
    }

    /// The consumers that the process runs, by name.
    fn runs(&self) -> Vec<&'static str> {
        let work = self.work.then(consumer_names).unwrap_or_default();
        work.into_iter().chain(self.relay.then_some(RELAY)).collect()
    }
}

pub(super) async fn run(args: ServeArgs) -> Outcome {
    let _log_files = start_logging_to("info", &args.log)?;
    // Before anything looks up its figures.
    let metrics = start_metrics();
    let databases = args.database.databases()?;
    let installation = Installation::new(&databases);
    let (secrets, operator) = (args.token.secrets()?, args.operator.token(&args.token)?);
    let delay = Duration::from_secs(args.shutdown_delay.into());
    let (Ending { announced, shutdown }, board) = (Ending::on_signal(delay)?, Board::default());
    let readiness = Ready::until(announced, &installation, &board, args.runs());
    let figures = figures(metrics, board.clone());
    args.ops.start(SERVE_PORT, Arc::clone(&readiness) as _, figures, &shutdown)?;
    installation.follow(&shutdown);
    installation.wait_for_log(&shutdown).await;
    safety::check(&installation, &secrets).await?;
    let source = args.feed.source()?;
    let background = Background::start()?;
    let of_background = background.within(|| installation.with_new_connections(&databases));
    let project = || RunningConsumers::start_from(&source, &of_background, &board, &shutdown);
    let consumers = args.work.then(|| background.within(project));
    let topic = args.relay.then(|| args.feed.topic()).transpose()?;
    let publish = |topic| RunningRelay::start(&of_background, &board, topic, &shutdown);
    let relay = topic.map(|topic| background.within(|| publish(topic)));
    let listener = listen(args.listen)?;
    let address = listener.local_addr()?;
    let Peering { peers, listener: peer_listener } =
        args.peers.join(&installation, address, &shutdown)?;
    let people = People::new(installation.app.clone(), secrets.master.clone());
    let (transport, clock) = (args.mail.transport()?, Arc::clone(&installation.clock));
    let mailer = tokio::spawn(deliver(people.clone(), transport, clock, shutdown.clone()));
    let public_url = args.mail.public_url(&args.listen);
    let serving = ServerParts {
        secrets,
        operator,
        people,
        rates: args.rate.rates(),
        proxies: args.trusted_proxies.clone(),
        origins: args.cors_origins,
        images: ImageStore::open(&args.images.files())?,
        images_url: args.images_url.url(&public_url),
        public_url,
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
    mailer.await?;
    if let Some(consumers) = consumers {
        consumers.ended().await;
    }
    if let Some(relay) = relay {
        relay.ended().await;
    }
    Ok(ExitCode::SUCCESS)
}
