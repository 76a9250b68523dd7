//! Whether characters are visible, by their Unicode properties.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiModifier, ExtendedPictographic,
    GeneralCategory, GeneralCategoryGroup, JoiningType, PrependedConcatenationMark,
};
use icu_properties::{CodePointMapData, CodePointSetData};

const JOINER: char = '\u{200D}';
const NON_JOINER: char = '\u{200C}';
const KEYCAP: char = '\u{20E3}';

/// Letters and symbols whose glyph is empty. No Unicode property tells them from others.
const BLANK: [char; 4] = ['\u{2800}', '\u{13441}', '\u{13442}', '\u{1D159}'];

/// Whether every character of a text is visible, or changes how others are shown: a joiner between letters
/// that join, after a virama or between emoji, and a variation selector after an emoji.
pub(super) fn all_is_seen(text: &[char]) -> bool {
    let is_seen = |(place, c): (usize, &char)| match *c {
        JOINER | NON_JOINER => joins(text, place),
        '\u{FE0E}' | '\u{FE0F}' => is_presented(text, place),
        c => !shows_nothing(c),
    };
    text.iter().enumerate().all(is_seen)
}

/// Whether a text has a character that is visible by itself: not only spaces, marks and joiners.
pub(super) fn has_substance(text: &[char]) -> bool {
    let kinds = [
        GeneralCategoryGroup::Letter,
        GeneralCategoryGroup::Number,
        GeneralCategoryGroup::Punctuation,
        GeneralCategoryGroup::Symbol,
    ];
    text.iter().any(|c| !shows_nothing(*c) && kinds.iter().any(|kind| kind.contains(category(*c))))
}

/// Whether a renderer may leave out the character: [`DefaultIgnorableCodePoint`].
pub(super) fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether a character is invisible: it controls, reorders or hides text, or has no glyph.
pub(super) fn shows_nothing(c: char) -> bool {
    let is_control = match category(c) {
        GeneralCategory::Format => {
            !CodePointSetData::new::<PrependedConcatenationMark>().contains(c)
        }
        GeneralCategory::Control
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::PrivateUse
        | GeneralCategory::Unassigned => true,
        _ => false,
    };
    is_control || is_ignorable(c) || BLANK.contains(&c)
}

fn joins(text: &[char], place: usize) -> bool {
    let before = &text[..place];
    let is_virama = |c: &char| combining(*c) == CanonicalCombiningClass::Virama;
    if before.last().is_some_and(is_virama) {
        return true;
    }
    let after = text.get(place + 1).copied();
    let base = before.iter().rev().copied().find(|c| !is_mark(*c) && !is_of_emoji(*c));
    let (Some(base), Some(after)) = (base, after) else { return false };
    let is_joining = |c| {
        GeneralCategoryGroup::Letter.contains(category(c)) && joining(c) != JoiningType::NonJoining
    };
    let is_emoji = |c| CodePointSetData::new::<ExtendedPictographic>().contains(c);
    (is_joining(base) && is_joining(after))
        || (text[place] == JOINER && is_emoji(base) && is_emoji(after))
}

/// Whether a variation selector follows an emoji or the digit of a keycap.
fn is_presented(text: &[char], place: usize) -> bool {
    let Some(before) = place.checked_sub(1).map(|place| text[place]) else { return false };
    CodePointSetData::new::<ExtendedPictographic>().contains(before)
        || (CodePointSetData::new::<Emoji>().contains(before)
            && text.get(place + 1) == Some(&KEYCAP))
}

fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(c))
}

/// Whether a character modifies the emoji before it.
fn is_of_emoji(c: char) -> bool {
    CodePointSetData::new::<EmojiModifier>().contains(c)
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

fn combining(c: char) -> CanonicalCombiningClass {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c)
}

fn joining(c: char) -> JoiningType {
    CodePointMapData::<JoiningType>::new().get(c)
}
