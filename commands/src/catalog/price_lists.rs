//! Price lists: drafted, revised, published and withdrawn.
//!
//! Which lists are published says the [`PriceListIndex`] of the company. A decision that needs prices reads
//! the index and those lists, and selects with [`price_list::select`]. An order asserts none of them in its
//! append, because a price is that of the moment at which its line was added; a list that is published
//! asserts all of them (`others`).

use std::sync::Arc;

use domain::catalog::price_list::{self, Command, List, Looked, PriceList, Subject};
use domain::catalog::price_list_index::{self, PriceListIndex};
use domain::catalog::{Channels, ModifierGroup, Product};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::shared::{Name, PriceListId};
use event_store::Revision;
use serde::Serialize;

use crate::claims::{rename, take};
use crate::engine::aggregates::Wanted;
use crate::engine::error::{CommandError, World};
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a command to a price list is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceListRefusal {
    /// Another list has the name.
    #[error("another price list has this name")]
    NameTaken,
    /// Another published list could price the same thing at one moment, and neither is more specific.
    #[error("the price list ties with {name}")]
    Tie {
        /// The other list.
        with: PriceListId,
        /// Its name.
        name: Name,
        /// What both have a price for.
        subject: Subject,
    },
    /// A rule of the list itself.
    #[error(transparent)]
    PriceList(price_list::Error),
    /// A rule of the index of published lists.
    #[error(transparent)]
    Index(#[from] price_list_index::Error),
}

type Refused = CommandError<PriceListRefusal>;

/// Drafts a price list, which holds nowhere until it is published.
#[derive(Debug, Clone, Serialize)]
pub struct DraftPriceList {
    /// The id of the list.
    #[serde(skip)]
    pub list: PriceListId,
    /// Its attributes.
    pub attributes: List,
}

impl Intent for DraftPriceList {
    const OPERATION: &'static str = "price_list.draft";
    type Refusal = PriceListRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Refused> {
        let claims = ClaimId::all_of_name(Named::PriceList, &self.attributes.name);
        let mut wanted = vec![work.subscription(), work.wanted::<PriceList>(&self.list)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        wanted.extend(named(work, &self.attributes, None));
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        check(work, &self.attributes, None)?;
        decide(work, self.list, Command::Draft(self.attributes.clone()))?;
        take(work, &claims, self.list.uuid(), PriceListRefusal::NameTaken)
    }
}

/// Changes a price list. One that is published holds as it is then for every line that is added later.
#[derive(Debug, Clone, Serialize)]
pub struct RevisePriceList {
    /// The list.
    pub list: PriceListId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// Its attributes.
    pub attributes: List,
}

impl Intent for RevisePriceList {
    const OPERATION: &'static str = "price_list.revise";
    type Refusal = PriceListRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Refused> {
        let current = read(work, self.list).await?;
        work.expect::<PriceList, _>(&self.list, self.seen)?;
        work.read(named(work, &self.attributes, Some(&current))).await?;
        check(work, &self.attributes, Some(&current))?;
        let others = match work.state::<PriceList>(&self.list).in_force() {
            Some(_) => others(work, self.list).await?,
            None => vec![],
        };
        let list = self.attributes.clone();
        decide(work, self.list, Command::Revise { list, others })?;
        let claims = (Named::PriceList, &current.name, &self.attributes.name);
        rename(work, claims, self.list.uuid(), PriceListRefusal::NameTaken).await
    }
}

/// Publishes a price list.
#[derive(Debug, Clone, Serialize)]
pub struct PublishPriceList {
    /// The list.
    pub list: PriceListId,
}

impl Intent for PublishPriceList {
    const OPERATION: &'static str = "price_list.publish";
    type Refusal = PriceListRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Refused> {
        read(work, self.list).await?;
        let others = others(work, self.list).await?;
        decide(work, self.list, Command::Publish { others })?;
        let company = work.tenant();
        let enter = price_list_index::Command::Enter(self.list);
        work.decide::<PriceListIndex, _>(&company, enter)?;
        Ok(())
    }
}

/// Withdraws a price list: it holds nowhere until it is published again.
#[derive(Debug, Clone, Serialize)]
pub struct WithdrawPriceList {
    /// The list.
    pub list: PriceListId,
}

impl Intent for WithdrawPriceList {
    const OPERATION: &'static str = "price_list.withdraw";
    type Refusal = PriceListRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Refused> {
        read(work, self.list).await?;
        let company = work.tenant();
        work.read(vec![work.wanted::<PriceListIndex>(&company)]).await?;
        decide(work, self.list, Command::Withdraw)?;
        let remove = price_list_index::Command::Remove(self.list);
        work.decide::<PriceListIndex, _>(&company, remove)?;
        Ok(())
    }
}

/// The published lists besides `list`. The append asserts the index and each of them, so that of two
/// lists that are published or revised at the same time the second is decided on the first.
async fn others(
    work: &mut UnitOfWork<'_>,
    list: PriceListId,
) -> Result<Vec<(PriceListId, Arc<List>)>, World> {
    let company = work.tenant();
    work.read(vec![work.wanted::<PriceListIndex>(&company)]).await?;
    work.rest_on::<PriceListIndex>(&company);
    let index = work.state::<PriceListIndex>(&company);
    let ids: Vec<PriceListId> = index.lists().filter(|other| *other != list).collect();
    work.read(ids.iter().map(|other| work.wanted::<PriceList>(other)).collect()).await?;
    let mut others = Vec::with_capacity(ids.len());
    for other in ids {
        work.rest_on::<PriceList>(&other);
        let in_force = work.state::<PriceList>(&other).in_force();
        others.extend(in_force.map(|attributes| (other, Arc::clone(attributes))));
    }
    Ok(others)
}

/// Reads a list that exists, with what every command to one needs.
async fn read(work: &mut UnitOfWork<'_>, list: PriceListId) -> Result<Arc<List>, Refused> {
    work.read(vec![work.subscription(), work.wanted::<PriceList>(&list)]).await?;
    work.covered(Module::Catalog)?;
    let unknown = || CommandError::Refused(PriceListRefusal::PriceList(price_list::Error::Unknown));
    work.state::<PriceList>(&list).list().cloned().ok_or_else(unknown)
}

/// The streams of what a list names and `current`, the same list until then, does not.
fn named(work: &UnitOfWork<'_>, list: &List, current: Option<&List>) -> Vec<Wanted> {
    let branch = list.conditions.branch.map(|branch| work.wanted::<Branch>(&branch));
    let subjects = price_list::added(list, current).map(|(_, subject)| match subject {
        Subject::Variant { product, .. } => work.wanted::<Product>(&product),
        Subject::Modifier { group, .. } => work.wanted::<ModifierGroup>(&group),
    });
    let channels = work.wanted::<Channels>(&work.tenant());
    subjects.chain(branch).chain([channels]).collect()
}

/// Checks what a list names, which was read.
fn check(work: &UnitOfWork<'_>, list: &List, current: Option<&List>) -> Result<(), Refused> {
    let branch = list.conditions.branch;
    let looked = Looked {
        branch: branch.and_then(|branch| work.state::<Branch>(&branch).details()),
        channels: work.state::<Channels>(&work.tenant()),
        is_in_menu: |subject| is_in_menu(work, subject),
    };
    price_list::check_references(list, current, &looked)
        .map_err(|error| CommandError::Refused(PriceListRefusal::PriceList(error)))
}

fn is_in_menu(work: &UnitOfWork<'_>, subject: Subject) -> bool {
    match subject {
        Subject::Variant { product, variant } => {
            let product = work.state::<Product>(&product).in_menu();
            product.is_some_and(|product| product.variant(variant).is_some())
        }
        Subject::Modifier { group, modifier } => {
            let group = work.state::<ModifierGroup>(&group).in_menu();
            group.is_some_and(|group| group.modifier(modifier).is_some())
        }
    }
}

/// Decides on the list. The other list of a tie was read, and is named.
fn decide(work: &mut UnitOfWork<'_>, list: PriceListId, command: Command) -> Result<(), Refused> {
    let Err(error) = work.try_decide::<PriceList>(&list, command) else { return Ok(()) };
    let refusal = match error {
        price_list::Error::Tie { with, subject } => {
            let other = work.state::<PriceList>(&with).list();
            other.map(|other| PriceListRefusal::Tie { with, name: other.name.clone(), subject })
        }
        _ => None,
    };
    Err(CommandError::Refused(refusal.unwrap_or(PriceListRefusal::PriceList(error))))
}
