//! What the cells of a column alone are enough for, whatever its title.

use super::{Choice, Compared};
use crate::facts::{FactDecl, FactId, FactKind, NumberForm, Role as FactRole};
use crate::ground::Exact;
use crate::normalise::Context;
use crate::normalise::mapping::{Meaning, Role};
use crate::normalise::profile::{Profile, option_of};
use crate::normalise::titles::{self, Title};
use std::collections::BTreeSet;

/// What the cells alone are enough for, whatever the title.
pub(super) fn by_contents(
    compared: &Compared,
    p: &Profile,
    (role, about): (Role, &str),
    cx: &Context<'_>,
    ids_overlap: u32,
    found: &mut Vec<Choice>,
) {
    if p.filled == 0 {
        return;
    }
    let mut put = |meaning: Meaning, score: i32| found.push(Choice { meaning, score, title: 0, fit: 25 });
    let role_fact = |r: FactRole| cx.vocabulary.role(r);
    if let Some(f) = role_fact(FactRole::Iban)
        && p.share(p.ibans) >= 80
    {
        put(if role == Role::AccountChanges { Meaning::New(f) } else { Meaning::Fact(f) }, 76);
    }
    if let Some(f) = role_fact(FactRole::IdentityNumber)
        && p.share(p.nirs) >= 70
    {
        put(Meaning::Fact(f), 76);
    }
    if let Some(f) = role_fact(FactRole::Employee)
        && ids_overlap >= 80
        && p.share(p.id_like) >= 90
        && (!compared.has_title || compared.best() < 70)
    {
        put(Meaning::Fact(f), if compared.has_title { 58 } else { 66 });
    }
    // « S » and « P » and nothing else: whose share a row is, whatever the column is called.
    if role.is_register() && crate::normalise::profile::says_both_shares(p) {
        put(Meaning::Payer, 62);
    } else if role == Role::RegisterLines && crate::normalise::profile::says_sides(p) {
        // « Nature » over « Gain », « Retenue salariale », « Charge patronale ».
        put(Meaning::Side, 62);
    }
    // « Motif » over kinds of absence, whatever the column is called.
    if role == Role::Events && p.share(p.numbers) < 20 && p.share(p.dates) < 20 {
        let known: u32 = p.values.iter().filter(|(v, _)| cx.natures.fact(v).is_some()).map(|(_, n)| *n).sum();
        if p.share(known) >= 60 {
            put(Meaning::Nature, 72);
        }
    }
    // « Initial » and « Prolongation », whatever the column is called.
    if role == Role::Events && p.values.keys().all(|v| goes_on(v).is_some()) && p.values.keys().any(|v| goes_on(v) == Some(true)) {
        put(Meaning::Continues, 76);
    }
    // « Nouveau taux », « Passe à » over 80 %, 90 %, 100 %: working time. Nobody is taxed so.
    if let (Role::Changes, Some(f)) = (role, cx.vocabulary.named("quotite"))
        && (compared.turned || compared.was)
        && !p.values.is_empty()
        && p.values.keys().all(|v| is_part_time(v, titles::of_working_time(about)))
    {
        put(if compared.was { Meaning::Old(f) } else { Meaning::New(f) }, 80);
    }
    // « Taux » in the tax office's list of the month: the rate that has an origin.
    if matches!(role, Role::Changes | Role::Staff)
        && compared.turned
        && p.share(p.numbers) >= 95
        && p.most.is_none_or(|m| m < Exact::int(60))
        && titles::of_tax_rates(about)
    {
        let rate = |f: &FactId| matches!(cx.vocabulary.get(*f).kind, FactKind::Number { form: NumberForm::Rate });
        cx.vocabulary.about_others().iter().map(|t| t.1).filter(rate).for_each(|f| put(Meaning::Fact(f), 74));
    }
    // « Agent » over numbers: the number, not the name.
    if let (Some(f), Some(name)) = (role_fact(FactRole::Employee), role_fact(FactRole::FullName))
        && compared.of(Title::Fact(name)) >= 85
        && p.share(p.id_like) >= 98
    {
        put(Meaning::Fact(f), 64);
    }
    // « Position » over TIT, STG, CDD: the list that the cells are all of.
    let position = role_fact(FactRole::Position);
    let called_position = position.is_some_and(|f| compared.of(Title::Fact(f)) >= 85 && p.fits[f.index()] <= -60);
    for (id, fact) in cx.vocabulary.iter().filter(|_| called_position) {
        if matches!(fact.kind, FactKind::Choice { .. }) && p.fits[id.index()] >= 20 {
            put(Meaning::Fact(id), 62);
        }
    }
    // « Tit/Sta/Contr » over Tit, Sta and Contr: a title that says nothing known, over words of one closed list alone.
    let staff = matches!(role, Role::Staff | Role::Arrivals);
    if staff && compared.has_title && compared.best() < 70 && p.filled >= 4 && p.longest >= 3 {
        let listed = |f: &FactDecl| match &f.kind {
            FactKind::Choice { options } => {
                let named: Vec<_> = p.values.keys().map(|v| option_of(options, v)).collect();
                named.iter().all(Option::is_some) && named.iter().collect::<BTreeSet<_>>().len() >= 2
            }
            FactKind::Number { .. } | FactKind::Date | FactKind::Text | FactKind::Flag => false,
        };
        let mut all = cx.vocabulary.iter().filter(|(_, f)| f.recurs && listed(f));
        if let (Some((id, _)), None) = (all.next(), all.next()) {
            put(Meaning::Fact(id), 64);
        }
    }
    if compared.has_title {
        return;
    }
    for (id, fact) in cx.vocabulary.iter() {
        if let FactKind::Choice { .. } = &fact.kind
            && p.fits[id.index()] >= 20
            && p.filled >= 4
        {
            put(Meaning::Fact(id), 52);
        }
    }
    let fact = |r: FactRole| role_fact(r).map(Meaning::Fact);
    if p.share(p.births) >= 95 && p.dates == p.filled && p.filled >= 4 && p.months.len() > 3 {
        fact(FactRole::BirthDate).into_iter().for_each(|m| put(m, 56));
    }
    if p.share(p.postal) >= 98 && p.longest == 5 && ids_overlap < 50 && p.values.len() * 2 <= p.filled as usize {
        fact(FactRole::PostalCode).into_iter().for_each(|m| put(m, 54));
    }
    if p.share(p.upper) >= 95 && p.longest > 3 && p.share(p.letters) >= 95 {
        fact(FactRole::Surname).into_iter().for_each(|m| put(m, 52));
    }
}

/// Whether a folded cell says that a leave goes on from an earlier one.
fn goes_on(cell: &str) -> Option<bool> {
    match cell.trim_end_matches('.') {
        c if c.starts_with("prol") || c == "p" => Some(true),
        c if c.starts_with("init") || c == "i" => Some(false),
        _ => None,
    }
}

/// A share of full time as part time is granted, by tens of percent; written as 0,5 only where the list says what it is about.
fn is_part_time(text: &str, said: bool) -> bool {
    let t = text.trim_end_matches(['%', ' ']).replace(',', ".");
    let t = if t.contains('.') { t.trim_end_matches('0').trim_end_matches('.') } else { t.as_str() };
    matches!(t, "50" | "60" | "70" | "80" | "90" | "100") || said && matches!(t, "0.5" | "0.6" | "0.7" | "0.8" | "0.9" | "1")
}
