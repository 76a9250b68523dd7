//! Images of products: what is taken, how it is served, and what is left of it.

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};
use e2e::site::IMAGES_URL;
use e2e::{Answer, Call, Client, Menu, System, fresh};
use fastops::images::{Swept, sweep};
use images::testing::{
    animated_webp, cmyk_jpeg, exif, jpeg, jpeg_with_exif, photo, png, png_header, webp,
};
use images::{FileName, ImageStore};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// How much more memory a process may have after requests that it refused, in bytes.
const GROWTH_MAX: u64 = 64 << 20;

struct Kitchen {
    system: System,
    client: Client,
    menu: Menu,
}

impl Kitchen {
    async fn open() -> Self {
        let system = System::start().await;
        let client = system.client();
        let menu = Menu::open(&client).await;
        Self { system, client, menu }
    }

    fn path(&self) -> String {
        format!("/v1/products/{}/image", self.menu.product)
    }

    fn set(&self, image: impl Into<Vec<u8>>) -> Call {
        self.client.put(&self.path()).bytes("image/jpeg", image)
    }

    fn remove(&self) -> Call {
        self.client.call(Method::DELETE, &self.path())
    }

    /// The product as it is shown after a command.
    async fn shown(&self, after: &Answer) -> Value {
        let path = format!("/v1/products/{}?after={}", self.menu.product, after.position());
        self.client.get(&path).send().await.expect(200).clone()
    }

    async fn files(&self) -> Vec<FileName> {
        files(&self.system.site.images).await
    }
}

async fn files(store: &ImageStore) -> Vec<FileName> {
    let stored = store.written_before(DateTime::<Utc>::MAX_UTC).await.unwrap();
    stored.into_iter().map(|stored| stored.name).collect()
}

/// Where this server answers the file that clients are told to load from elsewhere.
fn here(url: &Value) -> String {
    url.as_str().unwrap().replace(IMAGES_URL, "/images")
}

fn form(file_name: &str, image: &[u8]) -> (&'static str, Vec<u8>) {
    let head = format!(
        "--arepa\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
         content-type: text/html\r\n\r\n"
    );
    let body = [head.as_bytes(), image, b"\r\n--arepa--\r\n"].concat();
    ("multipart/form-data; boundary=arepa", body)
}

