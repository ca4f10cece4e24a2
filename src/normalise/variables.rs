//! Lists of variable elements as pay programs exchange them: a row per agent and rubric, the number beside it.
//!
//! A rubric is known by its label, or by its code where last month's register says which label that is;
//! what it pays must be one of the facts of one month (hours, sums), and surely that one.

use crate::facts::{FactDecl, FactId, FactKind, NumberForm, Role as FactRole};
use crate::normalise::Context;
use crate::normalise::columns::{Choice, Compared};
use crate::normalise::layout::{Kept, Layout};
use crate::normalise::lists::is_quantity;
use crate::normalise::mapping::Meaning;
use crate::normalise::profile::Profile;
use crate::normalise::text::Phrase;
use crate::normalise::titles::{Title, is_days, lasts_a_day, spaced, summing, turning};
use std::collections::{BTreeMap, BTreeSet};

/// Of the rows, percent that must name such a fact; where the title says that rubrics stand there, fewer: the others are asked.
const MOST: usize = 80;
const TITLED: usize = 40;

/// Where such a list has its rubrics, and which fact each of them is.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    pub label: Option<usize>,
    pub code: Option<usize>,
    /// By rubric as written: its label, or its code where there is no label.
    pub facts: BTreeMap<String, FactId>,
}

impl Variables {
    /// The column rubrics are looked up by.
    pub fn rubric(&self) -> Option<usize> {
        self.label.or(self.code)
    }
}

/// Labels of a table's codes, where titles leave no doubt which column is which.
pub fn labels(kept: &[Kept], layout: &Layout, compared: &[Compared], into: &mut BTreeMap<String, BTreeSet<String>>) {
    let column = |m: Meaning| (0..layout.width).find(|&c| compared[c].title(Title::Plain(m)) >= 85);
    let (Some(code), Some(label)) = (column(Meaning::Code), column(Meaning::Label)) else { return };
    for k in kept.iter().skip(layout.data_start()) {
        let (code, label) = (k.shown(code), k.shown(label));
        if !code.is_empty() && !label.is_empty() {
            into.entry(code).or_default().insert(label);
        }
    }
}

/// The fact of an absence that lasts a day, which a list of rubrics may count beside sums and hours: « Grève ; 1 ; jour ».
pub fn absence(text: &str, cx: &Context<'_>) -> Option<FactId> {
    // « Grève (jours) »: its unit beside its name.
    let bare = text.split_once('(').filter(|(_, unit)| is_days(unit.trim_end_matches([')', ' ']))).map_or(text, |(name, _)| name.trim());
    cx.natures.fact(bare).filter(|_| lasts_a_day(bare))
}

/// The rubrics of a sheet, when nearly all its rows name facts of one month.
pub fn find(
    kept: &[Kept],
    layout: &Layout,
    (compared, profiles): (&[Compared], &[Profile]),
    known: &BTreeMap<String, BTreeSet<String>>,
    cx: &Context<'_>,
) -> Option<Variables> {
    let rows: Vec<&Kept> = kept.iter().skip(layout.data_start()).filter(|k| k.filled() >= 3 && summing(&k.first()).is_none()).collect();
    if rows.is_empty() || layout.header.is_none() {
        return None;
    }
    let words =
        |c: usize| profiles[c].filled > 0 && profiles[c].share(profiles[c].numbers) < 50 && profiles[c].share(profiles[c].dates) < 50;
    // « 14 h » is no name of the first fourteen hours.
    let by_label = |text: &str| cx.natures.one_off(text).filter(|_| !is_quantity(text));
    // What last month's register calls a code, where that is one fact.
    let by_code = |text: &str| {
        let facts: BTreeSet<FactId> = known.get(text)?.iter().filter_map(|l| cx.natures.one_off(l)).collect();
        facts.first().copied().filter(|_| facts.len() == 1)
    };
    // « Code agent » numbers agents, not rubrics.
    let agents = |c: usize| cx.vocabulary.role(FactRole::Employee).map_or(0, |f| compared[c].title(Title::Fact(f)));
    let titled = |c: usize, m: Meaning| compared[c].title(Title::Plain(m)) >= agents(c).max(60);
    // What the employer bears of each rubric stands in a register, and in no list of the month.
    if (0..layout.width).any(|c| titled(c, Meaning::EmployerAmount) || titled(c, Meaning::EmployerRate)) {
        return None;
    }
    let codes = (0..layout.width).find(|&c| titled(c, Meaning::Code) && profiles[c].filled > 0);
    let turned = |text: &str| Phrase::of(text).words.iter().any(|w| turning(w));
    let named = |c: usize, of: &dyn Fn(&str, &Kept) -> Option<FactId>, most: usize| -> Option<BTreeMap<String, FactId>> {
        let mut asked: BTreeMap<String, Option<FactId>> = BTreeMap::new();
        let mut misses = 0;
        for k in &rows {
            let text = k.shown(c);
            let fact = *asked.entry(text.clone()).or_insert_with(|| if text.is_empty() { None } else { of(&text, k) });
            misses += usize::from(fact.is_none() && absence(&text, cx).is_none());
            // A column of names is given up at once, not after every name was compared with every title.
            if misses * 100 > rows.len() * (100 - most) {
                return None;
            }
        }
        let facts: BTreeMap<String, FactId> = asked.into_iter().filter_map(|(t, f)| Some((t, f?))).collect();
        Some(facts).filter(|f| !f.is_empty())
    };
    // A label nobody knows is what its code is in the register, unless it says more than that.
    let by_both = |c: usize| {
        move |text: &str, k: &Kept| {
            by_label(text)
                .or_else(|| codes.filter(|i| *i != c && titled(c, Meaning::Label) && !turned(text)).and_then(|i| by_code(&k.shown(i))))
        }
    };
    let least = |c: usize| if compared[c].title(Title::Plain(Meaning::Label)) >= 85 { TITLED } else { MOST };
    let label = (0..layout.width).filter(|&c| words(c)).find_map(|c| Some((c, named(c, &by_both(c), least(c))?)));
    let code = (0..layout.width).find(|&c| titled(c, Meaning::Code) && label.as_ref().is_none_or(|l| l.0 != c));
    if let Some((c, facts)) = label {
        return Some(Variables { label: Some(c), code, facts });
    }
    let c = code?;
    let facts = named(c, &|t, _| by_code(t), MOST)?;
    Some(Variables { label: None, code: Some(c), facts })
}

