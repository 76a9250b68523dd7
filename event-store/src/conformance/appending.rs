//! Appends: what is written, and what conflicts with it.

use std::sync::Arc;

use super::{committed, whole_log};
use crate::store::EventStore;
use crate::stream::Revision;
use crate::testing::appends::{ANA, append, command, stream};
use crate::verdict::{Committed, Verdict};

/// See the name.
pub async fn what_is_appended_is_read_back_whole(store: Arc<dyn EventStore>) {
    let wanted = append(ANA, 1, &[("arepa", 0, 2)]);
    let written = committed(&store, wanted.clone()).await;
    let tails = [(stream(ANA, "arepa"), Revision::START), (stream(ANA, "none"), Revision::START)];
    let read = store.read_streams(ANA, &tails).await.expect("the streams are read");
    assert_eq!(read.len(), 2);
    assert_eq!(read[1], []);
    assert_eq!(read[0], whole_log(&store).await);
    let (first, last) = (read[0][0].position, read[0][1].position);
    assert_eq!(written, Committed { first, last, count: 2 });
    for (read, wanted) in read[0].iter().zip(wanted.events()) {
        assert_eq!(read.stream, wanted.stream);
        assert_eq!(read.revision, wanted.revision);
        assert_eq!(read.id, wanted.id);
        assert_eq!(read.event_type, wanted.event_type.name);
        assert_eq!(read.schema_version, wanted.event_type.version);
        assert_eq!(read.payload, wanted.payload);
        assert_eq!(read.metadata, wanted.metadata);
        assert_eq!(read.business_date, wanted.business_date);
        assert_eq!(read.occurred_at, wanted.occurred_at);
        assert_eq!(read.recorded_at, wanted.recorded_at);
    }
    let tail = [(stream(ANA, "arepa"), Revision::new(1))];
    let after_first = store.read_streams(ANA, &tail).await.expect("the tail is read");
    assert_eq!(after_first[0].len(), 1);
    assert_eq!(after_first[0][0].revision, Revision::new(2));
}

/// See the name.
pub async fn a_stream_that_stands_elsewhere_is_a_conflict_and_nothing_is_written(
    store: Arc<dyn EventStore>,
) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    for wrong in [0, 2] {
        let verdict =
            store.append(append(ANA, 2, &[("arepa", wrong, 1)])).await.expect("a verdict");
        assert_eq!(
            verdict,
            Verdict::Conflict { stream: stream(ANA, "arepa"), actual: Revision::new(1) }
        );
    }
    assert_eq!(whole_log(&store).await.len(), 1);
    assert_eq!(store.commands(ANA, &[command(2)]).await.expect("an answer"), [None]);
    committed(&store, append(ANA, 2, &[("arepa", 1, 1)])).await;
}

/// See the name.
pub async fn several_streams_are_written_together_or_not_at_all(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1), ("buñuelo", 0, 2)])).await;
    let verdict = store.append(append(ANA, 2, &[("arepa", 1, 1), ("buñuelo", 1, 1)])).await;
    assert_eq!(
        verdict.expect("a verdict"),
        Verdict::Conflict { stream: stream(ANA, "buñuelo"), actual: Revision::new(2) }
    );
    assert_eq!(whole_log(&store).await.len(), 3);
    let both = committed(&store, append(ANA, 3, &[("arepa", 1, 1), ("buñuelo", 2, 1)])).await;
    let log = whole_log(&store).await;
    assert_eq!((both.first, both.last), (log[3].position, log[4].position));
}

/// See the name.
pub async fn a_stream_that_is_only_expected_is_checked(store: Arc<dyn EventStore>) {
    committed(&store, append(ANA, 1, &[("arepa", 0, 1)])).await;
    let verdict = store.append(append(ANA, 2, &[("buñuelo", 0, 1), ("arepa", 0, 0)])).await;
    assert!(matches!(verdict, Ok(Verdict::Conflict { actual, .. }) if actual == Revision::new(1)));
    committed(&store, append(ANA, 3, &[("buñuelo", 0, 1), ("arepa", 1, 0)])).await;
}
