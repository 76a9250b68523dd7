//! serde writes what poem-openapi documents, as long as nobody says something to one of them only.

use crate::source::Source;

const DERIVE: &str = "#[derive(";

/// What is said differently to the two in the answers of a file, like `api/src/operations/stock.rs:12: …`.
pub(crate) fn differences(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let (mut is_answer, mut attributes) = (false, Vec::new());
    for (line, text) in source.text.lines().enumerate() {
        let text = text.trim();
        if text.starts_with(DERIVE) {
            is_answer = text.contains("Serialize");
            attributes.clear();
        }
        if text == "}" {
            is_answer = false;
        }
        if text.starts_with("#[") {
            attributes.push(text);
        } else if !text.starts_with("//") {
            let wrong = is_answer.then(|| difference(text, &attributes)).flatten();
            found.extend(wrong.map(|wrong| format!("{}:{}: {wrong}", source.path, line + 1)));
            attributes.clear();
        }
    }
    found
}

/// What is wrong with an item or a field of an answer, by its attributes.
fn difference(item: &str, attributes: &[&str]) -> Option<&'static str> {
    let has = |attribute: &str| attributes.iter().any(|text| text.starts_with(attribute));
    let says = |words: &str| attributes.iter().filter(|text| text.contains(words)).count();
    let is_type = has(DERIVE);
    if item.contains("DateTime<Utc>") && !has("#[serde(with = \"moment\")]") {
        return Some("a point in time is written by `moment`");
    }
    if is_type && says("rename_all = \"snake_case\"") == 1 {
        return Some("`rename_all` is said to one of them only");
    }
    if !is_type && has("#[oai(") && !has("#[oai(validator(") {
        return Some("serde does not know what is said of this field");
    }
    None
}

#[test]
fn what_is_said_to_one_of_them_only_is_found() {
    let answer = |inside: &str| Source {
        path: "answer.rs".to_owned(),
        code: String::new(),
        text: format!("#[derive(Object, Serialize)]\n#[oai(rename = \"Order\")]\n{inside}\n}}"),
    };
    let found = |inside: &str| differences(&answer(inside)).len();
    assert_eq!(found("struct A {\n    /// When.\n    at: Option<DateTime<Utc>>,"), 1);
    assert_eq!(found("struct A {\n    #[serde(with = \"moment\")]\n    at: DateTime<Utc>,"), 0);
    assert_eq!(found("#[oai(rename_all = \"snake_case\")]\nenum A {\n    Cash,"), 1);
    assert_eq!(found("struct A {\n    #[oai(rename = \"n\")]\n    number: u32,"), 1);
    assert_eq!(found("struct A {\n    #[oai(validator(min_items = 1))]\n    lines: Vec<u32>,"), 0);
}
