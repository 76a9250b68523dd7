//! The demo's restaurant: "Arepas del Parque", two branches, one menu.
//!
//! Its things have ids that follow from their names, so that opening it again changes nothing.

use std::fmt::Display;

use chrono_tz::America::Bogota;
use commands::catalog::{AddCategory, AddProduct, ProductRequest, VariantRequest};
use commands::identity::OpenBranch;
use commands::inventory::{AddStockItem, PublishRecipe, ReceiveStock};
use commands::orders::WantedLine;
use commands::{CommandError, Intent, Request};
use domain::catalog::diet::Marks;
use domain::inventory::OnShortage;
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::stock::IncomingLine;
use domain::shared::{
    BranchId, BusinessDay, CategoryId, CommandId, Currency, CutOff, Name, ProductId, Quantity,
    ReceiptId, StockItemId, TenantId, VariantId,
};
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::menu::{Category, Menu, Product, Variant};
use super::pantry::{Pantry, Recipe, Supply, Taken};
use super::staff::{Staff, Undone};

/// The name on its tickets.
pub(super) const NAME: &str = "Arepas del Parque";

/// Its short name.
pub(super) const SLUG: &str = "arepas-del-parque";

/// Who owns it.
pub(super) const OWNER: &str = "Doña Marta Restrepo";

/// The owner's address; RFC 2606 reserves its domain, so that no mail reaches it.
pub(crate) const OWNER_EMAIL: &str = "dueno@arepas-del-parque.example";

const BRANCHES: [&str; 2] = ["Bogotá Chapinero", "Medellín Laureles"];
const CUT_OFF: &str = "04:00";

/// The restaurant of one tenant.
#[derive(Debug)]
pub(super) struct Restaurant {
    pub(super) tenant: TenantId,
    pub(super) branches: Vec<BranchId>,
    /// What guests can ask for.
    pub(super) dishes: Vec<Dish>,
    menu: Menu,
}

/// A variant of a product, by the names on the menu.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dish {
    product: ProductId,
    variant: VariantId,
    /// How often guests ask for it, compared with the others.
    pub(super) popularity: u32,
}

impl Dish {
    /// So many of it.
    pub(super) const fn times(self, quantity: Quantity) -> WantedLine {
        WantedLine::plain(self.product, self.variant, quantity)
    }
}

/// Why the restaurant could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// A rule refuses, or the log fails.
    #[error("could not run {operation}: {reason}")]
    Failed {
        /// What was asked.
        operation: &'static str,
        /// What came back.
        reason: String,
    },
    /// The demo ends.
    #[error("the demo was ended while the restaurant was being opened")]
    Leaving,
}

impl Restaurant {
    /// The restaurant of `tenant`, open or not.
    pub(super) fn of(tenant: TenantId) -> Self {
        let menu = Menu::embedded();
        let dish = |product: &Product, variant: &Variant| Dish {
            product: ProductId::from_uuid(named(tenant, "product", &product.name)),
            variant: variant_id(tenant, &product.name, &variant.name),
            popularity: variant.popularity,
        };
        let products = menu.categories.iter().flat_map(|category| &category.products);
        let dishes = products
            .flat_map(|product| product.variants.iter().map(move |variant| dish(product, variant)))
            .collect();
        let branch = |name| BranchId::from_uuid(named(tenant, "branch", name));
        Self { tenant, branches: BRANCHES.into_iter().map(branch).collect(), dishes, menu }
    }

    /// How all its branches count their days.
    pub(super) fn business_day() -> BusinessDay {
        BusinessDay { time_zone: Bogota, cut_off: cut_off() }
    }

    /// Opens the branches, writes the menu and stocks up; what is there already stays as it is.
    pub(super) async fn open(&self, staff: &Staff) -> Result<(), OpeningError> {
        let branches = BRANCHES.into_iter().zip(&self.branches).map(|(name, branch)| {
            let name = Name::parse(name).expect("the names above are names");
            let currency = Currency::COP;
            let (branch, cut_off) = (*branch, cut_off());
            let open = OpenBranch { branch, name, time_zone: Bogota, currency, cut_off };
            once(staff, branch.uuid(), open)
        });
        try_join_all(branches).await?;
        let categories = self.menu.categories.iter().zip(1..).map(|(category, place)| {
            let Category { name, .. } = category;
            let category = self.category_id(category);
            once(staff, category.uuid(), AddCategory { category, name: name.clone(), place })
        });
        try_join_all(categories).await?;
        let products = self.menu.categories.iter().flat_map(|category| {
            category.products.iter().map(|product| self.add_product(category, product))
        });
        try_join_all(products.map(|add| once(staff, add.product.uuid(), add))).await?;
        self.stock_up(staff).await
    }

