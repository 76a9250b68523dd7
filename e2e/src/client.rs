//! Somebody who talks HTTP to a system.

use std::net::SocketAddr;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use uuid::Uuid;

use crate::fresh;
use crate::system::PATIENCE;

/// The connections of a test.
#[derive(Debug, Clone)]
pub struct Http(reqwest::Client);

impl Http {
    /// No connection yet.
    pub fn new() -> Self {
        let client = reqwest::Client::builder().timeout(PATIENCE).build();
        Self(client.expect("a client without TLS needs nothing"))
    }
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

/// See the module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    address: SocketAddr,
    token: Option<String>,
}

/// A request in the making.
#[derive(Debug)]
#[must_use = "it is not sent yet"]
pub struct Call {
    request: reqwest::RequestBuilder,
    key: Option<Uuid>,
}

/// What a request was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; a string where it is none.
    pub body: Value,
}

impl Client {
    /// Somebody without a token.
    pub fn of(http: &Http, address: SocketAddr) -> Self {
        Self { http: http.clone(), address, token: None }
    }

    /// The same person at another process.
    #[must_use]
    pub fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// The same with a token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// A read.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path).no_key()
    }

    /// A command under a fresh key.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// A change under a fresh key.
    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    /// Any request, under a fresh key.
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
    /// Under this key.
    pub fn key(self, key: Uuid) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Under no key.
    pub fn no_key(self) -> Self {
        Self { key: None, ..self }
    }

    /// Only if the resource still has this revision.
    pub fn if_match(self, revision: u64) -> Self {
        self.header("if-match", &format!("\"{revision}\""))
    }

    /// With a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        Self { request: self.request.json(body), ..self }
    }

    /// With a body that may be anything, said to be JSON.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        let request = self.request.header("content-type", "application/json").body(body.into());
        Self { request, ..self }
    }

    /// With a body of which nothing is said.
    pub fn text(self, body: String) -> Self {
        Self { request: self.request.body(body), ..self }
    }

    /// Sends it; a connection that breaks fails the test.
    pub async fn send(self) -> Answer {
        self.try_send().await.expect("the server answers")
    }

    /// Sends it to a server that may be gone before it answers.
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
    /// The body, if the status is this one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.body);
        &self.body
    }

    /// The body, if it is a whole and rightly labelled problem that gives nothing away.
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

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(HeaderValue::to_str)?.ok()
    }

    /// Whether it is the answer to an earlier request with the same key.
    pub fn is_replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }

    /// What is the same for everybody who may not tell two answers apart: all but the request's id, the
    /// time, and how the consumers are doing at that moment.
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

    /// A field of the body that is an id.
    #[track_caller]
    pub fn id(&self) -> Uuid {
        id_in(&self.body, "/id")
    }

    /// The place of a command in the log, for `after`.
    #[track_caller]
    pub fn position(&self) -> String {
        let position = self.body["position"].as_str();
        position.unwrap_or_else(|| panic!("no position in {}", self.body)).to_owned()
    }

    /// The revision, as `ETag` and body say it alike.
    #[track_caller]
    pub fn revision(&self) -> u64 {
        // What is shown besides may be in the tag too.
        let number = |tag: &str| tag.trim_matches('"').split('-').next()?.parse().ok();
        let tag = self.header("etag").and_then(number);
        tag.unwrap_or_else(|| panic!("no ETag beside {}", self.body))
    }
}

/// The id that a JSON pointer leads to.
#[track_caller]
pub fn id_in(body: &Value, pointer: &str) -> Uuid {
    let text = body.pointer(pointer).and_then(Value::as_str);
    let id = text.and_then(|text| text.parse().ok());
    id.unwrap_or_else(|| panic!("no id at {pointer} of {body}"))
}
