//! Accounts of people, as an administrator looks after them.

use commands::identity::InviteAgain;
use domain::identity::permission::markers::UserInvite;
use domain::shared::UserId;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use uuid::Uuid;

use super::answer::Done;
use super::auth::letters_to;
use super::letters::Addressee;
use super::model::Settled;
use super::refusal::{self, failed, refused};
use super::{Part, Services};
use crate::access::Can;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// See the module.
pub(super) struct AccountsOfPeople(pub(super) Services);

#[OpenApi(prefix_path = "/v1/users", tag = "Part::People")]
impl AccountsOfPeople {
    /// Invite somebody again who has not joined: they get another letter.
    ///
    /// The link of the letter before is good no more. Whoever has joined is not invited again; they can
    /// ask for a letter to set another password themselves.
    #[oai(path = "/:user_id/invitation", method = "post", operation_id = "inviteUserAgain")]
    async fn invite_again(
        &self,
        by: Can<UserInvite>,
        key: IdempotencyKey,
        request: &Request,
        user_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let (tenant, user) = (by.caller.tenant, UserId::from_uuid(user_id.0));
        let people = self.0.accounts.people(tenant, &[user]).await;
        let person = people.map_err(|world| failed(&world))?.remove(&user);
        let email = person.ok_or_else(|| Problem::new(Code::NotFound))?.email;
        let subjects = letters_to(self.0.accounts.email_key(&email), request);
        self.0.attempts.begin(&subjects, self.0.clock.now())?;
        let (scope, once) = (self.0.scope(&by.caller), Services::request(key));
        let receipt = self.0.commands.execute(&scope, once, InviteAgain { user }).await;
        let receipt = receipt.map_err(|error| refused(error, |it| refusal::user(*it)))?;
        let to = Addressee { tenant, user, email };
        self.0.write_invitation(to, key.command_id(), receipt.replayed).await?;
        Ok(self.0.settled(&receipt, user_id.0))
    }
}
