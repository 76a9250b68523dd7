//! `fastops demo`: a restaurant at work, on a private PostgreSQL, in one process.
//!
//! - `data_dir`: its folder, and the secrets in it; `environment`: how other commands reach it
//! - `restaurant`, `menu`, `images` and `pantry`: what it is; `guests`: who comes; `staff`: who does the work
//! - `past_sales`: the weeks before; `simulator`: what happens now
//! - [`page`]: links and figures; `banner` and `progress`: what the terminal shows

mod banner;
mod data_dir;
mod environment;
mod error;
mod guests;
mod images;
mod menu;
pub mod page;
mod pantry;
mod past_sales;
mod progress;
mod restaurant;
mod simulator;
mod staff;
#[cfg(test)]
mod tests;

pub(crate) use restaurant::OWNER_EMAIL;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::images::ImageStore;
use api::auth::origin::TrustedProxies;
use api::auth::password::Passwords;
use api::auth::token::TokenAlgorithm;
use api::edge::cors::AllowedOrigins;
use api::rates::Rates;
use api::server::{self, Limits, listen};
use commands::identity::{ChangeSubscription, NewCompany, Person};
use domain::shared::{Name, Slug, TenantId};
use event_store::EventStore;
use metrics_exporter_prometheus::PrometheusHandle;
use projections::LogPlace;
use projections::catalog::Catalog;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cluster::{self, Cluster};
use crate::companies::set_up;
use crate::config::{NamedSecret, Secrets};
use crate::emails::MailFolder;
use crate::identity::{MasterKey, People};
use crate::images::below;
use crate::installation::{Databases, Installation};
use crate::processes::consumers::{RunningConsumers, consumer_names};
use crate::processes::mailer::deliver;
use crate::processes::ops::{OpsArgs, Ready, SERVE_PORT, figures};
use crate::processes::server::{ServerParts, service};
use crate::safety::DEMO_KEY_ID;
use crate::schema::migrate_schema;
use banner::Access;
use data_dir::DataDir;
use past_sales::PastSalesError;
use progress::Bar;
use restaurant::Restaurant;
use simulator::Pace;
use staff::Staff;

pub use data_dir::DataDirError;
pub use error::DemoError;
pub use restaurant::OpeningError;

/// The cluster belongs to the demo alone, so its initial database serves.
const DATABASE: &str = "postgres";

/// How many days before today have sales.
const PAST_DAYS: u64 = 28;

/// How long requests may still run after Ctrl-C.
const DRAIN_WITHIN: Duration = Duration::from_secs(5);

/// How long the menu may take to reach its read model before the demo calls itself ready.
const MENU_WITHIN: Duration = Duration::from_secs(10);

/// Characters of the owner's password: 80 bits.
const PASSWORD_LETTERS: usize = 16;

/// The files with its secrets.
const MASTER_KEY: &str = "master-key";
const TOKEN_SECRET: &str = "token-secret";

/// The folder with the files of images.
const IMAGES: &str = "images";

/// Characters of the secret that tokens are signed with: 320 bits.
const SECRET_LETTERS: usize = 64;

/// The arguments of the demo.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// The demo's folder; by default `fastops/demo` in `$XDG_DATA_HOME` or in
    /// `~/.local/share`, and as root in `/var/lib`.
    #[arg(long)]
    data_dir: Option<PathBuf>,

    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    #[command(flatten)]
    ops: OpsArgs,

    /// No guests come by themselves.
    #[arg(long)]
    no_simulate: bool,

    /// How many guests come in a minute.
    #[arg(
        long,
        default_value_t = 8,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(simulator::GUESTS_PER_MINUTE_MAX))
    )]
    guests_per_minute: u32,

    /// Print nothing but one line of JSON, once the demo is ready.
    #[arg(long)]
    json: bool,
}

