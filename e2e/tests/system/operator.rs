//! The operator of the installation sets up companies, lists them and sets their subscriptions. No
//! other user can, and the operator can do nothing else.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use e2e::client::Http;
use e2e::menu::branch;
use e2e::process::Process;
use e2e::site::{OPERATOR_TOKEN, Site};
use e2e::system::{PASSWORD, TIMEOUT};
use e2e::{Answer, Client, Menu, System, fresh};
use event_store::Actor;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tokio::time::{sleep, timeout};

use crate::document::{Operation, operations};

const COMPANIES: &str = "/v1/operator/companies";
const EMAIL: &str = "carla@example.com";

fn empanadas() -> Value {
    json!({
        "name": "Empanadas de la Esquina",
        "slug": "empanadas",
        "administrator": {"name": "Carla Ruiz", "email": EMAIL},
        "subscription": {
            "plan": {"name": "Una sede", "branches": 1, "modules": ["orders", "catalog"]},
            "state": "trial",
            "trial_ends_at": "2100-01-01T00:00:00+00:00",
        },
    })
}

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

/// Accepts the invitation as the administrator and signs in.
async fn joined(visitor: &Client, token: &str) -> Client {
    let body = json!({"token": token, "password": PASSWORD});
    visitor.post("/v1/auth/join").no_key().json(&body).send().await.expect(200);
    let login = json!({"email": EMAIL, "password": PASSWORD, "tenant": "empanadas"});
    let session = visitor.post("/v1/auth/login").no_key().json(&login).send().await;
    visitor.clone().with_token(session.expect(200)["access_token"].as_str().unwrap())
}

/// Takes a company from setup through suspension to reactivation.
async fn walk(visitor: &Client, email: impl AsyncFn() -> String) {
    let operator = visitor.clone().with_token(OPERATOR_TOKEN);
    let created = operator.post(COMPANIES).json(&empanadas()).send().await;
    created.expect(201);
    assert_eq!(created.revision(), 1);
    let administrator = joined(visitor, &email().await).await;
    let menu = Menu::open(&administrator).await;
    let order = menu.place(&administrator).await;
    let company = format!("{COMPANIES}/{}", created.id());
    let shown = operator.get(&company).send().await;
    let shown = shown.expect(200);
    assert_eq!((&shown["branches"], &shown["users"]), (&json!(1), &json!(1)));
    let agreed = &empanadas()["subscription"];
    for field in ["state", "trial_ends_at"] {
        assert_eq!(shown["subscription"][field], agreed[field]);
    }
    assert_eq!(shown["subscription"]["plan"]["branches"], 1);
    assert_eq!(shown["subscription"]["plan"]["modules"], json!(["catalog", "orders"]));
    let second = administrator.post("/v1/branches").json(&branch("Otra sede")).send().await;
    second.problem(402, "plan-limit");

    let subscription = format!("{company}/subscription");
    let stands = async |state: &str| {
        let stands = json!({"state": state});
        operator.put(&subscription).json(&stands).send().await.expect(200);
    };
    stands("suspended").await;
    let place = || administrator.post("/v1/orders").json(&menu.order(1, 0));
    place().send().await.problem(402, "subscription-required");
    let path = format!("/v1/orders/{}?after={}", order.id(), order.position());
    administrator.get(&path).send().await.expect(200);
    stands("active").await;
    place().send().await.expect(201);
    let shown = operator.get(&company).send().await;
    assert_eq!(shown.expect(200)["subscription"]["state"], "active");
    assert_eq!(shown.body["subscription"]["plan"]["name"], "Una sede", "the plan is unchanged");
}

#[tokio::test]
async fn t1_a_company_that_the_operator_sets_up_works_as_long_as_it_has_subscribed() {
    let system = System::start().await;
    walk(&system.visitor(), async || system.site.emails.token(EMAIL).await).await;
}

/// Waits for the only e-mail in a folder and returns its token.
async fn only_email(folder: &Path) -> String {
    let emails = || -> Vec<_> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|it| it == "txt")).collect()
    };
    let written = async {
        while emails().is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(TIMEOUT, written).await.expect("an e-mail is written");
    let [email] = &emails()[..] else { panic!("one e-mail was written: {:?}", emails()) };
    let text = fs::read_to_string(email).unwrap();
    assert!(text.starts_with(&format!("To: {EMAIL}\n")), "{text}");
    text.rsplit_once('#').unwrap().1.trim().to_owned()
}

