//! Requests with another company's ids, for every operation.

mod choices;
mod menu;
mod orders;
mod prices;

use e2e::menu::{SMALL, branch, cash, cop};
use e2e::system::PASSWORD;
use e2e::{Answer, Call, Client, System, fresh};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ids::{Ids, Staff};

/// How an operation answers another company's ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// 404 `not-found`.
    NotFound,
    /// 422 `unknown-reference` with this pointer.
    UnknownReference(&'static str),
    /// A refusal that does not depend on the company.
    Refused(u16, &'static str),
    /// 202, whether the id exists or not.
    Taken,
    /// 200 with one's own data or none.
    Nothing,
    /// 201: objects of the other company do not conflict.
    Created,
}

/// A request with another company's ids.
pub(super) struct Visit {
    pub(super) operation: &'static str,
    pub(super) call: Call,
    pub(super) expect: Expect,
}

/// All requests of `client` that use `ids` and a `position` of the log; `own` are the client's ids.
pub(super) fn visits(
    system: &System,
    client: &Client,
    client_ids: &Ids,
    ids: &Ids,
    position: &str,
) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let post = |path: &str, body: Value| client.post(path).json(&body);
    let put = |path: &str, body: Value| client.put(path).if_match(1).json(&body);

    visit("openBranch", post("/v1/branches", branch("Parque")), Expect::Created);
    visit("listBranches", client.get("/v1/branches"), Expect::Nothing);
    visit("getBranch", client.get(&format!("/v1/branches/{}", ids.branch)), Expect::NotFound);
    let of_branch = |more: &str| format!("/v1/branches/{}{more}", ids.branch);
    visit("reviseBranch", put(&of_branch(""), json!({"name": "Otra"})), Expect::NotFound);
    let day = json!({"from": "2100-01-01", "time_zone": "America/Bogota", "cut_off": "04:00"});
    visit("changeBusinessDay", put(&of_branch("/business-day"), day), Expect::NotFound);
    visit("closeBranch", client.post(&of_branch("/close")), Expect::NotFound);
    visit("reopenBranch", client.post(&of_branch("/reopen")), Expect::NotFound);
    let board = format!("/v1/branches/{}/kitchen", ids.branch);
    visit("kitchenBoard", client.get(&board), Expect::NotFound);

    visit("getOwnCompany", client.get("/v1/company"), Expect::Nothing);
    let revised = client.put("/v1/company").if_match(99).json(&json!({"name": "Otra"}));
    visit("reviseOwnCompany", revised, Expect::Refused(412, "version-conflict"));
    visit("getOwnSubscription", client.get("/v1/company/subscription"), Expect::Nothing);

    menu::visits(client, client_ids, ids, &mut visit);

    orders::visits(client, client_ids, ids, &mut visit);
    visit("listOrders", client.get("/v1/orders"), Expect::Nothing);
    let of_branch = format!("/v1/orders?branch_id={}", ids.branch);
    visit("listOrders", client.get(&of_branch), Expect::NotFound);
    let order = |step: &str| format!("/v1/orders/{}{step}", ids.order);
    visit("getOrder", client.get(&order("")), Expect::NotFound);
    for (operation, step) in [
        ("confirmOrder", "/confirm"),
        ("startOrder", "/start"),
        ("readyOrder", "/ready"),
        ("deliverOrder", "/deliver"),
    ] {
        visit(operation, client.post(&order(step)), Expect::NotFound);
        visit(operation, client.post(&order(step)).if_match(1), Expect::NotFound);
    }
    let cancel = client.post(&order("/cancel")).if_match(1).json(&json!({"reason": "mistake"}));
    visit("cancelOrder", cancel, Expect::NotFound);
    visit("payOrder", post(&order("/payments"), cash(SMALL, SMALL)), Expect::NotFound);

    let period = "from=2026-01-01&to=2026-12-31";
    for group_by in ["total", "day", "hour", "category", "product", "variant"] {
        let path = format!("/v1/reports/sales?{period}&group_by={group_by}");
        visit("reportSales", client.get(&path), Expect::Nothing);
    }
    let path = format!("/v1/reports/sales?{period}&branch_id={}", ids.branch);
    visit("reportSales", client.get(&path), Expect::NotFound);
    visits.extend(choices::visits(client, client_ids, ids));
    visits.extend(stock_visits(client, client_ids, ids));
    visits.extend(ids.standalones.visits(client, Ids::NAME));
    visits.extend(system_visits(client, ids, position));
    visits.extend(sign_in_visits(system, client, ids));
    visits.extend(role_visits(client, client_ids, ids));
    visits.extend(user_visits(client, client_ids, ids));
    visits.extend(operator_visits(system, client));
    visits
}

