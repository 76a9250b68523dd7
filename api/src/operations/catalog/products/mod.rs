//! Products of the menu: items and combos, their variants, and all that is said of them.

mod answers;
pub(in crate::operations) mod diet;
mod requests;
mod shelving;

use commands::Revision;
use commands::catalog::{AddProduct, Changes, ReviseProduct};
use domain::catalog::Product;
use domain::catalog::diet::{Mark, Marks, Presence};
use domain::identity::permission::markers::{ProductCreate, ProductRead, ProductUpdate};
use domain::shared::{CategoryId, ProductId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::products::Filter;
use projections::catalog::{Catalog, diets, products};
use projections::inventory::Inventory;
use uuid::Uuid;

use self::answers::ProductBody;
pub(super) use self::answers::{
    ComboBody, KindBody, OfferedGroupBody, ProductStationBody, ProductTextBody,
};
use self::diet::DeclaredBody;
use self::requests::{
    ComboDetails, OfferedGroupDetails, ProductStationDetails, ProductTextDetails, VariantDetails,
};
pub(super) use self::shelving::Shelving;
use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Found, List};
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::Revised;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about products.
pub(super) struct Products(pub(super) Services);

/// What a product is like. What is left out is as if nothing were said of it.
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
    /// Its position in the category, smallest first.
    place: Option<u16>,
    /// What it is made of: with it the product is a combo, for ever. Left out, a combo keeps what it is
    /// made of.
    combo: Option<ComboDetails>,
    /// The modifier groups that it offers, in the order of the menu.
    #[oai(validator(max_items = 30))]
    modifier_groups: Option<Vec<OfferedGroupDetails>>,
    /// Where it is made, by branch.
    #[oai(validator(max_items = 500))]
    stations: Option<Vec<ProductStationDetails>>,
    /// Its class in the tax profile of the branch; the default of the profile if left out.
    #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
    tax_class: Option<String>,
    /// How long making it takes, in minutes.
    #[oai(validator(minimum(value = "1"), maximum(value = "1440")))]
    preparation_minutes: Option<u16>,
    /// What is said of it, by language.
    #[oai(validator(max_items = 20))]
    texts: Option<Vec<ProductTextDetails>>,
    /// What is declared of allergens and diets, beside what its ingredients say.
    declared_marks: Option<DeclaredBody>,
}

/// What changes of a product. What is left out stays as it is.
#[derive(Object)]
struct ProductChanges {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: Option<String>,
    /// Its category in the menu.
    category_id: Option<Uuid>,
    /// All its variants in the order of the menu, all in one currency.
    #[oai(validator(min_items = 1, max_items = 50))]
    variants: Option<Vec<VariantDetails>>,
    /// Its position in the category, smallest first.
    place: Option<u16>,
    /// What a combo is made of.
    combo: Option<ComboDetails>,
    /// All modifier groups that it offers, in the order of the menu.
    #[oai(validator(max_items = 30))]
    modifier_groups: Option<Vec<OfferedGroupDetails>>,
    /// All stations where it is made, by branch.
    #[oai(validator(max_items = 500))]
    stations: Option<Vec<ProductStationDetails>>,
    /// Its class in the tax profile of the branch.
    #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
    tax_class: Option<String>,
    /// How long making it takes, in minutes.
    #[oai(validator(minimum(value = "1"), maximum(value = "1440")))]
    preparation_minutes: Option<u16>,
    /// All that is said of it, by language.
    #[oai(validator(max_items = 20))]
    texts: Option<Vec<ProductTextDetails>>,
    /// All that is declared of allergens and diets.
    declared_marks: Option<DeclaredBody>,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl Products {
    /// Add a product.
    ///
    /// An item, or a combo if it says what it is made of.
    #[oai(path = "/products", method = "post", operation_id = "addProduct")]
    async fn add(
        &self,
        by: Can<ProductCreate>,
        key: IdempotencyKey,
        Json(body): Json<ProductDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let changes = self.changes(body.into())?;
        let request = changes.into_request().ok_or_else(|| Problem::new(Code::Internal))?;
        let intent = AddProduct { product: ProductId::from_uuid(self.0.ids.uuid()), request };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product).await?;
        accepted.created::<Product>("/v1/products")
    }

    /// Replace a product.
    ///
    /// Its name, category, variants and prices, and all that is said of it. Variants with an id are kept and
    /// changed, those without are added, those left out are sold no more. Orders keep the prices they were
    /// placed with.
    #[oai(path = "/products/:product_id", method = "put", operation_id = "reviseProduct")]
    async fn revise(
        &self,
        by: Can<ProductUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        product_id: Path<Uuid>,
        Json(body): Json<ProductDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let changes = self.changes(body.into())?.and_nothing_else();
        self.execute(by, key, seen, product_id.0, changes).await
    }

    /// Change some of a product.
    ///
    /// What is left out stays as it is; a list that is given replaces the one before.
    #[oai(path = "/products/:product_id", method = "patch", operation_id = "changeProduct")]
    async fn change(
        &self,
        by: Can<ProductUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        product_id: Path<Uuid>,
        Json(body): Json<ProductChanges>,
    ) -> Result<Changed<Revised>, Problem> {
        let changes = self.changes(body)?;
        self.execute(by, key, seen, product_id.0, changes).await
    }

