//! A fact of the vocabulary, with all that readers and rules are told of it.

use super::read::Reader;
use crate::facts::{Causes, ChoiceOption, FactDecl, FactKind, Role};
use crate::ground::document::Tab;
use crate::ground::{Exact, Words};
use crate::rules::kinds::Unit;

impl<'r, 'f> Reader<'r, 'f, '_> {
    pub(super) fn fact(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let label = t.words("label").unwrap_or_else(|| Words::new(&id.text, ""));
        let (mut unit, mut unknown) = (Unit::NONE, false);
        let kind = match t.text("kind").as_deref() {
            Some("date") => FactKind::Date,
            Some("text") => FactKind::Text,
            Some("flag") => FactKind::Flag,
            Some("choice") => {
                let mut options = Vec::new();
                for o in t.tables("options") {
                    if let Some(oid) = o.need("id") {
                        let label = o.words("label").unwrap_or_else(|| Words::new(&oid.text, ""));
                        options.push(ChoiceOption { id: oid.text, label, written: o.texts("written") });
                    }
                    o.close();
                }
                FactKind::Choice { options }
            }
            _ => match self.unit(t) {
                Some((form, u)) => {
                    unit = u;
                    FactKind::Number { form }
                }
                None => {
                    unknown = true;
                    FactKind::Text
                }
            },
        };
        let role = t.spot("role").and_then(|r| {
            let parsed = toml::Value::String(r.text.clone()).try_into::<Role>().ok();
            if parsed.is_none() {
                self.report.error("L09", t.file, &r.span, &[("role", &r.text)]);
            }
            parsed
        });
        let change = t.text("cause").unwrap_or_default();
        let causes = Causes {
            start: t.text("cause_start").unwrap_or_else(|| change.clone()),
            end: t.text("cause_end").unwrap_or_else(|| change.clone()),
            change,
        };
        let adds = t.spot("adds");
        let worked_out = t.spot("worked_out");
        let most = t.spot("most");
        if let Some(m) = most.as_ref().filter(|m| Exact::parse(&m.text).is_none()) {
            self.report.error("L59", m.file, &m.span, &[("id", &id.text), ("value", &m.text)]);
        }
        let parts = t.list("parts");
        let other_posts = t.text("other_posts");
        let times = t.spot("times").map_or(Some(Exact::ONE), |s| {
            let read = Exact::parse(&s.text);
            if read.is_none() {
                self.report.error("L59", s.file, &s.span, &[("id", &id.text), ("value", &s.text)]);
            }
            read
        });
        let decl = FactDecl {
            name: id.text.clone(),
            kind: kind.clone(),
            label,
            headings: t.texts("headings"),
            role,
            recurs: t.flag("recurs").unwrap_or(true),
            since_january: t.flag("since_january").unwrap_or(false),
            adds: adds.as_ref().map(|s| s.text.clone()),
            follows: t.text("follows"),
            worked_out: worked_out.as_ref().map(|s| s.text.clone()),
            most: most.and_then(|m| Exact::parse(&m.text)),
            none: t.texts("none"),
            parts: parts.iter().map(|p| p.text.clone()).collect(),
            of_person: t.flag("of_person").unwrap_or(false),
            other_posts: other_posts.zip(times),
            causes,
        };
        let default = t.spot("default");
        if let Some(d) = default.as_ref().filter(|d| !unknown && !default_fits(&kind, &d.text)) {
            self.report.error("L59", d.file, &d.span, &[("id", &id.text), ("value", &d.text)]);
        }
        let events = t.texts("event");
        let moves = t.texts("moves");
        let unpaid = t.texts("unpaid");
        let moot = t.spot("moot_without");
        let told_with = t.spot("told_with");
        let thirtieths = t.spot("thirtieths_in");
        let shared = t.spot("before_in").zip(t.spot("begins_in"));
        let next_month = t.flag("rises_next_month").unwrap_or(false);
        let either_sign = t.flag("either_sign").unwrap_or(false);
        t.close();
        let fact = self.pack.vocabulary.add(decl);
        if next_month {
            self.pack.vocabulary.rises_next_month(fact);
        }
        if either_sign {
            self.pack.vocabulary.takes_either_sign(fact);
        }
        self.pack.moot.extend(moot.map(|m| (fact, m)));
        self.pack.told_with.extend(told_with.map(|m| (fact, m)));
        self.pack.thirtieths.extend(thirtieths.map(|m| (fact, m)));
        self.pack.shared.extend(shared.map(|m| (fact, m)));
        self.pack.adds.extend(adds);
        self.pack.adds.extend(worked_out);
        self.pack.parts.extend(parts);
        self.pack.defaults.push(default.map(|d| d.text));
        self.pack.fact_units.push(unit);
        self.pack.fact_unknown.push(unknown);
        self.pack.fact_origins.push(Self::origin(t));
        if !events.is_empty() {
            self.pack.events.push((fact, events));
        }
        if !moves.is_empty() {
            self.pack.moves.push((fact, moves));
        }
        if !unpaid.is_empty() {
            self.pack.unpaid.push((fact, unpaid));
        }
    }
}

/// Whether a default written in a pack is a value of its fact. A date or a text has none.
fn default_fits(kind: &FactKind, text: &str) -> bool {
    match kind {
        FactKind::Number { .. } => Exact::parse(text).is_some(),
        FactKind::Flag => matches!(text, "yes" | "no"),
        FactKind::Choice { options } => options.iter().any(|o| o.id == text),
        FactKind::Date | FactKind::Text => false,
    }
}
