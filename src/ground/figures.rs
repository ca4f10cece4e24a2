//! How numbers are written for people: `1 234,56` in French, `1,234.56` in English, with one rule for each language.

use super::exact::Exact;
use super::money::Money;
use super::words::Lang;

/// An amount with its cents: `1 801,80`, `1,801.80`.
pub fn money(m: Money, lang: Lang) -> String {
    localised(&m.french(), lang)
}

/// At most so many decimals, without trailing zeros, thousands apart: `1 801,8`, `0,19625`.
pub fn decimals(x: Exact, places: u32, lang: Lang) -> String {
    let scale = 10_i64.pow(places);
    let scaled = x.scaled_half_up(scale).unwrap_or(0);
    let text = Exact::ratio(scaled.abs(), scale).unwrap_or(x).to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if scaled < 0 {
        out.push('\u{2212}');
    }
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    let rest = rest.trim_end_matches('0');
    if !rest.is_empty() {
        out.push(',');
        out.push_str(rest);
    }
    localised(&out, lang)
}

/// Numbers that were written in French, in the reader's language: a text that is one, and amounts with their cents within a
/// text. Anything else is left as it is.
pub fn localised(text: &str, lang: Lang) -> String {
    if lang == Lang::Fr {
        return text.to_owned();
    }
    if is_french(text) {
        return text.chars().map(english).collect();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let tail = &rest[start..];
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '\u{202f}').unwrap_or(tail.len());
        let run = tail[..end].trim_end_matches(',');
        let amount = is_french(run) && run.rsplit_once(',').is_some_and(|(_, cents)| cents.len() == 2);
        out.push_str(&rest[..start]);
        if amount {
            out.extend(run.chars().map(english));
        } else {
            out.push_str(run);
        }
        rest = &tail[run.len()..];
    }
    out.push_str(rest);
    out
}

const fn english(c: char) -> char {
    match c {
        ',' => '.',
        '\u{202f}' => ',',
        c => c,
    }
}

/// Digits in groups of three with a narrow space, a comma and decimals, perhaps a sign and a unit behind a hard space.
fn is_french(text: &str) -> bool {
    let number = text.split('\u{a0}').next().unwrap_or_default().trim_start_matches(['\u{2212}', '+']);
    let (whole, rest) = number.split_once(',').map_or((number, None), |(w, r)| (w, Some(r)));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split('\u{202f}');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains('\u{202f}');
    digits(first)
        && (!grouped || first.len() <= 3)
        && groups.all(|g| g.len() == 3 && digits(g))
        && rest.is_none_or(digits)
        && (grouped || rest.is_some())
}

/// What people sort a text by: accents and capitals count only between texts that are otherwise the same.
pub fn sorting(text: &str) -> (String, String) {
    (text.chars().flat_map(char::to_lowercase).map(super::finding::plain).collect(), text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_one_way() {
        let m = Money::from_cents(-123_456_789);
        assert_eq!(money(m, Lang::Fr), "\u{2212}1\u{202f}234\u{202f}567,89");
        assert_eq!(money(m, Lang::En), "\u{2212}1,234,567.89");
        assert_eq!(decimals(Exact::parse("1801.8").expect("a number"), 2, Lang::Fr), "1\u{202f}801,8");
        assert_eq!(decimals(Exact::parse("-14.50").expect("a number"), 2, Lang::En), "\u{2212}14.5");
        assert_eq!(decimals(Exact::int(12000), 2, Lang::En), "12,000");
    }

    #[test]
    fn an_accent_keeps_its_letter_in_its_place() {
        let mut names = ["PAQUET", "ÉCHEVIN", "BENOIST Anne", "BÉCART", "Urbanisme", "État civil"];
        names.sort_by_cached_key(|n| sorting(n));
        assert_eq!(names, ["BÉCART", "BENOIST Anne", "ÉCHEVIN", "État civil", "PAQUET", "Urbanisme"]);
    }

    #[test]
    fn only_numbers_written_in_french_change() {
        assert_eq!(localised("11,10\u{a0}%", Lang::En), "11.10\u{a0}%");
        for same in ["2021-12", "AGUILAR Loïc, 392", "7", "00123", "1,5 jour", "a,b", "30/11/2021"] {
            assert_eq!(localised(same, Lang::En), same);
        }
        assert_eq!(localised("00102 (1\u{202f}585,06 / \u{2212}3,10), …", Lang::En), "00102 (1,585.06 / \u{2212}3.10), …");
        assert_eq!(localised("1\u{202f}234,50", Lang::Fr), "1\u{202f}234,50");
    }
}
