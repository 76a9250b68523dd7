//! Upload: an image as the body itself, or as the one file of a form.

use std::convert::Infallible;

use futures_util::stream;
use hyper::body::Bytes;
use multer::Multipart;
use poem::http::HeaderMap;
use poem::http::header::CONTENT_TYPE;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::{BytesMax, body, check_coding, check_length, unread};
use crate::problem::{Code, FieldError, Problem};

/// The types of images that are read. What is declared only has to be one of them: the bytes decide what an
/// image is.
const PICTURES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

const FORM: &str = "multipart/form-data";

/// The bytes of an image, as they were sent.
///
/// A form has one part, whatever it is called; the name of its file and its declared type are ignored.
pub(crate) struct Upload(pub(crate) Bytes);

/// How the body has the image.
enum Shape {
    Raw,
    Form { boundary: String },
}

impl Upload {
    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, Problem> {
        let bytes_max = BytesMax::at(request);
        check_length(request, bytes_max)?;
        let shape = Shape::of(request.headers())?;
        check_coding(request)?;
        let body = body.take().map_err(|err| unread(&err, bytes_max))?;
        let bytes = body::whole(body, bytes_max.get()).await;
        let bytes = bytes.map_err(|err| unread(&err, bytes_max))?;
        match shape {
            Shape::Raw => Ok(Self(bytes)),
            Shape::Form { boundary } => only_part(bytes, boundary).await.map(Self),
        }
    }
}

impl Shape {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let unsupported = || Problem::new(Code::UnsupportedMediaType);
        let mut named = headers.get_all(CONTENT_TYPE).iter();
        let media = named.next().and_then(|media| media.to_str().ok()).ok_or_else(unsupported)?;
        if named.next().is_some() {
            return Err(unsupported());
        }
        let essence = media.split(';').next().unwrap_or_default().trim();
        if PICTURES.iter().any(|picture| essence.eq_ignore_ascii_case(picture)) {
            return Ok(Self::Raw);
        }
        if !essence.eq_ignore_ascii_case(FORM) {
            return Err(unsupported());
        }
        let boundary = multer::parse_boundary(media);
        boundary
            .map(|boundary| Self::Form { boundary })
            .map_err(|_| Problem::new(Code::MalformedBody))
    }
}

/// The content of the only part of a form.
async fn only_part(form: Bytes, boundary: String) -> Result<Bytes, Problem> {
    let malformed = |_| Problem::new(Code::MalformedBody);
    let whole = stream::iter([Ok::<_, Infallible>(form)]);
    let mut parts = Multipart::new(whole, boundary);
    let part = parts.next_field().await.map_err(malformed)?.ok_or_else(not_one)?;
    let content = part.bytes().await.map_err(malformed)?;
    match parts.next_field().await.map_err(malformed)? {
        None => Ok(content),
        Some(_) => Err(not_one()),
    }
}

fn not_one() -> Problem {
    let words = ("debe tener un archivo y nada más", "must have one file and nothing else");
    Problem::validation(vec![FieldError::new("", "length", words)])
}

impl<'a> ApiExtractor<'a> for Upload {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let binary = || MetaSchema::new_with_format("string", "binary");
        let media = |content_type, schema: MetaSchema| MetaMediaType {
            content_type,
            schema: MetaSchemaRef::Inline(Box::new(schema)),
        };
        let form = MetaSchema {
            required: vec!["file"],
            properties: vec![("file", MetaSchemaRef::Inline(Box::new(binary())))],
            ..MetaSchema::new("object")
        };
        let pictures = PICTURES.into_iter().map(|picture| media(picture, binary()));
        let content = pictures.chain([media(FORM, form)]).collect();
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self::read(request, body).await?)
    }
}

#[cfg(test)]
mod tests {
    use poem::Body;

    use super::*;

    const BOUNDARY: &str = "arepa";

    fn form(parts: &[(&str, &str)]) -> String {
        let part = |(head, content): &(&str, &str)| {
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        format!("{}--{BOUNDARY}--\r\n", parts.iter().map(part).collect::<String>())
    }

    async fn upload(content_type: &str, body: String) -> Result<Bytes, Code> {
        let request = Request::builder().header(CONTENT_TYPE, content_type).finish();
        let mut body = RequestBody::new(Body::from(body));
        let read = Upload::read(&request, &mut body).await;
        read.map(|Upload(bytes)| bytes).map_err(|problem| problem.code())
    }

    #[tokio::test]
    async fn an_image_is_the_body_or_the_only_file_of_a_form() {
        for picture in ["image/png", "image/jpeg", "IMAGE/WEBP; q=1"] {
            assert_eq!(upload(picture, "picture".to_owned()).await, Ok("picture".into()));
        }
        let multipart = format!("{FORM}; boundary={BOUNDARY}");
        let long = format!("name=\"file\"; filename=\"{}.jpg\"", "x".repeat(5_000));
        for head in [
            "name=\"file\"; filename=\"../../x.php\"",
            "name=\"file\"; filename=\"a%00.jpg\"",
            "name=\"other\"",
            &long,
        ] {
            let read = upload(&multipart, form(&[(head, "picture")])).await;
            assert_eq!(read, Ok("picture".into()), "{head}");
        }
    }

    #[tokio::test]
    async fn s44_bodies_that_are_neither_are_refused() {
        let multipart = format!("{FORM}; boundary={BOUNDARY}");
        let part = ("name=\"file\"", "picture");
        for (content_type, body, code) in [
            ("text/html", String::new(), Code::UnsupportedMediaType),
            ("image/svg+xml", String::new(), Code::UnsupportedMediaType),
            ("image/*", String::new(), Code::UnsupportedMediaType),
            (FORM, form(&[part]), Code::MalformedBody),
            (&multipart, form(&[]), Code::Validation),
            (&multipart, form(&[part, part]), Code::Validation),
            (&multipart, form(&[part])[..40].to_owned(), Code::MalformedBody),
            (&multipart, String::new(), Code::MalformedBody),
        ] {
            assert_eq!(upload(content_type, body).await, Err(code), "{content_type}");
        }
    }
}
