//! Recipes: what a product takes from stock.

use commands::Revision;
use commands::inventory::PublishRecipe;
use domain::identity::permission::markers::{RecipePublish, RecipeRead};
use domain::inventory::Recipe;
use domain::shared::ProductId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, products};
use projections::inventory::{Inventory, recipes};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::operations::answer::{Changed, Found};
use crate::operations::fields::Fields;
use crate::operations::inventory::model::{PortionBody, portions};
use crate::operations::inventory::refusal;
use crate::operations::model::Revised;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about recipes.
pub(super) struct Recipes(pub(super) Services);

/// How a product is to be made.
#[derive(Object)]
struct NewRecipe {
    /// One for each variant that takes something from stock; the others take nothing.
    #[oai(validator(min_items = 1, max_items = 50))]
    portions: Vec<PortionBody>,
}

/// How a product is made.
#[derive(Object, Serialize)]
#[oai(rename = "Recipe")]
struct RecipeBody {
    /// 1, 2, 3 …; 0 while the product has no recipe and takes nothing from stock.
    version: u32,
    /// One for each variant that takes something from stock.
    portions: Vec<PortionBody>,
    /// Its revision, as in `ETag`.
    revision: u64,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Inventory")]
impl Recipes {
    /// Publish the recipe of a product.
    ///
    /// Every publication that changes something is a version. Orders keep the version that they were
    /// placed with.
    #[oai(path = "/products/:product_id/recipe", method = "put", operation_id = "publishRecipe")]
    async fn publish(
        &self,
        by: Can<RecipePublish>,
        key: IdempotencyKey,
        seen: IfMatch,
        product_id: Path<Uuid>,
        Json(body): Json<NewRecipe>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let portions = portions(&mut fields, &body.portions);
        fields.check()?;
        let seen = Revision::new(seen.revision());
        let product = ProductId::from_uuid(product_id.0);
        let intent = PublishRecipe { product, seen: Some(seen), portions };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::recipe).await?;
        accepted.changed::<Recipe>(product_id.0, seen)
    }

    /// Get the recipe of a product.
    ///
    /// In its latest version.
    #[oai(path = "/products/:product_id/recipe", method = "get", operation_id = "getRecipe")]
    async fn get(
        &self,
        by: Can<RecipeRead>,
        product_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<RecipeBody>, Problem> {
        let product = ProductId::from_uuid(product_id.0);
        let consumers = [Catalog::NAME, Inventory::NAME];
        let mut tx = self.0.read(&by.caller, after.0, &consumers).await?;
        if products::get(&mut tx, product).await.map_err(unread)?.is_none() {
            return Err(Problem::new(Code::NotFound));
        }
        let found = recipes::get(&mut tx, product).await.map_err(unread)?;
        let revision = found.as_ref().map_or(Revision::START, |recipe| recipe.revision);
        let (version, portions) =
            found.map_or((0, vec![]), |recipe| (recipe.version, recipe.portions));
        let portions = portions.into_iter().map(Into::into).collect();
        Ok(Found::at(revision, RecipeBody { version, portions, revision: revision.get() }))
    }
}
