//! Which messages of a page are events that come next.
//!
//! The topic may repeat events, and after it has lost some it may lack them; what is applied is each lane
//! in its order, each event once, none left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::shared::IncarnationId;

use crate::consumer::checkpoint::Reached;
use crate::envelope::LaneLink;
use crate::event::RecordedEvent;
use crate::stream::Position;

/// An event as it came, from wherever.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) event: Arc<RecordedEvent>,
    pub(super) link: LaneLink,
    /// Its offset in its partition.
    pub(super) offset: i64,
}

/// Something of a lane that did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// Everything up to here has been seen.
    pub(super) after: Position,
    /// The event that should have preceded the one that came, or the position up to which it has to be
    /// searched for.
    pub(super) previous: Position,
    /// Where in its partition the one that came is.
    pub(super) offset: i64,
}

/// A page after it was sifted.
#[derive(Debug, Default)]
pub(super) struct Sifted {
    /// What comes next, in the order of the log.
    pub(super) events: Vec<Arc<RecordedEvent>>,
    /// How far the lanes of these events come with them.
    pub(super) reached: Reached,
    /// What is missing, by lane: nothing that comes after it is among the events.
    pub(super) gaps: BTreeMap<u16, Gap>,
}

/// A message is of another life of the log than the one that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AnotherLog(pub(super) IncarnationId);

/// Sifts messages, each lane's in the order in which they came. `standing` returns up to where a lane has
/// been seen; messages of lanes without a position are ignored.
pub(super) fn sift(
    page: &[Received],
    log: IncarnationId,
    standing: impl Fn(u16) -> Option<Position>,
) -> Result<Sifted, AnotherLog> {
    let mut lanes: BTreeMap<u16, Position> = BTreeMap::new();
    let mut sifted = Sifted::default();
    for Received { event, link, offset } in page {
        let Some(stood) = standing(event.lane) else { continue };
        if link.incarnation != log {
            return Err(AnotherLog(link.incarnation));
        }
        let at = lanes.get(&event.lane).copied().unwrap_or(stood);
        if event.position <= at {
            continue;
        }
        if link.previous > at {
            let gap = Gap { after: at, previous: link.previous, offset: *offset };
            sifted.gaps.entry(event.lane).or_insert(gap);
            continue;
        }
        sifted.gaps.remove(&event.lane);
        lanes.insert(event.lane, event.position);
        sifted.events.push(Arc::clone(event));
    }
    sifted.events.sort_unstable_by_key(|event| event.position);
    sifted.reached = lanes.into_iter().collect();
    Ok(sifted)
}

#[cfg(test)]
mod tests;
