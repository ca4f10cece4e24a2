//! Everything a title can mean: the pack's vocabulary, the pack's elements, and `rules/exports/titles.toml`.

use crate::facts::{FactId, Vocabulary};
use crate::normalise::mapping::{Meaning, PLAIN, Part, Role, Rubrics, TotalRole};
use crate::normalise::text::{Phrase, Share, fold, likeness, runs_together};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};

#[derive(serde::Deserialize)]
struct File {
    column: BTreeMap<String, Vec<String>>,
    fact: BTreeMap<String, Vec<String>>,
    total: BTreeMap<String, Vec<String>>,
    part: BTreeMap<String, Vec<String>>,
    sheet: BTreeMap<String, Vec<String>>,
    denies: BTreeMap<String, Vec<String>>,
    row: RowWords,
    section: Sections,
    side: Sides,
    leaving: Leaving,
    either_way: EitherWay,
    needs: BTreeMap<String, String>,
    wording: Wording,
    hourly: Hourly,
    doubt: Doubt,
    neutral: BTreeMap<String, Vec<String>>,
    aside: Aside,
    contrary: BTreeMap<String, Contrary>,
}

/// Words that make it uncertain what a list pays.
#[derive(serde::Deserialize)]
struct Doubt {
    list: Vec<String>,
    turning: Vec<String>,
    hourly: Vec<String>,
    strike: Vec<String>,
    ends: Vec<String>,
    extra: Vec<String>,
    uncounted: Vec<String>,
    replaces: Vec<String>,
    times: Vec<String>,
    #[serde(flatten)]
    bounds: Bounds,
}

/// How many is too many, and what is asked of cells that speak against their unit.
#[derive(serde::Deserialize)]
pub struct Bounds {
    pub most_hours: i64,
    pub most_pieces: i64,
    pub ask_hours: String,
    pub ask_days: String,
    pub ask_pieces: String,
    pub ask_post: String,
}

/// Words beside a quantity that say it is not to be paid.
#[derive(serde::Deserialize)]
struct Aside {
    always: Vec<String>,
    paid: Vec<String>,
    asked: Vec<String>,
    remark: Vec<String>,
    harmless: Vec<String>,
    back: Vec<String>,
    resumes: Vec<String>,
    colours: Vec<String>,
}

/// What must be known of somebody, or listed beside it, for a fact of a list to contradict nothing.
#[derive(serde::Deserialize)]
pub struct Contrary {
    /// Contradicted by a value of this fact that is above zero.
    pub above_zero: Option<String>,
    /// Contradicted by a whole value of this fact, which is also what is understood.
    pub whole: Option<String>,
    /// Contradicted when none of these is listed in the month.
    pub without: Option<Vec<String>>,
}

#[derive(serde::Deserialize)]
struct Wording {
    one: Vec<String>,
    becomes: Vec<String>,
    current: Vec<String>,
    counts: Vec<String>,
    working_time: Vec<String>,
    tax_rates: Vec<String>,
    kind: Vec<String>,
    value: Vec<String>,
    old_value: Vec<String>,
    a_day: Vec<String>,
    active: Vec<String>,
    everybody: Vec<String>,
    contract: Vec<String>,
    beneficiaries: Vec<String>,
    mail: Vec<String>,
    opens_new: Vec<String>,
    opens_old: Vec<String>,
    opens_return: Vec<String>,
    yearly: Vec<String>,
    cumulative: Vec<String>,
    of_month: Vec<String>,
    since: Vec<String>,
    span: [String; 2],
    on: Vec<String>,
    before_number: Vec<String>,
    before_rubric: Vec<String>,
}

/// Bounds of hours of a month and of what an hour is paid.
#[derive(serde::Deserialize)]
pub struct Hourly {
    pub most_hours: i64,
    pub least_rate: i64,
    pub most_rate: i64,
    /// No line of a month is as many euros: a number as large, of an ordinary agent, is cents.
    pub least_cents: i64,
}

