//! Choices compared with their options, and numbers with a list.

use super::formula::{Bound, Cond};
use super::{Binder, SettingValue, Typed};
use crate::facts::{FactId, FactKind};
use crate::ground::document::suggestion;
use crate::rules::expr::{Expr, Node, Op};
use crate::rules::kinds::{Kind, ListOf, Unit};
use crate::rules::pack::{Formula, SettingKind};

impl Binder<'_, '_> {
    fn option_text(e: &Expr) -> Option<String> {
        match &e.node {
            Node::Name(n) => Some(n.clone()),
            Node::Number(n, u) if *u == Unit::NONE => Some(n.to_string()),
            Node::Number(..)
            | Node::Date(_)
            | Node::Field(..)
            | Node::Negate(_)
            | Node::Not(_)
            | Node::Binary(..)
            | Node::In(..)
            | Node::If(..)
            | Node::Call(..) => None,
        }
    }

    /// Index of an option of a list; a finding when the list has no such option.
    fn option(&self, f: &Formula, list: ListOf, e: &Expr) -> Option<usize> {
        // What is no single word cannot be an option either: it is reported as it stands.
        let text = Self::option_text(e).unwrap_or_else(|| f.text.get(e.span.clone()).unwrap_or_default().to_owned());
        let ids: Vec<&str> = match list {
            ListOf::Fact(i) => match &self.pack.vocabulary.get(FactId(i)).kind {
                FactKind::Choice { options } => options.iter().map(|o| o.id.as_str()).collect(),
                FactKind::Number { .. } | FactKind::Date | FactKind::Text | FactKind::Flag => Vec::new(),
            },
            ListOf::Setting(i) => match &self.pack.settings[usize::from(i)].kind {
                SettingKind::Choice(o) => o.iter().map(|o| o.0.as_str()).collect(),
                SettingKind::Flag | SettingKind::Number(..) => Vec::new(),
            },
        };
        let at = ids.iter().position(|o| *o == text);
        if at.is_none() {
            let near = suggestion(&text, ids.iter().copied()).unwrap_or_default();
            self.error(f, &e.span, "L45", &[("name", &text), ("options", &ids.join(", ")), ("near", near)]);
        }
        at
    }

    pub(super) fn is_one_of(&self, f: &Formula, list: ListOf, options: &[&Expr]) -> Typed {
        let found: Vec<usize> = options.iter().filter_map(|o| self.option(f, list, o)).collect();
        let cond = match list {
            ListOf::Fact(i) => Cond::Among(i, found.iter().fold(0, |m, o| m | 1 << o.min(&63))),
            ListOf::Setting(i) => {
                let chosen = match (self.settings.get(usize::from(i)), &self.pack.settings[usize::from(i)].kind) {
                    (Some(SettingValue::Choice(c)), SettingKind::Choice(all)) => all.iter().position(|o| o.0 == *c),
                    _ => None,
                };
                Cond::Const(chosen.is_some_and(|c| found.contains(&c)))
            }
        };
        (Kind::Flag, Bound::Cond(cond))
    }

    pub(super) fn among(&self, f: &Formula, a: &Expr, list: &[Expr]) -> Typed {
        match self.bind(f, a) {
            (Kind::Choice(l), _) => self.is_one_of(f, l, &list.iter().collect::<Vec<_>>()),
            (k, b) => {
                let n = self.as_number(f, a, (k, b));
                let mut cond = Cond::Const(false);
                for item in list {
                    let (ki, bi) = self.bind(f, item);
                    if !k.agrees(ki) {
                        self.disagree(f, &item.span, "in", k, ki);
                    }
                    let eq = Cond::Compare(Op::Eq, Box::new((n.clone(), self.as_number(f, item, (ki, bi)))));
                    cond = Cond::Or(Box::new((cond, eq)));
                }
                (Kind::Flag, Bound::Cond(cond))
            }
        }
    }
}
