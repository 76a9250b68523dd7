//! The company as it sees itself.

use chrono::{DateTime, Utc};
use commands::Revision;
use commands::identity::{Company, ReviseCompany};
use domain::identity::Tenant;
use domain::identity::permission::markers::{CompanyRead, CompanyUpdate};
use domain::identity::tenant::{self, Details};
use poem_openapi::{Object, OpenApi};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::caller::Caller;
use crate::operations::answer::{Changed, Found};
use crate::operations::fields::Fields;
use crate::operations::identity::refusal;
use crate::operations::model::{AddressBody, Revised};
use crate::operations::moment;
use crate::operations::operator::model::SubscriptionBody;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about the company that the caller is of.
pub(super) struct OwnCompany(pub(super) Services);

/// What should stand on the company's tickets.
#[derive(Object)]
struct CompanyRevision {
    /// The name that the public uses.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// The name that it is registered under; absent if not given.
    #[oai(validator(min_length = 1, max_length = 96))]
    legal_name: Option<String>,
    /// Its number at the tax authority, as people write it; absent if not given.
    #[oai(validator(pattern = "^[0-9A-Z][0-9A-Z./-]{2,31}$"))]
    tax_id: Option<String>,
    /// Where it is; absent if not given.
    address: Option<AddressBody>,
}

/// A company, and what stands on its tickets.
#[derive(Object, Serialize)]
#[oai(rename = "OwnCompany")]
struct OwnCompanyBody {
    /// Its id.
    id: Uuid,
    /// Its short name; users enter it when they sign in.
    slug: String,
    /// The name that the public uses.
    name: String,
    /// The name that it is registered under; null if not given.
    legal_name: Option<String>,
    /// Its number at the tax authority; null if not given.
    tax_id: Option<String>,
    /// Where it is; absent if not given.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressBody>,
    /// When it was set up.
    #[serde(with = "moment")]
    created_at: DateTime<Utc>,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// What a company has subscribed to, and how much of it is used.
#[derive(Object, Serialize)]
struct OwnSubscription {
    /// What it may have, and how the subscription stands.
    subscription: SubscriptionBody,
    /// What it has of what a plan limits.
    used: Used,
}

/// What a company has of what a plan limits.
#[derive(Object, Serialize)]
struct Used {
    /// How many open branches.
    branches: u32,
    /// How many people who are not suspended.
    users: u32,
}

#[OpenApi(prefix_path = "/v1/company", tag = "Part::Company")]
impl OwnCompany {
    /// Get the company.
    #[oai(path = "/", method = "get", operation_id = "getOwnCompany")]
    async fn get(&self, by: Can<CompanyRead>) -> Result<Found<OwnCompanyBody>, Problem> {
        let company = self.company(&by.caller).await?;
        Ok(Found::at(company.revision, company.into()))
    }

    /// Correct names, tax id and address of the company.
    #[oai(path = "/", method = "put", operation_id = "reviseOwnCompany")]
    async fn revise(
        &self,
        by: Can<CompanyUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        Json(body): Json<CompanyRevision>,
    ) -> Result<Changed<Revised>, Problem> {
        let (details, seen) = (body.read()?, Revision::new(seen.revision()));
        let intent = ReviseCompany { seen, details };
        let rule = |it: &tenant::Error| refusal::own_company(*it);
        let accepted = self.0.execute(&by.caller, key, intent, rule).await?;
        accepted.changed::<Tenant>(by.caller.tenant.uuid(), seen)
    }

    /// Get what the company has subscribed to.
    ///
    /// Also how much of it is used. However the subscription stands.
    #[oai(path = "/subscription", method = "get", operation_id = "getOwnSubscription")]
    async fn subscription(&self, by: Can<CompanyRead>) -> Result<Json<OwnSubscription>, Problem> {
        let Company { subscription, users, .. } = self.company(&by.caller).await?;
        let used = Used { branches: subscription.branches, users };
        Ok(Json(OwnSubscription { subscription: subscription.into(), used }))
    }
}

impl OwnCompany {
    /// The caller's company as the log has it at this moment.
    async fn company(&self, caller: &Caller) -> Result<Company, Problem> {
        let company = self.0.operator.company(caller.tenant).await;
        company.map_err(|world| failed(&world))?.ok_or_else(|| Problem::new(Code::NotFound))
    }
}

impl CompanyRevision {
    fn read(self) -> Result<Details, Problem> {
        let mut fields = Fields::default();
        let name = fields.name("/name", &self.name);
        let legal_name = self.legal_name.as_ref();
        let legal_name = legal_name.and_then(|text| fields.name("/legal_name", text));
        let tax_id = self.tax_id.as_ref().and_then(|text| fields.tax_id("/tax_id", text));
        let address = self.address.and_then(|it| it.read(&mut fields, "/address"));
        let Some(name) = name else { return Err(fields.problem()) };
        fields.check()?;
        Ok(Details { name, legal_name, tax_id, address })
    }
}

impl From<Company> for OwnCompanyBody {
    fn from(company: Company) -> Self {
        let Company { tenant, slug, details, revision, created_at, .. } = company;
        let Details { name, legal_name, tax_id, address } = details;
        Self {
            id: tenant.uuid(),
            slug,
            name: name.into(),
            legal_name: legal_name.map(Into::into),
            tax_id: tax_id.map(Into::into),
            address: address.map(Into::into),
            created_at,
            revision: revision.get(),
        }
    }
}
