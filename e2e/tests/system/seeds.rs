//! Permissions that a release adds to seeded roles reach existing companies.

use commands::identity::upgrade_seeds;
use domain::event::StoredEvent;
use domain::identity::roles::{Event, PermissionRevoked, Roles, Seed, Seeded};
use domain::identity::{Permission, PermissionName};
use domain::shared::{CommandId, CorrelationId, EventId, RoleId};
use e2e::node::Node;
use e2e::silence::Silence;
use e2e::{Client, System, fresh};
use event_store::{
    Actor, Append, Decided, Expected, Metadata, NewEvent, Revision, StreamId, Verdict,
};
use reqwest::Method;
use serde_json::json;

/// Reduces the company's roles to those of the first version that was not upgraded.
async fn begin_earlier(system: &System, manager: RoleId) {
    let tenant = system.company.tenant;
    let stream = StreamId::of::<Roles>(tenant, &tenant);
    let log = system.log().await;
    let last = log.events.iter().rfind(|event| event.stream == stream).unwrap();
    let lacking = [Permission::BranchClose, Permission::BranchUpdate];
    let lacking = lacking.map(PermissionName::from);
    let revoked = lacking.map(|permission| PermissionRevoked { role: manager, permission }.into());
    let before: Vec<Event> = revoked.into_iter().chain([Seeded { version: 1 }.into()]).collect();
    let command = CommandId::from_uuid(fresh());
    let new =
        (last.revision.get() + 1..).zip(before).map(|(revision, event): (_, Event)| NewEvent {
            stream: stream.clone(),
            revision: Revision::new(revision),
            id: EventId::from_uuid(fresh()),
            event_type: event.event_type(),
            payload: event.encode(),
            decided: Decided::default(),
            metadata: Metadata {
                actor: Actor::System("a test".to_owned()),
                branch: None,
                device: None,
                command,
                correlation: CorrelationId::from_uuid(fresh()),
                causation: None,
                traceparent: None,
            },
            business_date: None,
            occurred_at: last.occurred_at,
            recorded_at: last.recorded_at,
        });
    let expected =
        Expected { stream: stream.clone(), revision: last.revision, last_event: Some(last.id) };
    let append = Append::try_new(tenant, command, [0; 32], vec![expected], new.collect()).unwrap();
    let verdict = system.store().append(append).await.unwrap();
    assert!(matches!(verdict, Verdict::Committed(_)), "{verdict:?}");
}

/// Runs the upgrade on this server again; returns the number of upgraded companies.
async fn upgraded(node: &Node) -> u32 {
    let installation = node.installation.clone();
    node.run(async move {
        upgrade_seeds(&installation.commands, &installation.operator()).await.unwrap()
    })
    .await
}

async fn managers_permissions(client: &Client, manager: RoleId, after: &str) -> Vec<String> {
    let role = client.get(&format!("/v1/rbac/roles/{manager}{after}")).send().await;
    let permissions = role.expect(200)["permissions"].as_array().unwrap();
    permissions.iter().map(|it| it["permission"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_was_added_to_seeded_roles_reaches_companies_that_began_before_once() {
    let mut system = System::start().await;
    let manager = Seed::Manager.role(system.company.tenant);
    assert_eq!(upgraded(system.node()).await, 0, "a new company has the current roles");
    system.crash();
    begin_earlier(&system, manager).await;

    // Two servers start at once; each of them runs the upgrade.
    system.restart(Silence::None).await;
    let other = Node::start(&system.site, Silence::None).await;
    let (_, _) = tokio::join!(upgraded(system.node()), upgraded(&other));
    assert_eq!((upgraded(system.node()).await, upgraded(&other).await), (0, 0));
    let log = system.log().await;
    let seeded = log.events.iter().filter(|event| event.event_type == "roles.seeded");
    let seeded: Vec<_> = seeded.collect();
    assert_eq!(seeded.len(), 3, "one event each of the setup, the downgrade and one upgrade");
    let upgrade = log.of_command(seeded[2].metadata.command.uuid());
    let types: Vec<_> = upgrade.iter().map(|event| event.event_type.as_str()).collect();
    let granted = "roles.permission_granted";
    assert_eq!(types, [granted, granted, "roles.seeded"]);
    let owner = system.client();
    let later = owner.post("/v1/rbac/roles").json(&json!({"name": "Barra"})).send().await;
    let after = format!("?after={}", later.position());
    let held = managers_permissions(&owner, manager, &after).await;
    for given in ["branch.close", "branch.update"] {
        assert!(held.iter().any(|it| it == given), "{given}: {held:?}");
    }

    // A permission that the company revoked itself stays revoked after restarts.
    let path = format!("/v1/rbac/roles/{manager}/permissions/branch.close");
    let revoked = owner.call(Method::DELETE, &path).send().await;
    let after = format!("?after={}", revoked.position());
    system.restart(Silence::None).await;
    assert_eq!(upgraded(system.node()).await, 0);
    let held = managers_permissions(&system.client(), manager, &after).await;
    assert!(!held.iter().any(|it| it == "branch.close"), "{held:?}");
}
