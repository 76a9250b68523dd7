//! Roles over HTTP: no user grants more than they hold.

use std::time::{Duration, Instant};

use api::auth::token::{Access, SigningKey, TokenAlgorithm, Tokens};
use commands::Clock;
use commands::identity::{Authority, Presented};
use domain::identity::Permission;
use domain::identity::roles::Seed;
use domain::shared::SessionId;
use e2e::node::Node;
use e2e::silence::Silence;
use e2e::site::SECRET;
use e2e::{Client, System, assert_took, figure, fresh};
use futures_util::future::join;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::document::operations;

async fn role(client: &Client, body: &Value) -> Uuid {
    let added = client.post("/v1/rbac/roles").json(body).send().await;
    added.expect(201);
    added.id()
}

/// A user who may change roles and users, and hardly anything else.
async fn clerk(system: &System) -> (Uuid, Client) {
    let owner = system.client();
    let permissions = ["role.manage", "role.read", "user.manage", "user.invite", "order.read"];
    let role = role(&owner, &json!({"name": "Personal", "permissions": permissions})).await;
    let user = system.joined_everywhere(&owner, "personal@example.com", &[role]).await;
    (user, system.signed_in("personal@example.com").await.client)
}

#[tokio::test]
async fn s22_no_user_grants_permissions_that_they_lack() {
    let system = System::start().await;
    let owner = system.client();
    let (user, clerk) = clerk(&system).await;
    let clerk_role = role(&clerk, &json!({"name": "Mía", "permissions": ["order.read"]})).await;
    let strong = json!({"name": "Fuerte", "permissions": ["system.operate"]});
    let strong_id = role(&owner, &strong).await;
    let admin = Seed::Administrator.role(system.company.tenant).uuid();
    let about = |path: &str| format!("/v1/rbac/{path}");
    let escalating = [
        clerk.post(&about(&format!("roles/{clerk_role}/permissions/system.operate"))),
        clerk.post(&about("roles")).json(&json!({"name": "F", "permissions": ["order.place"]})),
        clerk.post(&about("roles")).json(&json!({"name": "F", "parents": [strong_id]})),
        clerk
            .put(&about(&format!("roles/{clerk_role}")))
            .if_match(1)
            .json(&json!({"name": "Mía", "parents": [strong_id]})),
        clerk.post(&about(&format!("users/{user}/roles/{admin}"))),
        clerk.post(&about(&format!("users/{user}/roles/{strong_id}"))),
        clerk.post("/v1/users").json(&json!({
            "name": "P", "email": "p@example.com", "roles": [strong_id], "all_branches": true
        })),
        clerk.post(&format!("/v1/users/{}/suspend", system.company.owner)),
    ];
    for call in escalating {
        call.send().await.problem(403, "privilege-escalation");
    }
    clerk.post(&about(&format!("users/{user}/roles/{clerk_role}"))).send().await.expect(200);
}

#[tokio::test]
async fn the_roles_of_a_user_are_listed_with_who_gave_them_and_when() {
    let system = System::start().await;
    let owner = system.client();
    let (user, clerk) = clerk(&system).await;
    let clerk_role = role(&clerk, &json!({"name": "Mía", "permissions": ["order.read"]})).await;
    let roles = format!("/v1/rbac/users/{user}/roles");
    let given = clerk.post(&format!("{roles}/{clerk_role}")).send().await;
    given.expect(200);

    let listed = owner.get(&format!("{roles}?after={}", given.position())).send().await;
    let listed = listed.expect(200)["data"].as_array().unwrap();
    let given_by = |role: Uuid| {
        let given = listed.iter().find(|given| given["role_id"] == json!(role)).unwrap();
        assert!(given["assigned_at"].as_str().unwrap().ends_with("+00:00"), "{given}");
        (given["name"].clone(), given["assigned_by"].clone())
    };
    assert_eq!(listed.len(), 2);
    assert_eq!(given_by(clerk_role), (json!("Mía"), json!(user)));
}

