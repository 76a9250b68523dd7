//! Reads long streams from a snapshot instead of from their beginning.

use std::collections::HashMap;
use std::sync::Arc;

use domain::Decider;
use domain::shared::{EventId, TenantId};
use event_store::{EventStore, Revision, Snapshot, StreamId};

use super::memory::{Change, Look};
use super::{AnyState, Folded, Wanted, state_of};
use crate::engine::error::World;

/// How many events a stream grows by between two snapshots, at least and at most. In between, the stream
/// doubles: a state may be as large as its stream is long, so all snapshots of a stream together take about
/// twice what the last one takes.
const EVERY: std::ops::RangeInclusive<u64> = 2_048..=16_384;

/// How the states of a kind of aggregate are written and read.
#[derive(Clone, Copy)]
pub(super) struct Format {
    version: u16,
    write: fn(&AnyState) -> Vec<u8>,
    read: fn(&[u8]) -> Option<AnyState>,
}

impl Format {
    pub(super) fn of<D: Decider>() -> Option<Self> {
        Some(Self {
            version: D::SNAPSHOT?.version,
            write: |state| {
                D::SNAPSHOT.map_or_else(Vec::new, |format| (format.write)(state_of::<D>(state)))
            },
            read: |bytes| Some(Arc::new((D::SNAPSHOT?.read)(bytes)?)),
        })
    }
}

/// Replaces initial states by snapshots, where there are any. A snapshot of another version, or one that
/// cannot be read, is ignored.
pub(super) async fn ahead(
    store: &dyn EventStore,
    tenant: TenantId,
    wanted: &[Wanted],
    looks: &mut [Look],
) -> Result<(), World> {
    let mut beginnings = HashMap::new();
    for (wanted, look) in wanted.iter().zip(looks) {
        if let (Some(format), Look::Behind { head_start, .. }) = (wanted.kind.snapshot, look)
            && head_start.revision == Revision::START
        {
            beginnings.insert(wanted.stream.clone(), (format, head_start));
        }
    }
    if beginnings.is_empty() {
        return Ok(());
    }
    let streams: Vec<StreamId> = beginnings.keys().cloned().collect();
    for snapshot in store.snapshots(tenant, &streams).await?.into_iter().flatten() {
        let Some((format, head_start)) = beginnings.get_mut(&snapshot.stream) else { continue };
        if snapshot.version == format.version
            && let Some(state) = (format.read)(&snapshot.state)
        {
            let (revision, last_event) = (snapshot.revision, Some(snapshot.last_event));
            **head_start = Folded { revision, last_event, state };
        }
    }
    Ok(())
}

/// The states among `changes` whose streams have grown enough.
pub(crate) fn due(changes: &[Change]) -> Vec<Due> {
    let due = |change: &Change| {
        let Change { wanted, was, folded } = change;
        let (format, last_event) = (wanted.kind.snapshot?, folded.last_event?);
        let every = interval(folded.revision);
        let is_due = was.get() / every < folded.revision.get() / every;
        is_due.then(|| Due {
            stream: wanted.stream.clone(),
            folded: folded.clone(),
            last_event,
            format,
        })
    };
    changes.iter().filter_map(due).collect()
}

fn interval(revision: Revision) -> u64 {
    (revision.get() / 2).next_power_of_two().clamp(*EVERY.start(), *EVERY.end())
}

/// A state to be stored once the log has accepted it.
pub(crate) struct Due {
    stream: StreamId,
    folded: Folded,
    last_event: EventId,
    format: Format,
}

/// Stores states in the background; a failure changes nothing.
pub(crate) fn keep(store: &Arc<dyn EventStore>, due: Vec<Due>) {
    for Due { stream, folded: Folded { revision, state, .. }, last_event, format } in due {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let (version, state) = (format.version, (format.write)(&state));
            let snapshot = Snapshot { stream, revision, last_event, version, state };
            if let Err(error) = store.keep_snapshot(snapshot).await {
                tracing::debug!(%error, "a snapshot was not stored: the stream is read from an earlier one");
            }
        });
    }
}
