//! One process of a system: server and consumers on their own threads, stopped at once when it
//! crashes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use api::server::listen;
use fastops::identity::People;
use fastops::installation::Installation;
use fastops::processes::consumers::{RunningConsumers, consumer_names};
use fastops::processes::mailer::deliver;
use fastops::processes::ops::Ready;
use fastops::processes::server::{ServerParts, serve, service};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::silence::Silence;
use crate::site::{IMAGES_URL, Site, master_key, operator_token};

/// How long a process that shall stop following the log keeps following after its start.
const FOLLOWS_FOR: Duration = Duration::from_millis(300);

/// A process. Dropping it is like `kill -9`: its tasks stop and its sockets are closed.
#[derive(Debug)]
pub struct Node {
    runtime: Option<Runtime>,
    /// The address of its API.
    pub address: SocketAddr,
    /// Its adapters; usable only on its own threads.
    pub installation: Installation,
}

impl Node {
    /// Starts a process whose log withholds answers as `silence` says, and waits until it listens.
    pub async fn start(site: &Site, silence: Silence) -> Self {
        Self::starting(site, silence, true).await
    }

    /// Starts a process that stops following the log: it learns of no later commit of other
    /// processes.
    pub async fn start_not_following(site: &Site) -> Self {
        Self::starting(site, Silence::None, false).await
    }

    async fn starting(site: &Site, silence: Silence, follows: bool) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("node")
            .enable_all()
            .build()
            .expect("a runtime can be built");
        let begun = runtime.spawn(begin(site.clone(), silence, follows));
        let (address, installation) = begun.await.expect("a node with a fresh database starts");
        Self { runtime: Some(runtime), address, installation }
    }

    /// Runs a future inside the process.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let runtime = self.runtime.as_ref().expect("the runtime lives until the node is dropped");
        runtime.spawn(work).await.expect("the work does not panic")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn begin(site: Site, silence: Silence, follows: bool) -> (SocketAddr, Installation) {
    let installation = site.installation(&silence);
    // The process never shuts down: it crashes.
    let forever = CancellationToken::new();
    let following = CancellationToken::new();
    installation.follow(&following);
    let projecting = RunningConsumers::start(&installation, &forever);
    let people = People::new(installation.app.clone(), master_key());
    let (post, clock) = (Arc::clone(&site.post), Arc::clone(&installation.clock));
    tokio::spawn(deliver(people.clone(), post, clock, forever.clone()));
    let readiness = Ready::new(&installation, &projecting.board, consumer_names());
    let serving = ServerParts {
        secrets: site.secrets.clone(),
        operator: Some(operator_token()),
        people,
        images: site.images.clone(),
        images_url: IMAGES_URL.into(),
        public_url: "http://localhost".into(),
        rates: site.rates,
        proxies: site.proxies.clone(),
        origins: site.origins.clone(),
        board: projecting.board,
        readiness,
        peers: None,
        pages: Vec::new(),
    };
    let apps = service(&installation, serving).await.expect("the log's incarnation is readable");
    let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).expect("some port is free");
    let address = listener.local_addr().expect("it listens");
    if !follows {
        // What it has read until this moment counts as fresh for a while.
        tokio::time::sleep(FOLLOWS_FOR).await;
        following.cancel();
    }
    tokio::spawn(serve(apps.public, listener, site.proxies.clone(), forever));
    (address, installation)
}
