//! The rows of `decisions.csv` as people write them, in French or English, with any separator; every damage has its cell.

use super::write::french_words;
use super::{Broken, Decision, Decisions, State, What, Whom};
use crate::compute::employee::Way;
use crate::facts::{FactId, FactKind, NumberForm, Role, Value, Vocabulary};
use crate::ground::finding::{MARK, Rank};
use crate::ground::{At, EmployeeId, Exact, Finding, Iban, Lang, PayMonth, Place, Severity, Sources, Words, words};
use crate::job::{DECISIONS_FILE, Job};
use crate::normalise::text::fold;
use crate::normalise::values::{self, Mark};
use crate::pipeline::inputs::{HashedFile, hash};
use crate::read::{self as reader, Input, Limits, Row};
use crate::rules::Pack;
use crate::rules::pack::Measure;
use chrono::NaiveDate;
use std::ops::ControlFlow;

/// Titles of the columns, the first of each in the order of the file that `docs/deciding.md` shows.
pub const COLUMNS: [&[&str]; 9] = [
    &["decision", "type", "nature"],
    &["employee", "agent", "matricule"],
    &["about", "objet"],
    &["value", "valeur"],
    &["month", "mois"],
    &["until", "jusqu'a", "jusqu’a", "jusqu'au", "jusqu’au", "fin"],
    &["author", "auteur"],
    &["date"],
    &["reason", "motif"],
];
pub const TITLES_FR: [&str; 9] = ["décision", "agent", "objet", "valeur", "mois", "jusqu'à", "auteur", "date", "motif"];

/// Which column a title is.
pub fn column_named(title: &str) -> Option<usize> {
    COLUMNS.iter().position(|names| names.contains(&fold(title).as_str()))
}

/// A blocking finding about a column, which each language names as the file does in that language.
fn about(code: &str, which: usize, sentence: &Words, slot: &str) -> Finding {
    let named = |text: &str, title: &str| text.replace(slot, title);
    Finding::new(code, Severity::Blocking).text(Words::new(&named(&sentence.fr, TITLES_FR[which]), &named(&sentence.en, COLUMNS[which][0])))
}

/// The same with a sentence of the catalogue.
fn column(code: &str, which: usize) -> Finding {
    let sentence = Words::new(words::sentence(code, Lang::Fr), words::sentence(code, Lang::En));
    about(code, which, &sentence, "{column}")
}

const DECISION: usize = 0;
const EMPLOYEE: usize = 1;
const ABOUT: usize = 2;
const VALUE: usize = 3;
const MONTH: usize = 4;
const UNTIL: usize = 5;
const AUTHOR: usize = 6;
const DATE: usize = 7;
const REASON: usize = 8;

/// Words for each kind of decision.
const KINDS: [(&str, &[&str]); 9] = [
    ("mode", &["mode"]),
    ("override", &["override", "correction", "forcage"]),
    ("waiver", &["waiver", "dispense", "derogation"]),
    ("call-back", &["call-back", "callback", "rappel telephonique", "contre-appel"]),
    ("join", &["join", "rapprochement", "meme agent"]),
    ("arrival", &["arrival", "arrivee", "entree"]),
    ("leaver", &["leaver", "depart", "sortie"]),
    ("present", &["present"]),
    ("exclusion", &["exclusion", "exclude", "exclure", "hors paie"]),
];

const MODES: [(Way, &[&str]); 5] = [
    (Way::Recompute, &["recompute", "recalcul", "calcul"]),
    (Way::Rules, &["rules", "rules alone", "regles", "regles seules"]),
    (Way::Carry, &["carry-over", "carry over", "carry", "reconduction"]),
    (Way::Advance(None), &["advance", "acompte", "avance"]),
    (Way::Hold, &["hold", "suspendre", "suspendu", "retenir", "bloquer"]),
];

/// Reads the file, if there is one.
///
/// What the reader itself finds in it blocks: a row that was lost may have been a decision.
pub fn read(job: &Job, pack: &Pack, sources: &mut Sources, findings: &mut Vec<Finding>) -> Decisions {
    let path = job.folder.join(DECISIONS_FILE);
    findings.extend(saved_otherwise(job, path.exists()));
    if !path.exists() {
        return Decisions::default();
    }
    let mut out = read_from(&Input::from(path.clone()), job, pack, sources, findings);
    if let Ok((bytes, sha256)) = hash(&path) {
        out.file = Some(HashedFile { name: DECISIONS_FILE.to_owned(), bytes, sha256 });
    }
    out
}

