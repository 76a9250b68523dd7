//! Which tokens are believed, and what every other one is answered with.

use serde_json::json;

use super::*;

const SECRET: &[u8; 32] = b"a secret of thirty-two bytes ...";
const OTHER: &[u8; 32] = b"another secret of 32 bytes here.";
const START: i64 = 1_780_000_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(START + seconds, 0).unwrap()
}

fn key(id: &str, secret: &[u8]) -> SigningKey {
    SigningKey::try_new(id, secret).unwrap()
}

fn tokens() -> Tokens {
    Tokens::new("fastops", "fastops-api", key("k2", SECRET), Some(key("k1", OTHER)))
}

fn access() -> Access {
    Access {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        user: UserId::from_uuid(Uuid::from_u128(2)),
        session: SessionId::from_uuid(Uuid::from_u128(4)),
        epoch: 5,
        device: None,
        token_id: Uuid::from_u128(3),
    }
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// A token of any header and claims, rightly signed with `secret`.
fn signed(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = jsonwebtoken::crypto::sign(
        message.as_bytes(),
        &EncodingKey::from_secret(secret),
        ALGORITHM,
    )
    .unwrap();
    format!("{message}.{signature}")
}

fn good_header() -> Value {
    json!({"alg": "HS256", "typ": "at+jwt", "kid": "k2"})
}

fn good_claims() -> Value {
    json!({
        "iss": "fastops",
        "aud": "fastops-api",
        "sub": Uuid::from_u128(2),
        "tenant": Uuid::from_u128(1),
        "sid": Uuid::from_u128(4),
        "epoch": 5,
        "iat": START,
        "nbf": START,
        "exp": START + 900,
        "jti": Uuid::from_u128(3),
    })
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

#[track_caller]
fn assert_invalid(header: &Value, claims: &Value) {
    let token = signed(header, claims, SECRET);
    assert_eq!(tokens().verify(&token, at(1)), Err(TokenError::Invalid), "{header} {claims}");
}

#[test]
fn a_token_proves_who_it_was_made_for() {
    let token = tokens().issue(&access(), at(0));
    assert_eq!(tokens().verify(&token, at(1)), Ok(access()));
    let by_hand = signed(&good_header(), &good_claims(), SECRET);
    assert_eq!(tokens().verify(&by_hand, at(1)), Ok(access()));
}

#[test]
fn a_key_that_was_replaced_is_believed_as_long_as_it_is_kept() {
    let before = Tokens::new("fastops", "fastops-api", key("k1", OTHER), None);
    let token = before.issue(&access(), at(0));
    assert_eq!(tokens().verify(&token, at(1)), Ok(access()));
    let after = Tokens::new("fastops", "fastops-api", key("k2", SECRET), None);
    assert_eq!(after.verify(&token, at(1)), Err(TokenError::Invalid));
}

#[test]
fn a_secret_that_could_be_guessed_is_refused() {
    assert_eq!(SigningKey::try_new("k", &[0; 31]).err(), Some(WeakSecret));
}

#[test]
fn s01_what_has_not_the_shape_of_a_token_is_none() {
    let long = format!("{}.a.b", encode(&json!({"pad": "x".repeat(5_000)})));
    for garbage in ["", "x", "a.b", "a.b.c", "a.b.c.d", "...", "null", "ñ.ñ.ñ", "bnVsbA.a.b", &long]
    {
        assert_eq!(tokens().verify(garbage, at(1)), Err(TokenError::Missing), "{garbage}");
    }
    let problem = Problem::from(TokenError::Missing);
    assert_eq!(problem.code(), Code::AuthRequired);
}

#[test]
fn s02_no_algorithm_but_ours_is_believed() {
    for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256", "EdDSA", "", "hs256"] {
        assert_invalid(&with(good_header(), "alg", json!(algorithm)), &good_claims());
    }
    let header = json!({"alg": "none", "typ": "at+jwt", "kid": "k2"});
    let unsigned = format!("{}.{}.", encode(&header), encode(&good_claims()));
    assert_eq!(tokens().verify(&unsigned, at(1)), Err(TokenError::Invalid));
    let foreign = signed(&good_header(), &good_claims(), b"a secret that an attacker made up...");
    assert_eq!(tokens().verify(&foreign, at(1)), Err(TokenError::Invalid));
}

#[test]
fn s02_a_changed_token_is_not_believed_whichever_part_was_changed() {
    let token = tokens().issue(&access(), at(0));
    for idx in (0..token.len()).filter(|idx| token.as_bytes()[*idx] != b'.') {
        let mut changed = token.clone().into_bytes();
        changed[idx] = if changed[idx] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(tokens().verify(&changed, at(1)).is_err(), "{idx}");
    }
}

#[test]
fn s03_a_key_is_looked_up_by_name_and_nowhere_else() {
    for kid in ["k3", "", "../../dev/null", "k2' OR '1'='1", "K2", "k2\0"] {
        assert_invalid(&with(good_header(), "kid", json!(kid)), &good_claims());
    }
    assert_invalid(&without(good_header(), "kid"), &good_claims());
    assert_invalid(&with(good_header(), "kid", json!(["k2"])), &good_claims());
    assert_invalid(&with(good_header(), "crit", json!(["exp"])), &good_claims());
    // Keys that a token brings along change nothing: its own is still looked up by name.
    let mut header = good_header();
    header["jku"] = json!("https://attacker.example/keys");
    header["x5u"] = json!("https://attacker.example/cert");
    header["jwk"] = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(OTHER)});
    let theirs = signed(&header, &good_claims(), OTHER);
    assert_eq!(tokens().verify(&theirs, at(1)), Err(TokenError::Invalid));
    let ours = signed(&header, &good_claims(), SECRET);
    assert_eq!(tokens().verify(&ours, at(1)), Ok(access()));
}

