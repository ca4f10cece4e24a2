//! Files of a pack and its overlays → [`Pack`]: which table of a document declares what, and the names that wait for the whole.

use super::{CauseRole, Origin, Pack};
use crate::facts::{FactId, FactKind, Shared};
use crate::ground::Finding;
use crate::ground::document::{Keys, Report, Spot, Tab, TextFile, suggestion};
use crate::rules::overlay::{self, Layer, Order};
use std::cell::RefCell;
use toml::de::DeTable;

/// Reads every file of a pack. What cannot be read is a finding, and the rest is still there.
pub fn read(files: Vec<TextFile>) -> (Pack, Vec<Finding>) {
    read_layers(vec![files])
}

/// Reads a pack and the overlays stacked on it, lowest first.
pub fn read_layers(layers: Vec<Vec<TextFile>>) -> (Pack, Vec<Finding>) {
    let sizes: Vec<usize> = layers.iter().map(Vec::len).collect();
    let files: Vec<TextFile> = layers.into_iter().flatten().collect();
    let report = Report::new(&files);
    let mut pack = gather(&files, sizes, &report);
    let findings = report.findings.take();
    pack.files = files;
    (pack, findings)
}

/// The keys that reading these layers asks for, by table; what the schema is held against.
pub fn keys_of(layers: Vec<Vec<TextFile>>) -> Keys {
    let sizes: Vec<usize> = layers.iter().map(Vec::len).collect();
    let files: Vec<TextFile> = layers.into_iter().flatten().collect();
    let report = Report::watching(&files);
    gather(&files, sizes, &report);
    report.keys.map(RefCell::into_inner).unwrap_or_default()
}

fn gather(files: &[TextFile], sizes: Vec<usize>, report: &Report<'_>) -> Pack {
    let mut pack = Pack::default();
    let mut first = 0;
    for (number, size) in sizes.into_iter().enumerate() {
        let range = first..first + size;
        pack.layers.push(Layer::new(range.start as u16..range.end as u16));
        let mut orders = Vec::new();
        for i in range {
            if !files[i].path.ends_with(".toml") {
                continue;
            }
            let (doc, errors) = DeTable::parse_recoverable(&files[i].text);
            for e in &errors {
                report.error("L01", i as u16, &e.span().unwrap_or(0..1), &[("why", e.message())]);
            }
            // What could be read is kept, so that names are known; what it lacks is no finding of its own.
            let told = report.findings.borrow().len();
            let tab = Tab::new(i as u16, doc.span(), doc.get_ref(), report);
            Reader { report, pack: &mut pack, orders: &mut orders, overlay: number > 0 }.document(&tab);
            if !errors.is_empty() {
                report.findings.borrow_mut().truncate(told);
            }
        }
        first += size;
        overlay::apply(&mut pack, number, orders, report);
    }
    look_up(&mut pack, report);
    pack.elements.sort_by(|a, b| (a.order, &a.card.id).cmp(&(b.order, &b.card.id)));
    pack
}

