//! Codes of banks (BIC, ISO 9362): 8 or 11 characters, checked for shape and country only.
//!
//! Whether the bank exists is not known here: the directory is not free, and not needed inside the EEA.

use std::fmt;

/// A BIC of the right shape, in capitals.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bic(Box<str>);

/// Why a text is not a BIC; the first that applies, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BicProblem {
    /// Neither 8 nor 11 characters.
    Length,
    /// `NOTPROVIDED`, which has the shape of a Romanian BIC and passes both schemas.
    Placeholder,
    /// Small letters.
    Case,
    /// Something other than letters and digits, or a digit inside the country.
    Characters,
    /// Characters 5 and 6 are not a country.
    Country,
}

impl BicProblem {
    /// Key of the short reason in the catalogue of words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Length => "bic.length",
            Self::Placeholder => "bic.placeholder",
            Self::Case => "bic.case",
            Self::Characters => "bic.characters",
            Self::Country => "bic.country",
        }
    }
}

/// ISO 3166-1, and Kosovo, which has BICs under XK.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH \
GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB \
LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM \
PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG \
TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// Whether two capital letters are a country of ISO 3166-1, or `XK`.
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split(' ').any(|c| c == code)
}

impl Bic {
    /// Reads a BIC as people type it: spaces taken away, small letters turned into capitals.
    ///
    /// # Errors
    /// The first reason that applies.
    pub fn parse(text: &str) -> Result<Self, BicProblem> {
        let kept: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        Self::strict(&kept)
    }

    /// Reads a BIC as a transfer file holds it.
    ///
    /// # Errors
    /// The first reason that applies.
    pub fn strict(text: &str) -> Result<Self, BicProblem> {
        if !matches!(text.len(), 8 | 11) {
            return Err(BicProblem::Length);
        }
        if text == "NOTPROVIDED" {
            return Err(BicProblem::Placeholder);
        }
        if text.bytes().any(|b| b.is_ascii_lowercase()) {
            return Err(BicProblem::Case);
        }
        let letters = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !letters || text[4..6].bytes().any(|b| b.is_ascii_digit()) {
            return Err(BicProblem::Characters);
        }
        if is_country(&text[4..6]) { Ok(Self(text.into())) } else { Err(BicProblem::Country) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether version .03 of the message can hold it: letters only in front, and neither 0, 1 nor O in the location as its schema says.
    pub fn fits_2009(&self) -> bool {
        let b = self.0.as_bytes();
        b[..4].iter().all(u8::is_ascii_uppercase) && !matches!(b[6], b'0' | b'1') && b[7] != b'O'
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Shapes taken from the patterns of the two schemas.
    #[test]
    fn tells_which_version_can_hold_a_code() {
        assert_eq!(Bic::parse("agri fr pp").map(|b| b.to_string()).as_deref(), Ok("AGRIFRPP"));
        assert_eq!(Bic::parse("A1B2FRPPXXX").map(|b| b.fits_2009()), Ok(false));
        assert_eq!(Bic::parse("AGRIFR0PXXX").map(|b| b.fits_2009()), Ok(false));
        assert_eq!(Bic::parse("AGRIFRPPXXX").map(|b| b.fits_2009()), Ok(true));
        assert_eq!(Bic::parse("AGRIF1PP"), Err(BicProblem::Characters));
        assert_eq!(Bic::parse("AGRIFRP_"), Err(BicProblem::Characters));
        assert_eq!(Bic::parse("éééé"), Err(BicProblem::Characters));
    }
}
