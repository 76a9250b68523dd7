//! What is done to every answer on its way out: CORS headers are added, an answer that the client has is
//! replaced by 304, and a large one is compressed.

pub(crate) mod coding;
pub(crate) mod conditional;
pub mod cors;

use std::sync::Arc;

use poem::{Endpoint, Request, Response};

use coding::Coding;
use conditional::IfNoneMatch;
use cors::AllowedOrigins;

/// Around [`crate::guard::Guard`], so that problems pass it too.
pub(crate) struct Edge<E> {
    pub(crate) inner: E,
    pub(crate) origins: Arc<AllowedOrigins>,
}

impl<E: Endpoint<Output = Response>> Endpoint for Edge<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let origin = self.origins.of(&request);
        if let Some(preflight) = cors::preflight(&request, origin.as_ref()) {
            return Ok(preflight);
        }
        let (known, coding) = (IfNoneMatch::of(&request), Coding::of(request.headers()));
        let mut response = self.inner.call(request).await?;
        known.apply(&mut response);
        let mut response = coding::compressed(response, coding).await;
        self.origins.add_headers(origin, response.headers_mut());
        Ok(response)
    }
}

#[cfg(test)]
mod tests;
