//! Lines of pay statements → paid lines: sides by category, elements by the resolver of registers, hints that hold.

use crate::ground::{At, Exact, Finding, Money, PayMonth, Severity, Sources};
use crate::normalise::codes::{self, CodeStats, Shown, Sides, split_period};
use crate::normalise::gather::{Gathered, LocalCode};
use crate::normalise::labels::Labels;
use crate::normalise::text::{Phrase, fold};
use crate::normalise::{CodeTarget, Context, Payer, SourceEntry, fragment};
use crate::payslip::{LineKind, PaidCode, PaidLine};
use crate::read::xhl::{Category, Effect, PayLine, Slip};
use std::collections::{BTreeMap, BTreeSet};

/// What a local code is used for; the same code may stand for both shares of a contribution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Side {
    Gain,
    Taken,
    Employer,
    /// The other half of a benefit in kind, which takes it back from the net.
    TakenBack,
    Arrears,
    /// A contribution on arrears, and an advance: the category says that neither comes again.
    ArrearsTaken,
    Advance,
}

impl Side {
    fn of(line: &PayLine) -> Option<Self> {
        match line.effect() {
            // Some packages list arrears among base pay, under its code.
            Effect::Adds if line.category == Category::Rappel || says_arrears(&line.label) => Some(Self::Arrears),
            Effect::Takes if line.category == Category::Rappel => Some(Self::ArrearsTaken),
            Effect::Takes if line.category == Category::Acompte => Some(Self::Advance),
            Effect::Adds => Some(Self::Gain),
            Effect::Takes => Some(Self::Taken),
            Effect::Employer => Some(Self::Employer),
            Effect::Neutral => (line.category == Category::AvantageNature).then_some(Self::Gain),
        }
    }
    /// What is put after a code that is used on several sides.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Gain => "",
            Self::Taken => " retenue",
            Self::Employer => " patronal",
            Self::TakenBack => " reprise",
            Self::Arrears => " rappel",
            Self::ArrearsTaken => " cotisation de rappel",
            Self::Advance => " acompte",
        }
    }
    /// Paid or taken once, whatever its label.
    const fn is_once(self) -> bool {
        match self {
            Self::Arrears | Self::ArrearsTaken | Self::Advance => true,
            Self::Gain | Self::Taken | Self::Employer | Self::TakenBack => false,
        }
    }
}

/// Code, side, and which of the labels under it.
type Key = (Box<str>, Side, u16);

/// Every local code of the statements, with its place among the local codes of all sources.
pub struct Codes {
    known: BTreeMap<Key, (u16, CodeTarget)>,
    labels: Labels<(Box<str>, Side)>,
    /// The local code of a payslip that shows its net alone.
    bare_net: Option<u16>,
    /// The local code of what was taken and stands among no lines.
    unseen: Option<u16>,
    last: PayMonth,
}

fn says_arrears(label: &str) -> bool {
    fold(label).split(|c: char| !c.is_alphanumeric()).next().is_some_and(|first| first == "rap" || first.starts_with("rappel"))
}

fn code_of(line: &PayLine) -> Box<str> {
    if line.code.is_empty() { fold(&line.label).into() } else { line.code.clone() }
}