/// The memory of this process, of which the server is a part.
fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[tokio::test]
async fn an_image_is_shown_with_its_product_and_served_for_ever() {
    let kitchen = Kitchen::open().await;
    let before = kitchen.client.get(&format!("/v1/products/{}", kitchen.menu.product));
    assert_eq!(before.send().await.expect(200)["image"], Value::Null);

    let set = kitchen.set(jpeg(&photo(800, 600))).send().await;
    assert_eq!(set.expect(200)["id"], json!(kitchen.menu.product));
    let image = &kitchen.shown(&set).await["image"];
    assert_eq!((&image["width"], &image["height"]), (&json!(800), &json!(600)));
    for (size, width) in [("small", 200), ("medium", 600), ("large", 800)] {
        let visitor = kitchen.system.visitor();
        let (answer, bytes) = visitor.get(&here(&image[size])).download().await;
        assert_eq!(answer.status, 200, "{size}");
        assert_eq!(answer.header("content-type"), Some("image/jpeg"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert!(bytes.starts_with(&[0xff, 0xd8]), "{size}");
        assert!(image[size].as_str().unwrap().ends_with(&format!("-{width}.jpg")), "{image}");
        let tag = answer.header("etag").unwrap();
        let again = visitor.get(&here(&image[size])).header("if-none-match", tag);
        let (again, nothing) = again.download().await;
        assert_eq!((again.status, nothing.len()), (304, 0));
        let head = visitor.call(Method::HEAD, &here(&image[size])).no_key().download().await;
        assert_eq!((head.0.status, head.1.len()), (200, 0));
    }
    let tenant = kitchen.system.company.tenant.to_string();
    let named: Vec<_> = kitchen.files().await.iter().map(ToString::to_string).collect();
    assert_eq!(named.len(), 3);
    assert!(named.iter().all(|name| !name.contains(&tenant)), "{named:?}");

    let removed = kitchen.remove().send().await;
    removed.expect(200);
    assert_eq!(kitchen.shown(&removed).await["image"], Value::Null);
    let log = kitchen.system.log().await;
    kitchen.remove().send().await.expect(200);
    assert_eq!(kitchen.system.log().await, log, "there was none to remove");
}

#[tokio::test]
async fn only_names_of_files_that_are_kept_are_answered() {
    let kitchen = Kitchen::open().await;
    let visitor = kitchen.system.visitor();
    for name in ["x", "..%2f..%2fetc%2fpasswd", "0-200.jpg", &format!("{}-200.jpg", "0".repeat(32))]
    {
        let answer = visitor.get(&format!("/images/{name}")).send().await;
        answer.problem(404, "not-found");
    }
}

#[tokio::test]
async fn f05_an_image_that_is_sent_again_under_its_key_writes_nothing() {
    let kitchen = Kitchen::open().await;
    let (arepa, key) = (jpeg(&photo(300, 300)), fresh());
    let first = kitchen.set(arepa.clone()).key(key).send().await;
    let other = kitchen.set(jpeg(&photo(310, 300))).send().await;
    for answer in [&first, &other] {
        answer.expect(200);
    }
    for file in kitchen.files().await {
        kitchen.system.site.images.delete(&file).await.unwrap();
    }
    let log = kitchen.system.log().await;
    let again = kitchen.set(arepa.clone()).key(key).send().await;
    assert!(again.is_replayed());
    assert_eq!(again.body, first.body);
    assert_eq!(kitchen.files().await, [], "nothing is drawn or stored");
    let changed = kitchen.set(jpeg(&photo(320, 300))).key(key).send().await;
    changed.problem(422, "idempotency-mismatch");
    assert_eq!(kitchen.files().await, []);
    assert_eq!(kitchen.system.log().await, log);
}

#[tokio::test]
async fn nothing_is_stored_for_a_product_that_there_is_not() {
    let kitchen = Kitchen::open().await;
    let path = format!("/v1/products/{}/image", Uuid::nil());
    let set = kitchen.client.put(&path).bytes("image/jpeg", jpeg(&photo(30, 30)));
    set.send().await.problem(404, "not-found");
    assert_eq!(kitchen.files().await, []);
}

#[tokio::test]
async fn s44_what_is_no_image_is_refused_whatever_it_says_that_it_is() {
    let kitchen = Kitchen::open().await;
    let whole = jpeg(&photo(64, 64));
    let log = kitchen.system.log().await;
    for bytes in [
        &b"<html><script>alert(1)</script></html>"[..],
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?php system($_GET['c']);",
        b"GIF89a/*\xff\xd8\xff*/=1;alert(1)",
        b"",
        &whole[..whole.len() / 2],
        &png(&photo(64, 64))[..60],
        &webp(&photo(64, 64))[..60],
        &animated_webp(64, 64, 100),
    ] {
        for media in ["image/png", "image/jpeg", "image/webp"] {
            let call = kitchen.client.put(&kitchen.path()).bytes(media, bytes);
            call.send().await.problem(422, "unsupported-image");
        }
        let (media, body) = form("arepa.png", bytes);
        let call = kitchen.client.put(&kitchen.path()).bytes(media, body);
        call.send().await.problem(422, "unsupported-image");
    }
    for media in ["text/html", "image/svg+xml", "image/gif", "application/json"] {
        let call = kitchen.client.put(&kitchen.path()).bytes(media, whole.clone());
        call.send().await.problem(415, "unsupported-media-type");
    }
    assert_eq!(kitchen.files().await, []);
    assert_eq!(kitchen.system.log().await, log);
}

#[tokio::test]
async fn s45_an_image_that_would_fill_the_memory_is_refused_and_takes_none() {
    let kitchen = Kitchen::open().await;
    kitchen.set(jpeg(&photo(64, 64))).send().await.expect(200);
    let bombs = [png_header(60_000, 60_000), animated_webp(16_000, 16_000, 2_000)];
    let before = resident_bytes();
    for bomb in &bombs {
        for _ in 0..20 {
            kitchen.set(bomb.clone()).send().await.problem(422, "image-too-large");
        }
    }
    let large = kitchen.set(vec![0xff; (8 << 20) + 1]).send().await;
    large.problem(413, "payload-too-large");
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < GROWTH_MAX, "{grown} bytes");
    // One row of the first bomb would take as much as the limit allows in all.
    kitchen.set(jpeg(&photo(65, 64))).send().await.expect(200);
}

#[tokio::test]
async fn s45_a_body_that_is_announced_as_too_large_is_not_read() {
    let kitchen = Kitchen::open().await;
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: a\r\ncontent-type: image/png\r\ncontent-length: 52428800\r\n\
         idempotency-key: {}\r\nauthorization: Bearer {}\r\n\r\n",
        kitchen.path(),
        fresh(),
        kitchen.system.company.token()
    );
    let reply = kitchen.system.send(head.as_bytes()).await;
    assert_eq!(reply.status, Some(413), "{}", reply.text);
}

