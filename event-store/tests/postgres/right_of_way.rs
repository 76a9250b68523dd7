//! Work that gives way, on a real database.

use std::time::Duration;

use domain::shared::TenantId;
use event_store::EventStore;
use event_store::right_of_way::Turns;
use event_store::testing::Database;
use tokio::time::timeout;
use uuid::Uuid;

const TENANT: u128 = 1;

/// Long enough to tell what waits from what does not.
const A_WHILE: Duration = Duration::from_millis(100);

fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(number))
}

fn turns(database: &Database, number: u128) -> Turns {
    Turns::new(database.app_pool(), tenant(number))
}

#[tokio::test]
async fn f53_no_turn_begins_while_a_command_has_the_right_of_way() {
    let database = Database::create().await;
    let (one, other) = (database.store(), database.store());
    let mut turns = turns(&database, TENANT);
    assert!(!turns.next().await.unwrap(), "no command has the right of way");
    turns.end();

    // Two of one process share it, and another process has it too.
    let first = one.right_of_way(tenant(TENANT)).await;
    let second = one.right_of_way(tenant(TENANT)).await;
    let third = other.right_of_way(tenant(TENANT)).await;
    let mut next = Box::pin(turns.next());
    for held in [first, second, third] {
        assert!(timeout(A_WHILE, &mut next).await.is_err(), "a turn began");
        drop(held);
    }
    assert!(next.await.unwrap(), "it has waited");
}

#[tokio::test]
async fn f53_a_command_has_the_right_of_way_when_the_turn_ends() {
    let database = Database::create().await;
    let store = database.store();
    let (mut turns, mut others) = (turns(&database, TENANT), turns(&database, 2));
    turns.next().await.unwrap();
    others.next().await.unwrap();

    let mut asked = store.right_of_way(tenant(TENANT));
    assert!(timeout(A_WHILE, &mut asked).await.is_err(), "the turn goes on");
    turns.end();
    let _held = asked.await;

    assert!(timeout(A_WHILE, turns.next()).await.is_err(), "a turn began");
}

#[tokio::test]
async fn f53_an_import_that_dies_in_its_turn_leaves_the_way_free() {
    let database = Database::create().await;
    let store = database.store();
    let mut dead = turns(&database, TENANT);
    dead.next().await.unwrap();

    drop(dead);
    let _held = store.right_of_way(tenant(TENANT)).await;

    let mut turns = turns(&database, TENANT);
    assert!(timeout(A_WHILE, turns.next()).await.is_err(), "no command has the right of way");
}