/// Decisions that a spreadsheet or an editor saved under another name: nothing of them counts.
fn saved_otherwise(job: &Job, beside: bool) -> Vec<Finding> {
    const NAMES: [&str; 6] =
        ["decisions.xlsx", "decisions.xls", "decisions.ods", "decisions.csv.txt", "decisions.txt", "decisions.csv.csv"];
    let there = NAMES.into_iter().filter(|n| job.folder.join(n).is_file());
    there
        .map(|name| {
            let mut f = Finding::new("J21", Severity::Justify).at(Place::File { file: name.to_owned() });
            f.rank = if beside { Rank::Own } else { Rank::Cause };
            f
        })
        .collect()
}

/// The same from bytes that are not written yet.
pub fn read_from(input: &Input, job: &Job, pack: &Pack, sources: &mut Sources, findings: &mut Vec<Finding>) -> Decisions {
    let mut out = Decisions::default();
    let mut opened = reader::open(input, DECISIONS_FILE, sources, &Limits::default(), None);
    let mut told = std::mem::take(&mut opened.findings);
    for table in &opened.value {
        let mut titles: Option<Vec<Option<usize>>> = None;
        let mut rows = Vec::new();
        told.extend(table.for_each(&mut |row| {
            rows.push(row.to_owned());
            ControlFlow::Continue(())
        }));
        for row in &rows {
            let row = row.as_row();
            match &titles {
                None => {
                    titles = Some(heading(&row, table.source, sources, &mut told));
                    if let Some(s) = sources.get_mut(table.source) {
                        s.headings = row.cells.iter().map(|c| c.shown().into_owned()).collect();
                    }
                }
                Some(t) => {
                    let r = Reader { row: &row, titles: t, source: table.source, sources, pack, job };
                    match r.decision() {
                        Ok(d) => out.list.push(d),
                        Err(found) => {
                            let whom = r.text(EMPLOYEE);
                            out.broken.extend(found.into_iter().map(|finding| Broken { whom: whom.clone(), finding }));
                        }
                    }
                }
            }
        }
    }
    for f in told.iter_mut().filter(|f| f.severity == Severity::Justify) {
        f.severity = Severity::Blocking;
    }
    findings.append(&mut told);
    out
}

/// Which column each title is; what is missing or not known is told.
fn heading(row: &Row<'_, '_>, source: u16, sources: &Sources, told: &mut Vec<Finding>) -> Vec<Option<usize>> {
    let found: Vec<Option<usize>> = row.cells.iter().map(|c| column_named(&c.shown())).collect();
    let place = sources.place(At::row(source, row.number));
    for i in 0..COLUMNS.len() {
        let count = found.iter().filter(|c| **c == Some(i)).count();
        if count != 1 {
            let code = if count == 0 { "D01" } else { "D02" };
            told.push(column(code, i).at(place.clone()));
        }
    }
    for (cell, _) in row.cells.iter().zip(&found).filter(|(cell, f)| f.is_none() && !cell.shown().is_empty()) {
        told.push(Finding::new("D03", Severity::Blocking).arg("column", cell.shown()).at(place.clone()));
    }
    found
}

struct Reader<'r, 'a> {
    row: &'r Row<'r, 'a>,
    titles: &'r [Option<usize>],
    source: u16,
    sources: &'r Sources,
    pack: &'r Pack,
    job: &'r Job,
}

impl Reader<'_, '_> {
    fn column(&self, which: usize) -> Option<usize> {
        self.titles.iter().position(|t| *t == Some(which))
    }
    fn text(&self, which: usize) -> String {
        let shown = self.column(which).map(|c| self.row.cell(c).shown().into_owned()).unwrap_or_default();
        shown.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
    }
    fn at(&self, which: usize) -> At {
        self.column(which).map_or(At::row(self.source, self.row.number), |c| At::cell(self.source, self.row.number, c as u16))
    }
    /// A cell that does not say what it should.
    fn wrong(&self, which: usize, wanted: &str) -> Finding {
        // An account is not repeated.
        let text = if which == VALUE && self.kind() == Some("call-back") {
            crate::ground::iban::mask(&self.text(which))
        } else {
            self.text(which)
        };
        let mut f = column("D05", which).arg("text", text).at(self.sources.place(self.at(which)));
        f.text = f.text.map(|t| Words::new(&t.fr.replace("{wanted}", &french_words(wanted)), &t.en.replace("{wanted}", wanted)));
        f
    }
    fn missing(&self, kind: &str, which: usize) -> Finding {
        let place = self.sources.place(self.at(which));
        let control = self.pack.controls.iter().find(|c| matches!(&c.measure, Measure::Named(n) if n == "incomplete_override"));
        match control.filter(|_| kind == "override") {
            Some(c) => {
                let f = about(&c.id, which, &c.message, "{missing}").arg("agent", self.text(EMPLOYEE));
                f.arg("what", self.text(ABOUT)).at(place)
            }
            None => {
                let mut f = column("D06", which).at(place);
                f.text = f.text.map(|t| Words::new(&t.fr.replace("{kind}", &french_words(kind)), &t.en.replace("{kind}", kind)));
                f
            }
        }
    }

