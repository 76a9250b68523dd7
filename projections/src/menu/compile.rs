//! Writes entries that changed, and the parts that they are in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use domain::catalog::Channel;
use domain::catalog::price_list::List;
use domain::shared::BranchId;
use event_store::consumer::ConsumerError;
use sqlx::PgConnection;
use uuid::Uuid;

use super::affected::{Affected, Kind};
use super::packed::Packed;
use super::sources::{
    Availability, BRANCHES, CATEGORIES, MODIFIER_GROUPS, PRICE_LISTS, PRODUCTS, STATIONS,
};
use super::{marks, product_texts, texts};
use crate::catalog::branches::Branch;
use crate::catalog::categories::Category;
use crate::catalog::modifier_groups::ModifierGroup;
use crate::catalog::price_lists::PriceList;
use crate::catalog::products::Product;
use crate::catalog::stations::Station;
use crate::page::Key;
use crate::row::statements::{insert_or, load, upsert};
use crate::row::{self, Owned};
use crate::states::StateRow;

/// Where a part is shown; none for everywhere.
#[derive(Debug, Clone, Default)]
struct Shown {
    branch: Option<BranchId>,
    channel: Option<Channel>,
}

row::columns!(part Shown { branch as branch_id, channel });

#[derive(Debug)]
struct Entry {
    kind: String,
    id: Uuid,
    part: Uuid,
    place: i64,
    name: String,
    shown: Shown,
    body: Option<String>,
    position: i64,
}

row::columns!(written Entry {
    kind, id as entry_id, part as part_id, place, name, shown, body, position,
});

struct PartRow {
    kind: String,
    id: Uuid,
    place: i64,
    shown: Shown,
    packed: Vec<u8>,
    crc: u32,
    length: u32,
}

row::columns!(written PartRow { kind, id as part_id, place, shown, packed, crc, length });

/// The parts to compress again, with the place of each in the document and where it is shown.
type Parts = BTreeMap<Key, (i64, Shown)>;

pub(super) async fn compile(
    tx: &mut PgConnection,
    mut affected: Affected,
) -> Result<(), ConsumerError> {
    branches(tx, &affected.of(Kind::Branch)).await?;
    let categories_changed = affected.of(Kind::Category);
    categories(tx, &categories_changed).await?;
    products(tx, &affected.of(Kind::Product), &categories_changed).await?;
    modifier_groups(tx, &affected.of(Kind::ModifierGroup)).await?;
    price_lists(tx, &affected.of(Kind::PriceList)).await
}

async fn branches(
    tx: &mut PgConnection,
    affected: &BTreeMap<Key, i64>,
) -> Result<(), ConsumerError> {
    let rows: BTreeMap<Key, Branch> = states(tx, BRANCHES, affected).await?;
    let table = Availability::TABLE;
    let unavailable: BTreeMap<Key, Availability> = states(tx, table, affected).await?;
    let stations = stations_of(tx, &rows).await?;
    let entry = |(key, branch): (&Key, &Branch)| {
        let stations = stations.get(key).map_or(&[][..], Vec::as_slice);
        let body = texts::branch(branch, stations, unavailable.get(key));
        let shown = Shown { branch: Some(branch.id), channel: None };
        let name = branch.details.name.to_string();
        entry_of(Kind::Branch, *key, key.id, affected[key], (0, name, shown, Some(body)))
    };
    let entries: Vec<_> = rows.iter().map(entry).collect();
    let parts = rows
        .iter()
        .map(|(key, branch)| (*key, (0, Shown { branch: Some(branch.id), channel: None })));
    let parts = parts.collect();
    write(tx, &entries).await?;
    pack(tx, Kind::Branch, parts).await
}

