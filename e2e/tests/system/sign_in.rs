//! Signing in with an address and a password.

use e2e::system::PASSWORD;
use e2e::{Answer, Client, System};
use serde_json::{Value, json};

async fn login(visitor: &Client, body: Value) -> Answer {
    visitor.post("/v1/auth/login").no_key().json(&body).send().await
}

#[tokio::test]
async fn the_right_password_gives_a_token_that_works() {
    let system = System::start().await;
    let visitor = system.visitor();
    for email in ["ana@example.com", " Ana@Example.COM "] {
        let answer = login(&visitor, json!({"email": email, "password": PASSWORD})).await;
        let session = answer.expect(200);
        assert_eq!(
            (&session["token_type"], &session["expires_in"]),
            (&json!("Bearer"), &json!(900))
        );
        assert_eq!(session["tenant"], system.company.slug);
        assert_eq!(session["tenant_id"], system.company.tenant.to_string());
        assert_eq!(session["user_id"], system.company.owner.to_string());
        let client = visitor.clone().with_token(session["access_token"].as_str().unwrap());
        client.get("/v1/branches").send().await.expect(200);
    }
}

#[tokio::test]
async fn s09_whatever_does_not_match_is_answered_alike() {
    let system = System::start().await;
    let visitor = system.visitor();
    let with = |email: &str, password: &str| json!({"email": email, "password": password});
    let wrong = login(&visitor, with("ana@example.com", "una clave equivocada")).await;
    wrong.problem(401, "login-failed");
    let mut elsewhere = with("ana@example.com", PASSWORD);
    elsewhere["tenant"] = json!("pizza-place");
    for body in [
        with("nadie@example.com", PASSWORD),
        with("nadie@example.com", "una clave equivocada"),
        with("ana@example.com", &PASSWORD.to_uppercase()),
        with("' OR '1'='1", PASSWORD),
        elsewhere,
    ] {
        assert_eq!(login(&visitor, body).await.indistinct(), wrong.indistinct());
    }
}

#[tokio::test]
async fn an_address_in_two_companies_says_which_one_it_means() {
    let system = System::start().await;
    let other = system.company_of("pizza-place", "ana@example.com").await;
    let visitor = system.visitor();
    let body = json!({"email": "ana@example.com", "password": PASSWORD});
    login(&visitor, body.clone()).await.problem(401, "login-failed");
    for company in [&system.company, &other] {
        let mut body = body.clone();
        body["tenant"] = json!(company.slug);
        let session = login(&visitor, body).await;
        assert_eq!(session.expect(200)["tenant_id"], company.tenant.to_string());
    }
    let mut body = body;
    body["tenant"] = json!("nowhere");
    login(&visitor, body).await.problem(401, "login-failed");
}

#[tokio::test]
async fn s11_a_password_that_cannot_be_one_is_refused_by_the_rules() {
    let system = System::start().await;
    let visitor = system.visitor();
    for chars in [0, 7, 129, 1 << 20] {
        let body = json!({"email": "ana@example.com", "password": "x".repeat(chars)});
        let answer = login(&visitor, body).await;
        let problem = answer.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/password", "{problem}");
    }
}
