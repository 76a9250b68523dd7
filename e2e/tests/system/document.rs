//! The OpenAPI document is the reviewed one, and complete.

use e2e::System;
use serde_json::Value;

/// An id that no resource has.
const NO_ID: &str = "0198f1b2-5c3e-7a10-8000-00000000dead";

/// A documented operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// Its `operationId`.
    pub(crate) id: String,
    /// `get`, `post`, `put`.
    pub(crate) method: String,
    /// Its path, with parameters in braces.
    pub(crate) path: String,
    document: Value,
}

impl Operation {
    /// The permission that it requires.
    pub(crate) fn permission(&self) -> Option<&str> {
        self.document["x-permission"].as_str()
    }

    /// Whether it needs no sign-in.
    pub(crate) fn is_open(&self) -> bool {
        self.document["security"].as_array().is_none_or(Vec::is_empty)
    }

    /// Whether it requires the operator's token.
    pub(crate) fn is_operators(&self) -> bool {
        self.document["security"] == serde_json::json!([{"operator": []}])
    }

    /// Whether it requires the token of an enrolled device.
    pub(crate) fn is_devices(&self) -> bool {
        self.document["security"] == serde_json::json!([{"device": []}])
    }

    /// Whether it changes something under an idempotency key. Signing in and out have none and may
    /// be repeated.
    pub(crate) fn is_command(&self) -> bool {
        self.method != "get" && !self.path.starts_with("/v1/auth/") && self.id != "priceOrder"
    }

    /// Its address with ids that no resource has.
    pub(crate) fn example(&self) -> String {
        let parts = self.path.split('/').map(|part| {
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            match name {
                Some(name) => example_of(name),
                None => part,
            }
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// How many bytes its body may have; none where no body belongs.
    pub(crate) fn body_bytes_max(&self) -> Option<usize> {
        usize::try_from(self.document["requestBody"]["x-bytes-max"].as_u64()?).ok()
    }

    /// A header parameter.
    pub(crate) fn header(&self, name: &str) -> Option<&Value> {
        self.parameter("header", name)
    }

    /// A query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&Value> {
        self.parameter("query", name)
    }

    /// The names of its query parameters.
    pub(crate) fn queries(&self) -> impl Iterator<Item = &str> {
        let parameters = self.document["parameters"].as_array().into_iter().flatten();
        let of_query = parameters.filter(|parameter| parameter["in"] == "query");
        of_query.filter_map(|parameter| parameter["name"].as_str())
    }

    fn parameter(&self, place: &str, name: &str) -> Option<&Value> {
        let mut parameters = self.document["parameters"].as_array()?.iter();
        parameters.find(|parameter| parameter["in"] == place && parameter["name"] == name)
    }
}

/// What stands for a parameter of an address; an id is one that no resource has.
pub(crate) fn example_of(name: &str) -> &'static str {
    match name {
        "channel" => "none",
        "country" => "CO",
        "permission_id" => "order.read",
        "version" => "1",
        _ => NO_ID,
    }
}

/// All operations of the document that a system serves, sorted by id.
pub(crate) async fn operations(system: &System) -> Vec<Operation> {
    let document = system.visitor().get("/openapi.json").send().await;
    let mut operations = Vec::new();
    for (path, methods) in document.expect(200)["paths"].as_object().unwrap() {
        for (method, document) in methods.as_object().unwrap() {
            let id = document["operationId"].as_str().expect("an operation has an id").to_owned();
            let (method, path, document) = (method.clone(), path.clone(), document.clone());
            operations.push(Operation { id, method, path, document });
        }
    }
    operations.sort_by(|a, b| a.id.cmp(&b.id));
    operations
}

/// A changed document must be reviewed, then accepted with `cargo insta accept` or by renaming the
/// `.snap.new` file.
#[tokio::test]
async fn the_openapi_document_is_the_reviewed_one() {
    insta::assert_snapshot!("openapi", fastops::processes::server::openapi().unwrap());
}

#[tokio::test]
async fn the_served_document_is_the_printed_one() {
    let system = System::start().await;
    let served = system.visitor().get("/openapi.json").send().await;
    let printed: Value =
        serde_json::from_str(&fastops::processes::server::openapi().unwrap()).unwrap();
    assert_eq!(served.expect(200), &printed);
}

/// The lists that cannot grow, with the reason.
const BOUNDED: [(&str, &str); 2] = [
    ("getPublicKeys", "a key, and the one before it"),
    ("listConsumers", "one for each read model of the release"),
];

/// A list is an array at the top of an answer. A list that can grow ends at `limit` and has a cursor for the
/// next page.
#[tokio::test]
async fn every_list_that_can_grow_has_a_cursor_and_a_limit() {
    let document: Value =
        serde_json::from_str(&fastops::processes::server::openapi().unwrap()).unwrap();
    let resolved = |schema: &Value| match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.strip_prefix('#').unwrap()).unwrap().clone(),
        None => schema.clone(),
    };
    let system = System::start().await;
    let mut lists = Vec::new();
    for operation in operations(&system).await {
        let answer = resolved(&operation.document["responses"]["200"]);
        let schema = resolved(&answer["content"]["application/json"]["schema"]);
        let properties = schema["properties"].as_object();
        let is_open = |schema: &Value| schema["type"] == "array" && schema["maxItems"].is_null();
        let mut arrays = ["data", "keys"].iter().filter_map(|name| properties?.get(*name));
        let is_list = arrays.any(|array| is_open(&resolved(array)));
        if !is_list || BOUNDED.iter().any(|(id, _)| *id == operation.id) {
            continue;
        }
        for parameter in ["cursor", "limit"] {
            assert!(operation.query(parameter).is_some(), "{} has no {parameter}", operation.id);
        }
        let next = &schema["properties"]["next_cursor"];
        assert!(!next.is_null(), "{} has no next_cursor", operation.id);
        lists.push(operation.id);
    }
    for id in ["kitchenBoard", "listDevices", "listSessions", "listOrders", "reportSales"] {
        assert!(lists.iter().any(|list| list == id), "{id} is no list: {lists:?}");
    }
}

