//! What is known of a product for guests with allergies and diets.

use super::Details;
use crate::catalog::diet::Marks;
use crate::inventory::recipe::{Portion, Published};
use crate::shared::{ProductId, StockItemId};

/// What is known of a product: what is declared of it, beside what it is made of. An item is made of what
/// its recipe takes for any of its variants, a combo of all that it can be filled with.
///
/// `of_item` is what is declared of a stock item, `of_product` what is known of an option; none if there
/// is no such product. A variant that takes nothing from stock is made of something unknown. Modifiers are
/// not counted: a guest chooses them.
pub fn known_marks(
    product: &Details,
    recipe: Option<&Published>,
    of_item: impl Fn(StockItemId) -> Marks,
    of_product: impl Fn(ProductId) -> Option<Marks>,
) -> Marks {
    let parts: Vec<Marks> = if let Some(combo) = &product.combo {
        let options = combo.options().map(|(.., option)| option.product);
        options.map(|option| of_product(option).unwrap_or_default()).collect()
    } else {
        let portion = |variant| Some(recipe?.taken(product, variant)?.0);
        let marks = |portion: Option<&Portion>| match portion {
            Some(portion) => portion.ingredients.iter().map(|it| of_item(it.item)).collect(),
            None => vec![Marks::default()],
        };
        product.variants.iter().flat_map(|variant| marks(portion(variant.id))).collect()
    };
    product.marks.beside(&Marks::inherited(&parts))
}
