//! Which tokens are accepted, and the problem for every other one.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use serde_json::json;

use super::*;
use crate::problem::{Code, Problem};

const START: i64 = 1_780_000_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(START + seconds, 0).unwrap()
}

/// What a service of one algorithm signs with, what it signed with before, and what an attacker has.
struct Keys {
    algorithm: TokenAlgorithm,
    own: Vec<u8>,
    earlier: Vec<u8>,
    foreign: Vec<u8>,
}

impl Keys {
    fn of(algorithm: TokenAlgorithm) -> Self {
        let secret = |text: &str| match algorithm {
            TokenAlgorithm::Hs256 => text.as_bytes().to_vec(),
            TokenAlgorithm::EdDsa => private_key(),
        };
        Self {
            algorithm,
            own: secret("a secret of thirty-two bytes ..."),
            earlier: secret("another secret of 32 bytes here."),
            foreign: secret("a secret that an attacker made up..."),
        }
    }

    fn all() -> [Self; 2] {
        TokenAlgorithm::ALL.map(Self::of)
    }

    fn key(&self, id: &str, secret: &[u8]) -> SigningKey {
        SigningKey::try_new(id, self.algorithm, secret).unwrap()
    }

    fn tokens(&self) -> Tokens {
        let earlier = self.key("k1", &self.earlier);
        Tokens::new("fastops", "fastops-api", self.key("k2", &self.own), Some(earlier))
    }

    fn good_header(&self) -> Value {
        json!({"alg": self.algorithm.name(), "typ": "at+jwt", "kid": "k2"})
    }

    /// A token of any header and claims, rightly signed with `secret`.
    fn signed(&self, header: &Value, claims: &Value, secret: &[u8]) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let key = self.key("", secret).encoding;
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, self.algorithm.jwa());
        format!("{message}.{}", signature.unwrap())
    }

    #[track_caller]
    fn assert_invalid(&self, header: &Value, claims: &Value) {
        let token = self.signed(header, claims, &self.own);
        let verified = self.tokens().verify(&token, at(1));
        assert_eq!(verified, Err(TokenError::Invalid), "{header} {claims}");
    }
}