/// Operations of the operator are closed to users, also for their own company.
fn operator_visits(system: &System, client: &Client) -> Vec<Visit> {
    let path = "/v1/operator/companies";
    let company = format!("{path}/{}", system.company.tenant);
    let subscription = json!({"state": "active"});
    let created = json!({
        "name": "Arepas",
        "slug": system.company.slug,
        "administrator": {"name": "N", "email": "nadie@example.com"},
    });
    let put = client.put(&format!("{company}/subscription")).json(&subscription);
    let administrator = json!({"name": "N", "email": "nadie@example.com"});
    let administrator = client.post(&format!("{company}/administrators")).json(&administrator);
    let calls = [
        ("createCompany", client.post(path).json(&created)),
        ("listCompanies", client.get(path)),
        ("getCompany", client.get(&company)),
        ("subscribeCompany", put),
        ("closeCompany", client.post(&format!("{company}/close"))),
        ("reopenCompany", client.post(&format!("{company}/reopen"))),
        ("restoreAdministrator", administrator),
    ];
    let expect = Expect::Refused(401, "token-invalid");
    calls.map(|(operation, call)| Visit { operation, call, expect }).into()
}

fn sign_in_visits(system: &System, client: &Client, ids: &Ids) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let visitor = system.visitor();
    let open =
        |path: &str, body: Value| visitor.post(&format!("/v1/auth/{path}")).no_key().json(&body);
    let own =
        |path: &str, body: Value| client.put(&format!("/v1/auth/{path}")).no_key().json(&body);
    let failed = Expect::Refused(401, "login-failed");
    let login = json!({"email": "ana@example.com", "password": PASSWORD, "tenant": "pizza-place"});
    visit("login", open("login", login), failed);
    let pin = json!({"device_token": "fo_device_", "user_id": ids.staff.user, "pin": "1234"});
    visit("loginWithPin", open("pin", pin), failed);
    let user = ids.staff.user;
    let pin =
        json!({"device_token": "fo_device_", "user_id": user, "current": "1234", "pin": "8642"});
    visit("loginWithNewPin", open("pin/replace", pin), failed);
    let till = visitor.clone().with_token("fo_device_").get("/v1/auth/till/people");
    visit("listTillPeople", till, Expect::Refused(401, "token-invalid"));
    let token = json!({"refresh_token": "fo_refresh_"});
    visit("refresh", open("refresh", token), Expect::Refused(401, "token-invalid"));
    let ticket = || json!({"token": "fo_join_", "password": PASSWORD});
    let invalid = Expect::Refused(422, "ticket-invalid");
    visit("join", open("join", ticket()), invalid);
    visit("resetPassword", open("reset-password", ticket()), invalid);
    let forgotten = json!({"email": "ana@example.com", "tenant": "pizza-place"});
    visit("forgotPassword", open("forgot-password", forgotten), Expect::Taken);
    visit("confirmEmail", open("confirm-email", json!({"token": "fo_email_"})), invalid);
    visit("getPublicKeys", visitor.get("/.well-known/jwks.json"), Expect::Nothing);
    let changed = json!({"current": "la clave de otra persona", "password": "otra clave larga"});
    visit("changePassword", own("password", changed), failed);
    let changed = json!({"password": "la clave de otra persona", "pin": "1234"});
    visit("changePin", own("pin", changed), failed);
    visit("changeName", own("name", json!({"name": "Otra Persona"})), Expect::Nothing);
    let theirs = json!({"password": PASSWORD, "email": "ana@example.com"});
    let theirs = client.post("/v1/auth/email-change").no_key().json(&theirs);
    visit("requestEmail", theirs, Expect::Taken);
    let signed_out = Expect::Refused(401, "auth-required");
    let out = |path: &str| visitor.post(&format!("/v1/auth/{path}")).no_key();
    visit("logout", out("logout"), signed_out);
    visit("logoutEverywhere", out("logout-everywhere"), signed_out);
    visit("listSessions", client.get("/v1/auth/sessions"), Expect::Nothing);
    let session = format!("/v1/auth/sessions/{}", ids.staff.session);
    visit("endSession", client.call(Method::DELETE, &session).no_key(), Expect::NotFound);
    visits
}

