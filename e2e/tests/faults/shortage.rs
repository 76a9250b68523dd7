//! Resources run out: database connections, and space on the disk.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use e2e::cluster::Cluster;
use e2e::rig::Rig;
use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Journal, Load, assert_unavailable};
use e2e::rig::nemesis::Nemesis;
use e2e::{assert_took, figure, fresh, rounds};
use futures_util::future::join_all;
use serde_json::json;
use sqlx::{Connection, Executor};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// More readers than connections.
const READERS: usize = 60;

/// The maximum time to wait for a connection, with a margin for the refusal.
const REFUSED_WITHIN: Duration = Duration::from_millis(4_500);

/// Every connection for reading waits for a lock of another session.
#[tokio::test]
async fn f12_connections_run_out() {
    let rig = Rig::start().await;
    let client = rig.till().client();
    let (n_rounds, mut refused, mut slowest) = (rounds(1), 0, Duration::ZERO);
    for _ in 0..n_rounds {
        let mut superuser = rig.superuser().await;
        let mut holding = superuser.begin().await.expect("a transaction begins");
        holding.execute("LOCK TABLE products").await.expect("the table is free");
        let read = async || {
            let asked = Instant::now();
            let answer = client.get("/v1/products").send().await;
            (answer, asked.elapsed())
        };
        let reading = join_all((0..READERS).map(|_| read()));
        let others = async {
            sleep(Duration::from_secs(1)).await;
            let visitor = rig.till().visitor();
            visitor.get("/livez").send().await.expect(200);
            client.post("/v1/orders").json(&rig.order(0)).send().await.expect(201);
            sleep(REFUSED_WITHIN).await;
            holding.rollback().await.expect("the lock is released");
        };
        let (answers, ()) = tokio::join!(reading, others);
        for (answer, took) in answers {
            if answer.status != 200 {
                assert_unavailable(&answer);
                assert_took(took, REFUSED_WITHIN);
                (refused, slowest) = (refused + 1, slowest.max(took));
            }
        }
        client.get("/v1/products").send().await.expect(200);
    }
    assert!(refused >= n_rounds as usize * READERS / 2, "only {refused} were refused");
    figure(
        "F12",
        &format!("{refused} reads refused within {slowest:.1?}, orders placed meanwhile"),
    );
}

/// A small mounted file system that can be filled; only root may mount one.
struct Disk(TempDir);

impl Disk {
    fn mount(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let size = format!("size={megabytes}m,mode=711");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "fastops-test"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Uses up the remaining space.
    fn fill(&self) {
        let mut size = 1 << 30;
        let mut taken = Vec::new();
        while size >= 4 << 10 {
            let path = self.path().join(format!("filler-{}", taken.len()));
            let room = vec![0; size.min(1 << 20)];
            if fs::write(&path, room).is_err() {
                size = size.min(1 << 20) / 2;
            }
            taken.push(path);
        }
    }

    fn make_room(&self) {
        for entry in fs::read_dir(self.path()).expect("the disk is mounted").flatten() {
            if entry.file_name().to_string_lossy().starts_with("filler-") {
                fs::remove_file(entry.path()).expect("the file can be removed");
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that is ending may still have an open file.
        let _unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

#[tokio::test]
async fn f15_the_disk_is_full() {
    let Some(disk) = Disk::mount(220) else {
        eprintln!("not tested: only root may mount a small disk");
        return;
    };
    let mut nemesis = Nemesis::new();
    let mut rig = Rig::on(Cluster::start_in(disk.path()).await).await;
    let mut journal = Journal::default();
    let (n_rounds, mut open) = (rounds(1), 0);
    for _ in 0..n_rounds {
        let load = Load::start(&rig, 6, &mut nemesis);
        sleep(nemesis.within(Duration::from_millis(500))).await;
        disk.fill();
        let full = Instant::now();
        let client = rig.till().client();
        // Any command that needs space will do, except orders, which the checker would miss in the
        // journal.
        let write = async || {
            let category = json!({"name": fresh().to_string()});
            client.post("/v1/categories").json(&category).send().await
        };
        while write().await.status == 201 {
            assert!(full.elapsed() < Duration::from_secs(20), "the disk is not full");
        }
        client.get("/v1/orders").send().await.expect(200);
        disk.make_room();
        if !rig.cluster.is_running() {
            rig.cluster.start_again().await;
        }
        rig.until_ready().await;
        sleep(Duration::from_millis(200)).await;
        journal.extend(load.stop().await);
        check_log(&rig, &journal).await;
        open += journal.settle(&rig).await;
        check(&rig, &journal).await;
    }
    figure(
        "F15",
        &format!(
            "{n_rounds} full disks, {} commands granted, 0 lost; {open} settled by a retry",
            journal.n_granted()
        ),
    );
}