/// Runs the demo until `shutdown`; then everything ends in order: guests and consumers, running
/// requests, PostgreSQL.
pub async fn run(
    args: DemoArgs,
    metrics: PrometheusHandle,
    shutdown: CancellationToken,
) -> Result<(), DemoError> {
    let data_dir = DataDir::take(args.data_dir.clone())?;
    let listener =
        listen(args.listen).map_err(|source| DemoError::Listen { address: args.listen, source })?;
    let cluster = Cluster::start(data_dir.path()).await?;
    let outcome = live(&args, &data_dir, &databases(&cluster), listener, metrics, shutdown).await;
    cluster.stop().await;
    outcome
}

fn databases(cluster: &Cluster) -> Databases {
    let role = |name| cluster.url(name, DATABASE);
    Databases {
        owner: role(cluster::OWNER),
        app: role("fastops_app"),
        projector: role("fastops_projector"),
    }
}

/// Runs the demo while its PostgreSQL runs.
async fn live(
    args: &DemoArgs,
    data_dir: &DataDir,
    databases: &Databases,
    listener: TcpListener,
    metrics: PrometheusHandle,
    shutdown: CancellationToken,
) -> Result<(), DemoError> {
    migrate_schema(databases).await?;
    let installation = Installation::new(databases);
    let password = data_dir.secret("owner-password", PASSWORD_LETTERS)?;
    let master = data_dir.secret(MASTER_KEY, SECRET_LETTERS)?;
    let master = MasterKey::try_new(master.as_bytes()).expect("it is long enough");
    let people = People::new(installation.app.clone(), master.clone());
    let tenant = company(&installation, &people, password.clone()).await?;

    let url = format!("http://{}", listener.local_addr().map_err(DemoError::Output)?);
    let token_secret = data_dir.secret(TOKEN_SECRET, SECRET_LETTERS)?;
    let environment = environment::write(data_dir, databases, &password)?;
    let current = NamedSecret { id: DEMO_KEY_ID.to_owned(), bytes: token_secret.into_bytes() };
    // An error from here on ends all tasks that have been started.
    let stop = shutdown.child_token();
    let end_all = stop.clone().drop_guard();
    installation.follow(&stop);
    let projecting = RunningConsumers::start(&installation, &stop);
    let board = projecting.board.clone();
    let readiness = Ready::new(&installation, &board, consumer_names());
    let figures = figures(metrics, board.clone());
    let ops = args.ops.start(SERVE_PORT, Arc::clone(&readiness) as _, figures, &stop)?;
    let image_store = ImageStore::in_folder(data_dir.path().join(IMAGES));
    let serving = ServerParts {
        secrets: Secrets { algorithm: TokenAlgorithm::default(), current, previous: None, master },
        operator: None,
        people: people.clone(),
        images: image_store.clone(),
        images_url: below(&url).into(),
        public_url: url.as_str().into(),
        rates: Rates::default(),
        proxies: TrustedProxies::default(),
        origins: AllowedOrigins::default(),
        board,
        readiness,
        peers: None,
        pages: page::pages(&installation, tenant),
    };
    let tasks = TaskTracker::new();
    let transport = Arc::new(MailFolder::new(data_dir.path().join("letters")));
    tasks.spawn(deliver(people, transport, Arc::clone(&installation.clock), stop.clone()));
    let outcome = async {
        let app = service(&installation, serving).await?.public;
        let limits = Limits { drain_within: DRAIN_WITHIN, ..Limits::default() };
        tasks.spawn(server::serve(listener, app, limits, stop.clone()));
        let restaurant = Arc::new(Restaurant::of(tenant));
        restaurant.open(&Staff::new(&installation, tenant, stop.clone())).await?;
        let Some(readable) =
            stop.run_until_cancelled(menu_is_readable(&installation, tenant)).await
        else {
            return Ok(());
        };
        readable?;
        let access = Access::of_owner(url, format!("http://{ops}"), password, environment);
        say_ready(&access, args.json).map_err(DemoError::Output)?;
        let guests = (!args.no_simulate).then(|| Pace::lively(args.guests_per_minute));
        tasks.spawn(set_images(&installation, &restaurant, image_store, &stop));
        tasks.spawn(bring_to_life(installation.clone(), restaurant, guests, stop.clone()));
        stop.cancelled().await;
        Ok(())
    };
    let outcome = match outcome.await {
        // Ctrl-C came before it was ready, which is nothing to complain about.
        Err(DemoError::Opening(OpeningError::Leaving)) => Ok(()),
        outcome => outcome,
    };
    drop(end_all);
    tasks.close();
    tasks.wait().await;
    projecting.ended().await;
    installation.app.close().await;
    installation.projector.close().await;
    outcome
}

