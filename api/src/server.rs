//! The accept loop: who may connect, how long they may take to send a request, and how it ends.

mod accept_limiter;
mod body_timeout;
mod descriptors;
mod host;
mod limits;
mod lingering_close;
mod shares;
mod strict_lines;
mod write_timeout;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Body, Endpoint, Request, RequestParts};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep_until;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::auth::origin::network;
use crate::forwarding::PeerTls;
use crate::guard::Refused;
use crate::problem::{Code, Problem};
use accept_limiter::AcceptLimiter;
pub use accept_limiter::listen;
use body_timeout::{BodyTimeout, TimedBody, Unread};
pub use descriptors::connections_max;
pub use limits::Limits;
use lingering_close::LingeringClose;
use shares::{Share, Shares};
use strict_lines::StrictLines;
use write_timeout::WriteTimeout;

/// Serves `app` over HTTP/1.1 until `shutdown`, then lets running requests finish within their time.
///
/// HTTP/2 is left to the proxy in front: telling the two apart means waiting for a client's first
/// bytes without a limit.
pub async fn serve(listener: TcpListener, app: App, limits: Limits, shutdown: CancellationToken) {
    run(listener, Server::new(app, limits, None, shutdown)).await;
}

/// The same for other nodes: over TLS, and only for those who show a certificate of the nodes' CA.
pub async fn serve_peers(
    listener: TcpListener,
    app: App,
    tls: &PeerTls,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let tls = TlsAcceptor::from(Arc::clone(&tls.server));
    // There may be only one other node, which may use all connections.
    let limits = Limits { address_share: NonZeroUsize::MIN, ..limits };
    run(listener, Server::new(app, limits, Some(tls), shutdown)).await;
}

async fn run(listener: TcpListener, server: Server) {
    let server = Arc::new(server);
    let connections = Arc::new(Semaphore::new(server.limits.connections_max));
    let tracker = TaskTracker::new();
    let accepting = async {
        let mut limiter = AcceptLimiter::default();
        loop {
            let Ok(place) = Arc::clone(&connections).acquire_owned().await else { break };
            let (socket, remote) = accept(&listener).await;
            if let Ok(share) = server.share_of_connection(remote) {
                let held = Held { share, place };
                tracker.spawn(Arc::clone(&server).connection(socket, remote, held));
            }
            if let Some(next) = limiter.accepted(Instant::now()) {
                sleep_until(next.into()).await;
            }
        }
    };
    tokio::select! {
        () = server.shutdown.cancelled() => {}
        () = accepting => {}
    }
    // From here on new clients are refused by the system and can go to another node.
    drop(listener);
    tracker.close();
    if tokio::time::timeout(server.limits.drain_within, tracker.wait()).await.is_err() {
        tracing::warn!(connections = tracker.len(), "requests were cut off at shutdown");
    }
}

