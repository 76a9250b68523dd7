//! The pizza files in a temporary database: `fastops import pizza-place --private`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use api::language::Language;
use commands::engine::sources::SystemClock;
use commands::identity::{ChangeSubscription, NewCompany, Person};
use commands::{Clock, IdGenerator};
use domain::shared::{Name, Slug, TenantId};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::args::PizzaPlaceArgs;
use super::bad_row::BadRows;
use super::error::Error;
use super::fields::Calendar;
use super::figures::{Figures, figures, wait_for_read_models};
use super::run::Importer;
use super::target::Target;
use super::{output, pizza_place};
use crate::cluster::{Cluster, OWNER};
use crate::companies::set_up;
use crate::identity::{MasterKey, People};
use crate::installation::{Databases, Installation};
use crate::processes::consumers::RunningConsumers;
use crate::schema::migrate_schema;

/// The cluster belongs to this import alone, so its initial database serves.
const DATABASE: &str = "postgres";

/// No person signs in to a database that is thrown away.
const NO_PASSWORD: &str = "!";

/// The last line of standard output.
#[derive(Serialize)]
struct LastLine {
    orders: u64,
    lines: u64,
    items: u64,
    gross: String,
    seconds: Box<RawValue>,
}

/// Imports into a temporary database, and prints the sales report.
pub(super) async fn run(args: &PizzaPlaceArgs, language: Language) -> Result<(), Error> {
    // Files that cannot be imported are not worth a database.
    let mut bad = BadRows::default();
    let planned = Target::planned_details();
    let calendar = Calendar { branch: planned.calendar, now: SystemClock.now() };
    let history = pizza_place::read(&args.data, &calendar, &mut bad)?;
    let totals = history.totals(pizza_place::CURRENCY);
    output::bad_rows(language, bad)?;
    if args.dry_run {
        return output::line(&output::checked(language, totals, 0));
    }

    // Listened to from here on: a signal that comes while PostgreSQL starts is acted upon right after.
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let folder = TemporaryFolder::new();
    let cluster = Cluster::start(&folder.path).await.map_err(|error| private(&error))?;
    let ended = tokio::select! {
        ended = import(&cluster, &args.data, language) => ended,
        _ = interrupt.recv() => Err(Error::Interrupted),
        _ = terminate.recv() => Err(Error::Interrupted),
    };
    cluster.stop().await;
    ended
}

async fn import(cluster: &Cluster, data: &Path, language: Language) -> Result<(), Error> {
    let role = |name| cluster.url(name, DATABASE);
    let databases = Databases {
        owner: role(OWNER),
        app: role("fastops_app"),
        projector: role("fastops_projector"),
    };
    migrate_schema(&databases).await.map_err(|error| private(&error))?;
    let installation = Installation::new(&databases);
    let tenant = company(&installation).await?;

    let begun = Instant::now();
    let importer = Importer { installation: &installation, language };
    importer.pizza_place_into(tenant, data, false).await?;
    // Only now: consumers that keep up with every append take as much of the machine as the import,
    // and many events at once are a fraction of the work.
    let shutdown = CancellationToken::new();
    let end_all = shutdown.clone().drop_guard();
    let projecting = RunningConsumers::start(&installation, &shutdown);
    wait_for_read_models(&installation, tenant, &projecting.board).await?;
    let figures = figures(&installation, tenant).await?.ok_or(Error::NoFigures)?;
    let seconds = begun.elapsed();
    drop(end_all);
    projecting.ended().await;
    output::line(&last_line(figures, seconds))
}

async fn company(installation: &Installation) -> Result<TenantId, Error> {
    // No person signs in, and what is stored of people ends with the process.
    let people = People::new(installation.app.clone(), MasterKey::random());
    let company = NewCompany {
        name: Name::parse(pizza_place::BRANCH).expect("it is a name"),
        slug: Slug::parse("pizza-place").expect("it is a short name"),
        administrator: Person {
            name: Name::parse(pizza_place::BRANCH).expect("it is a name"),
            email: "owner@pizza-place.invalid".to_owned(),
        },
        subscription: ChangeSubscription::default(),
    };
    Ok(set_up(installation, &people, company, NO_PASSWORD).await?)
}

fn last_line(figures: Figures, seconds: Duration) -> String {
    let Figures { orders, lines, items, gross } = figures;
    let seconds = format!("{}.{:03}", seconds.as_secs(), seconds.subsec_millis());
    let seconds = RawValue::from_string(seconds).expect("digits with a point are a JSON number");
    let line = LastLine { orders, lines, items, gross, seconds };
    serde_json::to_string(&line).expect("numbers and text are JSON")
}

fn private(error: &dyn std::error::Error) -> Error {
    Error::Private(error.to_string())
}

/// A folder with a unique name, removed with all its content.
struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    /// The cluster makes it, so that PostgreSQL's user can enter it.
    fn new() -> Self {
        let unique: Uuid = commands::engine::sources::RandomIds.uuid();
        Self { path: std::env::temp_dir().join(format!("fastops-import-{}", unique.simple())) }
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's cleaning of temporary files.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_one_object_of_plain_figures() {
        let figures =
            Figures { orders: 21_350, lines: 48_620, items: 49_574, gross: "817860.05".to_owned() };
        assert_eq!(
            last_line(figures, Duration::from_millis(61_007)),
            r#"{"orders":21350,"lines":48620,"items":49574,"gross":"817860.05","seconds":61.007}"#
        );
    }
}
