//! The layer before everything that comes from other nodes over a listener of their own.

use std::sync::Arc;

use poem::{Endpoint, Request, Response};

use super::FORWARDED;
use crate::contract::{Contract, Operation};
use crate::problem::{Code, Problem};

/// Marks a request that arrived at the listener for nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct FromPeer;

/// Lets forwarded commands of a company in, and nothing else: no page, no sign-in, no read.
pub(crate) struct Arrivals<E> {
    pub(crate) inner: E,
    /// Determines which requests are commands.
    pub(crate) contract: Arc<Contract>,
}

impl<E: Endpoint<Output = Response>> Endpoint for Arrivals<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let operation = self.contract.find(request.method(), request.original_uri().path());
        let is_forwarded = request.headers().contains_key(FORWARDED);
        if !is_forwarded || !operation.is_some_and(Operation::is_command) {
            return Err(Problem::new(Code::Misdirected).into());
        }
        request.set_data(FromPeer);
        self.inner.call(request).await
    }
}
