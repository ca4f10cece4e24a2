//! Every sentence a person reads, by code, in French and English (`words.toml`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lang {
    #[default]
    Fr,
    En,
}

impl Lang {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "fr" => Some(Self::Fr),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

/// One text in both languages.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, serde::Deserialize, serde::Serialize)]
pub struct Words {
    pub fr: String,
    #[serde(default)]
    pub en: String,
}

impl Words {
    pub fn new(fr: &str, en: &str) -> Self {
        Self { fr: fr.to_owned(), en: en.to_owned() }
    }
    /// Each language falls back on the other when a pack gives only that.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.en.is_empty() => &self.en,
            Lang::Fr if self.fr.is_empty() => &self.en,
            Lang::En | Lang::Fr => &self.fr,
        }
    }
    pub fn is_empty(&self) -> bool {
        self.fr.is_empty() && self.en.is_empty()
    }
    /// The same made for each language.
    pub fn each(make: impl Fn(Lang) -> String) -> Self {
        Self { fr: make(Lang::Fr), en: make(Lang::En) }
    }
}

#[derive(serde::Deserialize)]
struct Entry {
    fr: String,
    en: String,
    #[serde(default)]
    help_fr: Option<String>,
    #[serde(default)]
    help_en: Option<String>,
    /// What to say where the help has nothing to put into its `{…}`: no name is near enough to be suggested.
    #[serde(default)]
    else_fr: Option<String>,
    #[serde(default)]
    else_en: Option<String>,
}

static CATALOGUE: LazyLock<BTreeMap<String, Entry>> =
    LazyLock::new(|| toml::from_str(include_str!("words.toml")).expect("words.toml is checked by a test"));

/// The sentence of a code; the code itself when the catalogue lacks it (a test keeps that from happening).
pub fn sentence(code: &str, lang: Lang) -> &str {
    CATALOGUE.get(code).map_or(code, |e| match lang {
        Lang::Fr => &e.fr,
        Lang::En => &e.en,
    })
}

pub fn help(code: &str, lang: Lang) -> Option<&'static str> {
    CATALOGUE.get(code).and_then(|e| match lang {
        Lang::Fr => e.help_fr.as_deref(),
        Lang::En => e.help_en.as_deref(),
    })
}

/// What to do about a code when its help has nothing to suggest.
pub fn otherwise(code: &str, lang: Lang) -> Option<&'static str> {
    CATALOGUE.get(code).and_then(|e| match lang {
        Lang::Fr => e.else_fr.as_deref(),
        Lang::En => e.else_en.as_deref(),
    })
}

/// The sentence of a code in both languages, for a finding that speaks under another code.
pub fn both(code: &str) -> Words {
    Words::new(sentence(code, Lang::Fr), sentence(code, Lang::En))
}

/// What to do about a code in both languages, when the catalogue says.
pub fn advice(code: &str) -> Option<Words> {
    Some(Words::new(help(code, Lang::Fr)?, help(code, Lang::En)?))
}

/// The advice that every control of one measure gives, under `advice.` and the name of the measure.
pub fn advice_of_measure(measure: &str) -> Option<Words> {
    let key = format!("advice.{measure}");
    known(&key).then(|| both(&key))
}

/// Whether the catalogue has the code.
pub fn known(code: &str) -> bool {
    CATALOGUE.contains_key(code)
}

/// Short words of the interface (headings, labels), under `ui.` in the catalogue.
pub fn ui(key: &str, lang: Lang) -> &'static str {
    match CATALOGUE.get(key) {
        Some(e) => match lang {
            Lang::Fr => &e.fr,
            Lang::En => &e.en,
        },
        None => "?",
    }
}

/// Nouns that a count stands before, in the plural; they lose their last letter after one, and in French after none.
const COUNTED: [&str; 40] = [
    "agents",
    "lignes",
    "bulletins",
    "virements",
    "jours",
    "cellules",
    "valeurs",
    "constats",
    "montants",
    "acomptes",
    "reconduits",
    "reconduites",
    "dates",
    "individus",
    "blocs",
    "décisions",
    "fichiers",
    "personnes",
    "rejets",
    "statuts",
    "points",
    "bloquants",
    "avertissements",
    "informations",
    "contrôles",
    "postes",
    "contrats",
    "versements",
    "cotisations",
    "ponctuelles",
    "autres",
    "employees",
    "lines",
    "payslips",
    "transfers",
    "days",
    "cells",
    "values",
    "rows",
    "findings",
];

