//! What is kept beside the log, because it is secret or about people.

use async_trait::async_trait;
use domain::shared::{TenantId, UserId};

use crate::error::World;

/// A way to sign in: a person in a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The company.
    pub tenant: TenantId,
    /// The company's short name.
    pub slug: String,
    /// The person.
    pub user: UserId,
    /// The password as a PHC string.
    pub password_hash: String,
}

/// Where accounts are kept: tables of their own, since secrets and addresses never enter the log.
#[async_trait]
pub trait Accounts: std::fmt::Debug + Send + Sync + 'static {
    /// Every account of an e-mail address, in one company or in all.
    async fn of_email(&self, email: &str, slug: Option<&str>) -> Result<Vec<Account>, World>;

    /// Keeps a hash with today's parameters of the same password.
    async fn rehashed(&self, account: &Account, password_hash: &str) -> Result<(), World>;
}
