//! Removing the files of images that no product has: of images that were replaced or removed, and of
//! uploads that no product came to refer to.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use event_store::EventStore;
use images::{FileName, ImageHash, ImageStore, StoreError};
use projections::catalog::Catalog;
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use crate::installation::Installation;

/// How long a file stays that nothing refers to. An upload refers to its files seconds after it has written
/// them, and writes them again if they are there; clients that have read a menu load its images for hours.
const UNREFERRED_FOR: TimeDelta = TimeDelta::days(1);

/// How long the read models may take to come to where the log ended.
const BEHIND_FOR: Duration = Duration::from_secs(30);

/// How often their checkpoints are read meanwhile.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// What was found and removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Files that were removed.
    pub removed: usize,
    /// Files of images that products have.
    pub in_use: usize,
}

/// Why nothing, or not everything, was swept.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The log could not be read.
    #[error("could not reach the log")]
    Log(#[from] event_store::Error),
    /// The read models could not be read.
    #[error("could not read which images are in use")]
    ReadModels(#[from] sqlx::Error),
    /// The files could not be listed or removed.
    #[error("could not reach the files of images")]
    Files(#[from] StoreError),
    /// The read models do not have all products as they are, so that files in use would be removed.
    #[error(
        "the consumer catalog is behind or has parked events, so it is unknown which images are in \
         use: see fastops doctor"
    )]
    Behind,
}

/// Removes files that were last written more than a day before `now` and belong to no product's image.
pub async fn sweep(
    installation: &Installation,
    files: &ImageStore,
    now: DateTime<Utc>,
) -> Result<Swept, SweepError> {
    let before = now - UNREFERRED_FOR;
    // What refers to one of these was appended before the head is read, unless it is written once more.
    let old = files.written_before(before).await?;
    let head = installation.store.head().await?;
    if !comes_to(&installation.projector, head.position.to_i64()).await? {
        return Err(SweepError::Behind);
    }
    let used = in_use(&installation.projector).await?;
    let mut swept = Swept { removed: 0, in_use: 0 };
    for file in old {
        if used.contains(&file.name.hash) {
            swept.in_use += 1;
        } else if is_still_old(files, &file.name, before).await? {
            files.delete(&file.name).await?;
            swept.removed += 1;
        }
    }
    Ok(swept)
}

/// Whether the file was not written again meanwhile, by an upload that is about to refer to it.
async fn is_still_old(
    files: &ImageStore,
    name: &FileName,
    before: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(files.written(name).await?.is_some_and(|written| written < before))
}

/// Whether the products of all companies come soon to be as they were when the log ended at `head`.
async fn comes_to(projector: &PgPool, head: i64) -> Result<bool, sqlx::Error> {
    let deadline = Instant::now() + BEHIND_FOR;
    while !has_all(projector, head).await? {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        sleep(LOOK_INTERVAL).await;
    }
    Ok(true)
}

/// Whether the products of all companies are as they were when the log ended at `head`.
async fn has_all(projector: &PgPool, head: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT coalesce((SELECT min(position) FROM checkpoints WHERE consumer = $1), 0) >= $2
             AND NOT EXISTS (SELECT FROM consumer_parked WHERE consumer = $1)",
    )
    .bind(Catalog::NAME)
    .bind(head)
    .fetch_one(projector)
    .await
}

/// The hashes of the images that products of any company have.
async fn in_use(projector: &PgPool) -> Result<HashSet<ImageHash>, sqlx::Error> {
    let hashes: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT image ->> 'hash' FROM products WHERE image IS NOT NULL",
    )
    .fetch_all(projector)
    .await?;
    let parsed = hashes.into_iter().map(|hash| hash.parse());
    parsed.collect::<Result<_, _>>().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
