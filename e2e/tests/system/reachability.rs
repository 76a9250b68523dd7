//! Every permission protects an operation, and every event has a consumer.

use std::collections::{BTreeMap, BTreeSet};

use domain::identity::Permission;
use domain::schemas::schemas;
use e2e::{Menu, System};
use event_store::RecordedEvent;
use fastops::processes::consumers::consumers;
use reqwest::Method;
use serde_json::json;

use crate::document::operations;
use crate::requests::of_every_kind;

/// Aggregates whose events no consumer reads, with the reason.
const UNREAD: &[(&str, &str)] = &[
    ("claim", "claims are looked up by those who take them, in memory"),
    (
        "price_list_index",
        "which lists are published is looked up in memory; the lists say it themselves",
    ),
    ("series", "the number stands in the order that it was assigned to"),
    ("subscription", "subscriptions are looked up in memory"),
    ("tenant", "companies are listed by the table of their short names"),
];

#[tokio::test]
async fn every_event_is_read_by_a_consumer_or_listed_with_a_reason() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    for command in of_every_kind(&client, &menu, 0).await {
        command.call(&client).send().await;
    }
    let log = system.log().await;
    let of_category: BTreeMap<&str, &RecordedEvent> =
        log.events.iter().map(|event| (event.stream.category(), event)).collect();
    let consumers = consumers();
    let mut unread = BTreeSet::new();
    for (event, _) in schemas("").events {
        let (category, _) = event.name.split_once('.').unwrap();
        let Some(of_same) = of_category.get(category).copied().cloned() else {
            unread.insert(category);
            continue;
        };
        let (event_type, schema_version) = (event.name.to_owned(), event.version);
        let event = RecordedEvent { event_type, schema_version, ..of_same };
        if !consumers.iter().any(|consumer| consumer.wants(&event)) {
            unread.insert(category);
        }
    }
    assert_eq!(unread, UNREAD.iter().map(|(category, _)| *category).collect());
}

#[tokio::test]
async fn every_operation_is_denied_without_its_permission() {
    let system = System::start().await;
    let owner = system.client();
    let all = || Permission::ALL.iter().map(|permission| permission.name());
    let mut denying = BTreeSet::new();
    for (n, half) in [0, 1].into_iter().enumerate() {
        // Two users who hold every second permission: each lacks those of the other.
        let held: Vec<&str> =
            all().enumerate().filter(|(n, _)| n % 2 == half).map(|it| it.1).collect();
        let role = json!({"name": format!("Mitad {n}"), "permissions": held});
        let role = owner.post("/v1/rbac/roles").json(&role).send().await.id();
        let email = format!("mitad{n}@example.com");
        system.joined_everywhere(&owner, &email, &[role]).await;
        let client = system.signed_in(&email).await.client;
        for operation in operations(&system).await {
            let Some(needed) = operation.permission() else { continue };
            let Some(permission) = Permission::of_name(needed) else { continue };
            let method: Method = operation.method.to_uppercase().parse().unwrap();
            let path = operation.path.replace(['{', '}'], "");
            let answer = client.call(method, &path).send().await;
            if held.contains(&needed) {
                assert_ne!(answer.body["code"], "forbidden", "{operation:?}: {answer:?}");
            } else {
                let problem = answer.problem(403, "forbidden");
                assert!(problem["detail"].as_str().unwrap().contains(needed), "{problem}");
                denying.insert(permission.name());
            }
        }
    }
    assert_eq!(denying, all().collect());
}
