//! The images of the demo's menu: drawings beside this file, as `scripts/demo-images.sh` makes WebP of them.
//!
//! They go the way of any upload: drawn anew in three sizes, stored, and then named by a command.

use bytes::Bytes;
use commands::catalog::{ProductRefusal, SetProductImage};
use commands::{CommandError, Request};
use domain::shared::{CommandId, Name};
use images::{ImageStore, NotRendered, Renderer, StoreError};

use super::restaurant::{Restaurant, named};
use super::staff::{Staff, Undone};

/// The products that have one.
const IMAGES: [(&str, &[u8]); 12] = [
    ("Almuerzo del día", include_bytes!("almuerzo-del-dia.webp")),
    ("Combo hamburguesa", include_bytes!("combo-hamburguesa.webp")),
    ("Bandeja paisa", include_bytes!("bandeja-paisa.webp")),
    ("Churrasco", include_bytes!("churrasco.webp")),
    ("Hamburguesa del parque", include_bytes!("hamburguesa-del-parque.webp")),
    ("Ajiaco santafereño", include_bytes!("ajiaco-santafereno.webp")),
    ("Arepa de choclo con quesito", include_bytes!("arepa-de-choclo.webp")),
    ("Arepa rellena de pollo", include_bytes!("arepa-rellena-de-pollo.webp")),
    ("Empanadas con ají", include_bytes!("empanadas-con-aji.webp")),
    ("Lulada", include_bytes!("lulada.webp")),
    ("Limonada de coco", include_bytes!("limonada-de-coco.webp")),
    ("Obleas", include_bytes!("obleas.webp")),
];

/// Why a product has no image.
#[derive(Debug, thiserror::Error)]
enum NoImage {
    #[error(transparent)]
    Rendering(#[from] NotRendered),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refused(#[from] CommandError<ProductRefusal>),
    #[error("the demo ends")]
    Leaving,
}

/// Gives products their images, each once: one that a user has replaced or removed stays so.
pub(super) async fn set(restaurant: &Restaurant, staff: &Staff, store: &ImageStore) {
    let renderer = Renderer::default();
    for (product, drawing) in IMAGES {
        let product = Name::parse(product).expect("the constants are names");
        match set_one(restaurant, staff, (&renderer, store), &product, drawing).await {
            Ok(()) => {}
            Err(NoImage::Leaving) => return,
            Err(error) => tracing::warn!(%error, %product, "an image of the demo's menu is \
                missing: the next start of the demo tries again"),
        }
    }
}

async fn set_one(
    restaurant: &Restaurant,
    staff: &Staff,
    (renderer, store): (&Renderer, &ImageStore),
    name: &Name,
    drawing: &'static [u8],
) -> Result<(), NoImage> {
    let product = restaurant.ids.product(name);
    let command = CommandId::derived(named(restaurant.tenant, "command/image", product));
    if !staff.is_image_wanted(command, product).await? {
        return Ok(());
    }
    let drawing = Bytes::from_static(drawing);
    let hash = renderer.hash(restaurant.tenant, drawing.clone()).await?;
    let drawn = renderer.render(hash, drawing).await?;
    store.put(drawn.files).await?;
    let intent = SetProductImage { product, hash, image: Some(drawn.image) };
    staff.does_once(Request::live(command), intent).await.map_err(|undone| match undone {
        Undone::Failed(refusal) => NoImage::Refused(refusal),
        Undone::Leaving => NoImage::Leaving,
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::menu::Menu;

    #[test]
    fn every_image_is_of_a_product() {
        let menu = Menu::embedded();
        for (product, _) in IMAGES {
            assert!(menu.products().any(|it| it.name.as_str() == product), "{product}");
        }
    }
}
