//! What is written down about every request: its id, one line, two figures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use poem::http::{HeaderValue, Method};
use poem::{Endpoint, Request, Response};
use tracing::Instrument;

use crate::contract::Contract;
use crate::image_files;
use crate::journal::{HEADER, Journal};
use crate::sources::NewId;

/// The outermost layer.
pub(crate) struct Telemetry<E> {
    pub(crate) inner: E,
    pub(crate) contract: Arc<Contract>,
    /// Addresses that are not in the contract.
    pub(crate) pages: Vec<&'static str>,
    pub(crate) new_id: NewId,
}

impl<E: Endpoint<Output = Response>> Endpoint for Telemetry<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let start = Instant::now();
        let journal = Arc::new(Journal::begin(&request, &self.new_id));
        request.set_data(Arc::clone(&journal));
        let method = known(request.method());
        let route = self.route(request.uri().path());
        let id = journal.request_id().as_str();
        let span = tracing::info_span!("request", request.id = id, trace.id = journal.trace().id());
        let mut response = self.inner.get_response(request).instrument(span).await;
        let header = HeaderValue::from_str(id).expect("a request id is plain ASCII");
        response.headers_mut().insert(HEADER, header);
        if let Some(state) = journal.rate_state() {
            state.write(response.headers_mut());
        }
        record(&journal, method, route, response.status().as_u16(), start.elapsed());
        Ok(response)
    }
}

impl<E> Telemetry<E> {
    /// The documented address: a path with ids in it would make a label of every order.
    fn route(&self, path: &str) -> String {
        match self.contract.template(path) {
            Some(template) => template.to_owned(),
            None if path.starts_with("/problems/") => "/problems/{slug}".to_owned(),
            None if path.starts_with(image_files::ROOT) => format!("{}{{name}}", image_files::ROOT),
            None if self.pages.contains(&path) => path.to_owned(),
            None => "unmatched".to_owned(),
        }
    }
}

fn record(journal: &Journal, method: &'static str, route: String, status: u16, elapsed: Duration) {
    let (tenant, user) = journal.who().unzip();
    let tenant = tenant.map(tracing::field::display);
    let user = user.map(tracing::field::display);
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let (id, trace) = (journal.request_id().as_str(), journal.trace().id());
    if status >= 500 {
        tracing::error!(
            request.id = id,
            trace.id = trace,
            http.method = method,
            http.route = route,
            http.status = status,
            duration_ms,
            tenant.id = tenant,
            user.id = user,
            "request failed"
        );
    } else {
        tracing::info!(
            request.id = id,
            trace.id = trace,
            http.method = method,
            http.route = route,
            http.status = status,
            duration_ms,
            tenant.id = tenant,
            user.id = user,
            "request answered"
        );
    }
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
}

/// A method that is not standard is no label: clients could invent any number of them.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
