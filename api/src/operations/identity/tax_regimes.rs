//! Tax regimes of branches.

use chrono::NaiveDate;
use commands::Revision;
use commands::identity::SetTaxRegime;
use domain::identity::Branch;
use domain::identity::branch::{ProfileSource, TaxRegime};
use domain::identity::permission::markers::TaxRegimeSet;
use domain::shared::{BranchId, TaxProfileId};
use domain::taxes::builtin::Country;
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::operations::answer::Changed;
use crate::operations::fields::Fields;
use crate::operations::identity::refusal;
use crate::operations::model::Revised;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::Problem;

/// The operations about the taxes of branches.
pub(super) struct TaxRegimes(pub(super) Services);

/// Which regime a branch should be under.
#[derive(Object)]
struct NewTaxRegime {
    /// The first business date. Any for the first regime of the branch, none that is over for a later one.
    from: NaiveDate,
    /// The company's own tax profile that the regime is one of; without it, that of Colombia, which comes
    /// with FastOps.
    tax_profile_id: Option<Uuid>,
    /// The regime, by its code in the profile.
    #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))]
    regime: String,
}

/// From a date on a branch is under this regime.
#[derive(Object, Serialize)]
#[oai(rename = "TaxRegime")]
pub(super) struct TaxRegimeBody {
    /// The first business date.
    from: NaiveDate,
    /// The company's own tax profile that the regime is one of; absent if it is of a built-in one.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_profile_id: Option<Uuid>,
    /// The country whose built-in profile the regime is one of; absent if it is of the company's own.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    /// The regime, by its code in the profile.
    regime: String,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Branches")]
impl TaxRegimes {
    /// Set the tax regime of a branch.
    ///
    /// It holds from a business date on. What was to hold from that date or a later one does not. A branch
    /// without a regime has no taxes on its lines; in Colombia the regime is what its RUT says.
    #[oai(path = "/branches/:branch_id/tax-regime", method = "put", operation_id = "setTaxRegime")]
    async fn set(
        &self,
        by: Can<TaxRegimeSet>,
        key: IdempotencyKey,
        seen: IfMatch,
        branch_id: Path<Uuid>,
        Json(body): Json<NewTaxRegime>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(regime) = fields.code("/regime", &body.regime) else {
            return Err(fields.problem());
        };
        let own = body.tax_profile_id.map(TaxProfileId::from_uuid).map(ProfileSource::Own);
        let profile = own.unwrap_or(ProfileSource::Builtin(Country::Colombia));
        let regime = TaxRegime { from: body.from, profile, regime };
        let (branch, seen) = (BranchId::from_uuid(branch_id.0), Revision::new(seen.revision()));
        let intent = SetTaxRegime { branch, seen, regime };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::branch).await?;
        accepted.changed::<Branch>(branch_id.0, seen)
    }
}

impl From<&TaxRegime> for TaxRegimeBody {
    fn from(TaxRegime { from, profile, regime }: &TaxRegime) -> Self {
        let (tax_profile_id, country) = match profile {
            ProfileSource::Own(id) => (Some(id.uuid()), None),
            ProfileSource::Builtin(country) => (None, Some(country.code().to_owned())),
        };
        Self { from: *from, tax_profile_id, country, regime: regime.to_string() }
    }
}
