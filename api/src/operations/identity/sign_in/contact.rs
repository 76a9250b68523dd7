//! What one is called and where one is reached, corrected by oneself.

use commands::Request as Once;
use domain::shared::CommandId;
use poem::Request;
use poem_openapi::{ApiResponse, Object, OpenApi};

use crate::access::SignedIn;
use crate::operations::fields::Fields;
use crate::operations::identity::corrections::NameCorrection;
use crate::operations::identity::sign_in::model::{AcknowledgedBody, DONE};
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::{Code, Problem};

/// Operations that correct the signed-in user's own name and e-mail address.
pub(crate) struct OwnContact(pub(crate) Services);

/// Another e-mail address of one's own.
#[derive(Object)]
struct OwnEmailChange {
    /// The password: a signed-in session alone is not enough to take the account over.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: String,
    /// The address that gets an e-mail with a link, and that one signs in with after following it.
    #[oai(validator(min_length = 3, max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$"))]
    email: String,
}

/// The answer to a request that sends an e-mail.
#[derive(ApiResponse)]
enum Requested {
    /// An e-mail is on its way to the new address.
    #[oai(status = 202)]
    Requested(Json<AcknowledgedBody>),
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl OwnContact {
    /// Correct one's name.
    ///
    /// Not on a shared till, which others may find signed in: 403 `password-required`.
    #[oai(path = "/name", method = "put", operation_id = "changeName")]
    async fn name(
        &self,
        by: SignedIn,
        Json(body): Json<NameCorrection>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        if by.caller.device.is_some() {
            return Err(Problem::new(Code::PasswordRequired));
        }
        let name = body.read()?;
        let once = Once::live(CommandId::from_uuid(self.0.ids.uuid()));
        self.0.rename(&self.0.scope(&by.caller), once, by.caller.user, &name).await?;
        Ok(Json(DONE))
    }

    /// Request another e-mail address of one's own.
    ///
    /// It gets an e-mail with a link. One signs in with the one before until one has followed the link, which
    /// is good for a day; after that every sign-in ends, and the address before gets a notice by e-mail. A
    /// later request replaces an earlier one.
    #[oai(path = "/email-change", method = "post", operation_id = "requestEmail")]
    async fn request_email(
        &self,
        by: SignedIn,
        request: &Request,
        Json(body): Json<OwnEmailChange>,
    ) -> Result<Requested, Problem> {
        let OwnEmailChange { password, email } = body;
        let mut fields = Fields::default();
        let email = fields.email("/email", &email).ok_or_else(|| fields.problem())?;
        self.0.prove(&by, request, password).await?;
        let command = CommandId::from_uuid(self.0.ids.uuid());
        let (scope, user) = (self.0.scope(&by.caller), by.caller.user);
        self.0.request_email(&scope, command, user, &email).await?;
        Ok(Requested::Requested(Json(DONE)))
    }
}
