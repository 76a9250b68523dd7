//! Whether the person acts in the branch, and whether the branch takes what is begun.

use domain::identity::Branch;
use domain::shared::BranchId;
use domain::shared::business_day::BusinessMoment;

use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

impl UnitOfWork<'_> {
    /// Gives the events of the command the branch and its business date, if the company has the branch and
    /// the actor may act there.
    pub fn at_branch<R>(
        &mut self,
        branch: BranchId,
        unknown: impl FnOnce() -> R,
    ) -> Result<BusinessMoment, CommandError<R>> {
        let details = self.state::<Branch>(&branch).details();
        let details = details.ok_or_else(|| CommandError::Refused(unknown()))?;
        if !self.scope.may_act_in(branch) {
            return Err(CommandError::ForeignBranch { branch });
        }
        let occurred_at = self.request.occurred_at.unwrap_or(self.recorded_at);
        let instant = self.scope.business_instant(occurred_at, self.recorded_at);
        let moment = details.calendar.at(instant);
        self.branch = Some(branch);
        self.business_date = Some(moment.date);
        Ok(moment)
    }

    /// The same for a command that begins something in the branch, which therefore has to be open.
    ///
    /// The append does not assert it, so commands of a branch do not wait for each other here: what was
    /// begun before the branch was known here to be closed counts.
    pub fn at_open_branch<R>(
        &mut self,
        branch: BranchId,
        unknown: impl FnOnce() -> R,
    ) -> Result<BusinessMoment, CommandError<R>> {
        let moment = self.at_branch(branch, unknown)?;
        match self.state::<Branch>(&branch).open() {
            Some(_) => Ok(moment),
            None => Err(CommandError::BranchClosed { branch }),
        }
    }
}
