//! Account numbers: cleaned of what people type around them, checked against their country's
//! structure (`iban_registry.csv`), the ISO 7064 key and, for France and Monaco, the RIB key.
//!
//! Says nothing about whose account it is, nor whether it is still open. Overseas collectivities of the
//! Pacific use IBANs in `FR` without being part of SEPA: no table of prefixes can tell them apart.

use super::bic::Bic;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

/// A valid IBAN in electronic form. [`Iban::parse`], [`Iban::strict`] and [`rib_to_iban`] are the only ways to get one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban(Box<str>);

/// Why a text is not an IBAN; the first that applies, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IbanProblem {
    /// Something other than capital letters and digits.
    Characters,
    /// Two first letters that no country of the registry has; `RE`, `GP`, `MQ`… end here, overseas departments use `FR`.
    Country,
    /// Nothing, or not the length of its country.
    Length,
    /// A letter where its country has a digit, or the reverse.
    Structure,
    /// Check digits that do not fit: a character mistyped, or two swapped.
    Checksum,
    /// The key of the French account inside does not fit, although the IBAN's own check digits do.
    RibKey,
}

impl IbanProblem {
    /// Key of the short reason in the catalogue of words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Characters => "iban.characters",
            Self::Country => "iban.country",
            Self::Length => "iban.length",
            Self::Structure => "iban.structure",
            Self::Checksum => "iban.checksum",
            Self::RibKey => "iban.rib_key",
        }
    }
}

/// What the registry says of one country.
struct Country {
    code: [u8; 2],
    /// One letter per character after the check digits: `n` digit, `a` capital letter, `c` either.
    bban: Box<[u8]>,
    /// Where the bank code stands, counted from the start of the IBAN.
    bank: Range<usize>,
    sepa: bool,
    eea: bool,
}

/// The registry, in order of country code.
static REGISTRY: LazyLock<Vec<Country>> = LazyLock::new(|| {
    include_str!("iban_registry.csv").lines().skip(1).map(|row| country(row).expect("the registry is read whole by a test")).collect()
});

fn country(row: &str) -> Option<Country> {
    let mut fields = row.split(',');
    let (code, structure, bank) = (fields.next()?, fields.next()?, fields.next()?);
    let (sepa, eea) = (fields.next()? == "yes", fields.next()? == "yes");
    let mut bban = Vec::new();
    let mut count = 0_usize;
    for b in structure.bytes() {
        match b {
            b'0'..=b'9' => count = count * 10 + usize::from(b - b'0'),
            b'!' => {}
            class => bban.extend(std::iter::repeat_n(class, std::mem::take(&mut count))),
        }
    }
    let (first, last) = bank.split_once('-')?;
    let bank = first.parse::<usize>().ok()? + 3..last.parse::<usize>().ok()? + 4;
    Some(Country { code: code.as_bytes().try_into().ok()?, bban: bban.into(), bank, sepa, eea })
}

fn find(code: [u8; 2]) -> Option<&'static Country> {
    REGISTRY.binary_search_by(|c| c.code.cmp(&code)).ok().map(|i| &REGISTRY[i])
}

/// Takes away what people and spreadsheets put around an account number: spaces of every kind, dashes, dots,
/// invisible marks, a leading "IBAN"; and turns letters into capitals. Everything else stays, to be refused.
pub fn clean(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !is_filler(*c)).map(|c| c.to_ascii_uppercase()).collect();
    match kept.strip_prefix("IBAN") {
        Some(rest) => rest.trim_start_matches(':').to_owned(),
        None => kept,
    }
}

const fn is_filler(c: char) -> bool {
    matches!(c, '-' | '.' | '\'' | '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{2019}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{2212}' | '\u{feff}')
        || c.is_whitespace()
}

/// What may be shown of a text that stands where an account number should: its first and last four characters.
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().filter(|c| !is_filler(*c)).collect();
    if chars.len() < 14 {
        return "••••".to_owned();
    }
    let (first, last) = (chars[..4].iter().collect::<String>(), chars[chars.len() - 4..].iter().collect::<String>());
    format!("{first} •••• {last}")
}

/// ISO 7064 modulo 97 of an IBAN, its first four characters moved to the end and letters counted from A = 10.
fn modulo_97(head: &[u8], bban: &[u8]) -> u32 {
    bban.iter().chain(head).fold(0, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        _ => (rest * 100 + u32::from(b - b'A') + 10) % 97,
    })
}

/// Value of a character in the RIB key: A and J are 1, B, K and S are 2, … I, R and Z are 9.
fn rib_digit(b: u8) -> u64 {
    u64::from(match b {
        b'0'..=b'9' => b - b'0',
        b'A'..=b'I' => b - b'A' + 1,
        b'J'..=b'R' => b - b'J' + 1,
        _ => b - b'S' + 2,
    })
}

