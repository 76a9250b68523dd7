//! What is kept of PINs beside the log: hashes, each under the number of the event that it came with.

use std::collections::HashSet;
use std::fmt;

use async_trait::async_trait;
use domain::shared::{TenantId, UserId};

use crate::engine::error::World;

/// The hash of a PIN that the log has given a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedPin<'a> {
    /// Which PIN of the person it is of.
    pub number: u32,
    /// The hash as a PHC string.
    pub hash: &'a str,
}

/// A PIN that is being tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedPin {
    /// The hash as a PHC string.
    pub hash: String,
    /// Which PIN of the person it is of.
    pub number: u32,
    /// How often in a row a PIN was tried, this time included.
    pub tries: u32,
}

/// Where hashes of PINs are kept.
#[async_trait]
pub trait Pins: fmt::Debug + Send + Sync + 'static {
    /// Keeps the hash of somebody's PIN, unless that of the same or a later one is kept.
    async fn keep(&self, tenant: TenantId, user: UserId, pin: NumberedPin<'_>)
    -> Result<(), World>;

    /// The PIN that is kept of somebody, for one try: it counts as wrong until [`Pins::was_right`], so
    /// that of many tries at once none is free.
    async fn tried(&self, tenant: TenantId, user: UserId) -> Result<Option<TriedPin>, World>;

    /// The PIN with this number was right.
    async fn was_right(&self, tenant: TenantId, user: UserId, number: u32) -> Result<(), World>;

    /// Keeps a hash with today's parameters of the same PIN, if it is still the one.
    async fn rehashed(
        &self,
        tenant: TenantId,
        user: UserId,
        before: &str,
        hash: &str,
    ) -> Result<(), World>;

    /// Who of these has a PIN.
    async fn who_has(&self, tenant: TenantId, users: &[UserId]) -> Result<HashSet<UserId>, World>;
}
