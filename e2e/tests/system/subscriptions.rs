//! A subscription limits what a company may begin; what it has is not affected.

use chrono::{DateTime, Utc};
use commands::Request;
use commands::identity::ChangeSubscription;
use domain::identity::subscription::{Module, Plan, Standing};
use domain::shared::{CommandId, CorrelationId, Name};
use e2e::menu::{SMALL, branch, cash, cop, product, stock_item};
use e2e::{Call, Client, Menu, System, fresh};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::standalone::STANDALONE;

async fn stands(system: &System, standing: Standing) {
    change(system, ChangeSubscription { plan: None, standing: Some(standing) }).await;
}

async fn has(system: &System, plan: Plan) {
    change(system, ChangeSubscription { plan: Some(plan), standing: None }).await;
}

async fn change(system: &System, change: ChangeSubscription) {
    let (installation, tenant) = (system.node().installation.clone(), system.company.tenant);
    let (by, key) = (CorrelationId::from_uuid(fresh()), CommandId::from_uuid(fresh()));
    let changed = async move {
        installation
            .operator()
            .subscribe(tenant, by.into(), Request::live(key), change)
            .await
            .unwrap()
    };
    system.node().run(changed).await;
}

fn plan(branches: Option<u32>, users: Option<u32>, modules: Option<&[Module]>) -> Plan {
    let modules = modules.map(|modules| modules.iter().copied().collect());
    Plan { name: Name::parse("Una sede").unwrap(), branches, users, modules }
}

fn long_ago() -> DateTime<Utc> {
    "2020-01-01T00:00:00Z".parse().unwrap()
}

/// A company that can begin more of everything.
struct Company {
    client: Client,
    menu: Menu,
    item: Uuid,
    suspended: Uuid,
    device: Uuid,
}

impl Company {
    async fn of(client: Client) -> Self {
        let menu = Menu::open(&client).await;
        let add = async |path: &str, body: Value| {
            let added = client.post(path).json(&body).send().await;
            added.expect(201);
            added.id()
        };
        let item = add("/v1/stock-items", stock_item("Panela")).await;
        let suspended = add("/v1/users", person("luz@example.com")).await;
        client.post(&format!("/v1/users/{suspended}/suspend")).send().await.expect(200);
        let device = add("/v1/devices", json!({"name": "Caja", "branch_id": menu.branch})).await;
        Self { client, menu, item, suspended, device }
    }

    /// A command for everything that can be begun, with the module that it belongs to.
    fn begun(&self) -> Vec<(Option<Module>, Call)> {
        let Self { client, menu, item, suspended, .. } = self;
        let post = |path: &str, body: Value| client.post(path).json(&body);
        let put = |path: &str, seen, body: Value| client.put(path).if_match(seen).json(&body);
        let mut arepa = product("Arepa de queso", menu.category);
        for (place, variant) in [menu.small, menu.large].into_iter().enumerate() {
            arepa["variants"][place]["id"] = json!(variant);
        }
        let (category, path) = (menu.category, format!("/v1/products/{}", menu.product));
        let line = json!({"item_id": item, "quantity": "1", "cost": cop(90_000)});
        let receipts = format!("/v1/branches/{}/stock-receipts", menu.branch);
        let portion = json!({"item_id": item, "quantity": "0.125"});
        let portion = json!({"variant_id": menu.small, "ingredients": [portion]});
        let revised = json!({"name": "Panela molida", "on_shortage": "allow"});
        let catalog = [
            post("/v1/categories", json!({"name": "Jugos", "place": 2})),
            put(&format!("/v1/categories/{category}"), 1, json!({"name": "Otras", "place": 3})),
            post("/v1/products", product("Jugo de lulo", category)),
            put(&path, 1, arepa),
        ];
        let inventory = [
            put(&format!("/v1/stock-items/{item}"), 1, revised),
            put(&format!("{path}/recipe"), 0, json!({"portions": [portion]})),
            post(&receipts, json!({"lines": [line]})),
        ];
        let orders = [post("/v1/orders", menu.order(1, 0))];
        let others = [
            post("/v1/branches", branch("Usaquén")),
            post("/v1/users", person("pepe@example.com")),
            client.post(&format!("/v1/users/{suspended}/resume")),
            post("/v1/devices", json!({"name": "Otra caja", "branch_id": menu.branch})),
        ];
        let of = |module: Module| move |call| (Some(module), call);
        let modules = catalog.into_iter().map(of(Module::Catalog));
        let modules = modules.chain(inventory.into_iter().map(of(Module::Inventory)));
        let modules = modules.chain(orders.into_iter().map(of(Module::Orders)));
        let standalones = STANDALONE.iter();
        let modules = modules.chain(
            standalones.map(|kind| (Some(kind.module), post(kind.path, (kind.new)("Maíz")))),
        );
        modules.chain(others.into_iter().map(|call| (None, call))).collect()
    }
}

fn person(email: &str) -> Value {
    json!({"name": "Luz", "email": email, "roles": [], "branches": []})
}