/// Key of a French account from its first 21 characters (bank, branch, account): 1 to 97.
fn rib_key(account: &[u8]) -> u64 {
    let number = |part: &[u8]| part.iter().fold(0_u64, |n, b| n * 10 + rib_digit(*b));
    97 - (89 * number(&account[..5]) + 15 * number(&account[5..10]) + 3 * number(&account[10..21])) % 97
}

impl Iban {
    /// Reads an IBAN as people type it: see [`clean`] for what is taken away first.
    ///
    /// # Errors
    /// The first reason that applies.
    pub fn parse(text: &str) -> Result<Self, IbanProblem> {
        Self::strict(text).or_else(|_| Self::strict(&clean(text))).or_else(|why| Self::before_bic(text).ok_or(why))
    }

    /// The account of « FR76… / TESTFRPP »: what its country's length leaves is the code of a bank.
    fn before_bic(text: &str) -> Option<Self> {
        let whole = clean(&text.replace(['/', ';', '|', ','], " "));
        let code = <[u8; 2]>::try_from(whole.as_bytes().get(..2)?).ok()?;
        let (iban, rest) = whole.split_at_checked(4 + find(code)?.bban.len())?;
        Bic::parse(rest.trim_start_matches("BIC").trim_start_matches(':')).ok()?;
        Self::strict(iban).ok()
    }

    /// Reads an IBAN in electronic form: capitals and digits, nothing between them.
    ///
    /// # Errors
    /// The first reason that applies.
    pub fn strict(text: &str) -> Result<Self, IbanProblem> {
        let bytes = text.as_bytes();
        if !bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            return Err(IbanProblem::Characters);
        }
        if bytes.is_empty() {
            return Err(IbanProblem::Length);
        }
        let code = bytes.get(..2).and_then(|c| <[u8; 2]>::try_from(c).ok()).ok_or(IbanProblem::Country)?;
        let country = find(code).ok_or(IbanProblem::Country)?;
        if bytes.len() != 4 + country.bban.len() {
            return Err(IbanProblem::Length);
        }
        let (head, bban) = bytes.split_at(4);
        let fits = |(b, class): (&u8, &u8)| match class {
            b'n' => b.is_ascii_digit(),
            b'a' => b.is_ascii_uppercase(),
            _ => true,
        };
        if !head[2..].iter().all(u8::is_ascii_digit) || !bban.iter().zip(&country.bban).all(fits) {
            return Err(IbanProblem::Structure);
        }
        // 00, 01 and 99 can satisfy the remainder too, but no bank may issue them.
        if !(2..=98).contains(&((head[2] - b'0') * 10 + head[3] - b'0')) || modulo_97(head, bban) != 1 {
            return Err(IbanProblem::Checksum);
        }
        if matches!(&code, b"FR" | b"MC") && rib_key(&bban[..21]) != rib_digit(bban[21]) * 10 + rib_digit(bban[22]) {
            return Err(IbanProblem::RibKey);
        }
        Ok(Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The two letters of its country.
    pub fn country(&self) -> &str {
        &self.0[..2]
    }
    fn registered(&self) -> &'static Country {
        let bytes = self.0.as_bytes();
        find([bytes[0], bytes[1]]).expect("parsed against the registry")
    }
    /// Whether it is written only to fill the cell: one digit all along, check digits aside, as `FR76 0000 … 0097`.
    pub fn stands_for_none(&self) -> bool {
        let account = &self.as_str().as_bytes()[4..];
        let body = &account[..account.len().saturating_sub(2)];
        body.iter().all(|d| Some(d) == body.first())
    }
    /// Whether a SEPA credit transfer reaches its country (EPC list of October 2025: 42 prefixes).
    pub fn is_sepa(&self) -> bool {
        self.registered().sepa
    }
    /// Whether its country is in the European Economic Area, where a bank may not ask for the BIC.
    pub fn is_eea(&self) -> bool {
        self.registered().eea
    }
    /// The code of the bank, at the place the country's structure gives it: for `FR`, the five digits of the établissement.
    pub fn bank_code(&self) -> &str {
        &self.0[self.registered().bank.clone()]
    }
    /// The last four characters.
    pub fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
    /// `FR76 •••• 0761`: country, key and the last four characters.
    pub fn masked(&self) -> String {
        format!("{} •••• {}", &self.0[..4], self.last4())
    }
    /// In groups of four, as it is printed on paper.
    pub fn spaced(&self) -> String {
        let mut out = String::with_capacity(self.0.len() * 5 / 4);
        for (i, c) in self.0.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                out.push('\u{a0}');
            }
            out.push(c);
        }
        out
    }
}

