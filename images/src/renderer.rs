//! Rendering beside everything else: one image at a time, and a short queue before it.

use std::sync::Arc;

use bytes::Bytes;
use domain::shared::TenantId;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::ImageHash;
use crate::hash::hash;
use crate::read::Rejected;
use crate::render::{Rendered, render};

/// How many images may wait for their turn; more are refused. Each is an upload in memory.
pub const WAITING_MAX: usize = 8;

/// Why an image was not rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRendered {
    /// It is none that is taken.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// [`WAITING_MAX`] others wait already.
    #[error("too many images wait")]
    Busy,
    /// Rendering it panicked.
    #[error("rendering it panicked")]
    Lost,
}

/// Renders images one at a time, in the order in which they come. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Renderer {
    places: Arc<Semaphore>,
    turn: Arc<Semaphore>,
}

impl Default for Renderer {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(1 + WAITING_MAX)),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Renderer {
    /// The hash of what a company uploads, computed on a thread where it delays no request.
    pub async fn hash(&self, tenant: TenantId, uploaded: Bytes) -> Result<ImageHash, NotRendered> {
        elsewhere(move || hash(tenant, &uploaded)).await
    }

    /// Renders an upload on a thread where it delays no request.
    pub async fn render(&self, hash: ImageHash, uploaded: Bytes) -> Result<Rendered, NotRendered> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| NotRendered::Busy)?;
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(|_| NotRendered::Busy)?;
        let rendered = elsewhere(move || {
            // A client that leaves gives way to the next only when its image is drawn.
            let _held = (place, turn);
            render(hash, &uploaded)
        });
        Ok(rendered.await??)
    }
}

/// Does work on a thread that may be kept busy.
async fn elsewhere<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, NotRendered> {
    spawn_blocking(work).await.map_err(|ended| {
        tracing::error!(error = %ended, "working on an image panicked: it is refused");
        NotRendered::Lost
    })
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::testing::{jpeg, photo};

    #[tokio::test]
    async fn s45_more_images_than_may_wait_are_refused_at_once_and_the_others_are_rendered() {
        let renderer = Renderer::default();
        let uploaded = Bytes::from(jpeg(&photo(32, 32)));
        let turn = Arc::clone(&renderer.turn).acquire_owned().await.unwrap();
        let hash = ImageHash::new([1; 16]);
        let wait = |_| {
            let (renderer, uploaded) = (renderer.clone(), uploaded.clone());
            tokio::spawn(async move { renderer.render(hash, uploaded).await })
        };
        let waiting: Vec<_> = (0..=WAITING_MAX).map(wait).collect();
        while renderer.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = renderer.render(hash, uploaded.clone()).await;
        assert_eq!(refused, Err(NotRendered::Busy));
        drop(turn);
        for rendered in join_all(waiting).await {
            assert!(rendered.unwrap().is_ok());
        }
        assert!(renderer.render(hash, uploaded).await.is_ok());
    }

    #[tokio::test]
    async fn an_image_that_is_refused_gives_its_turn_back() {
        let renderer = Renderer::default();
        for _ in 0..=WAITING_MAX + 1 {
            let refused = renderer.render(ImageHash::new([1; 16]), Bytes::from("no")).await;
            assert_eq!(refused, Err(Rejected::Unknown.into()));
        }
    }
}
