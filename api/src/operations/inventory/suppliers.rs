//! Suppliers.

use commands::Revision;
use commands::inventory::{AddSupplier, ReinstateSupplier, RetireSupplier, ReviseSupplier};
use domain::identity::permission::markers::{SupplierCreate, SupplierRead, SupplierUpdate};
use domain::inventory::Supplier;
use domain::shared::SupplierId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Enum, Object, OpenApi};
use projections::inventory::{Inventory, suppliers};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Done, Found, List};
use crate::operations::fields::Fields;
use crate::operations::inventory::refusal;
use crate::operations::model::{Revised, Settled};
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about suppliers.
pub(super) struct Suppliers(pub(super) Services);

/// The attributes of a supplier.
#[derive(Object)]
struct SupplierDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// Days from the date of its invoices until they are due; zero is payment on receipt.
    #[oai(validator(maximum(value = "365")))]
    payment_terms_days: u16,
}

/// Whether the company buys from a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
enum SupplierStatus {
    /// It does.
    Active,
    /// It does not.
    Retired,
}

/// A person or firm that sells to the company.
#[derive(Object, Serialize)]
#[oai(rename = "Supplier")]
struct SupplierBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// Days from the date of its invoices until they are due; zero is payment on receipt.
    payment_terms_days: u16,
    /// Whether the company buys from it.
    status: SupplierStatus,
    /// Its revision, as in `ETag`.
    revision: u64,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Inventory")]
impl Suppliers {
    /// Add a supplier.
    #[oai(path = "/suppliers", method = "post", operation_id = "addSupplier")]
    async fn add(
        &self,
        by: Can<SupplierCreate>,
        key: IdempotencyKey,
        Json(body): Json<SupplierDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let mut fields = Fields::default();
        let name = fields.name("/name", &body.name);
        let payment_terms = fields.payment_terms("/payment_terms_days", body.payment_terms_days);
        let (Some(name), Some(payment_terms)) = (name, payment_terms) else {
            return Err(fields.problem());
        };
        let supplier = SupplierId::from_uuid(self.0.ids.uuid());
        let intent = AddSupplier { supplier, name, payment_terms };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::supplier).await?;
        accepted.created::<Supplier>("/v1/suppliers")
    }

    /// Change a supplier.
    #[oai(path = "/suppliers/:supplier_id", method = "put", operation_id = "reviseSupplier")]
    async fn revise(
        &self,
        by: Can<SupplierUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        supplier_id: Path<Uuid>,
        Json(body): Json<SupplierDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let name = fields.name("/name", &body.name);
        let payment_terms = fields.payment_terms("/payment_terms_days", body.payment_terms_days);
        let (Some(name), Some(payment_terms)) = (name, payment_terms) else {
            return Err(fields.problem());
        };
        let seen = Revision::new(seen.revision());
        let supplier = SupplierId::from_uuid(supplier_id.0);
        let intent = ReviseSupplier { supplier, seen: Some(seen), name, payment_terms };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::supplier).await?;
        accepted.changed::<Supplier>(supplier_id.0, seen)
    }

    /// Retire a supplier.
    ///
    /// The company buys nothing more from it. It keeps its name, is still listed, and is not changed until it
    /// is reinstated.
    #[oai(
        path = "/suppliers/:supplier_id/retire",
        method = "post",
        operation_id = "retireSupplier"
    )]
    async fn retire(
        &self,
        by: Can<SupplierUpdate>,
        key: IdempotencyKey,
        supplier_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = RetireSupplier { supplier: SupplierId::from_uuid(supplier_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::supplier).await?;
        Ok(accepted.settled(supplier_id.0))
    }

    /// Reinstate a retired supplier.
    #[oai(
        path = "/suppliers/:supplier_id/reinstate",
        method = "post",
        operation_id = "reinstateSupplier"
    )]
    async fn reinstate(
        &self,
        by: Can<SupplierUpdate>,
        key: IdempotencyKey,
        supplier_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = ReinstateSupplier { supplier: SupplierId::from_uuid(supplier_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::supplier).await?;
        Ok(accepted.settled(supplier_id.0))
    }

    /// List suppliers, by name.
    #[oai(path = "/suppliers", method = "get", operation_id = "listSuppliers")]
    async fn list(
        &self,
        by: Can<SupplierRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<SupplierBody>>, Problem> {
        let query = QueryFingerprint::of("listSuppliers", &[]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Inventory::NAME]).await?;
        let page = suppliers::list(&mut tx, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a supplier.
    #[oai(path = "/suppliers/:supplier_id", method = "get", operation_id = "getSupplier")]
    async fn get(
        &self,
        by: Can<SupplierRead>,
        supplier_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<SupplierBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Inventory::NAME]).await?;
        let found = suppliers::get(&mut tx, SupplierId::from_uuid(supplier_id.0)).await;
        let supplier = found.map_err(unread)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(supplier.revision, supplier.into()))
    }
}

impl From<suppliers::Supplier> for SupplierBody {
    fn from(supplier: suppliers::Supplier) -> Self {
        let suppliers::Supplier { id, details, is_retired, revision } = supplier;
        Self {
            id: id.uuid(),
            name: details.name.into(),
            payment_terms_days: details.payment_terms.days(),
            status: if is_retired { SupplierStatus::Retired } else { SupplierStatus::Active },
            revision: revision.get(),
        }
    }
}
