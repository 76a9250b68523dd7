//! Pages of lists that are read as a whole.

use projections::Page;

use crate::page_size::PageSize;

/// The first rows of a list, and where the next ones begin.
pub(in crate::operations) fn page<T, K>(
    rows: impl Iterator<Item = T>,
    limit: PageSize,
    place: impl FnOnce(&T) -> K,
) -> Page<T, K> {
    let limit = usize::from(limit.rows());
    let mut rows: Vec<T> = rows.take(limit + 1).collect();
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(place);
    Page { rows, next }
}
