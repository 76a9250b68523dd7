//! Invalid tokens, sent to every operation or to one.

use api::auth::token::TokenAlgorithm;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use commands::Clock;
use e2e::site::{KEY_ID, SECRET, Site};
use e2e::{Answer, System, fresh};
use fastops::config::NamedSecret;
use jsonwebtoken::{Algorithm, EncodingKey};
use reqwest::Method;
use serde_json::{Value, json};

use crate::document::operations;

/// Makes valid and invalid tokens by hand.
struct Forge {
    header: Value,
    claims: Value,
    now: i64,
}

impl Forge {
    fn of(system: &System) -> Self {
        let now = system.site.clock.now().timestamp();
        let company = &system.company;
        Self {
            header: json!({"alg": "HS256", "typ": "at+jwt", "kid": KEY_ID}),
            claims: json!({
                "iss": "fastops",
                "aud": "fastops",
                "sub": company.owner,
                "tenant": company.tenant,
                "sid": fresh(),
                "epoch": 0,
                "iat": now,
                "nbf": now,
                "exp": now + 900,
                "jti": fresh(),
            }),
            now,
        }
    }

    fn header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        put(&mut header, name, value);
        signed(&header, &self.claims, SECRET, Algorithm::HS256)
    }

    fn claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        put(&mut claims, name, value);
        signed(&self.header, &claims, SECRET, Algorithm::HS256)
    }
}

/// Sets a member; null removes it.
fn put(object: &mut Value, name: &str, value: Value) {
    if value.is_null() {
        object.as_object_mut().unwrap().remove(name);
    } else {
        object[name] = value;
    }
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn signed(header: &Value, claims: &Value, secret: &[u8], algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let key = EncodingKey::from_secret(secret);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
    format!("{message}.{signature}")
}

async fn with(system: &System, token: &str) -> Answer {
    system.visitor().with_token(token).get("/v1/orders").send().await
}

/// Fails the test unless the answer is a 401 with this code in the challenge.
#[track_caller]
fn assert_refused(answer: &Answer, code: &str) {
    answer.problem(401, code);
    let challenge = answer.header("www-authenticate").expect("401 has a challenge");
    assert!(challenge.starts_with("Bearer realm=\"fastops\""), "{challenge}");
    assert_eq!(challenge.contains("error=\"invalid_token\""), code != "auth-required");
}

#[tokio::test]
async fn a_token_made_by_hand_is_as_good_as_any() {
    let system = System::start().await;
    let forge = Forge::of(&system);
    let good = signed(&forge.header, &forge.claims, SECRET, Algorithm::HS256);
    with(&system, &good).await.expect(200);
}

#[tokio::test]
async fn s01_without_a_token_no_operation_is_served() {
    let system = System::start().await;
    let documented = operations(&system).await;
    let mut visited = 0;
    let closed = || documented.iter().filter(|operation| !operation.is_open());
    for operation in closed() {
        let path = operation.path.replace(['{', '}'], "");
        let method: Method = operation.method.to_uppercase().parse().unwrap();
        let call = || system.visitor().call(method.clone(), &path);
        assert_refused(&call().send().await, "auth-required");
        for header in ["Bearer", "Bearer ", "Bearer garbage", "Bearer a.b.c", "Basic YTpi", ""] {
            let answer = call().header("authorization", header).send().await;
            assert_refused(&answer, "auth-required");
        }
        visited += 1;
    }
    assert_eq!(visited, closed().count());
    let good = Forge::of(&system).claim("jti", json!(fresh()));
    let bearer = format!("Bearer {good}");
    let twice = system.visitor().get("/v1/orders").header("authorization", &bearer);
    assert_refused(&twice.header("authorization", &bearer).send().await, "auth-required");
}

#[tokio::test]
async fn s02_no_algorithm_but_ours_is_believed() {
    let system = System::start().await;
    let forge = Forge::of(&system);
    for algorithm in ["none", "None", "NONE", "HS384", "RS256", "ES256", "EdDSA", ""] {
        let token = forge.header("alg", json!(algorithm));
        assert_refused(&with(&system, &token).await, "token-invalid");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_refused(&with(&system, &unsigned).await, "token-invalid");
    }
    for (name, algorithm) in [("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)] {
        let mut header = forge.header.clone();
        header["alg"] = json!(name);
        let token = signed(&header, &forge.claims, SECRET, algorithm);
        assert_refused(&with(&system, &token).await, "token-invalid");
    }
    let guessed = signed(&forge.header, &forge.claims, b"fastops", Algorithm::HS256);
    assert_refused(&with(&system, &guessed).await, "token-invalid");
    let bare = signed(&forge.header, &forge.claims, b"", Algorithm::HS256);
    assert_refused(&with(&system, &bare).await, "token-invalid");
}

#[tokio::test]
async fn s03_a_key_is_looked_up_by_name_and_nowhere_else() {
    let system = System::start().await;
    let forge = Forge::of(&system);
    for kid in ["2", "", "../../dev/null", "/dev/null", "1' OR '1'='1", "1\0", "http://127.0.0.1/"]
    {
        let token = forge.header("kid", json!(kid));
        assert_refused(&with(&system, &token).await, "token-invalid");
    }
    let token = forge.header("kid", json!(null));
    assert_refused(&with(&system, &token).await, "token-invalid");

    // A server that follows one of these addresses connects here.
    let trap = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/keys", trap.local_addr().unwrap());
    let theirs = b"a secret that the attacker has chosen";
    let mut header = forge.header.clone();
    header["jku"] = json!(address);
    header["x5u"] = json!(address);
    header["jwk"] = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(theirs)});
    for kid in [json!(KEY_ID), json!("attacker"), json!(address)] {
        header["kid"] = kid;
        let token = signed(&header, &forge.claims, theirs, Algorithm::HS256);
        assert_refused(&with(&system, &token).await, "token-invalid");
    }
    let called = tokio::time::timeout(std::time::Duration::ZERO, trap.accept()).await;
    assert!(called.is_err(), "the server connected to the attacker");
}

