//! `fastops consumers`: events that consumers have parked and commands that processes could not send, from
//! the command line.
//!
//! Answers are JSON, one object a line.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::shared::{CommandId, TenantId};
use event_store::consumer::ConsumerError;
use event_store::timers::{ParkedTimer, ParkedTimers};
use event_store::{Actor, Position};
use projections::parking::{
    Decision, Discard, ParkedEvent, ParkedFilter, ParkedKey, Parking, ParkingError, Replay,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::installation::Installation;

/// The name under which these decisions are recorded.
const ACTOR: &str = "fastops consumers";

/// What can be done about what is parked.
#[derive(Debug, Clone, Subcommand)]
pub enum ConsumersCommand {
    /// List parked events, in the order of the log.
    Parked {
        /// Which ones.
        #[command(flatten)]
        which: Which,
        /// How many at most.
        #[arg(long, default_value_t = 1000)]
        limit: u32,
    },
    /// Apply what waits, key by key; a key whose events still fail stays as it is.
    Replay {
        /// Which ones.
        #[command(flatten)]
        which: Which,
    },
    /// Pass an event over for ever; the later ones of its key wait until they are replayed.
    Discard {
        /// The company.
        #[arg(long)]
        tenant: Uuid,
        /// The consumer that has parked it.
        #[arg(long)]
        consumer: String,
        /// The event's position.
        #[arg(long)]
        position: u64,
        /// Why it may be passed over; kept for ever.
        #[arg(long)]
        reason: String,
    },
    /// List commands of processes that were tried too often, those that wait longest first.
    Timers {
        /// Which ones.
        #[command(flatten)]
        which: WhichTimers,
        /// How many at most.
        #[arg(long, default_value_t = 1000)]
        limit: u32,
    },
    /// Have such commands sent again, once the cause is gone.
    RetryTimers {
        /// Which ones.
        #[command(flatten)]
        which: WhichTimers,
        /// Only that of this key.
        #[arg(long)]
        key: Option<Uuid>,
    },
}

/// Selects parked commands; all of them without criteria.
#[derive(Debug, Clone, Default, Args)]
pub struct WhichTimers {
    /// Only those of this company.
    #[arg(long)]
    pub tenant: Option<Uuid>,
    /// Only those of this process.
    #[arg(long)]
    pub process: Option<String>,
}

/// Selects parked events; all of them without criteria.
#[derive(Debug, Clone, Default, Args)]
pub struct Which {
    /// Only those of this company.
    #[arg(long)]
    pub tenant: Option<Uuid>,
    /// Only those of this consumer.
    #[arg(long)]
    pub consumer: Option<String>,
    /// Only those of this key.
    #[arg(long)]
    pub key: Option<String>,
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum ConsumersError {
    /// The events could not be looked at.
    #[error(transparent)]
    Parking(#[from] ParkingError),
    /// The commands of processes could not be looked at.
    #[error(transparent)]
    Timers(#[from] ConsumerError),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

impl Which {
    fn filter(self) -> ParkedFilter {
        let Self { tenant, consumer, key } = self;
        ParkedFilter { tenant: tenant.map(TenantId::from_uuid), consumer, key }
    }
}

/// Does it; the exit code is 1 if something still waits that was to be applied.
pub async fn run(
    command: ConsumersCommand,
    installation: &Installation,
    out: &mut (impl Write + Send),
) -> Result<ExitCode, ConsumersError> {
    let parking = installation.parking();
    let decision = |tenant| Decision {
        tenant,
        command: CommandId::from_uuid(installation.ids.uuid()),
        actor: Actor::System(ACTOR.to_owned()),
    };
    match command {
        ConsumersCommand::Parked { which, limit } => {
            for event in parking.list(&which.filter(), limit).await? {
                writeln!(out, "{}", line(&event))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        ConsumersCommand::Replay { which } => {
            let mut n_failed = 0_u32;
            for key in parking.keys(&which.filter()).await? {
                let outcome = replayed(&parking, &decision(key.tenant), key).await?;
                n_failed += u32::from(outcome.get("still_fails").is_some());
                writeln!(out, "{outcome}")?;
            }
            Ok(if n_failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        ConsumersCommand::Discard { tenant, consumer, position, reason } => {
            let discard = Discard { consumer, position: Position::new(position), reason };
            let resolved =
                parking.discard(&decision(TenantId::from_uuid(tenant)), &discard).await?;
            writeln!(out, "{}", json!({"discarded": resolved.n_events}))?;
            Ok(ExitCode::SUCCESS)
        }
        ConsumersCommand::Timers { which: WhichTimers { tenant, process }, limit } => {
            let timers = ParkedTimers::new(installation.projector.clone());
            let tenant = tenant.map(TenantId::from_uuid);
            for timer in timers.list(tenant, process.as_deref(), limit).await? {
                writeln!(out, "{}", timer_line(&timer))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        ConsumersCommand::RetryTimers { which: WhichTimers { tenant, process }, key } => {
            let timers = ParkedTimers::new(installation.projector.clone());
            let tenant = tenant.map(TenantId::from_uuid);
            let n_timers = timers.retry(tenant, process.as_deref(), key).await?;
            writeln!(out, "{}", json!({"sent_again": n_timers}))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn replayed(
    parking: &Parking,
    by: &Decision,
    key: ParkedKey,
) -> Result<Value, ConsumersError> {
    let ParkedKey { tenant, consumer, key } = key;
    let mut outcome = json!({"tenant": tenant, "consumer": consumer, "key": key});
    match parking.replay(by, &Replay { consumer, key }).await {
        Ok(resolved) => outcome["replayed"] = json!(resolved.n_events),
        // Another process has replayed it meanwhile.
        Err(ParkingError::NotParked) => outcome["replayed"] = json!(0),
        Err(ParkingError::StillFails { position, reason }) => {
            outcome["still_fails"] = json!({"position": position, "reason": reason});
        }
        Err(error) => return Err(error.into()),
    }
    Ok(outcome)
}

fn timer_line(timer: &ParkedTimer) -> Value {
    json!({
        "process": timer.process,
        "tenant": timer.about.tenant,
        "key": timer.about.key,
        "due_at": timer.due_at,
        "event": timer.event,
        "reason": timer.reason,
        "attempts": timer.attempts,
        "parked_at": timer.parked_at,
    })
}

fn line(event: &ParkedEvent) -> Value {
    json!({
        "position": event.position,
        "tenant": event.tenant,
        "consumer": event.consumer,
        "key": event.key,
        "event_type": event.event_type,
        "reason": event.reason,
        "attempts": event.attempts,
        "recorded_at": event.recorded_at,
        "parked_at": event.parked_at,
    })
}
