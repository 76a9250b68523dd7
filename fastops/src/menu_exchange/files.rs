//! The files and folders that a command line names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use exchange::codec::{Sent, csv_text, write};
use exchange::table::Table;

use super::args::ExportMenuArgs;
use crate::import::Error;

/// The files, and of folders the CSV files in them.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Sent>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let failed = |source| Error::File { file: path.display().to_string(), source };
        if path.is_dir() {
            for path in csv_files(path).map_err(failed)? {
                files.push(sent(&path).map_err(failed)?);
            }
        } else {
            files.push(sent(path).map_err(failed)?);
        }
    }
    Ok(files)
}

fn csv_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let is_csv =
        |path: &PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let mut files: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(is_csv).collect();
    files.sort();
    Ok(files)
}

fn sent(path: &Path) -> io::Result<Sent> {
    Ok(Sent { name: path.display().to_string(), bytes: fs::read(path)? })
}

/// Writes the tables where the command line says. A file that is there is replaced.
pub(super) fn write_to(args: &ExportMenuArgs, tables: &[Table]) -> Result<(), Error> {
    let to = &args.to;
    let failed = |source| Error::File { file: to.display().to_string(), source };
    if let Some(format) = args.format() {
        return fs::write(to, write(tables, format)?).map_err(failed);
    }
    fs::create_dir_all(to).map_err(failed)?;
    let file = |table: &Table| to.join(format!("{}.csv", table.sheet.name));
    tables.iter().try_for_each(|table| fs::write(file(table), csv_text(table)).map_err(failed))
}
