//! One process of a system: server and consumers on threads of their own, gone at once when it crashes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use api::server::listen;
use fastops::installation::Installation;
use fastops::ops::Ready;
use fastops::people::People;
use fastops::posting::deliver;
use fastops::projecting::{Projecting, consumer_names};
use fastops::serving::{Serving, serve, service};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::silence::Silence;
use crate::site::{Site, master_key, operator_token};

/// How long a process that is to go deaf may hear.
const HEARD_WITHIN: Duration = Duration::from_millis(300);

/// A process. Dropping it is `kill -9`: nothing in it goes on, and its sockets are closed.
#[derive(Debug)]
pub struct Node {
    runtime: Option<Runtime>,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it works with; of use only on its own threads.
    pub installation: Installation,
}

impl Node {
    /// Starts a process whose log answers as `silence` says, and waits until it listens.
    pub async fn start(site: &Site, silence: Silence) -> Self {
        Self::starting(site, silence, true).await
    }

    /// Starts a process that does not hear what others commit after it has begun.
    pub async fn start_deaf(site: &Site) -> Self {
        Self::starting(site, Silence::None, false).await
    }

    async fn starting(site: &Site, silence: Silence, hears: bool) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("node")
            .enable_all()
            .build()
            .expect("the machine has threads left");
        let begun = runtime.spawn(begin(site.clone(), silence, hears));
        let (address, installation) = begun.await.expect("a node with a fresh database starts");
        Self { runtime: Some(runtime), address, installation }
    }

    /// Runs something inside the process.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let runtime = self.runtime.as_ref().expect("it is there until the node is dropped");
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

async fn begin(site: Site, silence: Silence, hears: bool) -> (SocketAddr, Installation) {
    let installation = site.installation(&silence);
    // It never shuts down: it crashes.
    let forever = CancellationToken::new();
    let listening = CancellationToken::new();
    installation.follow(&listening);
    let projecting = Projecting::start(&installation, &forever);
    let people = People::new(installation.app.clone(), master_key());
    let (post, clock) = (Arc::clone(&site.post), Arc::clone(&installation.clock));
    tokio::spawn(deliver(people.clone(), post, clock, forever.clone()));
    let readiness = Ready::new(&installation, &projecting.board, consumer_names());
    let serving = Serving {
        secrets: site.secrets.clone(),
        operator: Some(operator_token()),
        people,
        public_url: "http://localhost".into(),
        rates: site.rates,
        proxies: site.proxies.clone(),
        origins: site.origins.clone(),
        board: projecting.board,
        readiness,
        peers: None,
        pages: Vec::new(),
    };
    let apps = service(&installation, serving).await.expect("the log says which it is");
    let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).expect("some port is free");
    let address = listener.local_addr().expect("it listens");
    if !hears {
        // What it has heard until now is fresh for a while.
        tokio::time::sleep(HEARD_WITHIN).await;
        listening.cancel();
    }
    tokio::spawn(serve(apps.public, listener, site.proxies.clone(), forever));
    (address, installation)
}
