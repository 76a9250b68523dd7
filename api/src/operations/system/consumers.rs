//! How the consumers are doing that keep the read models.

use domain::identity::permission::markers::SystemRead;
use poem_openapi::{Enum, Object, OpenApi};
use projections::board::{State, Status};
use projections::progress::{self, Progress};
use serde::Serialize;

use crate::access::Can;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::Problem;

/// Operations on the state of the consumers.
pub(super) struct Consumers(pub(super) Services);

/// What a consumer is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[oai(rename = "ConsumerState", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
enum StateBody {
    /// It reads and writes.
    Running,
    /// Its last tries failed; it goes on trying.
    Failing,
    /// It ended by itself and needs a person.
    Stopped,
    /// It was asked to end.
    Ended,
    /// Another process runs it, or none does.
    Elsewhere,
}

/// How the consumers are doing.
#[derive(Object, Serialize)]
struct ConsumersBody {
    /// Every consumer that ever ran, by name.
    data: Vec<ConsumerBody>,
}

/// How a consumer is doing.
#[derive(Object, Serialize)]
#[oai(rename = "Consumer")]
struct ConsumerBody {
    /// Its name.
    consumer: String,
    /// What it is busy with.
    state: StateBody,
    /// How many events are still before it.
    lag_events: u64,
    /// How many events of this company wait because they, or earlier ones, could not be taken in.
    parked_events: u64,
    /// The state that only the process which runs it holds; absent for all others.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    here: Option<RunBody>,
}

/// How a consumer of this process is doing.
#[derive(Object, Serialize)]
#[oai(rename = "ConsumerRun")]
struct RunBody {
    /// For how many seconds the oldest event before it has waited since it was found.
    lag_seconds: u64,
    /// How many events it passes in a second.
    events_per_second: u64,
    /// How many seconds ago it last showed a sign of life.
    heartbeat_age_seconds: u64,
    /// How often it died or fell silent and was started again.
    n_restarts: u32,
}

#[OpenApi(prefix_path = "/v1/system", tag = "Part::System")]
impl Consumers {
    /// See how the consumers are doing.
    ///
    /// They keep the read models.
    #[oai(path = "/consumers", method = "get", operation_id = "listConsumers")]
    async fn list(&self, by: Can<SystemRead>) -> Result<Json<ConsumersBody>, Problem> {
        let mut tx = self.0.read(&by.caller, None, &[]).await?;
        let progress = progress::all(&mut tx).await.map_err(unread)?;
        let statuses = self.0.board.statuses();
        let body = |progress: Progress| {
            let status = statuses.iter().find(|status| {
                status.consumer == progress.consumer && status.state != State::Standby
            });
            ConsumerBody {
                state: status.map_or(StateBody::Elsewhere, |status| (&status.state).into()),
                lag_events: progress.lag_events,
                parked_events: progress.n_parked,
                consumer: progress.consumer,
                here: status.map(Into::into),
            }
        };
        Ok(Json(ConsumersBody { data: progress.into_iter().map(body).collect() }))
    }
}

/// Without the reasons: they may contain data of other companies' events.
impl From<&State> for StateBody {
    fn from(state: &State) -> Self {
        match state {
            State::Running => Self::Running,
            State::Standby => Self::Elsewhere,
            State::Failing { .. } => Self::Failing,
            State::Stopped(_) => Self::Stopped,
            State::Ended => Self::Ended,
        }
    }
}

impl From<&Status> for RunBody {
    fn from(status: &Status) -> Self {
        Self {
            lag_seconds: status.lag.as_secs(),
            events_per_second: status.events_per_second,
            heartbeat_age_seconds: status.heartbeat_age.as_secs(),
            n_restarts: status.n_restarts,
        }
    }
}
