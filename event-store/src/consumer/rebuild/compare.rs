//! Finds differences between live tables and rebuilt ones.

use std::cmp::Ordering;

use futures_util::{Stream, TryStreamExt, try_join};
use sqlx::{AssertSqlSafe, PgConnection};

use super::lane_positions::LanePositions;
use super::{RebuildError, Rebuilt};

/// How many differing rows are named.
const NAMED: usize = 5;

/// A table, live and rebuilt, at the same position in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub table: &'static str,
    /// How many rows the live one has.
    pub n_live: u64,
    /// How many rows the rebuilt one has.
    pub n_rebuilt: u64,
    /// How many keys have other rows in one than in the other, or only in one of them.
    pub n_differing: u64,
    /// The first of these, in the order of their keys.
    pub first: Vec<Differing>,
}

/// A row that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// The columns of its key, as a JSON object.
    pub key: String,
    /// In what way.
    pub how: How,
}

/// In what way rows differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Only the live table has it.
    OnlyLive,
    /// Only the rebuilt table has it.
    OnlyRebuilt,
    /// The row exists in both with different values.
    Changed,
}

impl Rebuilt {
    /// Compares every table with the live one, at the live positions. It blocks no other process: the live
    /// rows are those of one snapshot.
    ///
    /// None, if the live rows do not belong to this log.
    pub async fn compare(&mut self) -> Result<Option<Vec<Compared>>, RebuildError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let log = self.site.store.head().await?;
        let site = self.site.clone();
        let mut live = site.live.begin_with(begin).await?;
        let Some(positions) = LanePositions::of_live(&mut live, self.name(), log).await? else {
            return Ok(None);
        };
        self.advance(&positions).await?;
        let mut rebuilt = site.shadow.begin_with(begin).await?;
        let mut tables = Vec::new();
        for table in self.projection.tables() {
            tables.push(compare(&mut live, &mut rebuilt, table).await?);
        }
        Ok(Some(tables))
    }
}

async fn compare(
    live: &mut PgConnection,
    rebuilt: &mut PgConnection,
    table: &'static str,
) -> Result<Compared, sqlx::Error> {
    let ((n_live, of_live), (n_rebuilt, of_rebuilt)) =
        try_join!(digest(live, table), digest(rebuilt, table))?;
    let (n_live, n_rebuilt) = (n_live.cast_unsigned(), n_rebuilt.cast_unsigned());
    let same = Compared { table, n_live, n_rebuilt, n_differing: 0, first: Vec::new() };
    if (n_live, of_live) == (n_rebuilt, of_rebuilt) {
        return Ok(same);
    }
    let rows = rows(live, table).await?;
    let (n_differing, first) = differing(
        sqlx::query_as(AssertSqlSafe(rows.clone())).fetch(live),
        sqlx::query_as(AssertSqlSafe(rows)).fetch(rebuilt),
    )
    .await?;
    Ok(Compared { n_differing, first, ..same })
}

/// How many rows there are, and a sum of their hashes.
async fn digest(tx: &mut PgConnection, table: &str) -> Result<(i64, String), sqlx::Error> {
    let sql = format!(
        "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {table} t"
    );
    sqlx::query_as(AssertSqlSafe(sql)).fetch_one(tx).await
}

/// A query for all rows as key and hash, in an order that Rust can compare too.
async fn rows(live: &mut PgConnection, table: &str) -> Result<String, sqlx::Error> {
    let key: Vec<String> = sqlx::query_scalar(
        "SELECT format('%L, t.%I', a.attname, a.attname)
         FROM pg_index i
         CROSS JOIN UNNEST(i.indkey) WITH ORDINALITY AS k (attnum, place)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
         WHERE i.indrelid = to_regclass($1) AND i.indisprimary
         ORDER BY k.place",
    )
    .bind(table)
    .fetch_all(live)
    .await?;
    Ok(format!(
        "SELECT json_build_object({})::text COLLATE \"C\" AS key, md5(t::text)
         FROM {table} t
         ORDER BY 1",
        key.join(", ")
    ))
}

type Row = (String, String);

async fn differing(
    mut live: impl Stream<Item = Result<Row, sqlx::Error>> + Unpin,
    mut rebuilt: impl Stream<Item = Result<Row, sqlx::Error>> + Unpin,
) -> Result<(u64, Vec<Differing>), sqlx::Error> {
    let (mut n_differing, mut first) = (0, Vec::new());
    let (mut left, mut right) = (live.try_next().await?, rebuilt.try_next().await?);
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok((n_differing, first)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((left, _)), Some((right, _))) => left.cmp(right),
        };
        let (ours, theirs) = match order {
            Ordering::Less => (left.take(), None),
            Ordering::Greater => (None, right.take()),
            Ordering::Equal => (left.take(), right.take()),
        };
        if ours.is_some() {
            left = live.try_next().await?;
        }
        if theirs.is_some() {
            right = rebuilt.try_next().await?;
        }
        let (key, how) = match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours == theirs => continue,
            (Some((key, _)), Some(_)) => (key, How::Changed),
            (Some((key, _)), None) => (key, How::OnlyLive),
            (None, Some((key, _))) => (key, How::OnlyRebuilt),
            (None, None) => continue,
        };
        n_differing += 1;
        if first.len() < NAMED {
            first.push(Differing { key, how });
        }
    }
}
