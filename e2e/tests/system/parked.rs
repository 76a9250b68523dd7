//! Events that a read model could not apply: listed, replayed and discarded over HTTP.

use std::process::ExitCode;

use domain::event::{EventType, StoredEvent};
use domain::orders::{Order, order};
use domain::shared::{CommandId, CorrelationId, EventId, OrderId};
use e2e::{Client, Menu, System, fresh};
use event_store::{
    Actor, Append, Decided, Expected, Metadata, NewEvent, Revision, StreamId, Verdict,
};
use fastops::parked::{ConsumersCommand, Which, run};
use serde_json::{Value, json};
use uuid::Uuid;

/// Appends a confirmation with a payload that no release has ever written.
async fn confirm_unreadably(system: &System, order: Uuid) {
    let event: order::Event = order::Confirmed {}.into();
    happens_to(system, order, event.event_type(), b"\"confirmed\"").await;
}

/// Appends the second event of an order.
async fn happens_to(system: &System, order: Uuid, event_type: EventType, payload: &[u8]) {
    let at = "2026-03-14T12:00:00Z".parse().unwrap();
    let tenant = system.company.tenant;
    let stream = StreamId::of::<Order>(tenant, &OrderId::from_uuid(order));
    let command = CommandId::from_uuid(fresh());
    let new = NewEvent {
        stream: stream.clone(),
        revision: Revision::new(2),
        id: EventId::from_uuid(fresh()),
        event_type,
        payload: payload.to_vec(),
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
        occurred_at: at,
        recorded_at: at,
    };
    let expected = Expected { stream, revision: Revision::new(1), last_event: None };
    let append = Append::try_new(tenant, command, [0; 32], vec![expected], vec![new]).unwrap();
    let verdict = system.store().append(append).await.unwrap();
    assert!(matches!(verdict, Verdict::Committed(_)), "{verdict:?}");
}

const ORDERS: &str = "orders";
const PATH: &str = "/v1/system/parked-events";

