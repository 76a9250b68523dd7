//! The queue before the writer: first in, first out per tenant, round robin among tenants.
//!
//! Every tenant has its own line. Batches take one item of each waiting tenant at a time, so that a tenant
//! with a thousand items does not keep one with a single item waiting. The bound: before the `k`th item of a
//! tenant's line is taken, at most `k` items of any other tenant are. It holds unless the tenant uses a
//! command id twice in its line: such an item waits until the batch with the first one is settled, and all
//! behind it with it.

use std::collections::{HashMap, HashSet, VecDeque};

use domain::shared::{CommandId, TenantId};

/// What can wait in the queue.
pub(super) trait Item {
    fn tenant(&self) -> TenantId;
    fn command(&self) -> CommandId;
    fn size_bytes(&self) -> usize;
}

/// How much waits at most, and how much is taken at once at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Items that may wait; one tenant's may be half of them.
    pub(super) items: usize,
    /// Bytes that may wait; one tenant's may be half of them.
    pub(super) bytes: usize,
    /// Items of a batch.
    pub(super) batch_items: usize,
    /// Bytes of a batch, unless a single item has more: it goes alone.
    pub(super) batch_bytes: usize,
}

/// Items that wait.
#[derive(Debug)]
pub(super) struct Queue<T> {
    limits: Limits,
    lines: HashMap<TenantId, Line<T>>,
    /// Whose line is not empty; the first one is next.
    rotation: VecDeque<TenantId>,
    n_items: usize,
    n_bytes: usize,
}

#[derive(Debug)]
struct Line<T> {
    items: VecDeque<T>,
    n_bytes: usize,
}

impl<T: Item> Queue<T> {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, lines: HashMap::new(), rotation: VecDeque::new(), n_items: 0, n_bytes: 0 }
    }

    /// How many items wait.
    pub(super) const fn len(&self) -> usize {
        self.n_items
    }

    /// How many bytes they have.
    pub(super) const fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    /// Puts an item behind its tenant's others, or gives it back where there is no room for it.
    ///
    /// What is larger than the limit of bytes finds room where nothing else waits.
    pub(super) fn push(&mut self, item: T) -> Result<(), T> {
        let (tenant, size_bytes) = (item.tenant(), item.size_bytes());
        let fits = |n_items: usize, n_bytes: usize, share: usize| {
            n_items < self.limits.items.div_ceil(share)
                && (n_items == 0 || n_bytes + size_bytes <= self.limits.bytes.div_ceil(share))
        };
        let (own_items, own_bytes) =
            self.lines.get(&tenant).map_or((0, 0), |line| (line.items.len(), line.n_bytes));
        if !fits(self.n_items, self.n_bytes, 1) || !fits(own_items, own_bytes, 2) {
            return Err(item);
        }
        let line = self.lines.entry(tenant).or_insert_with(|| {
            self.rotation.push_back(tenant);
            Line { items: VecDeque::new(), n_bytes: 0 }
        });
        line.items.push_back(item);
        line.n_bytes += size_bytes;
        self.n_items += 1;
        self.n_bytes += size_bytes;
        Ok(())
    }

    /// Takes the next batch, of at most so many items; it is empty where nothing waits.
    pub(super) fn take(&mut self, items_max: usize) -> Vec<T> {
        let items_max = items_max.min(self.limits.batch_items);
        let mut batch = Vec::new();
        let mut taken_bytes = 0;
        let mut ids = HashSet::new();
        let mut held = Vec::new();
        while batch.len() < items_max {
            let Some(tenant) = self.rotation.pop_front() else { break };
            let line = self.lines.get_mut(&tenant).expect("a tenant in the rotation has a line");
            let next = line.items.front().expect("a line is not empty");
            let size_bytes = next.size_bytes();
            if !batch.is_empty() && taken_bytes + size_bytes > self.limits.batch_bytes {
                self.rotation.push_front(tenant);
                break;
            }
            if !ids.insert((tenant, next.command())) {
                held.push(tenant);
                continue;
            }
            taken_bytes += size_bytes;
            batch.extend(line.items.pop_front());
            line.n_bytes -= size_bytes;
            if line.items.is_empty() {
                self.lines.remove(&tenant);
            } else {
                self.rotation.push_back(tenant);
            }
        }
        self.n_items -= batch.len();
        self.n_bytes -= taken_bytes;
        // A tenant that was held back has waited longest.
        held.into_iter().rev().for_each(|tenant| self.rotation.push_front(tenant));
        batch
    }
}

#[cfg(test)]
mod tests;
