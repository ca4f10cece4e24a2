//! Files of a pack and its overlays → [`Pack`]: which table of a document declares what, and the names that wait for the whole.

use super::{CauseRole, Origin, Pack, named};
use crate::ground::document::{Keys, Report, Spot, Tab, TextFile, suggestion};
use crate::ground::{Finding, Lang, Severity, toml_text, written};
use crate::rules::overlay::{self, Layer, Order};
use crate::rules::plan::RESULTS;
use crate::rules::source;
use std::cell::RefCell;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

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
    report.language.set(language(files));
    let mut first = 0;
    for (number, size) in sizes.into_iter().enumerate() {
        let range = first..first + size;
        pack.layers.push(Layer::new(range.start as u16..range.end as u16));
        let mut orders = Vec::new();
        for i in range {
            not_utf8(report, i as u16);
            if files[i].text.starts_with(source::LOST) {
                pack.broken.push(i as u16);
                continue;
            }
            if !files[i].path.ends_with(".toml") {
                continue;
            }
            let (readable, faults) = toml_text::read(&files[i].text);
            toml_text::tell(report, i as u16, &faults);
            let (doc, _) = DeTable::parse_recoverable(&readable);
            let told = report.findings.borrow().len();
            let tab = Tab::new(i as u16, doc.span(), doc.get_ref(), report);
            Reader { report, pack: &mut pack, orders: &mut orders, overlay: number > 0 }.document(&tab);
            if !faults.is_empty() {
                // Without its id, a file of one element is none, and its keys belong nowhere.
                let unnamed = faults.iter().any(|f| files[i].text[f.lines.clone()].trim_start().starts_with("id"));
                let mut all = report.findings.borrow_mut();
                let later = all.split_off(told);
                let follows = |f: &Finding| LACKS.contains(&f.code.as_str()) || unnamed && f.code == "L02";
                all.extend(later.into_iter().filter(|f| !follows(f)));
                pack.broken.push(i as u16);
            }
        }
        first += size;
        overlay::apply(&mut pack, number, orders, report);
    }
    named::look_up(&mut pack, report);
    pack.elements.sort_by(|a, b| (a.order, &a.card.id).cmp(&(b.order, &b.card.id)));
    pack
}

/// The first letter of a file that is none: the file was saved in another encoding.
fn not_utf8(report: &Report<'_>, file: u16) {
    let text = &report.files[usize::from(file)].text;
    if let Some(at) = text.find(source::LOST) {
        let told = Finding::new("L19", Severity::Blocking);
        report.push(told, &[(file, at..at + source::LOST.len_utf8())], &[]);
    }
}

/// Codes of findings that something is not there: in a file that is no TOML, it may stand where nothing could be read.
const LACKS: [&str; 5] = ["L03", "L06", "L22", "L23", "L24"];

/// The language of the lowest layer, which its labels must be in.
fn language(files: &[TextFile]) -> Lang {
    let head = files.iter().find(|f| f.path.ends_with("/pack.toml"));
    let said = head.and_then(|f| head_key(&f.text, "language"));
    said.and_then(|l| Lang::parse(&l)).unwrap_or_default()
}

/// A text of `[pack]`, as far as the file can be read.
pub fn head_key(text: &str, key: &str) -> Option<String> {
    head(text, key).map(|found| found.0)
}

/// Where it stands.
pub fn head_span(text: &str, key: &str) -> Option<Range<usize>> {
    head(text, key).map(|found| found.1)
}

