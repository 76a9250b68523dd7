//! Which role may write snapshots.

use event_store::testing::Database;
use event_store::testing::appends::{ANA, command};

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_written_through_their_function_and_not_otherwise() {
    let db = Database::create().await;
    let (tenant, event) = (ANA, command(7));
    let row = format!("'{tenant}', 'stock-1', 1, '{event}'::uuid, 1::smallint, 'state'::bytea");
    let columns = "tenant_id, stream, revision, last_event, version, state";
    for pool in [db.app_pool(), db.projector_pool()] {
        let insert = format!("INSERT INTO snapshots ({columns}) VALUES ({row})");
        for change in
            [insert.as_str(), "UPDATE snapshots SET revision = 9", "DELETE FROM snapshots"]
        {
            let change = sqlx::query(sqlx::AssertSqlSafe(change.to_owned()));
            let refused =
                change.execute(&pool).await.expect_err("the update is refused").to_string();
            assert!(refused.contains("permission denied for table snapshots"), "{refused}");
        }
    }
    let keep = format!("SELECT log_keep_snapshot({row})");
    let keep = sqlx::query(sqlx::AssertSqlSafe(keep));
    keep.execute(&db.app_pool()).await.expect("the snapshot is stored");
}
