//! The e-mails about a change of a user's address: to the new one a link, to the one before a notice.

use chrono::TimeDelta;
use commands::identity::{EmailMessage, Notice, RequestedEmail, TicketKind};
use domain::shared::{CommandId, TenantId, UserId};

use crate::auth::opaque::{Kind, Opaque};
use crate::operations::Services;
use crate::operations::refusal::failed;
use crate::problem::Problem;

/// How long a link to another address is good.
const CONFIRM_WITHIN: TimeDelta = TimeDelta::days(1);

/// How long a mail server may be down before the notice to the address before is dropped.
const NOTICE_WITHIN: TimeDelta = TimeDelta::days(7);

impl Services {
    /// Writes to a requested address; the link of an earlier request becomes invalid. Under one request that
    /// happens once.
    pub(super) async fn write_email_change(
        &self,
        (tenant, user): (TenantId, UserId),
        command: CommandId,
        requested: &RequestedEmail,
    ) -> Result<(), Problem> {
        let known = self.authority.known(tenant, user).await.map_err(|world| failed(&world))?;
        let Some(known) = known else { return Ok(()) };
        let company = self.company(tenant).await?;
        let kind = Kind::EmailChange;
        let token = Opaque::of_command(&self.renewals, command, kind, tenant, user.uuid());
        let message = EmailMessage {
            to: requested.address.clone(),
            subject: "Confirmar su correo · Confirm your e-mail address".to_owned(),
            text: format!(
                "Para usar esta dirección de correo en {company} abra este enlace dentro de un día. \
                 Hasta entonces vale la de antes. Si no lo pidió, no haga nada.\n\n\
                 To use this e-mail address at {company} open this link within a day. \
                 Until then the one before counts. If you did not ask for it, do nothing.\n\n{}\n",
                self.link("confirm-email", &token)
            ),
        };
        let kind = (TicketKind::EmailChange, known.epoch);
        let written = self.written(kind, &token, message, CONFIRM_WITHIN);
        let kept = self.contacts.keep_requested(requested, written).await;
        kept.map_err(|world| failed(&world))
    }

    /// The notice to the address before. It contains neither the new one nor whose account it is.
    pub(super) async fn notice_of_email(
        &self,
        tenant: TenantId,
        former: String,
    ) -> Result<Notice, Problem> {
        let company = self.company(tenant).await?;
        let message = EmailMessage {
            to: former,
            subject: "Su correo cambió · Your e-mail address has changed".to_owned(),
            text: format!(
                "Su cuenta en {company} tiene ahora otra dirección de correo. Con esta ya no se \
                 entra, y todas las sesiones se cerraron. Si no lo pidió, avise enseguida a quien \
                 administra {company}.\n\n\
                 Your account at {company} has another e-mail address from now on. You can no \
                 longer sign in with this one, and every sign-in has ended. If you did not ask for it, tell \
                 an administrator of {company} at once.\n"
            ),
        };
        let at = self.clock.now();
        Ok(Notice { id: self.ids.uuid(), message, at, expires_at: at + NOTICE_WITHIN })
    }
}
