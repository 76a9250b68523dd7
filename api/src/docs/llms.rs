//! `/llms.txt`: what a program that reads prose needs to use the API.

use crate::contract::About;
use crate::contract::outline::{PartOutline, text};
use crate::language::Language;

const PAGE: &str = include_str!("llms.md");

pub(super) fn page(about: &About, parts: &[PartOutline]) -> String {
    PAGE.replace("{title}", &about.title)
        .replace("{about}", about.description.in_language(Language::English).trim_end())
        .replace("{operations}", &operations(parts))
}

fn operations(parts: &[PartOutline]) -> String {
    let part = |PartOutline { name, description, operations }: &PartOutline| {
        let lines: Vec<String> = operations
            .iter()
            .map(|operation| {
                let id = text(&operation.documented["operationId"]);
                let (method, path) = (&operation.method, &operation.path);
                format!("- `{method} {path}` ({id}): {}", operation.summary())
            })
            .collect();
        format!("### {name}\n\n{description}\n\n{}", lines.join("\n"))
    };
    parts.iter().map(part).collect::<Vec<_>>().join("\n\n")
}
