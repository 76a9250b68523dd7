//! Images that people upload: recognised by their first bytes, read within limits, drawn anew in three
//! sizes and kept under their hash.
//!
//! Nothing of an upload is kept as it came: what is stored is drawn from its pixels, so that metadata,
//! appended files and scripts in it are gone.

mod alpha;
mod hash;
mod jpeg;
mod read;
mod render;
mod renderer;
mod store;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use domain::catalog::product::image::{Image, ImageHash, ImageSize};

pub use read::{PIXELS_MAX, Rejected, SIDE_MAX};
pub use render::{Rendered, WIDTHS, render};
pub use renderer::{NotRendered, Renderer, WAITING_MAX};
pub use store::{FileName, Files, ImageStore, StoreError, Stored};
