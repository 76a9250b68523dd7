//! The first users of a company, from the administrator to a cashier on a till.

use domain::identity::roles::Seed;
use e2e::client::id_in;
use e2e::menu::{PRODUCT, branch, product};
use e2e::staff::PIN;
use e2e::{Client, System, fresh};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Two branches with the same menu.
struct Branches {
    centro: Uuid,
    norte: Uuid,
    product: Uuid,
    variant: Uuid,
}

impl Branches {
    async fn open(client: &Client) -> Self {
        let open = async |name: &str| {
            let opened = client.post("/v1/branches").json(&branch(name)).send().await;
            id_in(opened.expect(201), "/branch/id")
        };
        let category = client.post("/v1/categories").json(&json!({"name": "Arepas"}));
        let category = category.send().await.id();
        let added = client.post("/v1/products").json(&product(PRODUCT, category)).send().await;
        let path = format!("/v1/products/{}?after={}", added.id(), added.position());
        let shown = client.get(&path).send().await;
        let variant = id_in(shown.expect(200), "/variants/0/id");
        let (centro, norte) = (open("Centro").await, open("Norte").await);
        Self { centro, norte, product: added.id(), variant }
    }

    fn order(&self, branch: Uuid) -> Value {
        let line = json!({"product_id": self.product, "variant_id": self.variant, "quantity": 1});
        json!({"branch_id": branch, "order_type": "takeaway", "lines": [line]})
    }
}

async fn enrolled(client: &Client, branch: Uuid) -> (Uuid, String) {
    let body = json!({"name": "Caja 1", "branch_id": branch});
    let enrolled = client.post("/v1/devices").json(&body).send().await;
    let token = enrolled.expect(201)["device_token"].as_str().unwrap().to_owned();
    (enrolled.id(), token)
}