#[tokio::test]
async fn t1_after_the_trial_nothing_is_begun_and_everything_is_read_and_closed() {
    let system = System::start().await;
    let company = Company::of(system.client()).await;
    let Company { client, menu, suspended, device, .. } = &company;
    let key = fresh();
    let body = menu.order(1, 0);
    let placed = client.post("/v1/orders").key(key).json(&body).send().await;
    placed.expect(201);
    let order = placed.id();
    let worker = client.post("/v1/users").json(&person("ana@otra.com")).send().await.id();
    for (standing, detail) in [
        (Standing::Trial { until: long_ago() }, "2020-01-01"),
        (Standing::PastDue { since: long_ago() }, "2020-01-01"),
        (Standing::Suspended, "suspend"),
    ] {
        stands(&system, standing).await;
        for (_, call) in company.begun() {
            let answer = call.send().await;
            let problem = answer.problem(402, "subscription-required");
            assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
        }
    }
    for call in [
        client.post(&format!("/v1/users/{worker}/suspend")),
        client.post(&format!("/v1/users/{suspended}/forget")),
        client.put(&format!("/v1/users/{worker}/pin")).json(&json!({"pin": "1357"})),
        client.call(Method::DELETE, &format!("/v1/devices/{device}")),
    ] {
        call.send().await.expect(200);
    }
    let repeated = client.post("/v1/orders").key(key).json(&body).send().await;
    repeated.expect(201);
    assert!(repeated.is_replayed(), "an accepted command keeps its answer");
    let quoted = client.post("/v1/orders/price").no_key().json(&body).send().await;
    quoted.problem(402, "subscription-required");
    let after = placed.position();
    client.get(&format!("/v1/orders/{order}?after={after}")).send().await.expect(200);
    client.get("/v1/branches").send().await.expect(200);
    client.post(&format!("/v1/orders/{order}/confirm")).send().await.expect(200);
    let pay = client.post(&format!("/v1/orders/{order}/payments")).json(&cash(SMALL, SMALL));
    pay.send().await.expect(201);
    stands(&system, Standing::Active).await;
    client.post("/v1/orders").json(&body).send().await.expect(201);
}

#[tokio::test]
async fn t1_a_payment_that_is_due_stops_nothing_at_first() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    stands(&system, Standing::PastDue { since: system.node().installation.clock.now() }).await;
    menu.place(&client).await;
}

#[tokio::test]
async fn t1_a_plan_limits_branches_people_and_modules() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    has(&system, plan(Some(2), Some(1), Some(&[Module::Orders, Module::Catalog]))).await;
    let open = |name: &str| client.post("/v1/branches").json(&branch(name)).send();
    open("Usaquén").await.expect(201);
    let refused = open("Suba").await;
    let problem = refused.problem(402, "plan-limit");
    assert!(problem["detail"].as_str().unwrap().contains('2'), "{problem}");
    let invite = || client.post("/v1/users").json(&person("p@example.com"));
    invite().send().await.problem(402, "plan-limit");
    client
        .post("/v1/stock-items")
        .json(&stock_item("Maíz"))
        .send()
        .await
        .problem(402, "plan-limit");
    menu.place(&client).await;
    has(&system, plan(Some(3), Some(2), None)).await;
    open("Suba").await.expect(201);
    invite().send().await.expect(201);
    client.post("/v1/stock-items").json(&stock_item("Maíz")).send().await.expect(201);
}

#[tokio::test]
async fn t1_branches_that_open_at_once_stay_within_the_plan() {
    let system = System::start().await;
    let client = system.client();
    has(&system, plan(Some(1), None, None)).await;
    let open = |name: &str| client.post("/v1/branches").json(&branch(name)).send();
    let (one, two, three) = tokio::join!(open("Usaquén"), open("Suba"), open("Chapinero"));
    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 402, 402]);
}

#[tokio::test]
async fn t1_a_plan_leaves_out_all_of_a_module_and_nothing_else() {
    let system = System::start().await;
    let company = Company::of(system.client()).await;
    for left_out in Module::ALL {
        let modules: Vec<_> = Module::ALL.into_iter().filter(|it| *it != left_out).collect();
        has(&system, plan(None, None, Some(&modules))).await;
        for (module, call) in company.begun() {
            let answer = call.send().await;
            if module == Some(left_out) {
                let problem = answer.problem(402, "plan-limit");
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.contains(left_out.word()), "{problem}");
            } else {
                assert_ne!(answer.status, 402, "{}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn t1_people_who_come_at_once_stay_within_the_plan() {
    let system = System::start().await;
    let client = system.client();
    let back = client.post("/v1/users").json(&person("luz@example.com")).send().await.id();
    client.post(&format!("/v1/users/{back}/suspend")).send().await.expect(200);
    has(&system, plan(None, Some(2), None)).await;
    let invite = |email: &str| client.post("/v1/users").json(&person(email)).send();
    let resume = client.post(&format!("/v1/users/{back}/resume")).send();
    let (one, two, three) =
        tokio::join!(invite("uno@example.com"), resume, invite("2@example.com"));
    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert!([[200, 402, 402], [201, 402, 402]].contains(&statuses), "{statuses:?}");
    client.post(&format!("/v1/users/{back}/suspend")).send().await.expect(200);
    let full = client.post("/v1/users").json(&person("tres@example.com")).send().await;
    assert!([201, 402].contains(&full.status));
    let resumed = client.post(&format!("/v1/users/{back}/resume")).send().await;
    resumed.problem(402, "plan-limit");
}
