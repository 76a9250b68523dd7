//! What the events of a command have in common is sent once, and stored with each of them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::shared::{EventId, TenantId};
use event_store::hash::{Content, content_hash};
use event_store::testing::Database;
use event_store::testing::appends::{ANA, append, command, event, stream};
use event_store::{Append, EventStore, Expected, Revision};
use sqlx::FromRow;
use uuid::Uuid;

use crate::support::{committed, gapless, linked, whole_log, without_checks};

/// Three events; the second one has another day, time and trace than the others.
fn varied(id: u128, key: &str, revision: u64) -> Append {
    let stream = stream(ANA, key);
    let mut events: Vec<_> = (1..=3).map(|n| event(&stream, revision + n, id, n.into())).collect();
    events[1].business_date = None;
    events[1].occurred_at -= TimeDelta::hours(1);
    events[1].recorded_at += TimeDelta::seconds(5);
    events[1].metadata.traceparent = None;
    let expected = Expected { stream, revision: Revision::new(revision), last_event: None };
    Append::try_new(ANA, command(id), [0; 32], vec![expected], events).expect("an append")
}

/// A stored event.
#[derive(FromRow)]
struct Stored {
    tenant_id: Uuid,
    stream: String,
    revision: i64,
    event_id: Uuid,
    event_type: String,
    schema_version: i16,
    payload: Vec<u8>,
    metadata: Vec<u8>,
    business_date: Option<NaiveDate>,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    content_hash: Vec<u8>,
}

/// Fails unless each stored event has the hash that its caller computed.
async fn hashed_as_stored(db: &Database) {
    let log: Vec<Stored> = sqlx::query_as("SELECT * FROM events ORDER BY position")
        .fetch_all(&db.owner_pool())
        .await
        .expect("the log can be read");
    for event in &log {
        let hash = content_hash(&Content {
            tenant: TenantId::from_uuid(event.tenant_id),
            stream: &event.stream,
            revision: Revision::new(event.revision.cast_unsigned()),
            id: EventId::from_uuid(event.event_id),
            event_type: &event.event_type,
            schema_version: event.schema_version.cast_unsigned(),
            payload: &event.payload,
            metadata: &event.metadata,
            business_date: event.business_date,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
        });
        assert_eq!(event.content_hash, hash, "{} {}", event.stream, event.revision);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_has_its_own_day_times_and_metadata_however_it_is_written() {
    let db = Database::create().await;
    let store = db.store();
    let mut sent = Vec::new();
    let mut wanted = |append: Append| {
        sent.extend(append.events().to_vec());
        append
    };
    // Checked by the database, since the writer does not know the streams yet.
    committed(store.append(wanted(varied(1, "arepa", 0))).await);
    without_checks(&db).await;
    // In a batch of its own, in one context.
    committed(store.append(wanted(append(ANA, 2, &[("arepa", 3, 2)]))).await);
    // In a batch of its own, in several contexts.
    committed(store.append(wanted(varied(3, "arepa", 5))).await);
    // In a batch with others.
    let together = (1..=20).map(|n| wanted(varied(100 + n, &format!("queso {n}"), 0)));
    let together: Vec<_> = together.map(|append| store.append(append)).collect();
    for verdict in futures_util::future::join_all(together).await {
        committed(verdict);
    }

    let log = whole_log(&*store).await;
    gapless(&log);
    linked(&db).await;
    hashed_as_stored(&db).await;
    assert_eq!(log.len(), sent.len());
    for wanted in sent {
        let stored = log.iter().find(|event| event.id == wanted.id).expect("it is in the log");
        assert_eq!(
            (stored.business_date, stored.occurred_at, stored.recorded_at, &stored.metadata),
            (wanted.business_date, wanted.occurred_at, wanted.recorded_at, &wanted.metadata),
            "{} {}",
            wanted.stream,
            wanted.revision
        );
    }
}
