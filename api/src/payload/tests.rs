//! What is accepted as a body and how everything else is refused.

use chrono::{DateTime, NaiveDate, Utc};
use poem::Body;
use poem::http::header::HeaderValue;
use poem_openapi::{Enum, NewType, Object, Union};
use serde_json::json;
use uuid::Uuid;

use super::*;

#[derive(Debug, Enum)]
#[oai(rename_all = "snake_case")]
enum Channel {
    DineIn,
    TakeAway,
}

#[derive(Debug, NewType)]
struct Note(String);

#[derive(Debug, Object)]
struct Line {
    variant_id: Uuid,
    #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
    quantity: u32,
    #[oai(validator(max_length = 20))]
    note: Option<Note>,
}

#[derive(Debug, Object)]
struct Cash {
    #[oai(validator(minimum(value = "1")))]
    tendered: i64,
    rounding: Option<i64>,
}

#[derive(Debug, Object)]
struct Card {
    #[oai(validator(pattern = "^[0-9]{4}$"))]
    last_digits: String,
}

#[derive(Debug, Union)]
#[oai(discriminator_name = "method", one_of, rename_all = "snake_case")]
enum Payment {
    Cash(Cash),
    Card(Card),
}

#[derive(Debug, Object)]
struct Order {
    channel: Channel,
    #[oai(validator(min_items = 1, max_items = 200))]
    lines: Vec<Line>,
    #[oai(validator(min_length = 1, max_length = 40))]
    table: Option<String>,
    at: Option<DateTime<Utc>>,
    day: Option<NaiveDate>,
    payment: Option<Payment>,
    #[oai(default)]
    urgent: bool,
}

const VARIANT: &str = "0198f1b2-5c3e-7a10-8000-000000000001";

fn order(more: &Value) -> Value {
    let mut order = json!({
        "channel": "dine_in",
        "lines": [{"variant_id": VARIANT, "quantity": 2}],
    });
    for (name, value) in more.as_object().unwrap() {
        order[name] = value.clone();
    }
    order
}

fn wrong(value: Value) -> Vec<(String, &'static str)> {
    match Json::<Order>::from_value(value) {
        Ok(_) => Vec::new(),
        Err(problem) => {
            problem.errors().iter().map(|error| (error.pointer.clone(), error.code)).collect()
        }
    }
}

#[track_caller]
fn assert_wrong(more: &Value, pointer: &str, code: &'static str) {
    assert_eq!(wrong(order(more)), [(pointer.to_owned(), code)], "{more}");
}

#[test]
fn a_good_order_is_read() {
    let Json(order) = Json::<Order>::from_value(order(&json!({
        "table": "12",
        "at": "2026-01-31T18:30:00-05:00",
        "day": "2026-01-31",
        "payment": {"method": "cash", "tendered": 9_007_199_254_740_991_i64},
        "urgent": true,
    })))
    .unwrap();
    assert_eq!(order.lines[0].quantity, 2);
    assert_eq!(order.table.as_deref(), Some("12"));
    assert!(order.urgent && matches!(order.payment, Some(Payment::Cash(_))));
}

#[test]
fn a_field_that_may_be_missing_may_be_null() {
    assert_eq!(wrong(order(&json!({"table": null, "payment": null, "urgent": null}))), []);
    assert_wrong(&json!({"channel": null}), "/channel", "type");
}

