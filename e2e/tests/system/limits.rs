//! Limits per address: guesses from an address lock out neither its enrolled tills nor the
//! operator.

use domain::identity::roles::Seed;
use e2e::node::Node;
use e2e::silence::Silence;
use e2e::staff::enrolled;
use e2e::system::PASSWORD;
use e2e::{Answer, Client, System};
use serde_json::{Value, json};

async fn login(visitor: &Client, body: &Value) -> Answer {
    visitor.post("/v1/auth/login").no_key().json(body).send().await
}

/// Sends wrong names until the address is limited.
async fn crowd(visitor: &Client) {
    for n in 0..50 {
        let body = json!({"email": format!("nadie{n}@example.com"), "password": PASSWORD});
        login(visitor, &body).await.problem(401, "login-failed");
    }
    let body = json!({"email": "nadie@example.com", "password": PASSWORD});
    login(visitor, &body).await.problem(429, "rate-limited");
}

#[tokio::test]
async fn s60_strangers_at_an_address_shut_out_neither_its_tills_nor_the_operator() {
    let system = System::start().await;
    let owner = system.client();
    let (till, branch) = enrolled(&owner, "Centro").await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    let luz = system.joined(&owner, "luz@example.com", &[cashier], &[branch]).await;
    let other_company = system.second_company().await;
    let (theirs, _) = enrolled(&system.client_of(&other_company), "Centro").await;
    let visitor = system.visitor();
    crowd(&visitor).await;
    system.pin(&till, luz).await.expect(200);
    let right = json!({"email": system.company.email, "password": PASSWORD});
    login(&visitor, &right).await.problem(429, "rate-limited");
    for (device_token, status) in
        [(theirs.as_str(), 429), ("fo_device_", 429), (till.as_str(), 200)]
    {
        let mut body = right.clone();
        body["device_token"] = json!(device_token);
        assert_eq!(login(&visitor, &body).await.status, status, "{device_token}");
    }

    let companies = "/v1/operator/companies";
    let guess = visitor.clone().with_token(&"guess".repeat(10));
    for _ in 0..50 {
        guess.get(companies).send().await.problem(401, "token-invalid");
    }
    guess.get(companies).send().await.problem(429, "rate-limited");
    system.operator().get(companies).send().await.expect(200);
}

#[tokio::test]
async fn s60_behind_a_trusted_proxy_each_client_has_its_own_address() {
    let system = System::start().await;
    let mut site = system.site.clone();
    site.proxies = "127.0.0.0/8".parse().unwrap();
    let behind = Node::start(&site, Silence::None).await;
    let body = json!({"email": "nadie@example.com", "password": PASSWORD});
    let right = json!({"email": system.company.email, "password": PASSWORD});
    let from = async |visitor: Client, address: String, body: &Value| {
        let call = visitor.post("/v1/auth/login").no_key().header("x-forwarded-for", &address);
        call.json(body).send().await
    };
    let proxied = || system.visitor().at(behind.address);
    for n in 0..50 {
        let body = json!({"email": format!("nadie{n}@example.com"), "password": PASSWORD});
        // What the client writes into the header precedes what the proxy appends.
        from(proxied(), format!("203.0.113.{n}, 192.0.2.7"), &body)
            .await
            .problem(401, "login-failed");
    }
    from(proxied(), "192.0.2.7".to_owned(), &body).await.problem(429, "rate-limited");
    from(proxied(), "192.0.2.8".to_owned(), &right).await.expect(200);
    // Without a trusted proxy the header does not choose the address.
    for n in 0..50 {
        let body = json!({"email": format!("nadie{n}@example.com"), "password": PASSWORD});
        from(system.visitor(), format!("192.0.2.{n}"), &body).await.problem(401, "login-failed");
    }
    from(system.visitor(), "198.51.100.7".to_owned(), &right).await.problem(429, "rate-limited");
}
