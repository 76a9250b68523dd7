//! What guests can ask for, by the ids of the menu.

use domain::catalog::modifier_group::Limits;
use domain::shared::{ModifierGroupId, ModifierId, ProductId, VariantId};

use super::ids::Ids;
use crate::demo::menu::{Menu, Product};

/// A variant of a product.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Dish {
    pub(in crate::demo) product: ProductId,
    pub(in crate::demo) variant: VariantId,
    /// How often guests ask for it, compared with the others.
    pub(in crate::demo) popularity: u32,
    /// What is chosen with it.
    pub(in crate::demo) groups: Vec<Group>,
    /// What it is filled with, if it is a combo: one of the options of each.
    pub(in crate::demo) slots: Vec<Vec<Filling>>,
}

/// What a group offers.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Group {
    pub(in crate::demo) id: ModifierGroupId,
    pub(in crate::demo) limits: Limits,
    pub(in crate::demo) modifiers: Vec<ModifierId>,
}

/// What a slot can be filled with.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Filling {
    pub(in crate::demo) product: ProductId,
    pub(in crate::demo) variant: VariantId,
    pub(in crate::demo) groups: Vec<Group>,
}

/// Everything on the menu but what has run out.
pub(super) fn dishes(ids: Ids, menu: &Menu, run_out: Option<ProductId>) -> Vec<Dish> {
    let dishes_of = |product: &Product| {
        let groups = groups(ids, menu, product);
        let mut slots = slots(ids, menu, product);
        for slot in &mut slots {
            slot.retain(|filling| Some(filling.product) != run_out);
        }
        let dish = |variant: &crate::demo::menu::Variant| Dish {
            product: ids.product(&product.name),
            variant: ids.variant(&product.name, &variant.name),
            popularity: variant.popularity,
            groups: groups.clone(),
            slots: slots.clone(),
        };
        product.variants.iter().map(dish).collect::<Vec<_>>()
    };
    let sold = menu.products().filter(|product| Some(ids.product(&product.name)) != run_out);
    sold.flat_map(dishes_of).collect()
}

fn groups(ids: Ids, menu: &Menu, product: &Product) -> Vec<Group> {
    let offered = menu.groups.iter().filter(|it| product.attributes.groups.contains(&it.name));
    let group = |group: &crate::demo::menu::modifiers::Group| Group {
        id: ids.group(&group.name),
        limits: group.limits,
        modifiers: group.modifiers.iter().map(|it| ids.modifier(&group.name, &it.name)).collect(),
    };
    offered.map(group).collect()
}

fn slots(ids: Ids, menu: &Menu, product: &Product) -> Vec<Vec<Filling>> {
    let filling = |option: &crate::demo::menu::combos::SlotOption| {
        let product = menu.products().find(|product| product.name == option.product);
        Filling {
            product: ids.product(&option.product),
            variant: ids.variant(&option.product, &option.variant),
            groups: product.map(|product| groups(ids, menu, product)).unwrap_or_default(),
        }
    };
    product.slots.iter().map(|slot| slot.options.iter().map(filling).collect()).collect()
}
