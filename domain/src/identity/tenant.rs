//! A tenant: one company with its owner.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{Address, Name, Slug, TenantId, UserId};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Tenant;

/// Commands to a tenant.
#[derive(Debug, Clone)]
pub enum Command {
    /// Add the company to the installation.
    Register(Registered),
    /// Set the details on its tickets.
    Revise(Details),
    /// Close it: its users cannot sign in or act.
    Close,
    /// Reopen it.
    Reopen,
}

/// The details on a company's tickets. They describe the company, even if it is one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Details {
    /// Its trade name.
    pub name: Name,
    /// Its registered name; none if unknown.
    pub legal_name: Option<Name>,
    /// Its tax id, as the company writes it; none if unknown.
    pub tax_id: Option<TaxId>,
    /// Its address; none if unknown.
    pub address: Option<Address>,
}

/// A number at a tax authority, as its holder writes it: `900.123.456-7`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^[0-9A-Z][0-9A-Z./-]{2,31}$"))]
pub struct TaxId(String);

/// The text is not 3 to 32 of `0-9`, `A-Z`, `.`, `/` and `-`, the first of them a digit or letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tax id has 3 to 32 digits, capital letters, dots, slashes and hyphens")]
pub struct TaxIdError;

impl TaxId {
    /// Reads a tax id. Check digits are not verified, because they differ by country.
    pub fn parse(text: &str) -> Result<Self, TaxIdError> {
        let is_sign = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        let is_good = (3..=32).contains(&text.len())
            && text.bytes().all(|byte| is_sign(byte) || b"./-".contains(&byte))
            && text.bytes().next().is_some_and(is_sign);
        if is_good { Ok(Self(text.to_owned())) } else { Err(TaxIdError) }
    }
}

impl TryFrom<String> for TaxId {
    type Error = TaxIdError;

    fn try_from(text: String) -> Result<Self, TaxIdError> {
        Self::parse(&text)
    }
}

impl From<TaxId> for String {
    fn from(tax_id: TaxId) -> Self {
        tax_id.0
    }
}

/// The company joined the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Registered {
    /// The trade name on its tickets.
    pub name: Name,
    /// Its short name in URLs and at sign-in.
    pub slug: Slug,
    /// The first administrator.
    pub owner: UserId,
}

/// The trade name was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The trade name on its tickets.
    pub name: Name,
}

/// The registered name or the tax id was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LegalDetailsCorrected {
    /// Its registered name; none if it was removed.
    pub legal_name: Option<Name>,
    /// Its tax id; none if it was removed.
    pub tax_id: Option<TaxId>,
}

/// The address of the company was set or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Relocated {
    /// The address; none if it was removed.
    pub address: Option<Address>,
}

/// The company was closed: its users cannot sign in or act; its data stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closed {}

/// The company was reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reopened {}

crate::stored_events! {
    /// Events of a tenant.
    pub enum Event {
        "tenant.registered" => Registered,
        "tenant.renamed" => Renamed,
        "tenant.legal_details_corrected" => LegalDetailsCorrected,
        "tenant.relocated" => Relocated,
        "tenant.closed" => Closed,
        "tenant.reopened" => Reopened,
    }
}

/// The state of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It never joined.
    #[default]
    Unregistered,
    /// It is in the installation.
    Registered(Company),
}

/// A company of the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// The first administrator.
    pub owner: UserId,
    /// The details on its tickets.
    pub details: Details,
    /// Whether its users are shut out.
    pub is_closed: bool,
}

impl State {
    /// The company, if it has joined.
    pub const fn company(&self) -> Option<&Company> {
        match self {
            Self::Unregistered => None,
            Self::Registered(company) => Some(company),
        }
    }

    /// Whether it has joined and is closed.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Registered(Company { is_closed: true, .. }))
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The installation has no such company.
    #[error("there is no such company")]
    Unknown,
    /// The company joined before.
    #[error("the company is registered already")]
    AlreadyRegistered,
}

impl Decider for Tenant {
    const CATEGORY: &'static str = "tenant";
    type Id = TenantId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unregistered, Command::Register(registered)) => Ok(vec![registered.into()]),
            (State::Registered(_), Command::Register(_)) => Err(Error::AlreadyRegistered),
            (State::Unregistered, _) => Err(Error::Unknown),
            (State::Registered(company), Command::Revise(details)) => {
                Ok(revised(&company.details, details))
            }
            (State::Registered(company), Command::Close) if company.is_closed => Ok(vec![]),
            (State::Registered(_), Command::Close) => Ok(vec![Closed {}.into()]),
            (State::Registered(company), Command::Reopen) if company.is_closed => {
                Ok(vec![Reopened {}.into()])
            }
            (State::Registered(_), Command::Reopen) => Ok(vec![]),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (state, event) {
            (_, Event::Registered(Registered { name, owner, .. })) => {
                let details = Details { name, legal_name: None, tax_id: None, address: None };
                State::Registered(Company { owner, details, is_closed: false })
            }
            (State::Unregistered, _) => State::Unregistered,
            (State::Registered(mut company), event) => {
                changed(&mut company, event);
                State::Registered(company)
            }
        }
    }
}

fn revised(before: &Details, after: Details) -> Vec<Event> {
    let Details { name, legal_name, tax_id, address } = after;
    let renamed = (name != before.name).then(|| Renamed { name }.into());
    let is_as_before = legal_name == before.legal_name && tax_id == before.tax_id;
    let corrected = (!is_as_before).then(|| LegalDetailsCorrected { legal_name, tax_id }.into());
    let relocated = (address != before.address).then(|| Relocated { address }.into());
    renamed.into_iter().chain(corrected).chain(relocated).collect()
}

fn changed(company: &mut Company, event: Event) {
    match event {
        Event::Registered(_) => {}
        Event::Renamed(Renamed { name }) => company.details.name = name,
        Event::LegalDetailsCorrected(LegalDetailsCorrected { legal_name, tax_id }) => {
            company.details.legal_name = legal_name;
            company.details.tax_id = tax_id;
        }
        Event::Relocated(Relocated { address }) => company.details.address = address,
        Event::Closed(_) => company.is_closed = true,
        Event::Reopened(_) => company.is_closed = false,
    }
}

#[cfg(test)]
mod tests;
