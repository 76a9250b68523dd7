//! Texts that are compressed once and put together without being compressed again.
//!
//! A text is kept as blocks of DEFLATE (RFC 1951) that end at a byte and are not the last of a stream. Such
//! pieces one after another, with a last empty block, are one stream, and with the header and the checksum of
//! RFC 1952 one member of gzip, which every client reads. Several members would do as well by the RFC, but not
//! by browsers.

use std::io::Write;
use std::mem;

use crc32fast::Hasher;
use flate2::Compression;
use flate2::write::{DeflateDecoder, DeflateEncoder};

/// No name, no time, no operating system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// An empty block of fixed codes that is the last one.
const LAST_BLOCK: [u8; 2] = [3, 0];
/// What a block without compression can hold.
const STORED_MAX: usize = 0xffff;

/// A compressed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The blocks.
    pub(super) bytes: Vec<u8>,
    /// The CRC-32 of the text.
    pub(super) crc: u32,
    /// The bytes of the text.
    pub(super) length: u32,
}

impl Packed {
    /// Compresses a text. The same text gives the same bytes.
    pub(super) fn of(text: &str) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(LEVEL));
        let written = encoder.write_all(text.as_bytes());
        // A flush ends the block at a byte; finishing would make it the last one.
        written.and_then(|()| encoder.flush()).expect("memory takes every byte");
        let bytes = mem::take(encoder.get_mut());
        Self { bytes, crc: crc32fast::hash(text.as_bytes()), length: n_bytes(text) }
    }
}

/// The level at which ids, which are most of a menu, no longer get smaller.
const LEVEL: u32 = 6;

/// A text of packed pieces and others.
#[derive(Debug)]
pub struct Gzip {
    bytes: Vec<u8>,
    checksum: Hasher,
    /// The bytes of the text so far; the format counts them modulo 2³².
    length: u32,
}

impl Default for Gzip {
    fn default() -> Self {
        Self { bytes: HEADER.to_vec(), checksum: Hasher::new(), length: 0 }
    }
}

impl Gzip {
    /// Appends a packed text.
    pub fn packed(&mut self, packed: &Packed) {
        self.bytes.extend_from_slice(&packed.bytes);
        let it = Hasher::new_with_initial_len(packed.crc, packed.length.into());
        self.checksum.combine(&it);
        self.length = self.length.wrapping_add(packed.length);
    }

    /// Appends a text as it is.
    pub fn text(&mut self, text: &str) {
        for piece in text.as_bytes().chunks(STORED_MAX) {
            let length = u16::try_from(piece.len()).unwrap_or(u16::MAX);
            self.bytes.push(0);
            self.bytes.extend_from_slice(&length.to_le_bytes());
            self.bytes.extend_from_slice(&(!length).to_le_bytes());
            self.bytes.extend_from_slice(piece);
        }
        self.checksum.update(text.as_bytes());
        self.length = self.length.wrapping_add(n_bytes(text));
    }

    /// The text, compressed by gzip.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&LAST_BLOCK);
        self.bytes.extend_from_slice(&self.checksum.finalize().to_le_bytes());
        self.bytes.extend_from_slice(&self.length.to_le_bytes());
        self.bytes
    }

    /// The text itself.
    pub fn inflated(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&LAST_BLOCK);
        let mut decoder = DeflateDecoder::new(Vec::new());
        decoder.write_all(&self.bytes[HEADER.len()..]).expect("the blocks were written here");
        decoder.finish().expect("the blocks were written here")
    }
}

fn n_bytes(text: &str) -> u32 {
    u32::try_from(text.len()).expect("a menu is shorter than 4 GiB")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    /// What a client reads, which stops at the end of the first member.
    fn read(gzip: &[u8]) -> String {
        let mut text = String::new();
        GzDecoder::new(gzip).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn pieces_in_any_order_are_one_member_of_gzip_and_the_same_text_without() {
        let long = (0..9_000).fold(String::new(), |text, n| format!("{text}{}ñ", n * n));
        assert!(long.len() > STORED_MAX / 2);
        let texts = ["", "[", &long, ",", "arepa", &long];
        for packed in 0..1_u32 << texts.len() {
            let make = || {
                let mut gzip = Gzip::default();
                for (place, text) in texts.iter().enumerate() {
                    if packed >> place & 1 == 1 {
                        gzip.packed(&Packed::of(text));
                    } else {
                        gzip.text(text);
                    }
                }
                gzip
            };
            assert_eq!(read(&make().finish()), texts.concat());
            assert_eq!(make().inflated(), texts.concat().into_bytes());
        }
    }

    #[test]
    fn a_text_that_repeats_itself_gets_smaller() {
        let packed = Packed::of(&"arepa de choclo ".repeat(1_000));
        assert!(packed.bytes.len() < 500, "{}", packed.bytes.len());
        assert_eq!(packed, Packed::of(&"arepa de choclo ".repeat(1_000)));
    }
}