fn role_visits(client: &Client, client_ids: &Ids, ids: &Ids) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let delete = |path: &str| client.call(Method::DELETE, path);
    let put = |path: &str, body: Value| client.put(path).if_match(1).json(&body);
    let (role, user) = (ids.staff.role, ids.staff.user);
    let path = |id: Uuid, more: &str| format!("/v1/rbac/roles/{id}{more}");
    let add = |body: Value| client.post("/v1/rbac/roles").json(&body);
    let parents = Expect::UnknownReference("/parents/0");
    visit("addRole", add(json!({"name": "Nueva", "parents": [role]})), parents);
    visit("listRoles", client.get("/v1/rbac/roles"), Expect::Nothing);
    visit("getRole", client.get(&path(role, "")), Expect::NotFound);
    visit(
        "reviseRole",
        put(&path(role, ""), json!({"name": "Otra", "parents": []})),
        Expect::NotFound,
    );
    let revised = json!({"name": "Otra", "parents": [role]});
    visit("reviseRole", put(&path(client_ids.staff.role, ""), revised), parents);
    visit("removeRole", delete(&path(role, "")), Expect::NotFound);
    let permission = path(role, "/permissions/order.read");
    visit("grantPermission", client.post(&permission), Expect::NotFound);
    visit("revokePermission", delete(&permission), Expect::NotFound);

    let chosen = put(&path(role, "/permissions"), json!({"permissions": ["order.read"]}));
    visit("choosePermissions", chosen, Expect::NotFound);
    visit("historyOfRole", client.get(&path(role, "/history")), Expect::NotFound);

    visit("listPermissions", client.get("/v1/rbac/permissions"), Expect::Nothing);
    let builtin = json!({"id": "order.read", "label": "Ver"});
    let define = client.post("/v1/rbac/permissions").json(&builtin);
    visit("definePermission", define, Expect::Refused(422, "validation"));
    let sort = json!({"category_id": ids.staff.category});
    let sort = client.put("/v1/rbac/permissions/order.read").json(&sort);
    visit("sortPermission", sort, Expect::UnknownReference("/category_id"));
    let not_there = |more: &str| format!("/v1/rbac/permissions/x_not.there{more}");
    visit("getPermission", client.get(&not_there("")), Expect::NotFound);
    let label = client.put(&not_there("/label")).json(&json!({"label": "Ver"}));
    visit("labelPermission", label, Expect::NotFound);
    visit("dropPermissionLabel", delete(&not_there("/label")), Expect::NotFound);
    visit("dropPermission", delete("/v1/rbac/permissions/x_not.there"), Expect::NotFound);
    let category = format!("/v1/rbac/permission-categories/{}", ids.staff.category);
    let named = json!({"name": format!("Categoría {}", fresh())});
    let add = client.post("/v1/rbac/permission-categories").json(&named);
    visit("addPermissionCategory", add, Expect::Created);
    let all = client.get("/v1/rbac/permission-categories");
    visit("listPermissionCategories", all, Expect::Nothing);
    visit("getPermissionCategory", client.get(&category), Expect::NotFound);
    visit("renamePermissionCategory", put(&category, named), Expect::NotFound);
    visit("removePermissionCategory", delete(&category), Expect::NotFound);

    let assigned = |user: Uuid, role: Uuid| format!("/v1/rbac/users/{user}/roles/{role}");
    for (user, role) in [(user, role), (user, client_ids.staff.role), (client_ids.staff.user, role)]
    {
        visit("assignRole", client.post(&assigned(user, role)), Expect::NotFound);
        visit("unassignRole", delete(&assigned(user, role)), Expect::NotFound);
    }
    let of_user = |what: &str| client.get(&format!("/v1/rbac/users/{user}/{what}"));
    visit("listRolesOfUser", of_user("roles"), Expect::NotFound);
    visit("effectivePermissions", of_user("permissions"), Expect::NotFound);
    visit("historyOfUser", of_user("history"), Expect::NotFound);
    visit("ownPermissions", client.get("/v1/rbac/me"), Expect::Nothing);
    visits
}