fn head(text: &str, key: &str) -> Option<(String, Range<usize>)> {
    let (readable, _) = toml_text::read(text);
    let (doc, _) = DeTable::parse_recoverable(&readable);
    let value = doc.get_ref().get("pack")?.get_ref().get(key)?;
    match value.get_ref() {
        DeValue::String(s) => Some((s.to_string(), value.span())),
        _ => None,
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
    /// Whether these files stand on others.
    pub(super) const fn is_overlay(&self) -> bool {
        self.overlay
    }

    fn document(&mut self, t: &Tab<'r, 'f>) {
        if let Some(head) = t.table("pack") {
            self.head(&head);
        }
        if let Some(r) = t.table("results") {
            if self.overlay {
                self.again(&r, "results", &self.pack.results_origin);
            } else {
                self.pack.results_origin = Origin { file: r.file, span: r.span.clone() };
                for (key, name) in r.pairs() {
                    if !RESULTS.contains(&key.text.as_str()) {
                        self.report.unknown_key(&key, RESULTS.into_iter());
                    }
                    self.pack.results.push((key, name));
                }
            }
        }
        if let Some(p) = t.table("payslip") {
            for (k, v) in p.pairs() {
                if self.overlay && self.pack.payslip.contains_key(&k.text) {
                    self.again(&p, &k.text, &self.pack.results_origin);
                }
                self.shown(&k, &v);
                self.pack.payslip.entry(k.text).or_insert(v.text);
            }
        }
        if !t.has("id")
            && let Some(a) = t.table("arrears")
        {
            if let Some(rates) = a.need("rates") {
                if rates.text != "period" {
                    self.report.unlisted(&rates, &["period"]);
                }
                if self.overlay || self.pack.arrears_rates.is_some() {
                    self.again(&a, "arrears", &self.pack.results_origin);
                }
            }
            self.pack.arrears_rates = a.need("source").or_else(|| self.pack.arrears_rates.take());
            a.close();
        }
        let one_element = t.has("id");
        if !one_element && let Some(code) = t.misplaced("code").filter(|_| t.misplaced("kind").is_some()) {
            // An element of pay without its name: what it says belongs to no other table.
            let sample = format!("id = \"{}\"", written::name(&code.text));
            return self.report.error("L03", code.file, &code.span, &[("key", "id"), ("sample", &sample)]);
        }
        for s in if one_element { Vec::new() } else { t.tables("section") } {
            let (id, label) = (s.need("id"), s.need_words("label"));
            if let Some(id) = id {
                if self.overlay && self.pack.sections.iter().any(|x| x.0 == id.text) {
                    self.again(&s, &id.text, &self.pack.results_origin);
                }
                self.pack.sections.push((id.text, label.unwrap_or_default()));
            }
            s.close();
        }
        for c in if one_element { Vec::new() } else { t.tables("cause") } {
            let (id, label, role) = (c.need("id"), c.need_words("label"), c.spot("role"));
            if let Some(id) = id {
                if self.overlay && self.pack.causes.iter().any(|x| x.0 == id.text) {
                    self.again(&c, &id.text, &self.pack.results_origin);
                }
                if let Some(r) = role {
                    match toml::Value::String(r.text.clone()).try_into::<CauseRole>() {
                        Ok(role) => {
                            self.pack.cause_roles.insert(role, self.pack.causes.len());
                        }
                        Err(_) => self.unknown_role(&r, &CauseRole::NAMES),
                    }
                }
                self.pack.causes.push((id.text, label.unwrap_or_default()));
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

    pub(super) fn unknown_role(&self, r: &Spot, names: &[&str]) {
        let near = suggestion(&r.text, names.iter().copied()).unwrap_or_default();
        self.report.error("L09", r.file, &r.span, &[("role", &r.text), ("near", near), ("options", &names.join(", "))]);
    }

    /// Something without any version of its own, or any value.
    pub(super) fn none_of(&self, t: &Tab<'r, 'f>, id: &Spot, table: &'static str, what: &str) {
        let key = table.rsplit_once('.').map_or(table, |p| p.1);
        if !t.has(key) {
            self.report.error("L22", t.file, &id.span, &[("id", &id.text), ("table", table), ("what", what)]);
        }
    }

    fn head(&mut self, head: &Tab<'r, 'f>) {
        let id = head.need("id").map(|s| s.text).unwrap_or_default();
        let name = head.words("name").unwrap_or_default();
        let version = head.text("version").unwrap_or_default();
        let language = self.one_of(head, "language", &["fr", "en"]);
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