#[tokio::test]
async fn s04_times_are_checked_and_are_numbers() {
    let system = System::start().await;
    let forge = Forge::of(&system);
    let now = forge.now;
    for (claim, value) in [
        ("exp", json!((now + 900).to_string())),
        ("nbf", json!(now.to_string())),
        ("iat", json!(now.to_string())),
        ("exp", json!(null)),
        ("nbf", json!(null)),
        ("iat", json!(null)),
        ("exp", json!(253_402_300_799_i64)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(-1)),
        ("exp", json!(1.5)),
        ("nbf", json!(now + 120)),
        ("iat", json!(now + 120)),
    ] {
        let token = forge.claim(claim, value);
        assert_refused(&with(&system, &token).await, "token-invalid");
    }
    let mut for_ever = forge.claims.clone();
    for_ever["exp"] = json!(253_402_300_799_i64);
    let unsigned = signed(&forge.header, &for_ever, b"not the secret", Algorithm::HS256);
    assert_refused(&with(&system, &unsigned).await, "token-invalid");
}

#[tokio::test]
async fn s04_a_token_from_signing_in_lasts_a_quarter_of_an_hour() {
    let system = System::start().await;
    let client = system.client();
    system.site.clock.forward(TimeDelta::minutes(14));
    client.get("/v1/orders").send().await.expect(200);
    system.site.clock.forward(TimeDelta::minutes(2));
    assert_refused(&client.get("/v1/orders").send().await, "token-expired");
    assert_refused(&client.post("/v1/orders").send().await, "token-expired");
}

#[tokio::test]
async fn s05_a_token_for_something_else_is_not_believed() {
    let system = System::start().await;
    let forge = Forge::of(&system);
    for (claim, value) in [
        ("iss", json!("fastops.example")),
        ("iss", json!(null)),
        ("aud", json!("fastops-print-agent")),
        ("aud", json!(["fastops"])),
        ("aud", json!(null)),
        ("sub", json!("admin")),
        ("sub", json!(null)),
        ("tenant", json!("*")),
        ("tenant", json!(null)),
        ("jti", json!(null)),
    ] {
        let token = forge.claim(claim, value);
        assert_refused(&with(&system, &token).await, "token-invalid");
    }
    for kind in [json!("JWT"), json!("rt+jwt"), json!("print-agent+jwt"), json!(null)] {
        let token = forge.header("typ", kind);
        assert_refused(&with(&system, &token).await, "token-invalid");
    }
}

/// A valid signature does not make the subject a user of a company.
#[tokio::test]
async fn a_token_of_an_unknown_user_is_refused() {
    let system = System::start().await;
    let other = system.second_company().await;
    let forge = Forge::of(&system);
    for token in [
        forge.claim("sub", json!(fresh())),
        forge.claim("sub", json!(other.owner)),
        forge.claim("tenant", json!(other.tenant)),
        forge.claim("tenant", json!(fresh())),
    ] {
        with(&system, &token).await.problem(401, "token-revoked");
    }
}

/// A private key in PEM, as `openssl genpkey -algorithm ed25519` writes it.
fn private_key() -> Vec<u8> {
    let pair = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap();
    let der = pair.to_pkcs8v1().unwrap();
    let body = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n").into_bytes()
}

#[tokio::test]
async fn tokens_are_verified_with_the_public_keys_alone() {
    let mut site = Site::new().await;
    site.secrets.algorithm = TokenAlgorithm::EdDsa;
    site.secrets.current = NamedSecret { id: "2026".to_owned(), bytes: private_key() };
    site.secrets.previous = Some(NamedSecret { id: "2025".to_owned(), bytes: private_key() });
    let system = System::on(site).await;
    let published = system.visitor().get("/.well-known/jwks.json").send().await;
    let keys = published.expect(200)["keys"].as_array().unwrap().clone();
    assert_eq!(published.header("cache-control"), Some("public, max-age=300"));
    let ids: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(ids, ["2026", "2025"]);
    let email = &system.company.email;
    let login = json!({"email": email, "password": e2e::system::PASSWORD});
    let session = system.login(&login).await;
    let token = session.expect(200)["access_token"].as_str().unwrap();
    let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let checks = |kid: &str| {
        let key = keys.iter().find(|key| key["kid"] == kid).unwrap();
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
        let mut validation = jsonwebtoken::Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["fastops"]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok()
    };
    assert_eq!(kid, "2026");
    assert!(checks("2026") && !checks("2025"));
}

#[tokio::test]
async fn the_public_keys_contain_no_shared_secret() {
    let system = System::start().await;
    let published = system.visitor().get("/.well-known/jwks.json").send().await;
    assert_eq!(published.expect(200), &json!({"keys": []}));
}
