//! The files of images: where they are kept, where clients find them, and the removal of those that nothing
//! refers to.

mod sweep;

use std::sync::Arc;

use images::Files;

pub use sweep::{SweepError, Swept, sweep};

/// What the address of a bucket begins with.
const BUCKET: &str = "s3://";

/// Where the files of images are, and where clients find them.
#[derive(clap::Args, Clone)]
pub struct ImageArgs {
    /// Where the files of images are kept: a folder that all servers see, or `s3://bucket/prefix` where
    /// the program was built with the feature `s3` (credentials as for other tools: `AWS_ACCESS_KEY_ID`,
    /// `AWS_REGION`, `AWS_ENDPOINT`, …).
    #[arg(long, env = "FASTOPS_IMAGES", default_value = "./images")]
    images: String,
}

/// Where clients find the files of images.
#[derive(clap::Args, Clone)]
pub struct ImageUrlArgs {
    /// Where clients find the files of images, if a CDN or a web server answers them
    /// (`https://cdn.example.com/images`); this server answers them below its public address if not given.
    #[arg(long, env = "FASTOPS_IMAGES_URL")]
    images_url: Option<String>,
}

impl ImageArgs {
    /// Where the files are kept.
    pub fn files(&self) -> Files {
        let Some(bucket) = self.images.strip_prefix(BUCKET) else {
            return Files::Folder(self.images.clone().into());
        };
        let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        Files::Bucket { name: name.to_owned(), prefix: prefix.trim_matches('/').to_owned() }
    }
}

impl ImageUrlArgs {
    /// Where clients find the files, without a slash at the end.
    pub fn url(&self, public_url: &str) -> Arc<str> {
        let configured = self.images_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        configured.filter(|url| !url.is_empty()).unwrap_or_else(|| below(public_url)).into()
    }
}

/// Where a server at this address answers the files itself.
pub fn below(public_url: &str) -> String {
    format!("{public_url}/images")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_or_a_bucket() {
        let files = |place: &str| ImageArgs { images: place.to_owned() }.files();
        let bucket = |name: &str, prefix: &str| Files::Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
        };
        assert_eq!(files("./images"), Files::Folder("./images".into()));
        assert_eq!(files("s3://menu"), bucket("menu", ""));
        assert_eq!(files("s3://menu/fastops/one/"), bucket("menu", "fastops/one"));
    }

    #[test]
    fn clients_find_files_here_unless_another_server_has_them() {
        let url = |url: Option<&str>| {
            ImageUrlArgs { images_url: url.map(str::to_owned) }.url("https://pos.example.com")
        };
        for unset in [None, Some("")] {
            assert_eq!(&*url(unset), "https://pos.example.com/images");
        }
        assert_eq!(&*url(Some("https://cdn.example.com/")), "https://cdn.example.com");
    }
}
