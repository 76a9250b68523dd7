//! Requests to place orders with another company's ids.

use e2e::{Call, Client};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Expect, Ids};

pub(super) fn visits(
    client: &Client,
    client_ids: &Ids,
    ids: &Ids,
    visit: &mut impl FnMut(&'static str, Call, Expect),
) {
    let post = |path: &str, body: Value| client.post(path).json(&body);
    for (operation, path) in [("placeOrder", "/v1/orders"), ("priceOrder", "/v1/orders/price")] {
        let order = |branch: Uuid, product: Uuid, variant: Uuid| {
            let line = json!({"product_id": product, "variant_id": variant, "quantity": 1});
            post(path, json!({"branch_id": branch, "order_type": "takeaway", "lines": [line]}))
        };
        let branch = order(ids.branch, client_ids.product, client_ids.variant);
        visit(operation, branch, Expect::UnknownReference("/branch_id"));
        let product = order(client_ids.branch, ids.product, ids.variant);
        visit(operation, product, Expect::UnknownReference("/lines/0/product_id"));
        let variant = order(client_ids.branch, client_ids.product, ids.variant);
        visit(operation, variant, Expect::UnknownReference("/lines/0/variant_id"));
        let mut chosen = json!({
            "branch_id": client_ids.branch, "order_type": "takeaway",
            "lines": [{
                "product_id": client_ids.product, "variant_id": client_ids.variant, "quantity": 1,
                "modifier_groups": [{"group_id": ids.choice.group, "modifiers": []}],
            }],
        });
        let group = post(path, chosen.clone());
        let unknown = Expect::UnknownReference("/lines/0/modifier_groups/0/group_id");
        visit(operation, group, unknown);
        chosen["lines"][0]["modifier_groups"] = json!([]);
        chosen["channel"] = json!("rappi");
        visit(operation, post(path, chosen), Expect::UnknownReference("/channel"));
        let all = order(ids.branch, ids.product, ids.variant);
        visit(operation, all, Expect::UnknownReference("/branch_id"));
    }
}
