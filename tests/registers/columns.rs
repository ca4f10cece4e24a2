//! The sample town's register with other columns: one for all the employer pays, words for whose an amount is, months and sums of
//! a year side by side. The same pay.

use super::{Row, rows, same_pay, text, told};
use std::collections::BTreeSet;

fn own(r: &Row) -> String {
    [&r.number, &r.surname, &r.given, &r.code, &r.label].map(String::as_str).join(";")
}

/// No rate of the employer's stands anywhere: a title that may be either is what its numbers are.
#[test]
fn a_single_column_of_the_employers_holds_amounts() {
    for (i, title) in ["Patronal", "Part. pat.", "Charges", "Employeur"].iter().enumerate() {
        let lines = rows().into_iter().map(|r| format!("{};{};{};{};{};{}", own(&r), r.base, r.rate, r.gain, r.deduction, r.employer));
        let head = format!("Matricule;Nom;Prénom;Code;Libellé;Base;Taux;Gains;Retenues;{title}");
        same_pay(&format!("employer-{i}"), &[("livre.csv", text(&head, lines))], &[]);
    }
}

/// A row for each share: the words of the agent's, the employer's, and of a row that is neither.
fn by_share(words: [&str; 4]) -> Vec<String> {
    let [gain, deduction, employer, sum] = words;
    let mut lines = Vec::new();
    for r in rows() {
        let side = if r.is_total() {
            sum
        } else if r.gain.is_empty() {
            deduction
        } else {
            gain
        };
        let amount = if r.gain.is_empty() { &r.deduction } else { &r.gain };
        if !amount.is_empty() {
            lines.push(format!("{};{side};{};{};{amount}", own(&r), r.base, r.rate));
        }
        if !r.employer.is_empty() {
            lines.push(format!("{};{employer};{};{};{}", own(&r), r.base, r.employer_rate, r.employer));
        }
    }
    lines
}

#[test]
fn words_say_on_which_side_a_row_stands() {
    for (i, (title, words)) in [
        ("Nature", ["Gain", "Retenue salariale", "Charge patronale", "Total"]),
        ("Type", ["G", "R", "P", "T"]),
        ("Sens", ["Gains", "Retenues salariales", "Charges patronales", "Totaux"]),
        ("Sens", ["Gain", "Retenue", "Charge", "Total"]),
        ("Nature", ["Brut", "Cotisation salariale", "Cotisation patronale", "Info"]),
    ]
    .into_iter()
    .enumerate()
    {
        let (code, label) = if i % 2 == 0 { ("Code paie", "Libellé paie") } else { ("Code", "Libellé") };
        let head = format!("Matricule;Nom;Prénom;{code};{label};{title};Base;Taux;Montant");
        let outcome = same_pay(&format!("sides-{i}"), &[("livre.csv", text(&head, by_share(words).into_iter()))], &[]);
        let unread = |f: &&releve::ground::Finding| f.code == "IMP-05" && f.places.iter().any(|p| p.to_string().contains("livre.csv"));
        assert_eq!(outcome.findings.iter().filter(unread).count(), 0, "{title}");
    }
}

#[test]
fn words_with_any_ending_say_whose_share_a_row_is() {
    for (i, (agent, employer)) in
        [("Salariales", "Patronales"), ("Agents", "Employeurs"), ("Charge salariale", "Charge patronale")].iter().enumerate()
    {
        let mut lines = Vec::new();
        for r in rows() {
            if !(r.gain.is_empty() && r.deduction.is_empty()) {
                let side = if r.is_total() { "" } else { agent };
                lines.push(format!("{};{side};{};{};{}", own(&r), r.base, r.rate, r.signed()));
            }
            if !r.employer.is_empty() {
                lines.push(format!("{};{employer};{};{};{}", own(&r), r.base, r.employer_rate, r.employer));
            }
        }
        let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Type de cotisation;Base;Taux;Montant";
        same_pay(&format!("whose-{i}"), &[("livre.csv", text(head, lines.into_iter()))], &[]);
    }
}

