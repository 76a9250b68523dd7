//! Headers that make a command safe: `Idempotency-Key` against doing it twice, `If-Match` against
//! doing it to something else than was seen.

use domain::shared::CommandId;
use poem::http::HeaderMap;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::problem::{Code, FieldError, Problem};

/// The `ETag` of a resource at `revision`.
pub fn etag(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// The `ETag` of a resource whose answer also depends on `rest`, which changes without a revision. An empty
/// `rest` adds nothing to the tag. As `If-Match` only the revision counts.
pub fn etag_with(revision: u64, rest: &str) -> String {
    if rest.is_empty() {
        return etag(revision);
    }
    format!("\"{revision}-{:016x}\"", digest(rest))
}

/// A hash of a text: 64 bits of its SHA-256.
pub(crate) fn digest(text: &str) -> u64 {
    let digest = Sha256::digest(text);
    u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
}

/// The revision in a tag of this service. Weak tags are accepted: a proxy that compresses an answer makes its
/// tag weak, and the revision in it is the same.
fn revision(tag: &str) -> Option<u64> {
    let quoted = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    let (digits, rest) = quoted.split_once('-').unwrap_or((quoted, "0"));
    let is_rest = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `parse` would also take a sign.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_rest && is_number)
}

/// The id under which a command is done at most once, however often it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyKey(CommandId);

/// The revision that the client saw and means to change; required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(u64);

/// The revision that the client saw, for operations that do not insist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionalIfMatch(Option<u64>);

impl IdempotencyKey {
    /// The command's id.
    pub const fn command_id(self) -> CommandId {
        self.0
    }

    fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let invalid = || Problem::new(Code::IdempotencyKeyInvalid);
        let mut values = headers.get_all(KEY.name).iter();
        let value = values.next().ok_or_else(|| Problem::new(Code::IdempotencyKeyRequired))?;
        let text = value.to_str().map_err(|_| invalid())?;
        let uuid = Uuid::try_parse(text).map_err(|_| invalid())?;
        if values.next().is_some() || text.len() != 36 {
            return Err(invalid());
        }
        CommandId::of_client(uuid).map(Self).ok_or_else(invalid)
    }
}

impl IfMatch {
    /// The revision.
    pub const fn revision(self) -> u64 {
        self.0
    }

    fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let OptionalIfMatch(revision) = OptionalIfMatch::read(headers)?;
        revision.map(Self).ok_or_else(|| Problem::new(Code::PreconditionRequired))
    }
}

impl OptionalIfMatch {
    /// The revision, if one was sent.
    pub const fn revision(self) -> Option<u64> {
        self.0
    }

    fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(MATCH.name).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let revision = value.to_str().ok().and_then(revision);
        if revision.is_none() || values.next().is_some() {
            let words =
                ("debe ser un solo ETag, como \"17\"", "must be exactly one ETag, like \"17\"");
            return Err(Problem::parameter(FieldError::new("/header/If-Match", "format", words)));
        }
        Ok(Self(revision))
    }
}

/// The description in the document of a header that is read here.
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
}

const KEY: About = About {
    name: "Idempotency-Key",
    description: "A UUID, best of version 7, made by the client for this one intention and repeated \
                  on every retry. It is remembered for ever. Those of version 8 are FastOps' own.",
};

const MATCH: About = About {
    name: "If-Match",
    description: "The ETag of the version that was read, also where a proxy has made it weak. Another \
                  current version is refused with 412.",
};

/// The header that a schema of this title describes.
pub(crate) fn about(title: &str) -> Option<&'static About> {
    [&KEY, &MATCH].into_iter().find(|about| about.name == title)
}

fn key_schema() -> MetaSchema {
    MetaSchema { title: Some(KEY.name.to_owned()), ..MetaSchema::new_with_format("string", "uuid") }
}

fn match_schema() -> MetaSchema {
    MetaSchema {
        title: Some(MATCH.name.to_owned()),
        pattern: Some("^(W/)?\"[0-9]+(-[0-9a-f]+)?\"$".to_owned()),
        ..MetaSchema::new("string")
    }
}

