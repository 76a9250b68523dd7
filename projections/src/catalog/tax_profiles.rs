//! Tax profiles of companies, in every version.

use chrono::{DateTime, Utc};
use domain::catalog::TaxProfile as Aggregate;
use domain::catalog::tax_profile::{Event, Published};
use domain::shared::{Name, TaxProfileId};
use domain::taxes::Profile;
use event_store::Revision;
use event_store::consumer::ConsumerError;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::page::{Happened, Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::upsert;
use crate::row::{self, Owned};

const TABLE: &str = "tax_profile_versions";

/// A version of a tax profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxProfile {
    /// Its id, the same in all versions.
    pub id: TaxProfileId,
    /// 1, 2, 3 …
    pub version: u32,
    /// Its name in this version.
    pub name: Name,
    /// The taxes.
    pub profile: Profile,
    /// When the version was published.
    pub published_at: DateTime<Utc>,
    /// The revision of its stream after this version, for `ETag`.
    pub revision: Revision,
}

/// A version of a tax profile without the taxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxProfileHead {
    /// Its id.
    pub id: TaxProfileId,
    /// 1, 2, 3 …
    pub version: u32,
    /// Its name in this version.
    pub name: Name,
    /// When the version was published.
    pub published_at: DateTime<Utc>,
    /// The revision of its stream after this version, for `ETag`.
    pub revision: Revision,
}

/// The end of a page of tax profiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxProfileCursor {
    name: String,
    id: TaxProfileId,
}

row::columns!(row TaxProfile {
    id as tax_profile_id, version, name, profile, published_at, revision,
});
row::columns!(read TaxProfileHead { id as tax_profile_id, version, name, published_at, revision });

pub(super) async fn project(
    tx: &mut PgConnection,
    happened: Vec<Happened<'_, Aggregate>>,
) -> Result<(), ConsumerError> {
    let row = |Happened { recorded, key, event }| {
        let Event::Published(Published { version, name, profile }) = event;
        let id = TaxProfileId::from_uuid(key.id);
        let (published_at, revision) = (recorded.recorded_at, recorded.revision);
        let row = TaxProfile { id, version, name, profile, published_at, revision };
        Owned { tenant_id: key.tenant_id, row }
    };
    let rows: Vec<_> = happened.into_iter().map(row).collect();
    upsert(tx, TABLE, &["tenant_id", "tax_profile_id", "version"], &rows).await
}

/// The tax profiles in their latest versions by name, without the taxes.
pub async fn list(
    tx: &mut TenantTx,
    after: Option<&TaxProfileCursor>,
    limit: u32,
) -> Result<Page<TaxProfileHead, TaxProfileCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT tax_profile_id, version, name, published_at, revision
         FROM (
             SELECT DISTINCT ON (tax_profile_id)
                 tax_profile_id, version, name, published_at, revision
             FROM tax_profile_versions
             WHERE tenant_id = $1
             ORDER BY tax_profile_id, version DESC
         ) latest
         WHERE $2::text IS NULL OR (name, tax_profile_id) > ($2, $3)
         ORDER BY name, tax_profile_id
         LIMIT $4",
    )
    .bind(tenant)
    .bind(after.map(|cursor| cursor.name.as_str()))
    .bind(after.map(|cursor| cursor.id.uuid()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor =
        |last: &TaxProfileHead| TaxProfileCursor { name: last.name.to_string(), id: last.id };
    Ok(Page::of(rows, limit, cursor))
}

/// The versions of a tax profile, the latest first, without the taxes; `before` is the last one of the
/// page before. None if there is no such profile.
pub async fn versions(
    tx: &mut TenantTx,
    tax_profile: TaxProfileId,
    before: Option<u32>,
    limit: u32,
) -> Result<Page<TaxProfileHead, u32>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT tax_profile_id, version, name, published_at, revision
         FROM tax_profile_versions
         WHERE tenant_id = $1 AND tax_profile_id = $2 AND ($3::bigint IS NULL OR version < $3)
         ORDER BY version DESC
         LIMIT $4",
    )
    .bind(tenant)
    .bind(tax_profile.uuid())
    .bind(before.map(i64::from))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    Ok(Page::of(rows, limit, |last: &TaxProfileHead| last.version))
}

/// A tax profile in a version, or in the latest one.
pub async fn get(
    tx: &mut TenantTx,
    tax_profile: TaxProfileId,
    version: Option<u32>,
) -> Result<Option<TaxProfile>, ReadError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT *
         FROM tax_profile_versions
         WHERE tenant_id = $1 AND tax_profile_id = $2 AND ($3::bigint IS NULL OR version = $3)
         ORDER BY version DESC
         LIMIT 1",
    )
    .bind(tenant)
    .bind(tax_profile.uuid())
    .bind(version.map(i64::from))
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
