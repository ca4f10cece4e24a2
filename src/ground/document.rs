//! TOML text → tables whose every key and value knows its bytes, with a finding for each key nobody reads.

use super::words::Lang;
use super::{Exact, Finding, Place, Severity, Words, written};
use chrono::NaiveDate;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// One text file: of a pack, or `releve.toml` of a job.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// Relative path with `/`: `fr-fpt/remuneration/nbi.toml`.
    pub path: String,
    pub text: String,
}

/// Findings about rule text, each made with the place of a span.
pub struct Report<'f> {
    pub files: &'f [TextFile],
    pub findings: RefCell<Vec<Finding>>,
    /// Every key asked for, by the path of its table, when somebody wants to know.
    pub keys: Option<RefCell<Keys>>,
    /// The language in which every label must be given.
    pub language: Cell<Lang>,
}

/// Keys a reader knows, by the path of the table they stand in: `parameter.value` → `from`, `value`, `source`, …
pub type Keys = BTreeMap<String, BTreeSet<&'static str>>;

impl<'f> Report<'f> {
    pub fn new(files: &'f [TextFile]) -> Self {
        Self { files, findings: RefCell::new(Vec::new()), keys: None, language: Cell::new(Lang::Fr) }
    }
    /// One that also keeps which keys were asked for.
    pub fn watching(files: &'f [TextFile]) -> Self {
        Self { keys: Some(RefCell::default()), ..Self::new(files) }
    }
    pub fn place(&self, file: u16, span: &Range<usize>) -> Place {
        place(self.files, file, span)
    }
    pub fn error(&self, code: &str, file: u16, span: &Range<usize>, args: &[(&'static str, &str)]) {
        self.push(Finding::new(code, Severity::Blocking), &[(file, span.clone())], args);
    }
    /// A name that nothing bears: with the one that is near, or what a name is.
    pub fn unknown_name<'n>(&self, s: &Spot, known: impl Iterator<Item = &'n str>) {
        match suggestion(&s.text, known) {
            Some(near) => self.error("L40", s.file, &s.span, &[("name", &s.text), ("near", near)]),
            None => self.error("L39", s.file, &s.span, &[("name", &s.text)]),
        }
    }
    /// A key that is none of those that are known.
    pub fn unknown_key<'n>(&self, key: &Spot, known: impl Iterator<Item = &'n str> + Clone) {
        let near = suggestion(&key.text, known.clone()).unwrap_or_default();
        let known = known.collect::<Vec<_>>().join(", ");
        self.error("L02", key.file, &key.span, &[("key", &key.text), ("near", near), ("known", &known)]);
    }
    /// A word that is none of a closed list.
    pub fn unlisted(&self, s: &Spot, options: &[&str]) {
        let near = suggestion(&s.text, options.iter().copied()).unwrap_or_default();
        self.error("L45", s.file, &s.span, &[("name", &s.text), ("options", &options.join(", ")), ("near", near)]);
    }
    /// A finding that concerns two places.
    pub fn both(&self, code: &str, a: (u16, Range<usize>), b: (u16, Range<usize>), args: &[(&'static str, &str)]) {
        self.push(Finding::new(code, Severity::Blocking), &[a, b], args);
    }
    pub fn push(&self, mut f: Finding, at: &[(u16, Range<usize>)], args: &[(&'static str, &str)]) {
        for (name, value) in args {
            f = f.arg(name, value);
        }
        for (file, span) in at {
            f = f.at(self.place(*file, span));
        }
        self.findings.borrow_mut().push(f);
    }
}

/// The place of a stretch of bytes, line and column counted from 1 in characters.
pub fn place(files: &[TextFile], file: u16, span: &Range<usize>) -> Place {
    let Some(f) = files.get(usize::from(file)) else { return Place::Nowhere };
    let start = span.start.min(f.text.len());
    let before = &f.text[..start];
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Place::Rule { file: f.path.clone(), line: line as u32, column: column as u32, start, end: span.end.min(f.text.len()) }
}

/// The closest of the names, when one is close enough to be what was meant: a few letters apart, or the only one that begins
/// in the same way.
pub fn suggestion<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let names: Vec<&str> = names.collect();
    let letters = word.chars().count();
    // Of one letter, any other is one letter apart.
    let limit = letters.div_ceil(3).clamp(1, 3).min(letters.saturating_sub(1));
    let near = names.iter().map(|n| (distance(word, n), *n)).filter(|(d, _)| *d <= limit).min().map(|(_, n)| n);
    near.or_else(|| {
        let alike = |n: &&str| {
            let same = word.chars().zip(n.chars()).take_while(|(a, b)| a == b).count();
            same >= 4 && word.chars().count().max(n.chars().count()) - same <= 3
        };
        let mut alike = names.iter().copied().filter(alike);
        alike.next().filter(|_| alike.next().is_none())
    })
}

/// Edits (insert, delete, replace, swap of neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, c) in rows[0].iter_mut().enumerate() {
        *c = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut d = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                d = d.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = d;
        }
    }
    rows[a.len()][b.len()]
}

