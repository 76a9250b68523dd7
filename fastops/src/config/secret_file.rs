//! Secrets as files or as text, and what makes them unfit.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use api::auth::strength::repeats_itself;

use super::ConfigError;

/// The least length of a secret. Shorter ones are refused where they are used.
const BYTES_MIN: usize = 32;

/// What was given as a secret, if anything was.
pub(super) struct Given {
    /// The variable that it comes from.
    variable: &'static str,
    pub(super) bytes: Option<Vec<u8>>,
}

impl Given {
    /// From a file, or else from text. A secret that is only too short passes here.
    pub(super) fn read(
        variable: &'static str,
        file: Option<&PathBuf>,
        text: Option<&String>,
    ) -> Result<Self, ConfigError> {
        let bytes = match file {
            Some(path) => Some(secret(path)?),
            None => text.map(|text| text.clone().into_bytes()),
        };
        let is_weak = |bytes: &Vec<u8>| bytes.len() >= BYTES_MIN && repeats_itself(bytes);
        if bytes.as_ref().is_some_and(is_weak) {
            return Err(ConfigError::Repeats { variable });
        }
        Ok(Self { variable, bytes })
    }
}

/// Refuses a secret that is given for two purposes; so no file is named by two variables either.
pub(super) fn all_differ(all: &[Given]) -> Result<(), ConfigError> {
    for (index, one) in all.iter().enumerate() {
        let same = |other: &&Given| other.bytes.is_some() && other.bytes == one.bytes;
        if let Some(other) = all[index + 1..].iter().find(same) {
            return Err(ConfigError::Shared { first: one.variable, second: other.variable });
        }
    }
    Ok(())
}

/// The content of a file that only its owner can read. The mode is that of the file itself, also if `path` is
/// a symbolic link.
pub(crate) fn secret(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let unread = |source| ConfigError::Secret { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unread)?;
    let mode = file.metadata().map_err(unread)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(ConfigError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(unread)?;
    Ok(text.trim_ascii().to_vec())
}