/// The same through the program itself, which signs tokens with Ed25519.
#[tokio::test]
async fn t1_the_program_accepts_the_operator_and_emails_the_administrator() {
    let (site, folder) = (Site::new().await, tempfile::tempdir().unwrap());
    let process = Process::serve_operator(&site.databases, folder.path()).await;
    let visitor = Client::of(&Http::new(), process.address);
    walk(&visitor, async || only_email(&folder.path().join("emails")).await).await;
    assert!(!process.log().contains(OPERATOR_TOKEN) && !process.log().contains(EMAIL));
    process.kill().await;
}

#[tokio::test]
async fn a_company_is_set_up_once_per_key_and_its_administrator_gets_one_email() {
    let system = System::start().await;
    let operator = system.operator();
    let key = fresh();
    let create = |body: &Value| operator.post(COMPANIES).key(key).json(body).send();
    let first = create(&empanadas()).await;
    first.expect(201);
    let repeated = create(&empanadas()).await;
    assert!(repeated.is_replayed());
    assert_eq!((repeated.expect(201), repeated.revision()), (first.expect(201), first.revision()));
    joined(&system.visitor(), &system.site.emails.token(EMAIL).await).await;
    create(&empanadas()).await.expect(201);
    assert_eq!(system.site.emails.count(EMAIL), 1, "only one e-mail is sent");
    let until = json!("2101-01-01T00:00:00Z");
    let slug = || json!(system.company.slug);
    for other in [
        with(empanadas(), "/name", json!("Otras")),
        with(empanadas(), "/slug", json!("otras")),
        with(empanadas(), "/slug", slug()),
        with(empanadas(), "/administrator/email", json!("otra@example.com")),
        with(empanadas(), "/subscription/plan/branches", json!(2)),
        with(empanadas(), "/subscription/trial_ends_at", until),
        with(empanadas(), "/subscription", json!(null)),
    ] {
        create(&other).await.problem(422, "idempotency-mismatch");
    }
    assert_eq!(system.log().await.count("tenant.registered"), 2, "the first company and this one");
    let listed = operator.get(COMPANIES).send().await;
    assert_eq!(listed.expect(200)["data"].as_array().unwrap().len(), 2);
}

/// The number of users of the first company with a stored address.
async fn people_of(system: &System) -> i64 {
    let (app, tenant) = (system.node().installation.app.clone(), system.company.tenant);
    let begin = format!("BEGIN; SELECT set_config('app.tenant_id', '{tenant}', true)");
    let counted = async move {
        let mut tx = app.begin_with(AssertSqlSafe(begin)).await.unwrap();
        let count = sqlx::query_scalar("SELECT count(*) FROM credentials");
        count.fetch_one(&mut *tx).await.unwrap()
    };
    system.node().run(counted).await
}

