//! The menu document of a branch and channel.

mod model;
mod text;

use domain::catalog::Channel;
use domain::identity::permission::markers::ProductRead;
use domain::shared::BranchId;
use poem::Request;
use poem::http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};
use poem::{IntoResponse, Response};
use poem_openapi::param::Query;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, OpenApi};
use projections::catalog::{Catalog, channels};
use projections::menu::{self, FORMAT, Gzip, Menu, Shown};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::model::MenuBody;
use crate::access::Can;
use crate::caller::Caller;
use crate::cursor::QueryFingerprint;
use crate::edge::coding::Coding;
use crate::edge::conditional::IfNoneMatch;
use crate::operations::period::of_branch;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::position::PositionToken;
use crate::preconditions::etag_with;
use crate::problem::{Code, FieldError, Problem};

/// A longer list of changes is not sent: the whole menu is compressed already.
const CHANGES_MAX: u16 = 500;

/// A copy is asked about before it is used, and is of one user.
const CACHE: &str = "private, no-cache";

/// The operations about the menu as a whole.
pub(super) struct Menus(pub(super) Services);

/// Where a client is in the history of a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    format: u16,
    position: i64,
}

/// A menu that was read.
#[derive(ApiResponse)]
enum Read {
    /// It is here. With `Accept-Encoding: gzip` it is sent as it is kept.
    #[oai(status = 200)]
    Found(
        Written,
        /// For `If-None-Match`.
        #[oai(header = "ETag")]
        String,
        /// A copy is asked about before it is used.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

/// The JSON of a [`MenuBody`].
struct Written {
    bytes: Vec<u8>,
    is_gzip: bool,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl Menus {
    /// Read the menu of a branch.
    ///
    /// Everything that a till or a guest's phone needs to show it, to price lines and to order: only what is
    /// in the menu. With the token of an earlier answer as `since` it is what changed from then on; if too
    /// much did, or the token is of another menu or log, the whole menu is answered, and `is_whole` says so.
    #[oai(path = "/menu", method = "get", operation_id = "getMenu")]
    async fn get(
        &self,
        by: Can<ProductRead>,
        request: &Request,
        /// The branch.
        branch_id: Query<Uuid>,
        /// The code of the channel.
        #[oai(default = "counter", validator(pattern = "^[a-z0-9_]{1,32}$"))]
        channel: Query<String>,
        /// The token of an earlier answer.
        since: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Read, Problem> {
        let branch = BranchId::from_uuid(branch_id.0);
        let channel = code(&channel)?;
        let consumers = [Menu::NAME, Catalog::NAME];
        let mut tx = self.0.read(&by.caller, after.0, &consumers).await?;
        of_branch(&mut tx, &by.caller, Some(branch)).await?;
        let channels = channels::get(&mut tx).await.map_err(unread)?;
        if !channels.is_in_use(&channel) {
            return Err(Problem::new(Code::NotFound));
        }
        // After an upgrade the consumer first reads the log from its beginning.
        let position = menu::version(&mut tx, branch).await.map_err(unread)?;
        let position = position.ok_or_else(|| Problem::new(Code::ReadModelBehind))?;

        let shown = Shown { branch, channel: &channel };
        let query = query(shown);
        let since = since.0.and_then(|token| self.position(&by.caller, query, &token));
        let head = text::Head {
            token: self.token(&by.caller, query, position),
            branch,
            channel: &channel,
            images_url: &self.0.images.url,
        };
        let rest = format!("{FORMAT} {channel} {since:?} {}", head.images_url);
        // Weak, because the same document is sent in several codings.
        let tag = format!("W/{}", etag_with(u64::try_from(position).unwrap_or_default(), &rest));
        let found =
            |bytes, is_gzip| Read::Found(Written { bytes, is_gzip }, tag.clone(), CACHE.to_owned());
        // Nothing more is read for what the client has; the edge makes 304 of it, as of every answer.
        if IfNoneMatch::of(request).has(&tag) {
            return Ok(found(Vec::new(), false));
        }
        if let Some(since) = since {
            let changes = menu::changes(&mut tx, shown, since, CHANGES_MAX).await;
            if let Some(changes) = changes.map_err(unread)? {
                return Ok(found(text::changes(&head, &changes).into_bytes(), false));
            }
        }
        let parts = menu::document(&mut tx, shown).await.map_err(unread)?;
        let document: Gzip = text::document(&head, &parts);
        if Coding::accepts(request.headers(), Coding::Gzip) {
            return Ok(found(document.finish(), true));
        }
        Ok(found(document.inflated(), false))
    }
}

impl Menus {
    fn token(&self, caller: &Caller, query: QueryFingerprint, position: i64) -> String {
        let scope = self.0.cursor_scope(caller.tenant, query);
        self.0.cursors.encode(&scope, &Place { format: FORMAT, position })
    }

    /// The position in a token of this menu.
    fn position(&self, caller: &Caller, query: QueryFingerprint, token: &str) -> Option<i64> {
        let scope = self.0.cursor_scope(caller.tenant, query);
        let place: Place = self.0.cursors.decode(&scope, token).ok()?;
        (place.format == FORMAT).then_some(place.position)
    }
}

/// The channel of orders that name none.
fn counter() -> String {
    Channel::default().as_str().to_owned()
}

fn query(Shown { branch, channel }: Shown<'_>) -> QueryFingerprint {
    let branch = branch.to_string();
    QueryFingerprint::of("getMenu", &[("branch_id", &branch), ("channel", channel.as_str())])
}

fn code(text: &str) -> Result<Channel, Problem> {
    let words = ("no es el código de un canal", "is no code of a channel");
    let wrong = || Problem::parameter(FieldError::new("/query/channel", "format", words));
    Channel::parse(text).map_err(|_| wrong())
}

impl Payload for Written {
    const CONTENT_TYPE: &'static str = "application/json";

    fn schema_ref() -> MetaSchemaRef {
        MenuBody::schema_ref()
    }

    fn register(registry: &mut Registry) {
        MenuBody::register(registry);
    }
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        let response = Response::builder().header(CONTENT_TYPE, Self::CONTENT_TYPE);
        if self.is_gzip {
            let response = response.header(CONTENT_ENCODING, Coding::Gzip.name());
            return response.header(VARY, "accept-encoding").body(self.bytes);
        }
        response.body(self.bytes)
    }
}
