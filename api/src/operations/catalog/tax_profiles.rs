//! Tax profiles: those of the company, and those that come with FastOps.

use commands::Revision;
use commands::catalog::{AddTaxProfile, PublishTaxProfile};
use domain::catalog::TaxProfile;
use domain::identity::permission::markers::{TaxProfilePublish, TaxProfileRead};
use domain::shared::TaxProfileId;
use domain::taxes::builtin::Country;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use projections::catalog::{Catalog, tax_profiles};
use uuid::Uuid;

use super::tax_model::{
    BuiltInTaxProfileBody, CountryBody, TaxProfileBody, TaxProfileDetails, TaxProfileHeadBody,
};
use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Found, List};
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::Revised;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about tax profiles.
pub(super) struct TaxProfiles(pub(super) Services);

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl TaxProfiles {
    /// Add a tax profile.
    ///
    /// For a country that FastOps has none for, or in place of that one. It says nothing until a branch
    /// is put under a regime of it.
    #[oai(path = "/tax-profiles", method = "post", operation_id = "addTaxProfile")]
    async fn add(
        &self,
        by: Can<TaxProfilePublish>,
        key: IdempotencyKey,
        Json(body): Json<TaxProfileDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let mut fields = Fields::default();
        let read = body.read(&mut fields);
        fields.check()?;
        let (name, profile) = read.ok_or_else(|| Problem::new(Code::Internal))?;
        let tax_profile = TaxProfileId::from_uuid(self.0.ids.uuid());
        let intent = AddTaxProfile { tax_profile, name, profile };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::tax_profile).await?;
        accepted.created::<TaxProfile>("/v1/tax-profiles")
    }

    /// Publish a version of a tax profile.
    ///
    /// It holds for what is priced from then on; orders keep the taxes that they were priced with. A
    /// change of law that is to come is a rule with its date.
    #[oai(
        path = "/tax-profiles/:tax_profile_id",
        method = "put",
        operation_id = "publishTaxProfile"
    )]
    async fn publish(
        &self,
        by: Can<TaxProfilePublish>,
        key: IdempotencyKey,
        seen: IfMatch,
        tax_profile_id: Path<Uuid>,
        Json(body): Json<TaxProfileDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let read = body.read(&mut fields);
        fields.check()?;
        let (name, profile) = read.ok_or_else(|| Problem::new(Code::Internal))?;
        let tax_profile = TaxProfileId::from_uuid(tax_profile_id.0);
        let seen = Revision::new(seen.revision());
        let intent = PublishTaxProfile { tax_profile, seen: Some(seen), name, profile };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::tax_profile).await?;
        accepted.changed::<TaxProfile>(tax_profile_id.0, seen)
    }

    /// List the tax profiles of the company, by name.
    ///
    /// In their latest versions, without the taxes.
    #[oai(path = "/tax-profiles", method = "get", operation_id = "listTaxProfiles")]
    async fn list(
        &self,
        by: Can<TaxProfileRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<TaxProfileHeadBody>>, Problem> {
        let query = QueryFingerprint::of("listTaxProfiles", &[]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let page = tax_profiles::list(&mut tx, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a tax profile.
    ///
    /// In its latest version.
    #[oai(path = "/tax-profiles/:tax_profile_id", method = "get", operation_id = "getTaxProfile")]
    async fn get(
        &self,
        by: Can<TaxProfileRead>,
        tax_profile_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<TaxProfileBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let id = TaxProfileId::from_uuid(tax_profile_id.0);
        let found = tax_profiles::get(&mut tx, id, None).await.map_err(unread)?;
        let profile = found.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(profile.revision, profile.into()))
    }

    /// List the versions of a tax profile.
    ///
    /// The latest first, without the taxes.
    #[oai(
        path = "/tax-profiles/:tax_profile_id/versions",
        method = "get",
        operation_id = "listTaxProfileVersions"
    )]
    async fn versions(
        &self,
        by: Can<TaxProfileRead>,
        tax_profile_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<TaxProfileHeadBody>>, Problem> {
        let of = tax_profile_id.0.to_string();
        let query = QueryFingerprint::of("listTaxProfileVersions", &[("tax_profile_id", &of)]);
        let before: Option<u32> = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let id = TaxProfileId::from_uuid(tax_profile_id.0);
        let page = tax_profiles::versions(&mut tx, id, before, limit.rows().into()).await;
        let page = page.map_err(unread)?;
        if page.rows.is_empty() {
            return Err(Problem::new(Code::NotFound));
        }
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a version of a tax profile.
    #[oai(
        path = "/tax-profiles/:tax_profile_id/versions/:version",
        method = "get",
        operation_id = "getTaxProfileVersion"
    )]
    async fn version(
        &self,
        by: Can<TaxProfileRead>,
        tax_profile_id: Path<Uuid>,
        version: Path<u32>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<TaxProfileBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let id = TaxProfileId::from_uuid(tax_profile_id.0);
        let found = tax_profiles::get(&mut tx, id, Some(version.0)).await.map_err(unread)?;
        let profile = found.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(profile.revision, profile.into()))
    }

    /// Get the built-in tax profile of a country.
    ///
    /// An accountant has to confirm it before a company relies on it; `sources` says what it rests on.
    #[oai(
        path = "/built-in-tax-profiles/:country",
        method = "get",
        operation_id = "getBuiltInTaxProfile"
    )]
    #[expect(clippy::unused_async, reason = "operations are async whether they wait or not")]
    async fn built_in(
        &self,
        _by: Can<TaxProfileRead>,
        country: Path<CountryBody>,
    ) -> Result<Json<BuiltInTaxProfileBody>, Problem> {
        Ok(Json(Country::from(country.0).builtin().into()))
    }
}
