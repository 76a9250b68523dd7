//! Roles over HTTP: nobody gets more than somebody who has it gives.

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
use e2e::{Client, System, figure, fresh};
use futures_util::future::join;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

async fn role(client: &Client, body: &Value) -> Uuid {
    let added = client.post("/v1/rbac/roles").json(body).send().await;
    added.expect(201);
    added.id()
}

/// Somebody who may change roles and people, and hardly anything else.
async fn clerk(system: &System) -> (Uuid, Client) {
    let owner = system.client();
    let permissions = ["role.manage", "role.read", "user.manage", "user.invite", "order.read"];
    let role = role(&owner, &json!({"name": "Personal", "permissions": permissions})).await;
    let user = system.joined(&owner, "personal@example.com", &[role], &[]).await;
    (user, system.signed_in("personal@example.com").await.client)
}

#[tokio::test]
async fn s22_nobody_gives_what_they_lack() {
    let system = System::start().await;
    let owner = system.client();
    let (user, clerk) = clerk(&system).await;
    let own = role(&clerk, &json!({"name": "Mía", "permissions": ["order.read"]})).await;
    let strong = json!({"name": "Fuerte", "permissions": ["system.operate"]});
    let strong_id = role(&owner, &strong).await;
    let admin = Seed::Administrator.role(system.company.tenant).uuid();
    let about = |path: &str| format!("/v1/rbac/{path}");
    let escalating = [
        clerk.post(&about(&format!("roles/{own}/permissions/system.operate"))),
        clerk.post(&about("roles")).json(&json!({"name": "F", "permissions": ["order.place"]})),
        clerk.post(&about("roles")).json(&json!({"name": "F", "parents": [strong_id]})),
        clerk
            .put(&about(&format!("roles/{own}")))
            .if_match(1)
            .json(&json!({"name": "Mía", "parents": [strong_id]})),
        clerk.post(&about(&format!("users/{user}/roles/{admin}"))),
        clerk.post(&about(&format!("users/{user}/roles/{strong_id}"))),
        clerk.put(&format!("/v1/users/{user}/branches")).json(&json!({"all_branches": true})),
        clerk
            .post("/v1/users")
            .json(&json!({"name": "P", "email": "p@example.com", "roles": [strong_id]})),
        clerk.post(&format!("/v1/users/{}/suspend", system.company.owner)),
    ];
    for call in escalating {
        call.send().await.problem(403, "privilege-escalation");
    }
    clerk.post(&about(&format!("users/{user}/roles/{own}"))).send().await.expect(200);
}

#[tokio::test]
async fn the_roles_of_somebody_are_listed_with_who_gave_them_and_when() {
    let system = System::start().await;
    let owner = system.client();
    let (user, clerk) = clerk(&system).await;
    let own = role(&clerk, &json!({"name": "Mía", "permissions": ["order.read"]})).await;
    let roles = format!("/v1/rbac/users/{user}/roles");
    let given = clerk.post(&format!("{roles}/{own}")).send().await;
    given.expect(200);

    let listed = owner.get(&format!("{roles}?after={}", given.position())).send().await;
    let listed = listed.expect(200)["data"].as_array().unwrap();
    let given_by = |role: Uuid| {
        let given = listed.iter().find(|given| given["role_id"] == json!(role)).unwrap();
        assert!(given["assigned_at"].as_str().unwrap().ends_with("+00:00"), "{given}");
        (given["name"].clone(), given["assigned_by"].clone())
    };
    assert_eq!(listed.len(), 2);
    assert_eq!(given_by(own), (json!("Mía"), json!(user)));
}

#[tokio::test]
async fn s23_two_edits_at_once_make_no_cycle() {
    let system = System::start().await;
    let client = system.client();
    let other = Node::start(&system.site, Silence::None).await;
    let elsewhere = client.clone().at(other.address);
    for round in 0..10 {
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
    let second = system.joined(&owner, "socia@example.com", &[admin], &[]).await;
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
    let own = json!({"id": "order.place", "label": "Mío"});
    client.post("/v1/rbac/permissions").json(&own).send().await.problem(422, "validation");
}

/// How long after it was revoked a permission is still of use on another node.
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
        assert!(begun.elapsed() < Duration::from_secs(31), "it is still of use");
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
    assert!(took < Duration::from_secs(1), "felt after {took:?}");
    figure("S26", &format!("felt on another node after {took:.1?}"));

    // A node whose feed stands still.
    owner.post(&path).send().await.expect(200);
    let deaf = Node::start_deaf(&system.site).await;
    let elsewhere = luz.at(deaf.address);
    elsewhere.get("/v1/categories").send().await.expect(200);
    let took = felt_after(&system, &elsewhere, &path).await;
    assert!(took < Duration::from_secs(30), "felt after {took:?}");
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
        let key =
            SigningKey::try_new("1", TokenAlgorithm::Hs256, SECRET).expect("it is long enough");
        let tokens = Tokens::new("fastops", "fastops", key, None);
        let token = tokens.issue(&access, now);
        let authority = Authority::new(commands);
        let check = async || {
            let Access { tenant, user, session, epoch, device, .. } =
                tokens.verify(&token, now).expect("the token is good");
            let presented = Presented { tenant, user, session, epoch, device };
            let standing = authority.of(&presented, Some(Permission::OrderPlace)).await;
            let standing = standing.expect("the log answers").expect("the sign-in goes on");
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
    // Not optimised, and on a machine that does other things besides.
    assert!(took < Duration::from_millis(1), "{took:?}");
}
