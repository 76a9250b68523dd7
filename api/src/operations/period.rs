//! What a query is about: dates in their order, and branches that exist.

use chrono::NaiveDate;
use domain::shared::BranchId;
use projections::TenantTx;
use projections::catalog::branches;

use super::refusal::unread;
use crate::caller::Caller;
use crate::problem::{Code, FieldError, Problem};

/// Goes on only if a period does not end before it begins.
pub(super) fn in_order(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<(), Problem> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => {
            let words = ("debe ser igual o posterior a from", "must not be before from");
            Err(Problem::parameter(FieldError::new("/query/to", "range", words)))
        }
        _ => Ok(()),
    }
}

/// Goes on only if the company has the branch that a filter names, and the caller may see all that the
/// filter lets through. Read it from what shows [`projections::catalog::Catalog`].
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
