//! A log that loses its last events while a consumer skips over them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::catalog::{Category, category};
use domain::orders::Order;
use event_store::consumer::{Feed, Tail, run};
use event_store::{Error, EventStore, Head, Position, RecordedEvent};
use projections::catalog::Catalog;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::history::{PLATES, name, order_id, paid, pesos};
use crate::read_by::{ReadBy, Reading};
use crate::world::{ANA, World};

/// The first read returns the log without any event about a category; later reads return it without
/// its last event.
struct Shortened {
    n_reads: AtomicU32,
}

#[async_trait]
impl Reading for Shortened {
    async fn read_all(
        &self,
        log: &dyn EventStore,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, Error> {
        let is_first = self.n_reads.fetch_add(1, Ordering::Relaxed) == 0;
        let end = self.head(log).await?.position;
        let mut page = log.read_all(after, limit).await?;
        page.retain(|event| event.position <= end);
        if is_first {
            for event in &mut page {
                "order.confirmed".clone_into(&mut event.event_type);
            }
        }
        Ok(page)
    }

    async fn head(&self, log: &dyn EventStore) -> Result<Head, Error> {
        let head = log.head().await?;
        let lost = u64::from(self.n_reads.load(Ordering::Relaxed) > 1);
        Ok(Head { position: Position::new(head.position.get() - lost), ..head })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_log_has_instead_of_what_was_passed_over_is_applied() {
    let mut world = World::new().await;
    let at = "2026-03-14T18:00:00Z";
    let payment = || paid(1, pesos(1), pesos(1), 13);
    world.happens::<Order>(ANA, &order_id(1), at, [payment().into()]).await;
    let platos = category::Added { name: name("Platos"), place: 1 };
    world.happens::<Category>(ANA, &PLATES, at, [platos.into()]).await;
    world.happens::<Order>(ANA, &order_id(1), at, [payment().into()]).await;

    let log = ReadBy::new(&world.store, Shortened { n_reads: AtomicU32::new(0) });
    let shutdown = CancellationToken::new();
    let feed = Feed { tail: Tail::unread(), ..world.feed(&world.store, &shutdown) };
    let feed = Feed { store: log, ..feed };
    let board = feed.board.clone();
    let running = tokio::spawn(run(Arc::new(Catalog), feed, shutdown.clone()));
    let is_there = || board.statuses().iter().any(|status| status.position == Position::new(2));
    let look = async {
        while !is_there() && !running.is_finished() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_mins(1), look).await.expect("the consumer goes on or ends");
    shutdown.cancel();
    assert_eq!(running.await.expect("it does not panic"), Ok(()));
    assert_eq!(world.dump().await["categories"].len(), 1);
}
