//! An import from beginning to end.

use std::path::Path;

use api::language::Language;
use domain::shared::TenantId;
use tokio_util::sync::CancellationToken;

use super::args::{ImportArgs, ImportCommand, PizzaPlaceArgs, SalesArgs};
use super::bad_row::BadRows;
use super::catalogue::Catalogue;
use super::error::{Error, Failure};
use super::fields::Calendar;
use super::history::History;
use super::importing::Importing;
use super::progress::Progress;
use super::source::Source;
use super::steps::N_STEPS;
use super::target::{Target, company};
use super::{earlier, ingredients, orders, output, pizza_place, private, sales_file};
use crate::installation::Installation;

/// Imports into a company of the installation; a private import has its own installation and needs none.
///
/// The result goes to standard output: bad rows, one a line, or the sums. The progress goes to standard
/// error.
pub async fn run(args: ImportArgs, installation: Option<&Installation>) -> Result<(), Failure> {
    let language = args.lang;
    let importer = || match installation {
        Some(installation) => Ok(Importer { installation, language }),
        None => Err(Error::NoInstallation),
    };
    let outcome = async {
        match &args.what {
            ImportCommand::Sales(args) => importer()?.sales(args).await,
            ImportCommand::PizzaPlace(args) if args.private => private::run(args, language).await,
            ImportCommand::PizzaPlace(args) => importer()?.pizza_place(args).await,
        }
    };
    outcome.await.map_err(|error| Failure { language, error })
}

/// Imports into one installation, and prints the progress in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Importer<'a> {
    pub(super) installation: &'a Installation,
    pub(super) language: Language,
}

impl Importer<'_> {
    async fn sales(self, args: &SalesArgs) -> Result<(), Error> {
        let Self { installation, .. } = self;
        let tenant = company(&installation.app, &args.tenant).await?;
        let target = Target::named(&installation.commands, tenant, &args.branch).await?;
        let source = Source::sales(tenant, target.branch, &args.source);
        let importing = Importing::new(installation.commands.clone(), tenant, source);
        let mut bad = BadRows::default();
        let currency = target.details.currency;
        let history = sales_file::read(&args.file, self.calendar(&target), currency, &mut bad)?;
        self.import(&importing, &target, &history, bad, args.dry_run).await
    }

    async fn pizza_place(self, args: &PizzaPlaceArgs) -> Result<(), Error> {
        let slug = args.tenant.as_deref().unwrap_or_default();
        let tenant = company(&self.installation.app, slug).await?;
        self.pizza_place_into(tenant, &args.data, args.dry_run).await
    }

    /// Imports the pizza files of a folder.
    pub(super) async fn pizza_place_into(
        self,
        tenant: TenantId,
        folder: &Path,
        dry_run: bool,
    ) -> Result<(), Error> {
        let source = Source::pizza_place(tenant);
        let importing = Importing::new(self.installation.commands.clone(), tenant, source);
        let target = Target::pizza_place(&importing).await?;
        let mut bad = BadRows::default();
        let history = pizza_place::read(folder, &self.calendar(&target), &mut bad)?;
        self.import(&importing, &target, &history, bad, dry_run).await
    }

    fn calendar(self, target: &Target) -> Calendar {
        let branch = target.details.calendar.clone();
        Calendar { branch, now: self.installation.clock.now() }
    }

    /// Everything is checked before anything is written.
    async fn import(
        self,
        importing: &Importing,
        target: &Target,
        history: &History,
        mut bad: BadRows,
        dry_run: bool,
    ) -> Result<(), Error> {
        let totals = history.totals(target.details.currency);
        let n_done = earlier::progress(importing, history, &mut bad).await?;
        output::bad_rows(self.language, bad)?;
        let n_before = n_done.iter().filter(|n_done| **n_done == N_STEPS).count();
        if dry_run {
            return output::line(&output::checked(self.language, totals, n_before));
        }
        // The states in memory need not be read again before each of an order's commands.
        let shutdown = CancellationToken::new();
        let _follows_until_the_end = shutdown.clone().drop_guard();
        self.installation.follow(&shutdown);
        target.open(importing).await?;
        let mut catalogue = Catalogue::prepare(importing, &history.menu).await?;
        ingredients::prepare(importing, target.branch, history, &catalogue).await?;
        let progress = Progress::new(self.language, totals.n_orders, n_before);
        let all = (&history.orders[..], &n_done[..]);
        orders::import(importing, target.branch, &mut catalogue, all, &progress).await?;
        progress.end();
        output::line(&output::imported(self.language, totals, n_before))
    }
}
