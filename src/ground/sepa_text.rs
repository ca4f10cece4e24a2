//! Text and amounts as SEPA messages accept them: 73 characters, lengths of names and identifiers, whole cents.
//!
//! The conversion is that of EPC217-08 ("SEPA conversion table", European Payments Council, version 1.1): one
//! replacement per character. It knows neither typographic apostrophes nor decomposed accents, so [`convert`] puts those
//! right first. Nothing is ever cut: a text that is too long is a problem for a person to solve.

use super::money::Money;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Longest name of a debtor or creditor; the schemas allow 140, the scheme 70.
pub const NAME_MAX: usize = 70;
/// Longest identifier: message, batch, end-to-end.
pub const IDENTIFIER_MAX: usize = 35;
/// Longest remittance information.
pub const REMITTANCE_MAX: usize = 140;
/// Largest amount of one transfer, 999,999,999.99.
pub const AMOUNT_MAX: Money = Money::from_cents(99_999_999_999);

/// Versions of the credit transfer message (pain.001): both are in use, both are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Version {
    /// pain.001.001.03, of 2009.
    V03,
    /// pain.001.001.09, of 2019: what banks ask of customers since November 2023.
    #[default]
    V09,
}

impl Version {
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::V03 => "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03",
            Self::V09 => "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
        }
    }
}

/// Whether the scheme accepts the character: letters and digits without accents, `/ - ? : ( ) . , ' +` and the space.
pub const fn is_legal(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '?' | ':' | '(' | ')' | '.' | ',' | '\'' | '+' | ' ')
}

/// EPC217-08: each character of the first text becomes the second; characters that become a full stop are left out.
const TABLE: &[(&str, &str)] = &[
    ("&", "+"),
    ("_~", "-"),
    (";", ","),
    ("[{", "("),
    ("\\|", "/"),
    ("]}", ")"),
    ("`", "'"),
    ("\u{a0}", " "),
    ("¿", "?"),
    ("ÀÁÂÃÄÅÆĀĂĄΆΑАЪ", "A"),
    ("ÇĆĈĊČ", "C"),
    ("ÈÉÊËĒĔĖĘĚΈΕЕ€", "E"),
    ("ÌÍÎÏĨĪĬĮİĲΉΊΗΙΪИ", "I"),
    ("ÐĎĐΔД", "D"),
    ("ÑŃŅŇΝН", "N"),
    ("ÒÓÔÕÖØŐŒΌΏΟΩО", "O"),
    ("ÙÚÛÜŨŪŬŮŰŲУ", "U"),
    ("ÝŶŸΎΥΫЙЬ", "Y"),
    ("ÞŢŤŦȚΤТ", "T"),
    ("ßśŝşšșςσс", "s"),
    ("àáâãäåæāăąάαаъ", "a"),
    ("çćĉċč", "c"),
    ("èéêëēĕėęěέεе", "e"),
    ("ìíîïĩīĭįıĳΐήίηιϊи", "i"),
    ("ðďđδд", "d"),
    ("ñńņňνн", "n"),
    ("òóôõöøőœοωόώо", "o"),
    ("ùúûüũūŭůűųу", "u"),
    ("ýÿŷΰυϋύйь", "y"),
    ("þţťŧțτт", "t"),
    ("ĜĞĠĢΓГ", "G"),
    ("ĝğġģγг", "g"),
    ("ĤĦХ", "H"),
    ("ĥħх", "h"),
    ("Ĵ", "J"),
    ("ĵ", "j"),
    ("ĶΚК", "K"),
    ("ķκк", "k"),
    ("ĹĻĽĿŁΛЛ", "L"),
    ("ĺļľŀłλл", "l"),
    ("ŔŖŘΡР", "R"),
    ("ŕŗřρр", "r"),
    ("ŚŜŞŠȘΣС", "S"),
    ("Ŵ", "W"),
    ("ŵ", "w"),
    ("ŹŻŽΖЗ", "Z"),
    ("źżžζз", "z"),
    ("ΒВ", "V"),
    ("Θ", "TH"),
    ("ΜМ", "M"),
    ("Ξ", "X"),
    ("ΠП", "P"),
    ("ΦФ", "F"),
    ("ΧЧ", "CH"),
    ("Ψ", "PS"),
    ("βв", "v"),
    ("θ", "th"),
    ("μм", "m"),
    ("ξ", "x"),
    ("πп", "p"),
    ("φф", "f"),
    ("χч", "ch"),
    ("ψ", "ps"),
    ("Б", "B"),
    ("Ж", "ZH"),
    ("Ц", "TS"),
    ("Ш", "SH"),
    ("Щ", "SHT"),
    ("Ю", "YU"),
    ("Я", "YA"),
    ("б", "b"),
    ("ж", "zh"),
    ("ц", "ts"),
    ("ш", "sh"),
    ("щ", "sht"),
    ("ю", "yu"),
    ("я", "ya"),
];

