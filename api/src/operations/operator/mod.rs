//! Companies, as the operator of the installation lists them, sets them up and sets their
//! subscriptions.

pub(super) mod model;
pub(in crate::operations) mod refusal;

use commands::identity::{ChangeSubscription, CreatedCompany, NewCompany, Person, Restored};
use commands::{Correlation, Request};
use domain::identity::Tenant;
use domain::shared::TenantId;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use uuid::Uuid;

use super::answer::{Created, Done, List};
use super::fields::Fields;
use super::model::Settled;
use super::{Part, Services};
use crate::access::ByOperator;
use crate::cursor::{CursorScope, QueryFingerprint};
use crate::operations::refusal::{failed, refused};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};
use model::{
    Administrator, CompanyBody, NewCompanyBody, RestoredAdministrator, SetUpCompany,
    SubscriptionBody,
};

/// The operations about companies, for the operator.
pub(super) struct Companies(pub(super) Services);

#[OpenApi(prefix_path = "/v1/operator/companies", tag = "Part::Operator")]
impl Companies {
    /// Set a company up.
    ///
    /// Its first administrator gets an e-mail with a link to set a password. The link is good for a
    /// week. A retry under the same key sends no second e-mail.
    #[oai(path = "/", method = "post", operation_id = "createCompany")]
    async fn create(
        &self,
        by: ByOperator,
        key: IdempotencyKey,
        Json(body): Json<NewCompanyBody>,
    ) -> Result<Created<SetUpCompany>, Problem> {
        let company = new_company(&body)?;
        let (accounts, command) = (&*self.0.accounts, key.command_id());
        let (correlation, request) = self.once(&by, key);
        let created = self.0.operator.create(accounts, correlation, request, company).await;
        let created = created.map_err(|error| refused(error, |it| refusal::company(*it)))?;
        let CreatedCompany { tenant, administrator, receipt } = created;
        self.0.write_invitation(tenant, administrator, command, receipt.replayed).await?;
        let accepted = self.0.with_position(tenant, receipt);
        let made = accepted.first::<Tenant>()?;
        let body = SetUpCompany {
            id: tenant.uuid(),
            administrator_id: administrator.uuid(),
            revision: made.revision.get(),
            position: accepted.position,
        };
        let address = format!("/v1/operator/companies/{}", body.id);
        Ok(Created::by(&accepted, made.revision, address, body))
    }

