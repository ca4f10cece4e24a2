//! The tax office's list of the month beside a staff file that has the rates so far: what it says is new, whoever it names.

use super::seen::Seen;
use crate::facts::{FactId, FactKind, NumberForm, Role as FactRole};
use crate::normalise::mapping::{Meaning, Role, SourceMapping};
use crate::normalise::{Context, lists, titles};

/// Which of the sheets taken for staff files are such lists: called so, with rates alone, where another staff file has rates.
pub(super) fn of_the_month<'m>(seen: &[Seen<'_>], found: impl Iterator<Item = &'m SourceMapping> + Clone, cx: &Context<'_>) -> Vec<bool> {
    let rate = |f: &FactId| matches!(cx.vocabulary.get(*f).kind, FactKind::Number { form: NumberForm::Rate });
    let about = |f: FactId| cx.vocabulary.about_others().iter().any(|t| rate(&t.1) && (t.0 == f || t.1 == f));
    let paying = |m: &SourceMapping| -> Vec<FactId> {
        let facts = m.columns.iter().filter_map(|c| if let Meaning::Fact(f) = c.meaning { Some(f) } else { None });
        // « Date début », « Date fin »: the days between which the rate holds, and nobody's career.
        facts.filter(|f| lists::pays(cx.vocabulary.get(*f)) && !of_a_stay(*f, cx)).collect()
    };
    let alone = |m: &SourceMapping| m.role == Role::Staff && paying(m).iter().any(rate) && paying(m).into_iter().all(about);
    let beside = found.clone().any(|m| m.role == Role::Staff && !alone(m) && paying(m).iter().any(|f| rate(f) && about(*f)));
    seen.iter().zip(found).map(|(s, m)| beside && !s.pinned() && titles::of_tax_rates(&s.about()) && alone(m)).collect()
}

fn of_a_stay(fact: FactId, cx: &Context<'_>) -> bool {
    matches!(cx.vocabulary.get(fact).role, Some(FactRole::Entry | FactRole::Exit | FactRole::ContractEnd))
}

/// Whether a list changes rates of others and nothing else.
pub(super) fn changes_rates(found: &SourceMapping, cx: &Context<'_>) -> bool {
    let rate = |f: FactId| matches!(cx.vocabulary.get(f).kind, FactKind::Number { form: NumberForm::Rate });
    let about = |f: FactId| rate(f) && cx.vocabulary.about_others().iter().any(|t| t.0 == f || t.1 == f);
    let new = |m| if let Meaning::Fact(f) | Meaning::New(f) = m { Some(f).filter(|f| lists::pays(cx.vocabulary.get(*f))) } else { None };
    let mut paying = found.columns.iter().filter_map(|c| new(c.meaning)).peekable();
    found.role == Role::Changes && paying.peek().is_some() && paying.all(about)
}

/// « Début validité » until this month, « Date validité » of this month or a later one: the rate holds for this month's pay.
pub(super) fn until_later(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) {
    let now = (cx.month.year(), cx.month.month());
    for c in &mut found.columns {
        let p = &s.profiles[usize::from(c.column)];
        let begun = titles::says_begin(&c.heading);
        let holds = |m: (i32, u32)| if begun { m <= now } else { m >= now };
        let later = p.share(p.dates) >= 90 && !p.months.is_empty() && p.months.iter().all(|m| holds(*m));
        let stay = matches!(c.meaning, Meaning::Fact(f) | Meaning::New(f) if of_a_stay(f, cx));
        let open = stay || matches!(c.meaning, Meaning::Unknown | Meaning::From | Meaning::To | Meaning::Effective);
        let said = titles::of_validity(&c.heading) || titles::says_begin(&c.heading) || titles::says_end(&c.heading);
        if open && c.certainty < 100 && later && said {
            (c.meaning, c.certainty) = (Meaning::Ignored, 90);
            c.why = vec!["valid until later".to_owned()];
        }
    }
}
