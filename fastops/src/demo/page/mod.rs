//! The page of the demo: links to everything else, and figures that refresh by themselves.

mod figures;
mod menu;

use std::sync::Arc;
use std::time::Duration;

use api::app::App;
use api::language::Language;
use api::problem::{Code, Problem};
use domain::shared::TenantId;
use poem::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, VARY};
use poem::web::Data;
use poem::{EndpointExt, Request, Response, get, handler};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::restaurant::{NAME, OWNER_EMAIL};
use crate::installation::Installation;
use figures::Figures;

const HTML: &str = include_str!("page.html");

/// Everything is in the page itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// For how long computed figures are shown before they are recomputed.
const FRESH_FOR: Duration = Duration::from_millis(900);

/// The pages of the demo, by their addresses.
pub fn pages(installation: &Installation, tenant: TenantId) -> Vec<(&'static str, App)> {
    let screen = Screen { installation: installation.clone(), tenant, last: Arc::default() };
    vec![
        ("/", get(page).map_to_response().boxed()),
        ("/demo/figures", get(newest_figures).data(screen).map_to_response().boxed()),
    ]
}

#[handler]
fn page(request: &Request) -> Response {
    let language = Language::of(request.headers());
    let page = HTML
        .replacen("lang=\"es-CO\"", &format!("lang=\"{}\"", language.tag()), 1)
        .replace("{{company}}", NAME)
        .replace("{{email}}", OWNER_EMAIL);
    Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(CACHE_CONTROL, "no-cache")
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .header(CONTENT_LANGUAGE, language.tag())
        .header(VARY, "accept-language")
        .body(page)
}

/// Reads the figures once for all viewers.
#[derive(Clone)]
struct Screen {
    installation: Installation,
    tenant: TenantId,
    last: Arc<Mutex<Option<(Instant, String)>>>,
}

#[handler]
async fn newest_figures(Data(screen): Data<&Screen>) -> Result<Response, Problem> {
    let mut last = screen.last.lock().await;
    let json = match &*last {
        Some((read_at, json)) if read_at.elapsed() < FRESH_FOR => json.clone(),
        _ => {
            let figures = Figures::read(&screen.installation, screen.tenant).await;
            let figures = figures.map_err(|error| {
                tracing::warn!(%error, "the demo's figures could not be read: the page shows none");
                Problem::new(Code::Unavailable).retry_after(Duration::from_secs(2))
            })?;
            let json = serde_json::to_string(&figures).map_err(|error| {
                tracing::error!(%error, "the demo's figures could not be written");
                Problem::new(Code::Internal)
            })?;
            *last = Some((Instant::now(), json.clone()));
            json
        }
    };
    drop(last);
    Ok(Response::builder().content_type("application/json").body(json))
}
