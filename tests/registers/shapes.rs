//! What other programs write otherwise: signs behind amounts, numbers of rubrics named elsewhere, months in names, sums in pairs,
//! agents between the columns of a print-out, a bank's list of transfers.

use super::*;

const TITLES: &str = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;A payer;A retenir;Taux patronal;Part patronale";

fn whole(r: &Row) -> String {
    let all = [&r.number, &r.surname, &r.given, &r.code, &r.label, &r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer];
    all.map(String::as_str).join(";")
}

#[test]
fn letters_behind_an_amount_are_its_side() {
    for (credit, debit) in [("C", "D"), ("CR", "DB")] {
        let amount = |r: &Row| match (r.gain.is_empty(), r.deduction.is_empty()) {
            (false, _) => format!("{} {credit}", r.gain),
            (true, false) => format!("{} {debit}", r.deduction),
            (true, true) => String::new(),
        };
        let line = |r: Row| {
            let amount = amount(&r);
            format!("{};{};{};{};{};{};{};{amount};{}", r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.employer)
        };
        let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux;Montant;Part patronale";
        same_pay(&format!("letters-behind-{credit}"), &[("livre.csv", text(head, rows().into_iter().map(line)))], &[]);
    }
}

/// Numbers of rubrics and their names, the first name of each.
fn plan() -> String {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for r in rows() {
        names.entry(r.code).or_insert(r.label);
    }
    text("Code;Intitulé;Nature", names.into_iter().map(|(code, name)| format!("{code};{name};")))
}

#[test]
fn numbers_of_rubrics_are_named_by_another_file() {
    let line =
        |r: Row| format!("{};{};{};{};{};{};{};{}", r.number, r.code, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer);
    let lines = text("Matricule;Rubrique;Base;Taux;Gain;Retenue;Tx pat;Mt pat", rows().into_iter().map(line));
    let outcome = same_pay("plan-de-paie", &[("lignes.csv", lines), ("plan de paie.csv", plan())], &[]);
    assert_eq!(told(&outcome, "M01") + told(&outcome, "IMP-01"), 0, "the plan is no file that nobody could read");
}

#[test]
fn a_recapitulation_by_rubric_is_nobodys() {
    // Codes like numbers of agents that exist, and sums of the whole town beside them.
    let mut sums: BTreeMap<String, (String, u32)> = BTreeMap::new();
    for r in rows() {
        sums.entry(r.code).or_insert((r.label, 0)).1 += 1;
    }
    let lines = sums.into_values().zip(1..).map(|((label, count), i)| format!("{:05};{label};{count};1976,91", 100 + i));
    let recap = text("Code;Libellé;Nb agents;Part patronale", lines);
    let register = text(TITLES, rows().iter().map(whole));
    let outcome = same_pay("recapitulation", &[("livre.csv", register), ("recap rubriques.csv", recap)], &[]);
    assert_eq!(told(&outcome, "M01") + told(&outcome, "IMP-01"), 0);
}

#[test]
fn the_name_of_a_file_says_which_month_a_register_is_of() {
    let november = text(TITLES, rows().iter().map(whole));
    let october = text(TITLES, rows().iter().filter(|r| r.code != "0410").map(whole));
    let files = [("livre novembre.csv", november), ("livre octobre.csv", october.clone())];
    let outcome = same_pay("months-by-name", &files, &[]);
    assert_eq!(told(&outcome, "M74"), 1, "October is another month's");
    let titled = format!("Livre de paie – période 10/2021\n{october}");
    let outcome =
        same_pay("months-by-title", &[("livre 11-2021.csv", text(TITLES, rows().iter().map(whole))), ("b-2021-10.csv", titled)], &[]);
    assert_eq!(told(&outcome, "M74"), 1, "a month in figures is one as well");
}

#[test]
fn sums_stand_in_pairs_below_a_payslip() {
    let mut lines = Vec::new();
    for agent in by_agent(&rows()) {
        lines.push("BULLETIN DE PAIE;;;Période : NOVEMBRE 2021".to_owned());
        lines.push(format!("Matricule :;{};;Nom :;{}", agent[0].number, agent[0].name()));
        lines.push("Code;Libellé;Base;Taux;Gains;Retenues;Tx pat.;Part pat.".to_owned());
        for r in agent.iter().filter(|r| !r.is_total()) {
            lines.push(whole(r).splitn(4, ';').last().unwrap_or_default().to_owned());
        }
        let sums: Vec<String> = agent.iter().filter(|r| r.is_total()).map(|r| format!("{};;{}", r.label, r.signed())).collect();
        lines.extend(sums.chunks(2).map(|pair| pair.join(";")));
        lines.push(String::new());
    }
    same_pay("pairs", &[("bulletins.csv", lines.join("\n") + "\n")], &[]);
}

