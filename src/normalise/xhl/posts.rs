//! Several payslips of one employee in a month: posts of their own, or one post paid in pieces.
//!
//! A post has base pay of its own. Payslips that agree in status, grade, working time and service are one post's and add up, and
//! so does one without base pay of the month: a correction, a second pay run, arrears. Base pay twice without a working time may
//! as well be one post that changed within the month: it adds up too. Posts that a record knows keep their numbers.

use crate::ground::number::plain;
use crate::ground::{At, EmployeeId, Exact, Finding, Lang, Money, PayMonth, Severity, Sources};
use crate::normalise::gather::Gathered;
use crate::normalise::text::fold;
use crate::read::xhl::{Category, Effect, Slip};
use std::collections::BTreeSet;

/// The payslips of a post, each with its source.
pub type Own<'a> = Vec<(u16, &'a Slip)>;

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
pub fn base_pay(own: &[(u16, &Slip)], month: PayMonth) -> Money {
    let of_month = |p: Option<(PayMonth, PayMonth)>| p.is_none_or(|(a, b)| a <= month && month <= b);
    let lines = own.iter().flat_map(|(_, s)| &s.lines).filter(|l| l.category == Category::TraitBrut && of_month(l.period));
    lines.map(|l| l.amount).sum()
}

/// Whatever is paid, where the statement has lines at all.
pub fn earned(own: &[(u16, &Slip)]) -> Money {
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
    let mut home = 0;
    for (i, g) in groups.into_iter().enumerate() {
        if i == main {
            home = posts.len();
        }
        if i == main || is_post(&g) { posts.push(g) } else { rest.push(g) }
    }
    for g in rest {
        let mut same = (0..posts.len()).filter(|&p| status(&posts[p]) == status(&g));
        let post = same.next().filter(|_| same.next().is_none()).unwrap_or(home);
        posts[post].extend(g);
    }
    let share = |g: &Own<'_>| g.first().and_then(|(_, s)| s.working_time).map(|n| n.value).filter(|n| n.is_positive());
    let sum = posts.iter().filter_map(share).try_fold(Exact::ZERO, Exact::add);
    let of_base: Vec<&Own<'_>> = posts.iter().filter(|g| base_pay(g, month) > Money::ZERO).collect();
    let untold = of_base.len() > 1 && of_base.iter().any(|g| share(g).is_none());
    if untold || sum.is_none_or(|s| s > Exact::int(MOST)) {
        return vec![posts.into_iter().flatten().collect()];
    }
    posts
}

/// Whether the posts stay apart beside what other sources have of the same month: a register that pays their sum as one is
/// the statement in less detail, any other keeps its word.
pub fn count_as_several(id: &EmployeeId, apart: &[Own<'_>], gathered: &Gathered) -> bool {
    let Some(register) = gathered.paid.get(id).filter(|_| apart.len() > 1) else { return apart.len() > 1 };
    let nets: Option<Money> = apart.iter().map(net).sum();
    let sum: Money = register.all().map(|l| l.amount).sum();
    !register.estimated && nets == Some(register.net_paid.map_or(sum, |n| n.0))
}

/// The net that the payslips of a post came to.
fn net(own: &Own<'_>) -> Option<Money> {
    own.iter().map(|(_, s)| Some(s.net_to_pay?.value)).sum()
}

/// The posts under the numbers that a record gives them: each is the one whose net it has, or else the one that it resembles
/// most; those that no known post resembles come after. `None` where that is not one and the same for all.
fn numbered<'a>(
    id: &EmployeeId,
    apart: &[Own<'a>],
    gathered: &Gathered,
    resembles: impl Fn(&(u16, &'a Slip), &EmployeeId) -> i64,
) -> Option<Vec<EmployeeId>> {
    let known: Vec<EmployeeId> = (1..).map(|n| id.at_post(n)).take_while(|p| gathered.paid.contains_key(p)).collect();
    if known.len() < 2 {
        return Some((1..).map(|n| id.at_post(n)).take(apart.len()).collect());
    }
    let mut next = (1..).map(|n| id.at_post(n)).skip(known.len());
    let mut out: Vec<EmployeeId> = Vec::new();
    for own in apart {
        let paid = |p: &&EmployeeId| net(own).is_some() && gathered.paid.get(*p).and_then(|s| s.net_paid).map(|n| n.0) == net(own);
        let by_net: Vec<&EmployeeId> = known.iter().filter(paid).collect();
        let scores: Vec<i64> = known.iter().map(|p| own.first().map_or(0, |first| resembles(first, p))).collect();
        let best = scores.iter().max().copied().unwrap_or(0);
        let alike: Vec<&EmployeeId> = known.iter().zip(&scores).filter(|(_, s)| **s == best).map(|k| k.0).collect();
        out.push(match (by_net.as_slice(), alike.as_slice()) {
            ([one], _) => (*one).clone(),
            (_, [one]) if best > 0 => (*one).clone(),
            _ if best < 0 => next.next()?,
            _ => return None,
        });
    }
    let once: BTreeSet<&EmployeeId> = out.iter().collect();
    (once.len() == out.len()).then_some(out)
}

/// Each post under its number, told; where a record's numbers cannot be matched, in the order of the statement, and none is paid.
pub fn placed<'a>(
    id: &EmployeeId,
    apart: Vec<Own<'a>>,
    gathered: &Gathered,
    resembles: impl Fn(&(u16, &'a Slip), &EmployeeId) -> i64,
    sources: &Sources,
    findings: &mut Vec<Finding>,
) -> Vec<(EmployeeId, Own<'a>)> {
    if apart.len() > 1 {
        findings.push(told(id, &apart, sources));
    }
    let numbers = numbered(id, &apart, gathered, resembles).unwrap_or_else(|| {
        let in_order: Vec<EmployeeId> = (1..).map(|n| id.at_post(n)).take(apart.len()).collect();
        for (post, own) in in_order.iter().zip(&apart) {
            let f = Finding::new("M163", Severity::Blocking).of(post).arg("agent", id).arg("count", apart.len());
            findings.push(own.iter().fold(f, |f, (source, s)| f.at(sources.place(At::row(*source, s.line)))));
        }
        in_order
    });
    numbers.into_iter().zip(apart).collect()
}

/// That somebody is paid for several posts, each by itself.
fn told(id: &EmployeeId, apart: &[Own<'_>], sources: &Sources) -> Finding {
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
