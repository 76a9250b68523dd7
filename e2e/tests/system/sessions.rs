//! Sessions that are renewed, reused and ended.

use std::num::NonZeroU32;

use api::rates::Rates;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use e2e::node::Node;
use e2e::silence::Silence;
use e2e::system::PASSWORD;
use e2e::{Client, System, assert_took, figure};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn s07_a_refresh_token_that_comes_back_ends_its_session() {
    let system = System::start().await;
    let email = system.company.email.clone();
    let first = system.signed_in(&email).await;
    let second = system.session(&system.refresh(&first.refresh_token).await);
    // The answer may have been lost: for some seconds the same successor is returned.
    let repeated = system.session(&system.refresh(&first.refresh_token).await);
    assert_eq!(repeated.refresh_token, second.refresh_token);
    system.site.clock.forward(TimeDelta::seconds(11));
    system.refresh(&first.refresh_token).await.problem(401, "refresh-reused");
    system.refresh(&second.refresh_token).await.problem(401, "token-invalid");
    second.client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    assert_eq!(system.log().await.count("user.session_ended"), 1, "the log records the end");
    system.client().get("/v1/rbac/me").send().await.expect(200);
}

#[tokio::test]
async fn s08_many_uses_of_one_refresh_token_have_one_successor() {
    let system = System::start().await;
    let email = system.company.email.clone();
    let first = system.signed_in(&email).await;
    let answers = join_all((0..20).map(|_| system.refresh(&first.refresh_token))).await;
    let n_uses = answers.len();
    let mut successors: Vec<String> =
        answers.iter().map(|answer| system.session(answer).refresh_token).collect();
    successors.sort_unstable();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    system.session(&system.refresh(&successors[0]).await);
    figure("S08", &format!("{n_uses} uses at once, 1 successor"));
}

#[tokio::test]
async fn s08_a_late_use_of_a_recent_refresh_token_ends_no_session() {
    let system = System::start().await;
    let email = system.company.email.clone();
    let first = system.signed_in(&email).await.refresh_token;
    let second = system.session(&system.refresh(&first).await).refresh_token;
    system.site.clock.forward(TimeDelta::seconds(4));
    let third = system.session(&system.refresh(&second).await);
    // A late browser tab: its token was renewed twice since, and was used nine seconds ago.
    system.site.clock.forward(TimeDelta::seconds(5));
    let late = system.session(&system.refresh(&first).await);
    assert_eq!(late.refresh_token, second, "the successor is the same");
    late.client.get("/v1/rbac/me").send().await.expect(200);
    let repeated = system.session(&system.refresh(&second).await);
    assert_eq!(repeated.refresh_token, third.refresh_token);
    let fourth = system.session(&system.refresh(&third.refresh_token).await);
    assert_eq!(system.log().await.count("user.session_ended"), 0);
    // A later use means that two parties hold the token.
    system.site.clock.forward(TimeDelta::seconds(2));
    system.refresh(&first).await.problem(401, "refresh-reused");
    system.refresh(&fourth.refresh_token).await.problem(401, "token-invalid");
}

#[tokio::test]
async fn s07_a_token_that_was_not_made_here_ends_no_session_and_reads_nothing() {
    let (system, proxy) = System::start_behind_a_proxy().await;
    let signed_in = system.signed_in(&system.company.email).await;
    let text = &signed_in.refresh_token;
    let body = text.strip_prefix("fo_refresh_").unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(body).unwrap();
    // An attacker may know company and session, and guesses the rest.
    bytes[40] ^= 1;
    let made_up = format!("fo_refresh_{}", URL_SAFE_NO_PAD.encode(&bytes));
    proxy.cut();
    system.refresh(&made_up).await.problem(401, "token-invalid");
    for (path, kind) in [("join", "fo_join_"), ("reset-password", "fo_reset_")] {
        let token = made_up.replace("fo_refresh_", kind);
        let body = json!({"token": token, "password": PASSWORD});
        let used = system.visitor().post(&format!("/v1/auth/{path}")).no_key().json(&body);
        used.send().await.problem(422, "ticket-invalid");
    }
    proxy.restore();
    let mut renewed = system.refresh(text).await;
    while renewed.status == 503 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        renewed = system.refresh(text).await;
    }
    system.session(&renewed);
}

#[tokio::test]
async fn an_unknown_refresh_token_is_refused() {
    let system = System::start().await;
    let signed_in = system.signed_in(&system.company.email).await;
    let text = signed_in.refresh_token;
    for bad in ["", "fo_refresh_", &text[..text.len() - 2], &text.replace("refresh", "device")] {
        system.refresh(bad).await.problem(401, "token-invalid");
    }
    system.site.clock.forward(TimeDelta::days(15));
    system.refresh(&text).await.problem(401, "token-invalid");
}

#[tokio::test]
async fn signing_out_ends_only_that_session() {
    let system = System::start().await;
    let email = system.company.email.clone();
    let (phone, tablet) = (system.signed_in(&email).await, system.signed_in(&email).await);
    let sessions = tablet.client.get("/v1/auth/sessions").send().await;
    let sessions = sessions.expect(200)["data"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 3, "with the session of the test's setup");
    assert_eq!(sessions.iter().filter(|session| session["is_current"] == true).count(), 1);
    phone.client.post("/v1/auth/logout").no_key().send().await.expect(200);
    phone.client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    system.refresh(&phone.refresh_token).await.problem(401, "token-invalid");
    tablet.client.get("/v1/rbac/me").send().await.expect(200);
    let sessions = tablet.client.get("/v1/auth/sessions").send().await;
    let other = sessions.expect(200)["data"].as_array().unwrap().iter();
    let other = other.clone().find(|session| session["is_current"] == false).unwrap();
    let path = format!("/v1/auth/sessions/{}", other["id"].as_str().unwrap());
    let ended = tablet.client.call(Method::DELETE, &path).no_key().send().await;
    ended.expect(200);
    system.client().get("/v1/rbac/me").send().await.problem(401, "token-revoked");
}