/// The sums since January, here ninety thousand more each, are nobody's pay of the month.
#[test]
fn sums_of_the_year_stand_beside_the_month() {
    let year = |amount: &str| match amount.strip_prefix('-') {
        Some(kept) => format!("-9{}", kept.replace(['\u{a0}', ' '], "")),
        None if amount.is_empty() => String::new(),
        None => format!("9{}", amount.replace(['\u{a0}', ' '], "")),
    };
    let lines = rows().into_iter().map(|r| {
        let signed = r.signed();
        format!("{};{};{};{signed};{};{};{}", own(&r), r.base, r.rate, r.employer, year(&signed), year(&r.employer))
    });
    let head = ";;;;;Mois;;;;Cumul annuel;\nMatricule;Nom;Prénom;Code;Libellé;Base;Taux;Salarial;Patronal;Salarial;Patronal";
    same_pay("month-and-year", &[("livre.csv", text(head, lines))], &[]);
}

/// Of a column for each month the last paid counts; the difference of the two counts nothing.
#[test]
fn the_column_of_the_month_last_paid_counts() {
    let lines = rows().into_iter().filter(|r| !r.signed().trim_matches('-').is_empty()).map(|r| {
        let signed = r.signed();
        format!("{};{signed};{signed};0,00", own(&r))
    });
    let head = "Matricule;Nom;Prénom;Code;Libellé;Octobre 2021;Novembre 2021;Écart";
    // 00156 stands in no staff file: carried, and nobody knows the employer's shares.
    same_pay("months-across", &[("livre.csv", text(head, lines))], &["00156"]);
}

/// `T3 2021` is no month: the row is not taken for this month's, and this is told.
#[test]
fn a_period_that_names_no_month_is_told() {
    let line = |r: &Row, month: &str| {
        format!("{};{month};{};{};{};{};{};{}", own(r), r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer)
    };
    let all = rows();
    let paid = all.iter().find(|r| r.label.contains("IFSE")).expect("the sample pays it").number.clone();
    let mut lines: Vec<String> = all.iter().map(|r| line(r, "nov-21")).collect();
    let again = all.iter().find(|r| r.number == paid && r.label.contains("IFSE")).expect("its row");
    lines.push(line(again, "T3 2021"));
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Période;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let folder = super::job("period", &[("livre.csv", lines.iter().fold(head.to_owned(), |t, l| t + "\n" + l) + "\n")]);
    let outcome = super::run(&folder);
    assert_eq!(told(&outcome, "M178"), 1);
}

/// Amounts with their own sign: « GAI », « COT » say nothing more and « PAT » whose row it is; beside the employer's own column words
/// that name no side say nothing at all.
#[test]
fn beside_signed_amounts_only_the_employers_rows_are_told() {
    let sign = |line: String| {
        let (head, amount) = line.rsplit_once(';').expect("cells");
        if line.contains(";COT;") { format!("{head};-{amount}").replace("--", "") } else { line }
    };
    let by_codes =
        text("Matricule;Nom;Prénom;Code;Libellé;Nature;Base;Taux;Montant", by_share(["GAI", "COT", "PAT", "TOT"]).into_iter().map(sign));
    same_pay("signed-codes", &[("livre.csv", by_codes)], &[]);
    let kind = |r: &Row| {
        if r.is_total() {
            "Total"
        } else if r.gain.is_empty() {
            "Cotisation"
        } else {
            "Brut"
        }
    };
    let line = |r: Row| {
        format!("{};{};{};{};{};{};{}", own(&r), kind(&r), r.base, r.rate, r.signed().trim_end_matches('-'), r.employer_rate, r.employer)
    };
    let head = "Matricule;Nom;Prénom;Code;Libellé;Type;Base;Taux salarial;Montant salarial;Taux patronal;Montant patronal";
    same_pay("signed-kinds", &[("livre.csv", text(head, rows().into_iter().map(line)))], &[]);
}

