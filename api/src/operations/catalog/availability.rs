//! What branches sell at the moment.

use chrono::{DateTime, Utc};
use commands::catalog::{Affected, Change, ChangeAvailability};
use domain::identity::permission::markers::{
    AvailabilityRead, AvailabilitySnooze, AvailabilityUpdate,
};
use domain::shared::{BranchId, ModifierGroupId, ModifierId, ProductId, VariantId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Enum, Object, OpenApi};
use projections::catalog::Catalog;
use projections::catalog::availability::{self, Kind, Unavailable};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::caller::Caller;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Done, List};
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::Settled;
use crate::operations::moment;
use crate::operations::period::of_branch;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::Problem;

/// The operations about what branches sell at the moment.
pub(super) struct Availabilities(pub(super) Services);

/// Something of the menu: a product with all its variants, one variant of a product, or a modifier of a
/// group.
#[derive(Object)]
#[expect(clippy::struct_field_names, reason = "the names are those of the document")]
struct MenuSubject {
    /// The product, or that of the variant. Without it a modifier is meant.
    product_id: Option<Uuid>,
    /// The variant; without it the whole product is meant.
    variant_id: Option<Uuid>,
    /// The group of the modifier.
    modifier_group_id: Option<Uuid>,
    /// The modifier.
    modifier_id: Option<Uuid>,
}

/// Something that has run out.
#[derive(Object)]
struct NewSnooze {
    /// What has run out.
    subject: MenuSubject,
    /// The moment from which it is sold again; without it, it is sold again once it is put back.
    until: Option<DateTime<Utc>>,
}

/// Why a branch does not sell something at the moment.
#[derive(Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
enum UnavailableReason {
    /// The branch does not sell it.
    NotSold,
    /// It has run out.
    Snoozed,
}

/// Something that a branch does not sell at the moment.
#[derive(Object, Serialize)]
#[oai(rename = "Unavailable")]
struct UnavailableBody {
    /// The product, or that of the variant; null for a modifier.
    product_id: Option<Uuid>,
    /// The variant; null for a whole product and for a modifier.
    variant_id: Option<Uuid>,
    /// The group of the modifier; null for products and variants.
    modifier_group_id: Option<Uuid>,
    /// The modifier; null for products and variants.
    modifier_id: Option<Uuid>,
    /// Its name.
    name: String,
    /// The name of the product of a variant, or of the group of a modifier; null for a product.
    of_name: Option<String>,
    /// Why it is not sold.
    reason: UnavailableReason,
    /// The moment from which it is sold again; null if it is sold again once it is put back or listed.
    #[serde(with = "moment")]
    until: Option<DateTime<Utc>>,
}

