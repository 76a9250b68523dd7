//! Names of files: `<hash>-<width>.<extension>`.

use std::fmt;
use std::str::FromStr;

use object_store::path::Path;

use crate::ImageHash;

/// The name of a file of an image.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileName {
    /// The hash of the image.
    pub hash: ImageHash,
    width: u16,
    is_jpeg: bool,
}

/// The text is not a hash, a width and `jpg` or `webp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of an image's file")]
pub struct FileNameError;

impl FileName {
    /// What is in the file.
    pub const fn media_type(&self) -> &'static str {
        if self.is_jpeg { "image/jpeg" } else { "image/webp" }
    }

    pub(super) fn path(&self) -> Path {
        Path::from(self.to_string())
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extension = if self.is_jpeg { "jpg" } else { "webp" };
        write!(f, "{}-{}.{extension}", self.hash, self.width)
    }
}

impl FromStr for FileName {
    type Err = FileNameError;

    fn from_str(text: &str) -> Result<Self, FileNameError> {
        let (hash, rest) = text.split_once('-').ok_or(FileNameError)?;
        let (width, extension) = rest.split_once('.').ok_or(FileNameError)?;
        let is_jpeg = match extension {
            "jpg" => true,
            "webp" => false,
            _ => return Err(FileNameError),
        };
        let hash = hash.parse().map_err(|_| FileNameError)?;
        let width = width.parse().map_err(|_| FileNameError)?;
        let name = Self { hash, width, is_jpeg };
        // A file has one name: `0200` and `+200` are none.
        if name.to_string() == text { Ok(name) } else { Err(FileNameError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_written_here_are_read() {
        let hash = "0123456789abcdef".repeat(2);
        for good in [format!("{hash}-200.jpg"), format!("{hash}-1200.webp")] {
            assert_eq!(good.parse::<FileName>().unwrap().to_string(), good);
        }
        for bad in [
            String::new(),
            hash.clone(),
            format!("{hash}-200.png"),
            format!("{hash}-200.jpg/"),
            format!("{hash}-0200.jpg"),
            format!("{hash}-+200.jpg"),
            format!("{hash}-200000.jpg"),
            format!("../{hash}-200.jpg"),
            format!("{hash}-200.jpg\0"),
            format!("{}-200.jpg", hash.to_uppercase()),
        ] {
            assert_eq!(bad.parse::<FileName>(), Err(FileNameError), "{bad:?}");
        }
    }
}
