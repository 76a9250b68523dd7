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
}

mod postgres {
    use std::sync::Arc;

    use event_store::EventStore;
    use event_store::testing::Database;

    async fn store() -> Arc<dyn EventStore> {
        Database::create().await.store()
    }

    event_store::conformance_suite!(store());
}