/// Masked, so that a full account number never reaches a log by accident.
impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// The IBAN of a French account given in its four parts (RIB). Leading zeros that a spreadsheet dropped are put back:
/// the key shows whether that was right.
///
/// # Errors
/// The first reason that applies; [`IbanProblem::RibKey`] when the key does not fit the account.
pub fn rib_to_iban(bank: &str, branch: &str, account: &str, key: &str) -> Result<Iban, IbanProblem> {
    let mut bban = String::with_capacity(23);
    for (part, width) in [(bank, 5), (branch, 5), (account, 11), (key, 2)] {
        let part = clean(part);
        if !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(IbanProblem::Characters);
        }
        if part.is_empty() || part.len() > width {
            return Err(IbanProblem::Length);
        }
        bban.extend(std::iter::repeat_n('0', width - part.len()));
        bban.push_str(&part);
    }
    let bytes = bban.as_bytes();
    if !bytes[..10].iter().chain(&bytes[21..]).all(u8::is_ascii_digit) {
        return Err(IbanProblem::Structure);
    }
    if rib_key(&bytes[..21]) != rib_digit(bytes[21]) * 10 + rib_digit(bytes[22]) {
        return Err(IbanProblem::RibKey);
    }
    Iban::strict(&format!("FR{:02}{bban}", 98 - modulo_97(b"FR00", bytes)))
}

/// An account this month against last month's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IbanChange {
    Same,
    Changed,
    /// Nothing was paid last month.
    New,
    /// An account last month, none now.
    Missing,
    /// What stands there now is not an IBAN; so are two absent ones.
    Invalid,
}

/// Compares two accounts as typed; an empty text is an absent account. Last month's may be unreadable: then any valid one is a change.
pub fn compare(before: &str, now: &str) -> IbanChange {
    let (before, now) = (clean(before), clean(now));
    match (before.is_empty(), now.is_empty()) {
        (_, false) if Iban::strict(&now).is_err() => IbanChange::Invalid,
        (true, true) => IbanChange::Invalid,
        (true, false) => IbanChange::New,
        (false, true) => IbanChange::Missing,
        (false, false) if before == now => IbanChange::Same,
        (false, false) => IbanChange::Changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Examples of the registry and of the French note on RIB and IBAN; the rest are vectors in tests/data/sepa.
    #[test]
    fn a_cell_may_hold_the_code_of_the_bank_behind_the_account() {
        let account = Iban::parse("FR7699900004170000512340196").expect("the sample town's account");
        for written in ["FR76 9990 0004 1700 0051 2340 196 / TESTFRPPXXX", "IBAN : FR7699900004170000512340196 BIC TESTFRPP"] {
            assert_eq!(Iban::parse(written).as_ref(), Ok(&account), "{written}");
        }
        for other in ["FR7699900004170000512340196 / TEST", "FR7699900004170000512340197 / TESTFRPPXXX"] {
            assert!(Iban::parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn reads_what_people_type() {
        for typed in [
            "FR14 2004 1010 0505 0001 3M02 606",
            "iban : fr14-2004-1010-0505-0001-3m02-606",
            "IBAN FR1420041010050500013M02606",
            "'FR1420041010050500013M02606",
        ] {
            assert_eq!(Iban::parse(typed).map(|i| i.as_str().to_owned()).as_deref(), Ok("FR1420041010050500013M02606"), "{typed}");
        }
        assert_eq!(Iban::strict("FR14 2004"), Err(IbanProblem::Characters));
        assert_eq!(Iban::parse(""), Err(IbanProblem::Length));
        assert_eq!(Iban::parse("F"), Err(IbanProblem::Country));
        assert_eq!(Iban::parse("FR76é"), Err(IbanProblem::Characters));
    }

    #[test]
    fn shows_only_the_ends_of_an_account() {
        let iban = Iban::parse("FR1420041010050500013M02606").expect("the registry's example");
        assert_eq!(format!("{iban:?}"), "FR14 •••• 2606");
        assert_eq!((iban.country(), iban.bank_code(), iban.last4()), ("FR", "20041", "2606"));
        assert_eq!(iban.spaced().replace('\u{a0}', " "), "FR14 2004 1010 0505 0001 3M02 606");
        assert_eq!(mask("fr14 2004 1010 0505 0001 3M02 607"), "fr14 •••• 2607");
        assert_eq!(mask("12345"), "••••");
    }

    #[test]
    fn puts_back_the_zeros_a_spreadsheet_dropped() {
        let whole = rib_to_iban("17515", "90000", "00012345678", "89");
        assert!(whole.is_ok());
        assert_eq!(rib_to_iban("17515", "90000", "12345678", "89"), whole);
        assert_eq!(rib_to_iban("17515", "90000", "12345678", "88"), Err(IbanProblem::RibKey));
        assert_eq!(rib_to_iban("", "90000", "12345678", "88"), Err(IbanProblem::Length));
        assert_eq!(rib_to_iban("1751A", "90000", "12345678", "88"), Err(IbanProblem::Structure));
    }

    #[test]
    fn lists_the_registry_in_order() {
        assert_eq!(REGISTRY.len(), 89);
        assert!(REGISTRY.is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(REGISTRY.iter().filter(|c| c.sepa).count(), 42);
    }
}
