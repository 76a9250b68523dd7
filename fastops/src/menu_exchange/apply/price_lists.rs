//! Price lists.

use commands::catalog::{DraftPriceList, PublishPriceList, RevisePriceList, WithdrawPriceList};
use domain::catalog::price_list::{Conditions, Entry, Hours, List, Subject};
use domain::shared::PriceListId;
use exchange::Change;
use exchange::menu::{self, PriceList};

use super::Applying;
use crate::import::Error;
use crate::menu_exchange::ids::Known;

impl Applying<'_> {
    pub(super) async fn price_list(&mut self, change: &Change) -> Result<(), Error> {
        let (current, wanted) = (self.current, self.wanted);
        let wanted = &wanted.price_lists[&change.key];
        let current = current.price_lists.get(&change.key);
        let attributes = self.attributes(wanted);
        let known = self.ids.price_lists.get(&change.key).copied();
        let (list, seen) = if let Some(Known { id: list, revision: seen }) = known {
            let is_same = current.is_some_and(|current| {
                PriceList { is_published: wanted.is_published, ..current.clone() } == *wanted
            });
            if !is_same {
                let revise = RevisePriceList { list, seen, attributes };
                self.execute(change, seen, revise).await?;
            }
            (list, seen)
        } else {
            let list = PriceListId::from_uuid(self.new_id(change));
            self.ids.price_lists.insert(change.key.clone(), Known { id: list, revision: None });
            self.execute(change, None, DraftPriceList { list, attributes }).await?;
            (list, None)
        };
        let was_published = current.is_some_and(|current| current.is_published);
        match (was_published, wanted.is_published) {
            (false, true) => self.execute(change, seen, PublishPriceList { list }).await,
            (true, false) => self.execute(change, seen, WithdrawPriceList { list }).await,
            _ => Ok(()),
        }
    }

    fn attributes(&self, wanted: &PriceList) -> List {
        let hours = wanted.hours.and_then(|(from, until)| Hours::try_new(from, until).ok());
        let conditions = Conditions {
            branch: wanted.branch.as_ref().map(|branch| self.ids.branches[branch]),
            channel: wanted.channel.clone(),
            weekdays: wanted.weekdays.clone(),
            hours,
        };
        let prices = wanted.prices.iter();
        let entries =
            prices.map(|(subject, price)| Entry { subject: self.subject(subject), price: *price });
        List {
            name: wanted.name.clone(),
            conditions,
            valid_from: wanted.valid_from,
            entries: entries.collect(),
        }
    }

    fn subject(&self, subject: &menu::Subject) -> Subject {
        match subject {
            menu::Subject::Variant { product, variant } => Subject::Variant {
                product: self.ids.products[product].id,
                variant: self.ids.variants[&(product.clone(), variant.clone())],
            },
            menu::Subject::Modifier { group, modifier } => Subject::Modifier {
                group: self.ids.groups[group].id,
                modifier: self.ids.modifiers[&(group.clone(), modifier.clone())],
            },
        }
    }
}
