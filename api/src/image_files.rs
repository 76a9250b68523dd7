//! The files of images, for installations that have no other server for them. Their names cannot be guessed
//! and say what is in them, so they are served to anyone and kept by clients for ever.

use images::{FileName, ImageStore};
use poem::http::header::{CACHE_CONTROL, ETAG, HeaderName};
use poem::web::{Data, Path};
use poem::{Response, handler};

use crate::problem::{Code, Problem};

/// What the addresses of files begin with.
pub(crate) const ROOT: &str = "/images/";

/// A year, the longest that is understood everywhere; and no question whether it is still the same.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Pages of other origins may show them: tills and menus are not served from here.
const EMBEDDING: (HeaderName, &str) =
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");

/// Answers the file of this name.
#[handler]
pub(crate) async fn file(
    Path(name): Path<String>,
    Data(store): Data<&ImageStore>,
) -> poem::Result<Response> {
    let not_found = || Problem::new(Code::NotFound);
    let name: FileName = name.parse().map_err(|_| not_found())?;
    let found = store.get(&name).await.map_err(|error| {
        tracing::error!(%error, "the store of images cannot be read: an image is not answered");
        Problem::new(Code::Unavailable)
    })?;
    let bytes = found.ok_or_else(not_found)?;
    Ok(Response::builder()
        .content_type(name.media_type())
        .header(CACHE_CONTROL, FOR_EVER)
        .header(ETAG, format!("\"{name}\""))
        .header(EMBEDDING.0, EMBEDDING.1)
        .body(bytes))
}
