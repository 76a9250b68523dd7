//! A transaction that is cancelled while it begins.

use event_store::testing::{Database, figure, rounds};
use rand::RngExt;
use sqlx::Connection;
use tokio::task::yield_now;

use crate::support::run;

/// A delay shorter than the resolution of timers.
async fn yields(n: u32) {
    for _ in 0..n {
        yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_a_cancelled_begin_loses_no_acknowledged_write() {
    let db = Database::create().await;
    run(&db, "CREATE TABLE notes (n int); GRANT INSERT, SELECT ON notes TO fastops_app".into())
        .await;
    let pool = db.app_pool();
    let n_rounds = rounds(10) * 20;
    let mut n_cancelled = 0;
    for n in 0..i32::try_from(n_rounds).expect("few rounds") {
        let borrowers = (0..4).map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let moment = rand::rng().random_range(0..30);
                let mut borrowed = pool.acquire().await.expect("a connection");
                tokio::select! {
                    begun = borrowed.begin() => begun.is_err(),
                    () = yields(moment) => true,
                }
            })
        });
        for borrower in borrowers.collect::<Vec<_>>() {
            n_cancelled += u32::from(borrower.await.expect("the borrower ends"));
        }
        let insert = sqlx::query("INSERT INTO notes VALUES ($1)").bind(n);
        insert.execute(&pool).await.expect("the note is inserted");
    }
    pool.close().await;
    let n_kept: i64 = sqlx::query_scalar("SELECT count(*) FROM notes")
        .fetch_one(&db.owner_pool())
        .await
        .expect("the notes are counted");
    assert_eq!(n_kept, i64::from(n_rounds), "acknowledged notes are lost");
    assert!(n_cancelled > 0, "nothing was cancelled");
    figure("F13", &format!("{n_cancelled} begins cancelled, {n_rounds} writes after them, 0 lost"));
}
