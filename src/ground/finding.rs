//! A finding: something in the data or the rules that the reader of the message can mend.

use super::figures;
use super::ids::EmployeeId;
use super::place::Place;
use super::words::{self, Lang, Words};

/// How much a finding weighs. The four levels of the controls, in order of weight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// B: money cannot leave; limited to an employee, it sets that employee aside.
    Blocking,
    /// J: a written reason and a second person before release.
    Justify,
    /// W: shown, no action required.
    Warning,
    /// I: a register or a count.
    Information,
}

impl Severity {
    /// The letter the controls use.
    pub const fn letter(self) -> char {
        match self {
            Self::Blocking => 'B',
            Self::Justify => 'J',
            Self::Warning => 'W',
            Self::Information => 'I',
        }
    }
    pub fn from_letter(c: &str) -> Option<Self> {
        match c {
            "B" => Some(Self::Blocking),
            "J" => Some(Self::Justify),
            "W" => Some(Self::Warning),
            "I" => Some(Self::Information),
            _ => None,
        }
    }
}

/// Where a finding stands beside the others, whatever it weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Rank {
    /// Why others are there: it stands before all of them.
    Cause,
    #[default]
    Own,
    /// There only because of a cause: it goes when that is mended.
    Follows,
}

/// One finding, with a stable code. Its sentence stands in the catalogue ([`words`]) under the code,
/// unless the pack brings its own (`text`); `{name}` in a sentence is replaced by the argument of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: String,
    pub severity: Severity,
    pub args: Vec<(std::borrow::Cow<'static, str>, String)>,
    pub places: Vec<Place>,
    pub employee: Option<EmployeeId>,
    /// Cents at stake, for sorting.
    pub stake: i64,
    pub text: Option<Words>,
    /// What to do, when the finding brings its own advice; the catalogue's stands under the code.
    pub advice: Option<Words>,
    /// What a person recorded about it in `decisions.csv`.
    pub decided: Option<Box<Decided>>,
    pub rank: Rank,
}

/// Letters of a finding's mark.
pub const MARK: usize = 6;

/// Who decided about a finding, when, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub by: String,
    pub on: String,
    pub reason: String,
    /// Month that the decision was for.
    pub month: String,
    /// Whether it holds this month; an earlier one is only shown.
    pub stands: bool,
}

