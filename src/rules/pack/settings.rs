//! What an employer chooses: a setting, its kind and its default.

use super::Origin;
use super::read::Reader;
use crate::facts::NumberForm;
use crate::ground::Words;
use crate::ground::document::Tab;
use crate::rules::kinds::Unit;
use crate::rules::plan::setting_value;

/// What a setting may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingKind {
    Choice(Vec<(String, Words)>),
    Flag,
    Number(NumberForm, Unit),
}

#[derive(Clone, Debug)]
pub struct Setting {
    pub id: String,
    pub label: Words,
    pub kind: SettingKind,
    pub default: String,
    pub cause: String,
    pub source: String,
    /// Lines of last month that settle it: element ids, or `element.employer_rate` for a rate the payslip shows.
    pub evidence: String,
    /// Only payslips with a line of the evidence speak: that there is none says nothing.
    pub shown: bool,
    /// Set anew each January.
    pub renewed: bool,
    pub origin: Origin,
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    pub(super) fn setting(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let kind = match t.text("kind").as_deref() {
            Some("flag") => SettingKind::Flag,
            Some("choice") => {
                let mut options = Vec::new();
                for o in t.tables("options") {
                    if let Some(oid) = o.need("id") {
                        let label = o.words("label").unwrap_or_else(|| Words::new(&oid.text, ""));
                        options.push((oid.text, label));
                    }
                    o.close();
                }
                SettingKind::Choice(options)
            }
            _ => {
                let (form, unit) = self.unit(t).unwrap_or((NumberForm::Count, Unit::NONE));
                SettingKind::Number(form, unit)
            }
        };
        let default = t.need("default");
        if let Some(d) = default.as_ref().filter(|d| setting_value(&kind, &d.text).is_none()) {
            self.report.error("L53", d.file, &d.span, &[("id", &id.text), ("value", &d.text)]);
        }
        let s = Setting {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            kind,
            default: default.map(|s| s.text).unwrap_or_default(),
            cause: t.text("cause").unwrap_or_default(),
            source: t.text("source").unwrap_or_default(),
            evidence: t.text("evidence").unwrap_or_default(),
            shown: t.flag("shown").unwrap_or(false),
            renewed: t.flag("renewed").unwrap_or(false),
            origin: Self::origin(t),
            id: id.text,
        };
        let _ = t.text("note");
        t.close();
        self.pack.settings.push(s);
    }
}
