//! An import from beginning to end.

use std::path::Path;

use api::language::Language;
use domain::shared::TenantId;
use event_store::right_of_way::Turns;
use tokio_util::sync::CancellationToken;

use super::args::{ImportArgs, ImportCommand, PizzaPlaceArgs, SalesArgs};
use super::bad_row::BadRows;
use super::catalogue::{self, Catalogue};
use super::error::{Error, Failure};
use super::fields::Calendar;
use super::history::{History, Totals};
use super::importing::Importing;
use super::orders::Ordering;
use super::progress::{Counted, Progress};
use super::sales_file::{self, Reading};
use super::source::Source;
use super::steps::N_STEPS;
use super::stock::Taking;
use super::target::{Target, company};
use super::{earlier, ingredients, output, pizza_place, private};
use crate::installation::Installation;
use crate::menu_exchange;

/// What the progress of an import of sales counts.
const ORDERS: Counted = Counted { es: "pedidos", en: "orders" };

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
            ImportCommand::Menu(args) => {
                menu_exchange::import(args, language, importer()?.installation).await
            }
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
        let (calendar, currency) = (self.calendar(&target), target.details.currency);
        let reading = Reading { calendar, currency, repeated_rows: args.repeated_rows };
        let history = sales_file::read(&args.file, reading, &mut bad)?;
        let checked = self.check(&importing, &target, history, bad).await?;
        let taking = Taking::of(&importing, target.branch, args.stock).await?;
        let calendar = &target.details.calendar;
        let stock = taking.in_words(self.language, &checked.history, calendar);
        if args.dry_run {
            checked.print(self.language)?;
            return output::line(&stock);
        }
        let n_short = self.import(&importing, &target, &checked, taking).await?;
        output::line(&stock)?;
        output::short(self.language, n_short)
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
        let checked = self.check(&importing, &target, history, bad).await?;
        if dry_run {
            return checked.print(self.language);
        }
        // The import receives the stock that its orders take.
        let n_short = self.import(&importing, &target, &checked, Taking::AsThereIs).await?;
        output::short(self.language, n_short)
    }

    fn calendar(self, target: &Target) -> Calendar {
        let branch = target.details.calendar.clone();
        Calendar { branch, now: self.installation.clock.now() }
    }

    /// Checks everything; nothing is written before.
    async fn check(
        self,
        importing: &Importing,
        target: &Target,
        history: History,
        mut bad: BadRows,
    ) -> Result<Checked, Error> {
        target.takes_orders(importing, self.installation.clock.now()).await?;
        let totals = history.totals(target.details.currency);
        catalogue::check(importing, &history, &mut bad).await?;
        let n_done = earlier::progress(importing, &history, &mut bad).await?;
        output::bad_rows(self.language, bad)?;
        Ok(Checked { history, totals, n_done })
    }

    /// Writes what was checked. Returns the number of orders that took no stock because an item was short.
    async fn import(
        self,
        importing: &Importing,
        target: &Target,
        checked: &Checked,
        taking: Taking,
    ) -> Result<usize, Error> {
        let Checked { history, totals, n_done } = checked;
        // The states in memory need not be read again before each of an order's commands.
        let shutdown = CancellationToken::new();
        let _follows_until_the_end = shutdown.clone().drop_guard();
        self.installation.follow(&shutdown);
        target.open(importing).await?;
        let mut catalogue = Catalogue::prepare(importing, &history.menu).await?;
        ingredients::prepare(importing, target.branch, history, &catalogue).await?;
        let n_before = checked.n_before();
        let progress = Progress::new(self.language, ORDERS, totals.n_orders, n_before);
        let turns = Turns::new(self.installation.app.clone(), importing.tenant());
        let branch = target.branch;
        let ordering = Ordering { importing, branch, taking, turns, progress: &progress };
        let n_short = ordering.import(&mut catalogue, (&history.orders, n_done)).await?;
        progress.end();
        output::line(&output::imported(self.language, *totals, n_before))?;
        Ok(n_short)
    }
}

/// Past sales without a bad row.
struct Checked {
    history: History,
    totals: Totals,
    /// How many of its commands are done, for each order.
    n_done: Vec<usize>,
}

impl Checked {
    /// How many orders were imported before.
    fn n_before(&self) -> usize {
        self.n_done.iter().filter(|n_done| **n_done == N_STEPS).count()
    }

    /// Prints the result of a dry run.
    fn print(&self, language: Language) -> Result<(), Error> {
        output::line(&output::checked(language, self.totals, self.n_before()))
    }
}
