//! The menu document as it is documented. Its text is compiled by the consumer `menu`; tests hold it to this.

use chrono::NaiveDate;
use poem_openapi::{Enum, Object};
use serde::Serialize;
use uuid::Uuid;

use crate::operations::catalog::price_list_model::{
    ConditionsBody, ModifierPriceBody, VariantPriceBody,
};
use crate::operations::catalog::products::diet::DeclaredBody;
use crate::operations::catalog::products::{
    ComboBody, KindBody, OfferedGroupBody, ProductStationBody, ProductTextBody,
};
use crate::operations::currency::CurrencyBody;
use crate::operations::model::MoneyBody;

/// The menu of a branch for a channel, or what changed of it.
#[derive(Object)]
#[oai(rename = "Menu")]
pub(super) struct MenuBody {
    /// What to send as `since` for what changes from here on.
    token: String,
    /// Whether this is the whole menu: what it does not name is not in it. Otherwise it is what was added,
    /// changed or removed since.
    is_whole: bool,
    /// The branch.
    branch_id: Uuid,
    /// The code of the channel.
    channel: String,
    /// What names of images are appended to.
    images_url: String,
    /// The branch; absent if nothing of it changed.
    #[oai(skip_serializing_if_is_none)]
    branch: Option<MenuBranch>,
    /// The categories, in the order of the menu.
    categories: Vec<MenuCategory>,
    /// The products, in the order of the menu.
    products: Vec<MenuProduct>,
    /// The modifier groups that products offer or modifiers ask, by name.
    modifier_groups: Vec<MenuGroup>,
    /// The published price lists of the branch and the channel: of those that hold at a moment the first one
    /// that has a price decides.
    price_lists: Vec<MenuPriceList>,
    /// What is not in the menu any more, or never was.
    removed: Vec<MenuRemoved>,
}

/// A branch in its menu.
#[derive(Object)]
struct MenuBranch {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What it trades in.
    currency: CurrencyBody,
    /// The zone of its clock, at first.
    time_zone: String,
    /// When its business day began, at first.
    cut_off: String,
    /// How it counts its days from later dates on, in the order of these.
    business_day_changes: Vec<MenuBusinessDay>,
    /// The tax regimes that it is under, in the order of the dates from which they hold.
    tax_regimes: Vec<MenuTaxRegime>,
    /// Its open stations, by name.
    stations: Vec<MenuStation>,
    /// What it does not sell, or has run out of.
    unavailable: Vec<MenuUnavailable>,
}

/// From a date on a branch counts its days like this.
#[derive(Object)]
struct MenuBusinessDay {
    /// The first business date.
    from: NaiveDate,
    /// The zone of its clock.
    time_zone: String,
    /// When its business day begins.
    cut_off: String,
}

/// A tax regime of a branch.
#[derive(Object)]
struct MenuTaxRegime {
    /// The first business date.
    from: NaiveDate,
    /// The company's own tax profile; absent if it is a built-in one.
    #[oai(skip_serializing_if_is_none)]
    tax_profile_id: Option<Uuid>,
    /// The country of the built-in profile; absent if it is the company's own.
    #[oai(skip_serializing_if_is_none)]
    country: Option<String>,
    /// The regime, by its code in the profile.
    regime: String,
}

/// A station of the branch.
#[derive(Object)]
struct MenuStation {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
}

/// What can be sold or not.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum MenuSubjectKind {
    /// A product with all its variants.
    Product,
    /// One variant.
    Variant,
    /// A modifier, in whatever group.
    Modifier,
}

/// Why a branch does not sell something.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum MenuUnavailableReason {
    /// The branch does not sell it.
    NotSold,
    /// It has run out.
    Snoozed,
}

/// Something that the branch does not sell.
#[derive(Object)]
struct MenuUnavailable {
    /// What it is.
    kind: MenuSubjectKind,
    /// The product, the variant or the modifier.
    id: Uuid,
    /// Why.
    reason: MenuUnavailableReason,
    /// The moment from which it is sold again, which may have passed; null if it is sold again once it is put
    /// back or listed.
    until: Option<String>,
}