impl Codes {
    /// Finds the elements. A code that the job file names under the statement's file is what it says.
    pub fn resolve(
        slips: &[(u16, &Slip)],
        gathered: &mut Gathered,
        given: &[SourceEntry],
        sources: &Sources,
        cx: &Context<'_>,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let called = |s: &Slip| s.lines.iter().filter_map(|l| Some(((code_of(l), Side::of(l)?), l.label.clone()))).collect();
        let labels = Labels::of(&slips.iter().map(|(_, s)| called(s)).collect::<Vec<_>>());
        let mut uses: BTreeMap<Key, (u16, CodeStats)> = BTreeMap::new();
        // What stands among pay and bonuses is an earning, below zero too; a refund may stand after tax.
        let mut earned: BTreeMap<Key, bool> = BTreeMap::new();
        for (source, slip) in slips {
            for l in &slip.lines {
                let Some(side) = Side::of(l) else { continue };
                let label = match side {
                    Side::Arrears if !fold(&l.label).starts_with("rap") => format!("RAPPEL {}", l.label),
                    _ => l.label.to_string(),
                };
                let shown = shown(l, side);
                let group = labels.group(&(code_of(l), side), &l.label);
                let pay = matches!(l.category, Category::TraitBrut | Category::IndemResid | Category::SupFam | Category::Indemnite);
                *earned.entry((code_of(l), side, group)).or_insert(true) &= pay && side == Side::Gain;
                uses.entry((code_of(l), side, group))
                    .or_insert_with(|| (*source, CodeStats::default()))
                    .1
                    .add(split_period(&label).0, shown);
                if l.category == Category::AvantageNature && !slip.benefits_counted {
                    let back = Shown { deduction: shown.gain, gain: None, ..shown };
                    let label = format!("REPRISE {}", l.label);
                    uses.entry((code_of(l), Side::TakenBack, 0)).or_insert_with(|| (*source, CodeStats::default())).1.add(&label, back);
                }
            }
        }
        let mut sides: BTreeMap<&str, BTreeSet<Side>> = BTreeMap::new();
        for (code, side, _) in uses.keys() {
            sides.entry(code).or_default().insert(*side);
        }
        let name = |key: &Key| {
            let several = sides.get(key.0.as_ref()).is_some_and(|s| s.len() > 1);
            let name = if several { format!("{}{}", key.0, key.1.suffix()) } else { key.0.to_string() };
            let label = uses.get(key).filter(|_| key.2 > 0).and_then(|u| u.1.labels_by_use().into_iter().next());
            label.map_or(name.clone(), |label| format!("{name} {label}"))
        };
        let stats: BTreeMap<String, CodeStats> = uses.iter().map(|(k, (_, s))| (name(k), s.clone())).collect();
        let resolved = codes::resolve(&stats, cx.rubrics, Sides::Told);
        let mut known: BTreeMap<Key, (u16, CodeTarget)> = BTreeMap::new();
        for (key, (source, stats)) in &uses {
            let local = name(key);
            let file = sources.get(*source).map(|s| s.file.as_str()).unwrap_or_default();
            let written = given.iter().filter(|e| e.file == file).find_map(|e| e.codes.get(&local));
            let decided = written.and_then(|t| fragment::target_named(t, cx.rubrics));
            let goes_on = written.and_then(|t| fragment::goes_on(t));
            let found = resolved.iter().find(|m| m.code == local);
            let employer = key.1 == Side::Employer;
            let of_first = || {
                let (_, first) = known.get(&(key.0.clone(), key.1, 0))?;
                labels.may_be_first(&(key.0.clone(), key.1), key.2).then_some(*first)
            };
            // What ends with its month is no element of the code that goes on beside it.
            let is_first = |target: Option<CodeTarget>| known.get(&(key.0.clone(), key.1, 0)).map(|f| f.1) == target;
            let target = decided.unwrap_or_else(|| match found.map(|m| m.target) {
                // The category tells the side for sure; an element of the other side is none.
                Some(CodeTarget::Element(e, payer))
                    if (payer == Payer::Employer) == employer
                        && !matches!(key.1, Side::ArrearsTaken | Side::Advance)
                        && !(labels.ends_apart(&(key.0.clone(), key.1), key.2) && is_first(found.map(|m| m.target))) =>
                {
                    CodeTarget::Element(e, payer)
                }
                _ => of_first().unwrap_or(CodeTarget::Open),
            });
            if target == CodeTarget::Open && decided.is_none() && !matches!(key.1, Side::ArrearsTaken | Side::Advance) {
                let proposed: Vec<String> = found
                    .into_iter()
                    .flat_map(|m| &m.alternatives)
                    .map(|(t, n)| format!("{} ({n} %)", fragment::target_name(*t, cx.rubrics)))
                    .collect();
                findings.push(
                    Finding::new("M05", Severity::Justify)
                        .arg("code", &local)
                        .arg("label", stats.labels_by_use().first().cloned().unwrap_or_default())
                        .arg("rows", stats.rows)
                        .arg("proposed", if proposed.is_empty() { "–".to_owned() } else { proposed.join(", ") })
                        .arg("why", found.map(|m| m.why.join(", ")).unwrap_or_default())
                        .at(sources.place(At::source(*source))),
                );
            }
            // « Absence grève IFSE » among the bonuses: what happened once by its label ends as it does in a register.
            let named_once = stats.labels_by_use().first().is_some_and(|l| Phrase::of(l).is_once());
            let recurs = goes_on.unwrap_or(!key.1.is_once() && !named_once);
            if let Some(index) = enter(gathered, *source, local, stats.labels_by_use(), target, recurs) {
                let code = &mut gathered.local_codes[usize::from(index)];
                code.said = goes_on.is_some();
                code.kind = earned.get(key).is_some_and(|e| *e).then_some(LineKind::Earning);
                known.insert(key.clone(), (index, target));
            }
        }
        let mut of_net = |wanted: &dyn Fn(&Slip) -> bool, code: &str, label: &str| {
            let source = slips.iter().find(|(_, s)| wanted(s)).map(|(source, _)| *source)?;
            let index = enter(gathered, source, code.to_owned(), vec![label.to_owned()], CodeTarget::Open, true)?;
            gathered.local_codes[usize::from(index)].kind = Some(LineKind::Net);
            Some(index)
        };
        let bare_net = of_net(&|s| s.lines.is_empty() && s.net_to_pay.is_some(), "MtNetAPayer", "NET A PAYER SANS DETAIL");
        let unseen = of_net(&|s| taken_unseen(s).is_some(), "MtNetAPayer-", "RETENUE SANS DETAIL");
        Self { known, labels, bare_net, unseen, last: cx.last }
    }

