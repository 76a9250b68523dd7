//! The menu as a unit of work has read it, from which the lines of an order are resolved.
//!
//! Nothing of it is asserted by the append: an order is placed with the menu as it was known, and
//! stores the revisions that it was priced with.

use chrono::NaiveDate;
use domain::catalog::modifier_group::Group;
use domain::catalog::offer::{self, GroupState, ListState, Menu, Offer, ProductStates, WantedLine};
use domain::catalog::price_list::Moment;
use domain::catalog::{
    Availability, Channels, ModifierGroup, PriceList, PriceListIndex, Product, TaxProfile,
};
use domain::identity::{Branch, branch};
use domain::inventory::recipe::Recipe;
use domain::orders::order::LineRequest;
use domain::shared::business_day::BusinessMoment;
use domain::shared::{BranchId, Code, ModifierGroupId, ProductId, TaxProfileId};
use domain::taxes::{Profile, Taxes, Undetermined, applicable};

use super::{OrderRefusal, PlaceOrder};
use crate::engine::aggregates::Wanted;
use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

/// What of the menu an order is resolved against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sells {
    /// What the branch sells at this moment.
    Available,
    /// Everything, whatever has run out or is not sold today: the order was sold in the past.
    Everything,
}

/// What an order names itself: its branch, the products and groups of its lines, and where the price
/// lists of the company and what the branch does not sell are found.
pub(super) fn named(work: &UnitOfWork<'_>, order: &PlaceOrder) -> Vec<Wanted> {
    let mut wanted = vec![
        work.subscription(),
        work.wanted::<Branch>(&order.branch),
        work.wanted::<Availability>(&order.branch),
        work.wanted::<PriceListIndex>(&work.tenant()),
    ];
    if order.channel.built_in_kind().is_none() {
        wanted.push(work.wanted::<Channels>(&work.tenant()));
    }
    for product in order.lines.iter().flat_map(WantedLine::products) {
        wanted.push(work.wanted::<Product>(&product));
        wanted.push(work.wanted::<Recipe>(&product));
    }
    let groups = order.lines.iter().flat_map(WantedLine::groups);
    wanted.extend(groups.map(|group| work.wanted::<ModifierGroup>(&group)));
    wanted
}

/// What that leads to: the groups that products offer, the products that fill slots of combos, the
/// published price lists and the company's tax profile. Empty for most orders of a company without
/// modifiers, combos and lists.
///
/// It is read step by step, because a group may ask a further one and a combo may be filled with a
/// product that has groups; usually everything is in memory.
pub(super) async fn read_linked(
    work: &mut UnitOfWork<'_>,
    order: &PlaceOrder,
    business_date: NaiveDate,
) -> Result<(), CommandError<OrderRefusal>> {
    let fills = fills(work, &order.lines);
    let mut wanted = lists_and_profile(work, order.branch, business_date);
    for product in &fills {
        wanted.push(work.wanted::<Product>(product));
        wanted.push(work.wanted::<Recipe>(product));
    }
    let named: Vec<ProductId> = order.lines.iter().flat_map(WantedLine::products).collect();
    let offered = offered(work, &named);
    wanted.extend(offered.iter().map(|group| work.wanted::<ModifierGroup>(group)));
    if wanted.is_empty() {
        return Ok(());
    }
    work.read(wanted).await?;
    let of_fills = self::offered(work, &fills);
    let further = of_fills.iter().copied().chain(nested(work, &offered));
    let further = further.map(|group| work.wanted::<ModifierGroup>(&group)).collect();
    work.read(further).await?;
    let further = nested(work, &of_fills);
    let further = further.iter().map(|group| work.wanted::<ModifierGroup>(group)).collect();
    work.read(further).await?;
    Ok(())
}

/// The products with which slots of combos are filled that leave no choice.
fn fills(work: &UnitOfWork<'_>, lines: &[WantedLine]) -> Vec<ProductId> {
    let combos = lines.iter().filter_map(|line| {
        let product = work.state::<Product>(&line.product).in_menu()?;
        product.combo.as_ref()
    });
    combos.flat_map(offer::fixed_products).collect()
}