#[tokio::test]
async fn a_company_gets_its_first_users() {
    let system = System::start().await;
    let owner = system.client();
    let company = Branches::open(&owner).await;

    // The administrator invites a manager for all branches.
    let manager = Seed::Manager.role(system.company.tenant).uuid();
    system.joined_everywhere(&owner, "gerente@example.com", &[manager]).await;
    let manager = system.signed_in("gerente@example.com").await.client;

    // The manager creates a role for cashiers, and a cashier for one branch.
    let role = json!({
        "name": "Caja de la tarde",
        "permissions": ["order.place", "order.read", "payment.take"],
    });
    let role = manager.post("/v1/rbac/roles").json(&role).send().await;
    role.expect(201);
    let cashier = ("caja@example.com", [role.id()], [company.centro]);
    let cashier = system.joined(&manager, cashier.0, &cashier.1, &cashier.2).await;
    let (_, centro) = enrolled(&manager, company.centro).await;
    let (_, norte) = enrolled(&manager, company.norte).await;

    // The cashier signs in on the till of that branch, and only there.
    let signed_in = system.session(&system.pin(&centro, cashier).await);
    assert_eq!(signed_in.user, cashier);
    system.pin(&norte, cashier).await.problem(403, "forbidden");
    let till = signed_in.client;
    let placed = till.post("/v1/orders").json(&company.order(company.centro)).send().await;
    placed.expect(201);
    let elsewhere = till.post("/v1/orders").json(&company.order(company.norte)).send().await;
    elsewhere.problem(403, "forbidden");
    till.post("/v1/categories").json(&json!({"name": "X"})).send().await.problem(403, "forbidden");

    // The permissions are those of the role, with the user who granted them.
    let path = format!("/v1/rbac/users/{cashier}/permissions");
    let effective = owner.get(&path).send().await;
    let expected = json!(["order.place", "order.read", "payment.take"]);
    assert_eq!(effective.expect(200)["permissions"], expected);
    assert_eq!(effective.body["branches"], json!([company.centro]));
    let path = format!("/v1/rbac/roles/{}?after={}", role.id(), role.position());
    let shown = owner.get(&path).send().await;
    let grants = shown.expect(200)["permissions"].as_array().unwrap();
    assert_eq!(grants.len(), 3);
    assert_eq!(grants[0]["permission"], "order.place");
    assert!(grants[0]["granted_by"].is_string() && grants[0]["granted_at"].is_string());

    // The list contains all users by name; the log contains no name.
    let path = format!("/v1/users?after={}", placed.position());
    let people = owner.get(&path).send().await;
    let people = people.expect(200)["data"].as_array().unwrap().clone();
    assert_eq!(people.len(), 3);
    assert!(people.iter().all(|person| person["name"].is_string()));
    let log = format!("{:?}", system.log().await);
    for secret in ["caja@example.com", "gerente@example.com", "Luz Marina", PIN] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn s15_another_branch_of_ones_own_company_is_forbidden() {
    let system = System::start().await;
    let owner = system.client();
    let company = Branches::open(&owner).await;
    let manager = Seed::Manager.role(system.company.tenant).uuid();
    system.joined(&owner, "centro@example.com", &[manager], &[company.centro]).await;
    let bound = system.signed_in("centro@example.com").await.client;
    let placed = owner.post("/v1/orders").json(&company.order(company.norte)).send().await;
    let order = placed.id();
    owner.get(&format!("/v1/orders/{order}?after={}", placed.position())).send().await.expect(200);
    let norte = company.norte;
    let forbidden = [
        bound.get(&format!("/v1/orders/{order}")),
        bound.get("/v1/orders"),
        bound.get(&format!("/v1/orders?branch_id={norte}")),
        bound.get(&format!("/v1/branches/{norte}/kitchen")),
        bound.get(&format!("/v1/branches/{norte}/stock")),
        bound.get(&format!("/v1/branches/{norte}/stock/{}/kardex", fresh())),
        bound.get("/v1/reports/sales?from=2026-01-01&to=2026-12-31"),
        bound.get(&format!("/v1/reports/sales?from=2026-01-01&to=2026-12-31&branch_id={norte}")),
        bound.post("/v1/orders").json(&company.order(norte)),
        bound.post("/v1/orders/price").no_key().json(&company.order(norte)),
        bound.post(&format!("/v1/orders/{order}/confirm")),
        bound.post(&format!("/v1/orders/{order}/payments")).json(&e2e::menu::cash(100, 100)),
        bound.post("/v1/devices").json(&json!({"name": "Caja", "branch_id": norte})),
        bound.post(&format!("/v1/branches/{norte}/stock/release-expired")),
    ];
    let before = system.log().await;
    for call in forbidden {
        call.send().await.problem(403, "forbidden");
    }
    assert_eq!(system.log().await, before, "a command was accepted in the other branch");
    let centro_orders = format!("/v1/orders?branch_id={}", company.centro);
    bound.get(&centro_orders).send().await.expect(200);
    bound.post("/v1/orders").json(&company.order(company.centro)).send().await.expect(201);
}

#[tokio::test]
async fn a_device_that_was_removed_is_of_no_use() {
    let system = System::start().await;
    let owner = system.client();
    let company = Branches::open(&owner).await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    let user = system.joined(&owner, "caja@example.com", &[cashier], &[company.centro]).await;
    let (device, token) = enrolled(&owner, company.centro).await;
    let till = system.session(&system.pin(&token, user).await).client;
    till.get("/v1/rbac/me").send().await.expect(200);
    let body = json!({"device_token": token, "user_id": user, "pin": "1357"});
    let wrong = system.visitor().post("/v1/auth/pin").no_key().json(&body).send().await;
    wrong.problem(401, "login-failed");
    let removed = owner.call(Method::DELETE, &format!("/v1/devices/{device}")).send().await;
    removed.expect(200);
    till.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    system.pin(&token, user).await.problem(401, "login-failed");
}

#[tokio::test]
async fn an_invitation_is_good_once_and_an_address_has_one_account() {
    let system = System::start().await;
    let owner = system.client();
    let email = "luz@example.com";
    let user = system.joined(&owner, email, &[], &[]).await;
    let same_email =
        json!({"name": "Otra", "email": "LUZ@Example.com", "roles": [], "branches": []});
    owner.post("/v1/users").json(&same_email).send().await.problem(409, "email-taken");
    let token = system.site.emails.token(email).await;
    let body = json!({"token": token, "password": "otra clave bien larga"});
    let repeated = system.visitor().post("/v1/auth/join").no_key().json(&body).send().await;
    repeated.problem(422, "ticket-invalid");
    let shown = owner.get(&format!("/v1/users/{user}")).send().await;
    assert_eq!(shown.expect(200)["name"], "Luz Marina", "a refused invitation renames no user");
}

#[tokio::test]
async fn an_invitation_that_was_refused_leaves_no_wrong_name() {
    let system = System::start().await;
    let owner = system.client();
    let invite = |name: &str, roles: Value| {
        let body =
            json!({"name": name, "email": "luz@example.com", "roles": roles, "branches": []});
        owner.post("/v1/users").json(&body).send()
    };
    invite("Lus", json!([fresh()])).await.problem(422, "unknown-reference");
    let invited = invite("Luz", json!([])).await;
    invited.expect(201);
    let path = format!("/v1/users/{}?after={}", invited.id(), invited.position());
    assert_eq!(owner.get(&path).send().await.expect(200)["name"], "Luz");
}

#[tokio::test]
async fn s13_a_forgotten_password_is_answered_alike_and_a_known_address_gets_an_email() {
    let system = System::start().await;
    let email = system.company.email.clone();
    let forgot = async |email: &str| {
        let body = json!({"email": email});
        system.visitor().post("/v1/auth/forgot-password").no_key().json(&body).send().await
    };
    let known = forgot(&email).await;
    known.expect(202);
    assert_eq!(forgot("nadie@example.com").await.indistinct(), known.indistinct());
    let token = system.site.emails.token(&email).await;
    assert_eq!(system.site.emails.count("nadie@example.com"), 0);
    let reset = async |password: &str| {
        let body = json!({"token": token, "password": password});
        system.visitor().post("/v1/auth/reset-password").no_key().json(&body).send().await
    };
    reset("password1").await.problem(422, "validation");
    reset("otra clave bien larga").await.expect(200);
    reset("una tercera clave larga").await.problem(422, "ticket-invalid");
    system.client().get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    let login = json!({"email": email, "password": "otra clave bien larga"});
    system.login(&login).await.expect(200);
}
