//! Cases for standalone objects: the same for every kind.

use e2e::{Client, fresh};
use uuid::Uuid;

use super::visits::{Expect, Visit};
use crate::standalone::{STANDALONE, Standalone};

/// One id of each kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standalones([Uuid; STANDALONE.len()]);

impl Standalones {
    /// Adds one of each kind, with this name.
    pub(super) async fn of(client: &Client, name: &str) -> Self {
        let mut ids = [Uuid::nil(); STANDALONE.len()];
        for (id, kind) in ids.iter_mut().zip(STANDALONE) {
            *id = kind.add(client, name).await;
        }
        Self(ids)
    }

    pub(super) fn of_nothing() -> Self {
        Self(std::array::from_fn(|_| fresh()))
    }

    /// The id of the kind whose list has this path.
    pub(super) fn id(self, path: &str) -> Uuid {
        let place = STANDALONE.iter().position(|kind| kind.path == path);
        self.0[place.expect("the path is that of a kind")]
    }

    /// Requests of `client` with these ids, and one that adds an object called `name`, as the other company
    /// has one.
    pub(super) fn visits(self, client: &Client, name: &str) -> Vec<Visit> {
        let of_kind = |(id, kind): (Uuid, &'static Standalone)| {
            let [add, list, get, revise] = kind.operations;
            let path = format!("{}/{id}", kind.path);
            let added = client.post(kind.path).json(&(kind.new)(name));
            let revised = client.put(&path).if_match(1).json(&(kind.revised)("Otro"));
            [
                (add, added, Expect::Created),
                (list, client.get(kind.path), Expect::Nothing),
                (get, client.get(&path), Expect::NotFound),
                (revise, revised, Expect::NotFound),
            ]
        };
        let cases = self.0.into_iter().zip(STANDALONE).flat_map(of_kind);
        cases.map(|(operation, call, expect)| Visit { operation, call, expect }).collect()
    }

    /// The ids as texts, to search for them in answers.
    pub(super) fn texts(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|id| id.to_string())
    }
}
