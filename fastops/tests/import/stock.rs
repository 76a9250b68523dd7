//! What past sales take from stock, and that what was checked is imported to its end.

use std::process::Output;

use chrono::{DateTime, Utc};
use commands::catalog::{AddCategory, AddProduct, ProductRequest, VariantRequest};
use commands::inventory::{AddStockItem, PublishRecipe, ReceiveStock};
use commands::{Commands, Intent, Request};
use domain::catalog::diet::Marks;
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::stock::IncomingLine;
use domain::inventory::{BaseUnit, OnShortage};
use domain::shared::{
    BranchId, CategoryId, CommandId, ProductId, ReceiptId, StockItemId, StockQuantity, VariantId,
};
use uuid::Uuid;

use crate::sales::{name, pesos};
use crate::shape::fixture;
use crate::target::{Target, succeeded, text};

const BRANCH: u128 = 3;
const CATEGORY: u128 = 10;
pub(crate) const PRODUCT: u128 = 11;
pub(crate) const VARIANT: u128 = 12;
const FLOUR: u128 = 13;

/// How many grams one arepa takes.
const GRAMS: i64 = 100;

fn grams(grams: i64) -> StockQuantity {
    StockQuantity::try_from_millionths(grams * 1_000_000).unwrap()
}

impl Target {
    /// A company with a branch that sells arepas, each of which takes flour.
    pub(crate) async fn with_a_recipe(on_shortage: OnShortage) -> Self {
        let target = Self::with_a_branch().await;
        let id = Uuid::from_u128;
        let category = CategoryId::from_uuid(id(CATEGORY));
        let (product, variant) =
            (ProductId::from_uuid(id(PRODUCT)), VariantId::from_uuid(id(VARIANT)));
        let item = StockItemId::from_uuid(id(FLOUR));
        target.does(None, AddCategory { category, name: name("Platos"), place: 1 }).await;
        let variants = vec![VariantRequest::new(None, variant, name("Única"), pesos(10_000))];
        let request = ProductRequest::new(name("Arepa con receta"), category, variants);
        let add = AddProduct { product, request };
        target.does(None, add).await;
        let unit = BaseUnit::Gram;
        let marks = Marks::default();
        let flour = AddStockItem { item, name: name("Harina"), unit, on_shortage, marks };
        target.does(None, flour).await;
        let ingredients = vec![Ingredient { item, quantity: grams(GRAMS) }];
        let portions = vec![Portion { variant, ingredients }];
        target.does(None, PublishRecipe { product, seen: None, portions }).await;
        target
    }

    /// Flour comes in at a time, or at this moment.
    pub(crate) async fn counts(&self, n_grams: i64, at: Option<&str>) {
        let at = at.map(|at| at.parse::<DateTime<Utc>>().unwrap());
        let item = StockItemId::from_uuid(Uuid::from_u128(FLOUR));
        let lines = vec![IncomingLine { item, quantity: grams(n_grams), cost: pesos(1_000) }];
        let receipt = ReceiptId::from_uuid(self.commands().uuid());
        let branch = BranchId::from_uuid(Uuid::from_u128(BRANCH));
        self.does(at, ReceiveStock { receipt, branch, lines }).await;
    }

    async fn does<I: Intent>(&self, occurred_at: Option<DateTime<Utc>>, intent: I)
    where
        I::Refusal: std::fmt::Debug,
    {
        let command = CommandId::from_uuid(self.commands().uuid());
        let request = Request { command, occurred_at };
        self.commands().execute(&self.person(), request, intent).await.unwrap();
    }

    fn commands(&self) -> &Commands {
        &self.installation.commands
    }

    /// Grams that are there, grams that are reserved, and orders that are not at their end, once three
    /// orders are in the report.
    async fn left(&self) -> (i64, i64, i64) {
        assert_eq!(self.reported().await.orders, 3);
        let left = "SELECT coalesce(sum(quantity), 0)::bigint / 1000000,
                coalesce(sum(reserved), 0)::bigint,
                (SELECT count(*) FROM orders WHERE status <> 'delivered' OR balance <> 0)
            FROM stock_balances";
        self.figures::<(i64, i64, i64)>(left).await[0]
    }

    /// Checks a file, and then imports it, which says the same about stock.
    async fn checks_and_imports(&self, file: &str, more: &[&str], said: &str) -> Output {
        let head = self.head().await;
        let checked = self.import_sales(&fixture(file), &[more, &["--dry-run"]].concat()).await;
        succeeded(&checked);
        assert!(text(&checked).contains(said), "{}", text(&checked));
        assert_eq!(self.head().await, head);
        let imported = self.import_sales(&fixture(file), more).await;
        succeeded(&imported);
        assert!(text(&imported).contains(said), "{}", text(&imported));
        imported
    }
}

const DAYS: &str = "min-03-past-sales-with-recipe.csv";
const ONE_DAY: &str = "min-03b-past-sales-of-one-day-with-recipe.csv";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_before_the_first_count_leave_what_was_counted() {
    for file in [DAYS, ONE_DAY] {
        let target = Target::with_a_recipe(OnShortage::Refuse).await;
        target.counts(250, None).await;

        target.checks_and_imports(file, &[], "3 pedidos anteriores al primer conteo").await;

        assert_eq!(target.left().await, (250, 0, 0), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_of_a_branch_that_never_counted_take_nothing() {
    let target = Target::with_a_recipe(OnShortage::Allow).await;

    target.checks_and_imports(DAYS, &[], "los pedidos no toman nada").await;

    assert_eq!(target.left().await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_after_the_first_count_take_what_their_recipes_say_where_there_is_enough() {
    for (counted, left, is_short) in [(500, 300, false), (150, 50, true)] {
        let target = Target::with_a_recipe(OnShortage::Refuse).await;
        target.counts(counted, Some("2026-03-02T05:00:00Z")).await;

        let imported = target.checks_and_imports(DAYS, &[], "2 posteriores").await;

        assert_eq!(target.left().await, (left, 0, 0), "{counted}");
        let short = text(&imported).contains("1 pedidos no tomaron nada");
        assert_eq!(short, is_short, "{}", text(&imported));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_imports_may_say_what_sales_take() {
    for (stock, said, left) in
        [("allow", "toman lo que dicen las recetas, haya o no haya", -50), ("none", "nada", 250)]
    {
        for file in [DAYS, ONE_DAY] {
            let target = Target::with_a_recipe(OnShortage::Refuse).await;
            target.counts(250, Some("2026-02-01T05:00:00Z")).await;

            target.checks_and_imports(file, &["--stock", stock], said).await;

            assert_eq!(target.left().await, (left, 0, 0), "{stock} {file}");
        }
    }
}
