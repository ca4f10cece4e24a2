//! What `fr-fpt` infers from a paid line: each inference finds the fact of a worked case again when it is hidden, and none stands
//! where computing with it does not give the line to the cent.

use releve::compute::eval::{Pins, State};
use releve::compute::examples;
use releve::compute::replay::{Hidden, Replay, Replayed, Verdict};
use releve::facts::{FactId, Facts, Origin};
use releve::ground::{At, Money};
use releve::payslip::{ElementId, PaidCode, PaidLine, Status};
use releve::rules::Pack;
use releve::rules::plan::Plan;
use releve::rules::stack::{self, Library};
use std::collections::BTreeSet;

fn pack() -> Pack {
    stack::load("fr-fpt", &[], &Library::default()).expect("embedded").pack
}

/// What these facts are paid.
fn paid(plan: &Plan, facts: &Facts) -> Vec<PaidLine> {
    let mut state = State::new(plan);
    state.run(plan, facts, Pins::None, &[]);
    state.lines(plan, |_| Status::Computed).into_iter().map(|l| l.as_paid(At::row(1, 1))).collect()
}

fn replayed(pack: &Pack, plan: &Plan, facts: &Facts, lines: &[PaidLine]) -> Replayed {
    let catalogue = pack.catalogue();
    let replay = Replay { plan, catalogue: &catalogue, unknown_kinds: &[] };
    replay.run(&mut State::new(plan), facts, &[], lines, Hidden::default())
}

fn exact(r: &Replayed, element: ElementId) -> bool {
    r.lines
        .iter()
        .filter(|l| l.code == PaidCode::Element(element))
        .all(|l| matches!(l.verdict, Verdict::Exact | Verdict::OneOff) && l.gap().is_zero())
}

/// Every inference of the pack, by element and fact.
fn declared(pack: &Pack) -> Vec<(ElementId, FactId, String)> {
    let of = |(i, e): (usize, &releve::rules::pack::Element)| {
        let id = ElementId(u16::try_from(i).expect("few elements"));
        let name = e.card.id.clone();
        let facts: BTreeSet<String> = e.inferences.iter().map(|x| x.fact.text.clone()).collect();
        facts.into_iter().map(move |f| (id, f, name.clone())).collect::<Vec<_>>()
    };
    let fact = |(e, f, name): (ElementId, String, String)| (e, pack.vocabulary.named(&f).expect("a fact"), format!("{name}: {f}"));
    pack.elements.iter().enumerate().flat_map(of).map(fact).collect()
}

/// Inferences that no case of the pack lets one see alone, each with the reason.
const UNSEEN: [(&str, &str); 3] = [
    ("conge_long_traitement: jours_clm", "repeats the days at half pay that the line tells, which are days of long leave by themselves"),
    ("carence_residence: jours_carence", "in the cases that have the line the waiting day follows from the day on which the leave began"),
    ("supplement_familial: percoit_sft", "whoever has children is paid it unless a file says no: nothing is missing without it"),
];

#[test]
fn each_finds_the_hidden_fact_of_a_case_again() {
    let pack = pack();
    let all = declared(&pack);
    assert!(all.len() > 60, "{}", all.len());
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for x in examples::all(&pack) {
        let lines = paid(&x.tracer.plan, &x.facts);
        for (element, fact, name) in &all {
            if found.contains(name.as_str()) {
                continue;
            }
            let shown = lines.iter().any(|l| l.code == PaidCode::Element(*element));
            let Some(known) = x.facts.get(*fact).filter(|_| shown) else { continue };
            let mut hidden = x.facts.clone();
            hidden.remove(*fact);
            let r = replayed(&pack, &x.tracer.plan, &hidden, &lines);
            let back = r.facts.get(*fact).is_some_and(|f| f.value == known.value && f.origin == Origin::Inferred);
            if back && exact(&r, *element) {
                found.insert(name);
            }
        }
    }
    let lost: Vec<&str> = all.iter().map(|d| d.2.as_str()).filter(|n| !found.contains(n) && !UNSEEN.iter().any(|u| u.0 == *n)).collect();
    assert_eq!(lost, Vec::<&str>::new(), "never found again from a paid line");
    let stale: Vec<&str> = UNSEEN.iter().map(|u| u.0).filter(|n| found.contains(n)).collect();
    assert_eq!(stale, Vec::<&str>::new());
}

// A line that is a cent off: whatever is inferred from it gives it to the cent, and most facts of whole steps give nothing.
#[test]
fn a_line_that_is_not_reproduced_refuses_the_fact() {
    let pack = pack();
    let all = declared(&pack);
    let mut refused: BTreeSet<&str> = BTreeSet::new();
    for x in examples::all(&pack) {
        let lines = paid(&x.tracer.plan, &x.facts);
        for (element, fact, name) in &all {
            let Some(at) = lines.iter().position(|l| l.code == PaidCode::Element(*element)) else { continue };
            if x.facts.get(*fact).is_none() {
                continue;
            }
            let mut off = lines.clone();
            let cent = if off[at].amount < Money::ZERO { -1 } else { 1 };
            off[at].amount += Money::from_cents(cent);
            let mut hidden = x.facts.clone();
            hidden.remove(*fact);
            let r = replayed(&pack, &x.tracer.plan, &hidden, &off);
            let inferred = r.resolved.iter().any(|f| f.element == *element && f.used.origin == Origin::Inferred);
            assert!(!inferred || exact(&r, *element), "{name}: inferred without giving the line");
            if !inferred && !exact(&r, *element) {
                refused.insert(name);
            }
        }
    }
    for name in ["traitement_indiciaire: indice_majore", "nbi: points_nbi", "supplement_familial: enfants"] {
        assert!(refused.contains(name), "{name} among {refused:?}");
    }
}
