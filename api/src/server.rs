//! The accept loop: who may connect, how long they may take to say what they want, and how it ends.

mod accept_limiter;
mod lingering_close;
mod patience;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
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
use crate::forwarding::PeerTls;
use accept_limiter::AcceptLimiter;
pub use accept_limiter::listen;
use lingering_close::LingeringClose;
use patience::{Patient, Unread};

/// How much one client may ask of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; further ones wait to be accepted.
    pub connections_max: usize,
    /// Bytes of a request line with its headers; more is answered with 431.
    pub header_bytes_max: usize,
    /// How long a connection may take to send its headers, or be silent between two requests.
    pub headers_within: Duration,
    /// How long a body may stand still, so to speak: it may take this long, and longer only while
    /// more of it arrives than a dripping client sends.
    pub body_within: Duration,
    /// How long requests may still run after the shutdown has begun; a command is answered in less.
    pub drain_within: Duration,
}

impl Default for Limits {
    /// A dripping client is gone within ten seconds, the polite way of closing included.
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            header_bytes_max: 64 << 10,
            headers_within: Duration::from_secs(8),
            body_within: Duration::from_secs(8),
            drain_within: Duration::from_secs(8),
        }
    }
}

/// Serves `app` over HTTP/1.1 until `shutdown`, then lets running requests finish within their time.
///
/// HTTP/2 is left to the proxy in front: telling the two apart means waiting for a client's first
/// bytes without a limit.
pub async fn serve(listener: TcpListener, app: App, limits: Limits, shutdown: CancellationToken) {
    let tls = None;
    run(listener, Server { app, limits, tls, shutdown }).await;
}

/// The same for other nodes: over TLS, and only for those who show a certificate of the nodes' CA.
pub async fn serve_peers(
    listener: TcpListener,
    app: App,
    tls: &PeerTls,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let tls = Some(TlsAcceptor::from(Arc::clone(&tls.server)));
    run(listener, Server { app, limits, tls, shutdown }).await;
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
            tracker.spawn(Arc::clone(&server).connection(socket, remote, place));
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
    /// None where everybody may come.
    tls: Option<TlsAcceptor>,
    shutdown: CancellationToken,
}

impl Server {
    async fn connection(
        self: Arc<Self>,
        socket: TcpStream,
        remote: SocketAddr,
        _place: OwnedSemaphorePermit,
    ) {
        let Ok(local) = socket.local_addr() else { return };
        if let Err(err) = socket.set_nodelay(true) {
            tracing::debug!(error = %err, "a client left early");
            return;
        }
        let Some(tls) = &self.tls else { return self.requests(socket, local, remote).await };
        match tokio::time::timeout(self.limits.headers_within, tls.accept(socket)).await {
            Ok(Ok(stream)) => self.requests(stream, local, remote).await,
            Ok(Err(error)) => {
                tracing::warn!(%error, client = %remote, "no other node, and not let in");
            }
            Err(late) => {
                tracing::warn!(%late, client = %remote, "no other node, and not let in");
            }
        }
    }

    /// Answers whatever comes over one connection.
    async fn requests<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self: &Arc<Self>,
        stream: S,
        local: SocketAddr,
        remote: SocketAddr,
    ) {
        let server = Arc::clone(self);
        let service = service_fn(move |request| {
            let server = Arc::clone(&server);
            async move { Ok::<_, Infallible>(server.answer(request, local, remote).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.headers_within)
            .max_header_size(self.limits.header_bytes_max)
            .max_buf_size(self.limits.header_bytes_max + 8_192)
            .serve_connection(TokioIo::new(LingeringClose::new(stream)), service)
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
        let body = BoxBody::new(Patient::new(body, self.limits.body_within, unread.clone()));
        let request = Request::from_parts(parts, Body::from(body));
        let mut response: hyper::Response<_> = self.app.get_response(request).await.into();
        if unread.is_left() {
            // The connection ends here; a client that is not told would send its next request into it.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

#[cfg(test)]
mod tests;
