//! Clients that place, advance and pay orders, and journal each command before they send it.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::nemesis::Nemesis;
use super::{Rig, Till, order};
use crate::client::{Answer, Call};
use crate::fresh;
use crate::menu::{LARGE, Menu, cash};
use crate::system::TIMEOUT;

/// How long a client pauses after a command that was not granted.
const PAUSE: Duration = Duration::from_millis(20);

/// A command to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Place an order in this branch.
    Place(Uuid),
    /// Confirm this order.
    Confirm(Uuid),
    /// Cancel this order.
    Cancel(Uuid),
    /// Pay this order.
    Pay(Uuid),
}

/// A command in the journal.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its idempotency key.
    pub key: Uuid,
    /// The command.
    pub action: Action,
    /// The 2xx, if there was one.
    pub granted: Option<Answer>,
}

/// All commands that clients sent, and their answers.
#[derive(Debug, Default)]
pub struct Journal {
    /// The commands, in the order in which each client sent them.
    pub entries: Vec<Entry>,
    /// The number of answers with 429 or 503.
    pub refused: u64,
    /// The duration of the slowest of them.
    pub slowest_refusal: Duration,
    /// The number of requests without an answer.
    pub unanswered: u64,
    /// The duration of the slowest request.
    pub slowest: Duration,
}

/// Clients that run in the background.
#[derive(Debug)]
pub struct Load {
    clients: JoinSet<Journal>,
    enough: CancellationToken,
}

struct Orderer {
    till: Till,
    menu: Arc<Menu>,
    branches: Arc<Vec<Uuid>>,
    rng: StdRng,
    journal: Journal,
}

impl Load {
    /// Starts `n_clients` clients.
    pub fn start(rig: &Rig, n_clients: u32, nemesis: &mut Nemesis) -> Self {
        Self::start_at(rig.till(), rig, n_clients, nemesis)
    }

    /// The same on another server of the rig.
    pub fn start_at(till: &Till, rig: &Rig, n_clients: u32, nemesis: &mut Nemesis) -> Self {
        let (mut clients, enough) = (JoinSet::new(), CancellationToken::new());
        for _ in 0..n_clients {
            let orderer = Orderer {
                till: till.clone(),
                menu: Arc::clone(&rig.menu),
                branches: Arc::clone(&rig.branches),
                rng: StdRng::seed_from_u64(nemesis.seed()),
                journal: Journal::default(),
            };
            clients.spawn(orderer.work(enough.clone()));
        }
        Self { clients, enough }
    }

    /// Stops the clients after their current commands and returns their journal.
    pub async fn stop(mut self) -> Journal {
        self.enough.cancel();
        let mut all = Journal::default();
        while let Some(journal) = self.clients.join_next().await {
            all.extend(journal.expect("no client got an unexpected answer"));
        }
        all
    }
}

impl Orderer {
    async fn work(mut self, enough: CancellationToken) -> Journal {
        while !enough.is_cancelled() {
            let branch = self.branches[self.rng.random_range(0..self.branches.len())];
            let Some(placed) = self.ask(Action::Place(branch)).await else { continue };
            match self.rng.random_range(0..4) {
                0 => {}
                1 => _ = self.ask(Action::Cancel(placed.id())).await,
                _ => {
                    self.ask(Action::Confirm(placed.id())).await;
                    self.ask(Action::Pay(placed.id())).await;
                }
            }
        }
        self.journal
    }

    async fn ask(&mut self, action: Action) -> Option<Answer> {
        let key = fresh();
        self.journal.entries.push(Entry { key, action, granted: None });
        let asked = Instant::now();
        let answer = action.call(&self.till, &self.menu).key(key).try_send().await;
        let took = asked.elapsed();
        self.journal.slowest = self.journal.slowest.max(took);
        match answer {
            Ok(answer) if action.is_granted(&answer) => {
                let entry = self.journal.entries.last_mut()?;
                entry.granted = Some(answer.clone());
                return Some(answer);
            }
            Ok(answer) => {
                assert_unavailable(&answer);
                self.journal.refused += 1;
                self.journal.slowest_refusal = self.journal.slowest_refusal.max(took);
            }
            Err(_) => self.journal.unanswered += 1,
        }
        sleep(PAUSE).await;
        None
    }
}

impl Action {
    fn call(self, till: &Till, menu: &Menu) -> Call {
        let client = till.client();
        match self {
            Self::Place(branch) => client.post("/v1/orders").json(&order(menu, branch)),
            Self::Confirm(order) => client.post(&format!("/v1/orders/{order}/confirm")),
            Self::Cancel(order) => {
                let cancel = client.post(&format!("/v1/orders/{order}/cancel")).if_match(1);
                cancel.json(&json!({"reason": "guest_request"}))
            }
            Self::Pay(order) => {
                client.post(&format!("/v1/orders/{order}/payments")).json(&cash(LARGE, LARGE))
            }
        }
    }

    fn is_granted(self, answer: &Answer) -> bool {
        let granted = match self {
            Self::Place(_) | Self::Pay(_) => 201,
            Self::Confirm(_) | Self::Cancel(_) => 200,
        };
        answer.status == granted
    }
}

impl Journal {
    /// Appends another journal.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.slowest = self.slowest.max(other.slowest);
        self.slowest_refusal = self.slowest_refusal.max(other.slowest_refusal);
    }

    /// The number of granted commands.
    pub fn n_granted(&self) -> usize {
        self.entries.iter().filter(|entry| entry.granted.is_some()).count()
    }

    /// Retries each command that was not granted, with its key, until it is; returns their number.
    pub async fn settle(&mut self, rig: &Rig) -> usize {
        let mut open = 0;
        for entry in self.entries.iter_mut().filter(|entry| entry.granted.is_none()) {
            let deadline = Instant::now() + TIMEOUT;
            loop {
                let call = entry.action.call(rig.till(), &rig.menu).key(entry.key);
                let answer = call.send().await;
                if entry.action.is_granted(&answer) {
                    entry.granted = Some(answer);
                    break;
                }
                assert_unavailable(&answer);
                assert!(Instant::now() < deadline, "{entry:?} is not settled: {answer:?}");
                sleep(PAUSE).await;
            }
            open += 1;
        }
        open
    }
}

/// Fails the test unless the answer is a complete 503 or 429 with `Retry-After`.
#[track_caller]
pub fn assert_unavailable(answer: &Answer) {
    assert!(matches!(answer.status, 429 | 503), "{answer:?}");
    answer.problem(answer.status, answer.body["code"].as_str().unwrap_or_default());
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}
