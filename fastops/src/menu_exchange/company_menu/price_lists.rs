//! Price lists by their names.

use domain::catalog::price_list;
use exchange::menu::{Key, PriceList, Subject};
use projections::catalog::price_lists;
use projections::{ReadError, TenantTx};

use super::{PAGE, Reading, all};
use crate::menu_exchange::ids::Known;

impl Reading {
    pub(super) async fn read_price_lists(&mut self, tx: &mut TenantTx) -> Result<(), ReadError> {
        for head in all!(tx, price_lists::list) {
            let Some(row) = price_lists::get(tx, head.id).await? else { continue };
            self.add_price_list(row);
        }
        Ok(())
    }

    fn add_price_list(&mut self, row: price_lists::PriceList) {
        let list = row.list;
        let key = Key::from(&list.name);
        let known = Known { id: row.id, revision: Some(row.revision) };
        self.ids.price_lists.insert(key.clone(), known);
        let conditions = list.conditions;
        let branch = conditions.branch.and_then(|branch| self.branches.get(&branch).cloned());
        let prices = list.entries.iter();
        let prices = prices.filter_map(|entry| Some((self.subject(entry.subject)?, entry.price)));
        let list = PriceList {
            name: list.name,
            branch,
            channel: conditions.channel,
            weekdays: conditions.weekdays,
            hours: conditions.hours.map(|hours| (hours.from(), hours.until())),
            valid_from: list.valid_from,
            is_published: row.is_published,
            prices: prices.collect(),
        };
        self.menu.price_lists.insert(key, list);
    }

    fn subject(&self, subject: price_list::Subject) -> Option<Subject> {
        match subject {
            price_list::Subject::Variant { product: id, variant } => {
                let variant = self.variants.get(&(id, variant))?.clone();
                Some(Subject::Variant { product: self.products.get(&id)?.clone(), variant })
            }
            price_list::Subject::Modifier { group: id, modifier } => {
                let modifier = self.modifiers.get(&(id, modifier))?.clone();
                Some(Subject::Modifier { group: self.groups.get(&id)?.clone(), modifier })
            }
        }
    }
}
