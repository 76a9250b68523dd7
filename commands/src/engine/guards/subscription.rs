//! Whether the company's subscription covers what is begun.

use chrono::{DateTime, Utc};
use domain::identity::Subscription;
use domain::identity::subscription::{self, Module};

use crate::engine::aggregates::Wanted;
use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

impl UnitOfWork<'_> {
    /// What [`UnitOfWork::read`] takes for [`UnitOfWork::covered`] and [`UnitOfWork::subscribed`].
    pub fn subscription(&self) -> Wanted {
        self.wanted::<Subscription>(&self.tenant())
    }

    /// Goes on only if something may be begun in a module: the subscription is good and its plan has it.
    ///
    /// The append does not assert it, so commands do not wait for each other here: what was begun
    /// before a change of the subscription was known here counts.
    pub fn covered<R>(&self, module: Module) -> Result<(), CommandError<R>> {
        let subscription = self.state::<Subscription>(&self.tenant());
        subscription.covers(module, self.recorded_at).map_err(CommandError::NotCovered)
    }

    /// Goes on only if the subscription is good. The append does not assert it.
    pub fn subscribed<R>(&self) -> Result<(), CommandError<R>> {
        let subscription = self.state::<Subscription>(&self.tenant());
        subscription.check_standing(self.recorded_at).map_err(CommandError::NotCovered)
    }

    /// Decides about the subscription, which was read.
    pub fn count<R>(
        &mut self,
        added: impl FnOnce(DateTime<Utc>) -> subscription::Command,
    ) -> Result<(), CommandError<R>> {
        let (tenant, now) = (self.tenant(), self.recorded_at);
        self.try_decide::<Subscription>(&tenant, added(now)).map_err(CommandError::NotCovered)?;
        Ok(())
    }
}