fn user_visits(client: &Client, client_ids: &Ids, ids: &Ids) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let Staff { role, user, device, .. } = ids.staff;
    let invite = |roles: Uuid, branch: Uuid| {
        let email = "nadie@example.com";
        let body = json!({"name": "N", "email": email, "roles": [roles], "branches": [branch]});
        client.post("/v1/users").json(&body)
    };
    let roles = Expect::UnknownReference("/roles/0");
    visit("inviteUser", invite(role, client_ids.branch), roles);
    let branches = Expect::UnknownReference("/branches/0");
    visit("inviteUser", invite(client_ids.staff.role, ids.branch), branches);
    visit("listUsers", client.get("/v1/users"), Expect::Nothing);
    let path = |user: Uuid, more: &str| format!("/v1/users/{user}{more}");
    visit("getUser", client.get(&path(user, "")), Expect::NotFound);
    let allow = |user: Uuid, branch: Uuid| {
        client.put(&path(user, "/branches")).json(&json!({"branches": [branch]}))
    };
    visit("allowBranches", allow(user, client_ids.branch), Expect::NotFound);
    visit("allowBranches", allow(client_ids.staff.user, ids.branch), branches);
    visit("suspendUser", client.post(&path(user, "/suspend")), Expect::NotFound);
    visit("resumeUser", client.post(&path(user, "/resume")), Expect::NotFound);
    visit("forgetUser", client.post(&path(user, "/forget")), Expect::NotFound);
    let rename = client.call(Method::PATCH, &path(user, "")).json(&json!({"name": "Otra"}));
    visit("renameUser", rename, Expect::NotFound);
    let email = json!({"email": "otra@example.com"});
    let email = client.post(&path(user, "/email-change")).json(&email);
    visit("requestEmailOfUser", email, Expect::NotFound);
    let pin = client.put(&path(user, "/pin")).json(&json!({"pin": "1357"}));
    visit("setPin", pin, Expect::NotFound);
    visit("inviteUserAgain", client.post(&path(user, "/invitation")), Expect::NotFound);

    let enroll = json!({"name": "Caja", "branch_id": ids.branch});
    let enroll = client.post("/v1/devices").json(&enroll);
    visit("enrollDevice", enroll, Expect::UnknownReference("/branch_id"));
    visit("listDevices", client.get("/v1/devices"), Expect::Nothing);
    let device = format!("/v1/devices/{device}");
    visit("removeDevice", client.call(Method::DELETE, &device), Expect::NotFound);
    visits
}

