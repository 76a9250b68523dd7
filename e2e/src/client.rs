//! An HTTP client of a server under test, its requests and its answers.

use std::net::SocketAddr;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use uuid::Uuid;

use crate::fresh;
use crate::system::TIMEOUT;

/// The connection pool that the clients of a test share.
#[derive(Debug, Clone)]
pub struct Http(reqwest::Client);

impl Http {
    /// A pool without connections.
    pub fn new() -> Self {
        let client = reqwest::Client::builder().timeout(TIMEOUT).build();
        Self(client.expect("a client without TLS needs nothing"))
    }
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

/// Sends requests to one server, with or without an access token. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    address: SocketAddr,
    token: Option<String>,
}

/// A request that has not been sent.
#[derive(Debug)]
#[must_use = "it is not sent yet"]
pub struct Call {
    request: reqwest::RequestBuilder,
    key: Option<Uuid>,
}

/// The response to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body parsed as JSON; a JSON string if it is not JSON.
    pub body: Value,
}

impl Client {
    /// A client without a token.
    pub fn of(http: &Http, address: SocketAddr) -> Self {
        Self { http: http.clone(), address, token: None }
    }

    /// The same client, sending to another server.
    #[must_use]
    pub fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// The same client with an access token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// A GET request, without an idempotency key.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path).no_key()
    }

    /// A POST request with a fresh idempotency key.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// A PUT request with a fresh idempotency key.
    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    /// A request of any method, with a fresh idempotency key.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let request = self.http.0.request(method, format!("http://{}{path}", self.address));
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Call { request, key: Some(fresh()) }
    }
}

impl Call {
    /// Sets the idempotency key.
    pub fn key(self, key: Uuid) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Removes the idempotency key.
    pub fn no_key(self) -> Self {
        Self { key: None, ..self }
    }

    /// Sets `If-Match`: the request succeeds only at this revision.
    pub fn if_match(self, revision: u64) -> Self {
        self.header("if-match", &format!("\"{revision}\""))
    }

    /// Adds a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        Self { request: self.request.json(body), ..self }
    }

    /// Sets arbitrary bytes as the body, with `Content-Type: application/json`.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        let request = self.request.header("content-type", "application/json").body(body.into());
        Self { request, ..self }
    }

    /// Sets arbitrary bytes as the body, with this `Content-Type`.
    pub fn bytes(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let request = self.request.header("content-type", content_type).body(body.into());
        Self { request, ..self }
    }

    /// Sets a body without `Content-Type`.
    pub fn text(self, body: String) -> Self {
        Self { request: self.request.body(body), ..self }
    }

    /// Sends the request; fails the test if the connection breaks.
    pub async fn send(self) -> Answer {
        self.try_send().await.expect("the server answers")
    }

    /// Sends the request; returns the bytes of the answer beside it, whose body is null.
    pub async fn download(self) -> (Answer, Vec<u8>) {
        let response = self.request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("the answer comes to its end").to_vec();
        (Answer { status, headers, body: Value::Null }, bytes)
    }

    /// Sends the request to a server that may die before it answers.
    pub async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let request = match self.key {
            Some(key) => self.request.header("idempotency-key", key.to_string()),
            None => self.request,
        };
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    /// Returns the body; fails the test unless the status is this one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.body);
        &self.body
    }

    /// Returns the body; fails the test unless it is a complete problem with the right
    /// `Content-Type` that leaks no internals.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> &Value {
        let body = &self.body;
        assert_eq!((self.status, body["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(body["type"], format!("/problems/{code}"));
        assert_eq!(body["status"], status);
        assert_eq!(body["instance"].as_str(), self.header("x-request-id"), "{body}");
        let text = body.to_string();
        for inside in ["::", ".rs", "panicked", "sqlx", "SELECT", "postgres://", "i64", "u32"] {
            assert!(!text.contains(inside), "{inside} in {text}");
        }
        body
    }

    /// Returns the value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(HeaderValue::to_str)?.ok()
    }

    /// Whether the server replayed the answer to an earlier request with the same key.
    pub fn is_replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }

    /// The answer without what differs between two otherwise equal answers: the request id, the
    /// date, and the current state of the consumers.
    #[must_use]
    pub fn indistinct(&self) -> Self {
        let mut answer = self.clone();
        for name in ["x-request-id", "date"] {
            answer.headers.remove(name);
        }
        if let Some(body) = answer.body.as_object_mut() {
            body.remove("instance");
        }
        let rows = answer.body.get_mut("data").and_then(Value::as_array_mut);
        for row in rows.into_iter().flatten() {
            if let Some(row) = row.as_object_mut().filter(|row| row.contains_key("consumer")) {
                row.remove("here");
                row.remove("lag_events");
                answer.headers.remove("content-length");
            }
        }
        answer
    }

    /// Returns the id in the body.
    #[track_caller]
    pub fn id(&self) -> Uuid {
        id_in(&self.body, "/id")
    }

    /// Returns the log position of the command, for the parameter `after`.
    #[track_caller]
    pub fn position(&self) -> String {
        let position = self.body["position"].as_str();
        position.unwrap_or_else(|| panic!("no position in {}", self.body)).to_owned()
    }

    /// Returns the revision in the `ETag`.
    #[track_caller]
    pub fn revision(&self) -> u64 {
        // The tag may contain more than the revision, after a hyphen.
        let number = |tag: &str| tag.trim_matches('"').split('-').next()?.parse().ok();
        let tag = self.header("etag").and_then(number);
        tag.unwrap_or_else(|| panic!("no ETag with {}", self.body))
    }
}

/// Returns the id at a JSON pointer.
#[track_caller]
pub fn id_in(body: &Value, pointer: &str) -> Uuid {
    let text = body.pointer(pointer).and_then(Value::as_str);
    let id = text.and_then(|text| text.parse().ok());
    id.unwrap_or_else(|| panic!("no id at {pointer} of {body}"))
}
