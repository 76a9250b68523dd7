//! The text of the document, put together from what is compiled.

use domain::catalog::Channel;
use domain::shared::BranchId;
use projections::menu::{Changes, Gzip, Kind, Part};
use serde::Serialize;
use uuid::Uuid;

use super::model::{EntryKindBody, MenuRemoved};

/// What the document begins with.
#[derive(Debug)]
pub(super) struct Head<'a> {
    pub(super) token: String,
    pub(super) branch: BranchId,
    pub(super) channel: &'a Channel,
    pub(super) images_url: &'a str,
}

#[derive(Serialize)]
struct HeadText<'a> {
    token: &'a str,
    is_whole: bool,
    branch_id: Uuid,
    channel: &'a str,
    images_url: String,
}

impl Head<'_> {
    /// The document up to where more fields follow.
    fn text(&self, is_whole: bool) -> String {
        let head = HeadText {
            token: &self.token,
            is_whole,
            branch_id: self.branch.uuid(),
            channel: self.channel.as_str(),
            images_url: format!("{}/", self.images_url),
        };
        let mut text = serde_json::to_string(&head).expect("names of fields are the only keys");
        text.pop();
        text
    }
}

/// The field of the entries of a kind.
const fn field(kind: Kind) -> &'static str {
    match kind {
        Kind::Branch => "branch",
        Kind::Category => "categories",
        Kind::Product => "products",
        Kind::ModifierGroup => "modifier_groups",
        Kind::PriceList => "price_lists",
    }
}

/// What is around the entries of a kind: those of the branch are one.
const fn brackets(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Branch => ("", ""),
        _ => ("[", "]"),
    }
}

/// The whole document.
pub(super) fn document(head: &Head<'_>, parts: &[Part]) -> Gzip {
    let mut document = Gzip::default();
    let mut glue = head.text(true);
    for kind in Kind::ALL {
        let of_kind: Vec<&Part> = parts.iter().filter(|part| part.kind == kind).collect();
        if kind == Kind::Branch && of_kind.is_empty() {
            continue;
        }
        let (open, close) = brackets(kind);
        glue.extend([",\"", field(kind), "\":", open]);
        for (index, part) in of_kind.into_iter().enumerate() {
            if index > 0 {
                glue.push(',');
            }
            document.text(&glue);
            glue.clear();
            document.packed(&part.packed);
        }
        glue += close;
    }
    document.text(&(glue + ",\"removed\":[]}"));
    document
}

/// What changed.
pub(super) fn changes(head: &Head<'_>, changes: &Changes) -> String {
    let mut text = head.text(false);
    for kind in Kind::ALL {
        let of_kind = changes.upserted.iter().filter(|entry| entry.kind == kind);
        let bodies: Vec<&str> = of_kind.map(|entry| entry.body.as_str()).collect();
        if kind == Kind::Branch && bodies.is_empty() {
            continue;
        }
        let (open, close) = brackets(kind);
        text.extend([",\"", field(kind), "\":", open, &bodies.join(","), close]);
    }
    let removed: Vec<MenuRemoved> = changes.removed.iter().filter_map(removed).collect();
    let removed = serde_json::to_string(&removed).expect("names of fields are the only keys");
    text + &format!(",\"removed\":{removed}}}")
}

/// A branch is never removed.
fn removed((kind, id): &(Kind, Uuid)) -> Option<MenuRemoved> {
    let kind = match kind {
        Kind::Branch => return None,
        Kind::Category => EntryKindBody::Category,
        Kind::Product => EntryKindBody::Product,
        Kind::ModifierGroup => EntryKindBody::ModifierGroup,
        Kind::PriceList => EntryKindBody::PriceList,
    };
    Some(MenuRemoved { kind, id: *id })
}
