//! An import up to the point where something is written.

use exchange::codec::{self, Sent};
use exchange::menu::Menu;
use exchange::{BadCell, BadCells, Change, DecimalMark, Unreadable, changes, reading};

use super::company_menu::CompanyMenu;

/// What files ask for.
#[derive(Debug)]
pub(super) struct Checked {
    /// What is wrong with them. Nothing is written while there is any.
    pub(super) bad: Vec<BadCell>,
    /// The menu that they ask for.
    pub(super) wanted: Menu,
    /// What has to be done, in this order.
    pub(super) changes: Vec<Change>,
}

impl Checked {
    /// Reads the files and compares them with the menu of the company.
    pub(super) fn of(
        files: &[Sent],
        mark: Option<DecimalMark>,
        company: &CompanyMenu,
    ) -> Result<Self, Unreadable> {
        let mut bad = BadCells::default();
        let tables = codec::read(files, mark, &mut bad)?;
        let wanted = reading::lay(&tables, &company.menu, &mut bad);
        let changes = changes(&company.menu, &wanted);
        Ok(Self { bad: bad.into_sorted(), wanted, changes })
    }
}
