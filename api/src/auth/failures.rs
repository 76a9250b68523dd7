//! Failures to sign in: one line each in the log of the process and a figure, for monitoring. Users are
//! recorded there as in the log of events: by ids, and by the key of an address.

use std::net::IpAddr;

use domain::shared::{DeviceId, EmailKey, UserId};
use poem::Request;
use uuid::Uuid;

use super::origin;

/// The way to sign in that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// An address and a password.
    Password,
    /// A PIN on a shared till.
    Pin,
    /// The token of an enrolled device.
    Device,
    /// The token that renews a sign-in.
    Refresh,
    /// The link of an invitation.
    Invitation,
    /// The link to set another password.
    PasswordReset,
    /// The link to another e-mail address.
    EmailChange,
    /// The password of a user who is signed in already.
    OwnPassword,
    /// The token of the installation.
    Operator,
}

impl Way {
    const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Pin => "pin",
            Self::Device => "device",
            Self::Refresh => "refresh",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::EmailChange => "email_change",
            Self::OwnPassword => "own_password",
            Self::Operator => "operator",
        }
    }
}

/// Why it failed. Clients receive less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// There is no such account.
    Unknown,
    /// The address has an account in several companies, and none was named.
    Ambiguous,
    /// The secret is another one.
    Wrong,
    /// It was not made here, is not kept any more, or its time is over.
    Invalid,
    /// It was used before.
    Reused,
    /// What it belongs to was ended.
    Revoked,
    /// They are suspended, or may not act there.
    ShutOut,
    /// They failed too often and have to wait.
    Waiting,
    /// The PIN was tried too often.
    Blocked,
    /// Its owner has another PIN, or may do more than when this one was set for them.
    Superseded,
    /// Another user has set the PIN, and it only serves to choose another.
    ToBeReplaced,
}

impl Reason {
    const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ambiguous => "ambiguous",
            Self::Wrong => "wrong",
            Self::Invalid => "invalid",
            Self::Reused => "reused",
            Self::Revoked => "revoked",
            Self::ShutOut => "shut_out",
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Superseded => "superseded",
            Self::ToBeReplaced => "to_be_replaced",
        }
    }
}

/// Where a sign-in was tried, how, and for which account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Try {
    way: Way,
    address: Option<IpAddr>,
    account: Option<EmailKey>,
    person: Option<UserId>,
    device: Option<DeviceId>,
    session: Option<Uuid>,
}

impl Try {
    pub(crate) fn of(way: Way, request: &Request) -> Self {
        let address = origin(request);
        Self { way, address, account: None, person: None, device: None, session: None }
    }

    pub(crate) fn account(self, account: EmailKey) -> Self {
        Self { account: Some(account), ..self }
    }

    pub(crate) fn person(self, person: UserId) -> Self {
        Self { person: Some(person), ..self }
    }

    pub(crate) fn device(self, device: DeviceId) -> Self {
        Self { device: Some(device), ..self }
    }

    pub(crate) fn session(self, session: Uuid) -> Self {
        Self { session: Some(session), ..self }
    }

    /// It failed.
    pub(crate) fn failed(&self, reason: Reason) {
        let (way, reason) = (self.way.word(), reason.word());
        let labels = [("way", way), ("reason", reason)];
        metrics::counter!("fastops_sign_in_failures_total", &labels).increment(1);
        let text = |value: Option<String>| value.unwrap_or_default();
        tracing::warn!(
            security = "sign_in_failed",
            way,
            reason,
            client.address = text(self.address.map(|it| it.to_string())),
            account = text(self.account.map(|it| it.to_string())),
            person.id = text(self.person.map(|it| it.to_string())),
            device.id = text(self.device.map(|it| it.to_string())),
            session.id = text(self.session.map(|it| it.to_string())),
            "somebody failed to sign in"
        );
    }
}
