//! An append is validated when it is created.

use event_store::testing::appends::{ANA, LUIS, append, event, stream};
use event_store::{Append, Error, Expected, NewEvent, Revision};

fn try_new(expected: Vec<Expected>, events: Vec<NewEvent>) -> Result<Append, Error> {
    let like = append(ANA, 1, &[]);
    Append::try_new(ANA, like.command(), *like.fingerprint(), expected, events)
}

fn at(stream: event_store::StreamId, revision: u64) -> Expected {
    Expected { stream, revision: Revision::new(revision), last_event: None }
}

fn rejected(append: Result<Append, Error>) -> String {
    match append {
        Err(Error::Rejected { reason }) => reason,
        other => panic!("the append was not rejected: {other:?}"),
    }
}

#[test]
fn a_stream_of_another_tenant_cannot_be_expected() {
    let reason = rejected(try_new(vec![at(stream(LUIS, "arepa"), 0)], vec![]));
    assert!(reason.ends_with("belongs to another tenant"), "{reason}");
}

#[test]
fn a_stream_cannot_be_expected_twice() {
    let arepa = || at(stream(ANA, "arepa"), 0);
    let reason = rejected(try_new(vec![arepa(), arepa()], vec![]));
    assert!(reason.ends_with("is expected twice"), "{reason}");
}

#[test]
fn a_stream_cannot_be_written_without_saying_where_it_stands() {
    let arepa = stream(ANA, "arepa");
    let reason = rejected(try_new(vec![], vec![event(&arepa, 1, 1, 0)]));
    assert!(reason.ends_with("is written without an expectation"), "{reason}");
}

#[test]
fn no_revision_can_be_skipped_or_repeated() {
    let arepa = stream(ANA, "arepa");
    for revision in [1, 2, 4] {
        let events = vec![event(&arepa, 2, 1, 0), event(&arepa, revision, 1, 1)];
        let reason = rejected(try_new(vec![at(arepa.clone(), 1)], events));
        assert!(reason.ends_with(&format!("skips from 2 to {revision}")), "{reason}");
    }
}
