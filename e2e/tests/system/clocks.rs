//! Servers whose clocks differ.

use std::sync::Arc;

use chrono::TimeDelta;
use e2e::node::Node;
use e2e::silence::Silence;
use e2e::system::sign_in;
use e2e::{Client, System};

/// A second server whose clock is ahead of the first one's.
async fn ahead(system: &System, by: TimeDelta) -> (Node, Arc<e2e::clock::TestClock>) {
    let mut site = system.site.clone();
    site.clock = Arc::new(system.site.clock.ahead(by));
    (Node::start(&site, Silence::None).await, site.clock)
}

async fn read_rights(client: &Client) -> e2e::Answer {
    client.get("/v1/rbac/me").send().await
}

#[tokio::test]
async fn f29_nodes_accept_tokens_of_clocks_within_the_leeway_and_refuse_them_beyond() {
    let system = System::start().await;
    let (slug, email) = (&system.company.slug, &system.company.email);
    let (near, near_clock) = ahead(&system, TimeDelta::seconds(40)).await;
    let (far, _) = ahead(&system, TimeDelta::seconds(75)).await;
    let of_first = system.client();
    let visitor = || system.visitor();
    let token = sign_in(&visitor().at(near.address), slug, email).await;
    let of_near = visitor().with_token(&token);
    let token = sign_in(&visitor().at(far.address), slug, email).await;
    let of_far = visitor().with_token(&token);

    // Issued 40 s in the future or the past by the other clock: within the leeway.
    read_rights(&of_near).await.expect(200);
    read_rights(&of_first.clone().at(near.address)).await.expect(200);
    // Issued further in the future than the leeway allows.
    read_rights(&of_far).await.problem(401, "token-invalid");
    read_rights(&of_far.clone().at(far.address)).await.expect(200);

    // At its expiry a token is accepted for the leeway, and no longer.
    for clock in [&system.site.clock, &near_clock] {
        clock.forward(TimeDelta::minutes(15));
    }
    read_rights(&of_first).await.expect(200);
    read_rights(&of_first.clone().at(near.address)).await.expect(200);
    for clock in [&system.site.clock, &near_clock] {
        clock.forward(TimeDelta::seconds(40));
    }
    read_rights(&of_first).await.expect(200);
    read_rights(&of_first.clone().at(near.address)).await.problem(401, "token-expired");
    read_rights(&of_near).await.expect(200);
}