#[OpenApi(prefix_path = "/v1/branches", tag = "Part::Catalog")]
impl Availabilities {
    /// See what a branch does not sell at the moment.
    ///
    /// What it does not sell at all and what it has run out of, by name. What is not in the menu is not
    /// listed. A snooze whose time is over is not listed either.
    #[oai(path = "/:branch_id/availability", method = "get", operation_id = "listUnavailable")]
    async fn list(
        &self,
        by: Can<AvailabilityRead>,
        branch_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<UnavailableBody>>, Problem> {
        let branch = BranchId::from_uuid(branch_id.0);
        let filters = [("branch_id", branch_id.to_string())];
        let filters = filters.each_ref().map(|(name, value)| (*name, value.as_str()));
        let query = QueryFingerprint::of("listUnavailable", &filters);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        of_branch(&mut tx, &by.caller, Some(branch)).await?;
        let (now, limit) = (self.0.clock.now(), limit.rows().into());
        let page = availability::list(&mut tx, branch, now, place.as_ref(), limit).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Say that something has run out in a branch.
    ///
    /// No order of the branch is taken for it until its time is over or it is put back. What is said
    /// replaces what was said before.
    #[oai(path = "/:branch_id/availability/snooze", method = "post", operation_id = "snooze")]
    async fn snooze(
        &self,
        by: Can<AvailabilitySnooze>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
        Json(body): Json<NewSnooze>,
    ) -> Result<Done<Settled>, Problem> {
        let affected = body.subject.read("/subject")?;
        self.change(&by.caller, key, branch_id.0, affected, Change::Snooze(body.until)).await
    }

    /// Say that something is there again.
    ///
    /// Before its time is over.
    #[oai(path = "/:branch_id/availability/put-back", method = "post", operation_id = "putBack")]
    async fn put_back(
        &self,
        by: Can<AvailabilitySnooze>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
        Json(body): Json<MenuSubject>,
    ) -> Result<Done<Settled>, Problem> {
        let affected = body.read("")?;
        self.change(&by.caller, key, branch_id.0, affected, Change::PutBack).await
    }

    /// Take something out of what a branch sells.
    ///
    /// A branch sells everything of the menu at first.
    #[oai(path = "/:branch_id/availability/delist", method = "post", operation_id = "delist")]
    async fn delist(
        &self,
        by: Can<AvailabilityUpdate>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
        Json(body): Json<MenuSubject>,
    ) -> Result<Done<Settled>, Problem> {
        let affected = body.read("")?;
        self.change(&by.caller, key, branch_id.0, affected, Change::Delist).await
    }

    /// Add something to what a branch sells.
    ///
    /// After it was taken out. What has run out stays so.
    #[oai(path = "/:branch_id/availability/list", method = "post", operation_id = "relist")]
    async fn relist(
        &self,
        by: Can<AvailabilityUpdate>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
        Json(body): Json<MenuSubject>,
    ) -> Result<Done<Settled>, Problem> {
        let affected = body.read("")?;
        self.change(&by.caller, key, branch_id.0, affected, Change::List).await
    }
}

impl Availabilities {
    async fn change(
        &self,
        caller: &Caller,
        key: IdempotencyKey,
        branch: Uuid,
        (affected, at): (Affected, &str),
        change: Change,
    ) -> Result<Done<Settled>, Problem> {
        let intent = ChangeAvailability { branch: BranchId::from_uuid(branch), affected, change };
        let rule = |refused: &_| refusal::availability(refused, at);
        let accepted = self.0.execute(caller, key, intent, rule).await?;
        Ok(accepted.settled(branch))
    }
}

impl MenuSubject {
    /// What is meant, and where the body says it; mistakes are named with pointers below `at`.
    fn read<'a>(&self, at: &'a str) -> Result<(Affected, &'a str), Problem> {
        let Self { product_id, variant_id, modifier_group_id, modifier_id } = *self;
        let product = product_id.map(ProductId::from_uuid);
        let variant = variant_id.map(VariantId::from_uuid);
        let group = modifier_group_id.map(ModifierGroupId::from_uuid);
        let modifier = modifier_id.map(ModifierId::from_uuid);
        let affected = match (product, variant, group, modifier) {
            (Some(product), None, None, None) => Affected::Product(product),
            (Some(product), Some(variant), None, None) => Affected::Variant(product, variant),
            (None, None, Some(group), Some(modifier)) => Affected::Modifier(group, modifier),
            _ => return Err(self.mistakes(at)),
        };
        Ok((affected, at))
    }

    /// What is missing and what is too much.
    fn mistakes(&self, at: &str) -> Problem {
        let mut fields = Fields::default();
        let names_group = self.modifier_group_id.is_some() || self.modifier_id.is_some();
        let (is_product, is_modifier) =
            (self.product_id.is_some() || !names_group, self.product_id.is_none() && names_group);
        let mut check = |is_wanted, field: &str, value| {
            fields.given_if(is_wanted, &format!("{at}/{field}"), value);
        };
        check(is_product, "product_id", self.product_id);
        if !is_product {
            check(false, "variant_id", self.variant_id);
        }
        check(is_modifier, "modifier_group_id", self.modifier_group_id);
        check(is_modifier, "modifier_id", self.modifier_id);
        fields.problem()
    }
}

impl From<Unavailable> for UnavailableBody {
    fn from(row: Unavailable) -> Self {
        let Unavailable { kind, subject, owner, name, owner_name, .. } = row;
        let is = |wanted: Kind, id: Uuid| (kind == wanted).then_some(id);
        let reason =
            if row.is_delisted { UnavailableReason::NotSold } else { UnavailableReason::Snoozed };
        Self {
            product_id: is(Kind::Product, owner).or(is(Kind::Variant, owner)),
            variant_id: is(Kind::Variant, subject),
            modifier_group_id: is(Kind::Modifier, owner),
            modifier_id: is(Kind::Modifier, subject),
            name: name.into(),
            of_name: owner_name.map(Into::into),
            reason,
            until: row.snoozed_until,
        }
    }
}
