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
    /// English falls back on French when a pack gives only that.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.en.is_empty() => &self.en,
            Lang::En | Lang::Fr => &self.fr,
        }
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

/// Replaces each `{name}` by the argument of that name.
pub fn fill<N: AsRef<str>>(template: &str, args: &[(N, String)]) -> String {
    let mut out = template.to_owned();
    for (name, value) in args {
        out = out.replace(&format!("{{{}}}", name.as_ref()), value);
    }
    out
}
