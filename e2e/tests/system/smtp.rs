//! E-mails over SMTP, also when the mail server fails.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::TimeDelta;
use e2e::emails::token_in;
use e2e::node::Node;
use e2e::silence::Silence;
use e2e::site::Site;
use e2e::smtp_server::{Behavior, SmtpServer, text_of};
use e2e::system::{PASSWORD, TIMEOUT};
use e2e::{System, assert_took, fresh};
use fastops::emails::smtp;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

const EMAIL: &str = "luz@example.com";

/// How long to wait for a second e-mail that must not be sent.
const NO_SECOND_WITHIN: Duration = Duration::from_millis(1_500);

/// Starts a system that sends e-mails to this address.
async fn sending_to(address: SocketAddr) -> System {
    let mut site = Site::new().await;
    let url = format!("smtp://{address}");
    site.post = smtp(&url, "FastOps <avisos@fastops.example>").unwrap();
    System::on(site).await
}

async fn invite(system: &System) {
    let body = json!({"name": "Luz Marina", "email": EMAIL, "roles": [], "branches": []});
    let asked = Instant::now();
    system.client().post("/v1/users").key(fresh()).json(&body).send().await.expect(201);
    // The request does not wait for the mail server.
    assert_took(asked.elapsed(), Duration::from_secs(5));
}

/// Advances time until an e-mail is accepted, and further; checks that it is the only one.
async fn only_email(system: &System, server: &SmtpServer) -> String {
    let accepted = async {
        while server.accepted().is_empty() {
            system.site.clock.forward(TimeDelta::seconds(10));
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(TIMEOUT, accepted).await.expect("the e-mail is sent again");
    let until = Instant::now() + NO_SECOND_WITHIN;
    while Instant::now() < until {
        system.site.clock.forward(TimeDelta::minutes(20));
        sleep(Duration::from_millis(100)).await;
    }
    let accepted = server.accepted();
    assert_eq!(accepted.len(), 1, "{accepted:?}");
    accepted[0].clone()
}

async fn join(system: &System, email: &str) {
    let token = token_in(&text_of(email)).unwrap();
    let body = json!({"token": token, "password": PASSWORD});
    system.visitor().post("/v1/auth/join").no_key().json(&body).send().await.expect(200);
}

fn anywhere() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

#[tokio::test]
async fn an_invitation_arrives_as_a_readable_email() {
    let server = SmtpServer::start(anywhere(), Behavior::Accepts).await;
    let system = sending_to(server.address).await;
    // Another process delivers e-mails, too.
    let _other = Node::start(&system.site, Silence::None).await;
    invite(&system).await;
    let email = only_email(&system, &server).await;
    for header in [
        "From: FastOps <avisos@fastops.example>\r\n",
        "To: luz@example.com\r\n",
        "Subject: =?utf-8?b?SW52aXRhY2nDs24gwrc=?= Invitation\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "@fastops.example>\r\n",
    ] {
        assert!(email.contains(header), "no {header} in {email}");
    }
    let text = text_of(&email);
    let token = token_in(&text).unwrap();
    let expected = format!(
        "Tiene una invitación para trabajar en arepas-del-parque. Abra este enlace dentro de una \
         semana y elija su contraseña.\n\n\
         You were invited to work at arepas-del-parque. Open this link within a week and choose \
         your password.\n\n\
         http://localhost/join#{token}\n"
    );
    assert_eq!(text.trim_end(), expected.trim_end());
    join(&system, &email).await;
}

#[tokio::test]
async fn a_deferred_email_is_sent_again_once() {
    let server = SmtpServer::start(anywhere(), Behavior::Rejects("451 4.3.2 later")).await;
    let system = sending_to(server.address).await;
    let _other = Node::start(&system.site, Silence::None).await;
    invite(&system).await;
    sleep(Duration::from_millis(300)).await;
    server.set_behavior(Behavior::Accepts);
    join(&system, &only_email(&system, &server).await).await;
}

#[tokio::test]
async fn an_email_waits_for_an_absent_server_across_a_restart() {
    let gone = SmtpServer::start(anywhere(), Behavior::Accepts).await;
    let address = gone.address;
    drop(gone);
    let mut system = sending_to(address).await;
    invite(&system).await;
    system.restart(Silence::None).await;
    let server = SmtpServer::start(address, Behavior::Accepts).await;
    join(&system, &only_email(&system, &server).await).await;
}

#[tokio::test]
async fn an_email_is_sent_again_after_the_server_hangs() {
    let server = SmtpServer::start(anywhere(), Behavior::Hangs).await;
    let system = sending_to(server.address).await;
    invite(&system).await;
    sleep(Duration::from_millis(300)).await;
    server.set_behavior(Behavior::Accepts);
    join(&system, &only_email(&system, &server).await).await;
}

#[tokio::test]
async fn an_email_to_an_unknown_mailbox_is_dropped() {
    let server =
        SmtpServer::start(anywhere(), Behavior::Rejects("550 5.1.1 no such mailbox")).await;
    let system = sending_to(server.address).await;
    invite(&system).await;
    let queued = async || -> i64 {
        let db = system.site.database.owner_pool();
        sqlx::query_scalar("SELECT count(*) FROM letters").fetch_one(&db).await.unwrap()
    };
    let given_up = async {
        while queued().await > 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(TIMEOUT, given_up).await.unwrap();
    server.set_behavior(Behavior::Accepts);
    system.site.clock.forward(TimeDelta::hours(1));
    sleep(NO_SECOND_WITHIN).await;
    assert!(server.accepted().is_empty());
}