#[derive(serde::Deserialize)]
struct Leaving {
    first_day_away: Vec<String>,
    either: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Sections {
    gain: Vec<String>,
    deduction: Vec<String>,
    employer: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Sides {
    gain: Vec<String>,
    deduction: Vec<String>,
    employer: Vec<String>,
    sum: Vec<String>,
    agent: Vec<String>,
}

#[derive(serde::Deserialize)]
struct EitherWay {
    titles: Vec<String>,
}

#[derive(serde::Deserialize)]
struct RowWords {
    subtotal: Vec<String>,
    information: Vec<String>,
    total: Vec<String>,
    counted: Vec<String>,
    remark: Vec<String>,
    nothing: Vec<String>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../rules/exports/titles.toml")).expect("rules/exports/titles.toml is checked by a test")
});

/// What a title speaks of, before the sheet's role decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Title {
    Fact(FactId),
    Old(FactId),
    New(FactId),
    Plain(Meaning),
    Total(TotalRole),
    Part(Part),
    /// Index among the pack's targets.
    Element(usize),
}

/// All known titles, taken apart once.
pub struct Titles {
    entries: Vec<(Phrase, Title)>,
    /// The titles of elements without the words that only say whose share it is.
    bare: Vec<Option<Phrase>>,
    /// Titles that a percent sign alone tells from others: « % pat ».
    percent: BTreeSet<usize>,
    /// What was asked before: headings come again on every page and in every list.
    asked: Mutex<BTreeMap<String, BTreeMap<Title, u32>>>,
}

impl Titles {
    pub fn new(vocabulary: &Vocabulary, rubrics: &Rubrics) -> Self {
        let (mut entries, mut percent) = (Vec::new(), BTreeSet::new());
        for (id, fact) in vocabulary.iter() {
            entries.extend(fact.headings.iter().chain([&fact.label.fr]).map(|h| (Phrase::of(h), Title::Fact(id))));
        }
        for (name, titles) in &FILE.fact {
            let known = vocabulary.named(name);
            entries.extend(titles.iter().filter_map(|t| Some((Phrase::of(t), Title::Fact(known?)))));
        }
        for (name, titles) in &FILE.column {
            let meaning = PLAIN.iter().find(|(n, _)| n == name).map(|(_, m)| *m).expect("titles.toml names meanings that exist");
            for t in titles {
                if t.contains('%') {
                    percent.insert(entries.len());
                }
                entries.push((Phrase::of(t), Title::Plain(meaning)));
            }
        }
        for (name, titles) in &FILE.total {
            let total = TotalRole::parse(name).expect("titles.toml names totals that exist");
            entries.extend(titles.iter().map(|t| (Phrase::of(t), Title::Total(total))));
        }
        for (name, titles) in &FILE.part {
            let part = Part::parse(name).expect("titles.toml names parts that exist");
            entries.extend(titles.iter().map(|t| (Phrase::of(t), Title::Part(part))));
        }
        for (i, target) in rubrics.targets.iter().enumerate() {
            let title = target.total.map_or(Title::Element(i), Title::Total);
            entries.extend(target.labels.iter().chain([&target.code]).map(|t| (Phrase::of(t), title)));
        }
        let bare = entries.iter().map(|(e, title)| matches!(title, Title::Element(_)).then(|| e.without_share())).collect();
        Self { entries, bare, percent, asked: Mutex::default() }
    }