    /// Keeps what the recipes take in stock, and publishes them.
    async fn stock_up(&self, staff: &Staff) -> Result<(), OpeningError> {
        let Pantry { supplies, recipes } = Pantry::embedded();
        let items = supplies.iter().map(|supply| {
            let (item, name) = (self.item_id(&supply.item), supply.item.clone());
            let (unit, on_shortage) = (supply.unit, OnShortage::Allow);
            once(
                staff,
                item.uuid(),
                AddStockItem { item, name, unit, on_shortage, marks: Marks::default() },
            )
        });
        try_join_all(items).await?;
        let receipts = self.branches.iter().map(|branch| {
            let receipt = ReceiptId::from_uuid(named(self.tenant, "receipt", branch));
            let line = |supply: &Supply| {
                let Supply { item, quantity, cost, .. } = supply;
                IncomingLine { item: self.item_id(item), quantity: *quantity, cost: *cost }
            };
            let lines = supplies.iter().map(line).collect();
            once(staff, receipt.uuid(), ReceiveStock { receipt, branch: *branch, lines })
        });
        try_join_all(receipts).await?;
        let published = recipes.iter().map(|recipe| {
            let recipe_id = named(self.tenant, "recipe", &recipe.product);
            once(staff, recipe_id, self.publish(recipe))
        });
        try_join_all(published).await?;
        Ok(())
    }

    fn publish(&self, recipe: &Recipe) -> PublishRecipe {
        let portion = |(variant, taken): &(Name, Vec<Taken>)| {
            let ingredient = |Taken { item, quantity }: &Taken| Ingredient {
                item: self.item_id(item),
                quantity: *quantity,
            };
            let variant = variant_id(self.tenant, &recipe.product, variant);
            Portion { variant, ingredients: taken.iter().map(ingredient).collect() }
        };
        let product = ProductId::from_uuid(named(self.tenant, "product", &recipe.product));
        let portions = recipe.portions.iter().map(portion).collect();
        PublishRecipe { product, seen: None, portions }
    }

    fn item_id(&self, name: &Name) -> StockItemId {
        StockItemId::from_uuid(named(self.tenant, "stock-item", name))
    }

    fn add_product(&self, category: &Category, product: &Product) -> AddProduct {
        let variant = |variant: &Variant| {
            let id = variant_id(self.tenant, &product.name, &variant.name);
            VariantRequest::new(None, id, variant.name.clone(), variant.price)
        };
        let variants = product.variants.iter().map(variant).collect();
        AddProduct {
            product: ProductId::from_uuid(named(self.tenant, "product", &product.name)),
            request: ProductRequest::new(
                product.name.clone(),
                self.category_id(category),
                variants,
            ),
        }
    }

    fn category_id(&self, category: &Category) -> CategoryId {
        CategoryId::from_uuid(named(self.tenant, "category", &category.name))
    }
}

/// The id of one thing of the demo.
pub(super) fn named(tenant: TenantId, kind: &str, name: impl Display) -> Uuid {
    Uuid::new_v5(&tenant.uuid(), format!("demo/{kind}/{name}").as_bytes())
}

fn variant_id(tenant: TenantId, product: &Name, variant: &Name) -> VariantId {
    let name = format!("{product}/{variant}");
    VariantId::from_uuid(named(tenant, "variant", name))
}

fn cut_off() -> CutOff {
    CUT_OFF.parse().expect("the constant is a cut-off")
}

/// Creates a thing under a command id that is derived from its id.
async fn once<I: Intent + Clone>(
    staff: &Staff,
    thing: Uuid,
    intent: I,
) -> Result<(), OpeningError> {
    let command = CommandId::derived(named(staff.tenant(), "command", thing));
    match staff.does_once(Request::live(command), intent).await {
        // A later release has another menu; what was sold under the old one stays.
        Ok(_) | Err(Undone::Failed(CommandError::IdReused)) => Ok(()),
        Err(Undone::Leaving) => Err(OpeningError::Leaving),
        Err(Undone::Failed(error)) => {
            Err(OpeningError::Failed { operation: I::OPERATION, reason: error.to_string() })
        }
    }
}
