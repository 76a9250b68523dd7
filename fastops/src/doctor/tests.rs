//! The doctor finds what was broken on purpose, and nothing else.

use std::str::FromStr;

use ::images::Files;
use api::auth::token::TokenAlgorithm;
use api::language::Language;
use chrono::{DateTime, TimeDelta, Utc};
use event_store::testing::Database;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Executor};

use super::*;
use crate::config::NamedSecret;
use crate::identity::MasterKey;

/// An installation on a separate database.
struct TestInstallation {
    database: Database,
    databases: Databases,
}

impl TestInstallation {
    async fn create() -> Self {
        let database = Database::create().await;
        let url = std::env::var("FASTOPS_TEST_DATABASE_URL").unwrap();
        let owner = PgConnectOptions::from_str(&url).unwrap();
        let databases = Databases {
            owner: database.options(owner.get_username()),
            app: database.options("fastops_app"),
            projector: database.options("fastops_projector"),
        };
        Self { database, databases }
    }

    async fn execute(&self, sql: &str) {
        self.database.owner_pool().execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }

    async fn examined(&self) -> Vec<Finding> {
        examine(&self.databases, Ok(secrets(48)), &SystemClock).await
    }

    async fn verdict(&self, check: &str) -> Verdict {
        verdict_of(&self.examined().await, check)
    }
}

fn verdict_of(findings: &[Finding], check: &str) -> Verdict {
    let finding = findings.iter().find(|finding| finding.check == check);
    finding.unwrap_or_else(|| panic!("no check {check}")).verdict.clone()
}

fn secrets(n_bytes: usize) -> Secrets {
    let current = NamedSecret { id: "1".to_owned(), bytes: vec![7; n_bytes] };
    let (algorithm, master) = (TokenAlgorithm::default(), MasterKey::random());
    Secrets { algorithm, current, previous: None, master }
}

/// What the doctor saw and advises, in English.
fn complaint(verdict: Verdict) -> (String, String) {
    match verdict {
        Verdict::Wrong { seen, advice } => (
            seen.in_language(Language::English).to_owned(),
            advice.in_language(Language::English).to_owned(),
        ),
        healthy => panic!("nothing is wrong: {healthy:?}"),
    }
}

#[tokio::test]
async fn a_sound_installation_has_only_the_settings_of_the_test_cluster_against_it() {
    let findings = TestInstallation::create().await.examined().await;
    let failing: Vec<&str> =
        findings.iter().filter(|finding| !finding.is_good()).map(|finding| finding.check).collect();
    assert_eq!(failing, ["durability"], "{findings:?}");
}

#[tokio::test]
async fn a_table_whose_row_security_was_switched_off_is_found_and_the_advice_mends_it() {
    let installation = TestInstallation::create().await;
    installation.execute("ALTER TABLE orders DISABLE ROW LEVEL SECURITY").await;
    installation.execute("ALTER TABLE products NO FORCE ROW LEVEL SECURITY").await;
    installation.execute("CREATE TABLE loyalty (tenant_id uuid, points integer)").await;
    let (seen, advice) = complaint(installation.verdict("row-security").await);
    assert!(seen.ends_with("loyalty, orders, products"), "{seen}");
    installation.execute(&advice.replace('\n', ";")).await;
    assert!(matches!(installation.verdict("row-security").await, Verdict::Good { .. }));
}

#[tokio::test]
async fn migrations_that_are_missing_unknown_or_changed_are_told_apart() {
    let installation = TestInstallation::create().await;
    installation
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (99990101000000, 'later', true, '', 0)",
        )
        .await;
    let (seen, _) = complaint(installation.verdict("migrations").await);
    assert!(seen.contains("newer release"), "{seen}");
    installation
        .execute("UPDATE _sqlx_migrations SET version = 20261101000000 WHERE description = 'later'")
        .await;
    let (seen, advice) = complaint(installation.verdict("migrations").await);
    assert!(seen.contains("migration 20261101000000 is not one of this release"), "{seen}");
    assert!(advice.contains("another database"), "{advice}");
    installation
        .execute(
            "DELETE FROM _sqlx_migrations
             WHERE version < 20261130000000
                 OR version = (SELECT max(version) FROM _sqlx_migrations)",
        )
        .await;
    let (_, advice) = complaint(installation.verdict("migrations").await);
    assert!(advice.contains("fastops migrate"), "{advice}");
    installation.execute("UPDATE _sqlx_migrations SET checksum = 'x'").await;
    let (seen, _) = complaint(installation.verdict("migrations").await);
    assert!(seen.contains("is not one of this release"), "{seen}");
}

#[tokio::test]
async fn read_models_of_another_log_or_from_beyond_its_end_are_found() {
    let installation = TestInstallation::create().await;
    installation.execute("UPDATE log_head SET position = 10").await;
    let checkpoint = |position| {
        let names: Vec<&str> = projections::consumers().iter().map(|c| c.name()).collect();
        format!(
            "DELETE FROM checkpoints;
             INSERT INTO checkpoints (consumer, lane, incarnation, epoch, position)
             SELECT consumer, 3, incarnation, 1, {position}
             FROM log_head, unnest('{{{}}}'::text[]) AS consumer",
            names.join(",")
        )
    };
    installation.execute(&checkpoint(10)).await;
    assert!(matches!(installation.verdict("log").await, Verdict::Good { .. }));
    installation.execute(&checkpoint(11)).await;
    let (seen, _) = complaint(installation.verdict("log").await);
    assert!(seen.contains("read up to 11, but the log ends at 10"), "{seen}");
    installation.execute(&checkpoint(10)).await;
    installation.execute("UPDATE log_head SET incarnation = gen_random_uuid()").await;
    let (seen, _) = complaint(installation.verdict("log").await);
    assert!(seen.contains("another log"), "{seen}");
}