    /// Every meaning a title resembles by at least half, with how much.
    pub fn scores(&self, text: &str) -> BTreeMap<Title, u32> {
        if text.trim().is_empty() {
            return BTreeMap::new();
        }
        if let Some(known) = self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
            return known.clone();
        }
        let found = self.compare(text);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned(), found.clone());
        found
    }

    fn compare(&self, text: &str) -> BTreeMap<Title, u32> {
        let mut found: BTreeMap<Title, u32> = BTreeMap::new();
        let phrase = Phrase::of(text);
        let bare = phrase.without_share();
        let generic = phrase.is_generic();
        let mut put = |title: Title, score: u32| {
            if score >= 50 {
                let best = found.entry(title).or_insert(0);
                *best = (*best).max(score);
            }
        };
        for (i, ((entry, title), without)) in self.entries.iter().zip(&self.bare).enumerate() {
            // « Patronal » is no « % patronal ».
            if self.percent.contains(&i) && !text.contains('%') {
                continue;
            }
            if let Some(without) = without {
                let (share, target) = (phrase.share, entry.share);
                let said = if share != Share::Unsaid && target != Share::Unsaid && share != target { 15 } else { 0 };
                put(*title, likeness(&bare, without).saturating_sub(said));
            } else if generic && matches!(title, Title::Fact(_)) {
                // Even a heading of the vocabulary is not enough then: the fact stays a proposal.
                if entry.words == phrase.words {
                    put(*title, GENERIC);
                }
            } else {
                put(*title, likeness(&phrase, entry));
            }
        }
        if let [word] = phrase.words.as_slice()
            && word.len() >= 5
            && word.bytes().all(|b| b.is_ascii_lowercase())
        {
            for (entry, title) in self.entries.iter().filter(|(e, _)| (2..=4).contains(&e.words.len())) {
                // A word of the title whole is no field of several.
                if matches!(title, Title::Fact(_) | Title::Plain(_)) && !entry.has(word) && runs_together(word, &entry.words) {
                    put(*title, RUN_TOGETHER);
                }
            }
        }
        // « ancien IM », « nouvelle quotité »: the rest of the title names the fact.
        for (word, wrap) in [("ancien", Title::Old as fn(FactId) -> Title), ("nouveau", Title::New)] {
            if phrase.has(word) && phrase.words.len() > 1 {
                let rest = Phrase::new(phrase.words.iter().filter(|w| *w != word && *w != "fin").cloned().collect(), phrase.share);
                for (entry, title) in &self.entries {
                    if let Title::Fact(f) = title {
                        put(wrap(*f), likeness(&rest, entry));
                    }
                }
            }
        }
        found
    }

    /// How well the best known title fits, 0 to 100.
    pub fn best(&self, text: &str) -> u32 {
        self.scores(text).into_values().max().unwrap_or(0)
    }
}

/// Likeness of a generic title to a fact: enough to propose it, never to pay on it.
const GENERIC: u32 = 58;

/// Likeness of a field's name to the title whose beginnings it is.
const RUN_TOGETHER: u32 = 88;

/// A sum the label of a rubric names, when it is surely one.
pub fn total_named(label: &str) -> Option<(TotalRole, u32)> {
    let phrase = Phrase::of(label);
    // « NETPAYER », « NETIMPO »: the words of a sum run together in one field.
    let field = match phrase.words.as_slice() {
        [word] if word.len() >= 6 && word.bytes().all(|b| b.is_ascii_lowercase()) => Some(word),
        _ => None,
    };
    let glued = |written: &[String]| field.is_some_and(|word| written.len() > 1 && runs_together(word, written));
    SUMS.iter()
        .filter(|(_, title, written)| written.len() > 1 || phrase.words.len() == 1 || title.words == phrase.words)
        .map(|(role, title, written)| (*role, likeness(&phrase, title).max(if glued(written) { RUN_TOGETHER } else { 0 })))
        .filter(|(_, s)| *s >= 85)
        .max_by_key(|(_, s)| *s)
}

/// Titles of sums, taken apart once, with their words of two letters and more as they are written.
static SUMS: LazyLock<Vec<(TotalRole, Phrase, Vec<String>)>> = LazyLock::new(|| {
    let roles = FILE.total.iter().filter_map(|(n, t)| Some((TotalRole::parse(n)?, t)));
    let written = |t: &str| fold(t).split(' ').filter(|w| w.len() > 1).map(str::to_owned).collect();
    roles.flat_map(|(role, titles)| titles.iter().map(move |t| (role, Phrase::of(t), written(t)))).collect()
});

