//! What branches do not sell, or have run out of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::catalog::Availability;
use domain::catalog::availability::{Event, Snoozed, Subject};
use domain::shared::{BranchId, Name};
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::page::{Happened, Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row;
use crate::row::statements::insert_or;

/// Something of the menu that a branch does not sell at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// What it is.
    pub kind: Kind,
    /// The product, the variant or the modifier.
    pub subject: Uuid,
    /// The product of the variant, or the group of the modifier; a product's own id.
    pub owner: Uuid,
    /// Its name.
    pub name: Name,
    /// The name of the product or of the group; none for a product.
    pub owner_name: Option<Name>,
    /// Whether the branch does not sell it at all.
    pub is_delisted: bool,
    /// The moment from which it is sold again, if it has run out until one.
    pub snoozed_until: Option<DateTime<Utc>>,
}

/// What can be sold or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A product with all its variants.
    Product,
    /// One variant.
    Variant,
    /// A modifier of a group.
    Modifier,
}

/// The end of a page of what is not available.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnavailableCursor {
    name: String,
    id: Uuid,
}

row::columns!(read Unavailable {
    kind,
    subject as subject_id,
    owner as owner_id,
    name,
    owner_name,
    is_delisted,
    snoozed_until,
});

/// Something in a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    tenant: Uuid,
    branch: Uuid,
    kind: Kind,
    subject: Uuid,
}

row::columns!(written Cell { tenant as tenant_id, branch as branch_id, kind, subject as subject_id });

/// Whether it is delisted, where nothing is known of a snooze.
struct Listing {
    cell: Cell,
    is_delisted: bool,
}

row::columns!(written Listing { cell, is_delisted } with { is_snoozed: |_| false });

/// Whether it is snoozed, where nothing is known of its listing.
struct Snooze {
    cell: Cell,
    is_snoozed: bool,
    snoozed_until: Option<DateTime<Utc>>,
}

row::columns!(written Snooze { cell, is_snoozed, snoozed_until } with { is_delisted: |_| false });

/// Each event says what holds after it, so the last one of the page suffices.
pub(super) async fn project(
    tx: &mut PgConnection,
    happened: &[Happened<'_, Availability>],
) -> Result<(), ConsumerError> {
    let mut is_delisted: BTreeMap<Cell, bool> = BTreeMap::new();
    let mut last_snooze: BTreeMap<Cell, Option<Snoozed>> = BTreeMap::new();
    for h in happened {
        let cell = |subject| {
            let (kind, subject) = key(subject);
            Cell { tenant: h.key.tenant_id, branch: h.key.id, kind, subject }
        };
        match h.event {
            Event::Listed(event) => {
                is_delisted.insert(cell(event.subject), false);
            }
            Event::Delisted(event) => {
                is_delisted.insert(cell(event.subject), true);
            }
            Event::Snoozed(event) => {
                last_snooze.insert(cell(event.subject), Some(event));
            }
            Event::PutBack(event) => {
                last_snooze.insert(cell(event.subject), None);
            }
        }
    }
    let listings = is_delisted.into_iter().map(|(cell, is_delisted)| Listing { cell, is_delisted });
    let snoozes = last_snooze.into_iter().map(|(cell, last)| Snooze {
        cell,
        is_snoozed: last.is_some(),
        snoozed_until: last.and_then(|last| last.until),
    });
    insert_or(
        tx,
        "availability",
        &listings.collect::<Vec<_>>(),
        "ON CONFLICT (tenant_id, branch_id, kind, subject_id) DO UPDATE SET
             is_delisted = excluded.is_delisted",
    )
    .await?;
    insert_or(
        tx,
        "availability",
        &snoozes.collect::<Vec<_>>(),
        "ON CONFLICT (tenant_id, branch_id, kind, subject_id) DO UPDATE SET
             is_snoozed = excluded.is_snoozed,
             snoozed_until = excluded.snoozed_until",
    )
    .await
}

const fn key(subject: Subject) -> (Kind, Uuid) {
    match subject {
        Subject::Product(product) => (Kind::Product, product.uuid()),
        Subject::Variant(variant) => (Kind::Variant, variant.uuid()),
        Subject::Modifier(modifier) => (Kind::Modifier, modifier.uuid()),
    }
}

/// What of the menu a branch does not sell at a moment, by name. A snooze whose time is over counts no
/// more, and what is not in the menu is not listed.
pub async fn list(
    tx: &mut TenantTx,
    branch: BranchId,
    at: DateTime<Utc>,
    after: Option<&UnavailableCursor>,
    limit: u32,
) -> Result<Page<Unavailable, UnavailableCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT a.kind, a.subject_id, m.owner_id, m.name, m.owner_name, a.is_delisted,
             CASE WHEN a.is_delisted THEN NULL ELSE a.snoozed_until END AS snoozed_until
         FROM availability a
         JOIN (
             SELECT 'product' AS kind, product_id AS subject_id, product_id AS owner_id, name,
                 NULL AS owner_name
             FROM products
             WHERE tenant_id = $1 AND is_active
             UNION ALL
             SELECT 'variant', (v->>'id')::uuid, product_id, v->>'name', name
             FROM products, jsonb_array_elements(variants) v
             WHERE tenant_id = $1 AND is_active
             UNION ALL
             SELECT 'modifier', (m->>'id')::uuid, modifier_group_id, m->>'name', name
             FROM modifier_groups, jsonb_array_elements(modifiers) m
             WHERE tenant_id = $1 AND is_active
         ) m ON m.kind = a.kind AND m.subject_id = a.subject_id
         WHERE a.tenant_id = $1
             AND a.branch_id = $2
             AND (a.is_delisted
                 OR a.is_snoozed AND (a.snoozed_until IS NULL OR a.snoozed_until > $3))
             AND ($4::text IS NULL OR (m.name, a.subject_id) > ($4, $5))
         ORDER BY m.name, a.subject_id
         LIMIT $6",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .bind(at)
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor =
        |last: &Unavailable| UnavailableCursor { name: last.name.to_string(), id: last.subject };
    Ok(Page::of(rows, limit, cursor))
}
