//! Clients that place, move and pay, and write down what they ask for before they ask.

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
use crate::system::PATIENCE;

/// How long a client waits before it asks for something else, after it got no good answer.
const PAUSE: Duration = Duration::from_millis(20);

/// What a client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A new order in this branch.
    Place(Uuid),
    /// The order is accepted.
    Confirm(Uuid),
    /// The order is not made after all.
    Cancel(Uuid),
    /// The order is paid.
    Pay(Uuid),
}

/// One command as its client knows it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Under which key.
    pub key: Uuid,
    /// What was asked for.
    pub wish: Wish,
    /// The 2xx, if there was one.
    pub told: Option<Answer>,
}

/// Everything that clients have asked for, and what they were told.
#[derive(Debug, Default)]
pub struct Journal {
    /// The commands, each client's in its order.
    pub entries: Vec<Entry>,
    /// How many requests were answered with 429 or 503.
    pub refused: u64,
    /// How long the slowest of these answers took.
    pub slowest_refusal: Duration,
    /// How many requests were not answered at all.
    pub unanswered: u64,
    /// How long the slowest answer took.
    pub slowest: Duration,
}

/// Clients at work.
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
    /// So many clients begin to order.
    pub fn start(rig: &Rig, n_clients: u32, nemesis: &mut Nemesis) -> Self {
        Self::start_at(rig.till(), rig, n_clients, nemesis)
    }

    /// The same at another server of the rig.
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

    /// Lets everybody finish what they are at; gives what they have written down.
    pub async fn stop(mut self) -> Journal {
        self.enough.cancel();
        let mut all = Journal::default();
        while let Some(journal) = self.clients.join_next().await {
            all.extend(journal.expect("no client was told what it should not be"));
        }
        all
    }
}

impl Orderer {
    async fn work(mut self, enough: CancellationToken) -> Journal {
        while !enough.is_cancelled() {
            let branch = self.branches[self.rng.random_range(0..self.branches.len())];
            let Some(placed) = self.ask(Wish::Place(branch)).await else { continue };
            match self.rng.random_range(0..4) {
                0 => {}
                1 => _ = self.ask(Wish::Cancel(placed.id())).await,
                _ => {
                    self.ask(Wish::Confirm(placed.id())).await;
                    self.ask(Wish::Pay(placed.id())).await;
                }
            }
        }
        self.journal
    }

    async fn ask(&mut self, wish: Wish) -> Option<Answer> {
        let key = fresh();
        self.journal.entries.push(Entry { key, wish, told: None });
        let asked = Instant::now();
        let answer = wish.call(&self.till, &self.menu).key(key).try_send().await;
        let took = asked.elapsed();
        self.journal.slowest = self.journal.slowest.max(took);
        match answer {
            Ok(answer) if wish.is_granted(&answer) => {
                let entry = self.journal.entries.last_mut()?;
                entry.told = Some(answer.clone());
                return Some(answer);
            }
            Ok(answer) => {
                assert_of_the_world(&answer);
                self.journal.refused += 1;
                self.journal.slowest_refusal = self.journal.slowest_refusal.max(took);
            }
            Err(_) => self.journal.unanswered += 1,
        }
        sleep(PAUSE).await;
        None
    }
}

impl Wish {
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
    /// Takes over what others have written down.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.slowest = self.slowest.max(other.slowest);
        self.slowest_refusal = self.slowest_refusal.max(other.slowest_refusal);
    }

    /// How many commands were granted.
    pub fn told(&self) -> usize {
        self.entries.iter().filter(|entry| entry.told.is_some()).count()
    }

    /// Asks again for whatever was not granted, under the same keys, until it is; says how many those
    /// were.
    pub async fn settle(&mut self, rig: &Rig) -> usize {
        let mut open = 0;
        for entry in self.entries.iter_mut().filter(|entry| entry.told.is_none()) {
            let deadline = Instant::now() + PATIENCE;
            loop {
                let call = entry.wish.call(rig.till(), &rig.menu).key(entry.key);
                let answer = call.send().await;
                if entry.wish.is_granted(&answer) {
                    entry.told = Some(answer);
                    break;
                }
                assert_of_the_world(&answer);
                assert!(Instant::now() < deadline, "{entry:?} is not settled: {answer:?}");
                sleep(PAUSE).await;
            }
            open += 1;
        }
        open
    }
}

/// Fails the test unless it is a 503, or a 429, that says what is the matter and when to come back.
#[track_caller]
pub fn assert_of_the_world(answer: &Answer) {
    assert!(matches!(answer.status, 429 | 503), "{answer:?}");
    answer.problem(answer.status, answer.body["code"].as_str().unwrap_or_default());
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}
