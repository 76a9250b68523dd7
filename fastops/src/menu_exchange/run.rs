//! An import and an export of a menu from beginning to end.

use api::language::Language;
use exchange::writing;
use tokio_util::sync::CancellationToken;

use super::apply::Applying;
use super::args::{ExportArgs, ExportCommand, ExportMenuArgs, ImportMenuArgs};
use super::check::Checked;
use super::company_menu::CompanyMenu;
use super::up_to_date::up_to_date;
use super::{files, output};
use crate::import::{Counted, Error, Failure, Importing, Progress, Source, company};
use crate::installation::Installation;

/// What the progress of an import of a menu counts.
const CHANGES: Counted = Counted { es: "cambios", en: "changes" };

/// Exports from a company of the installation.
///
/// The result goes to the file or folder of the command line, and how much it is to standard output.
pub async fn export(args: ExportArgs, installation: &Installation) -> Result<(), Failure> {
    let language = args.lang;
    let ExportCommand::Menu(args) = &args.what;
    export_menu(args, language, installation).await.map_err(|error| Failure { language, error })
}

async fn export_menu(
    args: &ExportMenuArgs,
    language: Language,
    installation: &Installation,
) -> Result<(), Error> {
    let tenant = company(&installation.app, &args.tenant).await?;
    up_to_date(installation, tenant).await?;
    let company = CompanyMenu::read(&installation.read_db, tenant).await?;
    let tables = writing::tables(&company.menu);
    files::write_to(args, &tables)?;
    output::exported(language, tables.iter().map(|table| table.rows.len()).sum())
}

/// Imports into a company of the installation; nothing is written while a cell is bad.
pub(crate) async fn import(
    args: &ImportMenuArgs,
    language: Language,
    installation: &Installation,
) -> Result<(), Error> {
    let files = files::read(&args.file)?;
    let tenant = company(&installation.app, &args.tenant).await?;
    up_to_date(installation, tenant).await?;
    let company = CompanyMenu::read(&installation.read_db, tenant).await?;
    let checked = Checked::of(&files, args.decimal.map(Into::into), &company)?;
    output::bad_cells(language, &checked.bad)?;
    if args.dry_run {
        return output::would_change(language, &checked.changes);
    }
    let shutdown = CancellationToken::new();
    let _follows_until_the_end = shutdown.clone().drop_guard();
    installation.follow(&shutdown);
    let source = Source::menu(tenant, installation.ids.uuid());
    let importing = Importing::of_menu(installation.commands.clone(), tenant, source);
    let CompanyMenu { menu: current, ids } = &company;
    let (wanted, ids) = (&checked.wanted, ids.clone());
    let mut applying = Applying { importing: &importing, current, wanted, ids };
    let progress = Progress::new(language, CHANGES, checked.changes.len(), 0);
    for change in &checked.changes {
        applying.apply(change).await?;
        progress.one_more();
    }
    progress.end();
    output::changed(language, checked.changes.len())
}
