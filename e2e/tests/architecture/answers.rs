//! Checks that serde serializes answers as poem-openapi documents them: no attribute may configure
//! only one of the two.

use crate::source::Source;

const DERIVE: &str = "#[derive(";

/// The differences between the two in the answers of a file, as `api/src/operations/stock.rs:12:
/// …`.
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

/// What is wrong with the attributes of an item or a field of an answer.
fn difference(item: &str, attributes: &[&str]) -> Option<&'static str> {
    let has = |attribute: &str| attributes.iter().any(|text| text.starts_with(attribute));
    let count = |words: &str| attributes.iter().filter(|text| text.contains(words)).count();
    let is_type = has(DERIVE);
    if item.contains("DateTime<Utc>") && !has("#[serde(with = \"moment\")]") {
        return Some("a point in time is written by `moment`");
    }
    if is_type && count("rename_all = \"snake_case\"") == 1 {
        return Some("`rename_all` is set for one of them only");
    }
    // The one attribute that each has under a name of its own.
    let is_left_out = [
        has("#[oai(skip_serializing_if_is_none)]"),
        has("#[serde(skip_serializing_if = \"Option::is_none\")]"),
    ];
    if is_left_out[0] != is_left_out[1] {
        return Some("what is absent is left out by one of them only");
    }
    if !is_type && has("#[oai(") && !has("#[oai(validator(") && !is_left_out[0] {
        return Some("serde ignores what is set for this field");
    }
    None
}

#[test]
fn attributes_of_one_of_them_only_are_found() {
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
    let (oai, serde) = (
        "#[oai(skip_serializing_if_is_none)]",
        "#[serde(skip_serializing_if = \"Option::is_none\")]",
    );
    assert_eq!(found(&format!("struct A {{\n    {oai}\n    a: Option<B>,")), 1);
    assert_eq!(found(&format!("struct A {{\n    {serde}\n    a: Option<B>,")), 1);
    assert_eq!(found(&format!("struct A {{\n    {oai}\n    {serde}\n    a: Option<B>,")), 0);
    assert_eq!(found("struct A {\n    #[oai(validator(min_items = 1))]\n    lines: Vec<u32>,"), 0);
}
