//! Two companies: neither can detect the other or any of its data.

mod filters;
mod ids;
mod standalone;
mod visits;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::client::id_in;
use e2e::log::Log;
use e2e::menu::{PRODUCT, SMALL, branch, cash, product, stock_item};
use e2e::site::token_of;
use e2e::{Client, Menu, System, figure, fresh};
use serde_json::json;

use crate::document::operations;
use ids::{Choice, Ids, Prices, Staff};
use standalone::Standalones;
use visits::{Expect, Visit, visits};

/// Two companies, each with a menu, an order and a sale.
struct Neighbours {
    system: System,
    client: Client,
    client_ids: Ids,
    theirs: Ids,
    secrets: Vec<String>,
    position: String,
}

impl Neighbours {
    async fn move_in() -> Self {
        let system = System::start().await;
        let second = system.second_company().await;
        let (owner, client) = (system.client(), system.client_of(&second));
        let theirs = Ids::of(&owner, &Menu::open(&owner).await).await;
        let path = format!("/v1/orders/{}/payments", theirs.order);
        let paid = owner.post(&path).json(&cash(SMALL, SMALL)).send().await;
        paid.expect(201);
        // The client's objects have other names, so that every name identifies its company.
        let client_ids = Self::menu_of(&client).await;
        let period = "from=2026-01-01&to=2026-12-31";
        for (path, n_rows) in [
            (format!("/v1/orders?after={}", paid.position()), 1),
            (format!("/v1/reports/sales?{period}&after={}", paid.position()), 1),
        ] {
            let shown = owner.get(&path).send().await;
            assert_eq!(shown.expect(200)["data"].as_array().unwrap().len(), n_rows);
        }
        // A report contains the position of its data, which stays the same from here on.
        let last = client.post("/v1/categories").json(&json!({"name": "Postres"})).send().await;
        let path = format!("/v1/reports/sales?{period}&after={}", last.position());
        client.get(&path).send().await.expect(200);
        let mut secrets = theirs.texts();
        secrets.push(system.company.tenant.to_string());
        secrets.push(system.company.owner.to_string());
        secrets.extend(
            [
                "Parque",
                "Arepas",
                "Adiciones",
                "Parrilla",
                "Maíz",
                PRODUCT,
                Ids::NAME,
                "ana@example.com",
            ]
            .map(str::to_owned),
        );
        Self { system, client, client_ids, theirs, secrets, position: paid.position() }
    }

    async fn menu_of(client: &Client) -> Ids {
        let opened = client.post("/v1/branches").json(&branch("Sede de pizzas")).send().await;
        let branch = id_in(opened.expect(201), "/branch/id");
        let category = json!({"name": "Pizzas"});
        let category = client.post("/v1/categories").json(&category).send().await.id();
        let added = product("Margarita", category);
        let added = client.post("/v1/products").json(&added).send().await;
        let path = format!("/v1/products/{}?after={}", added.id(), added.position());
        let shown = client.get(&path).send().await;
        let variant = id_in(shown.expect(200), "/variants/0/id");
        let line = json!({"product_id": added.id(), "variant_id": variant, "quantity": 1});
        let order = json!({"branch_id": branch, "order_type": "dine_in", "lines": [line]});
        let placed = client.post("/v1/orders").json(&order).send().await;
        placed.expect(201);
        // From here on the read models contain the sale.
        let path = format!("/v1/orders/{}?after={}", placed.id(), placed.position());
        client.get(&path).send().await.expect(200);
        let item = client.post("/v1/stock-items").json(&stock_item("Harina")).send().await.id();
        let choice = Choice::of(client, "Bordes").await;
        let station = ids::station(client, branch, "Horno").await;
        let staff = Staff::of(client, branch).await;
        let standalones = Standalones::of(client, "Lo propio").await;
        let prices = Prices::of(client, added.id(), variant).await;
        let (product, order) = (added.id(), placed.id());
        Ids {
            branch,
            category,
            product,
            variant,
            order,
            item,
            prices,
            choice,
            station,
            standalones,
            staff,
        }
    }

    fn visits(&self, ids: &Ids) -> Vec<Visit> {
        visits(&self.system, &self.client, &self.client_ids, ids, &self.position)
    }

