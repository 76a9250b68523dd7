//! Who may write snapshots.

use event_store::testing::Database;

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_written_through_their_function_and_not_otherwise() {
    let db = Database::create().await;
    let row = "'00000000-0000-0000-0000-00000000000a', 'stock-1', 1, 1::smallint, 'state'::bytea";
    for pool in [db.app_pool(), db.projector_pool()] {
        let insert = format!("INSERT INTO snapshots VALUES ({row})");
        for change in
            [insert.as_str(), "UPDATE snapshots SET revision = 9", "DELETE FROM snapshots"]
        {
            let change = sqlx::query(sqlx::AssertSqlSafe(change.to_owned()));
            let refused = change.execute(&pool).await.expect_err("it is refused").to_string();
            assert!(refused.contains("permission denied for table snapshots"), "{refused}");
        }
    }
    let keep = format!("SELECT log_keep_snapshot({row})");
    let keep = sqlx::query(sqlx::AssertSqlSafe(keep));
    keep.execute(&db.app_pool()).await.expect("it is kept");
}