    fn kind(&self) -> Option<&'static str> {
        let word = fold(&self.text(DECISION));
        KINDS.iter().find(|k| k.1.contains(&word.as_str())).map(|k| k.0)
    }

    /// The row, or everything that is wrong with it.
    fn decision(&self) -> Result<Decision, Vec<Finding>> {
        let Some(kind) = self.kind() else {
            let words: Vec<&str> = KINDS.iter().map(|k| k.0).collect();
            return Err(vec![self.wrong(DECISION, &words.join(", "))]);
        };
        let mut found = Vec::new();
        let beyond =
            self.row.cells.iter().enumerate().filter(|(i, c)| self.titles.get(*i).is_none_or(Option::is_none) && !c.shown().is_empty());
        found.extend(beyond.map(|(i, c)| {
            let at = At::cell(self.source, self.row.number, i as u16);
            Finding::new("D04", Severity::Blocking).arg("text", c.shown()).at(self.sources.place(at))
        }));
        let mut needs: Vec<usize> = vec![MONTH, AUTHOR, DATE, REASON];
        match kind {
            "mode" | "arrival" | "leaver" => needs.extend([EMPLOYEE, VALUE]),
            "override" => needs.extend([EMPLOYEE, ABOUT, VALUE, UNTIL]),
            "call-back" => needs.extend([EMPLOYEE, ABOUT, VALUE]),
            "join" => needs.extend([EMPLOYEE, ABOUT]),
            "present" | "exclusion" => needs.push(EMPLOYEE),
            _ => needs.push(ABOUT),
        }
        needs.sort_unstable();
        found.extend(needs.iter().filter(|c| self.text(**c).is_empty()).map(|c| self.missing(kind, *c)));
        let given = |c: usize| !self.text(c).is_empty();
        let month = |c: usize, found: &mut Vec<Finding>| {
            let m = month_written(&self.text(c));
            if m.is_none() && given(c) {
                found.push(self.wrong(c, "2021-12"));
            }
            m
        };
        let from = month(MONTH, &mut found);
        let until = month(UNTIL, &mut found).or(from);
        if let (Some(a), Some(b)) = (from, until)
            && b < a
        {
            found.push(self.wrong(UNTIL, &format!("≥ {a}")));
        }
        let date = self.day(DATE);
        if date.is_none() && given(DATE) {
            found.push(self.wrong(DATE, "06/12/2021"));
        }
        let whom = match self.text(EMPLOYEE).as_str() {
            "" => Some(Whom::Run),
            "*" => Some(Whom::Everyone),
            one => EmployeeId::parse(one).map(Whom::One),
        };
        if kind != "waiver" && whom == Some(Whom::Everyone) {
            found.push(self.wrong(EMPLOYEE, "00123"));
        }
        let what = if needs.iter().all(|c| given(*c)) { self.what(kind, &mut found) } else { None };
        match (what, whom, from, until, date) {
            (Some(what), Some(whom), Some(from), Some(until), Some(date)) if found.is_empty() => Ok(Decision {
                what,
                whom,
                of_post: false,
                months: (from, until),
                author: self.text(AUTHOR),
                date,
                reason: self.text(REASON),
                at: At::row(self.source, self.row.number),
                state: State::Open,
            }),
            _ => Err(found),
        }
    }

    fn day(&self, which: usize) -> Option<NaiveDate> {
        values::date(&self.text(which), self.job.month.last_day()).ok().flatten()
    }

    fn what(&self, kind: &str, found: &mut Vec<Finding>) -> Option<What> {
        let vocabulary = &self.pack.vocabulary;
        let mut refuse = |which: usize, wanted: &str| {
            found.push(self.wrong(which, wanted));
            None
        };
        match kind {
            "mode" => {
                let word = fold(&self.text(VALUE));
                let Some((way, _)) = MODES.iter().find(|m| m.1.contains(&word.as_str())) else {
                    return refuse(VALUE, "recompute, rules, carry-over, advance, hold");
                };
                let share = self.text(ABOUT);
                match (way, share.is_empty()) {
                    (_, true) => Some(What::Mode(*way)),
                    (Way::Advance(_), false) => match part(&share).filter(|x| x.is_positive() && *x <= Exact::ONE) {
                        Some(x) => Some(What::Mode(Way::Advance(Some(x)))),
                        None => refuse(ABOUT, "80 %"),
                    },
                    (Way::Recompute | Way::Rules | Way::Carry | Way::Hold, false) => refuse(ABOUT, "–"),
                }
            }
            "override" => {
                let Some(fact) = named(vocabulary, &self.text(ABOUT)) else {
                    return refuse(ABOUT, &near(vocabulary, &self.text(ABOUT)));
                };
                if vocabulary.get(fact).role == Some(Role::Iban) {
                    return refuse(ABOUT, "call-back");
                }
                match value(vocabulary, fact, &self.text(VALUE), self.job.month) {
                    Ok(v) => Some(What::Override(fact, v)),
                    Err(wanted) => refuse(VALUE, &wanted),
                }
            }
            "waiver" => {
                let code = self.text(ABOUT).to_uppercase();
                let marks: Vec<String> = self.text(VALUE).to_lowercase().split_whitespace().map(str::to_owned).collect();
                let is_mark = |m: &String| m.len() == MARK && m.bytes().all(|b| b.is_ascii_lowercase());
                if !crate::ground::words::known(&code) && !self.pack.controls.iter().any(|c| c.id == code) {
                    refuse(ABOUT, "VAR-02")
                } else if !marks.iter().all(is_mark) {
                    refuse(VALUE, "–")
                } else {
                    Some(What::Waiver { code, marks })
                }
            }
            "call-back" => match Iban::parse(&self.text(VALUE)) {
                Ok(iban) => Some(What::CallBack { iban, number: self.text(ABOUT) }),
                Err(_) => refuse(VALUE, "IBAN"),
            },
            "join" => EmployeeId::parse(&self.text(ABOUT)).map(What::Join),
            "present" => Some(What::Present),
            "exclusion" => Some(What::Exclude),
            "arrival" | "leaver" => match self.day(VALUE) {
                Some(day) if kind == "arrival" => Some(What::Arrival { day, act: self.text(ABOUT) }),
                Some(day) => Some(What::Leaver(day)),
                None => refuse(VALUE, "06/12/2021"),
            },
            _ => None,
        }
    }
}

