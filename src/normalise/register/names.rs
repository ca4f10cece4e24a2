//! Labels under one code of a register that are rubrics of their own: « 0410 IFSE RÉGULARISATION » beside « 0410 IFSE ».
//!
//! A code stays one where its labels only spell one thing in two ways, or are two shares of it: they come to one element, or
//! resemble none and stand in each other's place. What ends with its month is never what goes on.

use crate::normalise::codes::{self, CodeStats, Sides};
use crate::normalise::labels::{Labels, ends, said};
use crate::normalise::mapping::{CodeMapping, CodeTarget, Rubrics};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The lines of a register by code and label.
pub type ByLabel = BTreeMap<(Box<str>, Box<str>), CodeStats>;

/// What stands under each code.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<Box<str>, Under>);

#[derive(Clone, Debug)]
struct Under {
    /// Whether the label that most lines have says that they end with their month.
    ends: bool,
    /// Each label with its rubric, where that is not the code alone.
    of: BTreeMap<Box<str>, Option<Box<str>>>,
}

/// The lines of a code, label by label.
fn of_code<'l>(by_label: &'l ByLabel, code: &'l str) -> impl Iterator<Item = (&'l str, &'l CodeStats)> {
    let all = by_label.range((Box::from(code), Box::default())..).take_while(move |((c, _), _)| c.as_ref() == code);
    all.map(|((_, label), s)| (label.as_ref(), s))
}

impl Names {
    /// Whether some labels of a code may be rubrics of their own.
    pub fn may_part(stats: &CodeStats) -> bool {
        let mut all = stats.labels.keys().map(|l| said(l));
        let first = all.next();
        first.is_some_and(|first| all.any(|other| other != first))
    }

    /// Parts the lines of the codes whose labels are several things, and says so of each. `slips` are the payslips, each with the
    /// codes and labels of its own lines.
    pub fn part(
        stats: &mut BTreeMap<String, CodeStats>,
        by_label: &ByLabel,
        slips: &[Vec<(Box<str>, Box<str>)>],
        (rubrics, sides): (&Rubrics, Sides),
    ) -> Self {
        let labels = Labels::of(slips);
        // Every group by itself, to see what it resembles.
        let mut all = stats.clone();
        let mut groups: Vec<(&str, u16, String, &BTreeSet<Box<str>>)> = Vec::new();
        for (code, of) in labels.apart() {
            let lines = |wanted: &dyn Fn(&str) -> bool| {
                let mut out = CodeStats::default();
                of_code(by_label, code).filter(|(label, _)| wanted(label)).for_each(|(_, s)| out.merge(s));
                out
            };
            all.insert(code.to_string(), lines(&|l| labels.group(code, l) == 0));
            for (n, group) in of.iter().enumerate().skip(1) {
                let own = lines(&|l| group.contains(l));
                let name = format!("{code} {}", own.labels_by_use().first().map_or("", String::as_str));
                all.insert(name.clone(), own);
                groups.extend(u16::try_from(n).map(|n| (code.as_ref(), n, name, group)));
            }
        }
        let resolved = if groups.is_empty() { Vec::new() } else { codes::resolve(&all, rubrics, sides) };
        let target = |code: &str| resolved.iter().find(|m| m.code == code).map_or(CodeTarget::Open, |m| m.target);
        groups.retain(|(code, n, own, _)| {
            let of = Box::from(*code);
            let (mine, first) = (target(own), target(code));
            labels.ends_apart(&of, *n)
                || match mine {
                    CodeTarget::Open => {
                        let pay = matches!(first, CodeTarget::Element(..) | CodeTarget::Open);
                        pay && !labels.same_words(&of, *n) && !labels.may_be_first(&of, *n)
                    }
                    CodeTarget::Element(..) | CodeTarget::Total(_) | CodeTarget::Skipped => mine != first,
                }
        });
        let mut out = BTreeMap::new();
        for (code, s) in stats.iter() {
            let first = s.labels_by_use().into_iter().next().unwrap_or_default();
            let of = s.labels.keys().map(|l| (codes::split_period(l).0.into(), None)).collect();
            out.insert(Box::from(code.as_str()), Under { ends: ends(&first), of });
        }
        for (code, _, own, group) in &groups {
            let Some(under) = out.get_mut(*code) else { continue };
            under.of.extend(group.iter().map(|l| ((*l).clone(), Some(own.as_str().into()))));
        }
        let out = Self(out);
        for code in groups.iter().map(|g| g.0).collect::<BTreeSet<_>>() {
            stats.remove(code);
            for (label, s) in of_code(by_label, code) {
                stats.entry(out.rubric(code, label).into_owned()).or_default().merge(s);
            }
        }
        out
    }

    /// The rubric of a line: its code, with its label where that is a rubric of its own. A label that was not among the lines looked
    /// at is one where it ends with its month and the code does not.
    pub fn rubric<'r>(&self, code: &'r str, label: &str) -> Cow<'r, str> {
        let Some(under) = self.0.get(code).filter(|_| !label.is_empty()) else { return Cow::Borrowed(code) };
        match under.of.get(label) {
            Some(None) => Cow::Borrowed(code),
            Some(Some(own)) => Cow::Owned(own.to_string()),
            None if ends(label) == under.ends => Cow::Borrowed(code),
            None => Cow::Owned(format!("{code} {label}")),
        }
    }

    /// A rubric that ends with its month is no element of the code that goes on beside it.
    pub fn settle(&self, found: &mut [CodeMapping]) {
        let targets: BTreeMap<String, CodeTarget> = found.iter().map(|m| (m.code.clone(), m.target)).collect();
        for (code, under) in &self.0 {
            for own in under.of.values().flatten() {
                let Some(m) = found.iter_mut().find(|m| m.code.as_str() == own.as_ref()) else { continue };
                let same = matches!(m.target, CodeTarget::Element(..)) && targets.get(code.as_ref()) == Some(&m.target);
                if same && m.labels.first().is_some_and(|l| ends(l) != under.ends) {
                    m.alternatives.insert(0, (m.target, m.certainty));
                    m.target = CodeTarget::Open;
                    m.with = None;
                    m.employer = None;
                }
            }
        }
    }
}
