//! What a column may mean in a sheet of a given role: points from its title and its cells, with reasons.

mod contents;
mod groups;
mod subject;
mod written;

use crate::facts::{FactDecl, FactId, FactKind, NumberForm, Role as FactRole, Vocabulary};
use crate::normalise::layout::Layout;
use crate::normalise::mapping::{Meaning, Part, Role};
use crate::normalise::profile::{Profile, fits_part, fits_plain};
use crate::normalise::text::{Phrase, Share, fold};
use crate::normalise::titles::{self, Title, Titles};
use crate::normalise::{Context, assign, dated, lists};
use crate::payslip::{ElementId, LineKind as K};
use contents::by_contents;
pub use groups::one_element_for_each_group;
use groups::{coded, without_prefix};
use std::collections::{BTreeMap, BTreeSet};
use subject::by_subject;
pub use subject::{is_said_by_the_sheet, of_subject};
pub use written::{bare_title, without_number};
use written::{marked_share, paired_share, paired_sign, without_code, without_rate};

/// Points a meaning must have before a column takes it.
pub const ENOUGH: i32 = 48;

/// A title is like a known one by this much, surely like it, or the very same.
const KNOWN: u32 = 78;
const SURELY: u32 = 85;
const EXACT: u32 = 95;

/// A meaning with its points and reasons.
#[derive(Clone, Debug)]
pub struct Choice {
    pub meaning: Meaning,
    pub score: i32,
    /// Likeness of the title and fit of the cells, for the reader of a finding.
    pub title: u32,
    pub fit: i32,
}

/// Titles of a column, compared once for all roles.
pub struct Compared {
    own: BTreeMap<Title, u32>,
    joined: BTreeMap<Title, u32>,
    group: BTreeMap<Title, u32>,
    pub has_title: bool,
    /// « Montant », « Nb jours »: nothing says of what.
    pub generic: bool,
    /// « Cotisation (part agent) », « Montant à retenir ce mois »: kept from the agent, and nothing says for what.
    withheld: bool,
    /// « Ancienne cotisation », « Nouvelle cotisation »: which of both it is.
    side: Option<fn(FactId) -> Meaning>,
    /// The title's words, abbreviations opened.
    words: Vec<String>,
    /// « N° », « N° d'ordre »: no word of whom it numbers.
    bare_number: bool,
    /// « Nouveau taux », « Passe à »: what something becomes, and not what.
    turned: bool,
    /// « Taux actuel », « Ancien taux »: what it was until then.
    was: bool,
    /// « IM actuel »: what holds now.
    current: bool,
    /// « Date »: the one day a row is about.
    pub one_day: bool,
    /// « Plafond SS », « Jours »: what nobody is paid.
    informs: bool,
    /// What names the rubric of a column, folded: its group, or else its title.
    named: String,
    /// Whose share the group heading names: « Charges patronales ».
    group_share: Share,
    /// Whose share the group heading names, or else a mark behind the title: « Taux P » beside « Taux S ».
    marked_share: Share,
    /// Whose share the column is, by its group or else by its own title: « RAFP PATRONAL ».
    share: Share,
}

