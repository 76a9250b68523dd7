//! What to measure, and for how long.

use std::time::Duration;

/// The usage message.
pub(crate) const USAGE: &str =
    "usage: bench [orders] [append] [two] [columns] [memory] [rebuild] [delay] [kafka_away]
    [permission] [logins] [overload] [menu]
    [rounds=5] [seconds=2] [connections=N] [companies=N] [modifiers=N] [events=1000000] [away=60]
without a part: orders append two";

/// A measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Orders over HTTP, beside pgbench.
    Orders,
    /// Appends straight to the event store.
    Append,
    /// Two servers against one, on one branch.
    Two,
    /// The storage of payloads and the cost of the chain.
    Columns,
    /// The server's memory with a long log.
    Memory,
    /// A rebuild of the read models from a long log.
    Rebuild,
    /// The time from the response to an order until it is shown.
    Delay,
    /// Orders while Kafka is away.
    KafkaAway,
    /// An authorisation check.
    Permission,
    /// Orders while many users sign in.
    Logins,
    /// Five times as many orders as the server can place.
    Overload,
    /// The menu document.
    Menu,
}

/// The arguments of a run.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) parts: Vec<Part>,
    /// The number of rounds.
    pub(crate) rounds: u32,
    /// The duration of each measurement.
    pub(crate) lasting: Duration,
    /// The only number of connections to measure; none for all.
    pub(crate) connections: Option<usize>,
    /// The only number of companies to measure; none for all.
    pub(crate) companies: Option<usize>,
    /// The number of modifiers that are chosen on every line of an order.
    pub(crate) modifiers: u32,
    /// The number of events of a long log.
    pub(crate) events: u64,
    /// The duration of Kafka's outage.
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
            modifiers: 0,
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
                "overload" => args.parts.push(Part::Overload),
                "menu" => args.parts.push(Part::Menu),
                "rounds" => args.rounds = number()?,
                "seconds" => args.lasting = Duration::from_secs(number()?.into()),
                "connections" => args.connections = Some(number()? as usize),
                "companies" => args.companies = Some(number()? as usize),
                "modifiers" => args.modifiers = number()?,
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