    /// Sends each request with the other company's ids and with ids of nothing; the answers must be
    /// equal.
    async fn visit(&self, wanted: impl Fn(Expect) -> bool) -> u32 {
        let of_nothing = Ids::of_nothing();
        let (theirs, of_nothing) = (self.visits(&self.theirs), self.visits(&of_nothing));
        let before = self.system.log().await;
        let of_owner = |log: &Log| log.of_tenant(self.system.company.tenant).len();
        let mut visited = 0;
        for (theirs, of_nothing) in theirs.into_iter().zip(of_nothing) {
            let Visit { operation, call, expect } = theirs;
            if !wanted(expect) {
                continue;
            }
            let answer = call.send().await;
            expect.assert(operation, &answer);
            if expect == Expect::Created {
                visited += 1;
                continue;
            }
            let other = of_nothing.call.send().await;
            assert_eq!(
                answer.indistinct(),
                other.indistinct(),
                "{operation} answers them differently"
            );
            let text = answer.body.to_string();
            for secret in &self.secrets {
                assert!(!text.contains(secret.as_str()), "{operation} shows {secret}: {text}");
            }
            visited += 1;
        }
        assert!(visited > 0, "nothing was visited");
        let after = self.system.log().await;
        assert_eq!(of_owner(&after), of_owner(&before), "the other company's log has changed");
        visited
    }
}

#[tokio::test]
async fn every_operation_has_a_case_for_a_foreign_tenant() {
    let neighbours = Neighbours::move_in().await;
    let mut covered: Vec<&str> =
        neighbours.visits(&neighbours.theirs).iter().map(|visit| visit.operation).collect();
    covered.sort_unstable();
    covered.dedup();
    let documented = operations(&neighbours.system).await;
    let documented: Vec<&str> = documented.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(covered, documented, "each operation has a case here, and no other");
    // Requests that create objects under the other company's names come last: they appear in one's
    // own lists.
    neighbours.visit(|expect| expect != Expect::Created).await;
    neighbours.visit(|expect| expect == Expect::Created).await;
}

#[tokio::test]
async fn s14_a_foreign_id_answers_as_one_that_does_not_exist() {
    let neighbours = Neighbours::move_in().await;
    let visited = neighbours.visit(|expect| expect == Expect::NotFound).await;
    figure("S14", &format!("{visited} requests with foreign ids, 0 told apart"));
}

#[tokio::test]
async fn s16_a_foreign_id_in_a_body_answers_as_one_that_does_not_exist() {
    let neighbours = Neighbours::move_in().await;
    let in_body = |expect| matches!(expect, Expect::UnknownReference(_));
    let visited = neighbours.visit(in_body).await;
    figure("S16", &format!("{visited} requests with foreign ids, 0 told apart"));
}

#[tokio::test]
async fn s17_no_header_and_no_field_chooses_another_company() {
    let neighbours = Neighbours::move_in().await;
    let Neighbours { system, client, theirs, .. } = &neighbours;
    let tenant = system.company.tenant.to_string();
    let plain = client.get("/v1/orders").send().await;
    for header in ["x-company-id", "x-tenant-id", "x-tenant", "tenant"] {
        let answer = client.get("/v1/orders").header(header, &tenant).send().await;
        assert_eq!(answer.indistinct(), plain.indistinct());
        let path = format!("/v1/orders/{}", theirs.order);
        client.get(&path).header(header, &tenant).send().await.problem(404, "not-found");
        let category = json!({"name": format!("De {header}")});
        let added = client.post("/v1/categories").header(header, &tenant).json(&category);
        added.send().await.expect(201);
    }
    for field in ["company_id", "tenant_id", "tenant"] {
        let mut body = json!({"name": "Postres"});
        body[field] = json!(tenant);
        let answer = client.post("/v1/categories").json(&body).send().await;
        let problem = answer.problem(422, "unknown-field");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"));
        let path = format!("/v1/orders?{field}={tenant}");
        client.get(&path).send().await.problem(400, "validation");
    }
    let log = system.log().await;
    let of_owner = log.of_tenant(system.company.tenant).into_iter();
    let added = of_owner.filter(|event| event.event_type == "category.added");
    assert_eq!(added.count(), 1, "a header has chosen");
}

