//! What a company has of what its products refer to.

use domain::catalog::category::Category;
use domain::catalog::modifier_group::{Group, ModifierGroup};
use domain::catalog::product::{Company, Details, Product};
use domain::catalog::station::{self, Station};
use domain::shared::{CategoryId, ModifierGroupId, ProductId, StationId};

use crate::engine::unit_of_work::UnitOfWork;

/// The states that were read for a product.
pub(super) struct References<'a> {
    work: &'a UnitOfWork<'a>,
    category: CategoryId,
}

impl<'a> References<'a> {
    /// Of a product in `category`. All that the product refers to was read.
    pub(super) const fn of(work: &'a UnitOfWork<'a>, category: CategoryId) -> Self {
        Self { work, category }
    }
}

impl Company for References<'_> {
    fn has_category(&self) -> bool {
        self.work.state::<Category>(&self.category).in_menu().is_some()
    }

    fn product(&self, id: ProductId) -> Option<&Details> {
        self.work.state::<Product>(&id).in_menu()
    }

    fn group(&self, id: ModifierGroupId) -> Option<&Group> {
        self.work.state::<ModifierGroup>(&id).in_menu()
    }

    fn station(&self, id: StationId) -> Option<&station::Added> {
        self.work.state::<Station>(&id).open()
    }
}
