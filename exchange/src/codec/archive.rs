//! ZIP archives, which workbooks are too.

use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{UNPACKED_MAX, Unreadable};

/// What an archive begins with.
const MAGIC: &[u8] = b"PK\x03\x04";

/// The file that every workbook has.
const OF_WORKBOOKS: &str = "[Content_Types].xml";

/// The most files of an archive.
const FILES_MAX: usize = 200;

/// What bytes turn out to be.
pub(super) enum Content {
    /// A workbook, which unpacks to a bearable size.
    Workbook,
    /// An archive of files.
    Files(Vec<(String, Vec<u8>)>),
    /// Something else.
    NoArchive,
}

/// Looks into an archive. What it unpacks to is counted while it is unpacked, because an archive may say less.
pub(super) fn content(bytes: &[u8]) -> Result<Content, Unreadable> {
    if !bytes.starts_with(MAGIC) {
        return Ok(Content::NoArchive);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > FILES_MAX {
        return Err(Unreadable::TooLarge);
    }
    let is_workbook = archive.index_for_name(OF_WORKBOOKS).is_some();
    let (mut files, mut n_left) = (Vec::new(), UNPACKED_MAX);
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(damaged)?;
        if !file.is_file() {
            continue;
        }
        let name = file.name().map_err(damaged)?.into_owned();
        let mut limited = file.take(n_left + 1);
        let unpacked = if is_workbook {
            std::io::copy(&mut limited, &mut std::io::sink())
        } else {
            let mut content = Vec::new();
            let unpacked = limited.read_to_end(&mut content);
            files.push((name, content));
            unpacked.map(|n_bytes| n_bytes as u64)
        };
        let n_bytes = unpacked.map_err(|error| Unreadable::Damaged(error.to_string()))?;
        n_left = n_left.checked_sub(n_bytes).ok_or(Unreadable::TooLarge)?;
    }
    Ok(if is_workbook { Content::Workbook } else { Content::Files(files) })
}

/// An archive of files.
pub(super) fn write(files: impl Iterator<Item = (String, Vec<u8>)>) -> Result<Vec<u8>, Unreadable> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name, SimpleFileOptions::default()).map_err(damaged)?;
        archive.write_all(&content).map_err(|error| Unreadable::Damaged(error.to_string()))?;
    }
    Ok(archive.finish().map_err(damaged)?.into_inner())
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to `map_err`")]
fn damaged(error: ZipError) -> Unreadable {
    Unreadable::Damaged(error.to_string())
}
