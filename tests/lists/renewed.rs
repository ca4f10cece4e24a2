//! Contracts that end, that go on, and what a staff file of before says of their end.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran, expected};
use releve::ground::Severity;

const AGENT: &str = "01292";

/// The sample with this last day of an agent's in its staff file, of which the file says no end of contract, and with a list.
fn run(name: &str, left: &str, file: &str, list: &str) -> Ran {
    let text = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    let mut lines = text.trim_end().lines();
    let titles = lines.next().expect("titles");
    let end = titles.split(';').position(|t| t == "Fin ctr").expect("ends of contracts");
    let mut staff = format!("{titles};Date de sortie\n");
    for line in lines {
        let mut cells: Vec<&str> = line.split(';').collect();
        let mine = cells.contains(&AGENT);
        if mine {
            cells[end] = "";
        }
        staff.push_str(&format!("{};{}\n", cells.join(";"), if mine { left } else { "" }));
    }
    ran::sample("lists-renewed", name, &["agents.xlsx"], &[("personnel.csv", staff), (file, list.to_owned())])
}

fn name() -> String {
    let text = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    let line = text.lines().find(|l| l.split(';').any(|c| c == AGENT)).expect("the agent");
    let cells: Vec<&str> = line.split(';').collect();
    format!("{AGENT};{};{}", cells[1], cells[3])
}

fn net(r: &Ran) -> Option<String> {
    r.rows("payslips.csv").iter().find(|n| n["employee"] == AGENT).map(|n| n["net_paid"].clone())
}

/// The staff file of before has the contract's end as the day of leaving; a list of departures has a later one.
#[test]
fn a_later_end_of_contract_prolongs_what_was_paid_until_now() {
    let list = |day: &str| format!("Départs;;;;\nMatricule;Nom;Prénom;Fin de contrat;Motif\n{};{day};Fin de contrat\n", name());
    let of = |name: &str, left: &str, day: &str| run(name, left, "departs.csv", &list(day));
    for (i, day) in ["31/12/2021", "31/08/2022"].into_iter().enumerate() {
        let r = of(&format!("later-{i}"), "30/11/2021", day);
        assert_eq!((net(&r), r.waits(AGENT)), (Some(expected(AGENT)), false), "{day}");
        assert_eq!((r.told("M430", AGENT), r.told("F45", AGENT)), (vec![Severity::Justify], vec![]), "{day}");
    }
    let r = of("within", "30/11/2021", "15/12/2021");
    let cents = |n: &str| n.replace('.', "").parse::<i64>().expect("an amount");
    assert!(
        net(&r).is_some_and(|n| cents(&n) * 10 < cents(&expected(AGENT)) * 6)
            && !r.waits(AGENT)
            && r.told("M430", AGENT) == [Severity::Justify]
    );
    // An earlier end than the day of leaving, or one after a gap: a person says which.
    let r = of("earlier", "20/12/2021", "10/12/2021");
    assert_eq!((r.told("M431", AGENT), r.waits(AGENT)), (vec![Severity::Blocking], true));
    let r = of("gap", "15/11/2021", "31/08/2022");
    assert_eq!((r.told("M431", AGENT), r.waits(AGENT)), (vec![Severity::Blocking], true));
}

/// Whoever has no payslip any more is named, whatever list says something of him.
#[test]
fn nobody_who_was_paid_is_left_out_without_a_word() {
    let list = format!("Matricule;Nom;Prénom;Fin de contrat\n{};31/10/2021\n", name());
    for (i, (file, text)) in [("departs.csv", list.as_str()), ("cia.csv", "Matricule;Montant CIA\n")].into_iter().enumerate() {
        let r = run(&format!("named-{i}"), "30/11/2021", file, text);
        let named =
            |f: &releve::ground::Finding| f.severity <= Severity::Justify && f.employee.as_ref().is_some_and(|e| e.as_str() == AGENT);
        assert!(net(&r).is_none() && r.outcome.findings.iter().any(named), "{file}");
    }
}

#[test]
fn lists_of_renewed_contracts_pay_until_the_new_end() {
    let titles = ["Renouvellements de contrats", "Prolongations de CDD décembre 2021"];
    let lists = [
        ("Ancienne fin de contrat;Nouvelle fin de contrat", "30/11/2021;31/08/2022"),
        ("Fin de contrat actuelle;Nouvelle fin de contrat", "30/11/2021;31/08/2022"),
        ("Nouvelle date de fin", "31/08/2022"),
        ("Prolongé jusqu'au", "31/08/2022"),
        ("Fin de contrat", "31/08/2022"),
        ("Contrat du;Contrat au", "01/12/2021;31/08/2022"),
        ("Renouvelé du;Au", "01/12/2021;31/08/2022"),
        ("Début du renouvellement;Fin du renouvellement", "01/12/2021;31/08/2022"),
        ("Date de fin initiale;Date de fin après renouvellement", "30/11/2021;31/08/2022"),
        ("Type;Du;Au", "CDD;01/12/2021;31/08/2022"),
        ("Date début;Date fin", "01/12/2021;31/08/2022"),
        ("Renouvellement (O/N);Nouvelle fin de contrat", "O;31/08/2022"),
    ];
    for (i, (columns, row)) in lists.into_iter().enumerate() {
        let text = format!("{};;;;;\nMatricule;Nom;Prénom;{columns}\n{};{row}\n", titles[i % 2], name());
        let r = run(&format!("list-{i}"), "30/11/2021", "contrats.csv", &text);
        assert_eq!((net(&r), r.waits(AGENT)), (Some(expected(AGENT)), false), "{columns}");
        assert_eq!(r.told("M430", AGENT), [Severity::Justify], "{columns}");
    }
    let text = format!("Contrats;;;;;\nMatricule;Nom;Prénom;Nature;Du;Au\n{};Renouvellement CDD;01/12/2021;31/08/2022\n", name());
    let r = run("list-rows", "30/11/2021", "contrats.csv", &text);
    assert_eq!((net(&r), r.waits(AGENT)), (Some(expected(AGENT)), false));
}

#[test]
fn a_renewal_that_is_not_decided_or_comes_later_pays_nobody() {
    let cases = [
        ("Contrats non renouvelés", "Du;Au", "01/12/2021;31/08/2022", "F97"),
        ("Contrats à renouveler", "Du;Au", "01/12/2021;31/08/2022", "F97"),
        ("Propositions de renouvellement de contrats", "Nouvelle fin de contrat", "31/08/2022", "M76"),
        ("Demandes de renouvellement de contrats", "Du;Au", "01/12/2021;31/08/2022", "M76"),
        ("Renouvellements de contrats", "Renouvellement (O/N);Nouvelle fin de contrat", "N;31/08/2022", "M64"),
        ("Renouvellements de contrats", "Du;Au", "10/12/2021;31/08/2022", "M433"),
        ("Renouvellements de contrats", "Du;Au", "01/01/2022;31/08/2022", "F97"),
        ("Renouvellements de contrats", "Fin de contrat;Date fin", "30/11/2021;31/08/2022", "M77"),
        // Leaves that go on are no contracts.
        ("Prolongations d'arrêts", "Type de contrat;Du;Au", "CDD;01/12/2021;31/12/2021", "F97"),
    ];
    for (i, (title, columns, row, code)) in cases.into_iter().enumerate() {
        let text = format!("{title};;;;;\nMatricule;Nom;Prénom;{columns}\n{};{row}\n", name());
        let r = run(&format!("open-{i}"), "30/11/2021", "liste.csv", &text);
        assert!(r.waits(AGENT) && !r.told(code, AGENT).is_empty(), "{title}: {columns} {row}");
    }
}