/// What declarations name and could not look up before everything was read.
fn look_up(pack: &mut Pack, report: &Report<'_>) {
    let unknown = |pack: &Pack, other: &Spot| {
        let near = suggestion(&other.text, pack.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default();
        report.error("L57", other.file, &other.span, &[("name", &other.text), ("near", near)]);
    };
    for (flag, other) in std::mem::take(&mut pack.moot) {
        match pack.vocabulary.named(&other.text).filter(|f| matches!(pack.vocabulary.get(*f).kind, FactKind::Number { .. })) {
            Some(count) => pack.vocabulary.make_moot(flag, count),
            None => unknown(pack, &other),
        }
    }
    for (about, other) in std::mem::take(&mut pack.told_with) {
        match pack.vocabulary.named(&other.text) {
            Some(value) => pack.vocabulary.told_with(about, value),
            None => unknown(pack, &other),
        }
    }
    for (days, other) in std::mem::take(&mut pack.thirtieths) {
        let kind = &pack.vocabulary.get(days).kind;
        match pack.vocabulary.named(&other.text).filter(|f| pack.vocabulary.get(*f).kind == *kind) {
            Some(thirtieths) => pack.vocabulary.in_thirtieths(days, thirtieths),
            None => unknown(pack, &other),
        }
    }
    for (fact, (before, begins)) in std::mem::take(&mut pack.shared) {
        let of_a_kind = |f: &FactId| {
            let (a, b) = (&pack.vocabulary.get(fact).kind, &pack.vocabulary.get(*f).kind);
            match (a, b) {
                // The same options in the same order, whatever texts files write them with.
                (FactKind::Choice { options: a }, FactKind::Choice { options: b }) => a.iter().map(|o| &o.id).eq(b.iter().map(|o| &o.id)),
                _ => a == b,
            }
        };
        let was = pack.vocabulary.named(&before.text).filter(of_a_kind);
        let day = pack.vocabulary.named(&begins.text).filter(|f| pack.vocabulary.get(*f).kind == FactKind::Date);
        match (was, day) {
            (Some(before), Some(begins)) => pack.vocabulary.share(fact, Shared { before, begins }),
            (None, _) => unknown(pack, &before),
            (_, None) => unknown(pack, &begins),
        }
    }
    for other in std::mem::take(&mut pack.parts) {
        if pack.vocabulary.named(&other.text).is_none() {
            unknown(pack, &other);
        }
    }
    for named in std::mem::take(&mut pack.adds) {
        let values = pack.values.iter().map(|v| v.id.as_str());
        let known: Vec<&str> =
            values.chain(pack.totals.iter().map(|t| t.id.as_str())).chain(pack.elements.iter().map(|e| e.card.id.as_str())).collect();
        if !known.contains(&named.text.as_str()) {
            let near = suggestion(&named.text, known.into_iter()).unwrap_or_default().to_owned();
            report.error("L39", named.file, &named.span, &[("name", &named.text), ("near", &near)]);
        }
    }
}

pub(super) struct Reader<'r, 'f, 'p> {
    pub(super) report: &'r Report<'f>,
    pub(super) pack: &'p mut Pack,
    /// What an overlay does to what stands below it.
    pub(super) orders: &'p mut Vec<Order>,
    overlay: bool,
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    fn document(&mut self, t: &Tab<'r, 'f>) {
        if let Some(head) = t.table("pack") {
            self.head(&head);
        }
        if let Some(r) = t.table("results") {
            if self.overlay {
                self.again(&r, "results", &self.pack.results_origin);
            } else {
                self.pack.results_origin = Origin { file: r.file, span: r.span.clone() };
                self.pack.results.extend(r.pairs());
            }
        }
        if let Some(p) = t.table("payslip") {
            for (k, v) in p.pairs() {
                if self.overlay && self.pack.payslip.contains_key(&k.text) {
                    self.again(&p, &k.text, &self.pack.results_origin);
                }
                self.pack.payslip.entry(k.text).or_insert(v.text);
            }
        }
        if !t.has("id")
            && let Some(a) = t.table("arrears")
        {
            if let Some(rates) = a.need("rates") {
                if rates.text != "period" {
                    self.report.error("L04", rates.file, &rates.span, &[("key", "rates"), ("wanted", "\"period\"")]);
                }
                if self.overlay || self.pack.arrears_rates.is_some() {
                    self.again(&a, "arrears", &self.pack.results_origin);
                }
            }
            self.pack.arrears_rates = a.need("source").or_else(|| self.pack.arrears_rates.take());
            a.close();
        }
        let one_element = t.has("id");
        for s in if one_element { Vec::new() } else { t.tables("section") } {
            if let (Some(id), Some(label)) = (s.need("id"), s.words("label")) {
                if self.overlay && self.pack.sections.iter().any(|x| x.0 == id.text) {
                    self.again(&s, &id.text, &self.pack.results_origin);
                }
                self.pack.sections.push((id.text, label));
            }
            s.close();
        }
        for c in if one_element { Vec::new() } else { t.tables("cause") } {
            if let (Some(id), Some(label)) = (c.need("id"), c.words("label")) {
                if self.overlay && self.pack.causes.iter().any(|x| x.0 == id.text) {
                    self.again(&c, &id.text, &self.pack.results_origin);
                }
                if let Some(r) = c.spot("role") {
                    match toml::Value::String(r.text.clone()).try_into::<CauseRole>() {
                        Ok(role) => {
                            self.pack.cause_roles.insert(role, self.pack.causes.len());
                        }
                        Err(_) => self.report.error("L09", c.file, &r.span, &[("role", &r.text)]),
                    }
                }
                self.pack.causes.push((id.text, label));
            }
            c.close();
        }
        for x in t.tables("fact") {
            self.fact(&x);
        }
        for x in t.tables("setting") {
            self.setting(&x);
        }
        for x in t.tables("parameter") {
            self.parameter(&x);
        }
        for x in t.tables("table") {
            self.table(&x);
        }
        for x in t.tables("total") {
            self.total(&x);
        }
        for x in t.tables("value") {
            self.value(&x);
        }
        for x in t.tables("control") {
            self.control(&x);
        }
        for x in t.tables("case") {
            self.case(&x);
        }
        for x in t.tables("restrict") {
            self.restrict(&x);
        }
        for x in t.tables("replace") {
            self.replace(&x);
        }
        for x in t.tables("succeed") {
            self.succeed(&x);
        }
        if one_element {
            self.element(t);
        }
        t.close();
    }

    fn head(&mut self, head: &Tab<'r, 'f>) {
        let id = head.need("id").map(|s| s.text).unwrap_or_default();
        let name = head.words("name").unwrap_or_default();
        let version = head.text("version").unwrap_or_default();
        let language = head.text("language");
        let recheck = head.whole("recheck_after_days");
        let extends = head.spot("extends");
        let _ = (head.words("jurisdiction"), head.words("description"));
        head.close();
        if let Some(layer) = self.pack.layers.last_mut() {
            *layer = Layer {
                id: id.clone(),
                name: name.clone(),
                version: version.clone(),
                recheck_after_days: recheck,
                extends,
                ..layer.clone()
            };
        }
        if !self.overlay {
            self.pack.id = id;
            self.pack.name = name;
            self.pack.version = version;
            self.pack.language = language.unwrap_or_else(|| "fr".to_owned());
            self.pack.recheck_after_days = recheck;
        }
    }
}
