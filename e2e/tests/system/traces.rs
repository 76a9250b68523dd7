//! The trace of a request, from its header to the events that it causes.

use e2e::{Menu, System};

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The traces of the events after a position of the log.
async fn traces(system: &System, since: usize) -> Vec<String> {
    let events = system.log().await.events.split_off(since);
    let traces = events.into_iter().map(|event| event.metadata.traceparent);
    traces.map(|trace| trace.expect("every request has a trace")).collect()
}

#[tokio::test]
async fn what_a_request_causes_is_of_its_trace() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let placing = || client.post("/v1/orders").json(&menu.order(1, 0));
    let begun = system.log().await.len();
    placing().header("traceparent", TRACEPARENT).send().await.expect(201);
    let recorded = traces(&system, begun).await;
    assert!(
        recorded.len() > 1 && recorded.iter().all(|trace| trace == TRACEPARENT),
        "{recorded:?}"
    );

    // Without a valid header each request begins a trace of its own.
    let mut made = Vec::new();
    for bad in [None, Some(""), Some("00-0-0-00"), Some(&*TRACEPARENT.to_uppercase())] {
        let before = system.log().await.len();
        let placing = match bad {
            Some(bad) => placing().header("traceparent", bad),
            None => placing(),
        };
        placing.send().await.expect(201);
        let mut of_request = traces(&system, before).await;
        of_request.dedup();
        let [trace] = &of_request[..] else { panic!("{of_request:?}") };
        let fields: Vec<usize> = trace.split('-').map(str::len).collect();
        assert_eq!(fields, [2, 32, 16, 2], "{trace}");
        made.push(trace.clone());
    }
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), 4);
}

#[tokio::test]
async fn signing_out_everywhere_and_the_operator_s_commands_are_of_their_traces() {
    let system = System::start().await;
    let begun = system.log().await.len();
    let company = serde_json::json!({
        "name": "Pizza Place", "slug": "pizza-place",
        "administrator": {"name": "Bruno", "email": "bruno@example.com"},
    });
    let create = system.operator().post("/v1/operator/companies").json(&company);
    create.header("traceparent", TRACEPARENT).send().await.expect(201);
    let out = system.client().post("/v1/auth/logout-everywhere").no_key();
    out.header("traceparent", TRACEPARENT).send().await.expect(200);
    let recorded = traces(&system, begun).await;
    assert!(
        recorded.len() > 1 && recorded.iter().all(|trace| trace == TRACEPARENT),
        "{recorded:?}"
    );
}
