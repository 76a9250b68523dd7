//! An append in the writer's queue, and the channel of its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use domain::shared::{CommandId, TenantId};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::line::LOCK_MAX;
use super::queue::Item;
use crate::append::Append;
use crate::error::Error;
use crate::store::ANSWER_TIMEOUT;
use crate::verdict::Verdict;

const WAITING: u8 = 0;
const SENT: u8 = 1;
const GIVEN_UP: u8 = 2;

/// The writer's side.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) append: Append,
    pub(super) queued_at: Instant,
    stage: Arc<AtomicU8>,
    reply: oneshot::Sender<Result<Verdict, Error>>,
}

/// The caller's side.
#[derive(Debug)]
pub(super) struct Answer {
    deadline: Instant,
    stage: Arc<AtomicU8>,
    reply: oneshot::Receiver<Result<Verdict, Error>>,
}

impl Job {
    pub(super) fn new(append: Append) -> (Self, Answer) {
        let (sender, receiver) = oneshot::channel();
        let stage = Arc::new(AtomicU8::new(WAITING));
        let queued_at = Instant::now();
        let answer = Answer {
            deadline: queued_at + ANSWER_TIMEOUT,
            stage: Arc::clone(&stage),
            reply: receiver,
        };
        (Self { append, queued_at, stage, reply: sender }, answer)
    }

    /// Until when it may be sent: so that a wait for a lock in vain is over while the caller waits.
    pub(super) fn send_until(&self) -> Instant {
        self.queued_at + ANSWER_TIMEOUT.saturating_sub(LOCK_MAX)
    }

    /// Whether it may be sent: not after its deadline, and not if its caller was answered that it never was.
    pub(super) fn send(&self) -> bool {
        Instant::now() < self.send_until() && self.moves(WAITING, SENT)
    }

    /// The log has answered that nothing of it was written.
    pub(super) fn take_back(&self) {
        self.moves(SENT, WAITING);
    }

    /// Answers, and gives back what was asked. A caller that went away does not change what is committed.
    pub(super) fn answer(self, verdict: Result<Verdict, Error>) -> Append {
        let _caller_is_gone = self.reply.send(verdict);
        self.append
    }

    fn moves(&self, from: u8, to: u8) -> bool {
        moves(&self.stage, from, to)
    }
}

impl Answer {
    /// The verdict, or after the time for it whether the append may have happened.
    pub(super) async fn verdict(self) -> Result<Verdict, Error> {
        let Self { deadline, stage, reply } = self;
        match timeout_at(deadline, reply).await {
            Ok(answer) => answer.unwrap_or(Err(Error::OutcomeUnknown)),
            Err(_) if moves(&stage, WAITING, GIVEN_UP) => Err(too_late()),
            Err(_) => Err(Error::OutcomeUnknown),
        }
    }
}

fn moves(stage: &AtomicU8, from: u8, to: u8) -> bool {
    stage.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
}

/// What is answered for an append that was not sent in time.
pub(super) fn too_late() -> Error {
    Error::Unavailable { reason: "the append was not sent in time".to_owned() }
}

impl Item for Job {
    fn tenant(&self) -> TenantId {
        self.append.tenant()
    }

    fn command(&self) -> CommandId {
        self.append.command()
    }

    fn size_bytes(&self) -> usize {
        self.append.size_bytes()
    }
}
