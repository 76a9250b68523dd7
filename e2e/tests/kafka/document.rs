//! Messages on the topic match the program's AsyncAPI document.

use std::collections::BTreeSet;

use domain::identity::roles::Seed;
use e2e::broker::shared;
use e2e::companies::Companies;
use e2e::log::Log;
use e2e::menu::{SMALL, cash, cop, stock_item};
use e2e::process::tool;
use e2e::worker::{Role, Worker};
use e2e::{Client, Menu, System};
use event_store::envelope::header;
use event_store::kafka::RELAY;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::topic::{Seen, read};

/// The prefixes of the event types of which at least one must be seen.
const CONTEXTS: [&str; 8] =
    ["tenant", "user", "branch", "product", "stock_item", "inventory", "series", "order"];

/// The AsyncAPI document of the program.
struct Document(Value);

impl Document {
    async fn of_program(system: &System) -> Self {
        let output = tool(&system.site.databases, &["asyncapi"]).await;
        assert!(output.status.success(), "{output:?}");
        Self(serde_json::from_slice(&output.stdout).unwrap())
    }

    fn follow<'a>(&'a self, reference: &'a Value) -> &'a Value {
        let pointer = reference["$ref"].as_str().and_then(|text| text.strip_prefix('#')).unwrap();
        self.0.pointer(pointer).unwrap_or_else(|| panic!("{pointer} does not exist"))
    }

    /// The description of the messages of this type.
    fn message(&self, cloud_type: &str) -> &Value {
        let all = self.0["channels"]["events"]["messages"].as_object().unwrap();
        let mut of_type = all.values().map(|message| self.follow(message));
        let of_type = of_type.find(|message| message["name"] == cloud_type);
        of_type.unwrap_or_else(|| panic!("{cloud_type} is not in the document"))
    }

    /// A validator of a schema in the document, which also checks the formats of strings.
    fn validator(&self, schema: &Value) -> Validator {
        let schema = json!({"$ref": schema["$ref"], "components": self.0["components"]});
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        options.build(&schema).unwrap()
    }

    /// The message has all required headers, only documented headers, and a body that matches the
    /// schema of its type.
    fn assert_describes(&self, seen: &Seen) {
        let message = self.message(&seen.headers[header::TYPE]);
        let headers = json!(seen.headers);
        let valid =
            self.validator(&message["headers"]).validate(&headers).map_err(|e| e.to_string());
        assert_eq!(valid, Ok(()), "{headers:#}");
        let described = self.follow(&message["headers"])["properties"].as_object().unwrap();
        for name in seen.headers.keys() {
            assert!(described.contains_key(name), "{name} is not in the document");
        }
        let body: Value = serde_json::from_slice(&seen.value).unwrap();
        let valid = self.validator(&message["payload"]).validate(&body).map_err(|e| e.to_string());
        assert_eq!(valid, Ok(()), "{body:#}");
        assert_eq!(message["contentType"], seen.headers[header::CONTENT_TYPE]);
    }
}

/// A user joins, a recipe uses up received stock, one order is delivered and paid, another
/// cancelled.
async fn a_day(system: &System) {
    let owner = system.client();
    let menu = Menu::open(&owner).await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    system.joined(&owner, "caja@example.com", &[cashier], &[menu.branch]).await;
    stock_up(&owner, &menu).await;
    let order = menu.place(&owner).await.id();
    for step in ["confirm", "start", "ready", "deliver"] {
        owner.post(&format!("/v1/orders/{order}/{step}")).send().await.expect(200);
    }
    let payments = format!("/v1/orders/{order}/payments");
    owner.post(&payments).json(&cash(SMALL, SMALL)).send().await.expect(201);
    let placed = menu.place(&owner).await;
    let cancel = owner.post(&format!("/v1/orders/{}/cancel", placed.id()));
    let cancel = cancel.if_match(placed.revision()).json(&json!({"reason": "out_of_stock"}));
    cancel.send().await.expect(200);
}

async fn stock_up(owner: &Client, menu: &Menu) {
    let corn = owner.post("/v1/stock-items").json(&stock_item("Maíz")).send().await.id();
    let ingredients = json!([{"item_id": corn, "quantity": "0.125"}]);
    let portion = json!({"variant_id": menu.small, "ingredients": ingredients});
    let recipe = owner.put(&format!("/v1/products/{}/recipe", menu.product)).if_match(0);
    recipe.json(&json!({"portions": [portion]})).send().await.expect(200);
    let line = json!({"item_id": corn, "quantity": "1000", "cost": cop(100_000)});
    let receipts = format!("/v1/branches/{}/stock-receipts", menu.branch);
    owner.post(&receipts).json(&json!({"lines": [line]})).send().await.expect(201);
}

#[tokio::test]
async fn every_message_on_the_topic_is_as_the_document_says() {
    let system = System::start().await;
    a_day(&system).await;
    let companies = Companies::on(system.site.databases.clone()).await;
    companies.order(6).await;
    let topic = shared("document");
    let relay = Worker::start(Role::Relay(&topic), &system.site.databases);
    companies.until_at_end(RELAY).await;
    assert!(relay.end().await, "it ends on SIGTERM");

    let (seen, log) = (read(&topic).await, Log::read(system.store()).await);
    assert_eq!(seen.len(), log.len(), "the relay published each event once");
    let document = Document::of_program(&system).await;
    for message in &seen {
        document.assert_describes(message);
    }
    let context = |seen: &Seen| seen.headers[header::TYPE].split('.').nth(2).map(str::to_owned);
    let contexts: BTreeSet<String> = seen.iter().filter_map(context).collect();
    for context in CONTEXTS {
        assert!(contexts.contains(context), "no {context} in {contexts:?}");
    }
}
