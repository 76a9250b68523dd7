//! Security schemes, as the document calls them.

use poem_openapi::registry::{MetaSecurityScheme, Registry};

/// The name of the security scheme in the document.
pub(crate) const BEARER: &str = "BearerAuth";

/// The name of the operator's security scheme in the document.
pub(crate) const OPERATOR: &str = "operator";

/// The name of the security scheme of enrolled devices in the document.
pub(crate) const DEVICE: &str = "device";

/// Stands instead of a security scheme where none is needed; it never reaches the document.
pub(crate) const ANYONE: &str = "anyone";

pub(super) fn register_bearer(registry: &mut Registry) {
    let about = "The access token that `POST /v1/auth/login` answers.";
    register_scheme(registry, BEARER, about, Some("JWT"));
}

pub(super) fn register_scheme(
    registry: &mut Registry,
    scheme: &'static str,
    about: &'static str,
    format: Option<&'static str>,
) {
    registry.create_security_scheme(
        scheme,
        MetaSecurityScheme {
            ty: "http",
            description: Some(about),
            name: None,
            key_in: None,
            scheme: Some("bearer"),
            bearer_format: format,
            flows: None,
            openid_connect_url: None,
        },
    );
}
