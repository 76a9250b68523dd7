//! Images of products.

use commands::catalog::{RemoveProductImage, SetProductImage, is_upload_wanted};
use domain::catalog::product::Image;
use domain::identity::permission::markers::ProductUpdate;
use domain::shared::ProductId;
use images::{ImageHash, NotRendered, Rejected};
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::operations::answer::Done;
use crate::operations::catalog::refusal;
use crate::operations::model::Settled;
use crate::operations::refusal::refused;
use crate::operations::{ImageParts, Part, Services};
use crate::payload::Upload;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// The operations about images of products.
pub(super) struct Images(pub(super) Services);

/// An image: three sizes of it, as addresses that need no token and never change what they answer.
#[derive(Object, Serialize)]
#[oai(rename = "ProductImage")]
pub(in crate::operations::catalog) struct ImageBody {
    /// Up to 200 pixels wide, for lists.
    small: String,
    /// Up to 600 pixels wide, for cards.
    medium: String,
    /// Up to 1200 pixels wide, for the width of a screen.
    large: String,
    /// The width of the large one, in pixels.
    width: u16,
    /// The height of the large one, in pixels; the others have the same shape.
    height: u16,
    /// Its average colour as #rrggbb, to show until it is there.
    colour: String,
}

impl ImageBody {
    pub(in crate::operations::catalog) fn of(image: &Image, parts: &ImageParts) -> Self {
        let [small, medium, large] = [image.small, image.medium, image.large]
            .map(|size| format!("{}/{}", parts.url, image.file_name(size)));
        let (width, height) = (image.large.width, image.large.height);
        Self { small, medium, large, width, height, colour: image.colour.to_string() }
    }
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl Images {
    /// Set the image of a product.
    ///
    /// A JPEG, PNG or WebP of up to 8 MiB and 25 million pixels, as the body itself or as the one file of a
    /// form. Its first bytes decide what it is. It is drawn anew in three sizes, upright and without
    /// metadata, and replaces the image that the product has.
    #[oai(path = "/products/:product_id/image", method = "put", operation_id = "setProductImage")]
    async fn set(
        &self,
        by: Can<ProductUpdate>,
        key: IdempotencyKey,
        product_id: Path<Uuid>,
        Upload(uploaded): Upload,
    ) -> Result<Done<Settled>, Problem> {
        let product = ProductId::from_uuid(product_id.0);
        let hash = self.0.images.renderer.hash(by.caller.tenant, uploaded.clone()).await;
        let hash = hash.map_err(not_rendered)?;
        let (scope, command) = (self.0.scope(&by.caller), key.command_id());
        let wanted = is_upload_wanted(&self.0.commands, &scope, command, product).await;
        let image = if wanted.map_err(|error| refused(error, refusal::product))? {
            Some(self.store(hash, uploaded).await?)
        } else {
            None
        };
        let intent = SetProductImage { product, hash, image };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product).await?;
        Ok(accepted.settled(product_id.0))
    }

    /// Remove the image of a product.
    #[oai(
        path = "/products/:product_id/image",
        method = "delete",
        operation_id = "removeProductImage"
    )]
    async fn remove(
        &self,
        by: Can<ProductUpdate>,
        key: IdempotencyKey,
        product_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = RemoveProductImage { product: ProductId::from_uuid(product_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::product).await?;
        Ok(accepted.settled(product_id.0))
    }
}

impl Images {
    /// Draws an image and stores its files. They are stored before the product refers to them, and if it
    /// never does, they harm nothing and are swept.
    async fn store(&self, hash: ImageHash, uploaded: bytes::Bytes) -> Result<Image, Problem> {
        let ImageParts { renderer, store, .. } = &self.0.images;
        let rendered = renderer.render(hash, uploaded).await.map_err(not_rendered)?;
        store.put(rendered.files).await.map_err(|error| {
            tracing::error!(%error, "the store of images cannot be written: an upload is refused");
            Problem::new(Code::Unavailable)
        })?;
        Ok(rendered.image)
    }
}

fn not_rendered(why: NotRendered) -> Problem {
    let unsupported =
        |words: (&'static str, &'static str)| Problem::new(Code::UnsupportedImage).detail(words);
    match why {
        NotRendered::Rejected(Rejected::Unknown) => unsupported((
            "Los primeros bytes no son los de un PNG, JPEG o WebP.",
            "The first bytes are not those of PNG, JPEG or WebP.",
        )),
        NotRendered::Rejected(Rejected::Broken) => unsupported((
            "La imagen está dañada o incompleta.",
            "The image is damaged or incomplete.",
        )),
        NotRendered::Rejected(Rejected::Animated) => {
            unsupported(("La imagen está animada.", "The image is animated."))
        }
        NotRendered::Rejected(Rejected::TooLarge) => Problem::new(Code::ImageTooLarge),
        NotRendered::Busy => Problem::new(Code::Overloaded),
        NotRendered::Lost => Problem::new(Code::Internal),
    }
}
