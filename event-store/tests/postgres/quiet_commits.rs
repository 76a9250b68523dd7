//! Not every batch notifies listeners, but each commit is followed by a notification.

use std::time::Duration;

use event_store::EventStore;
use event_store::testing::Database;
use event_store::testing::appends::{ANA, append};
use sqlx::postgres::PgListener;
use tokio::time::timeout;

use crate::support::committed;

/// Long enough for any machine. The test does not poll: without a notification it fails.
const TIMEOUT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_right_after_a_notification_is_notified_too() {
    let db = Database::create().await;
    let store = db.store();
    let mut listener = PgListener::connect_with(&db.projector_pool()).await.expect("a listener");
    listener.listen("fastops_log").await.expect("it listens");
    for n in 0..5 {
        committed(store.append(append(ANA, u128::from(2 * n + 1), &[("arepa", 2 * n, 1)])).await);
        timeout(TIMEOUT, listener.recv()).await.expect("notified in time").expect("a notification");
        committed(
            store.append(append(ANA, u128::from(2 * n + 2), &[("arepa", 2 * n + 1, 1)])).await,
        );
        timeout(TIMEOUT, listener.recv())
            .await
            .expect("notified again in time")
            .expect("a notification");
    }
}
