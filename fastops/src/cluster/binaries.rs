//! Where this machine keeps PostgreSQL's programs.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::Error;

const INSTALLED: &str = "/usr/lib/postgresql";

/// The folder that the user names, else that of the system's newest version, else `PATH`.
pub(super) fn find(chosen: Option<OsString>) -> Result<PathBuf, Error> {
    if let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()) {
        let looked_in = format!("FASTOPS_PG_BIN={}", chosen.display());
        let chosen = PathBuf::from(chosen);
        return if is_complete(&chosen) { Ok(chosen) } else { Err(Error::Missing { looked_in }) };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    installed_newest_first()
        .into_iter()
        .chain(env::split_paths(&path))
        .find(|bin| is_complete(bin))
        .ok_or_else(|| Error::Missing { looked_in: format!("{INSTALLED}/*/bin and PATH") })
}

fn is_complete(bin: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| bin.join(program).is_file())
}

/// Debian installs each major version in its own folder and none of them in `PATH`.
fn installed_newest_first() -> Vec<PathBuf> {
    let folders = fs::read_dir(INSTALLED).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = folders
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder.join("bin")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_binaries_are_reported_with_what_to_do() {
        let error = find(Some("/nowhere".into())).unwrap_err().to_string();

        assert!(error.contains("FASTOPS_PG_BIN=/nowhere"), "{error}");
        assert!(error.contains("sudo apt-get install postgresql"), "{error}");
    }
}
