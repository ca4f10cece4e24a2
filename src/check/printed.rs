//! Controls over payslips as they are printed and written: mentions that must be there, mentions that must not, marks, files.

use crate::check::{Control, folded};
use crate::ground::{EmployeeId, Finding, Lang, words};
use std::collections::BTreeSet;

/// One payslip as printed, reduced to what controls look at.
#[derive(Clone, Debug)]
pub struct Printed {
    pub employee: EmployeeId,
    /// Every text that the slip shows beside amounts and names.
    pub texts: Vec<String>,
    /// Fields that are filled: `employer.siret`, `agent.grade`…
    pub filled: BTreeSet<&'static str>,
    /// Some line is not computed.
    pub estimated: bool,
    /// The slip says that it is provisional, and every such line is marked.
    pub marked: bool,
    /// The file is there, whole, and is what was meant to be written.
    pub sound: bool,
}

/// Measures over printed payslips; `due` are those who must have one. `None`: not a measure of this module.
pub fn measure(c: &Control, slips: &[Printed], due: &[EmployeeId], lang: Lang) -> Option<Vec<Finding>> {
    let of = |id: &EmployeeId| c.finding().of(id).arg("agent", id);
    Some(match c.measure.as_str() {
        "payslip_written" => {
            let sound: BTreeSet<&EmployeeId> = slips.iter().filter(|p| p.sound).map(|p| &p.employee).collect();
            let broken = slips.iter().filter(|p| !p.sound).map(|p| &p.employee);
            let missing = due.iter().filter(|id| !sound.contains(id));
            broken.chain(missing).collect::<BTreeSet<_>>().into_iter().map(of).collect()
        }
        "provisional_mark" => slips.iter().filter(|p| p.estimated && !p.marked).map(|p| of(&p.employee)).collect(),
        "forbidden_mention" => slips
            .iter()
            .filter_map(|p| {
                let hits: BTreeSet<&str> = p.texts.iter().filter(|t| c.names.iter().any(|n| begins_a_word(t, n))).map(String::as_str).collect();
                (!hits.is_empty()).then(|| of(&p.employee).arg("what", hits.into_iter().collect::<Vec<_>>().join(", ")))
            })
            .collect(),
        "expected_mention" => expected(c, slips, lang),
        _ => return None,
    })
}

/// Whether a word of the text begins as the mention does: « grève » is found in « Grèves de décembre », not in « agrève ».
fn begins_a_word(text: &str, mention: &str) -> bool {
    let (text, mention) = (folded(text), folded(mention));
    text.match_indices(&mention).any(|(i, _)| text[..i].chars().next_back().is_none_or(|ch| !ch.is_alphanumeric()))
}

/// What no slip has is told once; the rest by agent.
fn expected(c: &Control, slips: &[Printed], lang: Lang) -> Vec<Finding> {
    let label = |n: &str| words::ui(&format!("ui.mention.{n}"), lang).to_owned();
    let nowhere: Vec<&String> = c.names.iter().filter(|n| slips.len() > 1 && !slips.iter().any(|p| p.filled.contains(n.as_str()))).collect();
    let mut out = Vec::new();
    if !nowhere.is_empty() {
        let what: Vec<String> = nowhere.iter().map(|n| label(n)).collect();
        out.push(c.finding().arg("agent", words::ui("ui.all_payslips", lang)).arg("what", what.join(", ")));
    }
    for p in slips {
        let lacks = |n: &&String| !nowhere.contains(n) && !p.filled.contains(n.as_str());
        let what: Vec<String> = c.names.iter().filter(lacks).map(|n| label(n)).collect();
        if !what.is_empty() {
            out.push(c.finding().of(&p.employee).arg("agent", &p.employee).arg("what", what.join(", ")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::{control, named};

    fn id(text: &str) -> EmployeeId {
        EmployeeId::parse(text).expect("a number")
    }
    fn slip(employee: &str) -> Printed {
        Printed {
            employee: id(employee),
            texts: vec!["Absence non rémunérée".to_owned()],
            filled: BTreeSet::from(["employer.name", "agent.grade"]),
            estimated: false,
            marked: false,
            sound: true,
        }
    }
    fn found(c: &Control, slips: &[Printed]) -> Vec<Finding> {
        measure(c, slips, &[id("1")], Lang::Fr).expect("a measure")
    }

    #[test]
    fn a_payslip_that_is_missing_or_broken_is_told() {
        let c = control("payslip_written");
        assert!(found(&c, &[slip("1")]).is_empty());
        assert_eq!(found(&c, &[slip("2")])[0].employee, Some(id("1")));
        assert_eq!(found(&c, &[Printed { sound: false, ..slip("1") }]).len(), 1);
    }

    #[test]
    fn an_estimated_line_needs_the_provisional_mark() {
        let c = control("provisional_mark");
        assert!(found(&c, &[slip("1"), Printed { estimated: true, marked: true, ..slip("2") }]).is_empty());
        assert_eq!(found(&c, &[Printed { estimated: true, ..slip("1") }]).len(), 1);
    }

    #[test]
    fn a_strike_is_not_named_on_a_payslip() {
        let c = named(control("forbidden_mention"), &["grève", "syndic", "mandat"]);
        assert!(found(&c, &[Printed { texts: vec!["Bois de Hautegrève".to_owned()], ..slip("1") }, slip("2")]).is_empty());
        let f = found(&c, &[Printed { texts: vec!["RETENUE GREVE".to_owned(), "Décharge syndicale".to_owned()], ..slip("1") }]);
        assert_eq!(f[0].args[1].1, "Décharge syndicale, RETENUE GREVE");
    }

    #[test]
    fn what_every_slip_lacks_is_told_once() {
        let c = named(control("expected_mention"), &["employer.name", "employer.siret", "agent.grade"]);
        let f = found(&c, &[slip("1"), slip("2"), Printed { filled: BTreeSet::from(["employer.name"]), ..slip("3") }]);
        assert_eq!(f.iter().map(|f| f.employee.clone()).collect::<Vec<_>>(), [None, Some(id("3"))]);
        assert!(found(&named(c, &["employer.name"]), &[slip("1"), slip("2")]).is_empty());
    }
}