impl Compared {
    /// `employers` says that the whole sheet is about the employer's shares.
    pub fn new(layout: &Layout, column: usize, employers: bool, titles: &Titles) -> Self {
        let (own, group) = (&layout.own[column], &layout.group[column]);
        let (own, marked) = match marked_share(own) {
            (own, Share::Unsaid) => paired_share(own, &layout.own),
            marked => marked,
        };
        let own = without_prefix(own, &layout.own, titles);
        // « IM 2021 » is the IM, unless some title is known with its year.
        let own = if titles.best(own) >= 95 { own } else { dated::without_month(dated::split(own).0) };
        // « HS à 1,25 », « 1017 HEURES SUP 1.27 » are known with the rate they end on.
        let known = |t: &str| titles.best(t) >= 95;
        let own = if known(own) { own } else { without_code(own) };
        let own = if known(own) { own } else { without_rate(own) };
        let group = if coded(&layout.group) { group.split_once(" - ").map_or(group.as_str(), |(_, rest)| rest) } else { group.as_str() };
        // « Mois » over the month's columns, beside « Cumul », names nothing.
        let group = if titles::is_of_month(group) { "" } else { bare_title(group) };
        let joined = if group.is_empty() { BTreeMap::new() } else { titles.scores(&format!("{group} {own}")) };
        let grouped = if group.is_empty() { BTreeMap::new() } else { titles.scores(group) };
        let mut own_scores = titles.scores(own);
        // « Ancienne situation » over « IM »: the old IM.
        let turned = Phrase::of(group);
        for (word, wrap) in [("ancien", Title::Old as fn(crate::facts::FactId) -> Title), ("nouveau", Title::New)] {
            if turned.has(word) && !Phrase::of(own).has(word) {
                let facts: Vec<(crate::facts::FactId, u32)> =
                    own_scores.iter().filter_map(|(t, s)| if let Title::Fact(f) = t { Some((*f, *s)) } else { None }).collect();
                own_scores.retain(|t, _| !matches!(t, Title::Fact(_)));
                own_scores.extend(facts.into_iter().map(|(f, s)| (wrap(f), s)));
            }
        }
        if let Some(meaning) = paired_sign(&layout.own[column], &layout.own) {
            own_scores.retain(|t, _| !matches!(t, Title::Plain(_)));
            own_scores.insert(Title::Plain(meaning), 100);
        }
        let group_share = Phrase::of(group).share;
        let own_share = if marked == Share::Unsaid { Phrase::of(own).share } else { marked };
        let own_share = if employers && own_share == Share::Unsaid { Share::Employer } else { own_share };
        if own_share == Share::Employer && employers && group_share == Share::Unsaid {
            of_the_employer(&mut own_scores);
        }
        Self {
            own: own_scores,
            joined,
            group: grouped,
            named: fold(if group.is_empty() { own } else { group }),
            has_title: !own.is_empty() || !group.is_empty(),
            group_share,
            marked_share: if group_share == Share::Unsaid { marked } else { group_share },
            share: if group_share == Share::Unsaid { own_share } else { group_share },
            generic: !own.is_empty() && Phrase::of(own).is_generic(),
            withheld: titles::without_side(own).is_withheld(),
            side: titles::side_of(own),
            words: Phrase::of(own).words,
            bare_number: !own.is_empty() && Phrase::of(own).words.iter().all(|w| matches!(w.as_str(), "num" | "numero" | "ordre" | "rang")),
            turned: titles::becomes(own),
            was: titles::was(own),
            current: titles::is_current(own),
            one_day: titles::one_day(own),
            informs: titles::informs(own),
        }
    }
    /// « Coll. »: the employer's number, or his share.
    fn of_employer(&self) -> bool {
        [Meaning::EmployerRate, Meaning::EmployerAmount].iter().any(|m| self.of(Title::Plain(*m)) >= 60)
    }
    /// « HS 25 % » over 137,04 and 65,88: what was paid for the hours, and not how many.
    fn of_amounts(&self, p: &Profile) -> bool {
        p.uneven * 2 > p.numbers && !self.words.iter().any(|w| w == "nombre")
    }
    /// Likeness of the column's title, 0 when it is not like it.
    pub fn title(&self, title: Title) -> u32 {
        self.of(title)
    }
    /// A meaning the title names and the cells contradict.
    pub fn against(&self, p: &Profile, role: Role) -> Option<Meaning> {
        // « À compter du » is the date of effect, though « compte » is like it.
        let best = self.own.values().copied().max().unwrap_or(0);
        self.own
            .iter()
            .filter(|(_, s)| **s >= 85 && (**s == best || best < 100))
            .filter_map(|(t, s)| match t {
                Title::Fact(f) => (p.fits[f.index()] <= -25).then_some((*s, Meaning::Fact(*f))),
                Title::Plain(m) if allowed(*m, role) => (fits_plain(p, *m) <= -25).then_some((*s, *m)),
                Title::Plain(_) | Title::Old(_) | Title::New(_) | Title::Total(_) | Title::Part(_) | Title::Element(_) => None,
            })
            .max()
            .map(|(_, m)| m)
    }
    /// Whether the title names the meaning without doubt.
    pub fn surely(&self, meaning: Meaning) -> bool {
        let title = match meaning {
            Meaning::Fact(f) => self.of(Title::Fact(f)),
            Meaning::New(f) => self.of(Title::New(f)).max(self.of(Title::Fact(f))),
            Meaning::Old(f) => self.of(Title::Old(f)),
            Meaning::Total(t) => self.of(Title::Total(t)),
            Meaning::Element(_, _) => 100,
            other => self.of(Title::Plain(other)),
        };
        title >= 80
    }
    fn of(&self, title: Title) -> u32 {
        let own = self.own.get(&title).copied().unwrap_or(0);
        own.max(self.joined.get(&title).copied().unwrap_or(0) * 97 / 100)
    }
    /// The facts that the title is at all like.
    fn facts(&self) -> BTreeSet<FactId> {
        let fact = |t: &Title| match t {
            Title::Fact(f) | Title::Old(f) | Title::New(f) => Some(*f),
            Title::Plain(_) | Title::Total(_) | Title::Part(_) | Title::Element(_) => None,
        };
        self.own.keys().chain(self.joined.keys()).filter_map(fact).collect()
    }
    /// The best likeness of any title.
    pub fn best(&self) -> u32 {
        self.own.values().chain(self.joined.values()).copied().max().unwrap_or(0)
    }
}

