//! The whole service around an API: its pages, and the layers every request passes, in their order.

use std::sync::Arc;

use images::ImageStore;
use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, Route, get};
use poem_openapi::{OpenApi, OpenApiService};

use crate::access::Permits;
use crate::auth::operator::OperatorGate;
use crate::auth::origin::TrustedProxies;
use crate::auth::sign_in_limiter::SignInLimiter;
use crate::caller::Authenticator;
use crate::contract::{About, Contract, ContractError, Merged, collection};
use crate::docs;
use crate::edge::Edge;
use crate::edge::cors::AllowedOrigins;
use crate::forwarding::{Arrivals, Forwarding, Peers};
use crate::guard::Guard;
use crate::health::{self, Readiness};
use crate::image_files;
use crate::link_pages;
use crate::problem::page;
use crate::rates::RateLimits;
use crate::sources::NewId;
use crate::telemetry::Telemetry;

/// What the addresses of operations begin with.
const ROOTS: [&str; 2] = ["/v1", "/.well-known"];

/// A service, ready to be served.
pub type App = BoxEndpoint<'static, Response>;

/// A service, as clients see it and as other nodes do.
pub struct Apps {
    /// For all clients.
    pub public: App,
    /// For other nodes, where they have a listener of their own: forwarded commands and nothing else.
    pub peers: App,
}

/// What a service needs besides its operations.
pub struct Shell {
    /// The title, version and description of the API in the document.
    pub about: About,
    /// Ids for requests that bring none.
    pub new_id: NewId,
    /// Identifies callers by their tokens.
    pub authenticator: Arc<Authenticator>,
    /// Looks up what callers may do.
    pub permits: Arc<dyn Permits>,
    /// Admits the operator of the installation.
    pub operator: Arc<OperatorGate>,
    /// The proxies that are trusted to report where requests come from.
    pub proxies: TrustedProxies,
    /// The origins whose pages may use the API.
    pub origins: AllowedOrigins,
    /// The other nodes, if there are any.
    pub peers: Option<Peers>,
    /// Counts the requests of callers.
    pub rates: Arc<RateLimits>,
    /// Answers `/readyz`.
    pub readiness: Arc<dyn Readiness>,
    /// The files of images.
    pub images: ImageStore,
    /// Further pages, by their addresses.
    pub pages: Vec<(&'static str, App)>,
}

/// The OpenAPI document of an API, as [`app`] would serve it.
pub fn document<T: OpenApi + 'static>(api: T, about: &About) -> Result<String, ContractError> {
    Ok(Contract::try_new(&service(api, about), about)?.document().to_owned())
}

/// A collection of requests for Postman and its like, one for each operation of an API.
pub fn collection<T: OpenApi + 'static>(api: T, about: &About) -> Result<String, ContractError> {
    Ok(collection::write(about, &Contract::try_new(&service(api, about), about)?.outline()))
}

/// The service around `api`.
///
/// From the outside in: telemetry, which gives every request its id and logs how it ended; the edge, which
/// answers CORS, sends no answer that the client has, and compresses; the guard, which turns every failure
/// further in into a problem; the pages; the sign-in limiter, which lets requests to sign in begin one by
/// one; the operations. Requests from other nodes over a listener of their own are checked between guard and
/// pages.
pub fn app<T: OpenApi + 'static>(api: T, shell: Shell) -> Result<Apps, ContractError> {
    let service = service(api, &shell.about);
    let contract = Arc::new(Contract::try_new(&service, &shell.about)?);
    let mut pages: Vec<(&'static str, App)> = vec![
        ("/livez", get(health::livez).boxed()),
        ("/readyz", get(health::readyz).data(shell.readiness).boxed()),
    ];
    pages.extend(docs::pages(&contract, &shell.about));
    pages.extend(link_pages::pages());
    pages.extend(shell.pages);
    let addresses = pages.iter().map(|(path, _)| *path).collect();
    let explained = Route::new().at("/problems/:slug", get(page::page));
    let files = get(image_files::file).data(shell.images);
    let explained = explained.at(format!("{}:name", image_files::ROOT), files);
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
    let operations = Arc::new(SignInLimiter::before(operations));
    // Nested at the root, the operations would hide a page that is at `/`.
    let route = ROOTS
        .into_iter()
        .fold(route, |route, root| route.nest_no_strip(root, Arc::clone(&operations)));
    let route = route.data(Arc::new(shell.proxies));
    let route = Arc::new(route.map_to_response());
    let arrivals = Arrivals { inner: Arc::clone(&route), contract: Arc::clone(&contract) };
    let origins = Arc::new(shell.origins);
    let outside = Outside { contract, pages: addresses, new_id: shell.new_id, origins };
    Ok(Apps { public: outside.around(route), peers: outside.around(arrivals) })
}

/// What is outermost, for clients and for other nodes.
struct Outside {
    contract: Arc<Contract>,
    /// Addresses that are not in the contract.
    pages: Vec<&'static str>,
    new_id: NewId,
    origins: Arc<AllowedOrigins>,
}

impl Outside {
    fn around(&self, inner: impl Endpoint<Output = Response> + 'static) -> App {
        let guard = Guard { inner, contract: Arc::clone(&self.contract) };
        let edge = Edge { inner: guard, origins: Arc::clone(&self.origins) };
        let (contract, pages) = (Arc::clone(&self.contract), self.pages.clone());
        Telemetry { inner: edge, contract, pages, new_id: Arc::clone(&self.new_id) }.boxed()
    }
}

fn service<T: OpenApi + 'static>(api: T, about: &About) -> OpenApiService<Merged<T>, ()> {
    OpenApiService::new(Merged(api), &about.title, &about.version)
}

#[cfg(test)]
mod tests;