/// The open stations of branches, by name.
async fn stations_of(
    tx: &mut PgConnection,
    branches: &BTreeMap<Key, Branch>,
) -> Result<BTreeMap<Key, Vec<Station>>, ConsumerError> {
    let (tenants, ids): (Vec<_>, Vec<_>) = pairs(branches.keys().copied());
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT tenant_id, station_id
         FROM menu_stations
         WHERE is_open
             AND (tenant_id, branch_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    let keys = rows.into_iter().map(|(tenant_id, id)| Key { tenant_id, id }).collect();
    let stations: BTreeMap<Key, Station> = load(tx, STATIONS, Station::ID, keys).await?;
    let mut of_branches: BTreeMap<Key, Vec<Station>> = BTreeMap::new();
    for (key, station) in stations {
        let branch = Key { id: station.added.branch.uuid(), ..key };
        of_branches.entry(branch).or_default().push(station);
    }
    for stations in of_branches.values_mut() {
        stations.sort_by(|a, b| (a.added.name.as_str(), a.id).cmp(&(b.added.name.as_str(), b.id)));
    }
    Ok(of_branches)
}

async fn categories(
    tx: &mut PgConnection,
    affected: &BTreeMap<Key, i64>,
) -> Result<(), ConsumerError> {
    let rows: BTreeMap<Key, Category> = states(tx, CATEGORIES, affected).await?;
    let entry = |(key, category): (&Key, &Category)| {
        let body = category.is_active.then(|| texts::category(category));
        let (place, name) = (i64::from(category.details.place), category.details.name.to_string());
        let rest = (place, name, Shown::default(), body);
        entry_of(Kind::Category, *key, key.tenant_id, affected[key], rest)
    };
    let entries: Vec<_> = rows.iter().map(entry).collect();
    write(tx, &entries).await?;
    pack(tx, Kind::Category, of_companies(affected)).await
}

/// Products, and those of categories that moved.
async fn products(
    tx: &mut PgConnection,
    affected: &BTreeMap<Key, i64>,
    categories_changed: &BTreeMap<Key, i64>,
) -> Result<(), ConsumerError> {
    let rows: BTreeMap<Key, Product> = states(tx, PRODUCTS, affected).await?;
    let known = marks::of(tx, &rows).await?;
    let (tenants, ids): (Vec<_>, Vec<_>) = pairs(rows.keys().copied());
    let before: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT DISTINCT tenant_id, part_id
         FROM menu_entries
         WHERE kind = 'product'
             AND (tenant_id, entry_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(tenants)
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    let mut categories: BTreeSet<Key> =
        before.into_iter().map(|(tenant_id, id)| Key { tenant_id, id }).collect();
    categories.extend(categories_changed.keys());
    let mut entries = Vec::with_capacity(rows.len());
    for (key, product) in &rows {
        let details = &product.details;
        let category = details.category.uuid();
        categories.insert(Key { id: category, ..*key });
        let body = product.is_active.then(|| product_texts::product(product, &known[key]));
        let rest = (i64::from(details.place), details.name.to_string(), Shown::default(), body);
        entries.push(entry_of(Kind::Product, *key, category, affected[key], rest));
    }
    write(tx, &entries).await?;
    let places: BTreeMap<Key, Category> =
        load(tx, CATEGORIES, Category::ID, categories.clone()).await?;
    let place = |key: Key| {
        let place = places.get(&key).map_or(0, |category| i64::from(category.details.place));
        (key, (place, Shown::default()))
    };
    pack(tx, Kind::Product, categories.into_iter().map(place).collect()).await
}

async fn modifier_groups(
    tx: &mut PgConnection,
    affected: &BTreeMap<Key, i64>,
) -> Result<(), ConsumerError> {
    let rows: BTreeMap<Key, ModifierGroup> = states(tx, MODIFIER_GROUPS, affected).await?;
    let entry = |(key, group): (&Key, &ModifierGroup)| {
        let body = group.is_active.then(|| texts::modifier_group(group));
        let rest = (0, group.details.group.name.to_string(), Shown::default(), body);
        entry_of(Kind::ModifierGroup, *key, key.tenant_id, affected[key], rest)
    };
    let entries: Vec<_> = rows.iter().map(entry).collect();
    write(tx, &entries).await?;
    pack(tx, Kind::ModifierGroup, of_companies(affected)).await
}

async fn price_lists(
    tx: &mut PgConnection,
    affected: &BTreeMap<Key, i64>,
) -> Result<(), ConsumerError> {
    let rows: BTreeMap<Key, PriceList> = states(tx, PRICE_LISTS, affected).await?;
    let (mut entries, mut parts) = (Vec::new(), Parts::new());
    for (key, list) in &rows {
        let conditions = &list.list.conditions;
        let (branch, channel) = (conditions.branch, conditions.channel.clone());
        let shown = Shown { branch, channel };
        let place = precedence(&list.list);
        let body = list.is_published.then(|| texts::price_list(list));
        let rest = (place, list.list.name.to_string(), shown.clone(), body);
        entries.push(entry_of(Kind::PriceList, *key, key.id, affected[key], rest));
        parts.insert(*key, (place, shown));
    }
    write(tx, &entries).await?;
    pack(tx, Kind::PriceList, parts).await
}

/// A number that is smaller for the list that goes before; see [`domain::catalog::price_list::precedence`].
fn precedence(list: &List) -> i64 {
    let conditions = &list.conditions;
    let rank = [
        conditions.hours.is_some(),
        conditions.weekdays.is_some(),
        conditions.branch.is_some(),
        conditions.channel.is_some(),
    ];
    let rank = rank.into_iter().fold(0, |rank, is_limited| rank * 2 + i64::from(is_limited));
    -((rank << 32) + i64::from(list.valid_from.num_days_from_ce()))
}

/// The states of what is affected.
async fn states<R: StateRow>(
    tx: &mut PgConnection,
    table: &str,
    affected: &BTreeMap<Key, i64>,
) -> Result<BTreeMap<Key, R>, ConsumerError> {
    load(tx, table, R::ID, affected.keys().copied().collect()).await
}

/// The part of a kind that has one per company.
fn of_companies(affected: &BTreeMap<Key, i64>) -> Parts {
    let part = |key: &Key| (Key { id: key.tenant_id, ..*key }, (0, Shown::default()));
    affected.keys().map(part).collect()
}

fn entry_of(
    kind: Kind,
    key: Key,
    part: Uuid,
    position: i64,
    (place, name, shown, body): (i64, String, Shown, Option<String>),
) -> Owned<Entry> {
    let kind = kind.word().to_owned();
    let row = Entry { kind, id: key.id, part, place, name, shown, body, position };
    Owned { tenant_id: key.tenant_id, row }
}

/// Writes entries. A position never decreases: an event that was parked comes after later ones.
async fn write(tx: &mut PgConnection, entries: &[Owned<Entry>]) -> Result<(), ConsumerError> {
    insert_or(
        tx,
        "menu_entries",
        entries,
        "ON CONFLICT (tenant_id, kind, entry_id) DO UPDATE SET
             part_id = excluded.part_id,
             place = excluded.place,
             name = excluded.name,
             branch_id = excluded.branch_id,
             channel = excluded.channel,
             body = excluded.body,
             position = GREATEST(t.position, excluded.position)",
    )
    .await
}

/// Compresses parts; one without entries is not kept.
async fn pack(tx: &mut PgConnection, kind: Kind, parts: Parts) -> Result<(), ConsumerError> {
    if parts.is_empty() {
        return Ok(());
    }
    let (tenants, ids): (Vec<_>, Vec<_>) = pairs(parts.keys().copied());
    let bodies: Vec<(Uuid, Uuid, String)> = sqlx::query_as(
        "SELECT tenant_id, part_id, string_agg(body, ',' ORDER BY place, name, entry_id)
         FROM menu_entries
         WHERE kind = $3
             AND (tenant_id, part_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))
             AND body IS NOT NULL
         GROUP BY tenant_id, part_id",
    )
    .bind(&tenants)
    .bind(&ids)
    .bind(kind.word())
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM menu_parts
         WHERE kind = $3
             AND (tenant_id, part_id) IN (SELECT * FROM UNNEST($1::uuid[], $2::uuid[]))",
    )
    .bind(&tenants)
    .bind(&ids)
    .bind(kind.word())
    .execute(&mut *tx)
    .await?;
    let row = |(tenant_id, id, text): (Uuid, Uuid, String)| {
        let (place, shown) = parts[&Key { tenant_id, id }].clone();
        let Packed { bytes, crc, length } = Packed::of(&text);
        let kind = kind.word().to_owned();
        Owned { tenant_id, row: PartRow { kind, id, place, shown, packed: bytes, crc, length } }
    };
    let rows: Vec<_> = bodies.into_iter().map(row).collect();
    upsert(tx, "menu_parts", &["tenant_id", "kind", "part_id"], &rows).await
}

fn pairs(keys: impl Iterator<Item = Key>) -> (Vec<Uuid>, Vec<Uuid>) {
    keys.map(|key| (key.tenant_id, key.id)).unzip()
}