/// Words behind such a noun that agree with it, and those that let what stands behind them agree.
const AGREEING: [(&str, &str); 24] = [
    ("sont", "est"),
    ("ont", "a"),
    ("figurent", "figure"),
    ("attendent", "attend"),
    ("restent", "reste"),
    ("lus", "lu"),
    ("lues", "lue"),
    ("payés", "payé"),
    ("nommés", "nommé"),
    ("bloquants", "bloquant"),
    ("estimées", "estimée"),
    ("ouvertes", "ouverte"),
    ("réglées", "réglée"),
    ("exécutés", "exécuté"),
    ("reconstitués", "reconstitué"),
    ("rattachés", "rattaché"),
    ("écrites", "écrite"),
    ("revues", "revue"),
    ("laissées", "laissée"),
    ("déclarées", "déclarée"),
    ("y", "y"),
    ("ne", "ne"),
    ("non", "non"),
    ("et", "et"),
];

/// Months before which « de » is « d' ».
const ELIDED: [&str; 3] = ["avril ", "août ", "octobre "];

/// Replaces each `{name}` by the argument of that name; a noun right behind a count of one is in the singular.
pub fn fill<N: AsRef<str>>(template: &str, args: &[(N, String)]) -> String {
    let mut out = template.to_owned();
    for (name, value) in args {
        let slot = format!("{{{}}}", name.as_ref());
        if matches!(value.as_str(), "0" | "1") {
            for noun in COUNTED.iter().filter(|n| value == "1" || french(n)) {
                out = singular(&out, &format!("{slot} {noun}"));
            }
        }
        if ELIDED.iter().any(|m| value.starts_with(m)) {
            out = out.replace(&format!(" de {slot}"), &format!(" d'{slot}"));
        }
        out = out.replace(&slot, value);
    }
    out
}

/// Of [`COUNTED`], the nouns that are French: zero is singular for them.
fn french(noun: &str) -> bool {
    !matches!(noun, "employees" | "lines" | "payslips" | "transfers" | "days" | "cells" | "values" | "rows" | "findings")
}

/// The word that a text begins with behind a blank, where it agrees with the noun before it, and how it does with one.
fn agreeing(text: &str) -> Option<(&'static str, &'static str)> {
    let word = text.strip_prefix(' ')?.split(|c: char| !c.is_alphanumeric()).next()?;
    AGREEING.into_iter().find(|(many, _)| *many == word)
}

/// The text with the last letter of `plural` taken off wherever it ends a word.
fn singular(text: &str, plural: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(plural) {
        let end = at + plural.len();
        let whole = !rest[end..].starts_with(char::is_alphanumeric);
        out.push_str(&rest[..end - usize::from(whole)]);
        rest = &rest[end..];
        while whole && let Some((word, one)) = agreeing(rest) {
            out.push(' ');
            out.push_str(one);
            rest = &rest[1 + word.len()..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        let said = |n: &str, text| fill(text, &[("count", n.to_owned())]);
        assert_eq!(said("1", "le net de {count} agents : 1"), "le net de 1 agent : 1");
        assert_eq!(said("0", "{count} acomptes, {count} employees"), "0 acompte, 0 employees");
        assert_eq!(said("2", "{count} agents"), "2 agents");
        assert_eq!(said("1", "{count} agents y sont nommés et attendent {count}"), "1 agent y est nommé et attend 1");
        assert_eq!(said("0", "{count} points bloquants ; {count} virements lus"), "0 point bloquant ; 0 virement lu");
        assert_eq!(said("3", "{count} agents y sont nommés"), "3 agents y sont nommés");
        assert_eq!(said("avril 2026", "bulletin de {count}"), "bulletin d'avril 2026");
        assert_eq!(said("mai 2026", "bulletin de {count}"), "bulletin de mai 2026");
    }
}