#[tokio::test]
async fn a_consumer_that_stands_still_or_never_ran_is_found() {
    let installation = TestInstallation::create().await;
    installation.execute("UPDATE log_head SET position = 10").await;
    let (seen, _) = complaint(installation.verdict("consumers").await);
    assert!(seen.contains("has never run"), "{seen}");
    for consumer in projections::consumers() {
        let checkpoint = format!(
            "INSERT INTO checkpoints (consumer, lane, incarnation, epoch, position, updated_at)
             SELECT '{}', 0, incarnation, 1, 10, now() - interval '1 hour' FROM log_head",
            consumer.name()
        );
        installation.execute(&checkpoint).await;
    }
    assert!(matches!(installation.verdict("consumers").await, Verdict::Good { .. }));
    installation.execute("UPDATE checkpoints SET position = 4 WHERE consumer = 'sales'").await;
    let (seen, _) = complaint(installation.verdict("consumers").await);
    assert!(seen.contains("sales is 6 events behind"), "{seen}");
}

#[tokio::test]
async fn an_application_that_connects_as_a_superuser_is_found() {
    let mut installation = TestInstallation::create().await;
    let (seen, advice) = {
        installation.databases.app = installation.databases.owner.clone();
        complaint(installation.verdict("roles").await)
    };
    assert!(seen.contains("passes over row security"), "{seen}");
    assert!(advice.contains("NOSUPERUSER NOBYPASSRLS"), "{advice}");
}

#[derive(Debug)]
struct Wrong(TimeDelta);

impl Clock for Wrong {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }
}

#[tokio::test]
async fn clocks_that_disagree_are_found_whichever_is_ahead() {
    let installation = TestInstallation::create().await;
    for minutes in [-10, 10] {
        let clock = Wrong(TimeDelta::minutes(minutes));
        let findings = examine(&installation.databases, Ok(secrets(48)), &clock).await;
        let (_, advice) = complaint(verdict_of(&findings, "clock"));
        assert!(advice.contains("NTP"), "{advice}");
    }
}

#[tokio::test]
async fn a_short_or_missing_secret_is_found() {
    let installation = TestInstallation::create().await;
    for bad in [Ok(secrets(31)), Err(ConfigError::NoSecret)] {
        let findings = examine(&installation.databases, bad, &SystemClock).await;
        let (_, advice) = complaint(verdict_of(&findings, "token-secret"));
        assert!(advice.contains("openssl rand"), "{advice}");
    }
    let no_key = Err(ConfigError::NoMasterKey);
    let findings = examine(&installation.databases, no_key, &SystemClock).await;
    let (_, advice) = complaint(verdict_of(&findings, "token-secret"));
    assert!(advice.contains("FASTOPS_MASTER_KEY_FILE"), "{advice}");
}

#[tokio::test]
async fn a_database_that_is_away_is_said_once_and_the_rest_is_unknown() {
    let nowhere = PgConnectOptions::new_without_pgpass().socket("/nowhere").username("fastops_app");
    let databases = Databases { owner: nowhere.clone(), app: nowhere.clone(), projector: nowhere };
    let findings = examine(&databases, Ok(secrets(48)), &SystemClock).await;
    let (_, advice) = complaint(verdict_of(&findings, "database-app"));
    assert!(advice.contains("FASTOPS_DATABASE_URL"), "{advice}");
    assert!(matches!(verdict_of(&findings, "row-security"), Verdict::Unknown { .. }));
    assert!(matches!(verdict_of(&findings, "token-secret"), Verdict::Good { .. }));
}

#[tokio::test]
async fn a_place_for_images_that_cannot_be_written_is_found() {
    let folder = tempfile::TempDir::new().unwrap();
    let good = images::written(&Files::Folder(folder.path().join("images"))).await;
    assert!(good.is_good(), "{good:?}");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let bad = images::written(&Files::Folder(file.join("images"))).await;
    let (seen, advice) = complaint(bad.verdict);
    assert!(
        seen.contains("cannot be made") && advice.contains("FASTOPS_IMAGES"),
        "{seen} {advice}"
    );
}

#[test]
fn the_report_is_in_plain_spanish_english_or_json() {
    let findings = [
        Finding::new("clock", ("Relojes", "Clocks"), Ok(Verdict::good(("iguales", "equal")))),
        Finding::new(
            "migrations",
            ("Migraciones", "Migrations"),
            Ok(Verdict::wrong(("faltan 2", "2 are missing"), ("migre", "migrate"))),
        ),
    ];
    let mut text = Vec::new();
    finding::write_text(&findings, Language::Spanish, &mut text).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "✓ Relojes: iguales\n✗ Migraciones: faltan 2\n    → migre\n\nUna cosa necesita atención.\n"
    );
    let mut json = Vec::new();
    finding::write_json(&findings, Language::English, &mut json).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["healthy"], false);
    assert_eq!(json["checks"][1]["status"], "wrong");
    assert_eq!(json["checks"][1]["advice"], "migrate");
}
