//! Is it alive, is it ready, what does it count: the pages that machines look at.

use std::sync::Arc;

use async_trait::async_trait;
use poem::endpoint::BoxEndpoint;
use poem::web::Data;
use poem::{Endpoint, EndpointExt, Request, Response, Route, get, handler};

use crate::language::{Language, Words};
use crate::problem::{Code, FieldError, Problem};

/// Checks whether this process can do its work at present.
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
    /// What is the matter, for the person on call; must not contain secrets.
    pub why: String,
}

/// Writes the figures in the text format of Prometheus.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// The pages for monitoring, served on the internal listener only: `/livez`, `/readyz` and `/metrics`. They
/// need no credentials.
pub fn watched(readiness: Arc<dyn Readiness>, figures: Metrics) -> BoxEndpoint<'static, Response> {
    Route::new()
        .at("/livez", get(livez))
        .at("/readyz", get(readyz).data(readiness))
        .at("/metrics", get(metrics).data(figures))
        .around(|pages, request: Request| async move {
            let language = Language::of(request.headers());
            Ok(pages.call(request).await.unwrap_or_else(|error| {
                match error.downcast_ref::<Problem>() {
                    Some(problem) => problem.render(language, ""),
                    None => error.into_response(),
                }
            }))
        })
        .boxed()
}

/// `GET /livez`: the process answers. It checks no dependency, so that a database that is down does
/// not have the whole fleet restarted.
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
fn metrics(Data(metrics): Data<&Metrics>) -> Response {
    text("text/plain; version=0.0.4; charset=utf-8", metrics())
}

fn text(content_type: &'static str, body: String) -> Response {
    Response::builder().content_type(content_type).body(body)
}

#[cfg(test)]
mod tests {
    use poem::test::TestClient;

    use super::*;

    struct Lacking(Vec<Missing>);

    #[async_trait]
    impl Readiness for Lacking {
        async fn missing(&self) -> Vec<Missing> {
            self.0.clone()
        }
    }

    fn watched_without(missing: Vec<Missing>) -> TestClient<BoxEndpoint<'static, Response>> {
        TestClient::new(watched(Arc::new(Lacking(missing)), Arc::new(|| "orders_total 1\n".into())))
    }

    #[tokio::test]
    async fn whoever_watches_sees_health_and_figures_and_nothing_else() {
        let well = watched_without(vec![]);
        for path in ["/livez", "/readyz"] {
            well.get(path).send().await.assert_text("ok\n").await;
        }
        well.get("/metrics").send().await.assert_text("orders_total 1\n").await;
        well.get("/v1/orders").send().await.assert_status(poem::http::StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn what_is_missing_is_named() {
        let why = "no sign of life for 40 s".to_owned();
        let unwell = watched_without(vec![Missing { what: "orders", why }]);
        unwell.get("/livez").send().await.assert_status_is_ok();
        let answer = unwell.get("/readyz").header("accept-language", "en").send().await;
        answer.assert_status(poem::http::StatusCode::SERVICE_UNAVAILABLE);
        let json = answer.json().await;
        let errors = json.value().object().get("errors").object_array();
        assert_eq!(errors.len(), 1);
        errors[0].get("code").assert_string("orders");
        errors[0].get("detail").assert_string("no sign of life for 40 s");
    }
}