macro_rules! header_parameter {
    ($name:ident, $schema:ident, required: $required:literal) => {
        impl<'a> ApiExtractor<'a> for $name {
            const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
            const PARAM_IS_REQUIRED: bool = $required;

            type ParamType = ();
            type ParamRawType = ();

            fn param_in() -> Option<MetaParamIn> {
                Some(MetaParamIn::Header)
            }

            fn param_schema_ref() -> Option<MetaSchemaRef> {
                Some(MetaSchemaRef::Inline(Box::new($schema())))
            }

            async fn from_request(
                request: &'a Request,
                _body: &mut RequestBody,
                _options: ExtractParamOptions<()>,
            ) -> poem::Result<Self> {
                Ok(Self::read(request.headers())?)
            }
        }
    };
}

header_parameter!(IdempotencyKey, key_schema, required: true);
header_parameter!(IfMatch, match_schema, required: true);
header_parameter!(OptionalIfMatch, match_schema, required: false);

#[cfg(test)]
mod tests {
    use poem::http::{HeaderName, HeaderValue, StatusCode};

    use super::*;

    fn headers(name: &'static str, values: &[&[u8]]) -> HeaderMap {
        let name = HeaderName::from_static(name);
        let pair = |value: &&[u8]| (name.clone(), HeaderValue::from_bytes(value).unwrap());
        values.iter().map(pair).collect()
    }

    #[test]
    fn s38_a_key_is_exactly_one_uuid() {
        let read = |values: &[&[u8]]| IdempotencyKey::read(&headers("idempotency-key", values));
        let uuid = b"0198f1b2-5c3e-7a10-8000-000000000001";
        assert!(read(&[uuid]).is_ok());
        assert_eq!(read(&[]).unwrap_err().code(), Code::IdempotencyKeyRequired);
        let long = [b'a'; 256];
        for bad in [
            &b""[..],
            b"7",
            b"0198f1b25c3e7a108000000000000001",
            b"{0198f1b2-5c3e-7a10-8000-000000000001}",
            b"00000000-0000-0000-0000-000000000000",
            b"0198f1b2-5c3e-8a10-8000-000000000001",
            b"0198f1b2-5c3e-7a10-8000-00000000000\t",
            b"0198f1b2-5c3e-7a10-8000-00000000000\xff",
            b"' OR 1=1 --",
            &long,
        ] {
            let problem = read(&[bad]).unwrap_err();
            assert_eq!(problem.code(), Code::IdempotencyKeyInvalid, "{bad:?}");
            assert_eq!(problem.status(), StatusCode::BAD_REQUEST);
        }
        assert_eq!(read(&[uuid, uuid]).unwrap_err().code(), Code::IdempotencyKeyInvalid);
    }

    #[test]
    fn s40_if_match_is_exactly_one_etag() {
        let read = |values: &[&[u8]]| IfMatch::read(&headers("if-match", values));
        for good in [etag(17), format!("W/{}", etag(17)), etag_with(17, ""), etag_with(17, "x")] {
            assert_eq!(read(&[good.as_bytes()]), Ok(IfMatch(17)), "{good}");
        }
        assert_ne!(etag_with(17, "x"), etag_with(17, "y"));
        let missing = read(&[]).unwrap_err();
        assert_eq!(missing.code(), Code::PreconditionRequired);
        assert_eq!(missing.status(), StatusCode::PRECONDITION_REQUIRED);
        for bad in [
            &b""[..],
            b"17",
            b"*",
            b"\"\"",
            b"w/\"17\"",
            b"W/17",
            b"\"17-\"",
            b"\"17-x\"",
            b"\"-1f\"",
            b"\"+17\"",
            b"\"-1\"",
            b"\"17\", \"18\"",
            b"\"18446744073709551616\"",
        ] {
            let problem = read(&[bad]).unwrap_err();
            assert_eq!(problem.code(), Code::Validation, "{bad:?}");
            assert_eq!(problem.status(), StatusCode::BAD_REQUEST);
            assert_eq!(problem.errors()[0].pointer, "/header/If-Match");
        }
        assert!(read(&[b"\"1\"", b"\"2\""]).is_err());
        assert_eq!(OptionalIfMatch::read(&HeaderMap::new()), Ok(OptionalIfMatch(None)));
    }
}