#[tokio::test]
async fn s23_two_edits_at_once_make_no_cycle() {
    let system = System::start().await;
    let client = system.client();
    let other = Node::start(&system.site, Silence::None).await;
    let elsewhere = client.clone().at(other.address);
    let n_rounds = 10;
    for round in 0..n_rounds {
        let named = |name: &str| json!({"name": format!("{name} {round}")});
        let (a, b) = (role(&client, &named("A")).await, role(&client, &named("B")).await);
        let revise = |client: &Client, role: Uuid, name: &str, parent: Uuid| {
            let body = json!({"name": format!("{name} {round}"), "parents": [parent]});
            client.put(&format!("/v1/rbac/roles/{role}")).if_match(1).json(&body).send()
        };
        let (one, two) = join(revise(&client, a, "A", b), revise(&elsewhere, b, "B", a)).await;
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
        let refused = if one.status == 409 { one } else { two };
        refused.problem(409, "role-cycle");
    }
    figure(
        "S23",
        &format!("{n_rounds} pairs of edits at once, {n_rounds} taken, {n_rounds} refused"),
    );
}

#[tokio::test]
async fn s23_a_chain_of_fifty_roles_is_too_deep() {
    let system = System::start().await;
    let client = system.client();
    let mut parent = None;
    for n in 0..50 {
        let parents: Vec<Uuid> = parent.into_iter().collect();
        let body = json!({"name": format!("Rol {n}"), "parents": parents});
        let added = client.post("/v1/rbac/roles").json(&body).send().await;
        if added.status != 201 {
            let problem = added.problem(422, "validation");
            assert_eq!(problem["errors"][0]["code"], "depth");
            return;
        }
        parent = Some(added.id());
    }
    panic!("a chain of fifty roles was taken");
}

#[tokio::test]
async fn s24_the_last_administrator_stays() {
    let system = System::start().await;
    let owner = system.client();
    let (user, admin) =
        (system.company.owner, Seed::Administrator.role(system.company.tenant).uuid());
    let assigned = |user| format!("/v1/rbac/users/{user}/roles/{admin}");
    let unassign = |user| owner.call(Method::DELETE, &assigned(user)).send();
    unassign(user.uuid()).await.problem(409, "last-owner");
    let suspend = owner.post(&format!("/v1/users/{user}/suspend"));
    suspend.send().await.problem(409, "last-owner");
    let branches = format!("/v1/users/{user}/branches");
    let bound = system.joined(&owner, "sede@example.com", &[admin], &[]).await;
    for body in [json!({"branches": []}), json!({"all_branches": false, "branches": []})] {
        owner.put(&branches).json(&body).send().await.problem(409, "last-owner");
    }
    for silent in [json!({}), json!({"all_branches": false})] {
        let answer = owner.put(&branches).json(&silent).send().await;
        let error = &answer.problem(422, "validation")["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/branches"), &json!("required")));
    }
    let both = json!({"all_branches": true, "branches": [bound]});
    let answer = owner.put(&branches).json(&both).send().await;
    assert_eq!(answer.problem(422, "validation")["errors"][0]["code"], "unexpected");
    let second = system.joined_everywhere(&owner, "socia@example.com", &[admin]).await;
    unassign(user.uuid()).await.expect(200);
    let second_client = system.signed_in("socia@example.com").await.client;
    let suspend = second_client.post(&format!("/v1/users/{second}/suspend"));
    suspend.send().await.problem(409, "last-owner");
    owner.get("/v1/branches").send().await.problem(403, "forbidden");
}

#[tokio::test]
async fn s25_only_permissions_that_exist_are_granted() {
    let system = System::start().await;
    let client = system.client();
    for bad in ["*.*", "order.*", "Order.Place", "order.place\u{200b}", "order", ""] {
        let body = json!({"name": "Rara", "permissions": [bad]});
        let added = client.post("/v1/rbac/roles").json(&body).send().await;
        let problem = added.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/permissions/0", "{bad:?}");
    }
    for (bad, status, code) in
        [("order.fly", 422, "unknown-reference"), ("order.place\0", 422, "validation")]
    {
        let body = json!({"name": "Rara", "permissions": ["order.read", bad]});
        let added = client.post("/v1/rbac/roles").json(&body).send().await;
        let problem = added.problem(status, code);
        assert_eq!(problem["errors"][0]["pointer"], "/permissions/1", "{bad:?}");
    }
    let clerk_role = json!({"id": "order.place", "label": "Mío"});
    client.post("/v1/rbac/permissions").json(&clerk_role).send().await.problem(422, "validation");
}

