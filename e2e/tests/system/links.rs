//! Links in e-mails are valid once, become void, and are sent to the stored address.

use commands::identity::InviteUser;
use commands::{Request, Scope};
use domain::identity::roles::BranchAccess;
use domain::shared::{CommandId, CorrelationId, EmailKey, UserId};
use e2e::system::PASSWORD;
use e2e::{Answer, Client, System, fresh};
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

const EMAIL: &str = "luz@example.com";
const OTHER: &str = "otra clave bien larga";

fn invitation(email: &str) -> Value {
    json!({"name": "Luz Marina", "email": email, "roles": [], "branches": []})
}

async fn invited(by: &Client) -> Uuid {
    let invited = by.post("/v1/users").json(&invitation(EMAIL)).send().await;
    invited.expect(201);
    invited.id()
}

async fn use_link(system: &System, page: &str, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "password": password});
    system.visitor().post(&format!("/v1/auth/{page}")).no_key().json(&body).send().await
}

/// Requests a link to set another password; returns its token.
async fn forgot(system: &System, email: &str, n_emails: usize) -> String {
    let body = json!({"email": email});
    let asked = system.visitor().post("/v1/auth/forgot-password").no_key().json(&body);
    asked.send().await.expect(202);
    system.site.emails.nth_token(EMAIL, n_emails).await
}

async fn login(system: &System, password: &str) -> u16 {
    system.site.clock.forward(chrono::TimeDelta::minutes(20));
    system.login(&json!({"email": EMAIL, "password": password})).await.status
}

async fn rows(system: &System) -> (i64, i64) {
    let options = system.site.database.owner_pool().connect_options();
    let mut db = PgConnection::connect_with(&options).await.unwrap();
    sqlx::query_as("SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM credentials)")
        .fetch_one(&mut db)
        .await
        .unwrap()
}

#[tokio::test]
async fn s13_a_link_that_is_used_several_times_at_once_is_used_once() {
    let system = System::start().await;
    invited(&system.client()).await;
    let join = system.site.emails.token(EMAIL).await;
    for (page, event) in [("join", "user.joined"), ("reset-password", "user.password_changed")] {
        let token = if page == "join" { join.clone() } else { forgot(&system, EMAIL, 2).await };
        let before = system.log().await.count(event);
        let passwords =
            ["la primera clave larga", "la segunda clave larga", "la tercera clave", OTHER];
        let uses = passwords.map(|password| use_link(&system, page, &token, password));
        let answers = join_all(uses).await;
        let mut good = Vec::new();
        for (answer, password) in answers.iter().zip(passwords) {
            if answer.status == 200 {
                good.push(password);
            } else {
                answer.problem(422, "ticket-invalid");
            }
        }
        let [password] = good[..] else { panic!("{page} was used {} times", good.len()) };
        assert_eq!(system.log().await.count(event) - before, 1);
        for tried in passwords {
            let expected = if tried == password { 200 } else { 401 };
            assert_eq!(login(&system, tried).await, expected, "{page} {tried}");
        }
    }
}

#[tokio::test]
async fn s13_a_link_is_void_after_another_password_and_after_a_suspension() {
    let system = System::start().await;
    let owner = system.client();
    let luz = system.joined(&owner, EMAIL, &[], &[]).await;
    let suspend = async |user: Uuid, step: &str| {
        owner.post(&format!("/v1/users/{user}/{step}")).send().await.expect(200);
    };
    let token = forgot(&system, EMAIL, 2).await;
    let changed = json!({"current": PASSWORD, "password": OTHER});
    let by = system.signed_in(EMAIL).await.client;
    by.put("/v1/auth/password").no_key().json(&changed).send().await.expect(200);
    use_link(&system, "reset-password", &token, PASSWORD).await.problem(422, "ticket-invalid");

    let token = forgot(&system, EMAIL, 3).await;
    suspend(luz, "suspend").await;
    use_link(&system, "reset-password", &token, PASSWORD).await.problem(422, "ticket-invalid");
    suspend(luz, "resume").await;
    use_link(&system, "reset-password", &token, PASSWORD).await.problem(422, "ticket-invalid");
    // A user who was suspended before joining.
    let body = invitation("eva@example.com");
    let eva = owner.post("/v1/users").json(&body).send().await.id();
    let token = system.site.emails.token("eva@example.com").await;
    suspend(eva, "suspend").await;
    suspend(eva, "resume").await;
    use_link(&system, "join", &token, PASSWORD).await.problem(422, "ticket-invalid");
    suspend(eva, "invitation").await;
    let token = system.site.emails.nth_token("eva@example.com", 2).await;
    use_link(&system, "join", &token, PASSWORD).await.expect(200);
    assert_eq!(login(&system, OTHER).await, 200, "the chosen password is valid");
}

