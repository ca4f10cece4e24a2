//! Kinds and units as people read them, and what to write so that a formula of one kind becomes one of another.

use crate::ground::words::{self, ui};
use crate::ground::{Lang, Words};
use crate::rules::kinds::{Kind, Unit};

/// « euros par an et par point ».
pub fn unit_words(unit: Unit) -> Words {
    Words::each(|lang| unit_text(unit, lang))
}

pub fn kind_words(kind: Kind) -> Words {
    match kind {
        Kind::Number(unit) => unit_words(unit),
        Kind::Zero => Words::new("0", "0"),
        Kind::Date => words::both("kind.date"),
        Kind::Flag => words::both("kind.flag"),
        Kind::Text => words::both("kind.text"),
        Kind::Choice(_) => words::both("kind.choice"),
        Kind::Unknown => Words::new("?", "?"),
    }
}

fn unit_text(unit: Unit, lang: Lang) -> String {
    if unit == Unit::MONEY {
        return ui("kind.money", lang).to_owned();
    }
    let word = |name: &str, many: bool| {
        let (plural, singular) = ui(&format!("unit.{name}"), lang).split_once(", ").unwrap_or_default();
        (if many { plural } else { singular }).to_owned()
    };
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (name, power) in unit.powers() {
        above.extend((0..power).map(|_| word(name, true)));
        below.extend((power..0).map(|_| format!("{} {}", ui("unit.per", lang), word(name, false))));
    }
    let head = if above.is_empty() { ui("kind.number", lang).to_owned() } else { above.join(" × ") };
    let tail = below.join(&format!(" {} ", ui("unit.and", lang)));
    if tail.is_empty() { head } else { format!("{head} {tail}") }
}

/// The sentence of a key with its parts put in, in each language.
fn say(key: &str, parts: &[(&str, &Words)]) -> Words {
    Words::each(|lang| {
        let fill = |text: String, (name, w): &(&str, &Words)| text.replace(&format!("{{{name}}}"), w.get(lang));
        parts.iter().fold(ui(key, lang).to_owned(), fill)
    })
}

/// What a number is multiplied or divided by to gain a unit.
fn by(missing: Unit) -> Words {
    if missing.powers().iter().any(|p| p.1 > 0) {
        say("become.times", &[("unit", &unit_words(missing))])
    } else {
        say("become.over", &[("unit", &unit_words(Unit::NONE.per(missing)))])
    }
}

/// What to write so that a formula of one kind gives what is needed.
pub fn to_become(kind: Kind, wanted: Kind) -> Words {
    match (kind, wanted) {
        (Kind::Number(has), Kind::Number(needs)) => {
            let missing = needs.per(has);
            let rest = missing.per(Unit::YEARS);
            if missing == Unit::YEARS {
                words::both("become.per_month")
            } else if Unit::NONE.per(missing) == Unit::YEARS {
                words::both("become.per_year")
            } else if missing.is_over_years() {
                say("become.per_month_then", &[("how", &by(rest))])
            } else {
                say("become.how", &[("wanted", &unit_words(needs)), ("how", &by(missing))])
            }
        }
        (Kind::Flag, Kind::Number(_) | Kind::Zero) => words::both("become.chosen"),
        (Kind::Date, Kind::Number(_) | Kind::Zero) => words::both("become.counted"),
        (Kind::Choice(_), Kind::Number(_) | Kind::Zero | Kind::Flag) => words::both("become.told_apart"),
        (Kind::Number(_) | Kind::Zero | Kind::Date, Kind::Flag) => words::both("become.compared"),
        (_, Kind::Date) => words::both("become.dated"),
        (Kind::Text, _) => words::both("become.no_text"),
        _ => words::both("become.alike"),
    }
}

/// What to write so that both sides of a sign are of one kind.
pub fn to_agree(left: Kind, right: Kind) -> Words {
    match (left, right) {
        (Kind::Number(a), Kind::Number(b)) => {
            if a.per(b) == Unit::YEARS || b.per(a) == Unit::YEARS {
                return words::both("become.one_year");
            }
            // Euros are what is made of points and hours, not the other way round.
            if a.is_money() && !b.is_money() {
                say("become.same_right", &[("how", &by(a.per(b)))])
            } else {
                say("become.same_left", &[("how", &by(b.per(a)))])
            }
        }
        (Kind::Date, Kind::Number(_)) | (Kind::Number(_), Kind::Date) => words::both("become.counted"),
        _ => words::both("become.alike"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Kind {
        Kind::Number(Unit::parse(text).expect("a unit"))
    }

    #[test]
    fn a_unit_is_read_aloud() {
        let said = |text: &str| (kind_words(number(text)).fr, kind_words(number(text)).en);
        assert_eq!(said("EUR"), ("euros du mois".to_owned(), "euros of the month".to_owned()));
        assert_eq!(said("EUR/an/point"), ("euros par point et par an".to_owned(), "euros per point and per year".to_owned()));
        assert_eq!(said("EUR*point/an").0, "euros × points par an");
        assert_eq!(said("1/h").0, "nombre par heure");
        assert_eq!(kind_words(Kind::Number(Unit::NONE)).fr, "nombre");
    }

    #[test]
    fn says_what_makes_money_of_the_month() {
        let how = |text: &str| to_become(number(text), number("EUR")).fr;
        assert_eq!(how("EUR/an"), "écrire per_month(…) autour : ce qui est par an devient du mois");
        assert_eq!(how("EUR*point/an"), "écrire per_month(…) autour, puis diviser par des points");
        assert_eq!(how("point"), "écrire de quoi en faire « euros du mois » : multiplier par des euros par point");
        assert_eq!(how("EUR*h"), "écrire de quoi en faire « euros du mois » : diviser par des heures");
    }
}
