//! The trace that a request belongs to: W3C Trace Context, the header `traceparent`.
//!
//! FastOps reports no spans of its own, so it names none: the client's values are kept as they are, in the
//! log of events and of requests and in what is sent on, and join what others report.

use std::sync::Arc;

use poem::Request;
use poem::http::HeaderName;

use crate::sources::NewId;

/// The header it comes in and is sent on in.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// How long a version is, and the fields after it, in characters.
const VERSION: usize = 2;
const TRACE_ID: usize = 32;
const PARENT_ID: usize = 16;
const FLAGS: usize = 2;

/// How long a context of version 00 is, with its hyphens.
const CHARS: usize = VERSION + 1 + TRACE_ID + 1 + PARENT_ID + 1 + FLAGS;

/// The trace context of a request, version 00. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace(Arc<str>);

impl Trace {
    /// The trace of the client, or one that begins here where the header is missing or invalid.
    pub(crate) fn of(request: &Request, new_id: &NewId) -> Self {
        let mut said = request.headers().get_all(TRACEPARENT).iter();
        let only = said.next().filter(|_| said.next().is_none());
        let only = only.and_then(|value| value.to_str().ok());
        only.and_then(Self::read).unwrap_or_else(|| Self::begun(new_id))
    }

    /// The whole context, as the header has it.
    pub(crate) fn text(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// The id of the trace alone: 32 hexadecimal digits.
    pub(crate) fn id(&self) -> &str {
        &self.0[VERSION + 1..][..TRACE_ID]
    }

    /// Reads a context. One of a later version is read as far as version 00 goes, and is written as that.
    fn read(text: &str) -> Option<Self> {
        let context = text.get(..CHARS)?;
        let mut fields = context.split('-');
        let mut field = |chars| {
            let field = fields.next()?;
            let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            (field.len() == chars && field.bytes().all(is_hex)).then_some(field)
        };
        let (version, trace, parent) = (field(VERSION)?, field(TRACE_ID)?, field(PARENT_ID)?);
        let flags = field(FLAGS)?;
        let is_whole = match version {
            "ff" => false,
            "00" => text.len() == CHARS,
            _ => text.len() == CHARS || text.as_bytes()[CHARS] == b'-',
        };
        let is_named = |field: &str| field.bytes().any(|byte| byte != b'0');
        (is_whole && is_named(trace) && is_named(parent))
            .then(|| Self(format!("00-{trace}-{parent}-{flags}").into()))
    }

    /// A trace that begins with this request; its flag `sampled` is not set.
    fn begun(new_id: &NewId) -> Self {
        let (trace, parent) = (new_id(), new_id());
        // The second half of an id is random and contains its variant, so that it is never zero.
        let parent = parent.as_u64_pair().1;
        Self(format!("00-{}-{parent:016x}-00", trace.simple()).into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const SAID: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn read(text: &str) -> Option<Arc<str>> {
        Trace::read(text).map(|trace| trace.text())
    }

    #[test]
    fn a_context_is_kept_as_it_was_said() {
        assert_eq!(read(SAID).as_deref(), Some(SAID));
        assert_eq!(Trace::read(SAID).unwrap().id(), "0af7651916cd43dd8448eb211c80319c");
    }

    #[test]
    fn a_later_version_is_read_as_far_as_this_one_goes() {
        for later in
            [SAID.replacen("00-", "01-", 1), SAID.replacen("00-", "cc-", 1) + "-what.comes"]
        {
            assert_eq!(read(&later).as_deref(), Some(SAID), "{later}");
        }
    }

    #[test]
    fn what_is_no_context_is_none() {
        let long = format!("{SAID}-more");
        let later = SAID.replacen("00-", "01-", 1) + "more";
        for bad in [
            "",
            "00",
            &SAID[1..],
            &SAID[..54],
            &SAID.to_uppercase(),
            &SAID.replacen("00-", "ff-", 1),
            &SAID.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            &SAID.replace("b7ad6b7169203331", &"0".repeat(16)),
            &SAID.replace('-', "_"),
            &SAID.replace("0af7", "0ag7"),
            &SAID.replace("b7ad", "é7ad"),
            &long,
            &later,
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_a_context_of_this_version(text in "\\PC{0,70}|[0-9a-f-]{50,60}") {
            if let Some(kept) = read(&text) {
                prop_assert_eq!(read(&kept), Some(kept));
            }
        }

        #[test]
        fn a_trace_that_begins_here_is_a_context(ids in any::<[u128; 2]>()) {
            let made = ids.map(|id| uuid::Builder::from_random_bytes(id.to_be_bytes()).into_uuid());
            let next = std::sync::atomic::AtomicUsize::new(0);
            let new_id: NewId = Arc::new(move || -> Uuid {
                made[next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)]
            });
            let begun = Trace::begun(&new_id);
            prop_assert_eq!(read(&begun.text()), Some(begun.text()));
        }
    }
}