#[tokio::test]
async fn emails_go_to_the_stored_address_and_not_to_the_typed_one() {
    let system = System::start().await;
    system.joined(&system.client(), EMAIL, &[], &[]).await;
    forgot(&system, " LUZ@Example.COM ", 2).await;
    assert_eq!(system.site.emails.count("LUZ@Example.COM"), 0);
}

#[tokio::test]
async fn a_refused_invitation_stores_nothing_and_changes_no_user() {
    let system = System::start().await;
    let owner = system.client();
    let luz = owner.post("/v1/users").json(&invitation(EMAIL)).send().await;
    luz.expect(201);
    let before = rows(&system).await;
    let unknown = json!({
        "name": "Pepe", "email": "pepe@example.com", "roles": [fresh()], "branches": [],
    });
    owner.post("/v1/users").json(&unknown).send().await.problem(422, "unknown-reference");
    let same_email = json!({"name": "Otra Persona", "email": EMAIL, "roles": [], "branches": []});
    owner.post("/v1/users").json(&same_email).send().await.problem(409, "email-taken");
    let company = json!({
        "name": "Otra", "slug": system.company.slug,
        "administrator": {"name": "Otra Persona", "email": "otra@example.com"},
    });
    let taken = system.operator().post("/v1/operator/companies").json(&company).send().await;
    taken.problem(409, "name-taken");
    assert_eq!(rows(&system).await, before);
    let path = format!("/v1/users/{}?after={}", luz.id(), luz.position());
    let shown = owner.get(&path).send().await;
    assert_eq!(shown.expect(200)["name"], "Luz Marina");
}

#[tokio::test]
async fn a_retry_completes_what_was_interrupted_after_the_commit() {
    let system = System::start().await;
    let owner = system.client();
    let (tenant, by, key) = (system.company.tenant, system.company.owner, fresh());
    let before = rows(&system).await;
    // The command alone, without what its operation does after it.
    let email: EmailKey = {
        use commands::identity::Accounts;
        let pool = system.site.database.owner_pool();
        fastops::identity::People::new(pool, e2e::site::master_key()).email_key(EMAIL)
    };
    let commands = system.node().installation.commands.clone();
    let half = system.node().run(async move {
        let scope = Scope::user(tenant, by, CorrelationId::from_uuid(fresh()));
        let user = UserId::from_uuid(fresh());
        let (roles, branches) = (Vec::new(), BranchAccess::NONE);
        let intent = InviteUser { user, email, earlier: Vec::new(), roles, branches };
        commands.execute(&scope, Request::live(CommandId::from_uuid(key)), intent).await
    });
    half.await.unwrap();
    assert_eq!(rows(&system).await, before);
    let invite = async || owner.post("/v1/users").key(key).json(&invitation(EMAIL)).send().await;
    let made_up = invite().await;
    assert!(made_up.is_replayed());
    let luz = made_up.id();
    let token = system.site.emails.token(EMAIL).await;
    let shown = owner.get(&format!("/v1/users/{luz}?after={}", made_up.position())).send().await;
    assert_eq!(shown.expect(200)["email"], EMAIL);
    use_link(&system, "join", &token, PASSWORD).await.expect(200);

    // A repeated request does not restore an erased user, and the e-mail address can be used again.
    owner.post(&format!("/v1/users/{luz}/suspend")).send().await.expect(200);
    owner.post(&format!("/v1/users/{luz}/forget")).send().await.expect(200);
    assert!(invite().await.is_replayed());
    assert_eq!(rows(&system).await, before);
    owner.post("/v1/users").json(&invitation(EMAIL)).send().await.expect(201);
}

#[tokio::test]
async fn a_user_who_joined_without_a_stored_password_requests_another_link() {
    let system = System::start().await;
    let luz = invited(&system.client()).await;
    let first = system.site.emails.token(EMAIL).await;
    let (tenant, user) = (system.company.tenant, UserId::from_uuid(luz));
    let commands = system.node().installation.commands.clone();
    let half = system.node().run(async move {
        let scope = Scope::user(tenant, user, CorrelationId::from_uuid(fresh()));
        let once = Request::live(CommandId::from_uuid(fresh()));
        let intent = commands::identity::JoinUser { user, link: Some(0), chooses_pin: false };
        commands.execute(&scope, once, intent).await
    });
    half.await.unwrap();
    use_link(&system, "join", &first, PASSWORD).await.problem(422, "ticket-invalid");
    let second = forgot(&system, EMAIL, 2).await;
    use_link(&system, "reset-password", &second, PASSWORD).await.expect(200);
    assert_eq!(login(&system, PASSWORD).await, 200);
}
