//! One request of every kind of command, each about an object of its own.

mod choices;
mod prices;
mod users;

use e2e::client::{Answer, Call, Client, id_in};
use e2e::menu::{Menu, branch, cash, cop, product, stock_item};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use choices::{about_availability, about_groups, about_stations};
use prices::about_prices;
use users::about_people;

use crate::standalone::STANDALONE;

/// A command that will be accepted, which a test may send repeatedly.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    method: Method,
    path: String,
    if_match: Option<u64>,
    body: Option<Value>,
    /// The status of the answer.
    pub(crate) status: u16,
    /// Fields that the answer contains, among others.
    pub(crate) fields: Value,
    /// Whether the command changes an object with a revision; a command without effect is accepted,
    /// too.
    pub(crate) has_effect: bool,
}

impl Command {
    /// The request with a fresh key.
    pub(crate) fn call(&self, client: &Client) -> Call {
        let call = client.call(self.method.clone(), &self.path);
        let call = match self.if_match {
            Some(revision) => call.if_match(revision),
            None => call,
        };
        match &self.body {
            Some(body) => call.json(body),
            None => call,
        }
    }

    /// Fails the test unless the command was accepted with these fields.
    #[track_caller]
    pub(crate) fn assert_accepted(&self, answer: &Answer) {
        let body = answer.expect(self.status);
        for (name, value) in self.fields.as_object().expect("the expected fields are an object") {
            assert_eq!(&body[name], value, "{name} in {body}");
        }
        assert!(!self.has_effect || answer.revision() > 0, "{answer:?}");
        assert_eq!(answer.position().len(), 32, "{answer:?}");
    }
}

fn post(path: &str, body: Value, status: u16, fields: Value) -> Command {
    let (method, path) = (Method::POST, path.to_owned());
    Command { method, path, if_match: None, body: Some(body), status, fields, has_effect: true }
}

/// One command of each kind; `round` makes the names distinct.
pub(crate) async fn of_every_kind(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let total = json!({"amount": 4_250_000, "currency": "COP"});
    let mut commands = vec![
        post("/v1/branches", branch(&format!("Sede {round}")), 201, json!({})),
        post("/v1/categories", json!({"name": format!("Jugos {round}")}), 201, json!({})),
        post("/v1/products", product(&format!("Jugo {round}"), menu.category), 201, json!({})),
        post(
            "/v1/orders",
            menu.order(2, 1),
            201,
            json!({"status": "pending", "revision": 1, "total": total}),
        ),
    ];
    let steps = ["confirm", "start", "ready", "deliver"];
    for (taken, step) in steps.iter().enumerate() {
        let order = menu.place(client).await.id();
        for before in &steps[..taken] {
            let path = format!("/v1/orders/{order}/{before}");
            client.post(&path).send().await.expect(200);
        }
        let status = ["confirmed", "preparing", "ready", "delivered"][taken];
        let fields = json!({"id": order, "status": status, "revision": taken + 2});
        let path = format!("/v1/orders/{order}/{step}");
        commands.push(Command { body: None, ..post(&path, Value::Null, 200, fields) });
    }
    let order = menu.place(client).await.id();
    let fields = json!({"id": order, "status": "cancelled", "revision": 2});
    let path = format!("/v1/orders/{order}/cancel");
    let cancel = post(&path, json!({"reason": "mistake"}), 200, fields);
    commands.push(Command { if_match: Some(1), ..cancel });
    let order = menu.place(client).await.id();
    let zero = json!({"amount": 0, "currency": "COP"});
    let change = json!({"amount": 800_000, "currency": "COP"});
    let fields = json!({"order_id": order, "balance": zero, "change": change, "revision": 2});
    let path = format!("/v1/orders/{order}/payments");
    commands.push(post(&path, cash(1_200_000, 2_000_000), 201, fields));
    commands.extend(revisions(client, menu, round).await);
    commands.extend(about_the_menu(client, menu, round).await);
    commands.extend(about_branches(client, round).await);
    commands.extend(about_groups(client, round).await);
    commands.extend(about_stations(client, menu, round).await);
    commands.extend(about_availability(client, menu, round).await);
    commands.extend(about_stock(client, menu, round).await);
    commands.extend(about_prices(client, menu, round).await);
    commands.extend(about_standalones(client, round).await);
    commands.extend(about_suppliers(client, round).await);
    commands.extend(about_people(client, menu, round).await);
    commands.push(about_company(client, round).await);
    commands
}

