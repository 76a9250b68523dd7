//! Leases on a real database.

use std::time::Duration;

use chrono::{DateTime, Utc};
use event_store::lease::{DURATION, Lease, Leases};
use event_store::testing::{Database, assert_took};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

fn leases(database: &Database, holder: u128) -> Leases {
    Leases::new(database.projector_pool(), Uuid::from_u128(holder))
}

async fn expire(database: &Database) {
    sqlx::query("UPDATE leases SET expires_at = now() - interval '1 second'")
        .execute(&database.owner_pool())
        .await
        .expect("the owner may do this");
}

async fn taken(leases: &Leases, name: &str) -> Lease {
    leases.try_acquire(name).await.expect("the database answers").expect("the lease is free")
}

#[tokio::test]
async fn a_lease_has_one_holder_who_may_give_it_back() {
    let database = Database::create().await;
    let (ana, luis) = (leases(&database, 1), leases(&database, 2));
    let held = taken(&ana, "consumer:sales").await;
    assert_eq!(held.epoch(), 1);
    assert!(luis.try_acquire("consumer:sales").await.unwrap().is_none());
    assert!(ana.try_acquire("consumer:sales").await.unwrap().is_none());
    assert_eq!(
        taken(&luis, "tenant:17").await.epoch(),
        1,
        "leases of different names are independent"
    );

    held.release().await;
    assert_eq!(taken(&luis, "consumer:sales").await.epoch(), 2);
}

#[tokio::test]
async fn a_lease_that_is_renewed_does_not_expire() {
    let database = Database::create().await;
    let held = taken(&leases(&database, 1), "consumer:sales").await;
    let expires_at = async || -> DateTime<Utc> {
        let held = sqlx::query_scalar("SELECT expires_at FROM leases");
        held.fetch_one(&database.owner_pool()).await.expect("one lease")
    };
    let first = expires_at().await;
    while expires_at().await <= first + DURATION {
        sleep(Duration::from_millis(50)).await;
    }
    assert!(!held.is_lost().await);
}

#[tokio::test]
async fn a_lost_lease_is_reported_and_not_taken_from_the_next_holder() {
    let database = Database::create().await;
    let (ana, luis) = (leases(&database, 1), leases(&database, 2));
    let held = taken(&ana, "consumer:sales").await;
    expire(&database).await;
    let next = taken(&luis, "consumer:sales").await;
    assert_eq!(next.epoch(), 2);
    held.lost().cancelled().await;
    assert!(held.is_lost().await);
    held.release().await;
    assert!(ana.try_acquire("consumer:sales").await.unwrap().is_none());
    assert!(!next.is_lost().await);
}

#[tokio::test]
async fn a_waiter_gets_the_lease_soon_after_its_holder_dies() {
    let database = Database::create().await;
    let (ana, luis) = (leases(&database, 1), leases(&database, 2));
    drop(taken(&ana, "consumer:sales").await);
    let (begun, shutdown) = (Instant::now(), CancellationToken::new());
    let next = luis.acquire("consumer:sales", &shutdown, |_| {}).await.unwrap();
    assert_eq!(next.epoch(), 2);
    assert_took(begun.elapsed(), 3 * DURATION);

    shutdown.cancel();
    assert!(ana.acquire("consumer:sales", &shutdown, |_| {}).await.is_none());
}
