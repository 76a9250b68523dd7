//! What is written to people, with a link that only they get.

use chrono::{DateTime, TimeDelta, Utc};
use commands::identity::{Letter, TicketFor, TicketKind, Written};
use domain::shared::{CommandId, TenantId, UserId};

use super::Services;
use super::refusal::failed;
use crate::auth::opaque::{Kind, Opaque};
use crate::problem::Problem;

/// How long an invitation is good.
const JOIN_WITHIN: TimeDelta = TimeDelta::days(7);

/// How long a link to set another password is good.
const RESET_WITHIN: TimeDelta = TimeDelta::hours(1);

/// Somebody who is written to.
#[derive(Debug, Clone)]
pub(super) struct Addressee {
    pub(super) tenant: TenantId,
    pub(super) user: UserId,
    pub(super) email: String,
}

impl Services {
    /// Writes an invitation; the link of an earlier one is good no more. Under one command that
    /// happens once.
    pub(super) async fn write_invitation(
        &self,
        to: Addressee,
        command: CommandId,
        is_repeated: bool,
    ) -> Result<(), Problem> {
        let Addressee { tenant, user, email } = to;
        let company = self.company(tenant).await?;
        let kind = Kind::Invitation;
        let token = Opaque::of_command(&self.renewals, command, kind, tenant, user.uuid());
        let letter = Letter {
            to: email,
            subject: "Invitación · Invitation".to_owned(),
            text: format!(
                "Tiene una invitación para trabajar en {company}. Abra este enlace dentro de una \
                 semana y elija su contraseña.\n\n\
                 You were invited to work at {company}. Open this link within a week and choose your \
                 password.\n\n{}\n",
                self.link("join", &token)
            ),
        };
        let written = self.written(TicketKind::Invitation, &token, letter, JOIN_WITHIN);
        let kept = if is_repeated {
            self.letters.write_once(written).await
        } else {
            self.letters.write(written).await
        };
        kept.map_err(|world| failed(&world))
    }

    /// Writes a letter with a link to set another password.
    pub(super) async fn write_reset(&self, to: Addressee) -> Result<(), Problem> {
        let Addressee { tenant, user, email } = to;
        let company = self.company(tenant).await?;
        let token = Opaque::fresh(Kind::PasswordReset, tenant, user.uuid());
        let letter = Letter {
            to: email,
            subject: "Cambiar su contraseña · Change your password".to_owned(),
            text: format!(
                "Para cambiar su contraseña en {company} abra este enlace dentro de una hora. \
                 Si no lo pidió, no haga nada.\n\n\
                 To change your password at {company} open this link within an hour. \
                 If you did not ask for it, do nothing.\n\n{}\n",
                self.link("reset-password", &token)
            ),
        };
        let written = self.written(TicketKind::PasswordReset, &token, letter, RESET_WITHIN);
        self.letters.write(written).await.map_err(|world| failed(&world))
    }

    /// What people call the company.
    async fn company(&self, tenant: TenantId) -> Result<String, Problem> {
        let name = self.accounts.name_of(tenant).await.map_err(|world| failed(&world))?;
        Ok(name.unwrap_or_default())
    }

    fn written(
        &self,
        kind: TicketKind,
        token: &Opaque,
        letter: Letter,
        good_for: TimeDelta,
    ) -> Written {
        let at: DateTime<Utc> = self.clock.now();
        let ticket = TicketFor { tenant: token.tenant, kind, subject: token.subject };
        let (id, hash) = (self.ids.uuid(), token.hash());
        Written { id, ticket, hash, letter, at, expires_at: at + good_for }
    }

    /// The address that a letter leads to.
    fn link(&self, page: &str, token: &Opaque) -> String {
        token.link(&self.public_url, page)
    }
}
