//! An intent: one thing that can be asked.

use std::error::Error;
use std::future::Future;

use event_store::Actor;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

/// A command as a person says it: what it needs is looked up in [`Intent::decide`], and decided there
/// by the domain.
///
/// The serialised form is the canonical body of the command: fields that the server makes up, such as
/// ids of things to be created, are skipped, so that a retry has the same fingerprint.
pub trait Intent: Serialize + Send + Sync + 'static {
    /// `context.verb`, part of the fingerprint and the name of the span.
    const OPERATION: &'static str;
    /// How a rule can say no.
    type Refusal: Error + Send + Sync + 'static;

    /// Loads what is needed and decides.
    ///
    /// It runs again from the beginning when a stream has changed before the append, so it keeps
    /// nothing outside `work`.
    fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> impl Future<Output = Result<(), CommandError<Self::Refusal>>> + Send;
}

/// What tells a retry from a command id used for something else, or by another: SHA-256 of operation,
/// actor and body. All that FastOps does for itself is of one actor, whatever the reasons are called.
pub(crate) fn fingerprint<I: Intent>(intent: &I, actor: &Actor) -> [u8; 32] {
    let body = serde_json::to_vec(intent).expect("intents are made of JSON-safe values");
    let mut hasher = Sha256::new();
    hasher.update(I::OPERATION);
    hasher.update([0]);
    match actor {
        Actor::User(user) => {
            hasher.update([1]);
            hasher.update(user.uuid());
        }
        Actor::System(_) => hasher.update([2]),
    }
    hasher.update(body);
    hasher.finalize().into()
}
