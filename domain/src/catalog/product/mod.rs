//! A product: what a guest can order, in one or more variants with a price each. It is an item, or a
//! combo that is made of items.

use crate::Decider;
use crate::shared::ProductId;

mod changes;
mod check;
mod codes;
mod details;
mod error;
mod events;
mod marks;
mod references;
mod texts;

pub use changes::Changes;
pub use codes::{Barcode, ItemCodeError, Sku};
pub use details::{Details, Request, Variant, VariantRequest};
pub use error::{Error, GROUPS_MAX, STATIONS_MAX};
pub use events::*;
pub use marks::known_marks;
pub use references::{Company, check_references};
pub use texts::{LANGUAGES_MAX, SEARCH_WORDS_MAX, Text, Texts};

/// The most variants a product can have.
pub const VARIANTS_MAX: usize = 50;
/// The longest that making a product takes, in minutes: a day.
pub const PREPARATION_MINUTES_MAX: u16 = 1_440;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Product;

/// Commands to a product. What a request refers to is checked before by [`check_references`].
#[derive(Debug, Clone)]
pub enum Command {
    /// Add the product to the menu; none of its variants has an id yet.
    Add(Request),
    /// Set the attributes: variants with an id are kept and changed, those without are added, and
    /// those left out are no longer sold.
    Revise(Request),
    /// Move it in its category, to this position.
    Move(u16),
    /// Take it out of the menu.
    Remove,
    /// Put it back into the menu as it was.
    Restore {
        /// Whether its category is in the menu.
        has_category: bool,
    },
}

/// The state of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never added.
    #[default]
    Unknown,
    /// It is in the menu.
    InMenu(Details),
    /// It was taken out of the menu, and can be put back.
    Removed(Details),
}

impl State {
    /// The product, if it is in the menu.
    pub const fn in_menu(&self) -> Option<&Details> {
        match self {
            Self::Unknown | Self::Removed(_) => None,
            Self::InMenu(details) => Some(details),
        }
    }

    /// The product, if it was taken out of the menu.
    pub const fn removed(&self) -> Option<&Details> {
        match self {
            Self::Unknown | Self::InMenu(_) => None,
            Self::Removed(details) => Some(details),
        }
    }
}

impl Decider for Product {
    const CATEGORY: &'static str = "product";
    type Id = ProductId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unknown, Command::Add(request)) => add(request),
            (State::InMenu(_) | State::Removed(_), Command::Add(_)) => Err(Error::AlreadyAdded),
            (State::InMenu(current), Command::Revise(request)) => {
                let wanted = details(request, current)?;
                Ok(differences(current, wanted))
            }
            (State::InMenu(current), Command::Move(place)) => {
                Ok((place != current.place).then(|| Moved { place }.into()).into_iter().collect())
            }
            (State::InMenu(_), Command::Remove) => Ok(vec![Removed {}.into()]),
            (State::Removed(_), Command::Remove) | (State::InMenu(_), Command::Restore { .. }) => {
                Ok(vec![])
            }
            (State::Removed(_), Command::Restore { has_category: true }) => {
                Ok(vec![Restored {}.into()])
            }
            (State::Removed(_), Command::Restore { has_category: false }) => {
                Err(Error::UnknownCategory)
            }
            (State::Unknown | State::Removed(_), Command::Revise(_) | Command::Move(_))
            | (State::Unknown, Command::Remove | Command::Restore { .. }) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Added(Added { name, category, variants })) => {
                State::InMenu(Details::new(name, category, variants))
            }
            (State::Unknown, _) => State::Unknown,
            (State::InMenu(details) | State::Removed(details), Event::Removed(_)) => {
                State::Removed(details)
            }
            (State::InMenu(details) | State::Removed(details), Event::Restored(_)) => {
                State::InMenu(details)
            }
            (State::InMenu(mut details), event) => {
                set(&mut details, event);
                State::InMenu(details)
            }
            (State::Removed(mut details), event) => {
                set(&mut details, event);
                State::Removed(details)
            }
        }
    }
}

/// Sets the attribute that an event is about.
fn set(details: &mut Details, event: Event) {
    match event {
        Event::Added(_) | Event::Removed(_) | Event::Restored(_) => {}
        Event::Renamed(Renamed { name }) => details.name = name,
        Event::Recategorised(Recategorised { category }) => details.category = category,
        Event::Moved(Moved { place }) => details.place = place,
        Event::VariantsOffered(VariantsOffered { variants }) => details.variants = variants,
        Event::ComboComposed(ComboComposed { combo }) => details.combo = Some(combo),
        Event::GroupsOffered(GroupsOffered { groups }) => details.groups = groups,
        Event::Stationed(Stationed { stations }) => details.stations = stations,
        Event::TaxClassified(TaxClassified { class }) => details.tax_class = class,
        Event::PreparationEstimated(PreparationEstimated { minutes }) => {
            details.preparation_minutes = minutes;
        }
        Event::Described(Described { texts }) => details.texts = texts,
        Event::DietDeclared(DietDeclared { marks }) => details.marks = marks,
    }
}

/// What a product becomes that is added.
fn add(request: Request) -> Result<Vec<Event>, Error> {
    if let Some(index) = request.variants.iter().position(|variant| variant.id.is_some()) {
        return Err(Error::UnknownVariant { index });
    }
    let wanted = offered(request);
    check::check(&wanted)?;
    let plain = Details::new(wanted.name.clone(), wanted.category, wanted.variants.clone());
    let Details { name, category, variants, .. } = plain.clone();
    let added = Added { name, category, variants }.into();
    Ok(std::iter::once(added).chain(differences(&plain, wanted)).collect())
}

/// The product as requested, given what it is so far.
fn details(request: Request, current: &Details) -> Result<Details, Error> {
    let is_foreign = |id| current.variant(id).is_none();
    let foreign = request.variants.iter().position(|it| it.id.is_some_and(is_foreign));
    if let Some(index) = foreign {
        return Err(Error::UnknownVariant { index });
    }
    if request.combo.is_some() != current.combo.is_some() {
        return Err(Error::KindChanged);
    }
    let wanted = offered(request);
    check::check(&wanted)?;
    Ok(wanted)
}

fn offered(mut request: Request) -> Details {
    let variants = std::mem::take(&mut request.variants);
    request.with_variants(variants.into_iter().map(VariantRequest::variant).collect())
}

fn differences(current: &Details, wanted: Details) -> Vec<Event> {
    let Details { name, category, place, variants, combo, groups, .. } = wanted;
    let Details { stations, tax_class: class, preparation_minutes: minutes, .. } = wanted;
    let Details { texts, marks, .. } = wanted;
    let combo = combo.filter(|combo| current.combo.as_ref() != Some(combo));
    let events: [Option<Event>; 11] = [
        (name != current.name).then(|| Renamed { name }.into()),
        (category != current.category).then(|| Recategorised { category }.into()),
        (place != current.place).then(|| Moved { place }.into()),
        (variants != current.variants).then(|| VariantsOffered { variants }.into()),
        combo.map(|combo| ComboComposed { combo }.into()),
        (groups != current.groups).then(|| GroupsOffered { groups }.into()),
        (stations != current.stations).then(|| Stationed { stations }.into()),
        (class != current.tax_class).then(|| TaxClassified { class }.into()),
        (minutes != current.preparation_minutes).then(|| PreparationEstimated { minutes }.into()),
        (texts != current.texts).then(|| Described { texts }.into()),
        (marks != current.marks).then(|| DietDeclared { marks }.into()),
    ];
    events.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
