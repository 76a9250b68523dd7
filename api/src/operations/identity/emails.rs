//! What is written to people, with a link that only they get.

use chrono::{DateTime, TimeDelta, Utc};
use commands::identity::{EmailMessage, Known, TicketFor, TicketKind, Written};
use domain::shared::{CommandId, TenantId, UserId};

use crate::auth::opaque::{Kind, Opaque};
use crate::operations::Services;
use crate::operations::refusal::failed;
use crate::problem::Problem;

/// How long an invitation is good.
const JOIN_WITHIN: TimeDelta = TimeDelta::days(7);

/// How long a link to set another password is good.
const RESET_WITHIN: TimeDelta = TimeDelta::hours(1);

impl Services {
    /// Writes an invitation to a user's stored address; the link of an earlier one becomes invalid. Under one
    /// command that happens once.
    pub(in crate::operations) async fn write_invitation(
        &self,
        tenant: TenantId,
        user: UserId,
        command: CommandId,
        is_repeated: bool,
    ) -> Result<(), Problem> {
        let known = self.authority.known(tenant, user).await.map_err(|world| failed(&world))?;
        let Some(known) = known else {
            // They were forgotten meanwhile, maybe before their data was stored.
            return self.accounts.forget(tenant, user).await.map_err(|world| failed(&world));
        };
        let Some(to) = self.address_of(tenant, user).await? else { return Ok(()) };
        let company = self.company(tenant).await?;
        let kind = Kind::Invitation;
        let token = Opaque::of_command(&self.renewals, command, kind, tenant, user.uuid());
        let message = EmailMessage {
            to,
            subject: "Invitación · Invitation".to_owned(),
            text: format!(
                "Tiene una invitación para trabajar en {company}. Abra este enlace dentro de una \
                 semana y elija su contraseña.\n\n\
                 You were invited to work at {company}. Open this link within a week and choose your \
                 password.\n\n{}\n",
                self.link("join", &token)
            ),
        };
        let kind = (TicketKind::Invitation, known.epoch);
        let written = self.written(kind, &token, message, JOIN_WITHIN);
        let kept = if is_repeated {
            self.outbox.write_once(written).await
        } else {
            self.outbox.write(written).await
        };
        kept.map_err(|world| failed(&world))
    }

    /// Writes an e-mail with a link to set another password to a user's stored address, if they have joined
    /// and are not suspended.
    pub(super) async fn write_reset(&self, tenant: TenantId, user: UserId) -> Result<(), Problem> {
        let known = self.authority.known(tenant, user).await.map_err(|world| failed(&world))?;
        let Some(Known { epoch, has_joined: true, is_active: true, .. }) = known else {
            return Ok(());
        };
        let Some(to) = self.address_of(tenant, user).await? else { return Ok(()) };
        let company = self.company(tenant).await?;
        let kind = Kind::PasswordReset;
        let token = Opaque::fresh(&self.renewals, kind, tenant, user.uuid());
        let message = EmailMessage {
            to,
            subject: "Cambiar su contraseña · Change your password".to_owned(),
            text: format!(
                "Para cambiar su contraseña en {company} abra este enlace dentro de una hora. \
                 Si no lo pidió, no haga nada.\n\n\
                 To change your password at {company} open this link within an hour. \
                 If you did not ask for it, do nothing.\n\n{}\n",
                self.link("reset-password", &token)
            ),
        };
        let kind = (TicketKind::PasswordReset, epoch);
        let written = self.written(kind, &token, message, RESET_WITHIN);
        self.outbox.write(written).await.map_err(|world| failed(&world))
    }

    /// A user's stored e-mail address, whatever was typed; none if the user's data was deleted.
    pub(super) async fn address_of(
        &self,
        tenant: TenantId,
        user: UserId,
    ) -> Result<Option<String>, Problem> {
        let people = self.accounts.people(tenant, &[user]).await;
        let person = people.map_err(|world| failed(&world))?.remove(&user);
        Ok(person.map(|person| person.email))
    }

    /// What people call the company.
    pub(super) async fn company(&self, tenant: TenantId) -> Result<String, Problem> {
        let company = self.operator.company(tenant).await.map_err(|world| failed(&world))?;
        Ok(company.map(|company| company.details.name.to_string()).unwrap_or_default())
    }

    /// An e-mail with its token, which is good for some time.
    pub(super) fn written(
        &self,
        (kind, epoch): (TicketKind, u32),
        token: &Opaque,
        message: EmailMessage,
        good_for: TimeDelta,
    ) -> Written {
        let at: DateTime<Utc> = self.clock.now();
        let ticket = TicketFor { tenant: token.tenant, kind, subject: token.subject };
        let (id, hash) = (self.ids.uuid(), token.hash());
        Written { id, ticket, hash, epoch, message, at, expires_at: at + good_for }
    }

    /// The address of the link in an e-mail.
    pub(super) fn link(&self, page: &str, token: &Opaque) -> String {
        token.link(&self.public_url, page)
    }
}