    /// List the companies of the installation.
    ///
    /// By their short names.
    #[oai(path = "/", method = "get", operation_id = "listCompanies")]
    async fn list(
        &self,
        _by: ByOperator,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<CompanyBody>>, Problem> {
        let scope = CursorScope {
            // Of no company.
            tenant: TenantId::from_uuid(Uuid::nil()),
            query: QueryFingerprint::of("listCompanies", &[]),
            incarnation: self.0.incarnation,
        };
        let cursors = &self.0.cursors;
        let after: Option<String> =
            cursor.as_deref().map(|cursor| cursors.decode(&scope, cursor)).transpose()?;
        let page = self.0.operator.companies(after.as_deref(), limit.rows()).await;
        let page = page.map_err(|world| failed(&world))?;
        let next_cursor = page.next.map(|slug| cursors.encode(&scope, &slug));
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a company.
    #[oai(path = "/:company_id", method = "get", operation_id = "getCompany")]
    async fn get(
        &self,
        _by: ByOperator,
        company_id: Path<Uuid>,
    ) -> Result<Json<CompanyBody>, Problem> {
        let company = self.0.operator.company(TenantId::from_uuid(company_id.0)).await;
        let company = company.map_err(|world| failed(&world))?;
        Ok(Json(company.ok_or_else(|| Problem::new(Code::NotFound))?.into()))
    }

    /// Close a company.
    ///
    /// From the next request on, its users can neither sign in nor read or change anything. Its data stays,
    /// for the operator too.
    #[oai(path = "/:company_id/close", method = "post", operation_id = "closeCompany")]
    async fn close(
        &self,
        by: ByOperator,
        key: IdempotencyKey,
        company_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let (tenant, (correlation, request)) =
            (TenantId::from_uuid(company_id.0), self.once(&by, key));
        let outcome = self.0.operator.close(tenant, correlation, request).await;
        let accepted = self.0.accepted(tenant, outcome, |it| refusal::company(*it))?;
        Ok(accepted.settled(company_id.0))
    }

    /// Open a company again that was closed, as it was.
    ///
    /// Sign-ins from before the closing that have not run out meanwhile go on.
    #[oai(path = "/:company_id/reopen", method = "post", operation_id = "reopenCompany")]
    async fn reopen(
        &self,
        by: ByOperator,
        key: IdempotencyKey,
        company_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let (tenant, (correlation, request)) =
            (TenantId::from_uuid(company_id.0), self.once(&by, key));
        let outcome = self.0.operator.reopen(tenant, correlation, request).await;
        let accepted = self.0.accepted(tenant, outcome, |it| refusal::company(*it))?;
        Ok(accepted.settled(company_id.0))
    }

    /// Set the subscription of a company.
    ///
    /// Its plan, and how the subscription stands. Without a plan the company keeps the one it has;
    /// a plan without numbers and modules limits nothing.
    #[oai(path = "/:company_id/subscription", method = "put", operation_id = "subscribeCompany")]
    async fn subscribe(
        &self,
        by: ByOperator,
        key: IdempotencyKey,
        company_id: Path<Uuid>,
        Json(body): Json<SubscriptionBody>,
    ) -> Result<Done<Settled>, Problem> {
        let mut fields = Fields::default();
        let Some(change) = body.read(&mut fields, "") else { return Err(fields.problem()) };
        let (tenant, (correlation, request)) =
            (TenantId::from_uuid(company_id.0), self.once(&by, key));
        let outcome = self.0.operator.subscribe(tenant, correlation, request, change).await;
        let accepted = self.0.accepted(tenant, outcome, |it| refusal::subscription(*it))?;
        Ok(accepted.settled(company_id.0))
    }

    /// Add an administrator to a company.
    ///
    /// In all branches, where no active administrator is left. A user who has the address there becomes one,
    /// also after a suspension; their name stays. Otherwise the address is invited. Users who have yet to
    /// join get an e-mail; a retry under the same key sends no other.
    #[oai(
        path = "/:company_id/administrators",
        method = "post",
        operation_id = "restoreAdministrator"
    )]
    async fn restore_administrator(
        &self,
        by: ByOperator,
        key: IdempotencyKey,
        company_id: Path<Uuid>,
        Json(body): Json<Administrator>,
    ) -> Result<Done<RestoredAdministrator>, Problem> {
        let mut fields = Fields::default();
        let read = (fields.name("/name", &body.name), fields.email("/email", &body.email));
        let (Some(name), Some(email)) = read else { return Err(fields.problem()) };
        let person = Person { name, email: email.as_str().to_owned() };
        let tenant = TenantId::from_uuid(company_id.0);
        let (accounts, command) = (&*self.0.accounts, key.command_id());
        let (correlation, request) = self.once(&by, key);
        let whom = (tenant, &person);
        let operator = &self.0.operator;
        let restored = operator.restore_administrator(accounts, correlation, request, whom).await;
        let restored = restored.map_err(|error| refused(error, refusal::restoring))?;
        let Restored { user, is_invited, receipt } = restored;
        if is_invited {
            self.0.write_invitation(tenant, user, command, receipt.replayed).await?;
        }
        let accepted = self.0.with_position(tenant, receipt);
        let position = accepted.position;
        let body = RestoredAdministrator { id: user.uuid(), is_invited, position };
        Ok(Done::by(&accepted, body))
    }
}

impl Companies {
    /// What the log has of a request of the operator, and the command under the key of it.
    fn once(&self, by: &ByOperator, key: IdempotencyKey) -> (Correlation, Request) {
        (self.0.correlation(&by.request, &by.trace), Services::request(key))
    }
}

fn new_company(body: &NewCompanyBody) -> Result<NewCompany, Problem> {
    let mut fields = Fields::default();
    let subscription = match &body.subscription {
        Some(subscription) => subscription.read(&mut fields, "/subscription"),
        None => Some(ChangeSubscription::default()),
    };
    let read = (
        fields.name("/name", &body.name),
        fields.slug("/slug", &body.slug),
        fields.name("/administrator/name", &body.administrator.name),
        fields.email("/administrator/email", &body.administrator.email),
        subscription,
    );
    let (Some(name), Some(slug), Some(administrator), Some(email), Some(subscription)) = read
    else {
        return Err(fields.problem());
    };
    let administrator = Person { name: administrator, email: email.as_str().to_owned() };
    Ok(NewCompany { name, slug, administrator, subscription })
}
