//! Signing in with an address and a password.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use commands::identity::Accounts;
use e2e::system::PASSWORD;
use e2e::{Answer, Client, Menu, System, assert_took, figure, rounds};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::time::sleep;

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
    let of = |chars| json!({"email": "ana@example.com", "password": "x".repeat(chars)});
    for chars in [0, 7, 129] {
        let answer = login(&visitor, of(chars)).await;
        let problem = answer.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/password", "{problem}");
    }
    login(&visitor, of(1 << 20)).await.problem(413, "payload-too-large");
}

#[tokio::test]
async fn s09_no_address_can_be_told_by_how_long_its_answer_takes() {
    let system = System::start().await;
    let n_tries = 4 * rounds(4);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..n_tries {
        let mut pair = [("ana@example.com", &mut known), ("x@example.com", &mut unknown)];
        // In alternating order, so that other load on the machine slows down both.
        pair.rotate_left(n as usize % 2);
        for (email, took) in pair {
            // A failed sign-in delays the next one of its address, and slightly those of others.
            system.site.clock.forward(TimeDelta::minutes(20));
            sleep(Duration::from_millis(110)).await;
            let body = json!({"email": email, "password": "una clave equivocada"});
            let begun = Instant::now();
            login(&system.visitor(), body).await.problem(401, "login-failed");
            took.push(begun.elapsed());
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let (known, unknown) = (median(&mut known), median(&mut unknown));
    let apart = known.abs_diff(unknown);
    // A few tries on a busy machine differ by chance; without the decoy hash an unknown address
    // takes no time.
    let by_chance = (known / 4).max(Duration::from_millis(5));
    assert_took(apart, by_chance);
    figure("S09", &format!("medians of {n_tries} tries each {apart:.1?} apart"));
}

#[tokio::test]
async fn s10_three_hundred_sign_ins_at_once_end_while_orders_are_placed() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let logins = (0..300).map(|n| {
        let email = if n % 10 == 0 { "ana@example.com".to_owned() } else { format!("{n}@x.com") };
        let visitor = system.visitor();
        async move { login(&visitor, json!({"email": email, "password": PASSWORD})).await }
    });
    let orders = async {
        for _ in 0..30 {
            menu.place(&client).await;
        }
    };
    let (answers, ()) = join(join_all(logins), orders).await;
    let mut n_refused = 0;
    for answer in answers {
        match answer.status {
            200 => {}
            401 => {
                answer.problem(401, "login-failed");
            }
            _ => {
                answer.problem(429, "rate-limited");
                assert!(answer.header("retry-after").is_some());
                n_refused += 1;
            }
        }
    }
    assert!(n_refused < 300, "no sign-in succeeded");
    figure("S10", &format!("of 300 sign-ins at once {n_refused} were refused with Retry-After"));
}

#[tokio::test]
async fn an_address_and_a_password_are_the_same_from_every_keyboard() {
    let system = System::start().await;
    let owner = system.client();
    let (composed, decomposed) = ("ñandú@example.com", "n\u{303}andu\u{301}@example.com");
    let body = json!({"name": "Ñandú", "email": decomposed, "roles": [], "branches": []});
    owner.post("/v1/users").json(&body).send().await.expect(201);
    let token = system.site.emails.token(composed).await;
    let join = json!({"token": token, "password": "contrasen\u{303}a larga"});
    system.visitor().post("/v1/auth/join").no_key().json(&join).send().await.expect(200);
    for email in [composed, decomposed, "ÑANDÚ@EXAMPLE.COM"] {
        for password in ["contraseña larga", "contrasen\u{303}a larga"] {
            let body = json!({"email": email, "password": password});
            login(&system.visitor(), body).await.expect(200);
        }
    }
    for taken in [composed, "Ñandu\u{301}@example.com"] {
        let body = json!({"name": "Otra", "email": taken, "roles": [], "branches": []});
        owner.post("/v1/users").json(&body).send().await.problem(409, "email-taken");
    }
    for unseen in ["nandu\u{200b}@example.com", "\u{202e}nandu@example.com", "na\u{ad}ndu@a.co"] {
        let body = json!({"name": "Otra", "email": unseen, "roles": [], "branches": []});
        let refused = owner.post("/v1/users").json(&body).send().await;
        assert_eq!(refused.problem(422, "validation")["errors"][0]["pointer"], "/email");
    }
}

#[tokio::test]
async fn a_user_with_an_earlier_email_key_signs_in_and_keeps_the_address() {
    let system = System::start().await;
    let owner = system.client();
    let (composed, decomposed) = ("ñandú@example.com", "n\u{303}andu\u{301}@example.com");
    let user = system.joined(&owner, composed, &[], &[]).await;
    // The key as an earlier release stored it: computed from the e-mail address as typed.
    let pool = system.site.database.owner_pool();
    let people = fastops::identity::People::new(pool.clone(), e2e::site::master_key());
    let [early] = Accounts::earlier_email_keys(&people, decomposed)[..] else { panic!("one form") };
    sqlx::query("UPDATE credentials SET email_key = $1 WHERE user_id = $2")
        .bind(&early.bytes()[..])
        .bind(user)
        .execute(&pool)
        .await
        .unwrap();
    for email in [composed, decomposed] {
        login(&system.visitor(), json!({"email": email, "password": PASSWORD})).await.expect(200);
    }
}
