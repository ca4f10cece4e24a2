//! Controls over the transfer file as written and read again: it holds what was meant, and no reference twice.

use crate::check::Control;
use crate::ground::{EmployeeId, Finding, Iban, Money, Place, words, Lang};
use std::collections::BTreeMap;

/// One transfer read again, or one that was meant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Transfer {
    pub reference: String,
    pub iban: Option<Iban>,
    pub amount: Option<Money>,
}

/// The transfer file on the disk.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub place: Option<Place>,
    pub message_id: String,
    pub read: Vec<Transfer>,
    pub meant: Vec<(EmployeeId, Transfer)>,
    /// What its reader had to say against it.
    pub problems: Vec<String>,
    /// References of the transfer files found in the inbox.
    pub past: Vec<String>,
    pub day: String,
}

/// Measures over the transfer file. `None`: not a measure of this module.
pub fn measure(c: &Control, f: &File, lang: Lang) -> Option<Vec<Finding>> {
    let here = |x: Finding| f.place.clone().map_or(x.clone(), |p| x.at(p));
    Some(match c.measure.as_str() {
        "transfer_file_valid" => {
            let mut why = f.problems.clone();
            let mut read: Vec<&Transfer> = f.read.iter().collect();
            let mut meant: Vec<&Transfer> = f.meant.iter().map(|m| &m.1).collect();
            read.sort();
            meant.sort();
            if read != meant {
                why.push(words::ui("ui.other_transfers", lang).to_owned());
            }
            why.into_iter().map(|w| here(c.finding()).arg("why", w)).collect()
        }
        "reference_unique" => {
            let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
            for r in f.past.iter().map(String::as_str).chain([f.message_id.as_str()]).chain(f.read.iter().map(|t| t.reference.as_str())) {
                *seen.entry(r).or_default() += 1;
            }
            let twice = |r: &str| seen.get(r).is_some_and(|n| *n > 1);
            let mut out: Vec<Finding> = f
                .meant
                .iter()
                .filter(|(_, t)| twice(&t.reference))
                .map(|(id, t)| here(c.finding()).of(id).arg("what", &t.reference).arg("date", &f.day))
                .collect();
            if twice(&f.message_id) {
                out.push(here(c.finding()).arg("what", &f.message_id).arg("date", &f.day));
            }
            out
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::control;

    fn transfer(reference: &str, cents: i64) -> Transfer {
        Transfer { reference: reference.to_owned(), iban: None, amount: Some(Money::from_cents(cents)) }
    }
    fn id(text: &str) -> EmployeeId {
        EmployeeId::parse(text).expect("a number")
    }
    fn file() -> File {
        File {
            message_id: "M".to_owned(),
            read: vec![transfer("B", 2), transfer("A", 1)],
            meant: vec![(id("1"), transfer("A", 1)), (id("2"), transfer("B", 2))],
            ..File::default()
        }
    }
    fn found(measured: &str, f: &File) -> Vec<Finding> {
        measure(&control(measured), f, Lang::Fr).expect("a measure")
    }

    #[test]
    fn a_file_that_pays_something_else_does_not_conform() {
        assert!(found("transfer_file_valid", &file()).is_empty());
        let mut f = file();
        f.read[0].amount = Some(Money::from_cents(3));
        assert_eq!(found("transfer_file_valid", &f).len(), 1);
        f.problems.push("sum".to_owned());
        assert_eq!(found("transfer_file_valid", &f).len(), 2);
    }

    #[test]
    fn a_reference_is_used_once() {
        assert!(found("reference_unique", &file()).is_empty());
        let twice = File { meant: vec![(id("1"), transfer("A", 1)), (id("2"), transfer("A", 2))], read: vec![transfer("A", 1), transfer("A", 2)], ..file() };
        assert_eq!(found("reference_unique", &twice).len(), 2);
        let again = File { past: vec!["M".to_owned(), "B".to_owned()], ..file() };
        assert_eq!(found("reference_unique", &again).iter().map(|f| f.employee.clone()).collect::<Vec<_>>(), [Some(id("2")), None]);
    }
}
