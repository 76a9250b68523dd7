//! Where the events of a command are: here positions are given without gaps, to a command at a time.

use crate::stream::Position;
use crate::verdict::Committed;

/// A command with so many events from `first` on; with none, `first` is where the log ended.
pub(super) const fn committed(first: Position, count: u32) -> Committed {
    match count {
        0 => Committed::nothing_at(first),
        count => Committed { first, last: first.plus(count as u64 - 1), count },
    }
}

/// A command with so many events that is written where the log ends.
pub(super) const fn committed_after(head: Position, count: u32) -> Committed {
    committed(if count == 0 { head } else { head.plus(1) }, count)
}

/// Where the log ended before a command.
pub(super) const fn end_before(Committed { first, count, .. }: Committed) -> Position {
    match count {
        0 => first,
        _ => Position::new(first.get() - 1),
    }
}

/// Where its events are, one after another.
pub(super) fn positions(
    Committed { first, last, count }: Committed,
) -> impl Iterator<Item = Position> {
    let end = if count == 0 { first.get() } else { last.get() + 1 };
    (first.get()..end).map(Position::new)
}
