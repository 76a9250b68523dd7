//! Whom PostgreSQL runs as when FastOps runs as root.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Error, io_error};

/// A user that is not root.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl User {
    /// PostgreSQL refuses to run as root. A folder that exists keeps its owner.
    pub(super) fn for_folder(root: &Path) -> Result<Option<Self>, Error> {
        if id(&["-u"]) != Some(0) {
            return Ok(None);
        }
        if let Ok(found) = root.metadata()
            && found.uid() != 0
        {
            let name = found.uid().to_string();
            return Ok(Some(Self { name, uid: found.uid(), gid: found.gid() }));
        }
        let named = |name: &str| {
            Some(Self { name: name.to_owned(), uid: id(&["-u", name])?, gid: id(&["-g", name])? })
        };
        named("postgres").or_else(|| named("nobody")).map(Some).ok_or(Error::NoUser)
    }

    pub(super) fn must_reach(&self, folder: &Path) -> Result<(), Error> {
        for folder in folder.ancestors() {
            let found = folder.metadata().map_err(io_error("read", folder))?;
            let may_enter = match (found.uid() == self.uid, found.gid() == self.gid) {
                (true, _) => 0o100,
                (false, true) => 0o010,
                (false, false) => 0o001,
            };
            if found.mode() & may_enter == 0 {
                let user = self.name.clone();
                return Err(Error::Unreachable { user, closed: folder.to_owned() });
            }
        }
        Ok(())
    }
}

/// Runs the system's `id`, which supports every source of users.
fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