/// How long a revoked permission remains valid on another server.
async fn felt_after(system: &System, elsewhere: &Client, path: &str) -> Duration {
    let owner = system.client();
    owner.call(Method::DELETE, path).send().await.expect(200);
    let begun = Instant::now();
    loop {
        let answer = elsewhere.get("/v1/categories").send().await;
        if answer.status == 403 {
            answer.problem(403, "forbidden");
            return begun.elapsed();
        }
        answer.expect(200);
        assert!(begun.elapsed() < Duration::from_mins(3), "the permission is still valid");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn s26_a_revoked_permission_is_of_no_use_on_another_node() {
    let system = System::start().await;
    let owner = system.client();
    let seeing = json!({"name": "Mirar", "permissions": ["category.read"]});
    let role = role(&owner, &seeing).await;
    system.joined(&owner, "luz@example.com", &[role], &[]).await;
    let luz = system.signed_in("luz@example.com").await.client;
    let path = format!("/v1/rbac/roles/{role}/permissions/category.read");
    let alive = Node::start(&system.site, Silence::None).await;
    let elsewhere = luz.clone().at(alive.address);
    elsewhere.get("/v1/categories").send().await.expect(200);
    let took = felt_after(&system, &elsewhere, &path).await;
    assert_took(took, Duration::from_secs(1));
    figure("S26", &format!("felt on another node after {took:.1?}"));

    // A server that stops following the log.
    owner.post(&path).send().await.expect(200);
    let not_following = Node::start_not_following(&system.site).await;
    let elsewhere = luz.at(not_following.address);
    elsewhere.get("/v1/categories").send().await.expect(200);
    let took = felt_after(&system, &elsewhere, &path).await;
    assert_took(took, Duration::from_secs(30));
    figure("S26", &format!("with the feed standing still after {took:.1?}"));
}

#[tokio::test]
async fn s27_a_waiter_neither_cancels_nor_administers() {
    let system = System::start().await;
    let owner = system.client();
    let menu = e2e::Menu::open(&owner).await;
    let order = menu.place(&owner).await.id();
    let waiter = Seed::Waiter.role(system.company.tenant).uuid();
    system.joined(&owner, "mesero@example.com", &[waiter], &[menu.branch]).await;
    let waiter = system.signed_in("mesero@example.com").await.client;
    let cancel = waiter.post(&format!("/v1/orders/{order}/cancel")).if_match(1);
    let cancel = cancel.json(&json!({"reason": "mistake"})).send().await;
    let problem = cancel.problem(403, "forbidden");
    assert!(problem["detail"].as_str().unwrap().contains("order.cancel"), "{problem}");
    for path in ["/v1/rbac/roles", "/v1/users", "/v1/system/consumers", "/v1/devices"] {
        waiter.get(path).send().await.problem(403, "forbidden");
    }
    waiter.post(&format!("/v1/orders/{order}/confirm")).send().await.expect(200);
}

#[tokio::test]
async fn a_token_and_a_permission_are_checked_in_microseconds() {
    const TIMES: u32 = 20_000;
    let system = System::start().await;
    let company = &system.company;
    let access = Access {
        tenant: company.tenant,
        user: company.owner,
        session: SessionId::from_uuid(fresh()),
        epoch: 0,
        device: None,
        token_id: fresh(),
    };
    let now = system.site.clock.now();
    let commands = system.node().installation.commands.clone();
    let took = system.node().run(async move {
        let key = SigningKey::try_new("1", TokenAlgorithm::Hs256, SECRET)
            .expect("the secret is long enough");
        let tokens = Tokens::new("fastops", "fastops", key, None);
        let token = tokens.issue(&access, now);
        let authority = Authority::new(commands);
        let check = async || {
            let Access { tenant, user, session, epoch, device, .. } =
                tokens.verify(&token, now).expect("the token is valid");
            let presented = Presented { tenant, user, session, epoch, device };
            let standing = authority.of(&presented, Some(Permission::OrderPlace)).await;
            let standing = standing.expect("the log answers").expect("the session is active");
            assert!(standing.holds(Permission::OrderPlace));
        };
        check().await;
        let begun = Instant::now();
        for _ in 0..TIMES {
            check().await;
        }
        begun.elapsed() / TIMES
    });
    let took = took.await;
    figure("check", &format!("token and permission in {took:.1?}"));
    // An unoptimized build, on a machine that runs other tests.
    assert_took(took, Duration::from_millis(1));
}

/// A change that affects every branch requires a user of all branches.
#[tokio::test]
async fn s22_an_actor_of_some_branches_changes_nothing_of_the_others() {
    let system = System::start().await;
    let owner = system.client();
    let menu = e2e::Menu::open(&owner).await;
    let admin = Seed::Administrator.role(system.company.tenant).uuid();
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    system.joined(&owner, "sede@example.com", &[admin], &[menu.branch]).await;
    let bound = system.signed_in("sede@example.com").await.client;
    let (mut refused, before) = (0, system.log().await);
    for operation in operations(&system).await {
        let of_all = operation.permission().and_then(Permission::of_name);
        if !of_all.is_some_and(Permission::reaches_every_branch) {
            continue;
        }
        let path = operation.path.replace(['{', '}'], "");
        let method: Method = operation.method.to_uppercase().parse().unwrap();
        let answer = bound.call(method, &path).send().await;
        let problem = answer.problem(403, "forbidden");
        assert!(problem["detail"].as_str().unwrap().contains("todas las sedes"), "{problem}");
        refused += 1;
    }
    assert!(refused > 15, "{refused} operations reach every branch");
    assert_eq!(system.log().await, before, "a command was accepted");

    // Only users who act in no other branch.
    let here = system.joined(&bound, "aqui@example.com", &[cashier], &[menu.branch]).await;
    let everywhere = system.joined_everywhere(&owner, "todas@example.com", &[cashier]).await;
    let waiter = Seed::Waiter.role(system.company.tenant).uuid();
    let (give, suspend) = (
        |user: Uuid| bound.post(&format!("/v1/rbac/users/{user}/roles/{waiter}")),
        |user: Uuid| bound.post(&format!("/v1/users/{user}/suspend")),
    );
    give(everywhere).send().await.problem(403, "privilege-escalation");
    suspend(everywhere).send().await.problem(403, "privilege-escalation");
    give(here).send().await.expect(200);
    suspend(here).send().await.expect(200);
    give(here).send().await.expect(200);
}

/// Operations that change something and are open to users of one branch: because they happen in a
/// branch, because the changed user's branches decide, or because they decide which events others
/// may have.
const OF_A_BRANCH: &[&str] = &[
    "addStation",
    "allowBranches",
    "assignRole",
    "cancelOrder",
    "changeBusinessDay",
    "closeBranch",
    "closeStation",
    "confirmOrder",
    "delist",
    "deliverOrder",
    "enrollDevice",
    "forgetUser",
    "inviteUser",
    "inviteUserAgain",
    "payOrder",
    "placeOrder",
    "priceOrder",
    "putBack",
    "readyOrder",
    "receiveStock",
    "releaseExpiredStock",
    "relist",
    "removeDevice",
    "renameStation",
    "renameUser",
    "requestEmailOfUser",
    "resumeUser",
    "reviseBranch",
    "setPin",
    "setTaxRegime",
    "snooze",
    "startOrder",
    "suspendUser",
    "unassignRole",
];

#[tokio::test]
async fn every_change_is_of_a_branch_or_reaches_all_of_them() {
    let system = System::start().await;
    for operation in operations(&system).await.iter().filter(|it| it.method != "get") {
        let Some(permission) = operation.permission().and_then(Permission::of_name) else {
            continue;
        };
        let is_of_a_branch = OF_A_BRANCH.contains(&operation.id.as_str());
        assert!(
            is_of_a_branch != permission.reaches_every_branch(),
            "{}: either `{permission}` reaches every branch, or the operation is one of a branch",
            operation.id
        );
    }
}

#[tokio::test]
async fn s22_a_suspended_user_is_protected_from_escalation_like_an_active_one() {
    let system = System::start().await;
    let owner = system.client();
    let tenant = system.company.tenant;
    let (admin, cashier) = (Seed::Administrator.role(tenant), Seed::Cashier.role(tenant));
    let manager = Seed::Manager.role(tenant).uuid();
    system.joined_everywhere(&owner, "gerente@example.com", &[manager]).await;
    let manager = system.signed_in("gerente@example.com").await.client;
    let luz = system.joined(&owner, "luz@example.com", &[cashier.uuid()], &[]).await;
    let boss = system.joined_everywhere(&owner, "socia@example.com", &[admin.uuid()]).await;
    for user in [luz, boss] {
        owner.post(&format!("/v1/users/{user}/suspend")).send().await.expect(200);
    }
    let role = |user: Uuid, role| format!("/v1/rbac/users/{user}/roles/{role}");
    for call in [
        manager.post(&role(luz, admin)),
        manager.call(Method::DELETE, &role(boss, admin)),
        manager.put(&format!("/v1/users/{boss}/branches")).json(&json!({"branches": []})),
        manager.post(&format!("/v1/users/{boss}/resume")),
    ] {
        call.send().await.problem(403, "privilege-escalation");
    }
    manager.post(&format!("/v1/users/{luz}/resume")).send().await.expect(200);
}