/// « Charges patronales », « Part employeur - 11/2021 » over a whole sheet.
pub fn of_employers(sheet: &str) -> bool {
    let worded: Vec<&str> = sheet.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).collect();
    let phrase = Phrase::of(dated::without_month(&worded.join(" ")));
    phrase.share == Share::Employer && phrase.words.len() <= 3 && !phrase.has("cout") && !phrase.has("total") && !phrase.speaks_of_both()
}

/// Below « Charges patronales » the parts of a line that say no side are the employer's.
fn of_the_employer(own: &mut BTreeMap<Title, u32>) {
    for (agents, employers) in [(Part::Amount, Part::EmployerAmount), (Part::Rate, Part::EmployerRate)] {
        if let Some(likeness) = own.remove(&Title::Part(agents)) {
            let known = own.entry(Title::Part(employers)).or_insert(0);
            *known = likeness.max(*known);
        }
    }
}

/// What « Montant » means below « Part patronale ».
const fn of_share(meaning: Meaning, share: Share) -> Meaning {
    match (share, meaning) {
        (Share::Employer, Meaning::Amount | Meaning::Gain | Meaning::Deduction | Meaning::Signed) => Meaning::EmployerAmount,
        (Share::Employer, Meaning::Rate) => Meaning::EmployerRate,
        (Share::Employer, Meaning::Base) => Meaning::EmployerBase,
        (_, m) => m,
    }
}

fn is_identity(fact: &FactDecl) -> bool {
    matches!(
        fact.role,
        Some(FactRole::Employee | FactRole::Post | FactRole::Surname | FactRole::MarriedName | FactRole::GivenName | FactRole::FullName)
    )
}

/// A fact that belongs to the pay of one month only: hours, sums, days.
pub fn is_one_off(fact: &FactDecl) -> bool {
    !fact.recurs && matches!(fact.kind, FactKind::Number { .. })
}

fn points(title: u32, fit: i32) -> i32 {
    i32::try_from(title * 78 / 100).unwrap_or(0) + fit
}

