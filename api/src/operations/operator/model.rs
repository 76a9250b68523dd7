//! Bodies about companies as a whole.

use chrono::{DateTime, Utc};
use commands::identity::{ChangeSubscription, Company};
use domain::identity::subscription::{Module, Plan, Standing, State};
use poem_openapi::{Enum, Object};
use serde::Serialize;
use uuid::Uuid;

use crate::operations::fields::Fields;
use crate::operations::model::mirrored;
use crate::operations::moment;
use crate::position::PositionToken;

/// A company to be.
#[derive(Debug, Object)]
#[oai(rename = "NewCompany")]
pub(super) struct NewCompanyBody {
    /// The name on its tickets.
    #[oai(validator(min_length = 1, max_length = 96))]
    pub(super) name: String,
    /// Its short name, unique in the installation; users enter it when they sign in.
    #[oai(validator(pattern = "^[a-z0-9-]{2,40}$"))]
    pub(super) slug: String,
    /// Its first administrator.
    pub(super) administrator: Administrator,
    /// What it subscribes to; without this nothing is limited.
    pub(super) subscription: Option<SubscriptionBody>,
}

/// A user who may do everything in a company.
#[derive(Debug, Object)]
pub(super) struct Administrator {
    /// What they are called.
    #[oai(validator(min_length = 1, max_length = 96))]
    pub(super) name: String,
    /// The address that gets the invitation, and that they sign in with later.
    #[oai(validator(min_length = 3, max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$"))]
    pub(super) email: String,
}

/// A company that was set up.
#[derive(Debug, Object, Serialize)]
pub(super) struct SetUpCompany {
    /// Its id.
    pub(super) id: Uuid,
    /// Its first administrator.
    pub(super) administrator_id: Uuid,
    /// Its revision, as in `ETag`.
    pub(super) revision: u64,
    /// The position of the command in the log.
    pub(super) position: PositionToken,
}

/// A user whom the operator has made an administrator of a company.
#[derive(Debug, Object, Serialize)]
pub(super) struct RestoredAdministrator {
    /// The person.
    pub(super) id: Uuid,
    /// Whether they have yet to join, and get an e-mail.
    pub(super) is_invited: bool,
    /// The position of the command in the log.
    pub(super) position: PositionToken,
}

/// A company of the installation.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Company")]
pub(super) struct CompanyBody {
    /// Its id.
    id: Uuid,
    /// Its short name.
    slug: String,
    /// The name on its tickets.
    name: String,
    /// Whether none of its users can sign in.
    is_closed: bool,
    /// When it was set up.
    #[serde(with = "moment")]
    created_at: DateTime<Utc>,
    /// What it has subscribed to.
    subscription: SubscriptionBody,
    /// How many open branches it has.
    branches: u32,
    /// How many people in it are not suspended.
    users: u32,
}

/// The agreement of a company with the operator of the installation.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Subscription")]
pub(in crate::operations) struct SubscriptionBody {
    /// What it may have; absent where nothing was agreed on.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanBody>,
    /// The status of the subscription.
    state: StateBody,
    /// When the trial ends; with `trial` alone.
    #[serde(with = "moment")]
    trial_ends_at: Option<DateTime<Utc>>,
    /// Since when a payment is due; with `past_due` alone.
    #[serde(with = "moment")]
    past_due_since: Option<DateTime<Utc>>,
}

/// What a company may have.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Plan")]
struct PlanBody {
    /// What it is called.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// How many open branches; null is any number.
    branches: Option<u32>,
    /// How many people who are not suspended; null is any number.
    users: Option<u32>,
    /// Which parts of FastOps; null is all of them.
    #[oai(validator(max_items = 3))]
    modules: Option<Vec<ModuleBody>>,
}

mirrored! {
    /// A part of FastOps that a plan may leave out.
    ModuleBody of Module as "Module" {
        /// Categories and products.
        Catalog,
        /// Stock items, recipes and what comes in.
        Inventory,
        /// Orders.
        Orders,
    }
}

/// The status of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[oai(rename = "SubscriptionState", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
enum StateBody {
    /// The company tries FastOps.
    Trial,
    /// It is paid.
    Active,
    /// A payment is due; everything goes on for fourteen days.
    PastDue,
    /// Nothing can be begun.
    Suspended,
}

impl SubscriptionBody {
    /// What is to be written down, or what is wrong under `at`.
    pub(super) fn read(&self, fields: &mut Fields, at: &str) -> Option<ChangeSubscription> {
        let Self { plan, state, trial_ends_at, past_due_since } = self;
        let (is_trial, is_due) = (*state == StateBody::Trial, *state == StateBody::PastDue);
        let until = fields.given_if(is_trial, &format!("{at}/trial_ends_at"), *trial_ends_at);
        let since = fields.given_if(is_due, &format!("{at}/past_due_since"), *past_due_since);
        let plan = match plan {
            Some(plan) => Some(plan.read(fields, &format!("{at}/plan/name"))?),
            None => None,
        };
        let standing = match (state, until, since) {
            (StateBody::Trial, Some(until), None) => Standing::Trial { until },
            (StateBody::PastDue, None, Some(since)) => Standing::PastDue { since },
            (StateBody::Active, None, None) => Standing::Active,
            (StateBody::Suspended, None, None) => Standing::Suspended,
            _ => return None,
        };
        Some(ChangeSubscription { plan, standing: Some(standing) })
    }
}

impl PlanBody {
    fn read(&self, fields: &mut Fields, at_name: &str) -> Option<Plan> {
        let name = fields.name(at_name, &self.name)?;
        let modules = self.modules.as_ref();
        let modules = modules.map(|modules| modules.iter().copied().map(Into::into).collect());
        Some(Plan { name, branches: self.branches, users: self.users, modules })
    }
}

impl From<Company> for CompanyBody {
    fn from(company: Company) -> Self {
        let Company { tenant, slug, details, is_closed, created_at, subscription, users, .. } =
            company;
        let branches = subscription.branches;
        Self {
            id: tenant.uuid(),
            slug,
            name: details.name.into(),
            is_closed,
            created_at,
            subscription: subscription.into(),
            branches,
            users,
        }
    }
}

impl From<State> for SubscriptionBody {
    fn from(State { plan, standing, .. }: State) -> Self {
        let (state, trial_ends_at, past_due_since) = match standing {
            Standing::Trial { until } => (StateBody::Trial, Some(until), None),
            Standing::Active => (StateBody::Active, None, None),
            Standing::PastDue { since } => (StateBody::PastDue, None, Some(since)),
            Standing::Suspended => (StateBody::Suspended, None, None),
        };
        Self { plan: plan.map(Into::into), state, trial_ends_at, past_due_since }
    }
}

impl From<Plan> for PlanBody {
    fn from(Plan { name, branches, users, modules }: Plan) -> Self {
        let modules = modules.map(|modules| modules.into_iter().map(Into::into).collect());
        Self { name: name.into(), branches, users, modules }
    }
}
