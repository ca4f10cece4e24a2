//! Findings whose sentence holds a word that itself exists in both languages, such as a reason or the name of a field.

use super::finding::{Finding, Severity};
use super::words::{self, Lang, Words};

/// A finding of the catalogue in whose sentence each `{name}` becomes the short text of its key, in the reader's language.
/// The other arguments are added as usual.
pub fn worded(code: &str, severity: Severity, parts: &[(&str, &str)]) -> Finding {
    let sentence = |lang: Lang| {
        parts
            .iter()
            .fold(words::sentence(code, lang).to_owned(), |text, (name, key)| text.replace(&format!("{{{name}}}"), words::ui(key, lang)))
    };
    Finding::new(code, severity).text(Words { fr: sentence(Lang::Fr), en: sentence(Lang::En) })
}

/// A finding in whose sentence each `{name}` becomes words that differ with the language; advice of its own replaces the
/// catalogue's.
pub fn in_words(code: &str, severity: Severity, parts: &[(&str, Words)], advice: Option<Words>) -> Finding {
    let sentence = |lang: Lang| {
        parts.iter().fold(words::sentence(code, lang).to_owned(), |text, (name, w)| text.replace(&format!("{{{name}}}"), w.get(lang)))
    };
    Finding::new(code, severity).text(Words::each(sentence)).advice(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaks_both_languages() {
        let finding = worded("R29", Severity::Warning, &[("reason", "amount.zero")]).arg("id", "A1").arg("text", "0");
        assert_eq!(finding.message(Lang::Fr), "le montant « 0 » du virement « A1 » n'est pas lisible : nul");
        assert_eq!(finding.message(Lang::En), "the amount “0” of transfer “A1” cannot be read: zero");
    }
}