/// A private key of its own, as `openssl genpkey -algorithm ed25519` writes one.
fn private_key() -> Vec<u8> {
    let pair = Ed25519KeyPair::generate().unwrap();
    let der = pair.to_pkcs8v1().unwrap();
    let body = STANDARD.encode(der.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n").into_bytes()
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

#[test]
fn a_token_proves_who_it_was_made_for() {
    for keys in Keys::all() {
        let token = keys.tokens().issue(&access(), at(0));
        assert_eq!(keys.tokens().verify(&token, at(1)), Ok(access()));
        let by_hand = keys.signed(&keys.good_header(), &good_claims(), &keys.own);
        assert_eq!(keys.tokens().verify(&by_hand, at(1)), Ok(access()));
    }
}

#[test]
fn a_key_that_was_replaced_is_believed_as_long_as_it_is_kept() {
    for keys in Keys::all() {
        let earlier = keys.key("k1", &keys.earlier);
        let token = Tokens::new("fastops", "fastops-api", earlier, None).issue(&access(), at(0));
        assert_eq!(keys.tokens().verify(&token, at(1)), Ok(access()));
        let after = Tokens::new("fastops", "fastops-api", keys.key("k2", &keys.own), None);
        assert_eq!(after.verify(&token, at(1)), Err(TokenError::Invalid));
    }
}

#[test]
fn a_secret_that_could_be_guessed_is_refused() {
    let refused = |algorithm, secret: &[u8]| SigningKey::try_new("k", algorithm, secret).err();
    assert_eq!(refused(TokenAlgorithm::Hs256, &[0; 31]), Some(KeyError::Weak));
    assert_eq!(refused(TokenAlgorithm::Hs256, &private_key()), Some(KeyError::Pem));
    let public = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n";
    assert_eq!(refused(TokenAlgorithm::Hs256, public), Some(KeyError::Pem));
    for secret in [&[0; 64][..], public, b""] {
        assert_eq!(refused(TokenAlgorithm::EdDsa, secret), Some(KeyError::NoPrivateKey));
    }
}

#[test]
fn s02_a_token_of_the_other_algorithm_is_not_believed() {
    let [hs256, eddsa] = Keys::all();
    for (own, other) in [(&hs256, &eddsa), (&eddsa, &hs256)] {
        let theirs = other.signed(&other.good_header(), &good_claims(), &other.own);
        assert_eq!(own.tokens().verify(&theirs, at(1)), Err(TokenError::Invalid));
        let called_ours = other.signed(&own.good_header(), &good_claims(), &other.own);
        assert_eq!(own.tokens().verify(&called_ours, at(1)), Err(TokenError::Invalid));
        // Not even where the other one was in use until lately.
        let earlier = Some(other.key("k2", &other.own));
        let current = own.key("k3", &own.own);
        let changed = Tokens::new("fastops", "fastops-api", current, earlier);
        assert_eq!(changed.verify(&theirs, at(1)), Err(TokenError::Invalid));
    }
}

#[test]
fn s02_a_public_key_is_no_secret_to_sign_with() {
    let keys = Keys::of(TokenAlgorithm::EdDsa);
    let der = PrivatePkcs8KeyDer::from_pem_slice(&keys.own).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let header = with(keys.good_header(), "alg", json!("HS256"));
    let message = format!("{}.{}", encode(&header), encode(&good_claims()));
    let public = EncodingKey::from_secret(pair.public_key().as_ref());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &public, Algorithm::HS256);
    let token = format!("{message}.{}", signature.unwrap());
    assert_eq!(keys.tokens().verify(&token, at(1)), Err(TokenError::Invalid));
}

#[test]
fn s01_what_has_not_the_shape_of_a_token_is_none() {
    for keys in Keys::all() {
        let long = format!("{}.a.b", encode(&json!({"pad": "x".repeat(5_000)})));
        for garbage in
            ["", "x", "a.b", "a.b.c", "a.b.c.d", "...", "null", "ñ.ñ.ñ", "bnVsbA.a.b", &long]
        {
            assert_eq!(keys.tokens().verify(garbage, at(1)), Err(TokenError::Missing), "{garbage}");
        }
        let problem = Problem::from(TokenError::Missing);
        assert_eq!(problem.code(), Code::AuthRequired);
    }
}

#[test]
fn s02_no_algorithm_but_ours_is_believed() {
    for keys in Keys::all() {
        let all =
            ["none", "None", "HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA", "", "hs256"];
        for algorithm in all.into_iter().filter(|name| *name != keys.algorithm.name()) {
            keys.assert_invalid(&with(keys.good_header(), "alg", json!(algorithm)), &good_claims());
        }
        let header = json!({"alg": "none", "typ": "at+jwt", "kid": "k2"});
        let unsigned = format!("{}.{}.", encode(&header), encode(&good_claims()));
        assert_eq!(keys.tokens().verify(&unsigned, at(1)), Err(TokenError::Invalid));
        let foreign = keys.signed(&keys.good_header(), &good_claims(), &keys.foreign);
        assert_eq!(keys.tokens().verify(&foreign, at(1)), Err(TokenError::Invalid));
    }
}

#[test]
fn s02_a_changed_token_is_not_believed_whichever_part_was_changed() {
    for keys in Keys::all() {
        let token = keys.tokens().issue(&access(), at(0));
        for idx in (0..token.len()).filter(|idx| token.as_bytes()[*idx] != b'.') {
            let mut changed = token.clone().into_bytes();
            changed[idx] = if changed[idx] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(keys.tokens().verify(&changed, at(1)).is_err(), "{idx}");
        }
    }
}

#[test]
fn s03_a_key_is_looked_up_by_name_and_nowhere_else() {
    for keys in Keys::all() {
        for kid in ["k3", "", "../../dev/null", "k2' OR '1'='1", "K2", "k2\0"] {
            keys.assert_invalid(&with(keys.good_header(), "kid", json!(kid)), &good_claims());
        }
        keys.assert_invalid(&without(keys.good_header(), "kid"), &good_claims());
        keys.assert_invalid(&with(keys.good_header(), "kid", json!(["k2"])), &good_claims());
        keys.assert_invalid(&with(keys.good_header(), "crit", json!(["exp"])), &good_claims());
        // Keys that a token brings along change nothing: its own is still looked up by name.
        let mut header = keys.good_header();
        header["jku"] = json!("https://attacker.example/keys");
        header["x5u"] = json!("https://attacker.example/cert");
        header["jwk"] = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(&keys.earlier)});
        let theirs = keys.signed(&header, &good_claims(), &keys.earlier);
        assert_eq!(keys.tokens().verify(&theirs, at(1)), Err(TokenError::Invalid));
        let ours = keys.signed(&header, &good_claims(), &keys.own);
        assert_eq!(keys.tokens().verify(&ours, at(1)), Ok(access()));
    }
}

#[test]
fn s04_a_token_is_good_for_fifteen_minutes_and_a_little_leeway() {
    for keys in Keys::all() {
        let token = keys.tokens().issue(&access(), at(0));
        assert_eq!(keys.tokens().verify(&token, at(-61)), Err(TokenError::Invalid));
        for good in [-60, 0, 900, 959] {
            assert_eq!(keys.tokens().verify(&token, at(good)), Ok(access()), "{good}");
        }
        for late in [960, 961, 86_400 * 365 * 100] {
            assert_eq!(keys.tokens().verify(&token, at(late)), Err(TokenError::Expired), "{late}");
        }
    }
}

