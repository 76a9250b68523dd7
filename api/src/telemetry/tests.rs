//! One line and two figures for every request, however it ended.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Mutex;

use chrono::TimeDelta;
use metrics_exporter_prometheus::PrometheusBuilder;
use poem::test::TestClient;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;
use crate::testing::{service, token};

type Line = BTreeMap<String, String>;

/// Keeps the events of this module's target, field by field.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<Line>>>);

struct Fields<'l>(&'l mut Line);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "api::telemetry"
    }

    fn new_span(&self, _attributes: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::from([("level".to_owned(), event.metadata().level().to_string())]);
        event.record(&mut Fields(&mut line));
        self.0.lock().unwrap().push(line);
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}

#[tokio::test]
async fn every_request_leaves_one_line_that_says_who_asked_what() {
    let lines = Lines::default();
    let _listening = tracing::subscriber::set_default(lines.clone());
    let client = TestClient::new(service());
    let orders = client.get("/v1/orders?search=secret");
    orders
        .header("authorization", token(TimeDelta::zero()))
        .header("x-request-id", "till-7")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .send()
        .await;
    client.get("/v1/fail/panic").send().await;
    client.get("/wp-login.php").send().await;
    let lines = lines.0.lock().unwrap();
    let said = |idx: usize, field: &str| lines[idx].get(field).map(String::as_str);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(said(0, "request.id"), Some("till-7"));
    assert_eq!(said(0, "trace.id"), Some("0af7651916cd43dd8448eb211c80319c"));
    assert_eq!(said(1, "trace.id").map(str::len), Some(32), "a trace begins here");
    assert_eq!(said(0, "http.method"), Some("GET"));
    assert_eq!(said(0, "http.route"), Some("/v1/orders"));
    assert_eq!(said(0, "http.status"), Some("200"));
    assert_eq!(said(0, "tenant.id"), Some("00000000-0000-0000-0000-000000000001"));
    assert_eq!(said(0, "user.id"), Some("00000000-0000-0000-0000-000000000002"));
    assert_eq!((said(0, "level"), said(1, "level")), (Some("INFO"), Some("ERROR")));
    assert_eq!((said(1, "http.status"), said(1, "tenant.id")), (Some("500"), None));
    assert_eq!((said(2, "http.status"), said(2, "http.route")), (Some("404"), Some("unmatched")));
    assert!(!format!("{lines:?}").contains("secret"));
}

#[tokio::test]
async fn every_request_is_counted_under_its_route_and_nothing_else() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let client = TestClient::new(service());
    for path in ["/v1/orders/1", "/v1/orders/2", "/v1/orders/board", "/livez", "/a", "/b"] {
        client.get(path).send().await;
    }
    client.request(Method::from_bytes(b"BREW").unwrap(), "/livez").send().await;
    let text = figures.render();
    for line in [
        r#"http_requests_total{method="GET",route="/v1/orders/{order_id}",status="401"} 2"#,
        r#"http_requests_total{method="GET",route="/v1/orders/board",status="401"} 1"#,
        r#"http_requests_total{method="GET",route="/livez",status="200"} 1"#,
        r#"http_requests_total{method="GET",route="unmatched",status="404"} 2"#,
        r#"http_requests_total{method="other",route="/livez",status="405"} 1"#,
        r#"http_request_duration_seconds_count{method="GET",route="/livez",status="200"} 1"#,
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