#[tokio::test]
async fn a_short_name_belongs_to_one_company() {
    let system = System::start().await;
    let operator = system.operator();
    let (before, taken) = (system.log().await, json!(system.company.slug));
    let create = || operator.post(COMPANIES).json(&with(empanadas(), "/slug", taken.clone()));
    for _ in 0..2 {
        let answer = create().send().await;
        assert_eq!(answer.problem(409, "name-taken")["errors"][0]["pointer"], "/slug");
    }
    assert_eq!(system.log().await, before);
    assert_eq!(people_of(&system).await, 1, "no user of another company is stored there");
    let at_once = |key| operator.post(COMPANIES).key(key).json(&empanadas()).send();
    let (one, two) = tokio::join!(at_once(fresh()), at_once(fresh()));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn the_log_names_the_operator_as_the_actor() {
    let system = System::start().await;
    let operator = system.operator();
    let (key, subscribed, request) = (fresh(), fresh(), fresh());
    let created = operator.post(COMPANIES).key(key).json(&empanadas());
    let company = created.header("x-request-id", &request.to_string()).send().await.id();
    let put = operator.put(&format!("{COMPANIES}/{company}/subscription")).key(subscribed);
    put.json(&json!({"state": "suspended"})).send().await.expect(200);
    let log = system.log().await;
    let by = Actor::System("the operator of the installation".to_owned());
    for (key, types) in [
        (
            key,
            &[
                "tenant.registered",
                "roles.seeded",
                "roles.category_added",
                "roles.role_added",
                "roles.member_admitted",
                "user.invited",
                "claim.taken",
                "subscription.plan_chosen",
                "subscription.trial_granted",
            ][..],
        ),
        (subscribed, &["subscription.suspended"]),
    ] {
        let events = log.of_command(key);
        let mut happened: Vec<&str> = events.iter().map(|it| it.event_type.as_str()).collect();
        happened.dedup();
        assert_eq!(happened, types);
        for event in events {
            assert_eq!((&event.metadata.actor, event.stream.tenant().uuid()), (&by, company));
        }
    }
    let of_request = log.of_command(key);
    assert!(of_request.iter().all(|event| event.metadata.correlation.uuid() == request));
}

#[tokio::test]
async fn t1_the_operator_restores_an_administrator_where_no_user_could() {
    let system = System::start().await;
    let (operator, owner) = (system.operator(), system.client());
    let administrators = format!("{COMPANIES}/{}/administrators", system.company.tenant);
    let restore = |key, email: &str| {
        let body = json!({"name": "Carla Ruiz", "email": email});
        operator.post(&administrators).key(key).json(&body)
    };
    // The user does not exist and is invited, beyond the limits of the plan.
    let plan = json!({"state": "suspended", "plan": {"name": "Nada", "users": 1}});
    let subscription = format!("{COMPANIES}/{}/subscription", system.company.tenant);
    operator.put(&subscription).json(&plan).send().await.expect(200);
    let key = fresh();
    let restored = restore(key, EMAIL).send().await;
    assert_eq!(restored.expect(200)["is_invited"], true);
    let token = system.site.emails.token(EMAIL).await;
    assert!(restore(key, EMAIL).send().await.is_replayed());
    assert_eq!(system.site.emails.count(EMAIL), 1, "only one e-mail is sent");
    let body = json!({"token": token, "password": PASSWORD});
    system.visitor().post("/v1/auth/join").no_key().json(&body).send().await.expect(200);
    let carla = system.signed_in(EMAIL).await.client;
    let me = carla.get("/v1/rbac/me").send().await;
    assert_eq!(me.expect(200)["is_administrator"], true);
    assert_eq!(me.body["all_branches"], true);

    // A suspended user is resumed and keeps the roles.
    let boss = system.company.owner;
    carla.post(&format!("/v1/users/{boss}/suspend")).send().await.expect(200);
    owner.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    let repeated = restore(fresh(), &system.company.email).send().await;
    assert_eq!(repeated.expect(200)["id"], json!(boss));
    assert_eq!(repeated.body["is_invited"], false, "a user with a password gets no e-mail");
    let back = system.signed_in(&system.company.email).await.client;
    assert_eq!(back.get("/v1/rbac/me").send().await.expect(200)["is_administrator"], true);
    let path = format!("/v1/users/{boss}?after={}", repeated.position());
    let shown = back.get(&path).send().await;
    assert_eq!(
        (&shown.expect(200)["name"], &shown.body["is_active"]),
        (&json!("Ana Restrepo"), &json!(true))
    );

    let by = Actor::System("the operator of the installation".to_owned());
    let log = system.log().await;
    let events = log.of_command(key);
    let types: Vec<&str> = events.iter().map(|it| it.event_type.as_str()).collect();
    assert_eq!(types, ["claim.taken", "roles.administrator_restored", "user.invited"]);
    assert!(events.iter().all(|event| event.metadata.actor == by));

    restore(key, "otra@example.com").send().await.problem(422, "idempotency-mismatch");
    let nowhere = format!("{COMPANIES}/{}/administrators", fresh());
    let body = json!({"name": "Carla Ruiz", "email": EMAIL});
    operator.post(&nowhere).json(&body).send().await.problem(404, "not-found");
}

#[tokio::test]
async fn companies_are_listed_by_their_short_names_page_by_page() {
    let system = System::start().await;
    let operator = system.operator();
    for slug in ["z-ultima", "b-segunda"] {
        let email = format!("{slug}@example.com");
        let body = with(empanadas(), "/slug", json!(slug));
        let body = with(body, "/administrator/email", json!(email));
        operator.post(COMPANIES).json(&body).send().await.expect(201);
    }
    let (mut slugs, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("{COMPANIES}?limit=1{cursor}")).send().await;
        let rows = page.expect(200)["data"].as_array().unwrap().clone();
        slugs.extend(rows.iter().map(|row| row["slug"].as_str().unwrap().to_owned()));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(slugs, ["arepas-del-parque", "b-segunda", "z-ultima"]);
    let orders = system.client().get(&format!("/v1/orders?limit=1{cursor}")).send().await;
    orders.problem(400, "invalid-cursor");
    let unknown = format!("{COMPANIES}/{}", fresh());
    operator.get(&unknown).send().await.problem(404, "not-found");
    let put = operator.put(&format!("{unknown}/subscription")).json(&json!({"state": "active"}));
    put.send().await.problem(404, "not-found");
}

#[tokio::test]
async fn a_subscription_says_what_goes_with_its_state_and_nothing_else() {
    let system = System::start().await;
    let operator = system.operator();
    let path = format!("{COMPANIES}/{}/subscription", system.company.tenant);
    let day = "2030-01-01T00:00:00+00:00";
    for (body, pointer, code) in [
        (json!({"state": "trial"}), "/trial_ends_at", "required"),
        (json!({"state": "past_due"}), "/past_due_since", "required"),
        (json!({"state": "active", "trial_ends_at": day}), "/trial_ends_at", "unexpected"),
        (json!({"state": "active", "past_due_since": day}), "/past_due_since", "unexpected"),
        (json!({"state": "free"}), "/state", "enum"),
        (json!({"state": "active", "plan": {"name": " "}}), "/plan/name", "name"),
        (
            json!({"state": "active", "plan": {"name": "P", "modules": ["x"]}}),
            "/plan/modules/0",
            "enum",
        ),
    ] {
        let answer = operator.put(&path).json(&body).send().await;
        let error = &answer.problem(422, "validation")["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!(code)), "{body}");
    }
    let bad = with(empanadas(), "/slug", json!("-a"));
    let bad = with(bad, "/subscription/trial_ends_at", json!(null));
    let answer = operator.post(COMPANIES).json(&bad).send().await;
    let problem = answer.problem(422, "validation");
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|it| &it["pointer"]).collect();
    assert_eq!(pointers, ["/subscription/trial_ends_at", "/slug"]);
    for state in [
        json!({"state": "trial", "trial_ends_at": day}),
        json!({"state": "past_due", "past_due_since": day}),
        json!({"state": "active", "plan": {"name": "Todo"}}),
    ] {
        operator.put(&path).json(&state).send().await.expect(200);
        let company = format!("{COMPANIES}/{}", system.company.tenant);
        let shown = operator.get(&company).send().await;
        for (field, value) in state.as_object().unwrap() {
            let shown = &shown.expect(200)["subscription"][field];
            let (shown, value) =
                if field == "plan" { (&shown["name"], &value["name"]) } else { (shown, value) };
            assert_eq!(shown, value);
        }
    }
}

async fn sent(client: &Client, operation: &Operation) -> Answer {
    let path = operation.path.replace(['{', '}'], "");
    let method: Method = operation.method.to_uppercase().parse().unwrap();
    client.call(method, &path).send().await
}

#[tokio::test]
async fn operator_and_user_tokens_are_not_interchangeable() {
    let system = System::start().await;
    let (operator, owner) = (system.operator(), system.client());
    let impostor = system.visitor().with_token(&OPERATOR_TOKEN.to_uppercase());
    let (mut n_operators, mut n_peoples) = (0, 0);
    for operation in operations(&system).await.iter().filter(|it| !it.is_open()) {
        if operation.is_operators() {
            let refused = sent(&owner, operation).await;
            refused.problem(401, "token-invalid");
            let guessed = sent(&impostor, operation).await;
            assert_eq!(refused.indistinct(), guessed.indistinct(), "{operation:?}");
            n_operators += 1;
        } else {
            sent(&operator, operation).await.problem(401, "auth-required");
            n_peoples += 1;
        }
    }
    assert!(n_operators == 7 && n_peoples > 50, "{n_operators} and {n_peoples}");
}

#[tokio::test]
async fn guesses_of_the_operators_token_are_limited() {
    let system = System::start().await;
    for _ in 0..60 {
        system.operator().get(COMPANIES).send().await.expect(200);
    }
    let guess = system.visitor().with_token(&"guess".repeat(10));
    let mut refused = 0;
    loop {
        let answer = guess.get(COMPANIES).send().await;
        if answer.status == 429 {
            answer.problem(429, "rate-limited");
            assert!(answer.header("retry-after").is_some());
            break;
        }
        answer.problem(401, "token-invalid");
        refused += 1;
    }
    assert_eq!(refused, 50);
    system.client().get("/v1/branches").send().await.expect(200);
    system.site.clock.forward(TimeDelta::minutes(15));
    system.operator().get(COMPANIES).send().await.expect(200);
}