/// The next connection. Without file descriptors the loop would spin at full speed; it waits instead.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(err) if is_of_one_client(&err) => {
                tracing::debug!(error = %err, "a client left early");
            }
            Err(err) => {
                tracing::warn!(error = %err, "no connection can be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

fn is_of_one_client(err: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(err.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

struct Server {
    app: App,
    limits: Limits,
    /// `None` on a public listener.
    tls: Option<TlsAcceptor>,
    shutdown: CancellationToken,
    shares: Shares,
}

/// What a connection holds. Fields are dropped in this order: when the slot is free, the share is too, so the
/// same address can take it.
struct Held {
    /// Among those of its address, where that is counted.
    #[expect(dead_code, reason = "dropping it gives it back")]
    share: Option<Share>,
    /// Among all.
    place: OwnedSemaphorePermit,
}

impl Server {
    fn new(
        app: App,
        limits: Limits,
        tls: Option<TlsAcceptor>,
        shutdown: CancellationToken,
    ) -> Self {
        let shares = Shares::of((limits.connections_max / limits.address_share).max(1));
        Self { app, limits, tls, shutdown, shares }
    }

    /// Counts a connection for its address, or refuses it beyond the share of the address. Connections of
    /// trusted proxies are not counted, but the requests on them are.
    fn share_of_connection(&self, remote: SocketAddr) -> Result<Option<Share>, Problem> {
        let address = remote.ip().to_canonical();
        if self.limits.proxies.has(address) { Ok(None) } else { self.share(address).map(Some) }
    }

    /// Counts a request that a trusted proxy forwards, for the address of the client.
    fn share_of_request(
        &self,
        remote: SocketAddr,
        headers: &HeaderMap,
    ) -> Result<Option<Share>, Problem> {
        let address = remote.ip().to_canonical();
        if !self.limits.proxies.has(address) {
            return Ok(None);
        }
        self.share(self.limits.proxies.client(address, headers)).map(Some)
    }

    fn share(&self, address: IpAddr) -> Result<Share, Problem> {
        self.shares.take(network(address)).ok_or_else(|| {
            metrics::counter!("http_shares_exceeded_total").increment(1);
            tracing::debug!(client = %address, "an address has its share of connections");
            Problem::new(Code::RateLimited)
        })
    }

    async fn connection(self: Arc<Self>, socket: TcpStream, remote: SocketAddr, held: Held) {
        let headers_within = self.headers_within(held.place.semaphore());
        let Ok(local) = socket.local_addr() else { return };
        if let Err(err) = socket.set_nodelay(true) {
            tracing::debug!(error = %err, "a client left early");
            return;
        }
        let Some(tls) = &self.tls else {
            return self.requests(socket, (local, remote), headers_within).await;
        };
        match tokio::time::timeout(headers_within, tls.accept(socket)).await {
            Ok(Ok(stream)) => self.requests(stream, (local, remote), headers_within).await,
            Ok(Err(error)) => {
                tracing::warn!(%error, client = %remote, "no other node, and not let in");
            }
            Err(late) => {
                tracing::warn!(%late, client = %remote, "no other node, and not let in");
            }
        }
    }

    /// How long a new connection may take to send headers: an eighth of the usual time where more than half
    /// of the slots are taken, so that silent connections soon free slots for waiting ones.
    fn headers_within(&self, places: &Semaphore) -> Duration {
        let usual = self.limits.headers_within;
        let is_crowded = places.available_permits() < self.limits.connections_max / 2;
        if is_crowded { usual / 8 } else { usual }
    }

    /// Answers whatever comes over one connection.
    async fn requests<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self: &Arc<Self>,
        stream: S,
        (local, remote): (SocketAddr, SocketAddr),
        headers_within: Duration,
    ) {
        let server = Arc::clone(self);
        let service = service_fn(move |request| {
            let server = Arc::clone(&server);
            async move { Ok::<_, Infallible>(server.answer(request, local, remote).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(headers_within)
            .max_header_size(self.limits.header_bytes_max)
            .max_buf_size(self.limits.header_bytes_max + 8_192)
            .serve_connection(TokioIo::new(self.guarded(stream)), service)
            .with_upgrades();
        tokio::pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = self.shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(err) = result {
            tracing::debug!(error = %err, client = %remote, "a connection ended badly");
        }
    }

    /// The connection with checks of line ends, a timeout for writing, and a lingering close.
    fn guarded<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> StrictLines<WriteTimeout<LingeringClose<S>>> {
        StrictLines::new(WriteTimeout::new(LingeringClose::new(stream), self.limits.answer_within))
    }

    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> hyper::Response<BoxBody<Bytes, io::Error>> {
        let (parts, body) = request.into_parts();
        let parts = RequestParts::from((
            parts,
            LocalAddr(Addr::SocketAddr(local)),
            RemoteAddr(Addr::SocketAddr(remote)),
            Scheme::HTTP,
        ));
        let unread = Unread::default();
        let timeout = BodyTimeout::from(&self.limits);
        let body = BoxBody::new(TimedBody::new(body, timeout, unread.clone()));
        let mut request = Request::from_parts(parts, Body::from(body));
        let named = host::check(request.version(), request.headers());
        let share = named.and_then(|()| self.share_of_request(remote, request.headers()));
        let _share = share.unwrap_or_else(|problem| {
            request.set_data(Refused(problem));
            None
        });
        let mut response: hyper::Response<_> = self.app.get_response(request).await.into();
        if unread.is_left() {
            // The connection is closed after this; without the header a client would send its next request
            // into it.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

#[cfg(test)]
mod tests;
