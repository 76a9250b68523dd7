//! What a company may begin follows from what it has subscribed to; what it has stays its own.

use chrono::{DateTime, Utc};
use commands::Request;
use commands::identity::ChangeSubscription;
use domain::identity::subscription::{Module, Plan, Standing};
use domain::shared::{CommandId, CorrelationId, Name};
use e2e::menu::{SMALL, branch, cash, product, stock_item};
use e2e::{Menu, System, fresh};
use serde_json::json;

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
        installation.operator().subscribe(tenant, by, Request::live(key), change).await.unwrap()
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

#[tokio::test]
async fn t1_after_the_trial_nothing_is_begun_and_everything_is_read_and_closed() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let key = fresh();
    let body = menu.order(1, 0);
    let placed = client.post("/v1/orders").key(key).json(&body).send().await;
    placed.expect(201);
    let order = placed.id();
    for (standing, said) in [
        (Standing::Trial { until: long_ago() }, "2020-01-01"),
        (Standing::PastDue { since: long_ago() }, "2020-01-01"),
        (Standing::Suspended, "suspend"),
    ] {
        stands(&system, standing).await;
        let begun = [
            client.post("/v1/orders").json(&body),
            client.post("/v1/branches").json(&branch("Usaquén")),
            client.post("/v1/categories").json(&json!({"name": "Jugos", "place": 2})),
            client.post("/v1/products").json(&product("Jugo de lulo", menu.category)),
            client.post("/v1/stock-items").json(&stock_item("Maíz")),
            client
                .post("/v1/users")
                .json(&json!({"name": "P", "email": "p@example.com", "roles": []})),
            client.post("/v1/devices").json(&json!({"name": "Caja", "branch_id": menu.branch})),
        ];
        for call in begun {
            let answer = call.send().await;
            let problem = answer.problem(402, "subscription-required");
            assert!(problem["detail"].as_str().unwrap().contains(said), "{problem}");
        }
    }
    let repeated = client.post("/v1/orders").key(key).json(&body).send().await;
    repeated.expect(201);
    assert!(repeated.is_replayed(), "what was accepted keeps its answer");
    client.post("/v1/orders/price").no_key().json(&body).send().await.expect(200);
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
    let invite = || {
        client.post("/v1/users").json(&json!({"name": "P", "email": "p@example.com", "roles": []}))
    };
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