/// The table by code point, up to the last Cyrillic letter it knows.
static BY_CODE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut by_code = vec!["."; 0x460];
    for (characters, replacement) in TABLE {
        for c in characters.chars().filter(|c| *c != '€') {
            by_code[c as usize] = replacement;
        }
    }
    by_code
});

/// What EPC217-08 makes of one character; a full stop for what it does not know.
fn replacement(c: char) -> &'static str {
    if c == '€' { "E" } else { BY_CODE.get(c as usize).copied().unwrap_or(".") }
}

/// EPC217-08 applied character by character and nothing else.
pub fn epc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_legal(c) {
            out.push(c);
        } else {
            out.push_str(replacement(c));
        }
    }
    out
}

/// How œ and æ are written. Banks that check the name of the payee may differ, so it is a setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ligatures {
    /// One letter, `o` and `a`, as EPC217-08 says.
    #[default]
    Epc,
    /// Two letters, `oe` and `ae`, as French usage has it.
    French,
}

/// A text in the SEPA set, and how much of it could not be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Converted {
    pub text: String,
    /// Letters the table does not know, each now a full stop: a name a person should look at.
    pub lost: usize,
}

/// Brings a text into the SEPA set: composes accents, maps typographic apostrophes, dashes and spaces, drops invisible
/// marks, applies EPC217-08, then trims and collapses spaces.
pub fn convert(text: &str, ligatures: Ligatures) -> Converted {
    let mut out = String::with_capacity(text.len());
    let mut lost = 0;
    let mut push = |piece: &str| {
        if piece != " " || !(out.is_empty() || out.ends_with(' ')) {
            out.push_str(piece);
        }
    };
    if text.bytes().all(|b| b.is_ascii() && is_legal(char::from(b))) {
        for piece in text.split_inclusive(' ') {
            let word = piece.trim_end_matches(' ');
            push(word);
            if word.len() < piece.len() {
                push(" ");
            }
        }
    } else {
        let mut buffer = [0; 4];
        for c in text.nfc() {
            match c {
                _ if is_legal(c) => push(c.encode_utf8(&mut buffer)),
                'œ' if ligatures == Ligatures::French => push("oe"),
                'Œ' if ligatures == Ligatures::French => push("OE"),
                'æ' if ligatures == Ligatures::French => push("ae"),
                'Æ' if ligatures == Ligatures::French => push("AE"),
                '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' | '\u{b4}' | '\u{ff07}' => push("'"),
                '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => push("-"),
                '\t' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => push(" "),
                _ if is_invisible(c) => {}
                _ => {
                    let piece = replacement(c);
                    if piece == "." && c.is_alphabetic() {
                        lost += 1;
                    }
                    push(piece);
                }
            }
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    Converted { text: out, lost }
}

/// Soft hyphens, zero-width and direction marks: pasted along, seen by nobody.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Why the scheme refuses a text; the first that applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextProblem {
    /// Nothing, or nothing that can be read: no letter and no digit.
    Empty,
    Length,
    Characters,
    /// A space in front or at the end.
    Space,
    /// A slash in front or at the end, or two together.
    Slash,
}

impl TextProblem {
    /// Key of the short reason in the catalogue of words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Empty => "text.empty",
            Self::Length => "text.length",
            Self::Characters => "text.characters",
            Self::Space => "text.space",
            Self::Slash => "text.slash",
        }
    }
}

/// Checks a converted text of at most `max` characters.
///
/// # Errors
/// The first reason that applies.
pub fn free_text(text: &str, max: usize) -> Result<(), TextProblem> {
    if !text.chars().any(char::is_alphanumeric) {
        return Err(TextProblem::Empty);
    }
    if text.chars().count() > max {
        return Err(TextProblem::Length);
    }
    if text.chars().all(is_legal) { Ok(()) } else { Err(TextProblem::Characters) }
}

/// Checks the converted name of a payer or payee: something in it, at most 70 characters, all of them in the SEPA set.
///
/// # Errors
/// The first reason that applies.
pub fn party_name(text: &str) -> Result<(), TextProblem> {
    free_text(text, NAME_MAX)
}

