//! The demo's restaurant: "Arepas del Parque", two branches, one menu.
//!
//! Its things have ids that follow from their names, so that opening it again changes nothing. What an
//! earlier release opened gets what that release did not know of, once.
//!
//! - [`kitchen`]: stations, stock and recipes; [`products`]: what it sells; [`prices`]: for how much
//! - [`dish`]: what guests can ask for
//! - [`once`](mod@once): commands that are executed once; [`ids`]: the ids of things

mod dish;
mod ids;
mod kitchen;
mod once;
mod prices;
mod products;

use chrono_tz::America::Bogota;
use commands::catalog::AddCategory;
use commands::identity::OpenBranch;
use domain::shared::{BranchId, BusinessDay, Currency, CutOff, Name, TenantId};
use futures_util::future::try_join_all;

use super::menu::{Menu, Product};
use super::pantry::Pantry;
use super::staff::Staff;
use ids::Ids;
use once::{once, once_or_amended};

pub(super) use dish::{Dish, Filling, Group};
pub(super) use ids::named;
pub use once::OpeningError;
pub(super) use prices::rappi;

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
    /// What guests can ask for, by branch.
    pub(super) dishes: Vec<Vec<Dish>>,
    pub(super) ids: Ids,
    menu: Menu,
    pantry: Pantry,
}

impl Restaurant {
    /// The restaurant of `tenant`, open or not.
    pub(super) fn of(tenant: TenantId) -> Self {
        let (ids, menu, pantry) = (Ids(tenant), Menu::embedded(), Pantry::embedded());
        let branch = |name| BranchId::from_uuid(named(tenant, "branch", name));
        let branches = BRANCHES.into_iter().map(branch).collect();
        let run_out = [None, Some(prices::run_out(ids))];
        let dishes = run_out.map(|run_out| dish::dishes(ids, &menu, run_out)).into();
        Self { tenant, branches, dishes, ids, menu, pantry }
    }

    /// How all its branches count their days.
    pub(super) fn business_day() -> BusinessDay {
        BusinessDay { time_zone: Bogota, cut_off: cut_off() }
    }

    /// Opens the branches, stocks up and writes the menu; what is there already stays as it is.
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
            let name = category.name.clone();
            let category = self.category_id(category);
            once(staff, category.uuid(), AddCategory { category, name, place })
        });
        try_join_all(categories).await?;
        self.set_terms(staff).await?;
        self.add_stations(staff).await?;
        self.stock_up(staff).await?;
        // A group is added after those that its modifiers ask, and a combo after what fills it.
        for group in &self.menu.groups {
            let add = self.add_group(group);
            once(staff, add.group.uuid(), add).await?;
        }
        self.add_products(staff, |product| product.slots.is_empty()).await?;
        self.add_products(staff, |product| !product.slots.is_empty()).await?;
        self.publish_recipes(staff).await?;
        self.publish_prices(staff).await?;
        self.run_out(staff).await
    }

    async fn add_products(
        &self,
        staff: &Staff,
        is_added: impl Fn(&Product) -> bool,
    ) -> Result<(), OpeningError> {
        let categories = self.menu.categories.iter();
        let products = categories
            .flat_map(|category| category.products.iter().map(move |product| (category, product)))
            .filter(|(_, product)| is_added(product));
        let added = products.map(|(category, product)| {
            let (add, revise) = self.add_product(category, product);
            once_or_amended(staff, add.product.uuid(), add, revise)
        });
        try_join_all(added).await?;
        Ok(())
    }
}

fn cut_off() -> CutOff {
    CUT_OFF.parse().expect("the constant is a cut-off")
}
