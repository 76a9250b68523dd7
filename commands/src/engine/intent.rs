//! An intent: one command of a user or of FastOps itself.

use std::error::Error;
use std::future::Future;

use event_store::Actor;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

/// A command as its caller expresses it: [`Intent::decide`] loads what it needs and has the domain decide.
///
/// The serialised form is the canonical body of the command: fields that the server generates, such as ids of
/// things to be created, are skipped, so that a retry has the same fingerprint.
pub trait Intent: Serialize + Send + Sync + 'static {
    /// `context.verb`, part of the fingerprint and the name of the span.
    const OPERATION: &'static str;
    /// The refusals by rules.
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

/// Distinguishes a retry from a command id used for something else, or by another actor: SHA-256 of
/// operation, actor and body. FastOps itself counts as one actor, whatever the stated reason.
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
