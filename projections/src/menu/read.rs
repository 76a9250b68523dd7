//! The document, and what changed of it.

use domain::catalog::Channel;
use domain::shared::BranchId;
use uuid::Uuid;

use super::affected::Kind;
use super::packed::Packed;
use crate::read_db::{ReadError, TenantTx};

/// Incremented when entries are written otherwise, so that clients read the whole document again.
pub const FORMAT: u16 = 1;

/// Whose document it is.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The branch.
    pub branch: BranchId,
    /// The channel.
    pub channel: &'a Channel,
}

/// Entries of a kind, with commas between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What they are.
    pub kind: Kind,
    /// Their text.
    pub packed: Packed,
}

/// An entry that was added or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upserted {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub body: String,
}

/// What changed in a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// What was added or changed.
    pub upserted: Vec<Upserted>,
    /// What was removed, or is not shown there any more. It may never have been there.
    pub removed: Vec<(Kind, Uuid)>,
}

/// The position of the last event that the document depends on; none if there is no such branch.
///
/// Price lists of other branches and channels count, too.
pub async fn version(tx: &mut TenantTx, branch: BranchId) -> Result<Option<i64>, ReadError> {
    let (tenant, connection) = tx.parts();
    let version = sqlx::query_scalar(
        "SELECT (
             SELECT position
             FROM menu_entries
             WHERE tenant_id = $1 AND (kind <> 'branch' OR entry_id = $2)
             ORDER BY position DESC
             LIMIT 1
         )
         FROM menu_entries
         WHERE tenant_id = $1 AND kind = 'branch' AND entry_id = $2",
    )
    .bind(tenant)
    .bind(branch.uuid())
    .fetch_optional(connection)
    .await?;
    Ok(version)
}

/// The parts of the document, in its order.
pub async fn document(tx: &mut TenantTx, shown: Shown<'_>) -> Result<Vec<Part>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(String, Vec<u8>, i64, i64)> = sqlx::query_as(
        "SELECT kind, packed, crc, length
         FROM menu_parts
         WHERE tenant_id = $1
             AND (branch_id IS NULL OR branch_id = $2)
             AND (channel IS NULL OR channel = $3)
         ORDER BY place, part_id",
    )
    .bind(tenant)
    .bind(shown.branch.uuid())
    .bind(shown.channel.as_str())
    .fetch_all(connection)
    .await?;
    let part = |(kind, bytes, crc, length): (String, Vec<u8>, i64, i64)| {
        let number = |number: i64| u32::try_from(number).map_err(|error| unreadable(error.into()));
        let packed = Packed { bytes, crc: number(crc)?, length: number(length)? };
        Ok(Part { kind: kind_of(&kind)?, packed })
    };
    let mut parts = rows.into_iter().map(part).collect::<Result<Vec<_>, ReadError>>()?;
    parts.sort_by_key(|part| part.kind);
    Ok(parts)
}

/// What changed in the document after a position; none if it is more than `max` entries.
pub async fn changes(
    tx: &mut TenantTx,
    shown: Shown<'_>,
    since: i64,
    max: u16,
) -> Result<Option<Changes>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(String, Uuid, Option<String>)> = sqlx::query_as(
        "SELECT kind, entry_id,
             CASE WHEN (branch_id IS NULL OR branch_id = $2) AND (channel IS NULL OR channel = $3)
                 THEN body END
         FROM menu_entries
         WHERE tenant_id = $1 AND position > $4 AND (kind <> 'branch' OR entry_id = $2)
         ORDER BY place, name, entry_id
         LIMIT $5",
    )
    .bind(tenant)
    .bind(shown.branch.uuid())
    .bind(shown.channel.as_str())
    .bind(since)
    .bind(i64::from(max) + 1)
    .fetch_all(connection)
    .await?;
    if rows.len() > usize::from(max) {
        return Ok(None);
    }
    let mut changes = Changes::default();
    for (kind, id, body) in rows {
        let kind = kind_of(&kind)?;
        match body {
            Some(body) => changes.upserted.push(Upserted { kind, body }),
            None => changes.removed.push((kind, id)),
        }
    }
    Ok(Some(changes))
}

fn kind_of(word: &str) -> Result<Kind, ReadError> {
    Kind::of(word).ok_or_else(|| unreadable(format!("no kind of entry is called {word}").into()))
}

fn unreadable(source: sqlx::error::BoxDynError) -> ReadError {
    ReadError::Defect(sqlx::Error::Decode(source))
}
