//! Accounts of people, as an administrator looks after them.

use commands::identity::{ForgetUser, InviteAgain, SetPin, UserRefusal};
use domain::identity::permission::markers::{UserForget, UserInvite, UserSetPin};
use domain::shared::UserId;
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::access::Can;
use crate::auth::attempts::Subject;
use crate::operations::answer::Done;
use crate::operations::identity::refusal;
use crate::operations::model::Settled;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// A PIN for shared tills.
#[derive(Object)]
struct GivenPin {
    /// The PIN.
    #[oai(validator(pattern = "^[0-9]{4,8}$"))]
    pin: String,
}

/// Operations on the accounts of a company's users.
pub(super) struct AccountsOfPeople(pub(super) Services);

#[OpenApi(prefix_path = "/v1/users", tag = "Part::People")]
impl AccountsOfPeople {
    /// Invite a user again who has not joined.
    ///
    /// They get another e-mail, and the link of the e-mail before becomes invalid. Users who have joined are
    /// not invited again; they can request an e-mail to set another password themselves.
    #[oai(path = "/:user_id/invitation", method = "post", operation_id = "inviteUserAgain")]
    async fn invite_again(
        &self,
        by: Can<UserInvite>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let (tenant, user) = (by.caller.tenant, UserId::from_uuid(user_id.0));
        let people = self.0.accounts.people(tenant, &[user]).await;
        let person = people.map_err(|world| failed(&world))?.remove(&user);
        let email = person.ok_or_else(|| Problem::new(Code::NotFound))?.email;
        // Counted for the address of the e-mail alone: a signed-in user is not counted with others
        // at their IP address.
        let subjects = [Subject::LinkEmailsTo(self.0.accounts.email_key(&email))];
        self.0.attempts.begin(&subjects, self.0.clock.now())?;
        let (intent, rule) = (InviteAgain { user }, |it: &UserRefusal| refusal::user(*it));
        let accepted = self.0.execute(&by.caller, key, intent, rule).await?;
        let is_replayed = accepted.receipt.replayed;
        self.0.write_invitation(tenant, user, key.command_id(), is_replayed).await?;
        Ok(accepted.settled(user_id.0))
    }

    /// Set a user's PIN for shared tills.
    ///
    /// It is for those who never use e-mail. They need not have joined, and choose another when they first
    /// use it. It is void when they may do more than at this moment. Sessions begun with the PIN before end.
    /// Callers cannot set the PIN of a user who may do more than they may themselves.
    #[oai(path = "/:user_id/pin", method = "put", operation_id = "setPin")]
    async fn set_pin(
        &self,
        by: Can<UserSetPin>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
        Json(body): Json<GivenPin>,
    ) -> Result<Done<Settled>, Problem> {
        let (tenant, user) = (by.caller.tenant, UserId::from_uuid(user_id.0));
        let intent = SetPin { user, pin: self.0.renewals.mark(user_id.0, &body.pin) };
        let hash = self.0.passwords.hash_pin(body.pin, None).await?;
        // First in the log: should what follows fail, all sessions have ended and no PIN is good until a
        // retry.
        let accepted = self.0.execute(&by.caller, key, intent, refusal::account).await?;
        let kept = self.0.keep_pin(tenant, user, &accepted.receipt, &hash).await;
        kept.map_err(|world| failed(&world))?;
        Ok(accepted.settled(user_id.0))
    }

    /// Delete the personal data of a user, for good.
    ///
    /// Name, address, credentials and e-mails of a suspended user. Past events stay, under an id that
    /// identifies no person. The address can be invited again after this. Callers cannot forget a user who
    /// might do more than they may themselves.
    #[oai(path = "/:user_id/forget", method = "post", operation_id = "forgetUser")]
    async fn forget(
        &self,
        by: Can<UserForget>,
        key: IdempotencyKey,
        user_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let (tenant, user) = (by.caller.tenant, UserId::from_uuid(user_id.0));
        let intent = ForgetUser { user };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::account).await?;
        // Whatever stops this, a consumer makes up for it.
        self.0.accounts.forget(tenant, user).await.map_err(|world| failed(&world))?;
        Ok(accepted.settled(user_id.0))
    }
}