/// What the columns of such a list are: its rubric, and the numbers that say how much.
pub fn columns(v: &Variables, layout: &Layout, compared: &[Compared], profiles: &[Profile], choices: &mut [Vec<Choice>]) {
    let sure = |meaning: Meaning| vec![Choice { meaning, score: 88, title: 100, fit: 12 }];
    for c in 0..layout.width {
        if v.label == Some(c) {
            choices[c] = sure(Meaning::Label);
            continue;
        }
        if v.code == Some(c) {
            choices[c] = sure(Meaning::Code);
            continue;
        }
        choices[c].retain(|x| !matches!(x.meaning, Meaning::Code | Meaning::Label | Meaning::Base | Meaning::Amount));
        let p = &profiles[c];
        // « QTE » may be « quotité » elsewhere: beside rubrics it is how many.
        let many = compared[c].title(Title::Plain(Meaning::Base)) >= 95;
        let other = !many && choices[c].first().is_some_and(|x| x.title >= 85 && x.score >= 80);
        if p.filled == 0 || p.share(p.numbers + p.hours) < 80 || other {
            continue;
        }
        if let Some(meaning) = quantity(&layout.own[c], &compared[c]) {
            choices[c] = sure(meaning);
        }
    }
}

/// Whether a title says how many (hours, days) or how much (euros).
fn quantity(title: &str, compared: &Compared) -> Option<Meaning> {
    let tidy = spaced(title);
    let has = |words: &[&str]| words.iter().any(|w| tidy.contains(&format!(" {w} ")));
    if has(&["montant", "mt", "somme", "euros", "eur", "brut"]) || title.contains('€') {
        Some(Meaning::Amount)
    } else if has(&["nombre", "nb", "nbre", "heures", "heure", "h", "quantite", "qte", "jours", "duree"]) {
        Some(Meaning::Base)
    } else if has(&["valeur", "saisie", "combien"]) || compared.title(Title::Plain(Meaning::Amount)) >= 85 {
        // « Valeur »: hours of a rubric of hours, euros of a bonus.
        Some(Meaning::Signed)
    } else {
        None
    }
}

/// Which of these columns says how much of the fact.
pub const fn wanted(form: NumberForm) -> Meaning {
    match form {
        NumberForm::Money => Meaning::Amount,
        NumberForm::Hours | NumberForm::Days | NumberForm::Count | NumberForm::Points | NumberForm::Rate | NumberForm::Fraction => {
            Meaning::Base
        }
    }
}

/// The number form of a fact.
pub const fn form_of(fact: &FactDecl) -> Option<NumberForm> {
    match fact.kind {
        FactKind::Number { form } => Some(form),
        FactKind::Date | FactKind::Flag | FactKind::Choice { .. } | FactKind::Text => None,
    }
}