/// A month as people and spreadsheets write it: `2021-12`, `12/2021`, `01/12/2021`, `déc-21`, `déc.-21`, `décembre 2021`.
pub fn month_written(text: &str) -> Option<PayMonth> {
    let text = text.trim();
    if let Some(month) = PayMonth::parse(text).filter(|m| m.year() > 999) {
        return Some(month);
    }
    let parts: Vec<&str> = text.split(['/', '-', ' ']).filter(|p| !p.is_empty()).collect();
    let year = |t: &str| -> Option<i32> {
        let digits = t.bytes().all(|b| b.is_ascii_digit());
        let n: i32 = t.parse().ok().filter(|_| digits)?;
        match t.len() {
            4 => Some(n),
            2 => Some(2000 + n),
            _ => None,
        }
    };
    let number = |t: &str| t.parse::<u32>().ok().filter(|_| t.len() <= 2);
    match parts.as_slice() {
        // The first day of a month stands for it; another day is no month.
        [day, m, y] if number(day) == Some(1) && y.len() == 4 => PayMonth::new(year(y)?, number(m)?),
        [y, m, day] if number(day) == Some(1) && y.len() == 4 => PayMonth::new(year(y)?, number(m)?),
        [m, y] if y.len() == 4 && number(m).is_some() => PayMonth::new(year(y)?, number(m)?),
        [m, y] => PayMonth::new(year(y)?, values::month_named(m)?),
        _ => None,
    }
}

/// `80 %`, `0,8`, `4/5`; a bare number above one says nothing.
fn part(text: &str) -> Option<Exact> {
    let number = |t: &str| values::amount(t.trim(), Mark::Unknown).ok().flatten();
    if let Some(percent) = text.trim().strip_suffix('%') {
        return number(percent)?.div(Exact::int(100));
    }
    if let Some((a, b)) = text.split_once('/') {
        return number(a)?.div(number(b)?);
    }
    number(text).filter(|x| *x <= Exact::ONE)
}

/// The fact of that name, label or heading; `None` when none or several have it.
fn named(vocabulary: &Vocabulary, text: &str) -> Option<FactId> {
    if let Some(id) = vocabulary.named(text) {
        return Some(id);
    }
    let wanted = fold(text);
    let labels = |id: &FactId| {
        let d = vocabulary.get(*id);
        [&d.label.fr, &d.label.en].into_iter().any(|l| fold(l) == wanted)
    };
    let headings = |id: &FactId| vocabulary.get(*id).headings.iter().any(|h| fold(h) == wanted);
    let one = |hits: Vec<FactId>| (hits.len() == 1).then(|| hits[0]);
    let all = || vocabulary.iter().map(|f| f.0);
    one(all().filter(labels).collect()).or_else(|| one(all().filter(headings).collect()))
}

