//! A fact of the vocabulary, with all that readers and rules are told of it.

use super::named::Named;
use super::read::Reader;
use crate::facts::{Causes, ChoiceOption, FactDecl, FactKind, OtherPosts, Role};
use crate::ground::document::{Spot, Tab};
use crate::ground::{Exact, Words};
use crate::rules::kinds::Unit;

impl<'r, 'f> Reader<'r, 'f, '_> {
    /// What a fact has of the employee's other posts. What it names is looked up later.
    fn other_posts(&mut self, t: &Tab<'r, 'f>, id: &str) -> Option<OtherPosts> {
        let times = t.spot("times");
        let (where_fact, where_is) = (t.spot("where"), t.list("where_is"));
        let Some(of) = t.spot("other_posts") else {
            if times.is_some() || where_fact.is_some() {
                t.missing("other_posts", "other_posts = \"…\"");
            }
            return None;
        };
        if where_fact.is_some() == where_is.is_empty() {
            let key = if where_is.is_empty() { "where_is" } else { "where" };
            t.missing(key, if where_is.is_empty() { "where_is = [\"…\"]" } else { "where = \"…\"" });
        }
        let number = times.as_ref().map_or(Some(Exact::ONE), |s| {
            let read = Exact::parse(&s.text);
            if read.is_none() {
                self.report.error("L59", s.file, &s.span, &[("id", id), ("value", &s.text)]);
            }
            read
        });
        let text = |s: &Spot| s.text.clone();
        let posts = OtherPosts {
            of: of.text.clone(),
            times: number?,
            where_fact: where_fact.as_ref().map(text).unwrap_or_default(),
            where_is: where_is.iter().map(text).collect(),
        };
        self.pack.parts.push(of);
        self.pack.where_is.extend(where_fact.map(|w| (w, where_is)));
        Some(posts)
    }

    pub(super) fn fact(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = self.id(t) else { return };
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
                self.unknown_role(&r, &Role::NAMES);
            }
            parsed
        });
        let [change, start, end] = ["cause", "cause_start", "cause_end"].map(|key| self.cause(t, key));
        let or = |own: String| if own.is_empty() { change.clone() } else { own };
        let causes = Causes { start: or(start), end: or(end), change };
        let adds = t.has("adds").then(|| self.asks(Named::Computed, t, "adds"));
        let follows = t.has("follows").then(|| self.asks(Named::Value, t, "follows"));
        let worked_out = t.has("worked_out").then(|| self.asks(Named::Computed, t, "worked_out"));
        let most = t.spot("most");
        if let Some(m) = most.as_ref().filter(|m| Exact::parse(&m.text).is_none()) {
            self.report.error("L59", m.file, &m.span, &[("id", &id.text), ("value", &m.text)]);
        }
        let parts = t.list("parts");
        let other_posts = self.other_posts(t, &id.text);
        let decl = FactDecl {
            name: id.text.clone(),
            kind: kind.clone(),
            label,
            printed: t.words("printed"),
            headings: t.texts("headings"),
            role,
            recurs: t.flag("recurs").unwrap_or(true),
            since_january: t.flag("since_january").unwrap_or(false),
            adds,
            follows,
            worked_out,
            most: most.and_then(|m| Exact::parse(&m.text)),
            none: t.texts("none"),
            parts: parts.iter().map(|p| p.text.clone()).collect(),
            of_person: t.flag("of_person").unwrap_or(false),
            other_posts,
            causes,
        };
        let default = t.spot("default");
        if let Some(d) = default.as_ref().filter(|d| !unknown && !default_fits(&kind, &d.text)) {
            self.report.error("L59", d.file, &d.span, &[("id", &id.text), ("value", &d.text)]);
        }
        let events = t.texts("event");
        let moves = t.texts("moves");
        let unpaid = t.texts("unpaid");
        let begun_named = t.texts("begun_named");
        let moot = t.spot("moot_without");
        let told_with = t.spot("told_with");
        let comes_with = t.spot("comes_with");
        let asked_with = t.spot("asked_with");
        self.kept(t, &id.text);
        let thirtieths = t.spot("thirtieths_in");
        let shared = match (t.spot("before_in"), t.spot("begins_in")) {
            (Some(before), Some(begins)) => Some((before, begins)),
            (Some(_), None) => {
                t.missing("begins_in", "begins_in = \"…\"");
                None
            }
            (None, Some(_)) => {
                t.missing("before_in", "before_in = \"…\"");
                None
            }
            (None, None) => None,
        };
        let next_month = t.flag("rises_next_month").unwrap_or(false);
        let either_sign = t.flag("either_sign").unwrap_or(false);
        t.close();
        let fact = self.pack.vocabulary.add(decl);
        if !begun_named.is_empty() {
            self.pack.vocabulary.begun_named(fact, begun_named);
        }
        if next_month {
            self.pack.vocabulary.rises_next_month(fact);
        }
        if either_sign {
            self.pack.vocabulary.takes_either_sign(fact);
        }
        self.pack.moot.extend(moot.map(|m| (fact, m)));
        self.pack.told_with.extend(told_with.map(|m| (fact, m)));
        self.pack.comes_with.extend(comes_with.map(|m| (fact, m)));
        self.pack.asked_with.extend(asked_with.map(|m| (fact, m)));
        self.pack.thirtieths.extend(thirtieths.map(|m| (fact, m)));
        self.pack.shared.extend(shared.map(|m| (fact, m)));
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
