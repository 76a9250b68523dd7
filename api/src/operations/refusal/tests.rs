//! What the world's no looks like at the edge.

use commands::{LogError, World};

use super::failed;
use crate::problem::{Code, Problem};

#[test]
fn each_way_in_which_the_world_fails_has_a_code_that_says_when_to_come_back() {
    for (world, code) in [
        (World::Busy, Code::Busy),
        (World::Lost, Code::OutcomeUnknown),
        (World::Log(LogError::OutcomeUnknown), Code::OutcomeUnknown),
        (World::Log(LogError::Overloaded), Code::Overloaded),
        (World::Log(LogError::StorageFull), Code::StorageFull),
    ] {
        let problem: Problem = failed(&world);
        assert_eq!(problem.code(), code, "{world}");
        assert!(code.retry_after_seconds().is_some() && code.status().as_u16() == 503);
    }
}
