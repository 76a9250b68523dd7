//! What every adapter of the log must do: call [`suite!`](crate::conformance_suite) with a way to make an
//! empty one.
//!
//! Each promise has its own test; in addition, random calls compare a log with its model.

mod accepted;
mod appending;
mod in_order;
mod machine;
mod model;
mod racing;
mod reading;
mod snapshots;

use std::sync::Arc;

use crate::append::Append;
use crate::event::RecordedEvent;
use crate::store::EventStore;
use crate::stream::Position;
use crate::verdict::{Committed, Verdict};

pub use accepted::*;
pub use appending::*;
pub use in_order::*;
pub use machine::behaves_as_its_model;
pub use racing::*;
pub use reading::*;
pub use snapshots::*;

/// Runs the whole suite against an adapter, one test per promise.
///
/// `$store` is an async expression that gives an `Arc<dyn EventStore>` over an empty log. With `=>` and
/// names, only these promises: what a log need not promise, `positions_have_no_gap`, is asked for so.
#[macro_export]
macro_rules! conformance_suite {
    ($store:expr => $($test:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            $crate::conformance::$test($store.await).await;
        })+
    };
    ($store:expr) => {
        $crate::conformance_suite! { $store =>
            what_is_appended_is_read_back_whole
            a_stream_that_stands_elsewhere_is_a_conflict_and_nothing_is_written
            several_streams_are_written_together_or_not_at_all
            a_stream_that_is_only_expected_is_checked
            a_command_is_accepted_once_whatever_it_expects_later
            a_command_without_events_is_remembered
            appends_of_no_event_take_no_position
            tenants_share_nothing
            pages_skip_nothing
            events_are_found_by_their_positions
            every_tenant_has_a_chain_of_links
            of_many_writers_to_one_revision_one_wins
            of_conflicting_appends_over_several_streams_one_wins
            appends_are_judged_in_the_order_of_the_calls
            a_chain_of_appends_succeeds_or_fails_together
            the_same_revision_by_another_event_is_a_conflict
            a_snapshot_never_goes_back
        }

        #[test]
        fn whatever_is_asked_it_behaves_as_its_model() {
            $crate::conformance::behaves_as_its_model(|| async { $store.await });
        }
    };
}

async fn committed(store: &Arc<dyn EventStore>, append: Append) -> Committed {
    match store.append(append).await {
        Ok(Verdict::Committed(committed)) => committed,
        other => panic!("the append was not committed: {other:?}"),
    }
}

async fn whole_log(store: &Arc<dyn EventStore>) -> Vec<RecordedEvent> {
    store.read_all(Position::START, 1_000).await.expect("the log is read")
}