/// All meanings a column may have in a sheet of that role.
pub fn choices(compared: &Compared, p: &Profile, role: Role, cx: &Context<'_>, about: &str, ids_overlap: u32) -> Vec<Choice> {
    // « N° » over 1, 2, 3 counts the rows, unless these are numbers of agents.
    if compared.bare_number && p.counts_rows() && ids_overlap < 80 {
        return vec![Choice { meaning: Meaning::Ignored, score: 90, title: 0, fit: 12 }];
    }
    let mut found: Vec<Choice> = Vec::new();
    let mut put = |meaning: Meaning, title: u32, fit: i32, malus: i32| {
        let score = points(title, fit) - malus;
        if score >= ENOUGH - 12 && title >= 50 {
            found.push(Choice { meaning, score, title, fit });
        }
    };
    for id in compared.facts() {
        let fact = cx.vocabulary.get(id);
        let fit = p.fits[id.index()];
        let mut title = compared.of(Title::Fact(id));
        // Only a list of changes sets what is against what becomes of it.
        if compared.current && !matches!(role, Role::Changes | Role::AccountChanges) {
            title = title.max(compared.of(Title::Old(id)));
        }
        // « Cotisation à précompter » is a sum, though « trentièmes à retenir » are days.
        if compared.withheld && matches!(fact.kind, FactKind::Number { form: NumberForm::Days }) {
            continue;
        }
        // « Nb semaines » counts weeks, and is no share of one.
        let counts_time = || compared.words.iter().all(|w| w == "nombre" || titles::is_time(w));
        if matches!(fact.kind, FactKind::Number { form: NumberForm::Fraction }) && compared.has_title && counts_time() {
            continue;
        }
        // « Tr », « RI » may be short for many sums.
        let money = matches!(fact.kind, FactKind::Number { form: NumberForm::Money });
        if money && title < 100 && compared.named.chars().filter(|c| c.is_alphanumeric()).count() <= 2 {
            continue;
        }
        let malus = match role {
            Role::RegisterLines | Role::Events => {
                if is_identity(fact) {
                    0
                } else {
                    10
                }
            }
            Role::RegisterWide => {
                if is_identity(fact) {
                    0
                } else if money {
                    20
                } else if matches!(fact.kind, FactKind::Number { form: NumberForm::Hours }) && compared.of_amounts(p) {
                    60
                } else {
                    4
                }
            }
            Role::AccountChanges => {
                if is_identity(fact) || fact.role == Some(FactRole::Iban) {
                    0
                } else {
                    12
                }
            }
            Role::Staff
            | Role::Arrivals
            | Role::Departures
            | Role::Changes
            | Role::Amounts
            | Role::Transfers
            | Role::OtherAccounts
            | Role::Rubrics
            | Role::Ignored
            | Role::Unknown => 0,
        };
        // « N° » over 1, 2, 3 counts the rows.
        let malus = if fact.role == Some(FactRole::Employee) && p.counts_rows() && compared.bare_number { malus + 60 } else { malus };
        let meaning = if role == Role::AccountChanges && fact.role == Some(FactRole::Iban) { Meaning::New(id) } else { Meaning::Fact(id) };
        if title > 0 {
            put(meaning, title, fit, malus);
        }
        if matches!(role, Role::Changes | Role::AccountChanges) {
            let old_fit = if fact.role == Some(FactRole::Iban) { 0 } else { fit };
            let (old, new) = (compared.of(Title::Old(id)), compared.of(Title::New(id)));
            if old > 0 {
                put(Meaning::Old(id), old, old_fit, 0);
            }
            if new > 0 {
                put(Meaning::New(id), new, fit, -2);
            }
        }
    }
    let grouped = !compared.group.is_empty() || compared.group_share != Share::Unsaid;
    for (title, likeness) in compared.own.iter().chain(&compared.joined) {
        if let Title::Plain(meaning) = title
            && let meaning = of_share(*meaning, compared.marked_share)
            && allowed(meaning, role)
            && (meaning != Meaning::Ignored || *likeness >= 90 && !(compared.of_employer() && p.holds_amounts()))
        {
            // « Du », « Au » of a staff file are the days of a career; where they could be an entry or an end, they are that.
            let career = role == Role::Staff && matches!(meaning, Meaning::From | Meaning::To);
            put(meaning, *likeness, fits_plain(p, meaning), if career { 16 } else { 0 });
        }
        // « Saisi par » of a list that asks for no account is nobody's pay.
        if let (Title::Plain(Meaning::ReceivedBy), true, 95..) = (title, lists::is_list(role), *likeness) {
            put(Meaning::Ignored, 100, 12, 0);
        }
        // « À compter du » among arrivals is the entry, among departures the first day away.
        let entry = (role == Role::Arrivals).then(|| cx.vocabulary.role(FactRole::Entry)).flatten();
        let moved = entry.or_else(|| (role == Role::Departures).then(|| cx.vocabulary.role(FactRole::Exit)).flatten());
        if let (Title::Plain(Meaning::Effective), Some(f)) = (title, moved) {
            put(Meaning::Fact(f), *likeness, p.fits[f.index()], 4);
        }
        // « Part salariale » under the name of a rubric is that rubric's part, never the agent's total.
        if let Title::Total(total) = title
            && role == Role::RegisterWide
            && (!grouped || *likeness >= 90)
            // « Précompte prévoyance » is one deduction, and no sum of them.
            && (*total != crate::normalise::TotalRole::Deductions || *likeness >= KNOWN)
        {
            put(Meaning::Total(*total), *likeness, fits_plain(p, Meaning::Total(*total)), 0);
        }
        // « Retenues salariales » in one column of a wide register is the sum of them, and no contribution of that name.
        if let (Title::Plain(Meaning::Deduction), Role::RegisterWide, false, 90..) = (title, role, grouped, *likeness) {
            let sum = Meaning::Total(crate::normalise::TotalRole::Deductions);
            put(sum, *likeness, fits_plain(p, sum), 0);
        }
    }
    // The day of a strike is its first; that of hours says when they were made, and pays nothing.
    if compared.one_day && p.share(p.dates + p.days) >= 80 {
        if role == Role::Events {
            put(Meaning::From, 95, fits_plain(p, Meaning::From), 4);
        } else if role == Role::Changes {
            put(Meaning::Effective, 80, fits_plain(p, Meaning::Effective), 4);
        } else if role == Role::Amounts && of_the_month(p, cx) {
            // Of days of two months, or of another than this one and the last, which of them this month pays is asked.
            put(Meaning::Ignored, 100, 0, 0);
        }
    }
    if role == Role::RegisterWide {
        elements(compared, p, cx, &mut found);
        // « Plafond SS », « Jours »: the same number for nearly everybody, and nobody's pay.
        if !grouped && compared.informs {
            found.push(Choice { meaning: Meaning::Ignored, score: 100, title: 100, fit: 0 });
        }
    }
    by_contents(compared, p, (role, about), cx, ids_overlap, &mut found);
    by_subject(compared, p, role, cx, about, &mut found);
    // One entry per meaning, the best.
    found.sort_by_key(|c| (c.meaning, std::cmp::Reverse(c.score)));
    found.dedup_by_key(|c| c.meaning);
    found.sort_by_key(|c| (std::cmp::Reverse(c.score), c.meaning));
    found
}

