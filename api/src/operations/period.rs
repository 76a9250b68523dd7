//! Checks of queries that name a period or a branch.

use chrono::NaiveDate;
use domain::shared::BranchId;
use projections::TenantTx;
use projections::catalog::branches;

use super::refusal::unread;
use crate::caller::Caller;
use crate::problem::{Code, FieldError, Problem};

/// Refuses a period that ends before it begins.
pub(super) fn in_order(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<(), Problem> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => {
            let words = ("debe ser igual o posterior a from", "must not be before from");
            Err(Problem::parameter(FieldError::new("/query/to", "range", words)))
        }
        _ => Ok(()),
    }
}

/// Refuses a branch that the company does not have, and a filter that includes branches that the caller may
/// not see. `tx` must have waited for [`projections::catalog::Catalog`].
pub(super) async fn of_branch(
    tx: &mut TenantTx,
    caller: &Caller,
    branch: Option<BranchId>,
) -> Result<(), Problem> {
    if let Some(branch) = branch
        && branches::get(tx, branch).await.map_err(unread)?.is_none()
    {
        return Err(Problem::new(Code::NotFound));
    }
    caller.sees(branch)
}