/// What a row without an agent sums up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Summing {
    Part,
    Whole,
}

/// Whether the text opens a row of sums. A person's name or a rubric's label must not be asked.
pub fn summing(text: &str) -> Option<Summing> {
    let folded = fold(text);
    if folded.is_empty() || !folded.starts_with(|c: char| c.is_alphabetic() || c == '*' || c == '-') {
        return None;
    }
    let tidy = folded.trim_start_matches(['*', '-', ' ', '=']);
    let opens =
        |words: &[String]| words.iter().any(|w| tidy.strip_prefix(w.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
    if opens(&FILE.row.subtotal) {
        Some(Summing::Part)
    } else if opens(&FILE.row.total) {
        Some(Summing::Whole)
    } else {
        None
    }
}

/// Whether the text is the name of a sum, or of what a payslip tells beside its lines, and nothing else: a row « TOTAL » below an
/// agent's lines, « Plafond SS ».
pub fn is_beside(text: &str) -> bool {
    let tidy = spaced(text);
    let lists = [&FILE.row.subtotal, &FILE.row.total, &FILE.row.information];
    lists.into_iter().flatten().any(|w| spaced(w) == tidy)
}

/// Whether the text opens a remark (« Fait à la mairie », « Visa du chef de service »), or says that there is nothing (« NEANT »).
pub fn remarks(text: &str) -> bool {
    let tidy = spaced(text);
    let opens = |w: &String| tidy.starts_with(&format!(" {w} "));
    FILE.row.remark.iter().any(opens) || FILE.row.nothing.iter().any(|w| tidy.trim() == w)
}

/// On which side the lines below a row stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    Gain,
    Deduction,
    Employer,
}

/// « GAINS », « CHARGES PATRONALES »: the side that a text alone in its row says.
pub fn section_named(text: &str) -> Option<Section> {
    let tidy = spaced(text);
    let all =
        [(&FILE.section.gain, Section::Gain), (&FILE.section.deduction, Section::Deduction), (&FILE.section.employer, Section::Employer)];
    all.into_iter().find(|(words, _)| words.iter().any(|w| w == tidy.trim())).map(|(_, s)| s)
}

/// What a word of a side column says an amount is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Letter {
    Gain,
    Deduction,
    Employer,
    Sum,
}

/// `G`, `R`, « Retenue salariale », « Charge patronale », `T`: the whole text is one of the words, or one of its words is. Whose
/// share it is says more than what is done with it; a text that says both says nothing.
pub fn letter(text: &str) -> Option<Letter> {
    let tidy = side_text(text);
    let all = [
        (&FILE.side.gain, Letter::Gain),
        (&FILE.side.deduction, Letter::Deduction),
        (&FILE.side.employer, Letter::Employer),
        (&FILE.side.sum, Letter::Sum),
    ];
    if let Some((_, letter)) = all.iter().find(|(list, _)| list.contains(&tidy)) {
        return Some(*letter);
    }
    let says = |list: &[String]| has_word(list, &tidy);
    match (says(&FILE.side.employer), says(&FILE.side.agent)) {
        (true, true) => None,
        (true, false) => Some(Letter::Employer),
        _ => all.iter().find(|(list, _)| says(list)).map(|(_, letter)| *letter),
    }
}

/// Whether a text says that a row is the employer's share, or that it is the agent's: `P`, « Part salariale », « Employeurs ».
pub fn is_employer(text: &str) -> Option<bool> {
    let tidy = side_text(text);
    let says = |list: &[String]| list.contains(&tidy) || has_word(list, &tidy);
    match (says(&FILE.side.employer), says(&FILE.side.agent)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (true, true) | (false, false) => None,
    }
}

fn side_text(text: &str) -> String {
    fold(text).trim_end_matches('.').trim().to_owned()
}

