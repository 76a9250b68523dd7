//! Letters over SMTP, also where the mail server does not do its part.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::TimeDelta;
use e2e::emails::token_in;
use e2e::node::Node;
use e2e::silence::Silence;
use e2e::site::Site;
use e2e::smtp_server::{MailServer, Mood, text_of};
use e2e::system::{PASSWORD, PATIENCE};
use e2e::{System, assert_took, fresh};
use fastops::post::smtp;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

const EMAIL: &str = "luz@example.com";

/// How long after a letter was taken another one would have come.
const ENOUGH: Duration = Duration::from_millis(1_500);

/// A system that sends letters to this address.
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
    // It does not wait for the mail server.
    assert_took(asked.elapsed(), Duration::from_secs(5));
}

/// Lets time pass until a letter was taken, and longer; then it is still one.
async fn one_letter(system: &System, server: &MailServer) -> String {
    let taken = async {
        while server.taken().is_empty() {
            system.site.clock.forward(TimeDelta::seconds(10));
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, taken).await.expect("the letter is sent again");
    let until = Instant::now() + ENOUGH;
    while Instant::now() < until {
        system.site.clock.forward(TimeDelta::minutes(20));
        sleep(Duration::from_millis(100)).await;
    }
    let taken = server.taken();
    assert_eq!(taken.len(), 1, "{taken:?}");
    taken[0].clone()
}

async fn join(system: &System, letter: &str) {
    let token = token_in(&text_of(letter)).unwrap();
    let body = json!({"token": token, "password": PASSWORD});
    system.visitor().post("/v1/auth/join").no_key().json(&body).send().await.expect(200);
}

fn anywhere() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

#[tokio::test]
async fn an_invitation_arrives_as_a_letter_that_people_can_read() {
    let server = MailServer::start(anywhere(), Mood::Takes).await;
    let system = sending_to(server.address).await;
    // Another process looks for letters too.
    let _other = Node::start(&system.site, Silence::None).await;
    invite(&system).await;
    let letter = one_letter(&system, &server).await;
    for header in [
        "From: FastOps <avisos@fastops.example>\r\n",
        "To: luz@example.com\r\n",
        "Subject: =?utf-8?b?SW52aXRhY2nDs24gwrc=?= Invitation\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "@fastops.example>\r\n",
    ] {
        assert!(letter.contains(header), "no {header} in {letter}");
    }
    let text = text_of(&letter);
    let token = token_in(&text).unwrap();
    let expected = format!(
        "Tiene una invitación para trabajar en arepas-del-parque. Abra este enlace dentro de una \
         semana y elija su contraseña.\n\n\
         You were invited to work at arepas-del-parque. Open this link within a week and choose \
         your password.\n\n\
         http://localhost/join#{token}\n"
    );
    assert_eq!(text.trim_end(), expected.trim_end());
    join(&system, &letter).await;
}

#[tokio::test]
async fn a_letter_that_the_server_puts_off_is_sent_again_once() {
    let server = MailServer::start(anywhere(), Mood::Says("451 4.3.2 later")).await;
    let system = sending_to(server.address).await;
    let _other = Node::start(&system.site, Silence::None).await;
    invite(&system).await;
    sleep(Duration::from_millis(300)).await;
    server.change(Mood::Takes);
    join(&system, &one_letter(&system, &server).await).await;
}

#[tokio::test]
async fn a_letter_waits_for_a_server_that_is_absent_also_when_the_process_ends() {
    let gone = MailServer::start(anywhere(), Mood::Takes).await;
    let address = gone.address;
    drop(gone);
    let mut system = sending_to(address).await;
    invite(&system).await;
    system.restart(Silence::None).await;
    let server = MailServer::start(address, Mood::Takes).await;
    join(&system, &one_letter(&system, &server).await).await;
}

#[tokio::test]
async fn a_letter_is_sent_again_after_a_server_that_says_nothing() {
    let server = MailServer::start(anywhere(), Mood::Hangs).await;
    let system = sending_to(server.address).await;
    invite(&system).await;
    sleep(Duration::from_millis(300)).await;
    server.change(Mood::Takes);
    join(&system, &one_letter(&system, &server).await).await;
}

#[tokio::test]
async fn a_letter_to_nobody_is_given_up() {
    let server = MailServer::start(anywhere(), Mood::Says("550 5.1.1 no such mailbox")).await;
    let system = sending_to(server.address).await;
    invite(&system).await;
    let letters = async || -> i64 {
        let db = system.site.database.owner_pool();
        sqlx::query_scalar("SELECT count(*) FROM letters").fetch_one(&db).await.unwrap()
    };
    let given_up = async {
        while letters().await > 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, given_up).await.unwrap();
    server.change(Mood::Takes);
    system.site.clock.forward(TimeDelta::hours(1));
    sleep(ENOUGH).await;
    assert!(server.taken().is_empty());
}