#[test]
fn s04_a_token_is_good_for_fifteen_minutes_and_a_little_leeway() {
    let token = tokens().issue(&access(), at(0));
    assert_eq!(tokens().verify(&token, at(-31)), Err(TokenError::Invalid));
    for good in [-30, 0, 900, 929] {
        assert_eq!(tokens().verify(&token, at(good)), Ok(access()), "{good}");
    }
    for late in [930, 931, 86_400 * 365 * 100] {
        assert_eq!(tokens().verify(&token, at(late)), Err(TokenError::Expired), "{late}");
    }
}

#[test]
fn s04_times_are_numbers_that_make_sense() {
    for claim in ["iat", "nbf", "exp"] {
        assert_invalid(&good_header(), &without(good_claims(), claim));
        for value in [
            json!((START + 5).to_string()),
            json!(1.5),
            json!(null),
            json!(true),
            json!(u64::MAX),
            json!(i64::MAX),
        ] {
            assert_invalid(&good_header(), &with(good_claims(), claim, value));
        }
    }
    assert_invalid(&good_header(), &with(good_claims(), "iat", json!(i64::MIN)));
    assert_invalid(&good_header(), &with(good_claims(), "iat", json!(START + 60)));
    assert_invalid(&good_header(), &with(good_claims(), "exp", json!(i64::MIN)));
    assert_invalid(&good_header(), &with(good_claims(), "exp", json!(253_402_300_799_i64)));
    assert_invalid(&good_header(), &with(good_claims(), "exp", json!(START - 1)));
    let for_ever = with(good_claims(), "exp", json!(253_402_300_799_i64));
    let forged = signed(&good_header(), &for_ever, OTHER);
    assert_eq!(tokens().verify(&forged, at(1)), Err(TokenError::Invalid));
    let expired = signed(&good_header(), &good_claims(), OTHER);
    assert_eq!(tokens().verify(&expired, at(9_999)), Err(TokenError::Invalid));
}

#[test]
fn s05_a_token_for_something_else_is_not_believed() {
    for (claim, value) in [
        ("iss", json!("somebody")),
        ("aud", json!("fastops-print-agent")),
        ("aud", json!(["fastops-api"])),
        ("sub", json!("root")),
        ("tenant", json!("*")),
        ("jti", json!(7)),
    ] {
        assert_invalid(&good_header(), &with(good_claims(), claim, value));
        assert_invalid(&good_header(), &without(good_claims(), claim));
    }
    for kind in ["JWT", "rt+jwt", "", "AT+JWT", "application/at+jwt"] {
        assert_invalid(&with(good_header(), "typ", json!(kind)), &good_claims());
    }
    assert_invalid(&without(good_header(), "typ"), &good_claims());
}

#[test]
fn every_refusal_says_how_to_sign_in() {
    for (err, code) in [
        (TokenError::Missing, Code::AuthRequired),
        (TokenError::Expired, Code::TokenExpired),
        (TokenError::Invalid, Code::TokenInvalid),
    ] {
        let problem = Problem::from(err);
        let response = poem::error::ResponseError::as_response(&problem);
        assert_eq!((problem.code(), response.status().as_u16()), (code, 401));
        assert!(response.header("www-authenticate").unwrap().starts_with("Bearer realm="));
    }
}