/// Whether a word of the text, of three letters and more, is one of those listed.
fn has_word(list: &[String], text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|w| w.len() >= 3 && opens(list, w))
}

/// `88 BULLETINS`, `58 agents`: how many a total row says it counts.
pub fn counted(text: &str) -> Option<u32> {
    let folded = fold(text);
    let (number, word) = folded.split_once(' ')?;
    FILE.row.counted.iter().any(|w| word.starts_with(w.as_str())).then(|| number.parse().ok()).flatten()
}

/// How strongly a text (a file's name, a sheet's, its title lines) speaks of a role: letters of the longest words found.
pub fn speaks_of(text: &str, role: Role) -> usize {
    let key = match role {
        Role::RegisterLines | Role::RegisterWide => "register",
        Role::Staff
        | Role::Arrivals
        | Role::Departures
        | Role::Changes
        | Role::Events
        | Role::Amounts
        | Role::AccountChanges
        | Role::Transfers => role.id(),
        Role::Rubrics | Role::Ignored | Role::Unknown => return 0,
    };
    let tidy = spaced(text);
    FILE.sheet.get(key).map_or(0, |words| words.iter().filter(|w| tidy.contains(&format!(" {w} "))).map(String::len).max().unwrap_or(0))
}

/// Whether a text has a word that says that a sheet is not of that role, whatever else it says: « Départs en congé ».
pub fn denies(text: &str, role: Role) -> bool {
    FILE.denies.get(role.id()).is_some_and(|words| names_one(words, text))
}

/// Facts that a list with another fact must have a column for.
pub fn needed(fact: &str) -> Option<&'static str> {
    FILE.needs.get(fact).map(String::as_str)
}

/// Whether a date of leaving is the first day no longer paid: « radié à compter du ».
pub fn first_day_away(heading: &str) -> bool {
    let tidy = spaced(heading);
    FILE.leaving.first_day_away.iter().any(|w| tidy.contains(&spaced(w)))
}

/// Whether a date of leaving may be the last day paid as well as the first that is not: « radié le ».
pub fn last_day_or_first_away(heading: &str) -> bool {
    is_one(&FILE.leaving.either, heading)
}

/// Whether a word is one of those listed; an asterisk there stands for any ending.
fn opens(list: &[String], word: &str) -> bool {
    list.iter().any(|w| w.strip_suffix('*').map_or(w == word, |stem| word.starts_with(stem)))
}

/// The word of a list's names or of its title that says its numbers are not to be paid: « HS récupérées », « CIA annulé ».
pub fn doubted_list(about: &str) -> Option<String> {
    let tidy = spaced(about);
    let whole = FILE.doubt.list.iter().filter(|w| w.contains(' ')).find(|w| tidy.contains(&format!(" {w} ")));
    whole.cloned().or_else(|| tidy.split_whitespace().find(|w| opens(&FILE.doubt.list, w)).map(str::to_owned))
}

/// Whether a list says that it takes the place of another: « annule et remplace ».
pub fn replaces(about: &str) -> bool {
    let tidy = spaced(about);
    FILE.doubt.replaces.iter().any(|w| tidy.contains(&format!(" {w} ")))
}

/// What a list is called without those words.
pub fn without_replacing(about: &str) -> String {
    FILE.doubt.replaces.iter().fold(spaced(about), |text, w| text.replace(&format!(" {w} "), " "))
}

/// Whether a word beside the name of an element makes another thing of it: « solde », « retrait », « prévu ».
pub fn turning(word: &str) -> bool {
    opens(&FILE.doubt.turning, word)
}

/// Whether a word before a kind of absence says that it is over: « retour », « fin ».
pub fn ends(word: &str) -> bool {
    opens(&FILE.doubt.ends, word)
}

/// Whether a text says that somebody is in activity.
pub fn in_activity(position: &str) -> bool {
    is_one(&FILE.wording.active, position)
}