#[test]
fn s02_a_token_that_was_believed_before_ends_and_proves_nothing_for_another() {
    for keys in Keys::all() {
        let tokens = keys.tokens();
        let token = tokens.issue(&access(), at(0));
        for _ in 0..2 {
            assert_eq!(tokens.verify(&token, at(1)), Ok(access()));
        }
        assert_eq!(tokens.verify(&token, at(961)), Err(TokenError::Expired));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let reversed: String = signature.chars().rev().collect();
        let changed = format!("{signed}.{reversed}");
        assert_eq!(tokens.verify(&changed, at(1)), Err(TokenError::Invalid));
        assert_eq!(tokens.verify(signed, at(1)), Err(TokenError::Missing));
    }
}

#[test]
fn s04_times_are_numbers_that_make_sense() {
    for keys in Keys::all() {
        for claim in ["iat", "nbf", "exp"] {
            keys.assert_invalid(&keys.good_header(), &without(good_claims(), claim));
            for value in [
                json!((START + 5).to_string()),
                json!(1.5),
                json!(null),
                json!(true),
                json!(u64::MAX),
                json!(i64::MAX),
            ] {
                keys.assert_invalid(&keys.good_header(), &with(good_claims(), claim, value));
            }
        }
        keys.assert_invalid(&keys.good_header(), &with(good_claims(), "iat", json!(i64::MIN)));
        keys.assert_invalid(&keys.good_header(), &with(good_claims(), "iat", json!(START + 90)));
        keys.assert_invalid(&keys.good_header(), &with(good_claims(), "exp", json!(i64::MIN)));
        keys.assert_invalid(
            &keys.good_header(),
            &with(good_claims(), "exp", json!(253_402_300_799_i64)),
        );
        keys.assert_invalid(&keys.good_header(), &with(good_claims(), "exp", json!(START - 1)));
        let for_ever = with(good_claims(), "exp", json!(253_402_300_799_i64));
        let forged = keys.signed(&keys.good_header(), &for_ever, &keys.earlier);
        assert_eq!(keys.tokens().verify(&forged, at(1)), Err(TokenError::Invalid));
        let expired = keys.signed(&keys.good_header(), &good_claims(), &keys.earlier);
        assert_eq!(keys.tokens().verify(&expired, at(9_999)), Err(TokenError::Invalid));
    }
}

#[test]
fn s05_a_token_for_something_else_is_not_believed() {
    for keys in Keys::all() {
        for (claim, value) in [
            ("iss", json!("somebody")),
            ("aud", json!("fastops-print-agent")),
            ("aud", json!(["fastops-api"])),
            ("sub", json!("root")),
            ("tenant", json!("*")),
            ("jti", json!(7)),
        ] {
            keys.assert_invalid(&keys.good_header(), &with(good_claims(), claim, value));
            keys.assert_invalid(&keys.good_header(), &without(good_claims(), claim));
        }
        for kind in ["JWT", "rt+jwt", "", "AT+JWT", "application/at+jwt"] {
            keys.assert_invalid(&with(keys.good_header(), "typ", json!(kind)), &good_claims());
        }
        keys.assert_invalid(&without(keys.good_header(), "typ"), &good_claims());
    }
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

#[test]
fn others_check_tokens_with_the_public_keys_alone() {
    let (own, earlier, foreign) = (private_key(), private_key(), private_key());
    let key = |id: &str, secret: &[u8]| SigningKey::try_new(id, TokenAlgorithm::EdDsa, secret);
    let before = Tokens::new("fastops", "fastops", key("0", &earlier).unwrap(), None);
    let now = Tokens::new(
        "fastops",
        "fastops",
        key("1", &own).unwrap(),
        Some(key("0", &earlier).unwrap()),
    );
    let elsewhere = Tokens::new("fastops", "fastops", key("1", &foreign).unwrap(), None);
    let access = Access {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        user: UserId::from_uuid(Uuid::from_u128(2)),
        session: SessionId::from_uuid(Uuid::from_u128(3)),
        epoch: 0,
        device: None,
        token_id: Uuid::from_u128(4),
    };
    let keys = now.public_keys();
    let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["1", "0"]);
    // A client that holds only the public keys.
    let checks = |token: &str| {
        let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
        let key = keys.iter().find(|key| key.id == kid).unwrap();
        let decoding = DecodingKey::from_ed_components(&key.x).unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["fastops"]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<Claims>(token, &decoding, &validation).is_ok()
    };
    assert!(checks(&now.issue(&access, at(0))));
    assert!(checks(&before.issue(&access, at(0))));
    assert!(!checks(&elsewhere.issue(&access, at(0))));
}

#[test]
fn a_secret_is_not_published() {
    let keys = Keys::of(TokenAlgorithm::Hs256);
    let previous = SigningKey::try_new("0", TokenAlgorithm::EdDsa, &private_key()).unwrap();
    let tokens = Tokens::new("fastops", "fastops", keys.key("1", &keys.own), Some(previous));
    assert_eq!(tokens.public_keys(), []);
}