#[tokio::test]
async fn s46_names_of_files_are_ignored_and_metadata_is_gone() {
    let kitchen = Kitchen::open().await;
    let uploaded = jpeg_with_exif(&photo(64, 32), exif(6));
    let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    assert!(holds(&uploaded, b"GPS-MEDELLIN"));
    for name in ["../../x.php", "a%00.jpg", &"x".repeat(5_000)] {
        let (media, body) = form(name, &uploaded);
        let set = kitchen.client.put(&kitchen.path()).bytes(media, body).send().await;
        set.expect(200);
        let image = &kitchen.shown(&set).await["image"];
        assert_eq!((&image["width"], &image["height"]), (&json!(32), &json!(64)), "it is turned");
        let (answer, bytes) = kitchen.client.get(&here(&image["large"])).download().await;
        assert_eq!(answer.status, 200);
        assert!(!holds(&bytes, b"GPS-MEDELLIN") && !holds(&bytes, b"Exif"));
    }
    assert_eq!(kitchen.files().await.len(), 1, "it is the same image each time");
}

#[tokio::test]
async fn images_of_printers_are_taken() {
    let kitchen = Kitchen::open().await;
    kitchen.set(cmyk_jpeg()).send().await.expect(200);
}

#[tokio::test]
async fn files_that_no_product_has_are_swept_a_day_after_they_were_written() {
    let kitchen = Kitchen::open().await;
    kitchen.set(jpeg(&photo(300, 300))).send().await.expect(200);
    let set = kitchen.set(jpeg(&photo(310, 300))).send().await;
    kitchen.shown(&set).await;
    let store = kitchen.system.site.images.clone();
    let written = files(&store).await.len();
    assert_eq!(written, 4);
    let installation = kitchen.system.node().installation.clone();
    let stored = store.written_before(DateTime::<Utc>::MAX_UTC).await.unwrap();
    let now = stored.iter().map(|stored| stored.written).max().unwrap();
    let swept = kitchen.system.node().run(async move {
        let today = sweep(&installation, &store, now).await.unwrap();
        let tomorrow = now + TimeDelta::days(1) + TimeDelta::minutes(1);
        (today, sweep(&installation, &store, tomorrow).await.unwrap())
    });
    let (today, tomorrow) = swept.await;
    assert_eq!(today, Swept { removed: 0, in_use: 0 }, "it could still be referred to");
    assert_eq!(tomorrow, Swept { removed: 2, in_use: 2 });
    let image = &kitchen.shown(&set).await["image"];
    let (answer, _) = kitchen.client.get(&here(&image["large"])).download().await;
    assert_eq!(answer.status, 200);
}