/// Whether all dates of a column are of the month to be paid, or all of the one before.
fn of_the_month(p: &Profile, cx: &Context<'_>) -> bool {
    let paid = [cx.month, cx.last].map(|m| (m.year(), m.month()));
    p.months.len() == 1 && p.months.iter().all(|m| paid.contains(m))
}

/// Columns of a wide register: the group or the title names the element, the rest of the title its part.
fn elements(compared: &Compared, p: &Profile, cx: &Context<'_>, found: &mut Vec<Choice>) {
    let part_of = |scores: &BTreeMap<Title, u32>| {
        scores.iter().filter_map(|(t, s)| if let Title::Part(part) = t { Some((*s, *part)) } else { None }).max()
    };
    // Of two titles of one element (« Mutuelle », « Prévoyance ») the one that its code is written like goes first.
    let coded = |code: &str| i32::from(fold(code) == compared.named);
    for (t, s) in &compared.group {
        let Title::Element(i) = t else { continue };
        let target = &cx.rubrics.targets[*i];
        if let Some((part_score, part)) = part_of(&compared.own) {
            let employers = matches!(part, Part::EmployerAmount | Part::EmployerRate);
            let foreign = match target.kind {
                K::Employer => part == Part::Amount && compared.group_share != Share::Employer,
                K::Deduction => employers && target.employer_rate.is_none(),
                K::Earning | K::Tax | K::Net => employers,
            };
            if foreign {
                continue;
            }
            let fit = fits_part(p, part);
            let both = (s * 3 + part_score) / 4;
            // A base or a rate is the agent's share's, where the contribution has one.
            let second = if target.kind == K::Employer && !employers { 6 } else { 0 };
            found.push(Choice {
                meaning: Meaning::Element(target.element, part),
                score: points(both, fit) + 8 - second + coded(&target.code),
                title: both,
                fit,
            });
        }
    }
    // « Base » below the name of a rubric is that rubric's base, not a rubric called « … base ».
    let whole_part = !compared.group.is_empty() && part_of(&compared.own).is_some_and(|(s, _)| s >= 80);
    let joined = if whole_part { None } else { Some(&compared.joined) };
    for (t, s) in compared.own.iter().chain(joined.into_iter().flatten()) {
        let Title::Element(i) = t else { continue };
        let target = &cx.rubrics.targets[*i];
        let fit = fits_part(p, Part::Amount);
        let part = match (compared.share, target.kind) {
            (Share::Employee, K::Employer) => continue,
            (Share::Employer, K::Earning | K::Tax | K::Net) => continue,
            // The employer's share of this contribution is an element of its own.
            (Share::Employer, K::Deduction) if target.employer_rate.is_none() => continue,
            (Share::Employer, _) | (Share::Unsaid, K::Employer) => Part::EmployerAmount,
            (Share::Employee | Share::Unsaid, _) => Part::Amount,
        };
        let score = points(*s, fit) + 2 + coded(&target.code);
        found.push(Choice { meaning: Meaning::Element(target.element, part), score, title: *s, fit });
    }
    // « Mutuelle », just as it is known, is not an element that is only like it.
    let of = |c: &Choice| if let Meaning::Element(e, _) = c.meaning { Some((e, c.title)) } else { None };
    let exact: BTreeSet<ElementId> = found.iter().filter_map(of).filter(|(_, title)| *title >= EXACT).map(|(e, _)| e).collect();
    if !exact.is_empty() {
        // Nor is it a sum of the staff file.
        let money =
            |m: Meaning| matches!(m, Meaning::Fact(f) if matches!(cx.vocabulary.get(f).kind, FactKind::Number { form: NumberForm::Money }));
        found.retain(|c| !money(c.meaning) || p.filled == 0);
        found.retain(|c| of(c).is_none_or(|(e, title)| title >= SURELY || exact.contains(&e)));
    }
    // A column without any amount takes no element from one that has them.
    let elements = found.iter_mut().filter(|c| p.filled == 0 && matches!(c.meaning, Meaning::Element(_, _)));
    elements.for_each(|c| c.score -= 20);
}

