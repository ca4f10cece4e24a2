//! Values with their unit, as people read them: 30,65 % and not 0.3065, 5 907,34 €/an, 5 points.
//!
//! In: a number and what the pack says it is. What programs and `releve.toml` read is written elsewhere.

use crate::facts::NumberForm;
use crate::ground::number::{percent, plain};
use crate::ground::{Exact, Lang, words};
use crate::rules::bind::SettingValue;
use crate::rules::kinds::Unit;
use crate::rules::pack::{Parameter, Setting, SettingKind};

/// A number as a form shows it: money with two decimals, rates in percent.
pub fn number(x: Exact, form: Option<NumberForm>, unit: Unit, lang: Lang) -> String {
    match form {
        Some(NumberForm::Rate) => percent(x, lang),
        Some(NumberForm::Money) => with_unit(&plain(x, 2, lang), unit, lang),
        Some(NumberForm::Fraction) if x.whole().is_none() && x.reduced().parts().1 <= 100 => {
            let (a, b) = x.reduced().parts();
            format!("{a}/{b}")
        }
        Some(NumberForm::Fraction | NumberForm::Points | NumberForm::Hours | NumberForm::Days | NumberForm::Count) | None => {
            with_unit(&plain(x, if unit == Unit::MONEY { 2 } else { 0 }, lang), unit, lang)
        }
    }
}

fn with_unit(text: &str, unit: Unit, lang: Lang) -> String {
    if unit == Unit::NONE { text.to_owned() } else { format!("{text}\u{a0}{}", unit_word(unit, lang)) }
}

/// A unit in the words of the language.
pub fn unit_word(unit: Unit, lang: Lang) -> String {
    let t = if unit == Unit::POINTS { "points".to_owned() } else { unit.to_string() };
    let t = t.replace("EUR", "€").replace('*', "·");
    match lang {
        Lang::Fr => t,
        Lang::En => t.replace("an", "year").replace('j', "d"),
    }
}

impl Parameter {
    /// One of its values.
    pub fn shown(&self, x: Exact, lang: Lang) -> String {
        number(x, self.form, self.unit, lang)
    }
}

impl Setting {
    /// One of its values; the label of an option.
    pub fn shown(&self, value: &SettingValue, lang: Lang) -> String {
        match (value, &self.kind) {
            (SettingValue::Number(x), SettingKind::Number(form, unit)) => number(*x, Some(*form), *unit, lang),
            (SettingValue::Choice(id), SettingKind::Choice(options)) => {
                options.iter().find(|o| o.0 == *id).map_or_else(|| id.clone(), |o| o.1.get(lang).to_owned())
            }
            (SettingValue::Flag(yes), _) => words::ui(if *yes { "ui.yes" } else { "ui.no" }, lang).to_owned(),
            (SettingValue::Number(_) | SettingValue::Choice(_), _) => value.to_string(),
        }
    }
}
