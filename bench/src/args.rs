//! What to measure, and for how long.

use std::time::Duration;

/// What is said about wrong arguments.
pub(crate) const USAGE: &str =
    "usage: bench [orders] [append] [two] [columns] [memory] [rebuild] [delay] [kafka_away]
    [permission] [logins]
    [rounds=5] [seconds=2] [connections=N] [companies=N] [events=1000000] [away=60]
without a part: orders append two";

/// Something to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Orders over HTTP, beside pgbench.
    Orders,
    /// Appends straight to the event store.
    Append,
    /// Two servers against one, on one branch.
    Two,
    /// How a payload is kept, and what the chain costs.
    Columns,
    /// What the server keeps in memory beside a long log.
    Memory,
    /// Read models built again from a long log.
    Rebuild,
    /// How long an answered order takes until it is shown.
    Delay,
    /// Orders while Kafka is away.
    KafkaAway,
    /// Whether somebody may do what they ask.
    Permission,
    /// Orders while many people sign in.
    Logins,
}

/// The arguments of a run.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) parts: Vec<Part>,
    /// How often everything is measured.
    pub(crate) rounds: u32,
    /// How long each measurement lasts.
    pub(crate) lasting: Duration,
    /// The only number of connections to order on, or all that are measured.
    pub(crate) connections: Option<usize>,
    /// The only number of companies to order for, or all that are measured.
    pub(crate) companies: Option<usize>,
    /// How many events a long log has.
    pub(crate) events: u64,
    /// For how long Kafka is away.
    pub(crate) away: Duration,
}

impl Args {
    /// Reads the words of a command line.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let lasting = Duration::from_secs(2);
        let away = Duration::from_mins(1);
        let mut args = Self {
            parts: Vec::new(),
            rounds: 5,
            lasting,
            connections: None,
            companies: None,
            events: 1_000_000,
            away,
        };
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((&word, ""));
            let number =
                || value.parse().ok().filter(|n| *n > 0).ok_or(format!("{word}: not a number"));
            match name {
                "orders" => args.parts.push(Part::Orders),
                "append" => args.parts.push(Part::Append),
                "two" => args.parts.push(Part::Two),
                "columns" => args.parts.push(Part::Columns),
                "memory" => args.parts.push(Part::Memory),
                "rebuild" => args.parts.push(Part::Rebuild),
                "delay" => args.parts.push(Part::Delay),
                "kafka_away" => args.parts.push(Part::KafkaAway),
                "permission" => args.parts.push(Part::Permission),
                "logins" => args.parts.push(Part::Logins),
                "rounds" => args.rounds = number()?,
                "seconds" => args.lasting = Duration::from_secs(number()?.into()),
                "connections" => args.connections = Some(number()? as usize),
                "companies" => args.companies = Some(number()? as usize),
                "events" => args.events = number()?.into(),
                "away" => args.away = Duration::from_secs(number()?.into()),
                _ => return Err(format!("{word} is unknown")),
            }
        }
        if args.parts.is_empty() {
            args.parts = vec![Part::Orders, Part::Append, Part::Two];
        }
        Ok(args)
    }
}
