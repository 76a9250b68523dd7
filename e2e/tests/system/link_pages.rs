//! What links in e-mails lead to: pages that need nothing from elsewhere.

use e2e::system::PASSWORD;
use e2e::{Answer, System};
use regex::Regex;
use serde_json::json;

use crate::document::{Operation, operations};

const PAGES: [&str; 3] = ["/join", "/reset-password", "/confirm-email"];

const EMAIL: &str = "luz@example.com";

/// Each link in the e-mails to a user who joined and then forgot the password.
async fn links(system: &System) -> Vec<String> {
    let invitation = json!({"name": "Luz Marina", "email": EMAIL, "roles": [], "branches": []});
    system.client().post("/v1/users").json(&invitation).send().await.expect(201);
    let token = system.site.emails.token(EMAIL).await;
    let joining = json!({"token": token, "password": PASSWORD});
    system.visitor().post("/v1/auth/join").no_key().json(&joining).send().await.expect(200);
    let asked = system.visitor().post("/v1/auth/forgot-password").no_key();
    asked.json(&json!({"email": EMAIL})).send().await.expect(202);
    system.site.emails.nth_token(EMAIL, 2).await;
    let texts = system.site.emails.texts(EMAIL).into_iter();
    texts.map(|text| text.split_whitespace().last().unwrap().to_owned()).collect()
}

/// The page that a browser opens: what stands after `#` stays with it.
async fn open(system: &System, link: &str, language: &str) -> Answer {
    let address = link.strip_prefix("http://localhost").unwrap();
    let (path, token) = address.split_once('#').unwrap();
    assert!(token.starts_with("fo_") && !path.contains('?'), "{link}");
    system.visitor().get(path).header("accept-language", language).send().await
}

#[tokio::test]
async fn every_link_in_an_email_leads_to_a_page_in_the_readers_language() {
    let system = System::start().await;
    let links = links(&system).await;
    assert_eq!(links.len(), 2, "{links:?}");
    for link in links {
        for (accepted, language) in [("fr", "es-CO"), ("en-GB", "en")] {
            let page = open(&system, &link, accepted).await;
            assert_eq!(page.status, 200, "{link}");
            assert_eq!(page.headers["content-language"], language);
            assert!(page.body.as_str().unwrap().contains(&format!("<html lang=\"{language}\">")));
        }
    }
}

#[tokio::test]
async fn a_page_runs_no_script_but_its_own_and_tells_no_one_where_it_was() {
    let system = System::start().await;
    let attributes = Regex::new(r#"\s(on\w+|style|href|src|action)="([^"]*)""#).unwrap();
    for path in PAGES {
        let page = system.visitor().get(path).send().await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.split(';').any(|part| part.trim() == directive), "{path}: {policy}");
        }
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        let html = page.body.as_str().unwrap();
        assert!(!html.contains("<style"), "{html}");
        assert!(html.split("<script").skip(1).all(|script| script.contains("></script>")));
        for found in attributes.captures_iter(html) {
            assert!(matches!(&found[1], "href" | "src"), "{path}: {}", &found[0]);
            let own = system.visitor().get(&found[2]).send().await;
            assert!(found[2].starts_with('/') && own.status == 200, "{path}: {}", &found[2]);
        }
    }
}

#[tokio::test]
async fn every_form_is_sent_to_an_operation_that_takes_its_fields() {
    let system = System::start().await;
    let operations = operations(&system).await;
    let sent_to = Regex::new(r#"data-operation="([^"]*)""#).unwrap();
    let fields = Regex::new(r#" name="([a-z]+)" type"#).unwrap();
    for path in PAGES {
        let page = system.visitor().get(path).send().await;
        let html = page.body.as_str().unwrap();
        let address = &sent_to.captures(html).unwrap()[1];
        let operation = operations.iter().find(|it| it.method == "post" && it.path == address);
        assert!(operation.is_some_and(Operation::is_open), "{path}: {address}");
        let mut body = json!({"token": "fo_join_"});
        for field in fields.captures_iter(html) {
            body[&field[1]] = "482916482916".into();
        }
        body.as_object_mut().unwrap().entry("pin").and_modify(|pin| *pin = "482916".into());
        let answer = system.visitor().post(address).no_key().json(&body).send().await;
        answer.problem(422, "ticket-invalid");
    }
}