/// Text with its bytes in the file.
#[derive(Clone, Debug)]
pub struct Spot {
    pub text: String,
    pub file: u16,
    pub span: Range<usize>,
    /// Byte where the content itself begins, after the quote; exact for single-quoted strings.
    pub inner: usize,
}

/// A table of a rule file. Keys that nobody asked for are reported by [`Tab::close`].
pub struct Tab<'a, 'f> {
    pub file: u16,
    pub span: Range<usize>,
    map: &'a DeTable<'a>,
    report: &'a Report<'f>,
    asked: RefCell<BTreeSet<&'static str>>,
    /// Keys from the top of the file to here; kept only for a watching report.
    path: String,
}

impl<'a, 'f> Tab<'a, 'f> {
    pub fn new(file: u16, span: Range<usize>, map: &'a DeTable<'a>, report: &'a Report<'f>) -> Self {
        Self { file, span, map, report, asked: RefCell::new(BTreeSet::new()), path: String::new() }
    }

    fn inner(&self, span: Range<usize>, map: &'a DeTable<'a>, key: &str) -> Self {
        let path = match (&self.report.keys, self.path.is_empty()) {
            (None, _) => String::new(),
            (Some(_), true) => key.to_owned(),
            (Some(_), false) => format!("{}.{key}", self.path),
        };
        Self { path, ..Self::new(self.file, span, map, self.report) }
    }

