//! What is written down about every request: its id, one line, two figures.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use domain::shared::{TenantId, UserId};
use poem::http::{HeaderValue, Method};
use poem::{Endpoint, FromRequest, Request, RequestBody, Response};
use tracing::Instrument;
use uuid::Uuid;

use crate::contract::Contract;
use crate::rates::RateState;
use crate::trace::Trace;

/// Where ids come from.
pub type NewId = Arc<dyn Fn() -> Uuid + Send + Sync>;

const HEADER: &str = "x-request-id";
const CHARS_MAX: usize = 128;

/// The id of a request: the client's, where it sent a sane one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(request: &Request, new_id: &NewId) -> Self {
        let sane = |id: &&str| {
            (1..=CHARS_MAX).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
        };
        match request.header(HEADER).filter(sane) {
            Some(id) => Self(id.into()),
            None => Self(new_id().to_string().into()),
        }
    }
}

impl<'a> FromRequest<'a> for RequestId {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Journal::of(request).request_id().clone())
    }
}

/// What is learnt about one request on its way through the service.
#[derive(Debug)]
pub(crate) struct Journal {
    request_id: RequestId,
    trace: Trace,
    signed_in: OnceLock<(TenantId, UserId)>,
    counted: OnceLock<RateState>,
}

impl Journal {
    pub(crate) fn of(request: &Request) -> &Self {
        request.data::<Arc<Self>>().expect("telemetry is the outermost layer of every app")
    }

    pub(crate) fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    pub(crate) fn signed_in(&self, tenant: TenantId, user: UserId) {
        // Whoever signed in first is who is asking; extractors may well ask twice.
        let _already_known = self.signed_in.set((tenant, user));
    }

    pub(crate) fn counted(&self, counted: RateState) {
        // A request counts once, whatever it asks for.
        let _already_counted = self.counted.set(counted);
    }
}

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
        let journal = Arc::new(Journal {
            request_id: RequestId::of(&request, &self.new_id),
            trace: Trace::of(&request, &self.new_id),
            signed_in: OnceLock::new(),
            counted: OnceLock::new(),
        });
        request.set_data(Arc::clone(&journal));
        let method = known(request.method());
        let route = self.route(request.uri().path());
        let id = journal.request_id.as_str();
        let span = tracing::info_span!("request", request.id = id, trace.id = journal.trace.id());
        let mut response = self.inner.get_response(request).instrument(span).await;
        let header = HeaderValue::from_str(id).expect("a request id is plain ASCII");
        response.headers_mut().insert(HEADER, header);
        if let Some(counted) = journal.counted.get() {
            counted.write(response.headers_mut());
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
            None if self.pages.contains(&path) => path.to_owned(),
            None => "unmatched".to_owned(),
        }
    }
}

fn record(journal: &Journal, method: &'static str, route: String, status: u16, elapsed: Duration) {
    let (tenant, user) = journal.signed_in.get().copied().unzip();
    let tenant = tenant.map(tracing::field::display);
    let user = user.map(tracing::field::display);
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let (id, trace) = (journal.request_id.as_str(), journal.trace.id());
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

/// A method that anybody may make up is no label.
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
