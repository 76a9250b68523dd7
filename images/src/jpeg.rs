//! Whether a JPEG came to its end: the decoder fills in grey what is missing.

const MARKER: u8 = 0xff;
const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Whether the mark of its end is somewhere behind the beginning of its pixels. A thumbnail in the metadata
/// has such a mark too, so segments before the pixels are skipped by their lengths.
pub(crate) fn is_complete(bytes: &[u8]) -> bool {
    let Some(pixels) = pixels(bytes) else { return false };
    pixels.windows(2).any(|pair| pair == [MARKER, END_OF_IMAGE])
}

/// What follows the mark of the first scan.
fn pixels(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.get(2..)?;
    loop {
        let [MARKER, kind, after @ ..] = rest else { return None };
        match *kind {
            START_OF_SCAN => return Some(after),
            // Any number of these may stand before a mark.
            MARKER => rest = &rest[1..],
            // Marks without a segment: restarts, and one for private use.
            0x01 | 0xd0..=0xd7 => rest = after,
            _ => {
                let [high, low, ..] = after else { return None };
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = after.get(length.max(2)..)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_end_of_the_image() {
        let thumbnail = [0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd9, 0, 0];
        let scan = [0xff, 0xff, 0xda, 0, 2, 1, 2, 3];
        let cut = [&thumbnail[..], &scan].concat();
        assert!(!is_complete(&cut));
        assert!(
            is_complete(&[&cut[..], &[0xff, 0xd9, 4]].concat()),
            "what follows the end is no matter"
        );
        assert!(!is_complete(&thumbnail));
        assert!(!is_complete(&[0xff, 0xd8]));
        assert!(!is_complete(&[0xff, 0xd8, 0xff, 0xe1, 0xff]));
    }
}
