//! What is kept to spare reading.

use std::sync::Arc;

use domain::shared::EventId;
use uuid::Uuid;

use crate::snapshot::Snapshot;
use crate::store::EventStore;
use crate::stream::Revision;
use crate::testing::appends::{ANA, LUIS, stream};

/// See the name.
pub async fn a_snapshot_never_goes_back(store: Arc<dyn EventStore>) {
    let snapshot = |tenant, revision, version| Snapshot {
        stream: stream(tenant, "arepa"),
        revision: Revision::new(revision),
        last_event: EventId::from_uuid(Uuid::from_u128(revision.into())),
        version,
        state: format!("{revision} in version {version}").into_bytes(),
    };
    let streams = [stream(ANA, "none"), stream(ANA, "arepa")];
    assert_eq!(store.snapshots(ANA, &streams).await.expect("an answer"), [None, None]);
    // What is kept, and what is there afterwards.
    let steps =
        [((3, 1), (3, 1)), ((2, 2), (3, 1)), ((3, 2), (3, 2)), ((1, 3), (3, 2)), ((9, 1), (9, 1))];
    for ((revision, version), (newest, its_version)) in steps {
        store.keep_snapshot(snapshot(ANA, revision, version)).await.expect("it is kept");
        let kept = store.snapshots(ANA, &streams).await.expect("an answer");
        assert_eq!(kept, [None, Some(snapshot(ANA, newest, its_version))]);
    }
    store.keep_snapshot(snapshot(LUIS, 1, 1)).await.expect("it is kept");
    let luis = store.snapshots(LUIS, &[stream(LUIS, "arepa")]).await.expect("an answer");
    assert_eq!(luis, [Some(snapshot(LUIS, 1, 1))]);
}