/// Whether a text speaks of a strike.
pub fn says_strike(text: &str) -> bool {
    spaced(text).split_whitespace().any(|w| opens(&FILE.doubt.strike, w))
}

/// Whether a title says that its hours come on top of the post's own.
pub fn says_extra(title: &str) -> bool {
    spaced(title).split_whitespace().any(|w| opens(&FILE.doubt.extra, w))
}

/// Whether a title counts things: « Tickets restaurant », « Permanences ».
pub fn is_plural(title: &str) -> bool {
    let counts = |w: &str| w.len() >= 4 && w.ends_with('s') && !w.ends_with("ss") && !opens(&FILE.doubt.uncounted, w);
    spaced(title).split_whitespace().any(counts)
}

/// Whether a word is a length of time.
pub fn is_time(word: &str) -> bool {
    opens(&FILE.doubt.times, word)
}

pub fn bounds() -> &'static Bounds {
    &FILE.doubt.bounds
}

/// Whether a word says that numbers are hours.
pub fn hourly_word(word: &str) -> bool {
    opens(&FILE.doubt.hourly, word)
}

/// Whether a word of a title says nothing that a number of that form would not be without it.
pub fn neutral(form: &str, word: &str) -> bool {
    ["all", form].iter().any(|k| FILE.neutral.get(*k).is_some_and(|list| opens(list, word)))
}

/// The word of a remark that says the row is not to be paid; fewer words say so where nothing is counted.
pub fn sets_aside(text: &str, counted: bool) -> Option<String> {
    let tidy = spaced(text);
    let lists = [&FILE.aside.always, &FILE.aside.paid];
    let mut lists = lists.iter().take(if counted { 2 } else { 1 }).copied();
    lists.find_map(|list| {
        let whole = list.iter().filter(|w| w.contains(' ')).find(|w| tidy.contains(&format!(" {w} ")));
        whole.cloned().or_else(|| tidy.split_whitespace().find(|w| opens(list, w)).map(str::to_owned))
    })
}

/// Whether a column of yes and no says of each row if it is agreed: « Validé par le chef ».
pub fn asks_agreement(heading: &str) -> bool {
    spaced(heading).split_whitespace().any(|w| opens(&FILE.aside.asked, w))
}

/// Whether a column holds remarks, by its title.
pub fn of_remarks(heading: &str) -> bool {
    spaced(heading).split_whitespace().next().is_some_and(|w| opens(&FILE.aside.remark, w))
}

/// Whether a remark is made of nothing but words that change nothing (« accord DGS », « vu »), numbers of documents and days.
pub fn harmless(text: &str) -> bool {
    let known = |w: &str| w.bytes().any(|b| b.is_ascii_digit()) || opens(&FILE.aside.harmless, w);
    !text.contains(['%', '€', '?']) && spaced(text).split_whitespace().all(known)
}

/// Whether a line between rows says that what stands below it is paid.
pub fn resumes(text: &str) -> bool {
    spaced(text).split_whitespace().any(|w| opens(&FILE.aside.resumes, w))
}

/// Whether a line speaks of colours.
pub fn of_colours(text: &str) -> bool {
    spaced(text).split_whitespace().any(|w| opens(&FILE.aside.colours, w))
}

/// A line without its words of colours.
pub fn without_colours(text: &str) -> String {
    spaced(text).split_whitespace().filter(|w| !opens(&FILE.aside.colours, w)).collect::<Vec<_>>().join(" ")
}

/// Whether a title is of what earlier months are still owed: « Rappel de prime ».
pub fn back_pay(heading: &str) -> bool {
    spaced(heading).split_whitespace().any(|w| opens(&FILE.aside.back, w))
}

/// What contradicts a fact of a list, by the fact's name.
pub fn contrary() -> &'static BTreeMap<String, Contrary> {
    &FILE.contrary
}

/// What hours at an hourly rate look like in a register.
pub fn hourly() -> &'static Hourly {
    &FILE.hourly
}