/// Facts that may be meant: the one nearly written so, else those that share a word with it, else a few that everybody has.
fn near(vocabulary: &Vocabulary, text: &str) -> String {
    if let Some(name) = crate::rules::document_suggestion(text, vocabulary.iter().map(|f| f.1.name.as_str())) {
        return name.to_owned();
    }
    let words =
        |t: &str| -> Vec<String> { fold(t).split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 1).map(str::to_owned).collect() };
    let asked = words(text);
    let shares = |d: &crate::facts::FactDecl| [&d.name, &d.label.fr, &d.label.en].iter().flat_map(|t| words(t)).any(|w| asked.contains(&w));
    let mut names: Vec<&str> = vocabulary.iter().filter(|f| shares(f.1)).map(|f| f.1.name.as_str()).take(6).collect();
    if names.is_empty() {
        names = vocabulary.iter().filter(|f| matches!(f.1.kind, FactKind::Number { .. })).map(|f| f.1.name.as_str()).take(6).collect();
        names.push("…");
    }
    names.join(", ")
}

/// A value as a person writes it, or what should stand there. A rate must say its percent sign: nothing is guessed.
fn value(vocabulary: &Vocabulary, fact: FactId, text: &str, month: PayMonth) -> Result<Value, String> {
    let number = |n: Option<Exact>, wanted: &str| n.map(Value::Number).ok_or_else(|| wanted.to_owned());
    match &vocabulary.get(fact).kind {
        FactKind::Text => Ok(Value::Text(text.into())),
        FactKind::Flag => values::flag(text).ok().flatten().map(Value::Flag).ok_or_else(|| "oui, non".to_owned()),
        FactKind::Date => values::date(text, month.last_day()).ok().flatten().map(Value::Date).ok_or_else(|| "06/12/2021".to_owned()),
        FactKind::Choice { options } => {
            let wanted = fold(text);
            let hit = options
                .iter()
                .position(|o| o.id == text || fold(&o.label.fr) == wanted || fold(&o.label.en) == wanted || o.written.contains(&wanted));
            let list = || options.iter().map(|o| o.id.as_str()).collect::<Vec<_>>().join(", ");
            hit.map(|i| Value::Choice(i as u16)).ok_or_else(list)
        }
        FactKind::Number { form: NumberForm::Rate } => number(part(text), "2,1 %"),
        FactKind::Number { form: NumberForm::Fraction } => {
            number(values::working_time(text, false, Mark::Unknown).ok().flatten().map(|w| w.share), "80 %")
        }
        FactKind::Number { form: NumberForm::Hours } => {
            let n = values::amount(values::without_unit(text), Mark::Unknown).or_else(|_| values::hours(text, Mark::Unknown));
            number(n.ok().flatten(), "7,5")
        }
        FactKind::Number { form: NumberForm::Money } => number(
            values::amount(text, Mark::Unknown)
                .ok()
                .flatten()
                .filter(|x| x.scaled_half_up(100).and_then(|c| Exact::ratio(c, 100)) == Some(x.reduced())),
            "1 234,56",
        ),
        FactKind::Number { form: NumberForm::Points | NumberForm::Days | NumberForm::Count } => {
            number(values::amount(values::without_unit(text), Mark::Unknown).ok().flatten(), "12")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_as_a_spreadsheet_writes_it() {
        let december = PayMonth::parse("2021-12");
        for text in ["2021-12", "12/2021", "01/12/2021", "2021-12-01", "déc-21", "déc.-21", "Déc. 2021", "décembre 2021", "DÉCEMBRE-2021"]
        {
            assert_eq!(month_written(text), december, "{text}");
        }
        for text in ["02/12/2021", "12/21", "21-12", "13/2021", "décembre", "x-21", "", "2021"] {
            assert_eq!(month_written(text), None, "{text}");
        }
    }

    #[test]
    fn a_share_says_its_percent_sign_or_is_below_one() {
        assert_eq!(part("80 %"), Exact::ratio(4, 5));
        assert_eq!(part("0,8"), Exact::ratio(4, 5));
        assert_eq!(part("4/5"), Exact::ratio(4, 5));
        assert_eq!(part("80"), None);
        assert_eq!(part("presque tout"), None);
    }
}