impl Finding {
    pub fn new(code: &str, severity: Severity) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            args: Vec::new(),
            places: Vec::new(),
            employee: None,
            stake: 0,
            text: None,
            advice: None,
            decided: None,
            rank: Rank::default(),
        }
    }
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name.into(), value.to_string()));
        self
    }
    /// An argument whose name comes from the pack.
    #[must_use]
    pub fn named(mut self, name: &str, value: String) -> Self {
        self.args.push((name.to_owned().into(), value));
        self
    }
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        if place != Place::Nowhere && !self.places.contains(&place) {
            self.places.push(place);
        }
        self
    }
    #[must_use]
    pub fn of(mut self, employee: &EmployeeId) -> Self {
        self.employee = Some(employee.clone());
        self
    }
    #[must_use]
    pub fn stake(mut self, cents: i64) -> Self {
        self.stake = cents;
        self
    }
    #[must_use]
    pub fn text(mut self, text: Words) -> Self {
        self.text = Some(text);
        self
    }
    #[must_use]
    pub fn advice(mut self, advice: Option<Words>) -> Self {
        self.advice = advice.or(self.advice);
        self
    }
    /// In the words of another code of the catalogue, sentence and advice.
    #[must_use]
    pub fn told(self, code: &str) -> Self {
        self.text(words::both(code)).advice(words::advice(code))
    }

    /// The sentence, its arguments filled in.
    pub fn message(&self, lang: Lang) -> String {
        let template = self.text.as_ref().map_or_else(|| words::sentence(&self.code, lang), |w| w.get(lang));
        let args = self.spoken(lang);
        let mut said = words::fill(template, &args);
        // Whoever has no number is known by the name, which is said once.
        let of = |name: &str| args.iter().find(|a| a.0 == name).map(|a| a.1.as_str()).filter(|v| !v.is_empty());
        if let (Some(agent), Some(name)) = (of("agent"), of("name"))
            && agent == name
        {
            said = said.replacen(&format!("{name} {name}"), name, 1);
        }
        if let Some(d) = &self.decided {
            let key = if d.stands { "ui.decided" } else { "ui.decided_before" };
            let args = [("by", d.by.clone()), ("on", d.on.clone()), ("month", d.month.clone()), ("reason", d.reason.clone())];
            said = format!("{said} — {}", words::fill(words::ui(key, lang), &args));
        }
        said
    }
    /// What tells this finding from another one and from itself with other figures, in letters: a waiver remembers by it what it
    /// waived. Letters alone, as a spreadsheet would make a number of digits.
    pub fn mark(&self) -> String {
        use sha2::{Digest as _, Sha256};
        let said = Self { decided: None, ..self.clone() }.message(Lang::Fr);
        let who = self.employee.as_ref().map(ToString::to_string).unwrap_or_default();
        let hash = Sha256::digest(format!("{}\n{who}\n{said}", self.code));
        let letter = |n: u8| char::from(b'a' + n);
        hash.iter().take(MARK / 2).flat_map(|b| [letter(b >> 4), letter(b & 15)]).collect()
    }
    /// The arguments with their numbers as the language writes them. What quotes a file stays as it is there.
    fn spoken(&self, lang: Lang) -> Vec<(&str, String)> {
        let quoted = |name: &str| matches!(name, "text" | "samples" | "heading" | "label" | "days");
        let shown = |name: &str, value: &str| if quoted(name) { value.to_owned() } else { figures::localised(value, lang) };
        self.args.iter().map(|(name, value)| (name.as_ref(), shown(name, value))).collect()
    }
    /// What to do about it, when it says or the catalogue does. A suggestion without anything to suggest is none: what the
    /// catalogue says otherwise stands in its place.
    pub fn help(&self, lang: Lang) -> Option<String> {
        let advised = match &self.advice {
            Some(words) => Some(words.get(lang)),
            None => words::help(&self.code, lang),
        };
        // A slot that nothing fills, or fills with nothing, leaves nothing to suggest; the agent is known by the finding itself.
        let mut args = self.spoken(lang);
        if let Some(id) = self.employee.as_ref().filter(|_| !args.iter().any(|a| a.0 == "agent")) {
            args.push(("agent", id.to_string()));
        }
        let filled = |slot: &str| args.iter().any(|(name, value)| *name == slot && !value.is_empty());
        let says_something = |template: &&str| {
            !template.is_empty() && template.split('{').skip(1).filter_map(|p| p.split_once('}')).all(|(slot, _)| filled(slot))
        };
        // In a command, what has spaces is one word only in quotes.
        let template = advised.filter(says_something).or_else(|| words::otherwise(&self.code, lang).filter(says_something));
        let quoted = |t: &str| {
            let spaced = args.iter().find(|a| a.0 == "agent" && a.1.contains(' '));
            spaced.map_or_else(|| t.to_owned(), |a| t.replace("--agent {agent}", &format!("--agent \"{}\"", a.1)))
        };
        template.map(|t| words::fill(&quoted(t), &args))
    }
}

/// What a stage could make, and everything it found on the way.
#[derive(Debug, Default)]
pub struct Checked<T> {
    pub value: T,
    pub findings: Vec<Finding>,
}

impl<T> Checked<T> {
    pub const fn new(value: T, findings: Vec<Finding>) -> Self {
        Self { value, findings }
    }
}

/// Causes first; then what blocks, by amount at stake, employee, code and place: the order of every list of findings.
pub fn sort(findings: &mut Vec<Finding>) {
    let before = |f: &Finding| (f.rank != Rank::Cause, f.severity, f.rank, -f.stake.abs());
    findings
        .sort_by(|a, b| (before(a), &a.employee, &a.code, &a.places, &a.args).cmp(&(before(b), &b.employee, &b.code, &b.places, &b.args)));
    findings.dedup();
}

/// A letter without its accent, for comparing names; everything else as it is.
pub fn plain(c: char) -> char {
    use unicode_normalization::UnicodeNormalization as _;
    if c.is_ascii() {
        return c;
    }
    std::iter::once(c).nfd().next().unwrap_or(c)
}
