//! Several payslips of one employee in a month: posts of their own, or one post paid in pieces.
//!
//! A post has base pay of its own. Payslips that agree in status, grade, working time and service are one post's and add up, and
//! so does one without base pay of the month: a correction, a second pay run, arrears.

use crate::ground::number::plain;
use crate::ground::{At, EmployeeId, Exact, Finding, Lang, Money, PayMonth, Severity, Sources};
use crate::normalise::gather::Gathered;
use crate::normalise::text::fold;
use crate::read::xhl::{Category, Effect, Slip};

type Own<'a> = Vec<(u16, &'a Slip)>;

/// Posts of one person come to a full time, and a fifth more at most (in percent): beyond that, the same post was paid twice.
const MOST: i64 = 120;

/// What a payslip says of the post that it pays.
fn said(s: &Slip) -> [String; 4] {
    let working_time = s.working_time.filter(|n| n.value.is_positive()).map_or_else(String::new, |n| n.value.to_string());
    [fold(&s.agent.status.text), fold(&s.agent.grade.text), working_time, fold(&s.service.text)]
}

/// Whether nothing that both say differs.
fn may_be_one(a: &Slip, b: &Slip) -> bool {
    said(a).iter().zip(&said(b)).all(|(a, b)| a.is_empty() || b.is_empty() || a == b)
}

/// Base pay of the month, corrections taken off.
fn base_pay(own: &[(u16, &Slip)], month: PayMonth) -> Money {
    let of_month = |p: Option<(PayMonth, PayMonth)>| p.is_none_or(|(a, b)| a <= month && month <= b);
    let lines = own.iter().flat_map(|(_, s)| &s.lines).filter(|l| l.category == Category::TraitBrut && of_month(l.period));
    lines.map(|l| l.amount).sum()
}

/// Whatever is paid, where the statement has lines at all.
fn earned(own: &[(u16, &Slip)]) -> Money {
    let added = |s: &Slip| s.lines.iter().filter(|l| l.effect() == Effect::Adds).map(|l| l.amount).sum::<Money>();
    own.iter().map(|(_, s)| if s.lines.is_empty() { s.gross.map_or(Money::ZERO, |g| g.value) } else { added(s) }).sum()
}

/// The payslips by post, in the order of the statements; those that are no post's own stand with the first.
pub fn apart(own: Own<'_>, month: PayMonth) -> Vec<Own<'_>> {
    let mut groups: Vec<Own<'_>> = Vec::new();
    for (source, slip) in own {
        match groups.iter_mut().find(|g| g.iter().all(|(_, other)| may_be_one(other, slip))) {
            Some(g) => g.push((source, slip)),
            None => groups.push(vec![(source, slip)]),
        }
    }
    if groups.len() < 2 {
        return groups;
    }
    let main = groups.iter().position(|g| base_pay(g, month) > Money::ZERO).unwrap_or(0);
    let status = |g: &Own<'_>| g.first().map_or_else(String::new, |(_, s)| fold(&s.agent.status.text));
    let first = status(&groups[main]);
    let whole = |g: &Own<'_>| g.iter().all(|(_, s)| s.lines.is_empty());
    let is_post = |g: &Own<'_>| {
        // An elected member or somebody paid by the task has no base pay, and another status.
        let other = !status(g).is_empty() && status(g) != first;
        base_pay(g, month) > Money::ZERO || (other || whole(g)) && earned(g) > Money::ZERO
    };
    let (mut posts, mut rest): (Vec<Own<'_>>, Vec<Own<'_>>) = (Vec::new(), Vec::new());
    for (i, g) in groups.into_iter().enumerate() {
        if i == main || is_post(&g) { posts.push(g) } else { rest.push(g) }
    }
    posts[0].extend(rest.into_iter().flatten());
    let mut shares = posts.iter().filter_map(|g| g.first()?.1.working_time.map(|n| n.value));
    let sum = shares.try_fold(Exact::ZERO, Exact::add);
    if sum.is_none_or(|s| s > Exact::int(MOST)) {
        return vec![posts.into_iter().flatten().collect()];
    }
    posts
}

/// Whether the posts stay apart beside what other sources have of the same month: a register that pays their sum as one is
/// the statement in less detail, any other keeps its word.
pub fn count_as_several(id: &EmployeeId, apart: &[Own<'_>], gathered: &Gathered) -> bool {
    let Some(register) = gathered.paid.get(id).filter(|_| apart.len() > 1) else { return apart.len() > 1 };
    if gathered.paid.contains_key(&id.at_post(2)) {
        return true;
    }
    let nets: Option<Money> = apart.iter().flatten().map(|(_, s)| Some(s.net_to_pay?.value)).sum();
    let sum: Money = register.all().map(|l| l.amount).sum();
    !register.estimated && nets == Some(register.net_paid.map_or(sum, |n| n.0))
}

/// That somebody is paid for several posts, each by itself.
pub fn told(id: &EmployeeId, apart: &[Own<'_>], sources: &Sources) -> Finding {
    let one = |own: &Own<'_>| {
        let (_, s) = own.first()?;
        let share = s.working_time.map(|n| format!("{} %", plain(n.value, 0, Lang::Fr)));
        let words = [Some(s.agent.grade.text.to_string()), Some(s.service.text.to_string()), share];
        Some(words.into_iter().flatten().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(", "))
    };
    let posts: Vec<String> = apart.iter().filter_map(one).collect();
    let f = Finding::new("M153", Severity::Warning).of(id).arg("agent", id).arg("count", apart.len()).arg("posts", posts.join(" ; "));
    apart.iter().flatten().fold(f, |f, (source, s)| f.at(sources.place(At::row(*source, s.line))))
}