/// Whether a title is one of those listed, word for word.
fn is_one(list: &[String], heading: &str) -> bool {
    let tidy = spaced(heading);
    list.iter().any(|w| tidy.trim() == w)
}

/// Whether a title begins with one of those words.
fn begins(list: &[String], heading: &str) -> bool {
    spaced(heading).split_whitespace().next().is_some_and(|w| opens(list, w))
}

/// Whether a title is one of those of a column of that meaning, just so.
fn is_column(of: &str, heading: &str) -> bool {
    let tidy = spaced(heading);
    FILE.column.get(of).is_some_and(|list| list.iter().any(|t| spaced(t) == tidy))
}

/// Whether a text has one of those listed among its words.
fn names_one(list: &[String], about: &str) -> bool {
    let tidy = spaced(about);
    list.iter().any(|w| tidy.contains(&format!(" {w} ")))
}

/// Whether a title says only that something changes: « Nouveau taux », « Passe à ».
pub fn becomes(heading: &str) -> bool {
    is_one(&FILE.wording.becomes, heading)
}

/// Whether a title says that it holds now: « IM actuel ».
pub fn is_current(heading: &str) -> bool {
    names_one(&FILE.wording.current, heading)
}

/// Whether a title says how many people there are: « Nb agents », « Nombre de bulletins ».
pub fn says_how_many(heading: &str) -> bool {
    let tidy = spaced(heading);
    let rest = FILE.wording.counts.iter().find_map(|w| tidy.strip_prefix(&format!(" {w} ")));
    rest.is_some_and(|r| FILE.row.counted.iter().any(|w| r.trim_start_matches("d ").trim_start_matches("de ").trim_end() == w))
}

/// Whether a title says that something is new: « Nouveau taux ».
pub fn says_becomes(heading: &str) -> bool {
    begins(&FILE.wording.opens_new, heading)
}

/// Whether a title is that of what was before: « Ancien taux ».
pub fn says_before(heading: &str) -> bool {
    is_one(&FILE.wording.old_value, heading) || begins(&FILE.wording.opens_old, heading)
}

/// Whether a title says that its sums are those of a year.
pub fn says_yearly(heading: &str) -> bool {
    spaced(heading).split_whitespace().any(|w| opens(&FILE.wording.yearly, w))
}

/// Whether a title is of sums since the year began: « Cumul annuel », « Cumul ».
pub fn says_cumulative(heading: &str) -> bool {
    spaced(heading).split_whitespace().next().is_some_and(|w| opens(&FILE.wording.cumulative, w))
}

/// Whether a group title says only that what stands below it is the month's.
pub fn is_of_month(heading: &str) -> bool {
    is_one(&FILE.wording.of_month, heading)
}

/// Whether a title is that of the day somebody is back.
pub fn says_return(heading: &str) -> bool {
    begins(&FILE.wording.opens_return, heading)
}

/// Whether a title is that of a last day: « Au ».
pub fn says_until(heading: &str) -> bool {
    is_column("to", heading)
}

/// Whether a title is that of a first day: « Du ».
pub fn says_from(heading: &str) -> bool {
    is_column("from", heading)
}

/// What a title says the first day of: « Maladie du », « Grève à compter du ».
pub fn first_day_of(heading: &str) -> Option<String> {
    let tidy = spaced(heading);
    let head = |end: &String| tidy.trim_end().strip_suffix(end.as_str()).filter(|head| head.ends_with(' ')).map(str::trim);
    FILE.wording.since.iter().find_map(head).filter(|h| !h.is_empty()).map(str::to_owned)
}

/// The words that open the first and the last day in one text: « du … au … ».
pub fn span_words() -> [&'static str; 2] {
    [FILE.wording.span[0].as_str(), FILE.wording.span[1].as_str()]
}

/// Whether a word stands before one day: « le 17/03/2022 ».
pub fn names_one_day(word: &str) -> bool {
    is_one(&FILE.wording.on, word)
}

