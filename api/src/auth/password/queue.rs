//! Who waits for a core that hashes.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

/// The least time between the beginnings of two hashes on one core. A hash takes about a fifth of it: for
/// the rest of the time all of the machine is there for those who order.
const DISTANCE: Duration = Duration::from_millis(100);

/// How many may wait for each core; more are refused. The last of them waits about two seconds, and longer
/// where each hash has to wait for something else.
pub(super) const WAITING_MAX: usize = 20;

/// How many of these slots are reserved for authenticated users: a crowd that signs in keeps no user from
/// changing a password.
const FOR_KNOWN: usize = 5;

/// The part of the slots that one address may take: one in so many, so that it cannot take all.
const SHARE: usize = 2;

/// The cores that hash and the slots before them; first come, first served.
pub(super) struct Queue {
    cores: Arc<Semaphore>,
    places: Arc<Places>,
}

struct Places {
    max: usize,
    /// How many may be taken before only authenticated users get one.
    for_all: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    n: usize,
    of: HashMap<IpAddr, usize>,
}

/// A slot, given back when it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
}

/// A core that may hash once.
pub(super) struct Core(Arc<OwnedSemaphorePermit>);

impl Queue {
    /// With all slots free.
    pub(super) fn of(cores: usize) -> Self {
        let max = cores * (1 + WAITING_MAX);
        let for_all = max - cores * FOR_KNOWN;
        let places = Places { max, for_all, taken: Mutex::default() };
        Self { cores: Arc::new(Semaphore::new(cores)), places: Arc::new(places) }
    }

    /// A slot, unless none is free, or `address` has taken too many; authenticated users need none.
    pub(super) fn place(&self, address: Option<IpAddr>) -> Option<Place> {
        let Places { max, for_all, taken } = &*self.places;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let open = if address.is_some() { *for_all } else { *max };
        if taken.n >= open {
            return None;
        }
        if let Some(address) = address {
            let of_address = taken.of.entry(address).or_default();
            if *of_address >= *max / SHARE {
                return None;
            }
            *of_address += 1;
        }
        taken.n += 1;
        Some(Place { places: Arc::clone(&self.places), address })
    }

    /// Waits for a core.
    pub(super) async fn core(&self) -> Core {
        let core = Arc::clone(&self.cores).acquire_owned().await;
        Core(Arc::new(core.expect("the queue is never closed")))
    }
}

impl Core {
    /// Gives the core to others once this is dropped, but not before [`DISTANCE`].
    pub(super) fn begin(self) -> impl Send + 'static {
        let rests = Arc::clone(&self.0);
        tokio::spawn(async move {
            sleep(DISTANCE).await;
            drop(rests);
        });
        self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.n -= 1;
        let Some(address) = self.address else { return };
        let Some(of_address) = taken.of.get_mut(&address) else { return };
        *of_address -= 1;
        if *of_address == 0 {
            taken.of.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use futures_util::FutureExt;

    use super::*;

    fn place(queue: &Queue, number: u32) -> Option<Place> {
        queue.place(Some(IpAddr::V4(number.into())))
    }

    #[test]
    fn a_crowd_from_one_address_leaves_places_to_others() {
        let queue = Queue::of(2);
        let crowd: Vec<Place> = (0..500).map_while(|_| place(&queue, 1)).collect();
        assert_eq!(crowd.len(), 21);
        let other = place(&queue, 2);
        assert!(other.is_some());
        drop(crowd);
        assert!(place(&queue, 1).is_some(), "places are given back");
        drop(other);
        assert!(queue.places.taken.lock().unwrap().of.is_empty(), "nobody is remembered");
    }

    #[test]
    fn a_crowd_leaves_places_to_those_who_are_known_and_there_are_no_more_than_there_are() {
        let queue = Queue::of(1);
        let crowd: Vec<Place> = (0..500).map_while(|n| place(&queue, n)).collect();
        assert_eq!(crowd.len(), 1 + WAITING_MAX - FOR_KNOWN);
        let known: Vec<Place> = (0..500).map_while(|_| queue.place(None)).collect();
        assert_eq!(known.len(), FOR_KNOWN);
        drop(crowd);
        assert!(place(&queue, 1).is_some());
    }

    #[tokio::test]
    async fn a_core_rests_between_two_beginnings() {
        let queue = Queue::of(1);
        let start = Instant::now();
        drop(queue.core().await.begin());
        assert!(queue.core().now_or_never().is_none() || start.elapsed() >= DISTANCE);
        drop(queue.core().await);
        assert!(start.elapsed() >= DISTANCE);
    }

    #[tokio::test]
    async fn a_core_is_not_given_away_before_the_end() {
        let queue = Queue::of(1);
        let long = queue.core().await.begin();
        sleep(DISTANCE * 2).await;
        assert!(queue.core().now_or_never().is_none());
        drop(long);
        drop(queue.core().await);
    }

    #[tokio::test]
    async fn whoever_takes_a_core_and_does_not_hash_leaves_it_at_once() {
        let queue = Queue::of(1);
        drop(queue.core().await);
        assert!(queue.core().now_or_never().is_some());
    }
}
