//! The menu document of 5,000 products with 200 modifier groups: its size, the time to read it, to learn that
//! nothing changed and what did, and the time until a snooze is in it.

use std::time::{Duration, Instant};

use e2e::Client;
use e2e::client::id_in;
use e2e::menu::{branch, cop};
use reqwest::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::args::Args;
use crate::stand::Stand;
use crate::stats::{ms, quantile};

const CATEGORIES: usize = 50;
const PRODUCTS: usize = 5_000;
const GROUPS: usize = 200;
/// How many modifiers a group has, and groups a product offers.
const MODIFIERS: usize = 5;
const OFFERED: usize = 2;

/// How often each is measured in a round.
const TIMES: u32 = 20;

/// Reads the menu of one company repeatedly, over one connection.
pub(crate) async fn measure(stand: &Stand, args: &Args) -> Map<String, Value> {
    let (client, _) = stand.owner(0).await;
    let menu = Large::open(&client).await;
    let times = args.rounds * TIMES;
    let mut figures = Map::new();
    let (mut loads, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let (took, size) = menu.load(&client).await;
        loads.push(took);
        sizes.push(size);
    }
    insert(&mut figures, "load", &mut loads);
    figures.insert("load_bytes".to_owned(), json!(sizes[0]));
    let (mut unchanged, mut deltas, mut delta_bytes, mut snoozes) =
        (Vec::new(), Vec::new(), 0, Vec::new());
    for number in 0..times {
        unchanged.push(menu.unchanged(&client).await);
        let (took, bytes) = menu.changed(&client, number).await;
        deltas.push(took);
        delta_bytes = delta_bytes.max(bytes);
        snoozes.push(menu.snoozed(&client).await);
    }
    insert(&mut figures, "unchanged", &mut unchanged);
    insert(&mut figures, "delta", &mut deltas);
    figures.insert("delta_bytes".to_owned(), json!(delta_bytes));
    insert(&mut figures, "snooze_shown", &mut snoozes);
    eprintln!("menu: {}", Value::Object(figures.clone()));
    Map::from_iter([("menu".to_owned(), Value::Object(figures))])
}

fn insert(figures: &mut Map<String, Value>, name: &str, took: &mut [Duration]) {
    figures.insert(format!("{name}_ms"), ms(quantile(took, 500)));
    figures.insert(format!("{name}_ms_p99"), ms(quantile(took, 990)));
}

/// A branch with a large menu.
struct Large {
    branch: Uuid,
    product: Uuid,
}

impl Large {
    async fn open(client: &Client) -> Self {
        let opened = client.post("/v1/branches").json(&branch("Con carta larga")).send().await;
        let mut groups = Vec::with_capacity(GROUPS);
        for number in 0..GROUPS {
            groups.push(add(client, "/v1/modifier-groups", &group(number)).await);
        }
        let mut product = Uuid::nil();
        for category in 0..CATEGORIES {
            let body = json!({"name": format!("Categoría {category}"), "place": category});
            let id = add(client, "/v1/categories", &body).await;
            for number in 0..PRODUCTS / CATEGORIES {
                let number = category * (PRODUCTS / CATEGORIES) + number;
                let offered = (0..OFFERED)
                    .map(|n| json!({"group_id": groups[(number * OFFERED + n) % GROUPS]}));
                let body = json!({
                    "name": format!("Producto {number} de la casa"),
                    "category_id": id,
                    "place": number % 1_000,
                    "variants": [{"name": "Única", "price": cop(1_000_000 + price(number))}],
                    "modifier_groups": offered.collect::<Vec<_>>(),
                });
                product = add(client, "/v1/products", &body).await;
            }
        }
        let menu = Self { branch: id_in(opened.expect(201), "/branch/id"), product };
        let renamed = menu.rename(client, "El último").await;
        client.get(&menu.path(&format!("&after={renamed}"))).send().await.expect(200);
        menu
    }

    fn path(&self, more: &str) -> String {
        format!("/v1/menu?branch_id={}{more}", self.branch)
    }

    async fn rename(&self, client: &Client, name: &str) -> String {
        let path = format!("/v1/products/{}", self.product);
        let revision = client.get(&path).send().await.expect(200)["revision"].as_u64();
        let change = client.call(Method::PATCH, &path).if_match(revision.unwrap_or(1));
        let changed = change.json(&json!({"name": name})).send().await;
        changed.expect(200);
        changed.position()
    }

    async fn token(&self, client: &Client) -> String {
        let whole = client.get(&self.path("")).send().await;
        whole.expect(200)["token"].as_str().unwrap_or_default().to_owned()
    }

    /// The whole menu, compressed.
    async fn load(&self, client: &Client) -> (Duration, usize) {
        let start = Instant::now();
        let call = client.get(&self.path("")).header("accept-encoding", "gzip");
        let (answer, bytes) = call.download().await;
        let took = start.elapsed();
        assert_eq!((answer.status, answer.header("content-encoding")), (200, Some("gzip")));
        (took, bytes.len())
    }

    async fn unchanged(&self, client: &Client) -> Duration {
        let (answer, _) = client.get(&self.path("")).download().await;
        let tag = answer.header("etag").unwrap_or_default().to_owned();
        let start = Instant::now();
        let call = client.get(&self.path("")).header("if-none-match", &tag);
        let (answer, _) = call.download().await;
        assert_eq!(answer.status, 304);
        start.elapsed()
    }

    /// What changed after one product was renamed.
    async fn changed(&self, client: &Client, number: u32) -> (Duration, usize) {
        let token = self.token(client).await;
        let position = self.rename(client, &format!("Nombre {number}")).await;
        client.get(&self.path(&format!("&after={position}"))).download().await;
        let start = Instant::now();
        let (_, bytes) = client.get(&self.path(&format!("&since={token}"))).download().await;
        (start.elapsed(), bytes.len())
    }

    /// From the answer to a snooze until the document has it.
    async fn snoozed(&self, client: &Client) -> Duration {
        let token = self.token(client).await;
        let at = format!("/v1/branches/{}/availability", self.branch);
        let subject = json!({"product_id": self.product});
        let snooze = json!({"subject": subject});
        client.post(&format!("{at}/snooze")).json(&snooze).send().await.expect(200);
        let start = Instant::now();
        let path = self.path(&format!("&since={token}"));
        while client.get(&path).send().await.expect(200)["branch"].is_null() {}
        let took = start.elapsed();
        let back = client.post(&format!("{at}/put-back")).json(&subject).send().await;
        back.expect(200);
        client.get(&self.path(&format!("&after={}", back.position()))).download().await;
        took
    }
}

/// A price that does not repeat itself too often.
fn price(number: usize) -> i64 {
    i64::try_from(number * 7_919 % 400).unwrap_or_default() * 10_000
}

fn group(number: usize) -> Value {
    let modifier = |n: usize| json!({"name": format!("Adición {n}"), "price": cop(price(n) + 100)});
    let modifiers: Vec<Value> = (0..MODIFIERS).map(modifier).collect();
    json!({"name": format!("Adiciones {number}"), "max": MODIFIERS, "modifiers": modifiers})
}

async fn add(client: &Client, path: &str, body: &Value) -> Uuid {
    let added = client.post(path).json(body).send().await;
    added.expect(201);
    added.id()
}
