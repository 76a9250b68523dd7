//! Reads the log once for all read models that are built.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::lane_positions::LanePositions;
use super::rebuilt::{PAGE, Rebuilt};
use super::{Progress, RebuildError, Site, read};
use crate::consumer::ConsumerError;
use crate::event::RecordedEvent;
use crate::stream::Position;

/// How many pages wait for each read model, so that none of them waits for the others' every page.
const PAGES_WAITING: usize = 1;

type Page = Arc<Vec<RecordedEvent>>;

/// Fills the tables of all of them as far as the slowest of the live ones has come.
pub(super) async fn load(
    site: &Site,
    building: Vec<Rebuilt>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Rebuilt>, RebuildError> {
    let end = goal(site, &building).await?;
    let mut pages = Vec::new();
    let mut loading = JoinSet::new();
    for rebuilt in building {
        let (to, from) = mpsc::channel(PAGES_WAITING);
        pages.push(to);
        loading.spawn(fill(rebuilt, from));
    }
    hand_out(site, end, pages, progress).await?;
    let mut loaded = Vec::new();
    while let Some(filled) = loading.join_next().await {
        let mut rebuilt = filled.map_err(|died| ConsumerError::Panicked(died.to_string()))??;
        rebuilt.reached = LanePositions::at(end);
        loaded.push(rebuilt);
    }
    loaded.sort_by_key(Rebuilt::name);
    Ok(loaded)
}

/// Indexes the tables and goes after the live ones until they are close.
pub(super) async fn finish(loaded: Vec<Rebuilt>) -> Result<Vec<Rebuilt>, RebuildError> {
    let mut finished = Vec::with_capacity(loaded.len());
    for rebuilt in loaded {
        let mut rebuilt = rebuilt.finish().await?;
        rebuilt.catch_up().await?;
        finished.push(rebuilt);
    }
    Ok(finished)
}

/// As far as all of them may go.
async fn goal(site: &Site, building: &[Rebuilt]) -> Result<Position, RebuildError> {
    let mut live = site.live.acquire().await?;
    let mut goals = Vec::new();
    for rebuilt in building {
        goals.push(rebuilt.goal(&mut live).await?.lowest());
    }
    Ok(goals.into_iter().min().unwrap_or_default())
}

/// Stops early when the task that takes the pages has ended, which reports why.
async fn hand_out(
    site: &Site,
    end: Position,
    pages: Vec<mpsc::Sender<Page>>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), RebuildError> {
    let mut position = Position::START;
    while position < end {
        progress(Progress::Loading { position, end });
        let mut page = read(site.store.as_ref(), position, PAGE).await?;
        page.retain(|event| event.position <= end);
        let Some(last) = page.last() else { break };
        position = last.position;
        let page = Arc::new(page);
        for to in &pages {
            if to.send(Arc::clone(&page)).await.is_err() {
                return Ok(());
            }
        }
    }
    progress(Progress::Loading { position, end });
    Ok(())
}

async fn fill(
    mut rebuilt: Rebuilt,
    mut pages: mpsc::Receiver<Page>,
) -> Result<Rebuilt, RebuildError> {
    while let Some(page) = pages.recv().await {
        rebuilt.apply(page.iter().collect()).await?;
    }
    Ok(rebuilt)
}