/// A category of the menu.
#[derive(Object)]
struct MenuCategory {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// Its position in the menu, smallest first.
    place: u16,
}

/// A product of the menu.
#[derive(Object)]
struct MenuProduct {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What it is.
    kind: KindBody,
    /// Its category. If that was removed, the category is not in the menu.
    category_id: Uuid,
    /// Its position in the category, smallest first.
    place: u16,
    /// Its variants in the order of the menu.
    variants: Vec<MenuVariant>,
    /// What a combo is made of; absent of an item. An option that was removed is not among the products.
    #[oai(skip_serializing_if_is_none)]
    combo: Option<ComboBody>,
    /// The modifier groups that it offers, with what is other than in the group. One that was removed is not
    /// among the groups.
    modifier_groups: Vec<OfferedGroupBody>,
    /// Where it is made, by branch.
    stations: Vec<ProductStationBody>,
    /// Its tax class; null for the default of the tax profile.
    tax_class: Option<String>,
    /// How long making it takes, in minutes; null if not known.
    preparation_minutes: Option<u16>,
    /// What is said of it, by language.
    texts: Vec<ProductTextBody>,
    /// What is known of allergens and diets. What is in neither list is unknown.
    known_marks: DeclaredBody,
    /// Its image; absent if it has none.
    #[oai(skip_serializing_if_is_none)]
    image: Option<MenuImage>,
    /// Its revision, as on the lines of orders.
    revision: u64,
}

/// A size or kind of a product.
#[derive(Object)]
struct MenuVariant {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What one piece costs if no price list has a price.
    price: MoneyBody,
    /// Its stock keeping unit; null if it has none.
    sku: Option<String>,
    /// What a scanner reads; null if it has none.
    barcode: Option<String>,
}

/// An image: names of its files, which are appended to `images_url`.
#[derive(Object)]
struct MenuImage {
    /// Up to 200 pixels wide.
    small: String,
    /// Up to 600 pixels wide.
    medium: String,
    /// Up to 1200 pixels wide.
    large: String,
    /// The width of the large one, in pixels.
    width: u16,
    /// The height of the large one, in pixels.
    height: u16,
    /// Its average colour as #rrggbb.
    colour: String,
}

/// What can be chosen with a product.
#[derive(Object)]
struct MenuGroup {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// Whether something has to be chosen. Without it the minimum holds once something is.
    required: bool,
    /// The fewest that are chosen, counted with their quantities.
    min: u16,
    /// The most that are chosen, counted with their quantities.
    max: u16,
    /// Its modifiers in the order of the menu.
    modifiers: Vec<MenuModifier>,
}

/// Something that can be chosen.
#[derive(Object)]
struct MenuModifier {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What it costs once if neither the product nor a price list has a price.
    price: MoneyBody,
    /// How often it can be chosen with one piece.
    max_quantity: u16,
    /// How often it is chosen as long as the guest says nothing.
    default_quantity: u16,
    /// The group that it asks; null if it asks nothing.
    nested_group_id: Option<Uuid>,
}

/// A published price list.
#[derive(Object)]
struct MenuPriceList {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// When and where it holds.
    conditions: ConditionsBody,
    /// The first business date on which it holds.
    valid_from: NaiveDate,
    /// Its prices of variants.
    variants: Vec<VariantPriceBody>,
    /// Its prices of modifiers.
    modifiers: Vec<ModifierPriceBody>,
    /// Its revision, as on the lines of orders.
    revision: u64,
}

/// What an entry of the menu is.
#[derive(Clone, Copy, Enum, Serialize)]
#[oai(rename = "MenuEntryKind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(super) enum EntryKindBody {
    /// A category.
    Category,
    /// A product.
    Product,
    /// A modifier group.
    ModifierGroup,
    /// A price list.
    PriceList,
}

/// Something that is not in the menu any more.
#[derive(Object, Serialize)]
pub(super) struct MenuRemoved {
    /// What it was.
    pub(super) kind: EntryKindBody,
    /// Its id.
    pub(super) id: Uuid,
}
