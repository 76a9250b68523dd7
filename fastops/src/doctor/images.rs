//! Whether the files of images can be written.

use ::images::{Files, ImageStore, StoreError};

use super::finding::{Finding, Verdict};

/// Writes a file, reads it and removes it.
pub(super) async fn written(files: &Files) -> Finding {
    let verdict = match probe(files).await {
        Ok(()) => Verdict::good(("se pueden guardar y leer", "they can be stored and read")),
        Err(error) => {
            let why = chain(&error);
            Verdict::wrong(
                (format!("no se pueden guardar: {why}"), format!("they cannot be stored: {why}")),
                (
                    "dé a FASTOPS_IMAGES una carpeta en la que el servidor pueda escribir, o un bucket",
                    "set FASTOPS_IMAGES to a folder that the server can write to, or to a bucket",
                ),
            )
        }
    };
    Finding::new("images", ("Imágenes", "Images"), Ok(verdict))
}

async fn probe(files: &Files) -> Result<(), StoreError> {
    ImageStore::open(files)?.probe().await
}

/// The error with its causes.
fn chain(error: &StoreError) -> String {
    let causes =
        std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
