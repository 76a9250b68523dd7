//! Where an installation keeps the files: a folder, or a bucket.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;

use super::ImageStore;

/// Where the files of images are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// In a folder of this machine, or one that all machines see.
    Folder(PathBuf),
    /// In a bucket of S3 or what speaks like it: its name, and what the names of objects begin with.
    Bucket {
        /// The name of the bucket.
        name: String,
        /// What the names of objects begin with, without a slash at the end; mostly empty.
        prefix: String,
    },
}

/// Why files are not reached.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made.
    #[error("the folder {path} cannot be made")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The message of the system.
        #[source]
        source: std::io::Error,
    },
    /// What was read is not what was written.
    #[error("a file was read otherwise than it was written")]
    Differs,
    /// This program was built without the feature `s3`.
    #[error("this program was built without S3: build it with --features s3")]
    WithoutBuckets,
    /// The store refused or did not answer.
    #[error(transparent)]
    Objects(#[from] object_store::Error),
}

impl ImageStore {
    /// The files at this place. A folder that is missing is made when a file is written; a bucket is looked
    /// for when it is first used, with the credentials and the address of the usual variables
    /// (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT`, …).
    pub fn open(files: &Files) -> Result<Self, StoreError> {
        match files {
            Files::Folder(path) => Ok(Self::in_folder(path.clone())),
            Files::Bucket { name, prefix } => Ok(Self::of(Objects::Open(bucket(name, prefix)?))),
        }
    }

    /// The files in a folder, which is made when a file is written.
    pub fn in_folder(path: PathBuf) -> Self {
        Self::of(Objects::Folder { path, opened: OnceLock::new() })
    }
}

/// What keeps the files.
#[derive(Debug)]
pub(super) enum Objects {
    /// It is there.
    Open(Arc<dyn ObjectStore>),
    /// A folder that may be missing until a file is written.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Set when the folder was there.
        opened: OnceLock<Arc<dyn ObjectStore>>,
    },
}

impl Objects {
    /// For reading; nothing where no file was ever written.
    pub(super) fn existing(&self) -> Result<Option<&dyn ObjectStore>, StoreError> {
        match self {
            Self::Folder { path, opened } if opened.get().is_none() && !path.is_dir() => Ok(None),
            _ => self.open().map(Some),
        }
    }

    /// For writing.
    pub(super) fn made(&self) -> Result<&dyn ObjectStore, StoreError> {
        if let Self::Folder { path, opened } = self
            && opened.get().is_none()
        {
            let made = std::fs::create_dir_all(path);
            made.map_err(|source| StoreError::Folder { path: path.clone(), source })?;
        }
        self.open()
    }

    fn open(&self) -> Result<&dyn ObjectStore, StoreError> {
        match self {
            Self::Open(objects) => Ok(&**objects),
            Self::Folder { path, opened } => {
                if let Some(folder) = opened.get() {
                    return Ok(&**folder);
                }
                // Files are synchronised with the disk, as the events that refer to them are.
                let folder = LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
                Ok(&**opened.get_or_init(|| Arc::new(folder)))
            }
        }
    }
}

#[cfg(feature = "s3")]
fn bucket(name: &str, prefix: &str) -> Result<Arc<dyn ObjectStore>, StoreError> {
    use object_store::aws::AmazonS3Builder;
    use object_store::prefix::PrefixStore;

    let bucket = AmazonS3Builder::from_env().with_bucket_name(name).build()?;
    if prefix.is_empty() {
        Ok(Arc::new(bucket))
    } else {
        Ok(Arc::new(PrefixStore::new(bucket, prefix)))
    }
}

#[cfg(not(feature = "s3"))]
fn bucket(_name: &str, _prefix: &str) -> Result<Arc<dyn ObjectStore>, StoreError> {
    Err(StoreError::WithoutBuckets)
}