/// Whether a title is that of kinds of movements: « Type de mouvement ».
pub fn says_kind(heading: &str) -> bool {
    is_one(&FILE.wording.kind, heading)
}

/// Whether a title is that of what a movement comes to: « Valeur ».
pub fn says_value(heading: &str) -> bool {
    is_one(&FILE.wording.value, heading)
}

/// Whether a title is that of what a movement ends: « Ancienne valeur ».
pub fn says_old_value(heading: &str) -> bool {
    is_one(&FILE.wording.old_value, heading)
}

/// Whether the names of a list or its title speak of working time.
pub fn of_working_time(about: &str) -> bool {
    names_one(&FILE.wording.working_time, about)
}

/// Whether the names of a list or its title speak of the tax office.
pub fn of_tax_rates(about: &str) -> bool {
    names_one(&FILE.wording.tax_rates, about)
}

/// Whether a column says the one day a row is about: « Date », « Jour de grève ».
pub fn one_day(heading: &str) -> bool {
    is_one(&FILE.wording.one, heading)
}

/// Whether a word stands before the number of an employee in running text: « matricule 115 ».
pub fn before_number(word: &str) -> bool {
    opens(&FILE.wording.before_number, word)
}

/// Whether a word stands before the code or the name of a rubric: « Rubrique 7 ».
pub fn before_rubric(word: &str) -> bool {
    opens(&FILE.wording.before_rubric, word)
}

/// Whether a kind of absence lasts a day where nothing says more: « Grève », « Service non fait ».
pub fn lasts_a_day(nature: &str) -> bool {
    names_one(&FILE.wording.a_day, nature)
}

/// Whether a title is that of those whom a bank has paid.
pub fn of_beneficiaries(heading: &str) -> bool {
    is_one(&FILE.wording.beneficiaries, heading)
}

/// Whether a title speaks of a contract.
pub fn of_contract(heading: &str) -> bool {
    names_one(&FILE.wording.contract, heading)
}

/// Whether a text speaks to everybody: « prime pour tous les agents ».
pub fn speaks_to_all(text: &str) -> bool {
    names_one(&FILE.wording.everybody, text)
}

/// Whether a line is one of those a mail opens with that name who writes and who is written to.
pub fn opens_a_mail(line: &str) -> bool {
    line.split_once(':').is_some_and(|(head, _)| is_one(&FILE.wording.mail, head))
}

/// Whether a title may mean what is paid as well as what is taken back.
pub fn either_way(heading: &str) -> bool {
    let tidy = spaced(heading);
    FILE.either_way.titles.iter().any(|t| spaced(t) == tidy)
}

/// Folded, every mark a blank, with a blank at both ends: ready to look for whole words.
pub fn spaced(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_rows_of_sums() {
        assert_eq!(summing("SOUS-TOTAL PAGE 31"), Some(Summing::Part));
        assert_eq!(summing("TOTAL GENERAL"), Some(Summing::Whole));
        assert_eq!(summing("TOTALE"), None);
        assert_eq!(counted("88 BULLETINS"), Some(88));
    }

    #[test]
    fn knows_rubrics_that_are_sums() {
        assert_eq!(total_named("NET A PAYER").map(|t| t.0), Some(TotalRole::NetPaid));
        assert_eq!(total_named("NET AVANT IMPOT").map(|t| t.0), Some(TotalRole::NetBeforeTax));
        assert_eq!(total_named("TOTAL BRUT").map(|t| t.0), Some(TotalRole::Gross));
        assert_eq!(total_named("NET IMPOSABLE").map(|t| t.0), Some(TotalRole::NetTaxable));
        assert_eq!(total_named("NETPAYER").map(|t| t.0), Some(TotalRole::NetPaid), "a field of eight letters");
        assert_eq!(total_named("NETTOYAGE"), None);
        assert_eq!(total_named("TRAITEMENT BRUT"), None);
        assert_eq!(total_named("CNRACL AGENT"), None);
    }
}
