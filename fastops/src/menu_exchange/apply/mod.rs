//! The changes of an import as commands, the same ones as those of the API.

mod groups;
mod price_lists;
mod products;
mod stock;

use std::fmt::Display;

use commands::Intent;
use event_store::Revision;
use exchange::Change;
use exchange::changes::Kind;
use exchange::menu::{Key, Menu};
use uuid::Uuid;

use super::ids::Ids;
use crate::import::{Error, Importing};

/// Applies changes to the menu of one company.
pub(super) struct Applying<'a> {
    pub(super) importing: &'a Importing,
    /// The menu as it was when the changes were found.
    pub(super) current: &'a Menu,
    /// The menu that is asked for.
    pub(super) wanted: &'a Menu,
    pub(super) ids: Ids,
}

impl Applying<'_> {
    /// Makes one change. Ids of what it adds, and that of the command, are derived from the import and the name, so
    /// that a repetition of the same import writes nothing again.
    pub(super) async fn apply(&mut self, change: &Change) -> Result<(), Error> {
        match change.kind {
            Kind::Category => self.category(change).await,
            Kind::Ingredient => self.item(change).await,
            Kind::Group => self.group(change).await,
            Kind::Product => self.product(change).await,
            Kind::Recipe => self.recipe(change).await,
            Kind::PriceList => self.price_list(change).await,
        }
    }

    /// The id of what a change adds.
    fn new_id(&self, change: &Change) -> Uuid {
        self.importing.source().id(change.kind.word(), &[&change.key.as_str()])
    }

    /// The id of a part that a change adds, such as a variant.
    fn new_part_id(&self, kind: &str, whole: &Key, part: &Key) -> Uuid {
        self.importing.source().id(kind, &[&whole.as_str(), &part.as_str()])
    }

    async fn execute<I: Intent + Clone>(
        &self,
        change: &Change,
        seen: Option<Revision>,
        intent: I,
    ) -> Result<(), Error>
    where
        I::Refusal: Display,
    {
        let seen = seen.map_or_else(String::new, |revision| revision.to_string());
        let parts: [&dyn Display; 2] = [&change.key.as_str(), &seen];
        let command = self.importing.source().command(I::OPERATION, &parts);
        let done = self.importing.execute(command, None, intent).await;
        done.map(drop).map_err(|error| Error::of_command(change.name.to_string(), error))
    }
}