/// Checks an identifier (EPC230-15). Identifiers are never converted: two could become one.
///
/// # Errors
/// The first reason that applies.
pub fn identifier(text: &str) -> Result<(), TextProblem> {
    if text.is_empty() {
        return Err(TextProblem::Empty);
    }
    if text.chars().count() > IDENTIFIER_MAX {
        return Err(TextProblem::Length);
    }
    if !text.chars().all(is_legal) {
        return Err(TextProblem::Characters);
    }
    if text.starts_with(' ') || text.ends_with(' ') {
        return Err(TextProblem::Space);
    }
    if text.starts_with('/') || text.ends_with('/') || text.contains("//") { Err(TextProblem::Slash) } else { Ok(()) }
}

/// Why a text is not an amount a transfer can carry; the first that applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AmountProblem {
    NotANumber,
    DecimalComma,
    Exponent,
    /// More than two decimals that are not zero.
    Fraction,
    Negative,
    Zero,
    /// Above 999,999,999.99.
    TooLarge,
}

impl AmountProblem {
    /// Key of the short reason in the catalogue of words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotANumber => "amount.not_a_number",
            Self::DecimalComma => "amount.decimal_comma",
            Self::Exponent => "amount.exponent",
            Self::Fraction => "amount.fraction",
            Self::Negative => "amount.negative",
            Self::Zero => "amount.zero",
            Self::TooLarge => "amount.too_large",
        }
    }
}

/// Reads a decimal number of XML Schema as whole cents, whatever its size up to 18 digits: totals may exceed one transfer's limit.
///
/// # Errors
/// The first reason that applies, of those that do not depend on the size.
pub fn read_total(text: &str) -> Result<Money, AmountProblem> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.len() + fraction.len() == 0 {
        return Err(if digits.contains(',') && digits.bytes().all(|b| b.is_ascii_digit() || b == b',') {
            AmountProblem::DecimalComma
        } else if digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(['e', 'E']) {
            AmountProblem::Exponent
        } else {
            AmountProblem::NotANumber
        });
    }
    let (cents, rest) = fraction.split_at(fraction.len().min(2));
    if rest.bytes().any(|b| b != b'0') {
        return Err(AmountProblem::Fraction);
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 16 {
        return Err(AmountProblem::TooLarge);
    }
    let value = format!("{whole}{cents:0<2}").parse::<i64>().map_err(|_| AmountProblem::TooLarge)?;
    Ok(Money::from_cents(if negative { -value } else { value }))
}

/// Reads the amount of one transfer: 0.01 to 999,999,999.99.
///
/// # Errors
/// The first reason that applies.
pub fn read_amount(text: &str) -> Result<Money, AmountProblem> {
    read_total(text).and_then(transferable)
}

/// An amount a transfer can carry.
///
/// # Errors
/// [`AmountProblem::Negative`], [`AmountProblem::Zero`] or [`AmountProblem::TooLarge`].
pub fn transferable(amount: Money) -> Result<Money, AmountProblem> {
    if amount.is_negative() {
        Err(AmountProblem::Negative)
    } else if amount.is_zero() {
        Err(AmountProblem::Zero)
    } else if amount > AMOUNT_MAX {
        Err(AmountProblem::TooLarge)
    } else {
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_ligatures_as_the_setting_says() {
        assert_eq!(convert("Lætitia Œhm", Ligatures::Epc).text, "Latitia Ohm");
        assert_eq!(convert("Lætitia Œhm", Ligatures::French).text, "Laetitia OEhm");
    }

    #[test]
    fn counts_letters_that_no_table_knows() {
        assert_eq!(convert("Thị", Ligatures::Epc), Converted { text: "Th.".into(), lost: 1 });
        assert_eq!(convert("n° 12", Ligatures::Epc), Converted { text: "n. 12".into(), lost: 0 });
        assert_eq!(convert("  Le   Goff ", Ligatures::Epc).text, "Le Goff");
        assert_eq!(party_name(&convert("王", Ligatures::Epc).text), Err(TextProblem::Empty));
    }

    // Lexical forms of xs:decimal, worked out by hand.
    #[test]
    fn reads_totals_beyond_one_transfer() {
        for (text, cents) in [("1999999999.98", Ok(199_999_999_998)), ("-0.05", Ok(-5)), ("+.5", Ok(50)), (" 7\n", Ok(700))] {
            assert_eq!(read_total(text).map(Money::cents), cents, "{text}");
        }
        for (text, problem) in [
            (".", AmountProblem::NotANumber),
            ("", AmountProblem::NotANumber),
            ("1 200", AmountProblem::NotANumber),
            ("99999999999999999999", AmountProblem::TooLarge),
        ] {
            assert_eq!(read_total(text), Err(problem), "{text}");
        }
        assert_eq!(read_amount("-5"), Err(AmountProblem::Negative));
    }
}
