//! A product: what a guest can order, in one or more variants with a price each.

pub mod image;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::money::PRICE_MAX;
use crate::shared::{CategoryId, Money, Name, ProductId, VariantId};

pub use image::{Image, ImageRemoved, ImageSet};

/// The most variants a product can have.
pub const VARIANTS_MAX: usize = 50;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Product;

/// A size or kind of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Its name, unique in the product: "Grande".
    pub name: Name,
    /// What one piece costs, taxes included.
    pub price: Money,
}

/// The attributes of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Its name, unique in the company.
    pub name: Name,
    /// Its category in the menu.
    pub category: CategoryId,
    /// Its variants in the order of the menu: at least one, all in one currency.
    pub variants: Vec<Variant>,
    /// Its image, if it has one.
    pub image: Option<Image>,
}

impl Details {
    /// The variant with this id.
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }
}

/// A variant as a client asks for it.
///
/// Its serialised form is compared to recognise a retry, so the id for an added variant is left
/// out.
#[derive(Debug, Clone, Serialize)]
pub struct VariantRequest {
    /// The variant to change; none to add one.
    pub id: Option<VariantId>,
    /// The id to give to an added variant.
    #[serde(skip)]
    pub id_if_new: VariantId,
    /// Its name, unique in the product.
    pub name: Name,
    /// What one piece costs, taxes included.
    pub price: Money,
}

/// A product as a client asks for it.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its name, unique in the company.
    pub name: Name,
    /// Its category; none if the company has no such category.
    pub category: Option<CategoryId>,
    /// Its variants in the order of the menu.
    pub variants: Vec<VariantRequest>,
}

/// Commands to a product.
#[derive(Debug, Clone)]
pub enum Command {
    /// Add the product to the menu; none of its variants has an id yet.
    Add(Request),
    /// Set the attributes: variants with an id are kept and changed, those without are added, and
    /// those left out are no longer sold.
    Revise(Request),
    /// Give it an image, in place of the one that it has.
    SetImage(Image),
    /// Remove its image.
    RemoveImage,
}

/// The product was added to the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// Its name.
    pub name: Name,
    /// Its category in the menu.
    pub category: CategoryId,
    /// Its variants in the order of the menu.
    pub variants: Vec<Variant>,
}

/// The product was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// The product was moved to another category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recategorised {
    /// The category from this event on.
    pub category: CategoryId,
}

/// The product's variants or their prices changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VariantsOffered {
    /// All variants from this event on, in the order of the menu.
    pub variants: Vec<Variant>,
}

crate::stored_events! {
    /// Events of a product.
    pub enum Event {
        "product.added" => Added,
        "product.renamed" => Renamed,
        "product.recategorised" => Recategorised,
        "product.variants_offered" => VariantsOffered,
        "product.image_set" => ImageSet,
        "product.image_removed" => ImageRemoved,
    }
}

/// The state of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never added.
    #[default]
    Unknown,
    /// It is in the menu.
    InMenu(Details),
}

