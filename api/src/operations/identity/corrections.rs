//! Names and addresses of people, corrected by those who may do all that they may.

use commands::identity::{
    ConfirmEmail, EmailRefusal, RenameUser, RequestEmail, RequestedEmail, TicketFor,
};
use commands::{CommandError, Receipt, Request, Scope};
use domain::identity::User;
use domain::identity::permission::markers::UserManage;
use domain::shared::email::EmailAddress;
use domain::shared::{CommandId, Name, UserId};
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::access::Can;
use crate::auth::attempts::Subject;
use crate::operations::answer::Done;
use crate::operations::fields::Fields;
use crate::operations::identity::refusal;
use crate::operations::model::Settled;
use crate::operations::refusal::{failed, refused};
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// Operations that correct names and e-mail addresses of a company's users.
pub(super) struct Corrections(pub(super) Services);

/// The correct name of a user.
#[derive(Debug, Object)]
pub(in crate::operations) struct NameCorrection {
    /// What they are called.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
}

/// The requested e-mail address of a user.
#[derive(Debug, Object)]
struct EmailChange {
    /// The address that gets an e-mail with a link, and that they sign in with after they have
    /// followed it.
    #[oai(validator(min_length = 3, max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$"))]
    email: String,
}

#[OpenApi(prefix_path = "/v1/users", tag = "Part::People")]
impl Corrections {
    /// Correct a user's name.
    ///
    /// Callers cannot correct the name of a user who may do more than they may themselves, or who acts where
    /// they do not.
    #[oai(path = "/:user_id", method = "patch", operation_id = "renameUser")]
    async fn rename(
        &self,
        by: Can<UserManage>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
        Json(body): Json<NameCorrection>,
    ) -> Result<Done<Settled>, Problem> {
        let name = body.read()?;
        let (scope, once) = (self.0.scope(&by.caller), Services::request(key));
        let receipt = self.0.rename(&scope, once, UserId::from_uuid(user_id.0), &name).await?;
        Ok(self.0.with_position(by.caller.tenant, receipt).settled(user_id.0))
    }

    /// Request another e-mail address for a user.
    ///
    /// It gets an e-mail with a link. They sign in with the one before until the link is followed, which is
    /// good for a day; after that their sign-ins end, and the address before gets a notice by e-mail. A later
    /// request replaces an earlier one. A user who has not joined gets their invitation at the new address
    /// then. One's own address is changed with one's password, at `/v1/auth/email-change`.
    #[oai(path = "/:user_id/email-change", method = "post", operation_id = "requestEmailOfUser")]
    async fn request_email(
        &self,
        by: Can<UserManage>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
        Json(body): Json<EmailChange>,
    ) -> Result<Done<Settled>, Problem> {
        let mut fields = Fields::default();
        let email = fields.email("/email", &body.email).ok_or_else(|| fields.problem())?;
        let user = UserId::from_uuid(user_id.0);
        // A signed-in browser left alone is not enough to take the account over.
        if user == by.caller.user {
            return Err(Problem::new(Code::PasswordRequired));
        }
        let scope = self.0.scope(&by.caller);
        let receipt = self.0.request_email(&scope, key.command_id(), user, &email).await?;
        Ok(self.0.with_position(by.caller.tenant, receipt).settled(user_id.0))
    }
}

impl NameCorrection {
    pub(in crate::operations) fn read(&self) -> Result<Name, Problem> {
        let mut fields = Fields::default();
        fields.name("/name", &self.name).ok_or_else(|| fields.problem())
    }
}

impl Services {
    /// Records another name of a user, and keeps it under the number that the log has assigned. A repeated
    /// command completes what the first try left undone.
    pub(in crate::operations) async fn rename(
        &self,
        scope: &Scope,
        once: Request,
        user: UserId,
        name: &Name,
    ) -> Result<Receipt, Problem> {
        let tenant = scope.tenant;
        let intent = RenameUser { user, name: self.renewals.mark(user.uuid(), name.as_str()) };
        let receipt = self.commands.execute(scope, once, intent).await;
        let receipt = receipt.map_err(|error| refused(error, refusal::account))?;
        let facts = receipt.facts::<User>().map_err(|world| failed(&world))?;
        if let Some(number) = facts.iter().find_map(|fact| fact.event.name_number()) {
            let kept = self.contacts.keep_name(tenant, user, number, name).await;
            kept.map_err(|world| failed(&world))?;
        }
        Ok(receipt)
    }

    /// Records that another address of a user is requested, and writes to it.
    pub(in crate::operations) async fn request_email(
        &self,
        scope: &Scope,
        command: CommandId,
        user: UserId,
        email: &EmailAddress,
    ) -> Result<Receipt, Problem> {
        let (tenant, address) = (scope.tenant, email.as_str());
        let key = self.accounts.email_key(address);
        self.attempts.begin(&[Subject::LinkEmailsTo(key)], self.clock.now())?;
        let earlier = self.accounts.earlier_email_keys(address);
        let intent = RequestEmail { user, email: key, earlier };
        let receipt = self.commands.execute(scope, Request::live(command), intent).await;
        let receipt = receipt.map_err(not_requested)?;
        let facts = receipt.facts::<User>().map_err(|world| failed(&world))?;
        if let Some(number) = facts.iter().find_map(|fact| fact.event.email_request()) {
            let requested = RequestedEmail { number, address: address.to_owned() };
            self.write_email_change((tenant, user), command, &requested).await?;
        }
        Ok(receipt)
    }

    /// Follows the link to another address: in the log first, so that of what both addresses are good
    /// for nothing is good twice.
    pub(super) async fn confirm_email(
        &self,
        scope: &Scope,
        (ticket, hash): (TicketFor, [u8; 32]),
        link: u32,
    ) -> Result<(), Problem> {
        let (tenant, user) = (ticket.tenant, UserId::from_uuid(ticket.subject));
        let world = |world| failed(&world);
        let void = || Problem::new(Code::TicketInvalid);
        let requested = self.contacts.requested(ticket, hash).await.map_err(world)?;
        let RequestedEmail { number, address } = requested.ok_or_else(void)?;
        let former = self.address_of(tenant, user).await?.ok_or_else(void)?;
        let earlier_keys = |email: &str| self.accounts.earlier_email_keys(email);
        let confirm = ConfirmEmail {
            user,
            link,
            number,
            earlier: earlier_keys(&address),
            former: [vec![self.accounts.email_key(&former)], earlier_keys(&former)].concat(),
        };
        let command = CommandId::from_uuid(self.ids.uuid());
        let confirmed = self.commands.execute(scope, Request::live(command), confirm).await;
        confirmed.map_err(|error| {
            refused(error, |refused| match refused {
                EmailRefusal::EmailTaken => Problem::new(Code::EmailTaken),
                EmailRefusal::Account(_) => void(),
            })
        })?;
        let notice = self.notice_of_email(tenant, former).await?;
        self.contacts.email_changed(tenant, user, number, notice).await.map_err(world)?;
        let known = self.authority.known(tenant, user).await.map_err(world)?;
        if known.is_some_and(|known| !known.has_joined) {
            self.write_invitation(tenant, user, command, true).await?;
        }
        Ok(())
    }
}

fn not_requested(error: CommandError<EmailRefusal>) -> Problem {
    refused(error, |refused| match refused {
        EmailRefusal::EmailTaken => refusal::email_taken(),
        EmailRefusal::Account(account) => refusal::account(account),
    })
}
