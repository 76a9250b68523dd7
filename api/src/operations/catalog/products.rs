//! Products of the menu and their variants.

use commands::Revision;
use commands::catalog::{AddProduct, ReviseProduct, VariantRequest};
use domain::catalog::Product;
use domain::identity::permission::markers::{ProductCreate, ProductRead, ProductUpdate};
use domain::shared::{CategoryId, Name, ProductId, VariantId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, products};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Found, List};
use crate::operations::catalog::images::ImageBody;
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::{MoneyBody, PriceBody, Revised};
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about products.
pub(super) struct Products(pub(super) Services);

/// What a product is like.
#[derive(Object)]
struct ProductDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// Its category in the menu.
    category_id: Uuid,
    /// Its variants in the order of the menu, all in one currency.
    #[oai(validator(min_items = 1, max_items = 50))]
    variants: Vec<VariantDetails>,
}

/// What a variant is like.
#[derive(Object)]
struct VariantDetails {
    /// The variant to keep and change; without one it is added. A product to be has none.
    id: Option<Uuid>,
    /// Its name, unique in the product.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// What one piece costs, taxes included; more than zero.
    price: PriceBody,
}

/// What a guest can order.
#[derive(Object, Serialize)]
#[oai(rename = "Product")]
struct ProductBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// Its category in the menu.
    category_id: Uuid,
    /// Its variants in the order of the menu.
    variants: Vec<VariantBody>,
    /// Its image; null where it has none.
    image: Option<ImageBody>,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// A size or kind of a product.
#[derive(Object, Serialize)]
#[oai(rename = "Variant")]
struct VariantBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What one piece costs, taxes included.
    price: MoneyBody,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl Products {
    /// Add a product.
    #[oai(path = "/products", method = "post", operation_id = "addProduct")]
    async fn add(
        &self,
        by: Can<ProductCreate>,
        key: IdempotencyKey,
        Json(body): Json<ProductDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let (name, variants) = self.details(&body)?;
        let intent = AddProduct {
            product: ProductId::from_uuid(self.0.ids.uuid()),
            name,
            category: CategoryId::from_uuid(body.category_id),
            variants,
        };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product).await?;
        accepted.created::<Product>("/v1/products")
    }

    /// Change a product.
    ///
    /// Its name, category, variants and prices. Variants with an id are kept and changed, those without
    /// are added, those left out are sold no more. Orders keep the prices they were placed with.
    #[oai(path = "/products/:product_id", method = "put", operation_id = "reviseProduct")]
    async fn revise(
        &self,
        by: Can<ProductUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        product_id: Path<Uuid>,
        Json(body): Json<ProductDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let (name, variants) = self.details(&body)?;
        let seen = Revision::new(seen.revision());
        let intent = ReviseProduct {
            product: ProductId::from_uuid(product_id.0),
            seen: Some(seen),
            name,
            category: CategoryId::from_uuid(body.category_id),
            variants,
        };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product).await?;
        accepted.changed::<Product>(product_id.0, seen)
    }

    /// List products, by name.
    #[oai(path = "/products", method = "get", operation_id = "listProducts")]
    async fn list(
        &self,
        by: Can<ProductRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
        /// Only products of this category.
        category_id: Query<Option<Uuid>>,
    ) -> Result<Json<List<ProductBody>>, Problem> {
        let category = category_id.0.map(|id| id.to_string()).unwrap_or_default();
        let query = QueryFingerprint::of("listProducts", &[("category_id", &category)]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let category = category_id.0.map(CategoryId::from_uuid);
        let page = products::list(&mut tx, category, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let data = page.rows.into_iter().map(|product| self.body(product)).collect();
        Ok(Json(List { data, next_cursor }))
    }

    /// Get a product.
    #[oai(path = "/products/:product_id", method = "get", operation_id = "getProduct")]
    async fn get(
        &self,
        by: Can<ProductRead>,
        product_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<ProductBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let found = products::get(&mut tx, ProductId::from_uuid(product_id.0)).await;
        let product = found.map_err(unread)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(product.revision, self.body(product)))
    }
}

impl Products {
    fn details(&self, body: &ProductDetails) -> Result<(Name, Vec<VariantRequest>), Problem> {
        let mut fields = Fields::default();
        let name = fields.name("/name", &body.name);
        let mut variants = Vec::with_capacity(body.variants.len());
        for (index, variant) in body.variants.iter().enumerate() {
            let name = fields.name(&format!("/variants/{index}/name"), &variant.name);
            let price = variant.price.read(&mut fields, &format!("/variants/{index}/price"));
            if let (Some(name), Some(price)) = (name, price) {
                let id_if_new = VariantId::from_uuid(self.0.ids.uuid());
                let id = variant.id.map(VariantId::from_uuid);
                variants.push(VariantRequest { id, id_if_new, name, price });
            }
        }
        match name {
            Some(name) if variants.len() == body.variants.len() => Ok((name, variants)),
            _ => Err(fields.problem()),
        }
    }
}

impl Products {
    fn body(&self, product: products::Product) -> ProductBody {
        let products::Product { id, details, revision } = product;
        let variant = |variant: domain::catalog::product::Variant| VariantBody {
            id: variant.id.uuid(),
            name: variant.name.into(),
            price: variant.price.into(),
        };
        ProductBody {
            id: id.uuid(),
            image: details.image.map(|image| ImageBody::of(&image, &self.0.images)),
            name: details.name.into(),
            category_id: details.category.uuid(),
            variants: details.variants.into_iter().map(variant).collect(),
            revision: revision.get(),
        }
    }
}
