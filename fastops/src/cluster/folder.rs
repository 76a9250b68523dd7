//! The folder of a cluster: its files, its owner, its lock, and what an earlier process left in it.

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::process::{end_with_this_thread, interrupt};
use super::user::User;
use super::{Error, OWNER, PORT, io_error};

const ORPHAN_MAX: Duration = Duration::from_secs(30);
const SOCKET_PATH_BYTES_MAX: usize = 107;
const LOG_LINES_SHOWN: usize = 12;

/// The folder of a cluster, and who it belongs to.
#[derive(Debug, Clone)]
pub(super) struct ClusterFolder {
    pub(super) root: PathBuf,
    pub(super) socket_dir: PathBuf,
    /// Whom PostgreSQL runs as, if we are root.
    user: Option<User>,
}

impl ClusterFolder {
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, Error> {
        let user = User::for_folder(&data_dir.join("postgres"))?;
        if !data_dir.exists() {
            fs::create_dir_all(data_dir).map_err(io_error("make", data_dir))?;
            if user.is_some() {
                // PostgreSQL's user has to pass through, whatever the umask is; the cluster's folder is closed.
                let passable = Permissions::from_mode(0o711);
                fs::set_permissions(data_dir, passable).map_err(io_error("open", data_dir))?;
            }
        }
        let data_dir = data_dir.canonicalize().map_err(io_error("read", data_dir))?;
        if let Some(user) = &user {
            user.must_reach(&data_dir)?;
        }
        let root = data_dir.join("postgres");
        let mut folder = Self { socket_dir: root.clone(), root, user };
        folder.ensure_owned(&folder.root)?;

        let too_long = folder.socket().as_os_str().len() > SOCKET_PATH_BYTES_MAX;
        // PostgreSQL takes a list of folders.
        let looks_like_a_list = folder.root.to_string_lossy().contains([',', '"']);
        if too_long || looks_like_a_list {
            let digest = Sha256::digest(folder.root.as_os_str().as_encoded_bytes());
            let number = u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"));
            folder.socket_dir = Path::new("/tmp").join(format!("fastops-{number:016x}"));
            folder.ensure_owned(&folder.socket_dir)?;
        }
        Ok(folder)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    fn socket(&self) -> PathBuf {
        self.socket_dir.join(format!(".s.PGSQL.{PORT}"))
    }

    /// A folder that only PostgreSQL's user may enter, so that connections in it need no password.
    fn ensure_owned(&self, path: &Path) -> Result<(), Error> {
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let found = fs::symlink_metadata(path).map_err(io_error("read", path))?;
                if !found.is_dir() || found.mode() & 0o077 != 0 {
                    let source = io::Error::other("it is there and open to others");
                    return Err(Error::Io { what: "use", path: path.to_owned(), source });
                }
            }
            Err(source) => return Err(Error::Io { what: "make", path: path.to_owned(), source }),
        }
        self.give(path)
    }

    fn give(&self, path: &Path) -> Result<(), Error> {
        let Some(user) = &self.user else { return Ok(()) };
        lchown(path, Some(user.uid), Some(user.gid)).map_err(io_error("give away", path))
    }

    /// The kernel drops this lock with the process that holds it, however that ends.
    pub(super) fn lock(&self) -> Result<File, Error> {
        let path = self.root.join("lock");
        let file = File::options().append(true).create(true).open(&path);
        let file = file.map_err(io_error("open", &path))?;
        self.give(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { folder: self.root.clone() }),
            Err(TryLockError::Error(source)) => Err(Error::Io { what: "lock", path, source }),
        }
    }

    /// Under another name until it is complete, so that a kill half way leaves nothing that looks like a cluster.
    pub(super) fn initialise(&self, bin: &Path) -> Result<(), Error> {
        let unfinished = self.root.join("data.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(io_error("remove", &unfinished))?;
        }
        let mut initdb = self.command(&bin.join("initdb"))?;
        initdb.arg("--pgdata").arg(&unfinished).args(["--username", OWNER]);
        initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]);
        let status = initdb.status().map_err(io_error("run", &bin.join("initdb")))?;
        if !status.success() {
            return Err(self.failed("initdb"));
        }
        fs::rename(&unfinished, self.data()).map_err(io_error("rename", &unfinished))
    }

    /// Stops the PostgreSQL of a killed FastOps; it may be shutting down or not have noticed yet. The caller
    /// holds the lock.
    pub(super) fn end_orphan(&self) -> Result<(), Error> {
        let data = self.data();
        let pid_file = data.join("postmaster.pid");
        let deadline = Instant::now() + ORPHAN_MAX;
        loop {
            let text = fs::read_to_string(&pid_file).unwrap_or_default();
            let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok())
            else {
                return Ok(());
            };
            // A postmaster works in its data folder. Of a dead one PostgreSQL itself clears up.
            match fs::read_link(format!("/proc/{pid}/cwd")) {
                Err(_) => return Ok(()),
                Ok(folder) if folder != data => return self.forget(&pid_file),
                Ok(folder) if Instant::now() > deadline => {
                    return Err(Error::Orphan { pid, folder });
                }
                Ok(_) => interrupt(pid),
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The id in these files has gone to another process since, which PostgreSQL would take for itself.
    fn forget(&self, pid_file: &Path) -> Result<(), Error> {
        for file in [pid_file, &self.socket().with_added_extension("lock")] {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(io_error("remove", file)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A program that runs as the right user, writes into the log and does not outlive this process.
    pub(super) fn command(&self, program: &Path) -> Result<Command, Error> {
        let path = self.log();
        let log = File::options().append(true).create(true).open(&path);
        let log = log.map_err(io_error("open", &path))?;
        self.give(&path)?;
        let errors = log.try_clone().map_err(io_error("open", &path))?;

        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null()).stdout(log).stderr(errors);
        // A Ctrl-C in the terminal is for FastOps, which stops PostgreSQL last.
        command.process_group(0);
        if let Some(user) = &self.user {
            command.uid(user.uid).gid(user.gid);
        }
        end_with_this_thread(&mut command);
        Ok(command)
    }

    pub(super) fn failed(&self, program: &'static str) -> Error {
        let log = self.log();
        let text = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        let last_lines = lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n");
        Error::Failed { program, log, last_lines }
    }
}