/// How a session is ended.
#[derive(Debug, Clone, Copy)]
enum Out {
    Everywhere,
    Password,
    Suspended,
}

#[tokio::test]
async fn s06_a_token_ends_on_every_node_with_what_it_rests_on() {
    for out in [Out::Everywhere, Out::Password, Out::Suspended] {
        let system = System::start().await;
        let owner = system.client();
        let user = system.joined(&owner, "luz@example.com", &[], &[]).await;
        let signed_in = system.signed_in("luz@example.com").await;
        let other = Node::start(&system.site, Silence::None).await;
        let elsewhere = signed_in.client.clone().at(other.address);
        elsewhere.get("/v1/rbac/me").send().await.expect(200);
        let client = &signed_in.client;
        let call = match out {
            Out::Everywhere => client.post("/v1/auth/logout-everywhere").no_key(),
            Out::Password => client
                .put("/v1/auth/password")
                .no_key()
                .json(&json!({"current": PASSWORD, "password": "otra clave bien larga"})),
            Out::Suspended => owner.post(&format!("/v1/users/{user}/suspend")),
        };
        call.send().await.expect(200);
        let begun = std::time::Instant::now();
        client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
        until_refused(&elsewhere).await;
        let took = begun.elapsed();
        assert_took(took, std::time::Duration::from_secs(1));
        let what = match out {
            Out::Everywhere => "signing out everywhere",
            Out::Password => "another password",
            Out::Suspended => "a suspension",
        };
        figure("S06", &format!("{what} felt on another node after {took:.1?}"));
        let status = system.refresh(&signed_in.refresh_token).await.status;
        assert_eq!(status, 401, "{out:?}");
        if matches!(out, Out::Suspended) {
            let login = json!({"email": "luz@example.com", "password": PASSWORD});
            system.login(&login).await.problem(401, "login-failed");
            owner.post(&format!("/v1/users/{user}/resume")).send().await.expect(200);
            client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
            system.login(&login).await.expect(200);
        }
    }
}

async fn until_refused(client: &Client) {
    while client.get("/v1/rbac/me").send().await.status == 200 {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn s12_guessing_from_elsewhere_slows_the_account_down_but_not_its_till() {
    let system = System::start().await;
    let owner = system.client();
    let menu = e2e::Menu::open(&owner).await;
    let body = json!({"name": "Caja", "branch_id": menu.branch});
    let device = owner.post("/v1/devices").json(&body).send().await;
    let guess = json!({"email": "ana@example.com", "password": "adivinando la clave"});
    for _ in 0..5 {
        system.login(&guess).await.problem(401, "login-failed");
    }
    let mut waits = Vec::new();
    for _ in 0..4 {
        let refused = system.login(&guess).await;
        refused.problem(429, "rate-limited");
        let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
        waits.push(wait);
        system.site.clock.forward(TimeDelta::seconds(wait));
        system.login(&guess).await.problem(401, "login-failed");
    }
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    figure("S12", &format!("waits of {waits:?} s after five guesses"));
    let mut right = json!({"email": "ana@example.com", "password": PASSWORD});
    system.login(&right).await.problem(429, "rate-limited");
    right["device_token"] = device.expect(201)["device_token"].clone();
    system.login(&right).await.expect(200);
}

#[tokio::test]
async fn s11_a_common_password_is_refused() {
    let system = System::start().await;
    let client = system.client();
    for common in ["password", "12345678", "Password1", "qwertyuiop", "iloveyou"] {
        let body = json!({"current": PASSWORD, "password": common});
        let changed = client.put("/v1/auth/password").no_key().json(&body).send().await;
        let problem = changed.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/password", "{common}");
    }
}

#[tokio::test]
async fn s42_requests_over_the_limit_are_refused_with_retry_after() {
    let system = System::start().await;
    let mut site = system.site.clone();
    site.rates = Rates { session: NonZeroU32::new(2), tenant: None };
    let node = Node::start(&site, Silence::None).await;
    let client = system.client().at(node.address);
    let begun = std::time::Instant::now();
    let (mut granted, mut refused) = (0, Vec::new());
    // Up to twice the rate per second at once, and those that the time since then allows.
    while refused.len() < 6 {
        for answer in join_all((0..12).map(|_| client.get("/v1/rbac/me").send())).await {
            assert_eq!(answer.header("ratelimit-policy"), Some("\"session\";q=2;w=1"));
            if answer.status == 200 {
                granted += 1;
                assert!(answer.header("ratelimit").unwrap().starts_with("\"session\";r="));
            } else {
                refused.push(answer);
            }
        }
        let allowed = 4 + 2 * (begun.elapsed().as_secs() + 1);
        assert!(granted <= allowed, "{granted} were granted, not {allowed}");
    }
    assert!(granted >= 4, "{granted} were granted");
    for answer in &refused {
        answer.problem(429, "rate-limited");
        assert!(answer.header("retry-after").is_some());
        assert!(answer.header("ratelimit").unwrap().starts_with("\"session\";r=0;t="));
    }
    // Another session of the same user has its own limit.
    let other = system.signed_in(&system.company.email).await.client.at(node.address);
    other.get("/v1/rbac/me").send().await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    client.get("/v1/rbac/me").send().await.expect(200);
}
