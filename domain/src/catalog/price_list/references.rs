//! Whether what a price list names is there.

use super::{Conditions, Entry, Error, List, Subject};
use crate::catalog::{Channel, channels};
use crate::identity::branch;

/// What was looked up of what a list names.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a, F> {
    /// The branch of its conditions; none if it has none, or the company has no such branch.
    pub branch: Option<&'a branch::Details>,
    /// The channels of the company.
    pub channels: &'a channels::State,
    /// Whether a variant or modifier is in the menu.
    pub is_in_menu: F,
}

/// The subjects that `list` has and `current`, the same list until then, has not.
pub fn added<'a>(
    list: &'a List,
    current: Option<&'a List>,
) -> impl Iterator<Item = (usize, Subject)> + 'a {
    let is_there = move |subject| current.is_some_and(|current| current.price(subject).is_some());
    let subjects = list.entries.iter().map(|entry| entry.subject).enumerate();
    subjects.filter(move |(_, subject)| !is_there(*subject))
}

/// Checks that the list names what the company has. What `current`, the same list until then, names
/// too is not asked for again: a product that was taken out of the menu does not keep the others from
/// being priced.
pub fn check_references(
    list: &List,
    current: Option<&List>,
    looked: &Looked<'_, impl Fn(Subject) -> bool>,
) -> Result<(), Error> {
    let Conditions { branch, channel, .. } = &list.conditions;
    if branch.is_some() && looked.branch.is_none() {
        return Err(Error::UnknownBranch);
    }
    let was = current.and_then(|current| current.conditions.channel.as_ref());
    let is_known = |channel: &Channel| was == Some(channel) || looked.channels.is_in_use(channel);
    if !channel.as_ref().is_none_or(is_known) {
        return Err(Error::UnknownChannel);
    }
    let mut unknown = added(list, current).filter(|(_, subject)| !(looked.is_in_menu)(*subject));
    if let Some((index, _)) = unknown.next() {
        return Err(Error::UnknownSubject { index });
    }
    let is_foreign =
        |branch: &branch::Details, entry: &Entry| entry.price.currency() != branch.currency;
    let foreign = looked
        .branch
        .and_then(|branch| list.entries.iter().position(|entry| is_foreign(branch, entry)));
    foreign.map_or(Ok(()), |index| Err(Error::ForeignCurrency { index }))
}
