//! Requests about price lists, channels and taxes with another company's ids.

use e2e::Client;
use e2e::menu::{cop, price_list, tax_profile};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Expect, Ids, Visit};

/// Those about price lists, channels and taxes.
pub(super) fn visits(client: &Client, client_ids: &Ids, ids: &Ids, visits: &mut Vec<Visit>) {
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let post = |path: &str, body: &Value| client.post(path).json(body);
    let put = |path: &str, body: &Value| client.put(path).if_match(1).json(body);

    let own = price_list("Hora feliz", client_ids.product, client_ids.variant);
    let foreign = price_list("Otra", ids.product, ids.variant);
    let mut in_branch = own.clone();
    in_branch["conditions"] = json!({"branch_id": ids.branch});
    let mut of_channel = own.clone();
    of_channel["conditions"] = json!({"channel": "rappi"});
    let mut with_modifier = own.clone();
    let modifier = json!({"modifier_group_id": ids.item, "modifier_id": ids.item});
    with_modifier["modifiers"] = json!([modifier]);
    with_modifier["modifiers"][0]["price"] = cop(100);
    let (lists, list) = ("/v1/price-lists", format!("/v1/price-lists/{}", ids.prices.list));
    let own_list = format!("/v1/price-lists/{}", client_ids.prices.list);
    visit("draftPriceList", post(lists, &own), Expect::Created);
    for (body, pointer) in [
        (&foreign, "/variants/0/variant_id"),
        (&in_branch, "/conditions/branch_id"),
        (&of_channel, "/conditions/channel"),
        (&with_modifier, "/modifiers/0/modifier_id"),
    ] {
        visit("draftPriceList", post(lists, body), Expect::UnknownReference(pointer));
        visit("revisePriceList", put(&own_list, body), Expect::UnknownReference(pointer));
    }
    visit("revisePriceList", put(&list, &own), Expect::NotFound);
    visit("publishPriceList", client.post(&format!("{list}/publish")), Expect::NotFound);
    visit("withdrawPriceList", client.post(&format!("{list}/withdraw")), Expect::NotFound);
    visit("listPriceLists", client.get(lists), Expect::Nothing);
    visit("getPriceList", client.get(&list), Expect::NotFound);

    let kind = json!({"kind": "web", "name": "Otro"});
    let counter = client.put("/v1/channels/counter").json(&kind);
    visit("putChannel", counter, Expect::Refused(422, "validation"));
    visit("retireChannel", client.post("/v1/channels/rappi/retire"), Expect::NotFound);
    visit("listChannels", client.get("/v1/channels"), Expect::Nothing);

    let taxes = tax_profile("Propios");
    let (profiles, profile) =
        ("/v1/tax-profiles", format!("/v1/tax-profiles/{}", ids.prices.tax_profile));
    visit("addTaxProfile", post(profiles, &taxes), Expect::Created);
    visit("publishTaxProfile", put(&profile, &taxes), Expect::NotFound);
    visit("listTaxProfiles", client.get(profiles), Expect::Nothing);
    visit("getTaxProfile", client.get(&profile), Expect::NotFound);
    let versions = format!("{profile}/versions");
    visit("listTaxProfileVersions", client.get(&versions), Expect::NotFound);
    visit("getTaxProfileVersion", client.get(&format!("{versions}/1")), Expect::NotFound);
    let built_in = client.get("/v1/built-in-tax-profiles/CO");
    visit("getBuiltInTaxProfile", built_in, Expect::Nothing);
    let regime = |branch: Uuid, profile: Uuid| {
        let regime = json!({"from": "2100-01-01", "tax_profile_id": profile, "regime": "city"});
        put(&format!("/v1/branches/{branch}/tax-regime"), &regime)
    };
    let own_profile = client_ids.prices.tax_profile;
    visit("setTaxRegime", regime(ids.branch, own_profile), Expect::NotFound);
    visit("setTaxRegime", regime(ids.branch, ids.prices.tax_profile), Expect::NotFound);
    let foreign = regime(client_ids.branch, ids.prices.tax_profile);
    visit("setTaxRegime", foreign, Expect::UnknownReference("/tax_profile_id"));
}
