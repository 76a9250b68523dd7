//! The layer that sends a command to the node that decides for its company.
//!
//! A command carries its own id, so it may be sent on, get lost on the way and be decided here all the
//! same: it happens once. Whatever goes wrong between nodes therefore costs time and nothing else.
//!
//! Nodes that have certificates send commands over TLS to a listener that is for nodes alone ([`Arrivals`]);
//! the others send them to the public listener.

mod arrivals;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use commands::deciders::{Deciders, DecidingNode};
use domain::shared::TenantId;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::TokioExecutor;
use poem::http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use poem::http::uri::Scheme;
use poem::http::{Uri, request};
use poem::{Endpoint, Request, Response};
use tokio::time::timeout;

use crate::caller::Caller;
use crate::contract::Contract;
use crate::journal::Journal;
use crate::payload::{BODY_BYTES_MAX, BytesMax, body};
use crate::problem::{Code, Problem};
use crate::trace::TRACEPARENT;
pub(crate) use arrivals::Arrivals;
use arrivals::FromPeer;
pub use tls::{PeerTls, PeerTlsError};

/// Marks a request that another node forwarded, so that it is not forwarded again.
const FORWARDED: HeaderName = HeaderName::from_static("fastops-forwarded");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How long another node may take. It answers sooner, if only that it is busy.
const ANSWER_MAX: Duration = Duration::from_secs(4);

/// How long connecting to another node may take.
const CONNECT_MAX: Duration = Duration::from_millis(500);

/// The other nodes, as this one reaches them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Peers {
    deciders: Deciders,
    wire: Wire,
}

/// The transport between nodes.
#[derive(Debug, Clone)]
enum Wire {
    /// Plain HTTP, as for clients.
    Plain(Client<HttpConnector, Full<Bytes>>),
    /// With certificates on both sides.
    Tls(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

impl Wire {
    fn new(tls: Option<&PeerTls>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT_MAX));
        tcp.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new());
        let Some(tls) = tls else { return Self::Plain(client.build(tcp)) };
        // The connector below refuses what is not TLS; this one would refuse what is.
        tcp.enforce_http(false);
        let tls = HttpsConnectorBuilder::new().with_tls_config((*tls.client).clone()).https_only();
        Self::Tls(client.build(tls.enable_http1().wrap_connector(tcp)))
    }

    fn scheme(&self) -> Scheme {
        match self {
            Self::Plain(_) => Scheme::HTTP,
            Self::Tls(_) => Scheme::HTTPS,
        }
    }

    fn request(&self, request: hyper::Request<Full<Bytes>>) -> ResponseFuture {
        match self {
            Self::Plain(client) => client.request(request),
            Self::Tls(client) => client.request(request),
        }
    }
}

impl Peers {
    /// Sends commands to whom `deciders` name, over TLS where this node has what it takes.
    pub fn new(deciders: Deciders, tls: Option<&PeerTls>) -> Self {
        Self { deciders, wire: Wire::new(tls) }
    }

    /// Whether a request marked as forwarded arrived at a listener that is not for nodes.
    fn is_misdirected(&self, request: &Request) -> bool {
        matches!(self.wire, Wire::Tls(_))
            && request.headers().contains_key(FORWARDED)
            && request.data::<FromPeer>().is_none()
    }

    /// The answer of the node at `address`; none where the command has to be decided here all the same.
    async fn forward(
        &self,
        tenant: TenantId,
        address: &str,
        head: request::Parts,
        body: Bytes,
    ) -> Option<Response> {
        match self.send(address, head, body).await {
            Ok(response) => {
                metrics::counter!("fastops_commands_forwarded_total").increment(1);
                Some(response)
            }
            Err(error) => {
                tracing::warn!(address, %error, "a command was not forwarded and is decided here");
                metrics::counter!("fastops_commands_not_forwarded_total").increment(1);
                self.deciders.unreachable(tenant);
                None
            }
        }
    }

    async fn send(
        &self,
        address: &str,
        mut head: request::Parts,
        body: Bytes,
    ) -> Result<Response, NotForwarded> {
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri = Uri::builder().scheme(self.wire.scheme()).authority(address);
        head.uri = uri.path_and_query(path).build()?;
        let sent = self.wire.request(hyper::Request::from_parts(head, Full::new(body)));
        let (head, body) = timeout(ANSWER_MAX, sent).await??.into_parts();
        let body = timeout(ANSWER_MAX, Limited::new(body, BODY_BYTES_MAX).collect()).await;
        let body = body?.map_err(NotForwarded::Body)?.to_bytes();
        let mut response = Response::builder().status(head.status).body(body);
        *response.headers_mut() = end_to_end(head.headers);
        Ok(response)
    }
}

/// Why a command was not answered by the node that decides for its company.
#[derive(Debug, thiserror::Error)]
enum NotForwarded {
    #[error("its address is none: {0}")]
    Address(#[from] poem::http::Error),
    #[error("it gave no answer in time")]
    Late(#[from] tokio::time::error::Elapsed),
    #[error("it could not be asked: {0}")]
    Connection(#[from] hyper_util::client::legacy::Error),
    #[error("its answer broke off: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

/// Around the operations.
pub(crate) struct Forwarding<E> {
    pub(crate) inner: E,
    /// None where this is the only node.
    pub(crate) peers: Option<Peers>,
    /// Determines which requests are commands.
    pub(crate) contract: Arc<Contract>,
}

impl<E: Endpoint<Output = Response>> Endpoint for Forwarding<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let Some(peers) = &self.peers else { return self.inner.call(request).await };
        if peers.is_misdirected(&request) {
            return Err(Problem::new(Code::Misdirected).into());
        }
        let Some(tenant) = self.forwardable(&request) else {
            return self.inner.call(request).await;
        };
        // A body may take long to arrive, and the tenant may go to another node meanwhile.
        let bytes_max = BytesMax::at(&request).get();
        let body = body::whole(request.take_body(), bytes_max).await?;
        if let DecidingNode::Other(address) = peers.deciders.of(tenant).await {
            let forwarded = peers.forward(tenant, &address, head(&request), body.clone()).await;
            if let Some(response) = forwarded {
                return Ok(response);
            }
        }
        request.set_body(body);
        self.inner.call(request).await
    }
}

impl<E> Forwarding<E> {
    /// The company whose command a request is, if another node may decide it. Only commands of a company
    /// go anywhere: no password and no token of the operator leaves the node that it was given to.
    fn forwardable(&self, request: &Request) -> Option<TenantId> {
        let operation = self.contract.find(request.method(), request.original_uri().path())?;
        if !operation.is_command() || request.headers().contains_key(FORWARDED) {
            return None;
        }
        // A caller who is not authenticated is refused by the operation itself.
        Some(Caller::authenticate(request).ok()?.tenant)
    }
}

/// What is sent on besides the body: the same request, under the id it has here.
fn head(request: &Request) -> request::Parts {
    let (mut head, ()) = poem::http::Request::new(()).into_parts();
    head.method = request.method().clone();
    head.uri = request.original_uri().clone();
    head.headers = end_to_end(request.headers().clone());
    head.headers.remove(HOST);
    head.headers.insert(FORWARDED, HeaderValue::from_static("1"));
    let id = Journal::of(request).request_id().as_str();
    if let Ok(id) = HeaderValue::from_str(id) {
        head.headers.insert(REQUEST_ID, id);
    }
    if let Ok(trace) = HeaderValue::from_str(&Journal::of(request).trace().text()) {
        head.headers.insert(TRACEPARENT, trace);
    }
    head
}

/// Without what concerns one connection only.
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH, EXPECT] {
        headers.remove(name);
    }
    headers
}
