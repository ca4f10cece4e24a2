//! The walk over the lines: where blocks begin, whom they are about, and what is wrong with them.

use super::group::{self, Group};
use super::lines::{self, Content, Line, Lines};
use super::tables::{self, BlockId, Code, Norm, Rubric, Type};
use super::{Declaration, File, Person};
use crate::ground::{Checked, EmployeeId, Finding, Place, Severity, Siret};
use crate::read::limits::{Limits, Passed, Tally};
use std::collections::BTreeMap;

/// Findings on single values beyond this many are not listed.
const LISTED: usize = 500;
/// Kinds of lines outside the norm that are told apart.
const STRANGE: usize = 200;
/// Declarations and people of a file: a management centre declares for thousands of employers, a region a million people.
const DECLARATIONS: usize = 100_000;
const PEOPLE: u32 = 2_000_000;

/// Blocks that begin something.
struct Roots {
    sending: BlockId,
    declaration: BlockId,
    company: BlockId,
    person: BlockId,
    contract: BlockId,
    total: BlockId,
}

/// A sending: from its first line to its total.
#[derive(Default)]
struct Sending {
    open: bool,
    line: u32,
    head: Group,
    /// Lines from S10 to S90, known or not.
    lines: u64,
    declarations: u64,
    /// Index of its first declaration in the file.
    first: usize,
    total: Group,
}

struct Walk<'a> {
    file: &'a str,
    roots: Roots,
    out: File,
    sending: Sending,
    declaration: Option<Declaration>,
    person: Option<Person>,
    people: u32,
    /// Block and number of the last known rubric.
    at: Option<(BlockId, u16)>,
    /// The block being filled has no parent, so that its values have no place.
    lost: bool,
    norm: Norm,
    line: u32,
    findings: Vec<Finding>,
    tally: Tally,
    /// Rubrics outside the norm: how often, and the first line.
    strange: BTreeMap<String, (u64, u32)>,
    /// Codes that the norm does not have: by rubric and code, whether another norm has them, how often, the first line.
    codes: BTreeMap<(Norm, Rubric, String), (Code, u64, u32)>,
}

pub fn walk(mut lines: Lines<'_>, file: &str, limits: &Limits) -> Checked<File> {
    let block = |name| BlockId::named(name).expect("the table of blocks is read whole by a test");
    let roots = Roots {
        sending: block("S10.G00.00"),
        declaration: block("S20.G00.05"),
        company: block("S21.G00.06"),
        person: block("S21.G00.30"),
        contract: block("S21.G00.40"),
        total: block("S90.G00.90"),
    };
    let mut w = Walk {
        file,
        roots,
        out: File::default(),
        sending: Sending::default(),
        declaration: None,
        person: None,
        people: 0,
        at: None,
        lost: false,
        norm: Norm::P26,
        line: 0,
        findings: Vec::new(),
        tally: Tally::default(),
        strange: BTreeMap::new(),
        codes: BTreeMap::new(),
    };
    loop {
        if lines.number >= limits.rows {
            let f = Passed::Rows.finding(limits, w.place(lines.number, None));
            w.findings.push(f);
            break;
        }
        let number = lines.number.saturating_add(1);
        w.line = number;
        match lines.next() {
            Ok(Some(Line::Text(text))) => w.line(&text),
            Ok(Some(Line::TooLong)) => w.unreadable("R71"),
            Ok(None) => {
                w.line = number - 1;
                break;
            }
            Err(_) => {
                let f = Finding::new("R04", Severity::Justify).at(w.place(number, None));
                w.findings.push(f);
                break;
            }
        }
    }
    w.out.lines = w.line;
    w.out.letters = lines.letters;
    w.finish()
}