fn system_visits(client: &Client, ids: &Ids, position: &str) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let path = |step: &str| format!("/v1/system/parked-events{step}");
    visit("listConsumers", client.get("/v1/system/consumers"), Expect::Nothing);
    visit("listParkedEvents", client.get(&path("")), Expect::Nothing);
    let key = json!({"consumer": "orders", "key": format!("order-{}", ids.order)});
    let replay = client.post(&path("/replay")).json(&key);
    visit("replayParkedEvents", replay, Expect::NotFound);
    let event = json!({"consumer": "orders", "position": position, "reason": "none"});
    let discard = client.post(&path("/discard")).json(&event);
    visit("discardParkedEvent", discard, Expect::Refused(400, "invalid-cursor"));
    visits
}

fn stock_visits(client: &Client, client_ids: &Ids, ids: &Ids) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let post = |path: &str, body: Value| client.post(path).json(&body);

    let publish = |product: Uuid, variant: Uuid, item: Uuid| {
        let ingredient = json!({"item_id": item, "quantity": "1"});
        let portion = json!({"variant_id": variant, "ingredients": [ingredient]});
        let path = format!("/v1/products/{product}/recipe");
        client.put(&path).if_match(0).json(&json!({"portions": [portion]}))
    };
    let recipe = format!("/v1/products/{}/recipe", ids.product);
    visit("getRecipe", client.get(&recipe), Expect::NotFound);
    visit("publishRecipe", publish(ids.product, ids.variant, ids.item), Expect::NotFound);
    let variant = publish(client_ids.product, ids.variant, client_ids.item);
    visit("publishRecipe", variant, Expect::UnknownReference("/portions/0/variant_id"));
    let ingredient = publish(client_ids.product, client_ids.variant, ids.item);
    let pointer = "/portions/0/ingredients/0/item_id";
    visit("publishRecipe", ingredient, Expect::UnknownReference(pointer));
    let receive = |branch: Uuid, item: Uuid| {
        let line = json!({"item_id": item, "quantity": "1", "cost": cop(100)});
        post(&format!("/v1/branches/{branch}/stock-receipts"), json!({"lines": [line]}))
    };
    visit("receiveStock", receive(ids.branch, client_ids.item), Expect::NotFound);
    visit("receiveStock", receive(ids.branch, ids.item), Expect::NotFound);
    let item = receive(client_ids.branch, ids.item);
    visit("receiveStock", item, Expect::UnknownReference("/lines/0/item_id"));
    let stock = |branch: Uuid| format!("/v1/branches/{branch}/stock");
    visit("listStock", client.get(&stock(ids.branch)), Expect::NotFound);
    let release = format!("{}/release-expired", stock(ids.branch));
    visit("releaseExpiredStock", client.post(&release), Expect::NotFound);
    for (branch, item) in
        [(ids.branch, ids.item), (ids.branch, client_ids.item), (client_ids.branch, ids.item)]
    {
        let path = format!("{}/{item}/kardex", stock(branch));
        visit("listStockMovements", client.get(&path), Expect::NotFound);
    }
    let supplier = format!("/v1/suppliers/{}", ids.standalones.id("/v1/suppliers"));
    visit("retireSupplier", client.post(&format!("{supplier}/retire")), Expect::NotFound);
    visit("reinstateSupplier", client.post(&format!("{supplier}/reinstate")), Expect::NotFound);
    prices::visits(client, client_ids, ids, &mut visits);
    visits
}

impl Expect {
    #[track_caller]
    pub(super) fn assert(self, operation: &str, answer: &Answer) {
        match self {
            Self::NotFound => {
                let problem = answer.problem(404, "not-found");
                assert_eq!(problem["errors"], json!([]), "{operation}");
            }
            Self::UnknownReference(pointer) => {
                let problem = answer.problem(422, "unknown-reference");
                let errors = problem["errors"].as_array().unwrap();
                assert_eq!(errors.len(), 1, "{operation}: {problem}");
                assert_eq!(errors[0]["pointer"], pointer, "{operation}");
            }
            Self::Refused(status, code) => {
                answer.problem(status, code);
            }
            Self::Taken => {
                answer.expect(202);
            }
            Self::Nothing => {
                answer.expect(200);
            }
            Self::Created => {
                answer.expect(201);
            }
        }
    }
}