fn lists_and_profile(
    work: &UnitOfWork<'_>,
    branch: BranchId,
    business_date: NaiveDate,
) -> Vec<Wanted> {
    let lists = work.state::<PriceListIndex>(&work.tenant()).lists();
    let lists = lists.map(|list| work.wanted::<PriceList>(&list));
    let profile = own_profile(work, branch, business_date);
    let profile = profile.map(|profile| work.wanted::<TaxProfile>(&profile));
    lists.chain(profile).collect()
}

/// The company's own tax profile by which the branch is taxed on a date; none if it is by a built-in one
/// or by none.
fn own_profile(work: &UnitOfWork<'_>, branch: BranchId, on: NaiveDate) -> Option<TaxProfileId> {
    let branch = work.state::<Branch>(&branch).details()?;
    branch.tax_regimes.on(on)?.own_profile()
}

/// The groups that products offer.
fn offered(work: &UnitOfWork<'_>, products: &[ProductId]) -> Vec<ModifierGroupId> {
    let in_menu = products.iter().filter_map(|id| work.state::<Product>(id).in_menu());
    in_menu.flat_map(|product| product.groups.iter().map(|offered| offered.group)).collect()
}

/// The groups that modifiers of groups ask.
fn nested(work: &UnitOfWork<'_>, groups: &[ModifierGroupId]) -> Vec<ModifierGroupId> {
    let in_menu = groups.iter().filter_map(|id| work.state::<ModifierGroup>(id).in_menu());
    in_menu.flat_map(Group::asked).collect()
}

/// Resolves the lines of an order against what was read.
pub(super) fn resolve(
    work: &UnitOfWork<'_>,
    order: &PlaceOrder,
    moment: &BusinessMoment,
    sells: Sells,
) -> Result<Vec<LineRequest>, CommandError<OrderRefusal>> {
    let branch = work.state::<Branch>(&order.branch).details();
    let branch = branch.ok_or(CommandError::Refused(OrderRefusal::UnknownBranch))?;
    let published = work.state::<PriceListIndex>(&work.tenant()).lists();
    let lists = published.filter_map(|id| {
        let list = work.state::<PriceList>(&id).in_force()?;
        Some(ListState { id, revision: work.revision::<PriceList>(&id).get(), list })
    });
    let tax_profile = own_profile(work, order.branch, moment.date);
    let tax_profile = tax_profile.and_then(|id| work.state::<TaxProfile>(&id).latest());
    let offer = Offer {
        instant: moment.instant,
        moment: Moment::at(order.branch, branch, &order.channel, moment.instant),
        availability: (sells == Sells::Available)
            .then(|| work.state::<Availability>(&order.branch)),
        lists: &lists.collect::<Vec<_>>(),
        menu: &AsRead {
            work,
            branch,
            tax_profile: tax_profile.map(|published| &published.profile),
            date: moment.date,
        },
    };
    offer.resolve(&order.lines).map_err(CommandError::refused)
}

struct AsRead<'a, 'w> {
    work: &'a UnitOfWork<'w>,
    branch: &'a branch::Details,
    tax_profile: Option<&'a Profile>,
    date: NaiveDate,
}

impl Menu for AsRead<'_, '_> {
    fn product(&self, product: ProductId) -> ProductStates<'_> {
        ProductStates {
            product: self.work.state::<Product>(&product),
            product_revision: self.work.revision::<Product>(&product).get(),
            recipe: self.work.state::<Recipe>(&product),
        }
    }

    fn group(&self, group: ModifierGroupId) -> Option<GroupState<'_>> {
        let revision = self.work.revision::<ModifierGroup>(&group).get();
        let group = self.work.state::<ModifierGroup>(&group).in_menu()?;
        Some(GroupState { group, revision })
    }

    fn taxes(&self, class: Option<&Code>) -> Result<Taxes, Undetermined> {
        applicable(self.branch, self.tax_profile, class, self.date)
    }
}