    /// The lines of one payslip. One that shows its net alone becomes a single line, so that it can be paid again.
    pub fn lines(&self, source: u16, slip: &Slip, out: &mut Vec<PaidLine>) {
        for l in &slip.lines {
            let Some(side) = Side::of(l) else { continue };
            self.put(source, l, side, out);
            if l.category == Category::AvantageNature && !slip.benefits_counted {
                self.put(source, l, Side::TakenBack, out);
            }
        }
        let bare = slip.net_to_pay.filter(|_| slip.lines.is_empty()).zip(self.bare_net).map(|(net, code)| (net.value, net.line, code));
        let unseen = taken_unseen(slip).zip(self.unseen).map(|((gap, line), code)| (gap, line, code));
        for (amount, line, code) in bare.into_iter().chain(unseen) {
            out.push(PaidLine {
                code: PaidCode::Unknown(code),
                base: None,
                rate: None,
                amount,
                employer_rate: None,
                employer_amount: Money::ZERO,
                period: None,
                at: At::row(source, line),
            });
        }
    }

    fn put(&self, source: u16, l: &PayLine, side: Side, out: &mut Vec<PaidLine>) {
        let group = if side == Side::TakenBack { 0 } else { self.labels.group(&(code_of(l), side), &l.label) };
        let Some((index, target)) = self.known.get(&(code_of(l), side, group)) else { return };
        let code = match target {
            CodeTarget::Element(e, _) => PaidCode::Element(*e),
            CodeTarget::Skipped => return,
            CodeTarget::Total(_) | CodeTarget::Open => PaidCode::Unknown(*index),
        };
        let (base, rate) = hints(l);
        let employer = side == Side::Employer;
        let amount = match side {
            Side::Gain | Side::Arrears => l.amount,
            Side::Taken | Side::TakenBack | Side::ArrearsTaken | Side::Advance => -l.amount,
            Side::Employer => Money::ZERO,
        };
        // A span of several months is about the last of them, unless that is this payslip's.
        let period = l.period.map(|(from, to)| if to == self.last { from } else { to }).or(split_period(&l.label).1);
        out.push(PaidLine {
            code,
            base,
            rate: if employer { None } else { rate },
            amount,
            employer_rate: if employer { rate } else { None },
            employer_amount: if employer { l.amount } else { Money::ZERO },
            period: period.filter(|p| *p != self.last),
            at: At::row(source, l.line),
        });
    }
}

/// What a net to pay lacks of its lines: a deduction that the statement counts and does not list. More than a third of the net
/// is none, and neither is money that was paid and is not explained.
fn taken_unseen(slip: &Slip) -> Option<(Money, u32)> {
    let net = slip.net_to_pay.filter(|_| !slip.lines.is_empty() && slip.unread == 0)?;
    let gap = net.value - slip.rebuilt();
    (gap.is_negative() && gap.abs().cents() * 3 < net.value.cents()).then_some((gap, net.line))
}

/// Adds a local code; its index there.
fn enter(gathered: &mut Gathered, source: u16, code: String, labels: Vec<String>, target: CodeTarget, recurs: bool) -> Option<u16> {
    let index = u16::try_from(gathered.local_codes.len()).ok()?;
    let element = if let CodeTarget::Element(e, _) = target { Some(e) } else { None };
    gathered.local_codes.push(LocalCode { source, code, labels, element, target, beside: false, recurs, said: false, kind: None });
    Some(index)
}

fn shown(l: &PayLine, side: Side) -> Shown {
    let (base, rate) = hints(l);
    let amount = Some(l.amount.exact());
    let none = Shown { base, ..Shown::default() };
    match side {
        Side::Gain | Side::Arrears => Shown { gain: amount, rate, ..none },
        Side::Taken | Side::TakenBack | Side::ArrearsTaken | Side::Advance => Shown { deduction: amount, rate, ..none },
        Side::Employer => Shown { employer: amount, employer_rate: rate, ..none },
    }
}

/// Base and rate, when one of the ways to write them gives the amount: a share of the base, money per unit, or the base
/// in the place of the units. Otherwise the base alone, as it is written.
fn hints(l: &PayLine) -> (Option<Exact>, Option<Exact>) {
    let share = l.rate.and_then(|r| r.div(Exact::int(100)));
    let cents = l.amount.cents().abs();
    let gives = |b: Option<Exact>, r: Option<Exact>| {
        let product = b?.mul(r?)?.scaled_half_up(100)?;
        ((product.abs() - cents).abs() <= 1).then_some((b, r))
    };
    gives(l.base, share)
        .or_else(|| gives(l.units, share))
        .or_else(|| gives(l.units, l.rate))
        .or_else(|| gives(l.base, l.rate))
        .or_else(|| gives(l.base, l.units))
        .unwrap_or_else(|| {
            let contribution = matches!(l.category, Category::Deduction | Category::Cotisation | Category::Retenue);
            (l.base.or(l.units), if contribution && l.base.is_some() { share } else { None })
        })
}