async fn company(
    installation: &Installation,
    people: &People,
    password: String,
) -> Result<TenantId, DemoError> {
    let company = NewCompany {
        name: Name::parse(restaurant::NAME).expect("the constant is a name"),
        slug: Slug::parse(restaurant::SLUG).expect("the constant is a short name"),
        administrator: Person {
            name: Name::parse(restaurant::OWNER).expect("the constant is a name"),
            email: OWNER_EMAIL.to_owned(),
        },
        subscription: ChangeSubscription::default(),
    };
    let password_hash = Passwords::new().hash(password).await?;
    Ok(set_up(installation, people, company, &password_hash).await?)
}

/// Waits until the menu can be read, so that it is there when the demo calls itself ready.
async fn menu_is_readable(installation: &Installation, tenant: TenantId) -> Result<(), DemoError> {
    let head = installation.store.head().await?;
    let place = LogPlace { incarnation: head.incarnation, position: head.position };
    let consumers = [Catalog::NAME];
    let waited = installation.read_db.wait_for(tenant, &consumers, place, MENU_WITHIN).await?;
    tracing::debug!(?waited, "the menu");
    Ok(())
}

fn say_ready(access: &Access, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json { access.write_json(&mut out) } else { access.write_banner(&mut out) }
}

/// Sets the images of the menu while the demo is in use already: drawing them takes a while.
fn set_images(
    installation: &Installation,
    restaurant: &Arc<Restaurant>,
    store: ImageStore,
    stop: &CancellationToken,
) -> impl Future<Output = ()> + use<> {
    let staff = Staff::new(installation, restaurant.tenant, stop.clone());
    let restaurant = Arc::clone(restaurant);
    async move { images::set(&restaurant, &staff, &store).await }
}

/// Places the past orders before the present ones, so that their numbers follow the time; then both are
/// cooked together.
async fn bring_to_life(
    installation: Installation,
    restaurant: Arc<Restaurant>,
    guests: Option<Pace>,
    stop: CancellationToken,
) {
    let staff = Staff::new(&installation, restaurant.tenant, stop.clone());
    let bar = Bar::new();
    let placed = async {
        let past = past_sales::place(&installation, &restaurant, &staff, PAST_DAYS, &bar).await?;
        let today = past_sales::place_today(&installation, &restaurant, &staff, &bar).await?;
        Ok::<_, PastSalesError>((past, today))
    };
    let placed = placed.await;
    let past = async {
        let outcome = async {
            let (past, today) = placed?;
            let n_orders = past.n_orders() + today.n_orders();
            // The pages of the demo show today first.
            today.finish(&bar).await?;
            past.finish(&bar).await?;
            Ok(n_orders)
        };
        let outcome = outcome.await;
        bar.ends();
        match outcome {
            Ok(n_orders) => tracing::info!(n_orders, "the demo's past sales are complete"),
            Err(PastSalesError::Leaving) => {}
            Err(error) => {
                tracing::error!(%error, "the demo's past sales are incomplete: the next start of \
                    the demo goes on with them");
            }
        }
    };
    let present = async {
        if let Some(pace) = guests {
            simulator::run(&installation, Arc::clone(&restaurant), pace, stop).await;
        }
    };
    tokio::join!(past, present);
}
