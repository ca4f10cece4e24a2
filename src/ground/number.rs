//! Numbers as people read them, in their language: 5 907,34 or 5,907.34; 30,65 % or 30.65 %.

use crate::ground::{Exact, Lang};

/// A share in percent.
pub fn percent(x: Exact, lang: Lang) -> String {
    format!("{}\u{a0}%", plain(x.mul(Exact::int(100)).unwrap_or(x), 0, lang))
}

/// Decimal digits grouped by three, so many decimals at least; a quotient that does not end is rounded to four places and
/// marked.
pub fn plain(x: Exact, at_least: usize, lang: Lang) -> String {
    let (x, mark) = match x.to_decimal() {
        Some(d) if d.normalize().scale() <= 8 => (x, ""),
        _ => (x.scaled_half_up(10_000).and_then(|n| Exact::ratio(n, 10_000)).unwrap_or(x), "≈\u{a0}"),
    };
    let text = x.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |t| ("−", t));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let mut part = part.to_owned();
    while part.len() < at_least {
        part.push('0');
    }
    let (space, point) = match lang {
        Lang::Fr => ("\u{202f}", ','),
        Lang::En => (",", '.'),
    };
    let mut grouped = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push_str(space);
        }
        grouped.push(c);
    }
    let tail = if part.is_empty() { String::new() } else { format!("{point}{part}") };
    format!("{mark}{sign}{grouped}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_in_percent_and_thousands_are_grouped() {
        let x = |t: &str| Exact::parse(t).expect("a number");
        assert_eq!(percent(x("0.3065"), Lang::Fr), "30,65\u{a0}%");
        assert_eq!(percent(x("0.3065"), Lang::En), "30.65\u{a0}%");
        assert_eq!(plain(x("-5907.3"), 2, Lang::Fr), "−5\u{202f}907,30");
        assert_eq!(plain(x("1/3"), 0, Lang::Fr), "≈\u{a0}0,3333");
    }
}