async fn parked_by_orders(client: &Client) -> Vec<Value> {
    let path = format!("{PATH}?consumer={ORDERS}");
    let listed = client.get(&path).send().await;
    listed.expect(200)["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn f19_an_operator_sees_replays_and_discards_what_was_parked() {
    let system = System::start().await;
    let (client, other_company) = (system.client(), system.second_company().await);
    let other_company = system.client_of(&other_company);
    let menu = Menu::open(&client).await;
    let poisoned = menu.place(&client).await.id();
    confirm_unreadably(&system, poisoned).await;

    // Later events are shown only after the poison event was parked.
    let other = menu.place(&client).await;
    let path = format!("/v1/orders/{}?after={}", other.id(), other.position());
    let shown = client.get(&path).send().await;
    assert_eq!(shown.expect(200)["stale_since"], Value::Null);
    let order = format!("/v1/orders/{poisoned}");
    let shown = client.get(&order).send().await;
    assert_eq!(shown.expect(200)["order"]["status"], "pending");
    assert_eq!(shown.body["stale_since"], "2026-03-14T12:00:00+00:00");

    let parked = parked_by_orders(&client).await;
    let [event] = &parked[..] else { panic!("{parked:?}") };
    assert_eq!((&event["event_type"], &event["attempts"]), (&json!("order.confirmed"), &json!(6)));
    assert_eq!(parked_by_orders(&other_company).await, [Value::Null; 0]);
    for (client, n_parked) in [(&client, 1), (&other_company, 0)] {
        let consumers = client.get("/v1/system/consumers").send().await;
        let consumers = consumers.expect(200)["data"].as_array().unwrap();
        let orders = consumers.iter().find(|consumer| consumer["consumer"] == ORDERS).unwrap();
        assert_eq!((&orders["state"], &orders["lag_events"]), (&json!("running"), &json!(0)));
        assert_eq!(orders["parked_events"], n_parked);
        assert_eq!(orders["here"]["n_restarts"], 0);
    }

    let key = json!({"consumer": ORDERS, "key": event["key"]});
    let replay = |client: &Client| client.post(&format!("{PATH}/replay")).json(&key);
    let problem = replay(&client).send().await;
    let detail = problem.problem(409, "still-parked")["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(event["reason"].as_str().unwrap()), "{detail}");
    replay(&other_company).send().await.problem(404, "not-found");
    assert_eq!(parked_by_orders(&client).await[0]["attempts"], 7);

    let reason = "it was written by a test";
    let body = json!({
        "consumer": ORDERS, "position": event["position"], "reason": reason,
    });
    let discard = |client: &Client, id: &str| {
        let call = client.post(&format!("{PATH}/discard")).no_key();
        call.header("idempotency-key", id).json(&body).send()
    };
    let id = fresh().to_string();
    discard(&other_company, &id).await.problem(400, "invalid-cursor");
    let first = discard(&client, &id).await;
    assert_eq!(first.expect(200), &json!({"consumer": ORDERS, "n_events": 1}));
    assert_eq!(first.header("idempotent-replayed"), None);
    let retried = discard(&client, &id).await;
    assert_eq!(
        (retried.expect(200), retried.header("idempotent-replayed")),
        (&first.body, Some("true"))
    );
    let mismatch = replay(&client).no_key().header("idempotency-key", &id).send().await;
    mismatch.problem(422, "idempotency-mismatch");
    discard(&client, &fresh().to_string()).await.problem(404, "not-found");
    assert_eq!(client.get(&order).send().await.expect(200)["stale_since"], Value::Null);
    assert_eq!(parked_by_orders(&client).await, [Value::Null; 0]);
}

#[tokio::test]
async fn f19_parked_events_are_seen_replayed_and_discarded_from_the_command_line() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let poisoned = menu.place(&client).await.id();
    confirm_unreadably(&system, poisoned).await;
    let other = menu.place(&client).await;
    let path = format!("/v1/orders/{}?after={}", other.id(), other.position());
    client.get(&path).send().await.expect(200);

    let say = async |command: ConsumersCommand| {
        let mut out = Vec::new();
        let installation = system.node().installation.clone();
        let code = run(command, &installation, &mut out).await.unwrap();
        let lines = String::from_utf8(out).unwrap();
        let lines: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (code == ExitCode::SUCCESS, lines)
    };
    let of_orders = || Which { consumer: Some(ORDERS.to_owned()), ..Which::default() };
    let (_, parked) = say(ConsumersCommand::Parked { which: of_orders(), limit: 10 }).await;
    let [event] = &parked[..] else { panic!("{parked:?}") };
    assert_eq!(event["key"], format!("order-{poisoned}"));

    let (succeeded, outcomes) = say(ConsumersCommand::Replay { which: of_orders() }).await;
    assert!(!succeeded);
    assert_eq!(outcomes[0]["still_fails"]["position"], event["position"]);
    let discard = ConsumersCommand::Discard {
        tenant: system.company.tenant.uuid(),
        consumer: ORDERS.to_owned(),
        position: event["position"].as_u64().unwrap(),
        reason: "it was written by a test".to_owned(),
    };
    assert_eq!(say(discard).await, (true, vec![json!({"discarded": 1})]));
    let nothing = say(ConsumersCommand::Replay { which: of_orders() }).await;
    assert_eq!(nothing, (true, vec![]));
}

#[tokio::test]
async fn f43_a_command_on_what_a_later_release_has_changed_is_refused() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let other = menu.place(&client).await.id();
    let later = [
        EventType { name: "order.taken_on", version: 1 },
        EventType { name: "order.confirmed", version: 9 },
    ];
    let confirm = |order: Uuid, revision| {
        client.post(&format!("/v1/orders/{order}/confirm")).if_match(revision).send()
    };
    for event_type in later {
        let changed = menu.place(&client).await.id();
        happens_to(&system, changed, event_type, b"{}").await;
        for revision in [1, 2] {
            let refused = confirm(changed, revision).await;
            refused.problem(503, "release-behind");
            assert_eq!(refused.header("retry-after"), Some("30"));
        }
    }
    confirm(other, 1).await.expect(200);
}
