//! Whether the read models belong to the log, and follow it.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

use super::finding::{Finding, Verdict};

/// Without progress for so long, a consumer with events to apply counts as dead.
const SILENT_SECONDS_MAX: i64 = 60;

/// How long the checkpoint of a consumer that is behind may stay unchanged.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

#[derive(sqlx::FromRow)]
struct Checkpoint {
    consumer: String,
    incarnation: Uuid,
    position: i64,
    silent_seconds: i64,
}

struct Log {
    incarnation: Uuid,
    head: i64,
    checkpoints: Vec<Checkpoint>,
}

impl Log {
    async fn read(app: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let checkpoints = sqlx::query_as(
            "SELECT
                 consumer, incarnation, position,
                 extract(epoch FROM clock_timestamp() - updated_at)::bigint AS silent_seconds
             FROM checkpoints
             ORDER BY consumer, lane",
        )
        .fetch_all(&mut *app)
        .await?;
        // Read after the checkpoints, which go on meanwhile.
        let (incarnation, head) =
            sqlx::query_as("SELECT incarnation, position FROM log_head").fetch_one(app).await?;
        Ok(Self { incarnation, head, checkpoints })
    }
}

/// No checkpoint is of another incarnation of the log or beyond its end: a restore leaves both.
pub(super) async fn incarnation(app: Option<&mut PgConnection>) -> Finding {
    let verdict = match app {
        Some(app) => Log::read(app).await.map(|log| belongs(&log)),
        None => Ok(Verdict::unreached()),
    };
    Finding::new("log", ("Registro y lecturas", "Log and read models"), verdict)
}

fn belongs(log: &Log) -> Verdict {
    let advice = (
        "el registro se restauró sin sus lecturas, o al revés: restaure ambos del mismo respaldo, \
         o reconstruya el consumidor",
        "the log was restored without its read models, or the other way round: restore both from \
         the same backup, or rebuild the consumer",
    );
    for checkpoint in &log.checkpoints {
        let Checkpoint { consumer, incarnation, position, .. } = checkpoint;
        if *incarnation != log.incarnation {
            return Verdict::wrong(
                (
                    format!("{consumer} sigue otro registro: {incarnation}"),
                    format!("{consumer} follows another log: {incarnation}"),
                ),
                advice,
            );
        }
        if *position > log.head {
            return Verdict::wrong(
                (
                    format!(
                        "{consumer} ya leyó hasta {position}, pero el registro termina en {}",
                        log.head
                    ),
                    format!(
                        "{consumer} has read up to {position}, but the log ends at {}",
                        log.head
                    ),
                ),
                advice,
            );
        }
    }
    Verdict::good((
        format!("{} eventos; ninguna lectura va más allá", log.head),
        format!("{} events; no read model is beyond them", log.head),
    ))
}

/// Every consumer follows the log.
pub(super) async fn consumers(app: Option<&mut PgConnection>) -> Finding {
    let verdict = match app {
        Some(app) => look_twice(app).await,
        None => Ok(Verdict::unreached()),
    };
    Finding::new("consumers", ("Consumidores", "Consumers"), verdict)
}

/// Reads twice: after an hour without events, one that was appended just now makes every consumer look late.
async fn look_twice(app: &mut PgConnection) -> Result<Verdict, sqlx::Error> {
    let first = follow(&Log::read(app).await?);
    if matches!(first, Verdict::Good { .. }) {
        return Ok(first);
    }
    tokio::time::sleep(BETWEEN_LOOKS).await;
    Ok(follow(&Log::read(app).await?))
}

fn follow(log: &Log) -> Verdict {
    let advice = (
        "arranque `fastops work`, o `fastops serve --work`, y mire su bitácora",
        "start `fastops work`, or `fastops serve --work`, and look at what it logs",
    );
    let mut slowest: BTreeMap<&str, &Checkpoint> = BTreeMap::new();
    for checkpoint in &log.checkpoints {
        let slowest = slowest.entry(&checkpoint.consumer).or_insert(checkpoint);
        if checkpoint.position < slowest.position {
            *slowest = checkpoint;
        }
    }
    let mut most_behind = 0;
    for consumer in projections::consumers() {
        let name = consumer.name();
        let Some(checkpoint) = slowest.get(name) else {
            if log.head == 0 {
                continue;
            }
            let seen = (format!("{name} nunca ha corrido"), format!("{name} has never run"));
            return Verdict::wrong(seen, advice);
        };
        let behind = log.head.saturating_sub(checkpoint.position).max(0);
        let silent = checkpoint.silent_seconds;
        if behind > 0 && silent > SILENT_SECONDS_MAX {
            return Verdict::wrong(
                (
                    format!("{name} está {behind} eventos atrás y no avanza hace {silent} s"),
                    format!("{name} is {behind} events behind and has not moved for {silent} s"),
                ),
                advice,
            );
        }
        most_behind = most_behind.max(behind);
    }
    Verdict::good((
        format!("todos avanzan; el más lento está {most_behind} eventos atrás"),
        format!("all move; the slowest is {most_behind} events behind"),
    ))
}