impl Walk<'_> {
    fn place(&self, line: u32, rubric: Option<&str>) -> Place {
        Place::Line { file: self.file.to_owned(), line, heading: rubric.map(str::to_owned) }
    }

    /// A finding on one value, about the person being read; what sets somebody aside is never cut.
    fn note(&mut self, finding: Finding) {
        if self.findings.len() < LISTED || finding.severity == Severity::Blocking {
            self.findings.push(finding);
        }
    }

    /// Something is missing from whoever the line was about.
    fn hurt(&mut self) {
        if let Some(p) = &mut self.person {
            p.unread += 1;
        }
    }

    fn unreadable(&mut self, code: &'static str) {
        let (file, line) = (self.file, self.line);
        self.tally.note(code, Severity::Justify, || Place::Line { file: file.to_owned(), line, heading: None });
        self.hurt();
        if self.sending.open {
            self.sending.lines += 1;
        }
    }

    fn line(&mut self, text: &str) {
        match lines::content(text) {
            Content::Blank => {}
            Content::Other => self.unreadable("R70"),
            Content::Open(key, value) => {
                let (file, line) = (self.file, self.line);
                let name = text.get(..14).map(str::to_owned);
                self.tally.note("R72", Severity::Justify, || Place::Line { file: file.to_owned(), line, heading: name });
                self.value(key, text, value);
                self.hurt();
            }
            Content::Value(key, value) => self.value(key, text, value),
        }
    }

    fn value(&mut self, key: u32, text: &str, value: &str) {
        // S10 to S90 are the declaration; S05, S06, S95 and S96 are the envelope of a batch that came back from a hub.
        let structure = key / 10_000_000;
        let inside = (10..=90).contains(&structure);
        let Some(rubric) = tables::rubric(key) else {
            if self.sending.open && inside {
                self.sending.lines += 1;
            }
            let name = text[..14].to_owned();
            if self.strange.len() < STRANGE || self.strange.contains_key(&name) {
                self.strange.entry(name).or_insert((0, self.line)).0 += 1;
            }
            return;
        };
        let (block, number) = (rubric.row().block, rubric.row().number);
        let begins = self.at.is_none_or(|(b, n)| b != block || number <= n);
        self.at = Some((block, number));
        if begins {
            self.begin(block);
        }
        if self.sending.open {
            self.sending.lines += 1;
        }
        // An empty value is an absent one.
        if !value.is_empty() && !self.lost {
            self.keep(rubric, block, value);
        }
        if block == self.roots.total && number == 2 {
            self.end_sending();
        }
    }

    fn begin(&mut self, block: BlockId) {
        self.lost = false;
        let line = self.line;
        if block == self.roots.sending {
            self.end_sending();
            self.sending = Sending { open: true, line, first: self.out.declarations.len(), ..Sending::default() };
            self.norm = Norm::P26;
            self.sending.head.open(block, line, true);
        } else if block == self.roots.total {
            self.end_declaration();
            self.sending.total.open(block, line, true);
        } else if block == self.roots.declaration {
            self.end_declaration();
            self.sending.declarations += 1;
            if self.out.declarations.len() >= DECLARATIONS {
                return self.lose(block);
            }
            self.norm_of_sending();
            let mut d = Declaration { file: self.file.to_owned(), line, ..Declaration::default() };
            d.norm = self.sending.head.text("S10.G00.00.006").map_or("", |s| s.value).into();
            d.test = self.sending.head.text("S10.G00.00.005").is_some_and(|s| s.value == "01");
            d.head.open(block, line, true);
            self.declaration = Some(d);
        } else if block == self.roots.person {
            self.end_person();
            let Some(d) = self.declaration.as_ref().filter(|_| self.people < PEOPLE) else { return self.lose(block) };
            self.people += 1;
            let mut p = Person { line, siret: d.latest_siret().into(), ..Person::default() };
            p.group.open(block, line, true);
            self.person = Some(p);
        } else if self.is_about_a_person(block) {
            let opened = self.person.as_mut().is_some_and(|p| p.group.open(block, line, false));
            if !opened {
                self.lose(block);
            }
        } else if block.row().name.starts_with("S10.") {
            if !self.sending.head.open(block, line, false) {
                self.lose(block);
            }
        } else {
            // What stands beside the people ends the last of them.
            self.end_person();
            if block == self.roots.company && self.declaration.as_ref().is_some_and(|d| d.head.first("S21.G00.06").is_some()) {
                let f = Finding::new("R77", Severity::Justify).at(self.place(line, Some("S21.G00.06.001")));
                self.note(f);
            }
            if !self.declaration.as_mut().is_some_and(|d| d.head.open(block, line, false)) {
                self.lose(block);
            }
        }
    }

    fn is_about_a_person(&self, block: BlockId) -> bool {
        let mut at = block;
        while let Some(parent) = at.row().parent {
            if parent == self.roots.person {
                return true;
            }
            at = parent;
        }
        false
    }

    /// A block without the block it belongs to.
    fn lose(&mut self, block: BlockId) {
        self.lost = true;
        let (file, line) = (self.file, self.line);
        self.tally.note("R74", Severity::Justify, || Place::Line {
            file: file.to_owned(),
            line,
            heading: Some(block.row().name.to_owned()),
        });
        self.hurt();
    }

    fn keep(&mut self, rubric: Rubric, block: BlockId, value: &str) {
        let row = rubric.row();
        if !group::fits(rubric, value) {
            let mut f = Finding::new("R78", Severity::Justify).arg("label", row.label).at(self.place(self.line, Some(row.name)));
            if let Some(id) = self.person.as_ref().and_then(|p| EmployeeId::parse(p.number())) {
                f = f.of(&id);
            }
            self.note(f);
            // A payment or an amount is missing; what is missing of a person or a contract, the rules ask for.
            if row.block != self.roots.person && row.block != self.roots.contract {
                self.hurt();
            }
        } else if value.chars().count() > row.max {
            let (file, line) = (self.file, self.line);
            self.tally.note("R79", Severity::Warning, || Place::Line { file: file.to_owned(), line, heading: Some(row.name.to_owned()) });
        }
        if row.kind == Type::Code && !row.name.starts_with("S10.") {
            let code = tables::code(self.norm, row.name, value);
            if matches!(code, Code::Unknown | Code::OtherNorm(_)) {
                let key = (self.norm, rubric, value.chars().take(20).collect());
                if self.codes.len() < LISTED || self.codes.contains_key(&key) {
                    self.codes.entry(key).or_insert((code, 0, self.line)).1 += 1;
                }
            }
        }
        let line = self.line;
        let group = if block == self.roots.total {
            Some(&mut self.sending.total)
        } else if row.name.starts_with("S10.") {
            Some(&mut self.sending.head)
        } else if block == self.roots.person || self.is_about_a_person(block) {
            self.person.as_mut().map(|p| &mut p.group)
        } else {
            self.declaration.as_mut().map(|d| &mut d.head)
        };
        if let Some(g) = group {
            g.push(rubric, line, value);
        }
    }

    fn norm_of_sending(&mut self) {
        let said = self.sending.head.text("S10.G00.00.006");
        let known = said.and_then(|s| Norm::of(s.value));
        self.norm = known.map_or(Norm::P26, |n| n.0);
        if self.sending.declarations == 1 && known.is_none_or(|(_, year)| !(24..=26).contains(&year)) {
            let year = known.map_or(0, |n| n.1);
            // P20 to P23 are near enough to P24; anything else is told louder.
            let severity = if (20..24).contains(&year) { Severity::Information } else { Severity::Justify };
            let line = said.map_or(self.line, |s| s.spot.line);
            let f = Finding::new("R80", severity)
                .arg("norm", said.map_or("–", |s| s.value))
                .arg("used", format!("{:?}", self.norm))
                .at(self.place(line, Some("S10.G00.00.006")));
            self.note(f);
        }
    }

    fn end_person(&mut self) {
        let Some(mut p) = self.person.take() else { return };
        p.group.shrink();
        if p.group.first(self.roots.contract.row().name).is_none() {
            let mut f = Finding::new("R81", Severity::Justify).at(self.place(p.line, Some("S21.G00.40")));
            if let Some(id) = EmployeeId::parse(p.number()) {
                f = f.of(&id);
            }
            self.note(f);
        }
        if let Some(d) = &mut self.declaration {
            d.people.push(p);
        }
    }

    fn end_declaration(&mut self) {
        self.end_person();
        let Some(mut d) = self.declaration.take() else { return };
        d.head.shrink();
        d.people.shrink_to_fit();
        let siret = d.siret();
        if Siret::parse(&siret).is_none() {
            let line = d.head.text("S21.G00.06.001").map_or(d.line, |s| s.spot.line);
            let f = Finding::new("R82", Severity::Justify)
                .arg("siret", if siret.is_empty() { "–" } else { &siret })
                .at(self.place(line, Some("S21.G00.06.001")));
            self.note(f);
        }
        self.out.declarations.push(d);
    }

    fn end_sending(&mut self) {
        if !std::mem::take(&mut self.sending.open) {
            return;
        }
        self.end_declaration();
        let s = std::mem::take(&mut self.sending);
        let stated = |n: u16| s.total.first("S90.G00.90").and_then(|b| b.text(n));
        let Some(lines) = stated(1) else {
            // No total: the copy was cut, the last person read may lack lines.
            let people: usize = self.out.declarations[s.first..].iter().map(|d| d.people.len()).sum();
            if let Some(p) = self.out.declarations[s.first..].last_mut().and_then(|d| d.people.last_mut()) {
                p.unread += 1;
            }
            let f = Finding::new("R75", Severity::Blocking).arg("count", people).at(self.place(self.line, None));
            self.note(f);
            return;
        };
        for (said, counted, rubric) in [(Some(lines), s.lines, "S90.G00.90.001"), (stated(2), s.declarations, "S90.G00.90.002")] {
            let Some(said) = said else { continue };
            if said.value.trim_start_matches('0').parse::<u64>().ok() != Some(counted) {
                let f = Finding::new("R76", Severity::Justify)
                    .arg("stated", said.value)
                    .arg("counted", counted)
                    .at(self.place(said.spot.line, Some(rubric)))
                    .at(self.place(s.line, None));
                self.note(f);
            }
        }
        for d in &mut self.out.declarations[s.first..] {
            d.complete = true;
        }
    }

    fn finish(mut self) -> Checked<File> {
        self.end_sending();
        self.end_declaration();
        if self.out.declarations.is_empty() {
            let f = Finding::new("R83", Severity::Justify).at(Place::File { file: self.file.to_owned() });
            self.findings.push(f);
        }
        let (strange, codes) = (std::mem::take(&mut self.strange), std::mem::take(&mut self.codes));
        if !strange.is_empty() {
            let count: u64 = strange.values().map(|s| s.0).sum();
            let names: Vec<&str> = strange.keys().map(String::as_str).take(12).collect();
            let more = if strange.len() > names.len() { ", …" } else { "" };
            let f = Finding::new("R73", Severity::Warning).arg("count", count).arg("rubrics", format!("{}{more}", names.join(", ")));
            let f = strange.iter().take(8).fold(f, |f, (name, (_, line))| f.at(self.place(*line, Some(name))));
            self.findings.push(f);
        }
        for ((norm, rubric, text), (code, count, line)) in codes {
            let (name, other) = match code {
                Code::OtherNorm(label) => ("R85", label),
                Code::Known(_) | Code::Unknown | Code::NoTable => ("R84", ""),
            };
            let f = Finding::new(name, Severity::Warning)
                .arg("code", text)
                .arg("label", rubric.row().label)
                .arg("count", count)
                .arg("norm", format!("{norm:?}"))
                .arg("other", other)
                .at(self.place(line, Some(rubric.row().name)));
            self.findings.push(f);
        }
        if self.out.letters.utf8 > 0 && self.out.letters.single_byte > 0 {
            let f = Finding::new("R86", Severity::Justify)
                .arg("utf8", self.out.letters.utf8)
                .arg("other", self.out.letters.single_byte)
                .at(Place::File { file: self.file.to_owned() });
            self.findings.push(f);
        }
        self.findings.extend(self.tally.finish());
        Checked::new(self.out, self.findings)
    }
}