    /// List products.
    ///
    /// Those of a category in the order of the menu, otherwise by name.
    #[oai(path = "/products", method = "get", operation_id = "listProducts")]
    #[expect(clippy::too_many_arguments, reason = "a parameter of the request each")]
    async fn list(
        &self,
        by: Can<ProductRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
        /// Only products of this category.
        category_id: Query<Option<Uuid>>,
        /// Products that are in the menu (true, as if left out), or that were removed (false).
        active: Query<Option<bool>>,
        /// Only items, or only combos.
        kind: Query<Option<KindBody>>,
        /// Only products with this in their name, in that of a variant, in a search word or in a code of a
        /// variant. Case and accents do not count.
        #[oai(validator(min_length = 1, max_length = 96))]
        text: Query<Option<String>>,
    ) -> Result<Json<List<ProductBody>>, Problem> {
        let filter = Filter {
            category: category_id.0.map(CategoryId::from_uuid),
            is_active: active.0.unwrap_or(true),
            combos: kind.0.map(|kind| kind == KindBody::Combo),
            text: text.0,
        };
        let category = filter.category.map(|id| id.to_string()).unwrap_or_default();
        let combos = filter.combos.map(|combos| combos.to_string()).unwrap_or_default();
        let parameters = [
            ("category_id", category.as_str()),
            ("active", if filter.is_active { "true" } else { "false" }),
            ("kind", &combos),
            ("text", filter.text.as_deref().unwrap_or_default()),
        ];
        let query = QueryFingerprint::of("listProducts", &parameters);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME, Inventory::NAME]).await?;
        let page = products::list(&mut tx, &filter, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let known = diets::of_products(&mut tx, &page.rows).await.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let unknown = Marks::default();
        let body = |product: products::Product| {
            let known = known.get(&product.id).unwrap_or(&unknown);
            ProductBody::of(product, known, &self.0.images)
        };
        Ok(Json(List { data: page.rows.into_iter().map(body).collect(), next_cursor }))
    }

    /// Get a product.
    ///
    /// Also one that was removed.
    #[oai(path = "/products/:product_id", method = "get", operation_id = "getProduct")]
    async fn get(
        &self,
        by: Can<ProductRead>,
        product_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<ProductBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME, Inventory::NAME]).await?;
        let found = products::get(&mut tx, ProductId::from_uuid(product_id.0)).await;
        let product = found.map_err(unread)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        let known = diets::of_products(&mut tx, std::slice::from_ref(&product)).await;
        let known = known.map_err(unread)?.remove(&product.id).unwrap_or_default();
        // What ingredients say changes without a revision of the product.
        let presence = |mark| match known.presence(mark) {
            Presence::Contains => 'c',
            Presence::FreeOf => 'f',
            Presence::Unknown => 'u',
        };
        let inherited: String = Mark::all().map(presence).collect();
        Ok(Found::with(
            product.revision,
            &inherited,
            ProductBody::of(product, &known, &self.0.images),
        ))
    }
}

impl From<ProductDetails> for ProductChanges {
    fn from(details: ProductDetails) -> Self {
        Self {
            name: Some(details.name),
            category_id: Some(details.category_id),
            variants: Some(details.variants),
            place: details.place,
            combo: details.combo,
            modifier_groups: details.modifier_groups,
            stations: details.stations,
            tax_class: details.tax_class,
            preparation_minutes: details.preparation_minutes,
            texts: details.texts,
            declared_marks: details.declared_marks,
        }
    }
}

impl Products {
    async fn execute(
        &self,
        by: Can<ProductUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        product: Uuid,
        changes: Changes,
    ) -> Result<Changed<Revised>, Problem> {
        let seen = Revision::new(seen.revision());
        let id = ProductId::from_uuid(product);
        let intent = ReviseProduct { product: id, seen: Some(seen), changes };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product).await?;
        accepted.changed::<Product>(product, seen)
    }

    /// What a body says, or all that is wrong with it.
    fn changes(&self, body: ProductChanges) -> Result<Changes, Problem> {
        let mut fields = Fields::default();
        let found = &mut fields;
        let changes = Changes {
            name: body.name.and_then(|name| found.name("/name", &name)),
            category: body.category_id.map(CategoryId::from_uuid),
            variants: body.variants.map(|it| requests::variants(found, &*self.0.ids, &it)),
            place: body.place,
            combo: body.combo.map(|it| requests::combo(found, &it)),
            groups: body.modifier_groups.map(|it| requests::groups(found, &it)),
            stations: body.stations.map(|it| requests::stations(found, &it)),
            tax_class: body.tax_class.map(|it| found.word("/tax_class", &it)),
            preparation_minutes: body.preparation_minutes.map(Some),
            texts: body.texts.map(|it| requests::texts(found, &it)),
            marks: body.declared_marks.map(|it| it.read(found, "/declared_marks")),
        };
        fields.check()?;
        Ok(changes)
    }
}