/// « COLL » over 001 in every row is the employer's number, and no rate of his.
#[test]
fn the_number_of_the_employer_is_no_rate() {
    let lines: Vec<String> = by_share(["+", "-", "P", "T"]).into_iter().map(|l| format!("001;{l}")).collect();
    for (i, title) in ["COLL", "Coll."].iter().enumerate() {
        let head = format!("{title};MATRI;NOM_AGT;PRENOM;CD_RUB;LB_RUB;SENS;MT_BASE;TX_RUB;MT_RUB");
        same_pay(&format!("employers-number-{i}"), &[("EXTRAC_RUB.csv", text(&head, lines.iter().cloned()))], &[]);
    }
}

/// « 13 Résidence »: a number of two figures and the label in one cell.
#[test]
fn a_number_of_two_figures_stands_before_the_label() {
    let numbers: BTreeSet<String> = rows().into_iter().map(|r| r.code).collect();
    let short = |label: &str| match label {
        "INDEMNITE RESIDENCE" => "Résidence".to_owned(),
        "PRELEVEMENT SOURCE" => "Impôt à la source".to_owned(),
        "N.B.I." => "N.B.I. attribuée".to_owned(),
        other => other.to_owned(),
    };
    let lines = rows().into_iter().map(|r| {
        let number = 11 + numbers.iter().position(|c| *c == r.code).expect("a code of the sample");
        let own = [&r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer].map(String::as_str).join(";");
        format!("{};{};{number} {};{own}", r.number, r.name(), short(&r.label))
    });
    let head = "Matricule;Nom et prénom;Rubrique;Base;Taux salarial;Gain;Retenue;Taux patronal;Part patronale";
    same_pay("two-figures", &[("livre.csv", text(head, lines))], &[]);
}

/// « CSGD C.S.G. déductible »: a code of capitals and the label in one cell.
#[test]
fn a_code_of_capitals_stands_before_the_label() {
    let labels: BTreeSet<String> = rows().into_iter().map(|r| r.label).collect();
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).expect("a letter"));
    let lines = rows().into_iter().map(|r| {
        let n = labels.iter().position(|l| *l == r.label).expect("a label of the sample");
        let label = if r.label == "H.S. JOUR 14 PREM." { "HS 14" } else { &r.label };
        let own = [&r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer].map(String::as_str).join(";");
        format!("{};{};X{}{} {label};{own}", r.number, r.name(), letter(n / 26), letter(n))
    });
    let head = "Matricule;Nom et prénom;Rubrique;Base;Taux salarial;Gain;Retenue;Taux patronal;Part patronale";
    same_pay("capitals", &[("livre.csv", text(head, lines))], &[]);
}

/// The amount of the month beside that of the month before and what lies between them.
#[test]
fn the_month_before_stands_beside_the_month() {
    let lines = rows().into_iter().map(|r| format!("{};{};{};99,99;{};0,00;{}", own(&r), r.base, r.rate, r.signed(), r.employer));
    let head = "Matricule;Nom;Prénom;Code;Libellé;Base;Taux;Montant M-1;Montant M;Écart;Montant employeur";
    same_pay("month-before", &[("brouillard.csv", text(head, lines))], &[]);
}

/// A code that stands once for each share, where the employer's is a contribution of its own.
#[test]
fn a_row_of_each_share_bears_one_code() {
    let lines = rows().into_iter().flat_map(|mut r| {
        if r.label == "CNRACL EMPLOYEUR" {
            (r.code, r.label) = ("1010".to_owned(), "CNRACL AGENT".to_owned());
        }
        let share = |side: &str, rate: &str, amount: &str| format!("{};{side};{};{rate};{amount}", own(&r), r.base);
        let ours = (!r.gain.is_empty() || !r.deduction.is_empty()).then(|| share("S", &r.rate, &r.signed()));
        let theirs = (!r.employer.is_empty()).then(|| share("P", &r.employer_rate, &r.employer));
        ours.into_iter().chain(theirs).collect::<Vec<_>>()
    });
    let head = "Matricule;Nom;Prénom;Code;Libellé;Part;Assiette;Taux;Montant";
    same_pay("one-code", &[("livre.csv", text(head, lines))], &[]);
}
