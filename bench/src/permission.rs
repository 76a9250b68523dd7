//! The cost of an authorisation check: the token, the session, and the user's permissions.

use std::time::{Duration, Instant};

use api::auth::token::Tokens;
use chrono::Utc;
use commands::identity::{Authority, Presented};
use domain::identity::Permission;
use e2e::site::secrets;
use fastops::installation::Installation;
use fastops::processes::server::tokens;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::stand::Stand;
use crate::stats::{quantile, rounded};

/// The number of checks measured.
const CHECKS: usize = 200_000;

/// The number of checks before those, as a warm-up.
const WARM_UP: usize = 10_000;

/// Checks the owner of a company repeatedly, in this process and one after the other.
pub(crate) async fn measure(stand: &Stand) -> Map<String, Value> {
    let (_, token) = stand.owner(0).await;
    let installation = Installation::new(&stand.databases);
    let end = CancellationToken::new();
    installation.follow(&end);
    let authority = Authority::new(installation.commands.clone());
    let tokens = tokens(&secrets()).expect("the secret is long enough");
    // On its own thread, next to the one that follows the log.
    let measured = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("the machine has threads left").block_on(check(&tokens, &authority, &token))
    });
    let mut took = measured.await.expect("the checks do not panic");
    end.cancel();
    let (median, p99) = (us(quantile(&mut took, 500)), us(quantile(&mut took, 990)));
    eprintln!("permission: {median} µs for token, session and permission, p99 {p99} µs");
    Map::from_iter([("permission_us".to_owned(), median), ("permission_us_p99".to_owned(), p99)])
}

async fn check(tokens: &Tokens, authority: &Authority, token: &str) -> Vec<Duration> {
    let mut took = Vec::with_capacity(CHECKS);
    for check in 0..WARM_UP + CHECKS {
        let start = Instant::now();
        may_place(tokens, authority, token).await;
        if check >= WARM_UP {
            took.push(start.elapsed());
        }
    }
    took
}

/// What an operation on the command path checks before it reads anything.
#[expect(clippy::disallowed_methods, reason = "the token is of the server's time")]
async fn may_place(tokens: &Tokens, authority: &Authority, token: &str) {
    let access = tokens.verify(token, Utc::now()).expect("the token is good for a while");
    let presented = Presented {
        tenant: access.tenant,
        user: access.user,
        session: access.session,
        epoch: access.epoch,
        device: access.device,
    };
    let standing = authority.of(&presented, Some(Permission::OrderPlace)).await;
    let standing = standing.expect("the log answers").expect("the session goes on");
    assert!(standing.holds(Permission::OrderPlace), "the owner may place orders");
}

/// In microseconds, to the hundredth.
fn us(time: Duration) -> Value {
    rounded(time.as_secs_f64() * 1e6, 2)
}
