//! Products that are taken out of the menu and put back, and their order in a category.

use commands::catalog::{RemoveProduct, ReorderProducts, RestoreProduct};
use domain::identity::permission::markers::{ProductRemove, ProductUpdate};
use domain::shared::{CategoryId, ProductId};
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::access::Can;
use crate::operations::answer::Done;
use crate::operations::catalog::refusal;
use crate::operations::model::Settled;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::preconditions::IdempotencyKey;
use crate::problem::Problem;

/// The operations about which products are in the menu, and in which order.
pub(in crate::operations::catalog) struct Shelving(pub(in crate::operations::catalog) Services);

/// The order of products of a category.
#[derive(Object)]
struct ProductOrder {
    /// Products of the category in their order, each once. Their positions become 1, 2, 3 …; products that
    /// are not listed keep theirs.
    #[oai(validator(min_items = 1, max_items = 500))]
    product_ids: Vec<Uuid>,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl Shelving {
    /// Remove a product from the menu.
    ///
    /// It takes no orders, its name and codes are free for others, and it can be restored. Orders keep it.
    #[oai(path = "/products/:product_id", method = "delete", operation_id = "removeProduct")]
    async fn remove(
        &self,
        by: Can<ProductRemove>,
        key: IdempotencyKey,
        product_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = RemoveProduct { product: ProductId::from_uuid(product_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product).await?;
        Ok(accepted.settled(product_id.0))
    }

    /// Restore a product that was removed.
    ///
    /// It is as it was. Refused if another one has its name or a code of a variant meanwhile, or if its
    /// category is not in the menu.
    #[oai(path = "/products/:product_id/restore", method = "post", operation_id = "restoreProduct")]
    async fn restore(
        &self,
        by: Can<ProductRemove>,
        key: IdempotencyKey,
        product_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = RestoreProduct { product: ProductId::from_uuid(product_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product).await?;
        Ok(accepted.settled(product_id.0))
    }

    /// Reorder products of a category.
    #[oai(
        path = "/categories/:category_id/product-order",
        method = "put",
        operation_id = "reorderProducts"
    )]
    async fn reorder(
        &self,
        by: Can<ProductUpdate>,
        key: IdempotencyKey,
        category_id: Path<Uuid>,
        Json(body): Json<ProductOrder>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = ReorderProducts {
            category: CategoryId::from_uuid(category_id.0),
            products: body.product_ids.into_iter().map(ProductId::from_uuid).collect(),
        };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product_order).await?;
        Ok(accepted.settled(category_id.0))
    }
}
