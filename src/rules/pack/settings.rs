//! What an employer chooses: a setting, its kind and its default.

use super::Origin;
use super::named::Named;
use super::read::Reader;
use super::said::{meant, sample};
use crate::facts::NumberForm;
use crate::ground::Words;
use crate::ground::document::{Report, Spot, Tab, suggestion};
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
    /// Where a postal code begins so, the option is the employer's unless the job says another.
    pub postal: Vec<(String, String)>,
    pub origin: Origin,
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    pub(super) fn setting(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = self.id(t) else { return };
        let mut postal = Vec::new();
        let kind = match t.text("kind").as_deref() {
            Some("flag") => SettingKind::Flag,
            Some("choice") => {
                let mut options = Vec::new();
                for o in t.tables("options") {
                    if let Some(oid) = o.need("id") {
                        let label = o.words("label").unwrap_or_else(|| Words::new(&oid.text, ""));
                        postal.extend(o.list("postal").into_iter().map(|begin| (begin.text, oid.text.clone())));
                        options.push((oid.text, label));
                    }
                    o.close();
                }
                SettingKind::Choice(options)
            }
            _ => {
                let read = self.unit(t);
                if read.is_none() {
                    self.pack.unread.insert(id.text.clone());
                }
                let (form, unit) = read.unwrap_or((NumberForm::Count, Unit::NONE));
                SettingKind::Number(form, unit)
            }
        };
        let default = t.need("default");
        let unread = self.pack.unread.contains(&id.text);
        if let Some(d) = default.as_ref().filter(|d| !unread && setting_value(&kind, &d.text).is_none()) {
            unfit(self.report, &id.text, &kind, d);
        }
        let s = Setting {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            kind,
            default: default.map(|s| s.text).unwrap_or_default(),
            cause: self.cause(t, "cause"),
            source: t.text("source").unwrap_or_default(),
            evidence: self.asks(Named::Evidence, t, "evidence"),
            shown: t.flag("shown").unwrap_or(false),
            renewed: t.flag("renewed").unwrap_or(false),
            postal,
            origin: Self::origin(t),
            id: id.text,
        };
        let _ = t.text("note");
        t.close();
        self.pack.settings.push(s);
    }
}

/// A value that no setting of the kind can have.
pub fn unfit(report: &Report<'_>, id: &str, kind: &SettingKind, value: &Spot) {
    let (options, sample) = values(kind);
    let near = match kind {
        SettingKind::Number(form, _) => meant(&value.text, *form),
        SettingKind::Choice(_) | SettingKind::Flag => suggestion(&value.text, options.iter().copied()).unwrap_or_default().to_owned(),
    };
    let args = [("id", id), ("value", &value.text), ("near", &near), ("options", &sample)];
    report.error("L53", value.file, &value.span, &args);
}

/// The words that a setting of the kind may be, and how to write one.
pub fn values(kind: &SettingKind) -> (Vec<&str>, String) {
    match kind {
        SettingKind::Choice(options) => {
            let ids: Vec<&str> = options.iter().map(|o| o.0.as_str()).collect();
            let said = ids.join(", ");
            (ids, said)
        }
        SettingKind::Flag => (vec!["yes", "no"], "\"yes\", \"no\"".to_owned()),
        SettingKind::Number(form, _) => (Vec::new(), format!("\"{}\"", sample(Some(*form)))),
    }
}