#[test]
fn a_print_out_names_its_agents_between_the_lines() {
    let plain = |t: &str| t.replace(['\u{a0}', '\u{202f}'], " ");
    let mut lines = Vec::new();
    let mut page = 0;
    let mut head = |lines: &mut Vec<String>| {
        page += 1;
        lines.push(format!("{:<44}{:<40}PAGE {page:>4}", "COMMUNE DE MONTREVAL", "LIVRE DE PAIE NOVEMBRE 2021"));
        lines.push(format!(
            "{:<6}{:<30}{:>12}{:>9}{:>13}{:>13}{:>9}{:>13}",
            "RUB", "LIBELLE", "BASE", "TAUX", "GAINS", "RETENUES", "TX PAT", "PATRONAL"
        ));
    };
    for (i, agent) in by_agent(&rows()).into_iter().enumerate() {
        if i % 2 == 0 {
            head(&mut lines);
        }
        lines.push(format!("MATRICULE : {}   NOM : {}   GRADE : ADJOINT   IM : 382", agent[0].number, agent[0].name()));
        for r in agent.iter().filter(|r| !r.is_total()) {
            let (base, gain, kept, share) = (plain(&r.base), plain(&r.gain), plain(&r.deduction), plain(&r.employer));
            lines.push(format!("{:<6}{:<30}{base:>12}{:>9}{gain:>13}{kept:>13}{:>9}{share:>13}", r.code, r.label, r.rate, r.employer_rate));
        }
        let sums = agent.iter().filter(|r| r.is_total()).map(|r| format!("{}     {}", r.label, plain(&r.signed())));
        lines.push(format!("      {}", sums.collect::<Vec<_>>().join("   ")));
    }
    same_pay("spool", &[("JPAIE.TXT", lines.join("\n") + "\n")], &[]);
}

#[test]
fn a_list_of_a_banks_portal_stands_in_for_the_transfer_file() {
    let of = |tag: &str, t: &str| t.split(&format!("<{tag}>")).nth(1).and_then(|r| r.split('<').next()).unwrap_or("").to_owned();
    let folder = job("portal", &[("livre.csv", text(TITLES, rows().iter().map(whole)))]);
    let file = folder.join("inbox/virements-2021-11.xml");
    let xml = std::fs::read_to_string(&file).expect("the transfers of last month");
    let rows = xml.split("<CdtTrfTxInf>").skip(1).map(|t| {
        let amount = t.split("Ccy=\"EUR\">").nth(1).and_then(|r| r.split('<').next()).unwrap_or("").replace('.', ",");
        let creditor = t.split("<CdtrAcct>").nth(1).unwrap_or("");
        format!("25/11/2021;{};{};{};{amount};EUR;Exécuté", of("EndToEndId", t), of("Nm", t), of("IBAN", creditor))
    });
    let list = text("Date exécution;Référence;Bénéficiaire;IBAN bénéficiaire;Montant;Devise;Statut", rows);
    std::fs::write(folder.join("inbox/Export virements.csv"), &list).expect("the list");
    let beside = same_pay_in(&folder, "portal-beside", &[]);
    assert_eq!((told(&beside, "M192"), beside.transfers.0), (1, 89), "the transfer file is read, and the list told");
    std::fs::remove_file(file).expect("to be gone");
    let alone = same_pay_in(&folder, "portal", &[]);
    assert_eq!((told(&alone, "M191"), alone.transfers), (0, beside.transfers), "the same money to the same people");
    // A list of the month to come is none of last month's.
    std::fs::write(folder.join("inbox/Export virements.csv"), list.replace("25/11/2021", "25/12/2021")).expect("the list");
    let later = run(&folder);
    assert_eq!((told(&later, "IMP-01"), told(&later, "F07")), (1, 0), "it is asked what the file is");
}