async fn about_branches(client: &Client, round: u32) -> Vec<Command> {
    let open = async |name: &str| {
        let opened = client.post("/v1/branches").json(&branch(&format!("{name} {round}")));
        id_in(opened.send().await.expect(201), "/branch/id")
    };
    let corrected = open("Por corregir").await;
    let closing = open("Por cerrar").await;
    let closed = open("Cerrada").await;
    client.post(&format!("/v1/branches/{closed}/close")).send().await.expect(200);
    let path = format!("/v1/branches/{corrected}");
    let named = json!({"name": format!("Corregida {round}")});
    let revise = post(&path, named, 200, json!({"id": corrected, "revision": 2}));
    let later = json!({"from": "2199-01-01", "time_zone": "America/Bogota", "cut_off": "05:00"});
    let counted = open("Por contar").await;
    let path = format!("/v1/branches/{counted}/business-day");
    let count = post(&path, later, 200, json!({"id": counted, "revision": 2}));
    let settled = |branch: Uuid, step: &str| {
        let path = format!("/v1/branches/{branch}/{step}");
        let command = post(&path, Value::Null, 200, json!({"id": branch}));
        Command { body: None, has_effect: false, ..command }
    };
    vec![
        Command { method: Method::PUT, if_match: Some(1), ..revise },
        Command { method: Method::PUT, if_match: Some(1), ..count },
        settled(closing, "close"),
        settled(closed, "reopen"),
    ]
}

async fn about_company(client: &Client, round: u32) -> Command {
    let shown = client.get("/v1/company").send().await;
    let (id, revision) = (&shown.expect(200)["id"], shown.revision());
    let fields = json!({"id": id, "revision": revision + 1});
    let revise = post("/v1/company", json!({"name": format!("Empresa {round}")}), 200, fields);
    Command { method: Method::PUT, if_match: Some(revision), ..revise }
}

async fn about_stock(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let item = stock_item(&format!("Panela {round}"));
    let item = client.post("/v1/stock-items").json(&item).send().await.id();
    let added = product(&format!("Aguapanela {round}"), menu.category);
    let added = client.post("/v1/products").json(&added).send().await;
    let (drink, path) = (added.id(), format!("/v1/products/{}", added.id()));
    let shown = client.get(&format!("{path}?after={}", added.position())).send().await;
    let ingredient = json!({"item_id": item, "quantity": "0.125"});
    let variant = &shown.expect(200)["variants"][0]["id"];
    let portion = json!({"variant_id": variant, "ingredients": [ingredient]});
    let line = json!({"item_id": item, "quantity": "12.5", "cost": cop(90_000)});
    let stock = format!("/v1/branches/{}/stock", menu.branch);
    let publish = post(&format!("{path}/recipe"), json!({"portions": [portion]}), 200, json!({}));
    let release = format!("{stock}/release-expired");
    let release = post(&release, Value::Null, 200, json!({"n_orders": 0}));
    vec![
        Command {
            method: Method::PUT,
            if_match: Some(0),
            fields: json!({"id": drink, "revision": 1}),
            ..publish
        },
        post(&format!("{stock}-receipts"), json!({"lines": [line]}), 201, json!({})),
        Command { body: None, has_effect: false, ..release },
    ]
}

