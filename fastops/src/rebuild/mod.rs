//! `fastops rebuild`: rebuilds read models in tables apart from the live ones.
//!
//! Answers are JSON, one object a read model; the progress goes to standard error.

mod progress;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use api::language::Language;
use clap::Args;
use clap::builder::PossibleValuesParser;
use event_store::EventStore;
use event_store::consumer::Projection;
use projections::rebuild::{Compared, How, Rebuild, RebuildError, Rebuilt};
use projections::{consumer_names, projections};
use serde_json::{Value, json};

use crate::import::language;
use crate::installation::{Databases, Installation};
use progress::Shown;

/// What to rebuild, and what for.
#[derive(Debug, Clone, Args)]
pub struct RebuildArgs {
    /// The read models, by the names of their consumers.
    #[arg(
        required_unless_present = "all",
        conflicts_with = "all",
        value_parser = PossibleValuesParser::new(consumer_names())
    )]
    pub names: Vec<String>,
    /// All of them.
    #[arg(long)]
    pub all: bool,
    /// Only compare: nothing live is changed, and the exit code is 1 if a row differs.
    #[arg(long)]
    pub verify: bool,
    /// Put back what the last rebuild replaced, and go on from there.
    #[arg(long, conflicts_with = "verify")]
    pub rollback: bool,
    /// The language of the progress: es or en.
    #[arg(long, default_value = "es", value_parser = language)]
    pub lang: Language,
}

/// Why a command ended early. Nothing live is changed but what an answer was given for.
#[derive(Debug, thiserror::Error)]
pub enum RebuildingError {
    /// The read models.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

impl RebuildArgs {
    fn projections(&self) -> Vec<Arc<dyn Projection>> {
        let is_meant = |name: &str| self.all || self.names.iter().any(|meant| meant == name);
        projections().into_iter().filter(|projection| is_meant(projection.name())).collect()
    }
}

/// Does it; the exit code is 1 if rows differ and this was only to be found out.
pub async fn run(
    args: RebuildArgs,
    installation: &Installation,
    databases: &Databases,
    out: &mut (impl Write + Send),
) -> Result<ExitCode, RebuildingError> {
    let store: Arc<dyn EventStore> = installation.store.clone();
    let site = Rebuild::begin(store, &databases.projector).await?;
    if args.rollback {
        for projection in args.projections() {
            site.roll_back(projection.as_ref()).await?;
            writeln!(out, "{}", json!({"consumer": projection.name(), "rolled_back": true}))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let shown = Shown::new(args.lang);
    let built = site.build(args.projections(), &|progress| shown.is(progress)).await?;
    shown.end();
    let mut n_differing = 0;
    for mut rebuilt in built {
        let compared = rebuilt.compare().await?;
        n_differing += compared.iter().flatten().map(|compared| compared.n_differing).sum::<u64>();
        let answer = answer(&rebuilt, compared.as_deref(), !args.verify);
        if args.verify {
            rebuilt.drop_tables().await?;
        } else {
            rebuilt.exchange().await?;
        }
        writeln!(out, "{answer}")?;
    }
    let is_good = n_differing == 0 || !args.verify;
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `tables` is null where the live rows belong to another log, and nothing can be compared.
fn answer(rebuilt: &Rebuilt, compared: Option<&[Compared]>, exchanged: bool) -> Value {
    json!({
        "consumer": rebuilt.name(),
        "position": rebuilt.position(),
        "parked": rebuilt.n_parked(),
        "tables": compared.map(|tables| tables.iter().map(table).collect::<Vec<_>>()),
        "exchanged": exchanged,
    })
}

fn table(compared: &Compared) -> Value {
    let first = compared.first.iter().map(|differing| {
        let how = match differing.how {
            How::OnlyLive => "only_live",
            How::OnlyRebuilt => "only_rebuilt",
            How::Changed => "changed",
        };
        let key: Value = serde_json::from_str(&differing.key).unwrap_or_default();
        json!({"key": key, "how": how})
    });
    json!({
        "table": compared.table,
        "live_rows": compared.n_live,
        "rebuilt_rows": compared.n_rebuilt,
        "differing_rows": compared.n_differing,
        "first": first.collect::<Vec<_>>(),
    })
}
