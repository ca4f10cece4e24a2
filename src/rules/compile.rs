//! Layers of rule files → a pack, with all that is wrong in it: what each file says, then what the whole says.

use crate::ground::document::{Report, TextFile};
use crate::ground::{Finding, Severity};
use crate::rules::pack::{self, Measure, Named, Pack};
use std::collections::BTreeSet;

/// Reads a pack and the overlays stacked on it, lowest first, and checks them together.
pub fn compile(layers: Vec<Vec<TextFile>>) -> (Pack, Vec<Finding>) {
    let (pack, mut findings) = pack::read_layers(layers);
    if pack.files.is_empty() {
        return (pack, findings);
    }
    findings.extend(pack.check());
    findings.retain(|f| !pack.may_be_declared(f));
    // Of what does not compile, a part that nothing names may be named by what could not be read.
    if !findings.iter().any(|f| f.severity == Severity::Blocking) {
        findings.extend(pack.unnamed());
    }
    (pack, findings)
}

/// Codes that say that a name is not declared, or that something is not said at all.
pub const UNDECLARED: [&str; 14] = ["L39", "L40", "L44", "L49", "L51", "L52", "L54", "L55", "L57", "L61", "L73", "L74", "L75", "L77"];

/// Whether a line of a file that could not be read whole gives a name: `id = "…"`.
fn declares(line: &str, name: &str) -> bool {
    let given = line.split_once("id").filter(|(_, rest)| rest.trim_start().starts_with('='));
    given.is_some_and(|(_, rest)| ["\"", "'"].iter().any(|q| rest.contains(&format!("{q}{name}{q}"))))
}

impl Pack {
    /// Whether what a finding misses may stand in a file that could not be read whole: that file has its own finding.
    fn may_be_declared(&self, f: &Finding) -> bool {
        if self.broken.is_empty() || !UNDECLARED.contains(&f.code.as_str()) {
            return false;
        }
        let arg = |name: &str| f.args.iter().find(|a| a.0 == name).map_or("", |a| a.1.as_str());
        let texts = || self.broken.iter().map(|i| self.files[usize::from(*i)].text.as_str());
        match f.code.as_str() {
            "L51" => texts().any(|t| t.contains("[results]")),
            "L55" => texts().any(|t| t.contains("[[total]]")),
            _ => texts().flat_map(str::lines).any(|l| declares(l, arg("name"))),
        }
    }

    /// Values of law, tables and facts that nothing names: each is told once, for information.
    fn unnamed(&self) -> Vec<Finding> {
        let named = self.mentions();
        let report = Report::new(&self.files);
        let tell = |id: &str, o: &pack::Origin| {
            if !named.contains(id) && !self.kept.contains(id) {
                report.push(Finding::new("L68", Severity::Information), &[(o.file, o.span.clone())], &[("id", id)]);
            }
        };
        for p in self.parameters.iter().filter(|p| p.raises.is_none()) {
            tell(&p.id, &p.origin);
        }
        for t in &self.tables {
            tell(&t.id, &t.origin);
        }
        for (i, o) in self.fact_origins.iter().enumerate() {
            let id = crate::facts::FactId(i as u16);
            let f = self.vocabulary.get(id);
            // The program itself handles who somebody is, cells of several facts, sums of the year, and texts with which
            // nobody is paid.
            let own = f.role.is_some() || f.since_january || !f.parts.is_empty() || self.unpaid.iter().any(|u| u.0 == id);
            if !own {
                tell(&f.name, o);
            }
        }
        report.findings.take()
    }

    /// Every name that a formula, a declaration or the message of a control mentions.
    fn mentions(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        for f in self.formulas() {
            let mut names = Vec::new();
            f.ast.names(&mut names);
            out.extend(names.into_iter().map(|n| n.0));
        }
        let spots = self.asked.iter().filter(|a| a.0 != Named::Cause).map(|a| a.1.text.clone());
        out.extend(spots);
        out.extend(self.tables.iter().flat_map(|t| t.wheres.iter().map(|w| w.1.text.clone())));
        out.extend(self.parameters.iter().filter_map(|p| p.raises.as_ref()).map(|s| s.text.clone()));
        out.extend(self.elements.iter().filter_map(|e| e.arrears.as_ref()).map(|s| s.text.clone()));
        out.extend(self.payslip.values().cloned());
        out.extend(self.controls.iter().flat_map(|c| c.names.iter().cloned()));
        for (_, f) in self.vocabulary.iter() {
            out.extend(f.parts.iter().cloned());
        }
        let about = self.vocabulary.moot().chain(self.vocabulary.about_others().iter().copied());
        out.extend(about.map(|(_, other)| self.vocabulary.get(other).name.clone()));
        out
    }

    fn formulas(&self) -> impl Iterator<Item = &pack::Formula> {
        let values = self.values.iter().flat_map(|v| &v.versions);
        let values = values.flat_map(|v| std::iter::once(&v.is).chain(v.exceptions.iter().flat_map(|(a, b)| [a, b])));
        let elements = self.elements.iter().flat_map(|e| {
            let narrowed = e.restrictions.iter().map(|r| &r.applies);
            let versions = e
                .versions
                .iter()
                .flat_map(|v| v.amounts.each().chain(v.exceptions.iter().flat_map(|(w, a, _)| std::iter::once(w).chain(a.each()))));
            e.applies.iter().chain(narrowed).chain(versions).chain(e.inferences.iter().filter_map(|i| i.value.as_ref()))
        });
        let controls = self.controls.iter().filter_map(|c| match &c.measure {
            Measure::When(f) => Some(f),
            Measure::Named(_) => None,
        });
        values.chain(elements).chain(controls)
    }
}
