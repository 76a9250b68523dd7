//! Images of products.

use domain::catalog::product::image::{Image, ImageHash};
use domain::catalog::product::{self, Product};
use domain::identity::subscription::Module;
use domain::shared::{CommandId, ProductId};
use serde::Serialize;

use super::ProductRefusal;
use crate::engine::aggregates::Trust;
use crate::engine::error::CommandError;
use crate::engine::execute::Commands;
use crate::engine::intent::Intent;
use crate::engine::scope::Scope;
use crate::engine::unit_of_work::UnitOfWork;

/// Gives a product an image, in place of the one that it has.
#[derive(Debug, Clone, Serialize)]
pub struct SetProductImage {
    /// The product.
    pub product: ProductId,
    /// The hash of what was uploaded.
    pub hash: ImageHash,
    /// The image that was drawn of it and whose files are stored; none if [`is_upload_wanted`] said that
    /// this command was accepted before: nothing is drawn or stored again, and nothing decided.
    #[serde(skip)]
    pub image: Option<Image>,
}

impl Intent for SetProductImage {
    const OPERATION: &'static str = "product.set_image";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<ProductRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Product>(&self.product)]).await?;
        if let Some(image) = self.image {
            work.covered(Module::Catalog)?;
            work.decide::<Product, _>(&self.product, product::Command::SetImage(image))?;
        }
        Ok(())
    }
}

/// Removes the image of a product.
#[derive(Debug, Clone, Serialize)]
pub struct RemoveProductImage {
    /// The product.
    pub product: ProductId,
}

impl Intent for RemoveProductImage {
    const OPERATION: &'static str = "product.remove_image";
    type Refusal = ProductRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<ProductRefusal>> {
        work.read(vec![work.subscription(), work.wanted::<Product>(&self.product)]).await?;
        work.covered(Module::Catalog)?;
        work.decide::<Product, _>(&self.product, product::Command::RemoveImage)?;
        Ok(())
    }
}

/// Whether the files of an image are to be stored before [`SetProductImage`] is executed: not if the
/// command was accepted before. Refuses what that command would refuse, as the log says at this moment, so
/// that an image without a product is not stored.
pub async fn is_upload_wanted(
    commands: &Commands,
    scope: &Scope,
    command: CommandId,
    product: ProductId,
) -> Result<bool, CommandError<ProductRefusal>> {
    if commands.is_accepted(scope.tenant, command).await? {
        return Ok(false);
    }
    let mut work = commands.look(scope, Trust::Log);
    work.read(vec![work.subscription(), work.wanted::<Product>(&product)]).await?;
    work.covered(Module::Catalog)?;
    match work.state::<Product>(&product).in_menu() {
        Some(_) => Ok(true),
        None => Err(CommandError::refused(product::Error::Unknown)),
    }
}