#[test]
fn s28_every_unknown_field_is_named() {
    let problem = Json::<Order>::from_value(order(&json!({
        "paid": true,
        "lines": [{"variant_id": VARIANT, "quantity": 1, "unit_price": 1}],
        "a/b~c": 1,
    })))
    .unwrap_err();
    let pointers: Vec<_> = problem.errors().iter().map(|error| &error.pointer[..]).collect();
    assert_eq!(problem.code(), Code::UnknownField);
    assert_eq!(problem.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(pointers, ["/lines/0/unit_price", "/a~1b~0c", "/paid"]);
    assert_wrong(
        &json!({"payment": {"method": "cash", "tendered": 5, "role": "owner"}}),
        "/payment/role",
        "unknown-field",
    );
}

#[test]
fn s29_only_whole_pieces_within_bounds_are_a_quantity() {
    let quantity = |number: &str| {
        let text = format!(
            r#"{{"channel":"dine_in","lines":[{{"variant_id":"{VARIANT}","quantity":{number}}}]}}"#
        );
        wrong(strict::parse(text.as_bytes()).unwrap())
    };
    for (number, code) in [
        ("0", "minimum"),
        ("-1", "minimum"),
        ("1001", "maximum"),
        ("1000000000", "maximum"),
        ("1e9", "type"),
        ("1.5", "type"),
        ("1.0", "type"),
        ("\"2\"", "type"),
        ("true", "type"),
        ("[1]", "type"),
        ("4294967296", "maximum"),
        ("9223372036854775808", "maximum"),
        ("-9223372036854775809", "type"),
        ("99999999999999999999999", "type"),
    ] {
        assert_eq!(quantity(number), [("/lines/0/quantity".to_owned(), code)], "{number}");
    }
    assert_eq!(quantity("1000"), []);
}

#[test]
fn s29_integers_that_javascript_cannot_read_are_refused() {
    for amount in [9_007_199_254_740_992_i64, i64::MAX, -9_007_199_254_740_992, i64::MIN] {
        let code = if amount > 0 { "maximum" } else { "minimum" };
        let payment = json!({"method": "cash", "tendered": 1, "rounding": amount});
        assert_wrong(&json!({"payment": payment}), "/payment/rounding", code);
    }
    assert_wrong(
        &json!({"payment": {"method": "cash", "tendered": 0}}),
        "/payment/tendered",
        "minimum",
    );
}

#[test]
fn s29_ten_thousand_lines_are_one_mistake() {
    let lines = vec![json!({"quantity": "many"}); 10_000];
    assert_wrong(&json!({"lines": lines}), "/lines", "max-items");
    assert_wrong(&json!({"lines": []}), "/lines", "min-items");
}

#[test]
fn all_mistakes_are_found_at_once_and_said_in_both_languages() {
    let problem = Json::<Order>::from_value(json!({
        "channel": "drone",
        "lines": [{"variant_id": "x", "quantity": 0, "note": 5}, 7, {}],
        "table": "",
        "at": "yesterday",
        "day": "2026-02-30",
    }))
    .unwrap_err();
    let found: Vec<_> =
        problem.errors().iter().map(|error| (&error.pointer[..], error.code)).collect();
    assert_eq!(
        found,
        [
            ("/channel", "enum"),
            ("/lines/0/variant_id", "format"),
            ("/lines/0/quantity", "minimum"),
            ("/lines/0/note", "type"),
            ("/lines/1", "type"),
            ("/lines/2/variant_id", "required"),
            ("/lines/2/quantity", "required"),
            ("/table", "min-length"),
            ("/at", "format"),
            ("/day", "format"),
        ]
    );
    let texts: Vec<_> = problem
        .errors()
        .iter()
        .map(|error| error.detail.in_language(crate::language::Language::Spanish))
        .collect();
    assert_eq!(
        texts,
        [
            "debe ser uno de: dine_in, take_away",
            "debe ser un UUID con guiones",
            "debe ser un número entero entre 1 y 1000",
            "debe ser un texto de hasta 20 caracteres",
            "debe ser un objeto",
            "falta este campo",
            "falta este campo",
            "debe ser un texto de 1 a 40 caracteres",
            "debe ser una fecha y hora como 2026-01-31T18:30:00Z",
            "debe ser una fecha como 2026-01-31, de los años 1900 a 9999",
        ]
    );
}

#[test]
fn what_is_not_even_an_object_is_one_mistake_at_the_root() {
    for value in [json!(null), json!([]), json!("x"), json!(1)] {
        assert_eq!(wrong(value), [(String::new(), "type")]);
    }
}

#[test]
fn a_union_is_chosen_by_its_discriminator() {
    assert_wrong(&json!({"payment": {"tendered": 5}}), "/payment/method", "required");
    assert_wrong(&json!({"payment": {"method": "gold"}}), "/payment/method", "enum");
    assert_wrong(
        &json!({"payment": {"method": "card", "last_digits": "12345"}}),
        "/payment/last_digits",
        "pattern",
    );
    assert_wrong(&json!({"payment": 5}), "/payment", "type");
}

#[test]
fn s33_nul_in_text_is_a_mistake_of_its_own() {
    assert_wrong(&json!({"table": "a\0b"}), "/table", "nul");
}

#[test]
fn mistakes_without_end_are_cut_off() {
    let fields: serde_json::Map<_, _> =
        (0..5_000).map(|idx| (format!("field_{idx}"), json!(1))).collect();
    assert_eq!(wrong(order(&Value::Object(fields))).len(), 100);
}

async fn read(content_type: &'static str, body: impl Into<Body>) -> Result<u32, Problem> {
    let request =
        Request::builder().header(CONTENT_TYPE, HeaderValue::from_static(content_type)).body(body);
    let (request, mut body) = request.split();
    Json::<Line>::read(&request, &mut body).await.map(|Json(line)| line.quantity)
}

fn line_of_bytes(size: usize) -> String {
    let line = format!(r#"{{"variant_id":"{VARIANT}","quantity":3}}"#);
    format!("{line}{}", " ".repeat(size - line.len()))
}

#[tokio::test]
async fn s34_only_json_in_utf8_is_read() {
    for accepted in
        ["application/json", "Application/JSON; charset=\"UTF-8\"", "application/json;x=y"]
    {
        assert_eq!(read(accepted, line_of_bytes(100)).await, Ok(3), "{accepted}");
    }
    for refused in [
        "",
        "text/plain",
        "application/xml",
        "application/jsonx",
        "application/json; charset=latin1",
    ] {
        let problem = read(refused, line_of_bytes(100)).await.unwrap_err();
        assert_eq!(problem.code(), Code::UnsupportedMediaType, "{refused}");
    }
}

#[tokio::test]
async fn s35_a_body_is_read_up_to_its_limit() {
    let media = "application/json";
    assert_eq!(read(media, line_of_bytes(BytesMax::default().get())).await, Ok(3));
    let problem = read(media, line_of_bytes(BytesMax::default().get() + 1)).await.unwrap_err();
    assert_eq!(problem.code(), Code::PayloadTooLarge);
    let announced = Request::builder()
        .header(CONTENT_TYPE, media)
        .header(CONTENT_LENGTH, (BytesMax::default().get() + 1).to_string())
        .body(Body::empty());
    let (request, mut body) = announced.split();
    let problem = Json::<Line>::read(&request, &mut body).await.unwrap_err();
    assert_eq!(problem.code(), Code::PayloadTooLarge);
}

#[tokio::test]
async fn a_compressed_body_is_not_read() {
    let request = Request::builder()
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_ENCODING, "gzip")
        .body(line_of_bytes(100));
    let (request, mut body) = request.split();
    let problem = Json::<Line>::read(&request, &mut body).await.unwrap_err();
    assert_eq!(problem.code(), Code::UnsupportedMediaType);
}

#[derive(Debug, Object)]
struct Step {
    /// A field with words of its own refers to its type in another way than one without.
    next: Option<Box<Self>>,
    first: Option<Box<Self>>,
    #[oai(validator(maximum(value = "9")))]
    number: u8,
}

#[test]
fn a_type_that_refers_to_itself_is_checked_as_deep_as_its_values_go() {
    let wrong = json!({"number": 1, "next": {"number": 2, "next": {"number": 10}}});
    let schema = Schema::of::<Step>();
    let errors = check::check(&schema, &wrong);
    assert_eq!(errors.len(), 1, "{errors:?}");
    let wrong = json!({"number": 1, "first": {"number": 2, "next": {"number": 3, "more": 1}}});
    assert_eq!(check::check(&schema, &wrong).len(), 1);
    let right = json!({"number": 1, "first": {"number": 2, "next": {"number": 3}}});
    assert_eq!(check::check(&schema, &right).len(), 0);
}
