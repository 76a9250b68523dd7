//! The whole service around an API: its pages, and the layers every request passes, in their order.

use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::middleware::Compression;
use poem::{EndpointExt, IntoEndpoint, Response, Route, get};
use poem_openapi::{OpenApi, OpenApiService};

use crate::access::Permits;
use crate::auth::operator::OperatorGate;
use crate::auth::origin::TrustedProxies;
use crate::auth::turnstile::Turnstile;
use crate::caller::Authenticator;
use crate::contract::{About, Contract, ContractError, Merged};
use crate::docs::{self, Docs};
use crate::forwarding::{Forwarding, Peers};
use crate::guard::Guard;
use crate::health::{self, Readiness};
use crate::problem::page;
use crate::rates::RateLimits;
use crate::telemetry::{NewId, Telemetry};

/// What the addresses of operations begin with.
const ROOTS: [&str; 2] = ["/v1", "/.well-known"];

/// A service, ready to be served.
pub type App = BoxEndpoint<'static, Response>;

/// What a service needs besides its operations.
pub struct Shell {
    /// What the document says about the API.
    pub about: About,
    /// Ids for requests that bring none.
    pub new_id: NewId,
    /// Tells callers by their tokens.
    pub authenticator: Arc<Authenticator>,
    /// Tells what callers may do.
    pub permits: Arc<dyn Permits>,
    /// Lets whoever runs the installation in.
    pub operator: Arc<OperatorGate>,
    /// The proxies that are believed about where requests come from.
    pub proxies: TrustedProxies,
    /// The other nodes, if there are any.
    pub peers: Option<Peers>,
    /// Counts what callers ask for.
    pub rates: Arc<RateLimits>,
    /// Answers `/readyz`.
    pub readiness: Arc<dyn Readiness>,
    /// Further pages, by their addresses.
    pub pages: Vec<(&'static str, App)>,
}

/// The OpenAPI document of an API, as [`app`] would serve it.
pub fn document<T: OpenApi + 'static>(api: T, about: &About) -> Result<String, ContractError> {
    Ok(Contract::try_new(&service(api, about))?.document().to_owned())
}

/// The service around `api`.
///
/// From the outside in: telemetry, which gives every request its id and writes down how it ended; the
/// guard, which makes problems of whatever goes wrong further in; the pages; the turnstile, which lets
/// those who sign in come one by one; the operations.
pub fn app<T: OpenApi + 'static>(api: T, shell: Shell) -> Result<App, ContractError> {
    let service = service(api, &shell.about);
    let contract = Arc::new(Contract::try_new(&service)?);
    let docs = Docs::new(&contract);
    let mut pages: Vec<(&'static str, App)> = vec![
        ("/livez", get(health::livez).boxed()),
        ("/readyz", get(health::readyz).data(shell.readiness).boxed()),
        ("/openapi.json", get(docs::openapi).data(docs.clone()).with(Compression::new()).boxed()),
        ("/docs", get(docs::scalar).data(docs).with(Compression::new()).boxed()),
    ];
    pages.extend(shell.pages);
    let addresses = pages.iter().map(|(path, _)| *path).collect();
    let explained = Route::new().at("/problems/:slug", get(page::page));
    let route = pages.into_iter().fold(explained, |route, (path, page)| route.at(path, page));
    let operations = Forwarding {
        inner: service.into_endpoint().map_to_response(),
        peers: shell.peers,
        contract: Arc::clone(&contract),
    };
    let operations = operations
        .data(shell.authenticator)
        .data(shell.permits)
        .data(shell.operator)
        .data(shell.rates)
        .map_to_response();
    let operations = Arc::new(Turnstile::before(operations));
    // Nested at the root, the operations would hide a page that is at `/`.
    let route = ROOTS
        .into_iter()
        .fold(route, |route, root| route.nest_no_strip(root, Arc::clone(&operations)));
    let route = route.data(Arc::new(shell.proxies));
    let guard = Guard { inner: route.map_to_response(), contract: Arc::clone(&contract) };
    Ok(Telemetry { inner: guard, contract, pages: addresses, new_id: shell.new_id }.boxed())
}

fn service<T: OpenApi + 'static>(api: T, about: &About) -> OpenApiService<Merged<T>, ()> {
    OpenApiService::new(Merged(api), &about.title, &about.version).description(&about.description)
}

#[cfg(test)]
mod tests;