async fn about_the_menu(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let category = async |what: &str| {
        let body = json!({"name": format!("{what} {round}")});
        client.post("/v1/categories").json(&body).send().await.id()
    };
    let item = async |what: &str| {
        let body = product(&format!("{what} {round}"), menu.category);
        client.post("/v1/products").json(&body).send().await.id()
    };
    let settled = |method: Method, path: String, body: Option<Value>, fields: Value| {
        let command = post(&path, Value::Null, 200, fields);
        Command { method, body, has_effect: false, ..command }
    };
    let (kept, removed) = (category("Por quitar").await, category("Quitada").await);
    client.call(Method::DELETE, &format!("/v1/categories/{removed}")).send().await.expect(200);
    let (sold, dropped) = (item("Por quitar").await, item("Quitado").await);
    client.call(Method::DELETE, &format!("/v1/products/{dropped}")).send().await.expect(200);
    let (changed, sorted) = (item("Por anotar").await, item("Por ordenar").await);
    let change = post(
        &format!("/v1/products/{changed}"),
        json!({"preparation_minutes": 12}),
        200,
        json!({"id": changed, "revision": 2}),
    );
    let of = |id: Uuid| json!({"id": id});
    let order = json!({"product_ids": [sorted]});
    let (put, delete) = (|| Method::PUT, || Method::DELETE);
    vec![
        Command { method: Method::PATCH, if_match: Some(1), ..change },
        settled(
            put(),
            format!("/v1/categories/{}/product-order", menu.category),
            Some(order),
            of(menu.category),
        ),
        settled(
            put(),
            "/v1/category-order".to_owned(),
            Some(json!({"category_ids": [menu.category]})),
            json!({}),
        ),
        settled(delete(), format!("/v1/categories/{kept}"), None, of(kept)),
        settled(Method::POST, format!("/v1/categories/{removed}/restore"), None, of(removed)),
        settled(delete(), format!("/v1/products/{sold}"), None, of(sold)),
        settled(Method::POST, format!("/v1/products/{dropped}/restore"), None, of(dropped)),
    ]
}

async fn about_standalones(client: &Client, round: u32) -> Vec<Command> {
    let mut commands = Vec::new();
    for kind in STANDALONE {
        let id = kind.add(client, &format!("Por cambiar {round}")).await;
        let revised = (kind.revised)(&format!("Cambiado {round}"));
        let revise = post(&format!("{}/{id}", kind.path), revised, 200, json!({"id": id}));
        let new = (kind.new)(&format!("Nuevo {round}"));
        commands.push(post(kind.path, new, 201, json!({})));
        commands.push(Command { method: Method::PUT, if_match: Some(1), ..revise });
    }
    commands
}

async fn about_suppliers(client: &Client, round: u32) -> Vec<Command> {
    let add = async |what: &str| {
        let supplier = json!({"name": format!("{what} {round}"), "payment_terms_days": 30});
        client.post("/v1/suppliers").json(&supplier).send().await.id()
    };
    let (active, retired) = (add("Por retirar").await, add("Retirado").await);
    client.post(&format!("/v1/suppliers/{retired}/retire")).send().await.expect(200);
    let settled = |supplier: Uuid, step: &str| {
        let path = format!("/v1/suppliers/{supplier}/{step}");
        let command = post(&path, Value::Null, 200, json!({"id": supplier}));
        Command { body: None, has_effect: false, ..command }
    };
    vec![settled(active, "retire"), settled(retired, "reinstate")]
}

async fn revisions(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let named = |what: &str| format!("{what} {round} por cambiar");
    let add = json!({"name": named("Sopas")});
    let category = client.post("/v1/categories").json(&add).send().await.id();
    let add = product(&named("Sancocho"), menu.category);
    let added = client.post("/v1/products").json(&add).send().await.id();
    let change = |path: String, body: Value, id| Command {
        method: Method::PUT,
        path,
        if_match: Some(1),
        body: Some(body),
        status: 200,
        fields: json!({"id": id}),
        has_effect: true,
    };
    vec![
        change(
            format!("/v1/categories/{category}"),
            json!({"name": format!("Sopas {round}"), "place": 7}),
            category,
        ),
        change(
            format!("/v1/products/{added}"),
            product(&format!("Sancocho {round}"), category),
            added,
        ),
    ]
}
