//! Requests about the menu with another company's ids.

use e2e::menu::{PRODUCT, cop, product};
use e2e::{Call, Client};
use images::testing::{photo, png};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Expect, Ids};

/// Those about categories and products.
pub(super) fn visits(
    client: &Client,
    client_ids: &Ids,
    ids: &Ids,
    visit: &mut impl FnMut(&'static str, Call, Expect),
) {
    of_categories(client, client_ids, ids, visit);
    of_products(client, client_ids, ids, visit);
    visit("getMenu", client.get(&format!("/v1/menu?branch_id={}", ids.branch)), Expect::NotFound);
}

fn of_categories(
    client: &Client,
    client_ids: &Ids,
    ids: &Ids,
    visit: &mut impl FnMut(&'static str, Call, Expect),
) {
    let post = |path: &str, body: Value| client.post(path).json(&body);
    let put = |path: &str, body: Value| client.put(path).if_match(1).json(&body);
    visit("addCategory", post("/v1/categories", json!({"name": "Arepas"})), Expect::Created);
    visit("listCategories", client.get("/v1/categories"), Expect::Nothing);
    let category = format!("/v1/categories/{}", ids.category);
    visit("getCategory", client.get(&category), Expect::NotFound);
    visit("reviseCategory", put(&category, json!({"name": "Otras"})), Expect::NotFound);
    visit("removeCategory", client.call(Method::DELETE, &category), Expect::NotFound);
    visit("restoreCategory", client.post(&format!("{category}/restore")), Expect::NotFound);
    let order = json!({"category_ids": [ids.category]});
    let order = client.put("/v1/category-order").json(&order);
    visit("reorderCategories", order, Expect::UnknownReference("/category_ids/0"));
    for of in [ids.category, client_ids.category] {
        let order = client.put(&format!("/v1/categories/{of}/product-order"));
        let order = order.json(&json!({"product_ids": [ids.product]}));
        visit("reorderProducts", order, Expect::UnknownReference("/product_ids/0"));
    }
}

fn of_products(
    client: &Client,
    client_ids: &Ids,
    ids: &Ids,
    visit: &mut impl FnMut(&'static str, Call, Expect),
) {
    let post = |path: &str, body: Value| client.post(path).json(&body);
    let put = |path: &str, body: Value| client.put(path).if_match(1).json(&body);
    let add = |category| post("/v1/products", product(PRODUCT, category));
    visit("addProduct", add(client_ids.category), Expect::Created);
    visit("addProduct", add(ids.category), Expect::UnknownReference("/category_id"));
    let option = json!({"product_id": ids.product, "variant_id": ids.variant, "upcharge": cop(0)});
    let slot = json!({"name": "Plato", "pieces": 1, "options": [option]});
    let mut combo = product("Combo", client_ids.category);
    combo["combo"] = json!({"slots": [slot]});
    let unknown = Expect::UnknownReference("/combo/slots/0/options/0/variant_id");
    visit("addProduct", post("/v1/products", combo), unknown);
    let mut grilled = product("Asado", client_ids.category);
    grilled["stations"] = json!([{"branch_id": ids.branch, "station_id": ids.branch}]);
    let unknown = Expect::UnknownReference("/stations");
    visit("addProduct", post("/v1/products", grilled), unknown);
    let mut topped = product("Con todo", client_ids.category);
    topped["modifier_groups"] = json!([{"group_id": ids.category}]);
    let unknown = Expect::UnknownReference("/modifier_groups/0/group_id");
    visit("addProduct", post("/v1/products", topped), unknown);
    visit("listProducts", client.get("/v1/products"), Expect::Nothing);
    let of_category = format!("/v1/products?category_id={}", ids.category);
    visit("listProducts", client.get(&of_category), Expect::Nothing);
    let path = |id: Uuid| format!("/v1/products/{id}");
    visit("getProduct", client.get(&path(ids.product)), Expect::NotFound);
    let revised = product("Otro", client_ids.category);
    visit("reviseProduct", put(&path(ids.product), revised.clone()), Expect::NotFound);
    let change = |product: Uuid, body: Value| {
        client.call(Method::PATCH, &path(product)).if_match(1).json(&body)
    };
    let renamed = change(ids.product, json!({"name": "Otro"}));
    visit("changeProduct", renamed, Expect::NotFound);
    let moved = change(client_ids.product, json!({"category_id": ids.category}));
    visit("changeProduct", moved, Expect::UnknownReference("/category_id"));
    let image = format!("{}/image", path(ids.product));
    let set = client.put(&image).bytes("image/png", png(&photo(8, 8)));
    visit("setProductImage", set, Expect::NotFound);
    visit("removeProductImage", client.call(Method::DELETE, &image), Expect::NotFound);
    visit("removeProduct", client.call(Method::DELETE, &path(ids.product)), Expect::NotFound);
    let restored = client.post(&format!("{}/restore", path(ids.product)));
    visit("restoreProduct", restored, Expect::NotFound);
    let moved = put(&path(client_ids.product), product("Otro", ids.category));
    visit("reviseProduct", moved, Expect::UnknownReference("/category_id"));
    let mut with_variant = revised;
    with_variant["variants"][0]["id"] = json!(ids.variant);
    let taken = put(&path(client_ids.product), with_variant);
    visit("reviseProduct", taken, Expect::UnknownReference("/variants/0/id"));
}
