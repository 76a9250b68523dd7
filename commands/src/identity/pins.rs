//! PINs outside the log: hashes, each with the number of the PIN that its event assigned.

use std::collections::HashSet;
use std::fmt;

use async_trait::async_trait;
use domain::shared::{TenantId, UserId};

use crate::engine::error::World;

/// The hash of a PIN with the number from the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedPin<'a> {
    /// The number of the PIN among those of its user.
    pub number: u32,
    /// The hash as a PHC string.
    pub hash: &'a str,
}

/// A stored PIN, read for one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedPin {
    /// The hash as a PHC string.
    pub hash: String,
    /// The number of the PIN among those of its user.
    pub number: u32,
    /// The number of consecutive attempts, this one included.
    pub tries: u32,
}

/// Stores hashes of PINs.
#[async_trait]
pub trait Pins: fmt::Debug + Send + Sync + 'static {
    /// Stores the hash of a user's PIN, unless it has the same or a later one.
    async fn keep(&self, tenant: TenantId, user: UserId, pin: NumberedPin<'_>)
    -> Result<(), World>;

    /// Reads a user's PIN for one attempt. The attempt counts as wrong until [`Pins::was_right`],
    /// so that concurrent attempts are all counted.
    async fn tried(&self, tenant: TenantId, user: UserId) -> Result<Option<TriedPin>, World>;

    /// Records that the attempt at the PIN with this number was right.
    async fn was_right(&self, tenant: TenantId, user: UserId, number: u32) -> Result<(), World>;

    /// Replaces the hash by one of the same PIN with current parameters, if the PIN is unchanged.
    async fn rehashed(
        &self,
        tenant: TenantId,
        user: UserId,
        before: &str,
        hash: &str,
    ) -> Result<(), World>;

    /// Which of these users have a PIN.
    async fn who_has(&self, tenant: TenantId, users: &[UserId]) -> Result<HashSet<UserId>, World>;
}
