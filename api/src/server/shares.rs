//! Shares of the server by address, so that one address cannot occupy all of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts by address. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    max: usize,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A unit of the share of an address. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Share {
    of: Shares,
    address: IpAddr,
}

impl Shares {
    /// `max` units for each address.
    pub(super) fn of(max: usize) -> Self {
        Self { max, taken: Arc::default() }
    }

    /// Takes a unit for an address; nothing where its share is used up.
    pub(super) fn take(&self, address: IpAddr) -> Option<Share> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let n = taken.entry(address).or_default();
        if *n == self.max {
            return None;
        }
        *n += 1;
        drop(taken);
        Some(Share { of: self.clone(), address })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = taken.get_mut(&self.address) {
            *n -= 1;
            if *n == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_has_its_share_gets_more_only_when_it_gives_something_back() {
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let shares = Shares::of(2);
        let mut has: Vec<_> = [shares.take(one), shares.take(one)].into_iter().flatten().collect();
        assert_eq!(has.len(), 2);
        assert!(shares.take(one).is_none());
        assert!(shares.take(other).is_some());
        has.pop();
        has.extend(shares.take(one));
        assert_eq!(has.len(), 2);
        drop(has);
        assert!(shares.taken.lock().unwrap().is_empty(), "addresses that left are forgotten");
    }
}
