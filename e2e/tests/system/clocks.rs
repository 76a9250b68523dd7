//! Nodes whose clocks do not agree.

use std::sync::Arc;

use chrono::TimeDelta;
use e2e::node::Node;
use e2e::silence::Silence;
use e2e::system::sign_in;
use e2e::{Client, System};

/// A second node whose clock is so far ahead of the first one's.
async fn ahead(system: &System, by: TimeDelta) -> (Node, Arc<e2e::clock::TestClock>) {
    let mut site = system.site.clone();
    site.clock = Arc::new(system.site.clock.ahead(by));
    (Node::start(&site, Silence::None).await, site.clock)
}

async fn own(client: &Client) -> e2e::Answer {
    client.get("/v1/rbac/me").send().await
}

#[tokio::test]
async fn f29_two_nodes_forty_seconds_apart_believe_each_other_and_beyond_the_leeway_they_do_not() {
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

    // Made forty seconds later than it is here, or earlier.
    own(&of_near).await.expect(200);
    own(&of_first.clone().at(near.address)).await.expect(200);
    // Made further in the future than clocks may differ.
    own(&of_far).await.problem(401, "token-invalid");
    own(&of_far.clone().at(far.address)).await.expect(200);

    // At its end a token is as good as the clocks may differ, and no longer.
    for clock in [&system.site.clock, &near_clock] {
        clock.forward(TimeDelta::minutes(15));
    }
    own(&of_first).await.expect(200);
    own(&of_first.clone().at(near.address)).await.expect(200);
    for clock in [&system.site.clock, &near_clock] {
        clock.forward(TimeDelta::seconds(40));
    }
    own(&of_first).await.expect(200);
    own(&of_first.clone().at(near.address)).await.problem(401, "token-expired");
    own(&of_near).await.expect(200);
}