/// Whether a meaning that is no fact can stand in a sheet of that role.
fn allowed(meaning: Meaning, role: Role) -> bool {
    use Meaning as M;
    match meaning {
        m if m.is_of_lines() => role == Role::RegisterLines,
        M::Ignored => true,
        M::Period | M::Year => role.is_register(),
        M::Effective => role == Role::Changes,
        M::From | M::To => matches!(role, Role::Events | Role::Staff),
        M::Nature | M::Days | M::Continues => role == Role::Events,
        M::Requested | M::ReceivedBy => role == Role::AccountChanges,
        M::Code
        | M::Label
        | M::Base
        | M::Rate
        | M::Gain
        | M::Deduction
        | M::Amount
        | M::Signed
        | M::Side
        | M::Payer
        | M::EmployerBase
        | M::EmployerRate
        | M::EmployerAmount
        | M::Fact(_)
        | M::Old(_)
        | M::New(_)
        | M::Element(_, _)
        | M::Local(_)
        | M::Total(_)
        | M::Unknown => false,
    }
}

/// The best meaning of every column at once; `None` where nothing has enough points.
pub fn assign_all(choices: &[Vec<Choice>]) -> Vec<Option<usize>> {
    let mut meanings: Vec<Meaning> = choices.iter().flatten().map(|c| c.meaning).filter(|m| *m != Meaning::Ignored).collect();
    meanings.sort_unstable();
    meanings.dedup();
    let n = choices.len();
    let gain: Vec<Vec<i64>> = choices
        .iter()
        .enumerate()
        .map(|(i, options)| {
            let mut row = vec![0_i64; meanings.len() + n];
            for o in options {
                if let Ok(j) = meanings.binary_search(&o.meaning) {
                    row[j] = i64::from(o.score);
                }
            }
            let ignored = options.iter().find(|o| o.meaning == Meaning::Ignored).map_or(0, |o| o.score);
            row[meanings.len() + i] = i64::from(ENOUGH.max(ignored));
            row
        })
        .collect();
    assign::best(&gain)
        .into_iter()
        .enumerate()
        .map(|(i, j)| match meanings.get(j) {
            Some(m) => choices[i].iter().position(|c| c.meaning == *m && c.score >= ENOUGH),
            None => choices[i].iter().position(|c| c.meaning == Meaning::Ignored && c.score >= ENOUGH),
        })
        .collect()
}

/// The meaning with its parts taken apart, for a heading that names an unknown rubric of a wide register.
pub fn local_part(heading: &str, titles: &Titles) -> Option<Part> {
    let scores = titles.scores(heading);
    let part = scores.iter().filter_map(|(t, s)| if let Title::Part(p) = t { Some((*s, *p)) } else { None }).max()?;
    (part.0 >= 80).then_some(part.1)
}

/// Whether a heading's words can name a rubric at all.
pub fn names_something(heading: &str) -> bool {
    Phrase::of(heading).words.iter().any(|w| w.len() > 1 && w.chars().any(char::is_alphabetic))
}

/// Recurring facts of an agent that are neither identity nor address.
pub fn is_situation(vocabulary: &Vocabulary, meaning: Meaning) -> bool {
    let Meaning::Fact(id) = meaning else { return false };
    let fact = vocabulary.get(id);
    fact.recurs && !is_identity(fact)
}
