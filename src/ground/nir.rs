//! French identity number (NIR, 13 characters and a key of two digits) and establishment number (SIRET).

use std::fmt;

/// A NIR of 15 characters whose key is right. Corsica (2A, 2B) and provisional numbers (3, 4, 7, 8) are handled.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nir(Box<str>);

/// Why a text is not a NIR; the first that applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NirProblem {
    /// Something other than digits and the letters of Corsica.
    Characters,
    /// Neither 13 nor 15 characters; a number that lost digits in a spreadsheet ends here.
    Length,
    /// The key does not fit the number.
    Key,
}

impl Nir {
    /// Reads 15 characters, blanks and dots allowed between them. With 13, the key is unknown: [`NirProblem::Length`].
    ///
    /// # Errors
    /// The first reason that applies.
    pub fn parse(text: &str) -> Result<Self, NirProblem> {
        let t: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '\u{a0}' | '\u{202f}'))
            .collect::<String>()
            .to_uppercase();
        if t.is_empty() || !t.chars().enumerate().all(|(i, c)| c.is_ascii_digit() || (i == 6 && matches!(c, 'A' | 'B'))) {
            return Err(NirProblem::Characters);
        }
        if t.len() != 15 {
            return Err(NirProblem::Length);
        }
        if !matches!(t.as_bytes()[0], b'1' | b'2' | b'3' | b'4' | b'7' | b'8') {
            return Err(NirProblem::Characters);
        }
        if Self::key(&t[..13]) == t[13..].parse().ok() { Ok(Self(t.into())) } else { Err(NirProblem::Key) }
    }

    /// Key of the first 13 characters: 97 minus the number modulo 97, 2A counting as 19 and 2B as 18.
    pub fn key(first13: &str) -> Option<u32> {
        let n: u64 = first13.replace("2A", "19").replace("2B", "18").parse().ok()?;
        Some(97 - (n % 97) as u32)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// `1 93 •• … ••`: sex and year of birth only.
    pub fn masked(&self) -> String {
        format!("{} {} •• … ••", &self.0[..1], &self.0[1..3])
    }
    /// 1 for a man, 2 for a woman, provisional numbers mapped likewise.
    pub fn sex(&self) -> u8 {
        match self.0.as_bytes()[0] {
            b'1' | b'3' | b'7' => 1,
            _ => 2,
        }
    }
    /// Last two digits of the year of birth.
    pub fn birth_year(&self) -> u32 {
        self.0[1..3].parse().unwrap_or(0)
    }
    /// Month of birth, when the number gives a real one (1 to 12).
    pub fn birth_month(&self) -> Option<u32> {
        self.0[3..5].parse().ok().filter(|m| (1..=12).contains(m))
    }
}

impl fmt::Debug for Nir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A SIRET of 14 digits whose key is right (La Poste's own rule is not needed for employers).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Siret(Box<str>);

impl Siret {
    /// `None` unless 14 digits with a right Luhn key.
    pub fn parse(text: &str) -> Option<Self> {
        let t: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let luhn: u32 = t
            .bytes()
            .rev()
            .enumerate()
            .map(|(i, b)| {
                let d = u32::from(b.wrapping_sub(b'0'));
                if i % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { d }
            })
            .sum();
        (t.len() == 14 && t.bytes().all(|b| b.is_ascii_digit()) && luhn.is_multiple_of(10)).then(|| Self(t.into()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// In groups, as people write it: `219 941 010 00015`.
    pub fn spaced(&self) -> String {
        format!("{}\u{202f}{}\u{202f}{}\u{202f}{}", &self.0[..3], &self.0[3..6], &self.0[6..9], &self.0[9..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Invented numbers with commune codes that do not exist; keys worked out by hand as 97 - n mod 97.
    #[test]
    fn checks_the_key_of_identity_numbers() {
        assert!(Nir::parse("2 99 02 06 978 380 22").is_ok());
        assert_eq!(Nir::parse("2 99 02 06 978 380 23").unwrap_err(), NirProblem::Key);
        assert_eq!(Nir::parse("2990206978380").unwrap_err(), NirProblem::Length);
        assert_eq!(Nir::parse("29902O697838022").unwrap_err(), NirProblem::Characters);
    }

    #[test]
    fn checks_the_key_of_establishment_numbers() {
        assert!(Siret::parse("21994101000015").is_some());
        assert!(Siret::parse("21994101000016").is_none());
    }
}