impl State {
    /// The product, if it is in the menu.
    pub const fn in_menu(&self) -> Option<&Details> {
        match self {
            Self::Unknown => None,
            Self::InMenu(details) => Some(details),
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The product was added before.
    #[error("the product is in the menu already")]
    AlreadyAdded,
    /// There is no such product.
    #[error("there is no such product")]
    Unknown,
    /// The company has no such category.
    #[error("there is no such category")]
    UnknownCategory,
    /// The request keeps a variant that the product does not have.
    #[error("variant {index} is not one of this product")]
    UnknownVariant {
        /// The index of the variant, from 0.
        index: usize,
    },
    /// The product has no variants, or too many.
    #[error("a product has 1 to {VARIANTS_MAX} variants, not {given}")]
    VariantCount {
        /// How many were given.
        given: usize,
    },
    /// A price must be above zero.
    #[error("variant {index} has no price above zero")]
    PriceNotPositive {
        /// The index of the variant, from 0.
        index: usize,
    },
    /// A price must be at most [`PRICE_MAX`].
    #[error("variant {index} costs more than {PRICE_MAX} minor units")]
    PriceTooHigh {
        /// The index of the variant, from 0.
        index: usize,
    },
    /// Two variants have the same name or id.
    #[error("variant {index} repeats the name or id of an earlier one")]
    VariantRepeated {
        /// The index of the later variant, from 0.
        index: usize,
    },
    /// The variants are priced in more than one currency.
    #[error("variant {index} has another currency than the first")]
    MixedCurrencies {
        /// The index of the variant, from 0.
        index: usize,
    },
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
            (State::Unknown, Command::Add(request)) => {
                let Details { name, category, variants, .. } = details(request, &[])?;
                Ok(vec![Added { name, category, variants }.into()])
            }
            (State::InMenu(_), Command::Add(_)) => Err(Error::AlreadyAdded),
            (State::InMenu(current), Command::Revise(request)) => {
                let wanted = details(request, &current.variants)?;
                Ok(differences(current, wanted))
            }
            (State::InMenu(current), Command::SetImage(image)) => {
                let set = (current.image != Some(image)).then(|| ImageSet { image }.into());
                Ok(set.into_iter().collect())
            }
            (State::InMenu(current), Command::RemoveImage) => {
                Ok(current.image.map(|_| ImageRemoved {}.into()).into_iter().collect())
            }
            (State::Unknown, Command::Revise(_) | Command::SetImage(_) | Command::RemoveImage) => {
                Err(Error::Unknown)
            }
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Added(Added { name, category, variants })) => {
                State::InMenu(Details { name, category, variants, image: None })
            }
            (State::InMenu(details), Event::Renamed(Renamed { name })) => {
                State::InMenu(Details { name, ..details })
            }
            (State::InMenu(details), Event::Recategorised(Recategorised { category })) => {
                State::InMenu(Details { category, ..details })
            }
            (State::InMenu(details), Event::VariantsOffered(VariantsOffered { variants })) => {
                State::InMenu(Details { variants, ..details })
            }
            (State::InMenu(details), Event::ImageSet(ImageSet { image })) => {
                State::InMenu(Details { image: Some(image), ..details })
            }
            (State::InMenu(details), Event::ImageRemoved(ImageRemoved {})) => {
                State::InMenu(Details { image: None, ..details })
            }
            (
                State::Unknown,
                Event::Renamed(_)
                | Event::Recategorised(_)
                | Event::VariantsOffered(_)
                | Event::ImageSet(_)
                | Event::ImageRemoved(_),
            ) => State::Unknown,
        }
    }
}

/// The product as requested, given the variants `current` that it has so far.
fn details(request: Request, current: &[Variant]) -> Result<Details, Error> {
    let Request { name, category, variants } = request;
    let is_foreign = |request: &VariantRequest| {
        request.id.is_some_and(|id| current.iter().all(|variant| variant.id != id))
    };
    if let Some(index) = variants.iter().position(is_foreign) {
        return Err(Error::UnknownVariant { index });
    }
    let category = category.ok_or(Error::UnknownCategory)?;
    let variant = |VariantRequest { id, id_if_new, name, price }| {
        let id = id.unwrap_or(id_if_new);
        Variant { id, name, price }
    };
    let variants: Vec<Variant> = variants.into_iter().map(variant).collect();
    check_variants(&variants)?;
    Ok(Details { name, category, variants, image: None })
}

fn check_variants(variants: &[Variant]) -> Result<(), Error> {
    if variants.is_empty() || variants.len() > VARIANTS_MAX {
        return Err(Error::VariantCount { given: variants.len() });
    }
    for (index, variant) in variants.iter().enumerate() {
        if !variant.price.is_positive() {
            return Err(Error::PriceNotPositive { index });
        }
        if variant.price.amount() > PRICE_MAX {
            return Err(Error::PriceTooHigh { index });
        }
        if variant.price.currency() != variants[0].price.currency() {
            return Err(Error::MixedCurrencies { index });
        }
        let repeats = |earlier: &Variant| {
            earlier.id == variant.id || earlier.name.fold_v1() == variant.name.fold_v1()
        };
        if variants[..index].iter().any(repeats) {
            return Err(Error::VariantRepeated { index });
        }
    }
    Ok(())
}

fn differences(current: &Details, wanted: Details) -> Vec<Event> {
    let Details { name, category, variants, .. } = wanted;
    let renamed = (name != current.name).then(|| Renamed { name }.into());
    let recategorised = (category != current.category).then(|| Recategorised { category }.into());
    let offered = (variants != current.variants).then(|| VariantsOffered { variants }.into());
    renamed.into_iter().chain(recategorised).chain(offered).collect()
}

#[cfg(test)]
mod tests;