#[tokio::test]
async fn s18_a_cursor_serves_its_own_company_and_query_and_is_not_edited() {
    let system = System::start().await;
    let other_company = system.second_company().await;
    let (client, other) = (system.client(), system.client_of(&other_company));
    let (menu, others) = (Menu::open(&client).await, Menu::open(&other).await);
    for _ in 0..3 {
        menu.place(&client).await;
        others.place(&other).await;
    }
    let last = menu.place(&client).await;
    let first = client.get(&format!("/v1/orders?limit=2&after={}", last.position())).send().await;
    let cursor = first.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    let page = |client: &Client, cursor: &str, more: &str| {
        client.get(&format!("/v1/orders?limit=2&cursor={cursor}{more}")).send()
    };
    page(&client, &cursor, "").await.expect(200);
    page(&other, &cursor, "").await.problem(400, "invalid-cursor");
    page(&client, &cursor, "&status=pending").await.problem(400, "invalid-cursor");
    let elsewhere = client.get(&format!("/v1/products?cursor={cursor}")).send().await;
    elsewhere.problem(400, "invalid-cursor");
    for at in (0..cursor.len()).step_by(7) {
        let mut edited = cursor.clone().into_bytes();
        edited[at] = if edited[at] == b'A' { b'B' } else { b'A' };
        let edited = String::from_utf8(edited).unwrap();
        page(&client, &edited, "").await.problem(400, "invalid-cursor");
    }
    let long = "A".repeat(4_000);
    for made_up in ["", "A", "AAAA", "%27%20OR%201=1", &cursor[1..], &long] {
        page(&client, made_up, "").await.problem(400, "invalid-cursor");
    }
}

#[tokio::test]
async fn s18_a_position_serves_its_own_company() {
    let system = System::start().await;
    let other_company = system.second_company().await;
    let (client, other) = (system.client(), system.client_of(&other_company));
    let placed = Menu::open(&client).await.place(&client).await;
    let read = |by: &Client, position: &str| by.get(&format!("/v1/orders?after={position}")).send();
    read(&client, &placed.position()).await.expect(200);
    let (foreign, made_up) = (placed.position(), "A".repeat(32));
    let foreign = read(&other, &foreign).await.problem(400, "invalid-cursor")["detail"].clone();
    let made_up = read(&other, &made_up).await.problem(400, "invalid-cursor")["detail"].clone();
    assert_eq!(foreign, made_up);
}

#[tokio::test]
async fn s18_a_position_that_the_log_does_not_have_is_refused_and_says_nothing() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let placed = menu.place(&client).await;
    let log = system.log().await;
    let end = log.events.len() as u64;
    let read = |token: String| client.get(&format!("/v1/orders?after={token}")).send();
    let token_at = |position| token_of(system.company.tenant, log.incarnation, position);
    assert_eq!(placed.position(), token_at(end));
    read(token_at(end)).await.expect(200);
    for beyond in [end + 1, end + 1_000_000, i64::MAX.unsigned_abs()] {
        // A position that can be reached is waited for, and answered with 503 after that.
        read(token_at(beyond)).await.problem(400, "invalid-cursor");
    }
    let token = placed.position();
    let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
    assert!(!bytes.ends_with(&end.to_be_bytes()) && !bytes.starts_with(&end.to_be_bytes()));
    for at in 0..token.len() {
        let mut edited = token.clone().into_bytes();
        edited[at] = if edited[at] == b'A' { b'B' } else { b'A' };
        read(String::from_utf8(edited).unwrap()).await.problem(400, "invalid-cursor");
    }
}

#[tokio::test]
async fn s20_two_companies_may_use_the_same_names_addresses_and_keys() {
    let system = System::start().await;
    let other_company = system.company_of("pizza-place", &system.company.email).await;
    let (client, other) = (system.client(), system.client_of(&other_company));
    let (branches, categories, products) = (fresh(), fresh(), fresh());
    let mut ids = Vec::new();
    for client in [&client, &other] {
        let opened = client.post("/v1/branches").key(branches).json(&branch("Parque")).send().await;
        assert!(!opened.is_replayed() && opened.status == 201, "{opened:?}");
        let category = client.post("/v1/categories").key(categories);
        let category = category.json(&json!({"name": "Arepas"})).send().await;
        category.expect(201);
        let added = client.post("/v1/products").key(products);
        let added = added.json(&product(PRODUCT, category.id())).send().await;
        added.expect(201);
        assert!(!category.is_replayed() && !added.is_replayed());
        ids.extend([category.id(), added.id()]);
        let same_name =
            client.post("/v1/categories").json(&json!({"name": " AREPAS"})).send().await;
        same_name.problem(409, "name-taken");
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each company has its own");
}
