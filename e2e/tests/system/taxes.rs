//! Tax profiles in their versions, and the tax regimes of branches.

use e2e::menu::tax_profile;
use e2e::{Answer, Client, Menu, System, fresh};
use serde_json::{Value, json};
use uuid::Uuid;

async fn shown(client: &Client, path: &str, after: &Answer) -> Value {
    let shown = client.get(&format!("{path}?after={}", after.position())).send().await;
    shown.expect(200).clone()
}

#[tokio::test]
async fn the_profile_of_colombia_is_read_as_data() {
    let system = System::start().await;
    let client = system.client();
    let answer = client.get("/v1/built-in-tax-profiles/CO").send().await;
    let body = answer.expect(200);
    let rules = body["profile"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["regime"] == "inc" && rule["class"] == "food");
    let inc = json!([{"code": "inc", "rate": 80_000, "inclusion": "included"}]);
    assert_eq!(rule.unwrap()["taxes"], inc);
    let sources = body["sources"].as_array().unwrap();
    assert!(sources.iter().any(|source| source.as_str().unwrap().contains("contador")));
    client.get("/v1/built-in-tax-profiles/FR").send().await.problem(400, "validation");
}

#[tokio::test]
async fn a_profile_is_published_in_versions_that_stay() {
    let system = System::start().await;
    let client = system.client();
    let first = tax_profile("Springfield");
    let added = client.post("/v1/tax-profiles").json(&first).send().await;
    added.expect(201);
    let path = format!("/v1/tax-profiles/{}", added.id());
    let mut second = tax_profile("Springfield");
    let from = json!("2027-01-01");
    let mut later = second["profile"]["rules"][0].clone();
    later["from"] = from;
    later["taxes"][0]["rate"] = json!(70_000);
    second["profile"]["rules"].as_array_mut().unwrap().push(later);
    let put = |seen, body: &Value| client.put(&path).if_match(seen).json(body).send();
    let published = put(1, &second).await;
    published.expect(200);
    assert_eq!(published.revision(), 2);
    put(1, &second).await.problem(412, "version-conflict");
    // What is published already is no version.
    assert_eq!(put(2, &second).await.revision(), 2);

    let latest = shown(&client, &path, &published).await;
    assert_eq!((&latest["version"], &latest["profile"]), (&json!(2), &second["profile"]));
    let version = shown(&client, &format!("{path}/versions/1"), &published).await;
    assert_eq!((&version["version"], &version["profile"]), (&json!(1), &first["profile"]));
    let versions = shown(&client, &format!("{path}/versions"), &published).await;
    let numbers = versions["data"].as_array().unwrap().iter().map(|row| &row["version"]);
    assert_eq!(numbers.collect::<Vec<_>>(), [&json!(2), &json!(1)]);
    client.get(&format!("{path}/versions/3")).send().await.problem(404, "not-found");
    let profiles = shown(&client, "/v1/tax-profiles", &published).await;
    assert_eq!(profiles["data"].as_array().unwrap().len(), 1);
    assert_eq!(profiles["data"][0]["version"], json!(2));
    let again = client.post("/v1/tax-profiles").json(&tax_profile("springfield")).send().await;
    again.problem(409, "name-taken");
}

#[tokio::test]
async fn what_a_profile_cannot_be_is_named_where_it_stands() {
    let system = System::start().await;
    let client = system.client();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = tax_profile("Propio");
        change(&mut body["profile"]);
        body
    };
    for (body, pointer) in [
        (with(&|it| it["rules"] = json!([])), "/profile/rules"),
        (with(&|it| it["rules"][0]["class"] = json!("drinks")), "/profile/rules/0/class"),
        (with(&|it| it["rules"][0]["regime"] = json!("state")), "/profile/rules/0/regime"),
        (
            with(&|it| it["rules"][0]["taxes"][1]["code"] = json!("state")),
            "/profile/rules/0/taxes/1/code",
        ),
        (
            with(&|it| it["rules"][0]["taxes"][0]["rate"] = json!(1_000_001)),
            "/profile/rules/0/taxes/0/rate",
        ),
        (with(&|it| it["classes"][0]["code"] = json!("Comida")), "/profile/classes/0/code"),
    ] {
        let answer = client.post("/v1/tax-profiles").json(&body).send().await;
        let problem = answer.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let added = client.post("/v1/tax-profiles").json(&tax_profile("Propio")).send().await;
    let path = format!("/v1/tax-profiles/{}", added.id());
    let renamed = with(&|it| {
        it["classes"][0]["code"] = json!("drinks");
        it["rules"][0]["class"] = json!("drinks");
    });
    let refused = client.put(&path).if_match(1).json(&renamed).send().await;
    let problem = refused.problem(422, "validation");
    assert_eq!(problem["errors"][0]["pointer"], "/profile/classes", "{problem}");
}

#[tokio::test]
async fn a_branch_is_under_a_regime_from_a_date_on() {
    let system = System::start().await;
    let client = system.client();
    let branch = Menu::open(&client).await.branch;
    let path = format!("/v1/branches/{branch}");
    let set = |seen, regime: Value| {
        client.put(&format!("{path}/tax-regime")).if_match(seen).json(&regime).send()
    };
    let inc = || json!({"from": "2023-01-01", "regime": "inc"});
    let wrong = set(1, json!({"from": "2023-01-01", "regime": "city"})).await;
    let problem = wrong.problem(422, "unknown-reference");
    assert_eq!(problem["errors"][0]["pointer"], "/regime", "{problem}");
    let no_profile = json!({"from": "2023-01-01", "tax_profile_id": fresh(), "regime": "inc"});
    let problem = set(1, no_profile).await;
    let problem = problem.problem(422, "unknown-reference");
    assert_eq!(problem["errors"][0]["pointer"], "/tax_profile_id", "{problem}");

    set(1, inc()).await.expect(200);
    set(1, inc()).await.problem(412, "version-conflict");
    let past = set(2, json!({"from": "2025-01-01", "regime": "iva"})).await;
    let problem = past.problem(422, "validation");
    assert_eq!(problem["errors"][0]["pointer"], "/from", "{problem}");
    let own = client.post("/v1/tax-profiles").json(&tax_profile("Springfield")).send().await.id();
    let regime = json!({"from": "2199-01-01", "tax_profile_id": own, "regime": "city"});
    let planned = set(2, regime).await;
    planned.expect(200);
    let shown = shown(&client, &path, &planned).await;
    let expected = json!([
        {"from": "2023-01-01", "country": "CO", "regime": "inc"},
        {"from": "2199-01-01", "tax_profile_id": own, "regime": "city"},
    ]);
    assert_eq!(shown["tax_regimes"], expected);
    assert_eq!(Uuid::parse_str(shown["id"].as_str().unwrap()).unwrap(), branch);
}
