//! Journal: what is learnt about one request on its way through the service, and the id it goes by.

use std::sync::{Arc, OnceLock};

use domain::shared::{TenantId, UserId};
use poem::{FromRequest, Request, RequestBody};

use crate::rates::RateState;
use crate::sources::NewId;
use crate::trace::Trace;

/// The header in which a request and its answer carry the id.
pub(crate) const HEADER: &str = "x-request-id";
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
    /// The journal of a request that has just arrived.
    pub(crate) fn begin(request: &Request, new_id: &NewId) -> Self {
        Self {
            request_id: RequestId::of(request, new_id),
            trace: Trace::of(request, new_id),
            signed_in: OnceLock::new(),
            counted: OnceLock::new(),
        }
    }

    pub(crate) fn of(request: &Request) -> &Self {
        request.data::<Arc<Self>>().expect("telemetry is the outermost layer of every app")
    }

    pub(crate) fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Who has signed in, with their company; nothing where the request needed no sign-in.
    pub(crate) fn who(&self) -> Option<(TenantId, UserId)> {
        self.signed_in.get().copied()
    }

    pub(crate) fn signed_in(&self, tenant: TenantId, user: UserId) {
        // The first user recorded stays; extractors may run twice.
        let _already_known = self.signed_in.set((tenant, user));
    }

    /// What is left of the caller's rate limits; nothing where the request was not counted.
    pub(crate) fn rate_state(&self) -> Option<&RateState> {
        self.counted.get()
    }

    pub(crate) fn counted(&self, state: RateState) {
        // A request is counted once, by the first extractor.
        let _already_counted = self.counted.set(state);
    }
}
