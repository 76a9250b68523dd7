//! All adapters pass the same suite.

mod memory {
    use std::future::{Ready, ready};
    use std::sync::Arc;

    use domain::shared::IncarnationId;
    use event_store::EventStore;
    use event_store::memory::MemoryStore;
    use uuid::Uuid;

    fn store() -> Ready<Arc<dyn EventStore>> {
        ready(Arc::new(MemoryStore::new(IncarnationId::from_uuid(Uuid::from_u128(1)))))
    }

    event_store::conformance_suite!(store());
    event_store::conformance_suite!(store() => positions_have_no_gap);
}

mod memory_with_gaps {
    use std::future::{Ready, ready};
    use std::sync::Arc;

    use domain::shared::IncarnationId;
    use event_store::memory::MemoryStore;
    use event_store::testing::appends::{ANA, append};
    use event_store::{EventStore, Position};
    use uuid::Uuid;

    fn store() -> Ready<Arc<dyn EventStore>> {
        ready(Arc::new(MemoryStore::with_gaps(IncarnationId::from_uuid(Uuid::from_u128(1)))))
    }

    event_store::conformance_suite!(store());

    #[tokio::test]
    async fn it_leaves_numbers_out_within_commands_and_between_them() {
        let store = store().await;
        for id in 1..=3_u64 {
            store.append(append(ANA, id.into(), &[("arepa", id * 2 - 2, 2)])).await.unwrap();
        }
        let log = store.read_all(Position::START, 9).await.unwrap();
        let positions: Vec<u64> = log.iter().map(|event| event.position.get()).collect();
        assert_eq!(positions, [1, 4, 8, 10, 11, 14]);
    }
}

mod postgres {
    use std::sync::Arc;

    use event_store::EventStore;
    use event_store::testing::Database;

    async fn store() -> Arc<dyn EventStore> {
        Database::create().await.store()
    }

    event_store::conformance_suite!(store());
    event_store::conformance_suite!(store() => positions_have_no_gap);
}
