//! Where the files of images are kept.

mod file_name;
mod place;

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use object_store::ObjectStoreExt;
use object_store::memory::InMemory;
use object_store::path::Path;

pub use file_name::FileName;
use place::Objects;
pub use place::{Files, StoreError};

/// The files of images, by their names. Cheap to clone.
///
/// A file is never changed: its name says what is in it. Writing it again makes it younger, which is how
/// long it stays although nothing refers to it yet.
#[derive(Debug, Clone)]
pub struct ImageStore {
    objects: Arc<Objects>,
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub name: FileName,
    /// When it was last written.
    pub written: DateTime<Utc>,
}

impl ImageStore {
    /// Files in memory, which end with the process.
    pub fn in_memory() -> Self {
        Self::of(Objects::Open(Arc::new(InMemory::new())))
    }

    fn of(objects: Objects) -> Self {
        Self { objects: Arc::new(objects) }
    }

    /// Writes files. After an error some of them may be written.
    pub async fn put(&self, files: Vec<(String, Bytes)>) -> Result<(), StoreError> {
        let objects = self.objects.made()?;
        for (name, bytes) in files {
            objects.put(&Path::from(name), bytes.into()).await?;
        }
        Ok(())
    }

    /// Reads a file.
    pub async fn get(&self, name: &FileName) -> Result<Option<Bytes>, StoreError> {
        let Some(objects) = self.objects.existing()? else { return Ok(None) };
        match objects.get(&name.path()).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// When a file was last written, if it is there.
    pub async fn written(&self, name: &FileName) -> Result<Option<DateTime<Utc>>, StoreError> {
        let Some(objects) = self.objects.existing()? else { return Ok(None) };
        match objects.head(&name.path()).await {
            Ok(found) => Ok(Some(found.last_modified)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The files that were last written before a moment. Files that are not images are left out.
    pub async fn written_before(&self, moment: DateTime<Utc>) -> Result<Vec<Stored>, StoreError> {
        let Some(objects) = self.objects.existing()? else { return Ok(Vec::new()) };
        let stored = objects.list(None).try_filter_map(|found| async move {
            let name = found.location.as_ref().parse().ok();
            let old = name.filter(|_| found.last_modified < moment);
            Ok(old.map(|name| Stored { name, written: found.last_modified }))
        });
        Ok(stored.try_collect().await?)
    }

    /// Deletes a file; one that is not there is as good as deleted.
    pub async fn delete(&self, name: &FileName) -> Result<(), StoreError> {
        let Some(objects) = self.objects.existing()? else { return Ok(()) };
        match objects.delete(&name.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a file, reads it and deletes it.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let path = Path::from("probe");
        let objects = self.objects.made()?;
        objects.put(&path, Bytes::from_static(b"fastops").into()).await?;
        let read = objects.get(&path).await?.bytes().await?;
        objects.delete(&path).await?;
        if read == b"fastops"[..] { Ok(()) } else { Err(StoreError::Differs) }
    }
}

#[cfg(test)]
mod tests;
