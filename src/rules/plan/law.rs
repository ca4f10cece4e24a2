//! What is in force on a day, whatever is computed with it: versions, values of law, brackets, defaults.

use super::{Brackets, Default, Law, newest};
use crate::facts::{FactId, FactKind};
use crate::ground::Exact;
use crate::rules::bind::{Context, SettingValue};
use crate::rules::pack::{Element, Pack, SettingKind, ValueDecl, ValueVersion, Version};
use chrono::NaiveDate;

impl Element {
    /// The version in force on a day.
    pub fn version_on(&self, day: NaiveDate) -> Option<&Version> {
        newest(&self.versions, |v| (v.from, v.until), day).map(|i| &self.versions[i])
    }
}

impl ValueDecl {
    /// The version in force on a day.
    pub fn version_on(&self, day: NaiveDate) -> Option<&ValueVersion> {
        newest(&self.versions, |v| (v.from, v.until), day).map(|i| &self.versions[i])
    }
}

impl Pack {
    /// The settings as the pack declares them by default.
    pub fn default_settings(&self) -> Vec<SettingValue> {
        self.settings.iter().map(|s| setting_value(&s.kind, &s.default).unwrap_or(SettingValue::Flag(false))).collect()
    }

    /// Law of a month: the parameters and versions in force.
    pub fn law(&self, context: Context, settings: Vec<SettingValue>) -> Law {
        let day = context.month.first_day();
        Law {
            context,
            versions_on: day,
            parameters: self
                .parameters
                .iter()
                .map(|p| {
                    let on = if p.at_payment { context.payment_date } else { day };
                    newest(&p.values, |v| (v.from, v.until), on).map(|i| p.values[i].value)
                })
                .collect(),
            tables_on: self.tables.iter().map(|t| if t.at_payment { context.payment_date } else { day }).collect(),
            settings,
        }
    }

    /// The brackets of a table that a law puts in force.
    pub fn brackets(&self, table: usize, law: &Law) -> Brackets {
        let t = &self.tables[table];
        let day = law.tables_on[table];
        let chosen: Vec<Option<String>> = t
            .wheres
            .iter()
            .map(|(_, setting)| {
                let i = self.settings.iter().position(|s| s.id == setting.text)?;
                law.settings.get(i).map(ToString::to_string)
            })
            .collect();
        let fits = |r: &&crate::rules::pack::TableRow| r.wheres.iter().zip(&chosen).all(|(w, c)| c.as_ref() == Some(w));
        let from = t.rows.iter().filter(fits).filter(|r| r.from <= day).map(|r| r.from).max();
        let mut list: Vec<(Exact, Exact)> =
            t.rows.iter().filter(fits).filter(|r| Some(r.from) == from).map(|r| (r.lower, r.value)).collect();
        list.sort();
        Brackets(list)
    }

    /// Whether the same versions of every value and element are in force on two days.
    pub fn same_versions(&self, a: NaiveDate, b: NaiveDate) -> bool {
        let value = |v: &ValueDecl, day| newest(&v.versions, |x| (x.from, x.until), day);
        let element = |e: &Element, day| newest(&e.versions, |x| (x.from, x.until), day);
        self.values.iter().all(|v| value(v, a) == value(v, b)) && self.elements.iter().all(|e| element(e, a) == element(e, b))
    }

    /// The default of each fact.
    pub fn default_values(&self) -> Vec<Default> {
        self.defaults
            .iter()
            .enumerate()
            .map(|(i, d)| match (d, &self.vocabulary.get(FactId(i as u16)).kind) {
                (None, _) => Default::None,
                (Some(d), FactKind::Number { .. }) => Exact::parse(d).map_or(Default::None, Default::Number),
                (Some(d), FactKind::Flag) => Default::Flag(d == "yes"),
                (Some(d), FactKind::Choice { options }) => {
                    options.iter().position(|o| o.id == *d).map_or(Default::None, |o| Default::Choice(o as u16))
                }
                (Some(_), FactKind::Date | FactKind::Text) => Default::None,
            })
            .collect()
    }
}

/// Reads the value of a setting; `None` when it does not fit its kind.
pub fn setting_value(kind: &SettingKind, text: &str) -> Option<SettingValue> {
    match kind {
        SettingKind::Choice(options) => options.iter().any(|o| o.0 == text).then(|| SettingValue::Choice(text.to_owned())),
        SettingKind::Flag => match text {
            "yes" | "oui" | "true" => Some(SettingValue::Flag(true)),
            "no" | "non" | "false" => Some(SettingValue::Flag(false)),
            _ => None,
        },
        SettingKind::Number(..) => Exact::parse(text).map(SettingValue::Number),
    }
}
