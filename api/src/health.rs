//! Is it alive, is it ready, what does it count: the pages that machines look at.

use std::sync::Arc;

use async_trait::async_trait;
use poem::web::Data;
use poem::{Response, handler};

use crate::language::Words;
use crate::problem::{Code, FieldError, Problem};

/// Tells whether this process can do its work now.
#[async_trait]
pub trait Readiness: Send + Sync + 'static {
    /// What is missing; nothing when it is ready.
    async fn missing(&self) -> Vec<Missing>;
}

/// Something without which no work can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What it is, as a stable word: `postgres`, `projector`.
    pub what: &'static str,
    /// What is the matter, for the person on call; not a place for secrets.
    pub why: String,
}

/// Writes the figures in the text format of Prometheus.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// `GET /livez`: the process answers. It asks nobody, so that a database that is down does not have
/// the whole fleet restarted.
#[handler]
pub(crate) fn livez() -> Response {
    text("text/plain; charset=utf-8", "ok\n".to_owned())
}

/// `GET /readyz`: everything that is needed is there.
#[handler]
pub(crate) async fn readyz(
    Data(readiness): Data<&Arc<dyn Readiness>>,
) -> Result<Response, Problem> {
    let missing = readiness.missing().await;
    if missing.is_empty() {
        return Ok(text("text/plain; charset=utf-8", "ok\n".to_owned()));
    }
    let error = |Missing { what, why }| {
        FieldError::new(format!("/{what}"), what, Words::new(why.clone(), why))
    };
    Err(Problem::new(Code::Unavailable).with_errors(missing.into_iter().map(error).collect()))
}

/// `GET /metrics`.
#[handler]
pub(crate) fn metrics(Data(metrics): Data<&Metrics>) -> Response {
    text("text/plain; version=0.0.4; charset=utf-8", metrics())
}

fn text(content_type: &'static str, body: String) -> Response {
    Response::builder().content_type(content_type).body(body)
}
