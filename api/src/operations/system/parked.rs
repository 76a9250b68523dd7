//! Parked events: what the read models could not take in, and what is done about it.

use chrono::{DateTime, Utc};
use domain::identity::permission::markers::{SystemOperate, SystemRead};
use domain::shared::TenantId;
use poem_openapi::param::Query;
use poem_openapi::{Object, OpenApi};
use projections::parking::{Decision, Discard, ParkedEvent, ParkingError, Replay, Resolved};
use projections::{consumer_names, parked};
use serde::Serialize;

use crate::access::Can;
use crate::caller::Caller;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Done, List};
use crate::operations::moment;
use crate::operations::refusal;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// Operations on parked events.
pub(super) struct Parked(pub(super) Services);

/// An event that a read model could not take in, or that waits behind one.
#[derive(Object, Serialize)]
#[oai(rename = "ParkedEvent")]
struct ParkedEventBody {
    /// Which consumer of events has parked it.
    consumer: String,
    /// The event, by its position in the log.
    position: PositionToken,
    /// What it happened to. The later events of one key wait for the first.
    key: String,
    /// What happened.
    event_type: String,
    /// Why it could not be taken in; null where it only waits for an earlier event of its key.
    reason: Option<String>,
    /// How often it was tried.
    attempts: u64,
    /// When it was recorded: since then the key is shown as it was before.
    #[serde(with = "moment")]
    stale_since: DateTime<Utc>,
    /// When it was parked.
    #[serde(with = "moment")]
    parked_at: DateTime<Utc>,
}

/// Everything that waits under one key.
#[derive(Object)]
struct ParkedKey {
    /// Which consumer has parked it.
    #[oai(validator(min_length = 1, max_length = 100))]
    consumer: String,
    /// The key.
    #[oai(validator(min_length = 1, max_length = 500))]
    key: String,
}

/// An event to be passed over.
#[derive(Object)]
struct DiscardedEvent {
    /// Which consumer has parked it.
    #[oai(validator(min_length = 1, max_length = 100))]
    consumer: String,
    /// The event, as the list shows it.
    position: PositionToken,
    /// Why it may be passed over; kept with who decided it.
    #[oai(validator(min_length = 1, max_length = 500))]
    reason: String,
}

/// What waits no longer.
#[derive(Object, Serialize)]
#[oai(rename = "ResolvedEvents")]
struct ResolvedBody {
    /// Which consumer had parked it.
    consumer: String,
    /// How many events wait no longer.
    n_events: u64,
}

#[OpenApi(prefix_path = "/v1/system", tag = "Part::System")]
impl Parked {
    /// List the events that wait.
    ///
    /// They, or earlier ones, could not be taken in.
    #[oai(path = "/parked-events", method = "get", operation_id = "listParkedEvents")]
    async fn list(
        &self,
        by: Can<SystemRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
        /// Only what this consumer has parked.
        #[oai(validator(pattern = "^[a-z_]{1,100}$"))]
        consumer: Query<Option<String>>,
    ) -> Result<Json<List<ParkedEventBody>>, Problem> {
        let filter = format!("{:?}", consumer.0);
        let query = QueryFingerprint::of("listParkedEvents", &[("consumer", &filter)]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &consumer_names()).await?;
        let page = parked::list(&mut tx, consumer.as_deref(), place.as_ref(), limit.rows().into());
        let page = page.await.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let tenant = by.caller.tenant;
        let data = page.rows.into_iter().map(|event| self.body(tenant, event)).collect();
        Ok(Json(List { data, next_cursor }))
    }

    /// Take in what waits under a key.
    ///
    /// In its order, all of it or nothing.
    #[oai(path = "/parked-events/replay", method = "post", operation_id = "replayParkedEvents")]
    async fn replay(
        &self,
        by: Can<SystemOperate>,
        key: IdempotencyKey,
        Json(body): Json<ParkedKey>,
    ) -> Result<Done<ResolvedBody>, Problem> {
        let replay = Replay { consumer: body.consumer, key: body.key };
        let resolved = self.0.parking.replay(&self.decision(&by.caller, key), &replay).await;
        done(replay.consumer, resolved)
    }

    /// Pass an event over for ever.
    ///
    /// Also whenever the read models are built again. The later events of its key wait until they are
    /// replayed.
    #[oai(path = "/parked-events/discard", method = "post", operation_id = "discardParkedEvent")]
    async fn discard(
        &self,
        by: Can<SystemOperate>,
        key: IdempotencyKey,
        Json(body): Json<DiscardedEvent>,
    ) -> Result<Done<ResolvedBody>, Problem> {
        let position = self.0.position(by.caller.tenant, body.position)?;
        let discard = Discard { consumer: body.consumer, position, reason: body.reason };
        let resolved = self.0.parking.discard(&self.decision(&by.caller, key), &discard).await;
        done(discard.consumer, resolved)
    }
}

impl Parked {
    fn body(&self, tenant: TenantId, event: ParkedEvent) -> ParkedEventBody {
        ParkedEventBody {
            consumer: event.consumer,
            position: self.0.token(tenant, event.position),
            key: event.key,
            event_type: event.event_type,
            reason: event.reason,
            attempts: event.attempts,
            stale_since: event.recorded_at,
            parked_at: event.parked_at,
        }
    }

    fn decision(&self, caller: &Caller, key: IdempotencyKey) -> Decision {
        let scope = self.0.scope(caller);
        Decision { tenant: scope.tenant, command: key.command_id(), actor: scope.actor }
    }
}

fn done(
    consumer: String,
    resolved: Result<Resolved, ParkingError>,
) -> Result<Done<ResolvedBody>, Problem> {
    let resolved = resolved.map_err(|error| refused(&error))?;
    let body = ResolvedBody { consumer, n_events: resolved.n_events };
    Ok(Done::Done(Json(body), resolved.earlier.then_some(true)))
}

fn refused(error: &ParkingError) -> Problem {
    match error {
        ParkingError::NotParked => Problem::new(Code::NotFound),
        ParkingError::StillFails { reason, .. } => Problem::new(Code::StillParked)
            .detail((format!("El motivo: {reason}."), format!("The reason: {reason}."))),
        ParkingError::IdReused => Problem::new(Code::IdempotencyMismatch),
        ParkingError::Stopped(_) | ParkingError::Consumer(_) => refusal::not_resolved(error),
    }
}
