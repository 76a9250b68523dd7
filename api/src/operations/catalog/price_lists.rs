//! Price lists.

use commands::Revision;
use commands::catalog::{DraftPriceList, PublishPriceList, RevisePriceList, WithdrawPriceList};
use domain::catalog::PriceList;
use domain::identity::permission::markers::{
    PriceListCreate, PriceListPublish, PriceListRead, PriceListUpdate,
};
use domain::shared::PriceListId;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use projections::catalog::{Catalog, price_lists};
use uuid::Uuid;

use super::price_list_model::{PriceListBody, PriceListDetails, PriceListHeadBody};
use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Done, Found, List};
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::{Revised, Settled};
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about price lists.
pub(super) struct PriceLists(pub(super) Services);

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl PriceLists {
    /// Draft a price list.
    ///
    /// It holds nowhere until it is published. A happy hour is a price list with hours.
    #[oai(path = "/price-lists", method = "post", operation_id = "draftPriceList")]
    async fn draft(
        &self,
        by: Can<PriceListCreate>,
        key: IdempotencyKey,
        Json(body): Json<PriceListDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let attributes = read(&body)?;
        let list = PriceListId::from_uuid(self.0.ids.uuid());
        let intent = DraftPriceList { list, attributes };
        let variants = body.variant_count();
        let refused = |refusal: &_| refusal::price_list(refusal, variants);
        let accepted = self.0.execute(&by.caller, key, intent, refused).await?;
        accepted.created::<PriceList>("/v1/price-lists")
    }

    /// Change a price list.
    ///
    /// A published one holds as it is then for every line that is added from then on; lines keep the
    /// price that they were added with.
    #[oai(path = "/price-lists/:price_list_id", method = "put", operation_id = "revisePriceList")]
    async fn revise(
        &self,
        by: Can<PriceListUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        price_list_id: Path<Uuid>,
        Json(body): Json<PriceListDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let attributes = read(&body)?;
        let seen = Revision::new(seen.revision());
        let list = PriceListId::from_uuid(price_list_id.0);
        let intent = RevisePriceList { list, seen: Some(seen), attributes };
        let variants = body.variant_count();
        let refused = |refusal: &_| refusal::price_list(refusal, variants);
        let accepted = self.0.execute(&by.caller, key, intent, refused).await?;
        accepted.changed::<PriceList>(price_list_id.0, seen)
    }

    /// Publish a price list.
    ///
    /// It holds from its date on, where and when its conditions say. Of two published lists the more
    /// specific one holds; two that could both price one thing at one moment, with neither more specific
    /// than the other, are refused.
    #[oai(
        path = "/price-lists/:price_list_id/publish",
        method = "post",
        operation_id = "publishPriceList"
    )]
    async fn publish(
        &self,
        by: Can<PriceListPublish>,
        key: IdempotencyKey,
        price_list_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = PublishPriceList { list: PriceListId::from_uuid(price_list_id.0) };
        let refused = |refusal: &_| refusal::price_list(refusal, 0);
        let accepted = self.0.execute(&by.caller, key, intent, refused).await?;
        Ok(accepted.settled(price_list_id.0))
    }

    /// Withdraw a price list.
    ///
    /// It holds nowhere until it is published again.
    #[oai(
        path = "/price-lists/:price_list_id/withdraw",
        method = "post",
        operation_id = "withdrawPriceList"
    )]
    async fn withdraw(
        &self,
        by: Can<PriceListPublish>,
        key: IdempotencyKey,
        price_list_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = WithdrawPriceList { list: PriceListId::from_uuid(price_list_id.0) };
        let refused = |refusal: &_| refusal::price_list(refusal, 0);
        let accepted = self.0.execute(&by.caller, key, intent, refused).await?;
        Ok(accepted.settled(price_list_id.0))
    }

    /// List price lists, by name.
    ///
    /// Without their prices.
    #[oai(path = "/price-lists", method = "get", operation_id = "listPriceLists")]
    async fn list(
        &self,
        by: Can<PriceListRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<PriceListHeadBody>>, Problem> {
        let query = QueryFingerprint::of("listPriceLists", &[]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let page = price_lists::list(&mut tx, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a price list.
    #[oai(path = "/price-lists/:price_list_id", method = "get", operation_id = "getPriceList")]
    async fn get(
        &self,
        by: Can<PriceListRead>,
        price_list_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<PriceListBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let found = price_lists::get(&mut tx, PriceListId::from_uuid(price_list_id.0)).await;
        let list = found.map_err(unread)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(list.revision, list.into()))
    }
}

fn read(body: &PriceListDetails) -> Result<domain::catalog::price_list::List, Problem> {
    let mut fields = Fields::default();
    let list = body.read(&mut fields);
    fields.check()?;
    list.ok_or_else(|| Problem::new(Code::Internal))
}
