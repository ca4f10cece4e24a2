//! The two shipped fonts, parsed once: glyph and width of each character.
//!
//! Drawing from the font's own widths, without shaping, is twice as fast; it needs composed characters (NFC).

use krilla::text::Font;
use std::borrow::Cow;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf");

/// The shipped characters all stand below this one.
const LIMIT: usize = 0x2300;

/// Characters that show nothing and come along when people copy text: joiners, direction marks, byte order mark.
const INVISIBLE: [char; 7] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}'];

/// Both weights. Cheap to clone and shared between threads.
#[derive(Clone)]
pub struct Fonts {
    regular: Face,
    bold: Face,
}

#[derive(Clone)]
struct Face {
    font: Font,
    /// Glyph id and advance by code point; glyph 0 where the font has none.
    cells: Arc<[(u16, u16)]>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    Regular,
    Bold,
}

/// A glyph as the page needs it: where in the text it comes from and how far it moves the pen.
#[derive(Clone, Copy, Debug)]
pub struct Glyph {
    pub id: u16,
    /// Thousandths of the type size.
    pub advance: u16,
    pub bytes: u8,
}

impl Face {
    fn load(data: &'static [u8]) -> Self {
        let face = ttf_parser::Face::parse(data, 0).expect("the shipped font is checked by a test");
        assert!(face.units_per_em() == 1000, "widths are kept in thousandths of the type size");
        let cells = (0..LIMIT)
            .map(|c| {
                let id = char::from_u32(c as u32).and_then(|c| face.glyph_index(c));
                id.map_or((0, 0), |id| (id.0, face.glyph_hor_advance(id).unwrap_or(0)))
            })
            .collect();
        let font = Font::new(data.into(), 0).expect("the shipped font is checked by a test");
        Self { font, cells }
    }

    #[inline]
    fn cell(&self, c: char) -> Option<(u16, u16)> {
        self.cells.get(c as usize).copied().filter(|cell| cell.0 != 0)
    }
}

impl Fonts {
    /// Parses the shipped fonts; do it once per program.
    pub fn load() -> Self {
        Self { regular: Face::load(REGULAR), bold: Face::load(BOLD) }
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    pub(super) fn font(&self, weight: Weight) -> &Font {
        &self.face(weight).font
    }

    /// Whether a payslip can hold this character.
    pub fn has(&self, c: char) -> bool {
        self.regular.cell(c).is_some() && self.bold.cell(c).is_some()
    }

    /// The text composed (NFC), line breaks and tabs as spaces, zero-width characters left out;
    /// the first character that the fonts lack otherwise.
    pub(super) fn clean<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, char> {
        if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            return Ok(Cow::Borrowed(text));
        }
        let text = if unicode_normalization::is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) };
        let text = if text.chars().any(|c| c.is_ascii_control() || INVISIBLE.contains(&c)) {
            let seen = text.chars().filter(|c| !INVISIBLE.contains(c));
            Cow::Owned(seen.map(|c| if c.is_ascii_whitespace() { ' ' } else { c }).collect())
        } else {
            text
        };
        text.chars().find(|&c| !self.has(c)).map_or(Ok(text), Err)
    }

    /// Width in thousandths of the type size.
    pub(super) fn width(&self, text: &str, weight: Weight) -> u32 {
        let face = self.face(weight);
        text.chars().map(|c| face.cell(c).map_or(0, |cell| u32::from(cell.1))).sum()
    }

    /// Appends the glyphs of a clean text and returns their width in thousandths.
    pub(super) fn glyphs(&self, text: &str, weight: Weight, into: &mut Vec<Glyph>) -> u32 {
        let face = self.face(weight);
        let mut width = 0;
        for c in text.chars() {
            let (id, advance) = face.cell(c).unwrap_or((0, 0));
            width += u32::from(advance);
            into.push(Glyph { id, advance, bytes: c.len_utf8() as u8 });
        }
        width
    }

    /// Breaks a clean text into lines no wider than `limit` thousandths, between words where it can.
    pub(super) fn wrap<'t>(&self, text: &'t str, weight: Weight, limit: u32) -> Vec<&'t str> {
        let face = self.face(weight);
        let mut lines = Vec::with_capacity(1);
        let (mut start, mut blank, mut width) = (0, None, 0);
        let mut since_blank = 0;
        for (at, c) in text.char_indices() {
            let advance = face.cell(c).map_or(0, |cell| u32::from(cell.1));
            if c == ' ' {
                blank = Some(at);
                since_blank = 0;
            } else {
                since_blank += advance;
            }
            width += advance;
            if width > limit && c != ' ' && at > start {
                match blank {
                    Some(b) if b > start => {
                        lines.push(&text[start..b]);
                        start = b + 1;
                        width = since_blank;
                    }
                    Some(_) | None => {
                        lines.push(&text[start..at]);
                        start = at;
                        width = advance;
                        since_blank = advance;
                    }
                }
                blank = None;
            }
        }
        lines.push(text[start..].trim_end());
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_every_character_the_product_prints() {
        let fonts = Fonts::load();
        let mut missing: Vec<char> = ('!'..='~')
            .chain('\u{a1}'..='\u{24f}')
            .chain(['\u{2212}', '\u{202f}', '\u{a0}', '€', '•', '–', '—', '’', '…', '→', 'ᵉ', 'Œ', 'œ', 'Ÿ'])
            .collect();
        missing.retain(|&c| !fonts.has(c));
        assert_eq!(missing, []);
    }

    #[test]
    fn digits_and_signs_have_one_width() {
        let fonts = Fonts::load();
        for weight in [Weight::Regular, Weight::Bold] {
            for c in "0123456789\u{2212}+".chars() {
                assert_eq!(fonts.width(&c.to_string(), weight), 572, "{c} in {weight:?}");
            }
        }
    }

    #[test]
    fn composes_before_it_gives_up() {
        let fonts = Fonts::load();
        assert_eq!(fonts.clean("Rene\u{301}e").as_deref(), Ok("Renée"));
        assert_eq!(fonts.clean("a\tb\nc").as_deref(), Ok("a b c"));
        assert_eq!(fonts.clean("Le\u{200b} Goff\u{feff}").as_deref(), Ok("Le Goff"));
        assert_eq!(fonts.clean("\u{202e}etteN"), Err('\u{202e}'));
        assert_eq!(fonts.clean("李 Wei"), Err('李'));
        assert_eq!(fonts.clean("bip\u{7}"), Err('\u{7}'));
    }

    #[test]
    fn wraps_between_words_and_cuts_nothing() {
        let fonts = Fonts::load();
        let text = "Attaché principal territorial, anticonstitutionnellement-hors-classe détaché";
        for limit in [2_000, 6_000, 12_000, 60_000] {
            let lines = fonts.wrap(text, Weight::Regular, limit);
            assert!(lines.iter().all(|l| fonts.width(l, Weight::Regular) <= limit), "{limit}: {lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