#[tokio::test]
async fn every_operation_documents_its_permission_and_its_problems() {
    let system = System::start().await;
    let operations = operations(&system).await;
    let mut ids: Vec<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    ids.dedup();
    assert_eq!(ids.len(), operations.len(), "{ids:?}");
    for operation in &operations {
        let Operation { id, document, .. } = operation;
        let described = document["description"].as_str().unwrap_or_default();
        match document["x-permission"].as_str() {
            Some(permission) => {
                let known = domain::identity::Permission::ALL.iter();
                assert!(known.map(|known| known.name()).any(|name| name == permission), "{id}");
                assert!(described.contains(&format!("`{permission}`")), "{id}: {described}");
                assert_eq!(document["security"], serde_json::json!([{"BearerAuth": []}]), "{id}");
            }
            None if operation.is_open() => {
                assert!(described.contains("No sign-in needed."), "{id}: {described}");
            }
            None if operation.is_operators() => {
                assert!(described.contains("Needs the operator's token."), "{id}: {described}");
            }
            None if operation.is_devices() => {
                let needs = "Needs the token of an enrolled device.";
                assert!(described.contains(needs), "{id}: {described}");
            }
            None => {
                assert_eq!(document["security"], serde_json::json!([{"BearerAuth": []}]), "{id}");
                assert!(described.contains("Needs a sign-in"), "{id}: {described}");
            }
        }
        // All operations of the operator are below one path.
        let of_operator = operation.path.starts_with("/v1/operator/");
        assert_eq!(operation.is_operators(), of_operator, "{id}");
        assert!(document["summary"].as_str().is_some_and(|text| !text.is_empty()), "{id}");
        for others in ["4XX", "5XX"] {
            let problem = &document["responses"][others]["content"]["application/problem+json"];
            assert!(problem.is_object(), "{id} does not document its problems");
        }
        let key = operation.header("Idempotency-Key");
        let is_required = key.is_some_and(|key| key["required"] == true);
        assert_eq!(is_required, operation.is_command(), "{id}");
    }
}

/// The sign-in limiter runs before the operations and identifies them by path only.
#[tokio::test]
async fn every_limited_sign_in_is_an_open_operation() {
    let system = System::start().await;
    let operations = operations(&system).await;
    for path in api::auth::sign_in_limiter::SIGN_IN_PATHS {
        let way_in = operations.iter().find(|it| it.method == "post" && it.path == path);
        assert!(way_in.is_some_and(Operation::is_open), "POST {path}");
    }
    let sign_in = operations.iter().filter(|it| it.id.starts_with("login"));
    let paths: Vec<&str> = sign_in.map(|it| it.path.as_str()).collect();
    assert_eq!(paths, api::auth::sign_in_limiter::SIGN_IN_PATHS);
}

#[tokio::test]
async fn the_document_of_the_events_is_served_as_it_is_printed() {
    let system = System::start().await;
    let served = system.visitor().get(fastops::asyncapi::ADDRESS).send().await;
    let printed: Value = serde_json::from_str(&fastops::asyncapi::document()).unwrap();
    assert_eq!(served.expect(200), &printed);
}