    fn get(&self, key: &'static str) -> Option<(&'a DeValue<'a>, Range<usize>)> {
        self.asked.borrow_mut().insert(key);
        self.map.iter().find(|(k, _)| k.get_ref() == key).map(|(_, v)| (v.get_ref(), v.span()))
    }
    pub fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }
    pub fn span_of(&self, key: &'static str) -> Range<usize> {
        self.get(key).map_or(self.span.clone(), |v| v.1)
    }
    fn wrong(&self, span: &Range<usize>, key: &str, wanted: &str) {
        self.report.error("L04", self.file, span, &[("key", key), ("wanted", wanted)]);
    }
    /// A key that must be there is not; `sample` is the line to add.
    pub fn missing(&self, key: &str, sample: &str) {
        self.report.error("L03", self.file, &self.span, &[("key", key), ("sample", sample)]);
    }
    fn raw(&self, span: &Range<usize>) -> &str {
        self.report.files[usize::from(self.file)].text.get(span.clone()).unwrap_or_default()
    }

    /// The text of a key that has no place here, so that a finding can say where it has.
    pub fn misplaced(&self, key: &str) -> Option<Spot> {
        let (_, v) = self.map.iter().find(|(k, _)| k.get_ref() == key)?;
        let DeValue::String(s) = v.get_ref() else { return None };
        Some(Spot { text: s.to_string(), file: self.file, inner: v.span().start + 1, span: v.span() })
    }

    pub fn spot(&self, key: &'static str) -> Option<Spot> {
        let (v, span) = self.get(key)?;
        match v {
            DeValue::String(s) => {
                let raw = &self.report.files[usize::from(self.file)].text[span.clone()];
                let quotes = if raw.starts_with("'''") || raw.starts_with("\"\"\"") { 3 } else { 1 };
                Some(Spot { text: s.to_string(), file: self.file, inner: span.start + quotes, span })
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.wrong(&span, key, "\"…\"");
                None
            }
        }
    }
    pub fn text(&self, key: &'static str) -> Option<String> {
        self.spot(key).map(|s| s.text)
    }
    /// Text that must be there.
    pub fn need(&self, key: &'static str) -> Option<Spot> {
        if !self.has(key) {
            self.missing(key, "");
        }
        self.spot(key)
    }
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        match self.get(key)? {
            (DeValue::Boolean(b), _) => Some(*b),
            (_, span) => {
                self.wrong(&span, key, "true, false");
                None
            }
        }
    }
    pub fn whole(&self, key: &'static str) -> Option<i64> {
        match self.get(key)? {
            (DeValue::Integer(n), span) => {
                let n = i64::from_str_radix(n.as_str(), n.radix()).ok();
                if n.is_none() {
                    self.wrong(&span, key, "123");
                }
                n
            }
            (_, span) => {
                self.wrong(&span, key, "123");
                None
            }
        }
    }
    pub fn date(&self, key: &'static str) -> Option<NaiveDate> {
        match self.get(key)? {
            (DeValue::Datetime(d), span) if d.time.is_none() => {
                let date = d.date.and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day)));
                if date.is_none() {
                    self.wrong(&span, key, "2021-12-01");
                }
                date
            }
            (DeValue::String(text), span) => {
                // A day as people write it is shown as it should stand, and not as another day.
                let day = ["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d"].iter().find_map(|f| NaiveDate::parse_from_str(text.trim(), f).ok());
                self.wrong(&span, key, &day.map_or_else(|| "2021-12-01".to_owned(), |d| d.to_string()));
                None
            }
            (_, span) => {
                self.wrong(&span, key, "2021-12-01");
                None
            }
        }
    }
    /// A number in quotes: `"0.1110"`, `"32/35"`. A bare decimal would pass through a float and is refused.
    /// `sample` is one of the kind that is expected.
    pub fn number(&self, key: &'static str, sample: &str) -> Option<Exact> {
        let (v, span) = self.get(key)?;
        match v {
            DeValue::String(s) => {
                let n = Exact::parse(s);
                if n.is_none() {
                    let meant = written::number(s);
                    let sample = format!("{key} = \"{}\"", meant.as_deref().unwrap_or(sample));
                    self.report.error("L10", self.file, &span, &[("text", s), ("sample", &sample)]);
                }
                n
            }
            DeValue::Integer(_) | DeValue::Float(_) => {
                self.report.error("L05", self.file, &span, &[("key", key), ("text", self.raw(&span))]);
                None
            }
            DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                self.wrong(&span, key, &format!("\"{sample}\""));
                None
            }
        }
    }
    /// A label: `"…"` or `{ fr = "…", en = "…" }`.
    pub fn words(&self, key: &'static str) -> Option<Words> {
        match self.get(key)? {
            (DeValue::String(s), _) => Some(Words::new(s, "")),
            (DeValue::Table(map), span) => {
                let t = self.inner(span, map, key);
                let due = match self.report.language.get() {
                    Lang::Fr => "fr",
                    Lang::En => "en",
                };
                if !t.has(due) {
                    t.missing(due, "");
                }
                let (fr, en) = (t.text("fr"), t.text("en").unwrap_or_default());
                t.close();
                // What has no French words is said in those it has.
                Some(Words { fr: fr.unwrap_or_else(|| en.clone()), en })
            }
            (_, span) => {
                self.wrong(&span, key, "{ fr = \"…\", en = \"…\" }");
                None
            }
        }
    }
    /// A label that must be there.
    pub fn need_words(&self, key: &'static str) -> Option<Words> {
        if !self.has(key) {
            self.missing(key, &format!("{key} = {{ fr = \"…\", en = \"…\" }}"));
        }
        self.words(key)
    }
    pub fn list(&self, key: &'static str) -> Vec<Spot> {
        let Some((v, span)) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = v else {
            self.wrong(&span, key, "[\"…\"]");
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(s) => {
                    out.push(Spot { text: s.to_string(), file: self.file, inner: item.span().start + 1, span: item.span() });
                }
                _ => self.wrong(&item.span(), key, "\"…\""),
            }
        }
        out
    }
    pub fn texts(&self, key: &'static str) -> Vec<String> {
        self.list(key).into_iter().map(|s| s.text).collect()
    }
    /// Tables of an array `[[key]]`.
    pub fn tables(&self, key: &'static str) -> Vec<Tab<'a, 'f>> {
        let Some((v, span)) = self.get(key) else { return Vec::new() };
        if let (DeValue::Table(_), Some(table)) = (v, self.raw(&span).strip_prefix('[').and_then(|r| r.strip_suffix(']'))) {
            let told = Finding::new("L04", Severity::Blocking).told("L04.tables");
            self.report.push(told, &[(self.file, span.clone())], &[("table", table)]);
            return Vec::new();
        }
        let DeValue::Array(items) = v else {
            self.wrong(&span, key, "[{ … }]");
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(map) => out.push(self.inner(item.span(), map, key)),
                _ => self.wrong(&item.span(), key, "{ … }"),
            }
        }
        out
    }
    pub fn table(&self, key: &'static str) -> Option<Tab<'a, 'f>> {
        match self.get(key)? {
            (DeValue::Table(map), span) => Some(self.inner(span, map, key)),
            (_, span) => {
                self.wrong(&span, key, "{ … }");
                None
            }
        }
    }
    /// Every key with its text, for tables whose keys are names; keys already asked for by name are left out.
    pub fn pairs(&self) -> Vec<(Spot, Spot)> {
        let mut out = Vec::new();
        for (k, v) in self.map.iter().filter(|(k, _)| !self.asked.borrow().contains(k.get_ref().as_ref())) {
            let key = Spot { text: k.get_ref().to_string(), file: self.file, span: k.span(), inner: k.span().start };
            match v.get_ref() {
                DeValue::String(s) => {
                    out.push((key, Spot { text: s.to_string(), file: self.file, span: v.span(), inner: v.span().start + 1 }))
                }
                DeValue::Boolean(b) => {
                    out.push((
                        key,
                        Spot { text: if *b { "yes" } else { "no" }.to_owned(), file: self.file, span: v.span(), inner: v.span().start },
                    ));
                }
                DeValue::Datetime(d) => {
                    out.push((key, Spot { text: d.to_string(), file: self.file, span: v.span(), inner: v.span().start }));
                }
                DeValue::Integer(_) | DeValue::Float(_) => {
                    self.report.error("L05", self.file, &v.span(), &[("key", &key.text), ("text", self.raw(&v.span()))]);
                }
                DeValue::Array(_) | DeValue::Table(_) => self.wrong(&v.span(), &key.text, "\"…\""),
            }
        }
        out
    }
    /// Every key with its list of texts, for tables whose keys are names.
    pub fn lists(&self) -> Vec<(Spot, Vec<Spot>)> {
        let mut out = Vec::new();
        for (k, v) in self.map.iter() {
            let key = Spot { text: k.get_ref().to_string(), file: self.file, span: k.span(), inner: k.span().start };
            let DeValue::Array(items) = v.get_ref() else {
                self.wrong(&v.span(), &key.text, "[\"…\"]");
                continue;
            };
            let mut texts = Vec::new();
            for item in items.iter() {
                match item.get_ref() {
                    DeValue::String(s) => {
                        texts.push(Spot { text: s.to_string(), file: self.file, inner: item.span().start + 1, span: item.span() });
                    }
                    _ => self.wrong(&item.span(), &key.text, "\"…\""),
                }
            }
            out.push((key, texts));
        }
        out
    }
    /// Reports every key that was never asked for.
    pub fn close(&self) {
        let asked = self.asked.borrow();
        if let Some(keys) = &self.report.keys {
            keys.borrow_mut().entry(self.path.clone()).or_default().extend(asked.iter().copied());
        }
        for (k, _) in self.map.iter() {
            let key = k.get_ref().as_ref();
            if !asked.contains(key) {
                let near = suggestion(key, asked.iter().copied()).unwrap_or_default();
                let known = asked.iter().copied().collect::<Vec<_>>().join(", ");
                self.report.error("L02", self.file, &k.span(), &[("key", key), ("near", near), ("known", &known)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_close() {
        let names = ["indice_majore", "points_nbi", "quotite"];
        assert_eq!(suggestion("indice_majoré", names.into_iter()), Some("indice_majore"));
        assert_eq!(suggestion("point_nbi", names.into_iter()), Some("points_nbi"));
        assert_eq!(suggestion("salaire", names.into_iter()), None);
        let keys = ["applies", "account", "amount"];
        assert_eq!(suggestion("apply", keys.into_iter()), Some("applies"));
        assert_eq!(suggestion("xyz", keys.into_iter()), None);
    }
}
