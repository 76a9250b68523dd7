//! The demo's folder: who uses it, and the secrets that are kept in it.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rand::RngExt;

/// Characters that are not mistaken for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A folder that is locked for this process until the value is dropped.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Neither the command line nor the environment names the folder.
    #[error(
        "no se sabe dónde guardar los datos: use --data-dir \
         (there is no place for the data: use --data-dir)"
    )]
    Nowhere,
    /// Another process uses it.
    #[error(
        "otro proceso{holder} ya usa {path}: deténgalo o use otro --data-dir \
         (another process{holder} uses it already: stop it or use another --data-dir)",
        path = path.display()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process, if it is known: " 4711".
        holder: String,
    },
    /// The system refuses.
    #[error("no se pudo usar {path} (could not use it)", path = path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// The message of the system.
        #[source]
        source: io::Error,
    },
}

impl DataDir {
    /// Takes the folder, and makes it if it is not there.
    pub(super) fn take(wanted: Option<PathBuf>) -> Result<Self, DataDirError> {
        let path = wanted.or_else(default_path).ok_or(DataDirError::Nowhere)?;
        make_dir(&path).map_err(system(&path))?;
        // The cluster's processes look at it from other folders.
        let path = path.canonicalize().map_err(system(&path))?;
        let lock_path = path.join("demo.lock");
        let mut options = OpenOptions::new();
        let mut lock = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(system(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _unknown = lock.read_to_string(&mut holder);
                let holder = holder.trim();
                let holder = if holder.is_empty() { String::new() } else { format!(" {holder}") };
                return Err(DataDirError::InUse { path, holder });
            }
            Err(TryLockError::Error(source)) => return Err(system(&lock_path)(source)),
        }
        let holder = format!("{}\n", std::process::id());
        lock.set_len(0)
            .and_then(|()| lock.write_all(holder.as_bytes()))
            .map_err(system(&lock_path))?;
        Ok(Self { path, _lock: lock })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The secret of this name, the same at every start: 80 bits or more of randomness in letters and
    /// digits, in a file that only its owner reads.
    pub(super) fn secret(&self, name: &str, n_letters: usize) -> Result<String, DataDirError> {
        let path = self.path.join(name);
        match fs::read_to_string(&path) {
            Ok(secret) if secret.trim().len() >= n_letters => return Ok(secret.trim().to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(system(&path)(source)),
        }
        let mut rng = rand::rng();
        let letter = |_| char::from(LETTERS[rng.random_range(0..LETTERS.len())]);
        let secret: String = (0..n_letters).map(letter).collect();
        self.write(name, &format!("{secret}\n"))?;
        Ok(secret)
    }

    /// Writes a file of the folder that only its owner reads: whole or not at all, since a secret that a crash
    /// left half written would lock its owner out.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), DataDirError> {
        let path = self.path.join(name);
        let draft = path.with_extension("draft");
        let mut options = OpenOptions::new();
        options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&draft, &path))
            .map_err(system(&path))
    }
}

/// `$XDG_DATA_HOME/fastops/demo`, or the same under the home folder. As root it is `/var/lib`, since
/// the user that PostgreSQL then runs as cannot pass through root's home.
fn default_path() -> Option<PathBuf> {
    let absolute =
        |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || Some(absolute("HOME")?.join(".local/share"));
    let data = absolute("XDG_DATA_HOME");
    let data = data.or_else(|| if is_root() { Some("/var/lib".into()) } else { home() });
    Some(data?.join("fastops/demo"))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// PostgreSQL may run as another user, who has to pass through the folder whatever the umask is.
fn make_dir(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    fs::create_dir_all(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o711))
}

fn system(path: &Path) -> impl FnOnce(io::Error) -> DataDirError {
    let path = path.to_owned();
    move |source| DataDirError::System { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_same_at_every_start_and_only_its_owner_reads_it() {
        let home = tempfile::tempdir().unwrap();
        let first = DataDir::take(Some(home.path().join("a/b"))).unwrap();
        let secret = first.secret("password", 16).unwrap();
        assert_eq!(secret.len(), 16);
        let file = first.path().join("password");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_ne!(first.secret("other", 16).unwrap(), secret);
        drop(first);
        let second = DataDir::take(Some(home.path().join("a/b"))).unwrap();
        assert_eq!(second.secret("password", 16).unwrap(), secret);
    }

    #[test]
    fn a_folder_in_use_is_refused_with_the_process_that_uses_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().to_owned();
        let held = DataDir::take(Some(path.clone())).unwrap();
        let refused = DataDir::take(Some(path.clone())).unwrap_err();
        let text = refused.to_string();
        assert!(text.contains(&std::process::id().to_string()), "{text}");
        assert!(text.contains("--data-dir"), "{text}");
        drop(held);
        DataDir::take(Some(path)).unwrap();
    }
}
