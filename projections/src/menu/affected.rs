//! Which entries events affect.

use std::collections::BTreeMap;

use domain::catalog::{Availability, Category, ModifierGroup, PriceList, Product, Station};
use domain::identity::Branch;
use domain::inventory::{Recipe, StockItem};
use event_store::RecordedEvent;
use event_store::consumer::ConsumerError;
use sqlx::PgConnection;
use uuid::Uuid;

use super::sources::STATIONS;
use crate::catalog::stations;
use crate::page::Key;
use crate::row::statements::load;

/// What an entry is, in the order of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The branch, with its stations and what it does not sell.
    Branch,
    /// A category.
    Category,
    /// A product.
    Product,
    /// A modifier group.
    ModifierGroup,
    /// A price list.
    PriceList,
}

impl Kind {
    /// Every kind, in the order of the document.
    pub const ALL: [Self; 5] =
        [Self::Branch, Self::Category, Self::Product, Self::ModifierGroup, Self::PriceList];

    /// Its word, in rows and in the document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Category => "category",
            Self::Product => "product",
            Self::ModifierGroup => "modifier_group",
            Self::PriceList => "price_list",
        }
    }

    /// The kind with a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// The entries by kind, each with the last event that affects it.
#[derive(Debug, Default)]
pub(super) struct Affected(BTreeMap<Kind, BTreeMap<Key, i64>>);

impl Affected {
    pub(super) fn of(&mut self, kind: Kind) -> BTreeMap<Key, i64> {
        self.0.remove(&kind).unwrap_or_default()
    }

    fn add(&mut self, kind: Kind, key: Key, position: i64) {
        let last = self.0.entry(kind).or_default().entry(key).or_insert(position);
        *last = position.max(*last);
    }
}

/// The entries that events affect, directly or as what others are made of. The states have them applied.
pub(super) async fn by(
    tx: &mut PgConnection,
    events: &[&RecordedEvent],
) -> Result<Affected, ConsumerError> {
    let mut affected = Affected::default();
    let (mut items, mut stations) = (BTreeMap::new(), BTreeMap::new());
    for event in events {
        let (key, position) = (Key::of(event)?, event.position.to_i64());
        let stream = &event.stream;
        if stream.is_of::<Branch>() || stream.is_of::<Availability>() {
            affected.add(Kind::Branch, key, position);
        } else if stream.is_of::<Category>() {
            affected.add(Kind::Category, key, position);
        } else if stream.is_of::<Product>() || stream.is_of::<Recipe>() {
            affected.add(Kind::Product, key, position);
        } else if stream.is_of::<ModifierGroup>() {
            affected.add(Kind::ModifierGroup, key, position);
        } else if stream.is_of::<PriceList>() {
            affected.add(Kind::PriceList, key, position);
        } else if stream.is_of::<StockItem>() {
            items.insert(key, position);
        } else if stream.is_of::<Station>() {
            stations.insert(key, position);
        }
    }
    let rows: BTreeMap<Key, stations::Station> =
        load(tx, STATIONS, "station_id", stations.keys().copied().collect()).await?;
    for (key, station) in rows {
        let branch = Key { id: station.added.branch.uuid(), ..key };
        affected.add(Kind::Branch, branch, stations[&key]);
    }
    for (product, position) in with_items(tx, &items).await? {
        affected.add(Kind::Product, product, position);
    }
    let products = affected.0.get(&Kind::Product).cloned().unwrap_or_default();
    for (combo, position) in combos_of(tx, &products).await? {
        affected.add(Kind::Product, combo, position);
    }
    Ok(affected)
}

/// The products whose recipes take stock items.
async fn with_items(
    tx: &mut PgConnection,
    items: &BTreeMap<Key, i64>,
) -> Result<Vec<(Key, i64)>, ConsumerError> {
    let text = "SELECT r.tenant_id, r.product_id, max(i.position)
         FROM menu_recipes r
         CROSS JOIN LATERAL jsonb_path_query(r.portions, '$[*].ingredients[*].item') AS used
         JOIN UNNEST($1::uuid[], $2::uuid[], $3::bigint[]) AS i (tenant_id, id, position)
             ON i.tenant_id = r.tenant_id AND i.id = (used #>> '{}')::uuid
         WHERE r.tenant_id = ANY ($1)
         GROUP BY r.tenant_id, r.product_id";
    made_of(tx, text, items).await
}

/// The combos that products are options of.
async fn combos_of(
    tx: &mut PgConnection,
    products: &BTreeMap<Key, i64>,
) -> Result<Vec<(Key, i64)>, ConsumerError> {
    let text = "SELECT c.tenant_id, c.product_id, max(p.position)
         FROM menu_products c
         CROSS JOIN LATERAL jsonb_path_query(c.combo, '$.slots[*].options[*].product') AS used
         JOIN UNNEST($1::uuid[], $2::uuid[], $3::bigint[]) AS p (tenant_id, id, position)
             ON p.tenant_id = c.tenant_id AND p.id = (used #>> '{}')::uuid
         WHERE c.tenant_id = ANY ($1) AND c.combo IS NOT NULL
         GROUP BY c.tenant_id, c.product_id";
    made_of(tx, text, products).await
}

async fn made_of(
    tx: &mut PgConnection,
    text: &'static str,
    of: &BTreeMap<Key, i64>,
) -> Result<Vec<(Key, i64)>, ConsumerError> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let tenants: Vec<Uuid> = of.keys().map(|key| key.tenant_id).collect();
    let ids: Vec<Uuid> = of.keys().map(|key| key.id).collect();
    let positions: Vec<i64> = of.values().copied().collect();
    let query = sqlx::query_as(text).bind(tenants).bind(ids).bind(positions);
    let rows: Vec<(Uuid, Uuid, i64)> = query.fetch_all(tx).await?;
    let keyed = |(tenant_id, id, position)| (Key { tenant_id, id }, position);
    Ok(rows.into_iter().map(keyed).collect())
}
