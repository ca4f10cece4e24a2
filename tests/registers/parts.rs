//! The sample town's register in parts, rubric by rubric, in cents, or with a row for each share: the same pay.

use super::{Row, by_agent, job, rows, run, same_pay, same_pay_in, table, text, told};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Stands in no staff file: without the transfers nothing is known but the payslip.
const NOWHERE: &str = "00156";

fn who(r: &Row) -> String {
    format!("{};{}", r.number, r.name())
}

/// Gains with the sums of the agents, deductions, and the employer's shares: three texts of one layout.
fn three_sides() -> [String; 3] {
    let of = |title: &str, amount: &dyn Fn(&Row) -> String, rate: &dyn Fn(&Row) -> String| {
        let lines = rows().into_iter().filter(|r| !amount(r).is_empty());
        let line = |r: Row| format!("01;{};{};{};{};{};{}", who(&r), r.code, r.label, r.base, rate(&r), amount(&r));
        text(&format!("ETAB;MATRICULE;SALARIE;RUBRIQUE;LIBELLE RUBRIQUE;BASE;TAUX;{title}"), lines.map(line))
    };
    let own = |r: &Row| r.rate.clone();
    [
        of("MONTANT GAIN", &|r| r.gain.clone(), &own),
        of("MONTANT RETENUE", &|r| r.deduction.clone(), &own),
        of("MONTANT PATRONAL", &|r| r.employer.clone(), &|r| r.employer_rate.clone()),
    ]
}

#[test]
fn gains_deductions_and_the_employers_shares_stand_in_three_files() {
    let [gains, deductions, shares] = three_sides();
    let files = [("GAINS_1121.txt", gains), ("RETENUES_1121.txt", deductions), ("CHARGES_1121.txt", shares)];
    let outcome = same_pay("three-files", &files, &[]);
    for code in ["M07", "M28", "M29"] {
        assert_eq!(told(&outcome, code), 0, "{code}: it is one register");
    }
}

/// October's deductions beside November's gains: they are no part of it, and do not make the net that was paid.
#[test]
fn parts_of_two_months_are_not_put_together() {
    let [gains, deductions, shares] = three_sides();
    let october: Vec<&str> = deductions.lines().filter(|l| !l.contains(";3010;")).collect();
    let taxed: BTreeSet<String> = rows().into_iter().filter(|r| r.code == "3010").map(|r| r.number).collect();
    assert!(taxed.len() >= 50);
    let files = [("GAINS_1121.txt", gains), ("RETENUES_1021.txt", october.join("\n") + "\n"), ("CHARGES_1121.txt", shares)];
    let folder = job("parts-of-two-months", &files);
    run(&folder);
    let paid = folder.join("out/transfers.csv");
    let paid = if paid.exists() { table(&paid) } else { Vec::new() };
    let wrong: Vec<&String> = paid.iter().map(|r| &r["employee"]).filter(|id| taxed.contains(*id)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What stands beyond the titles of one part is in no column of another.
#[test]
fn a_cell_beyond_the_titles_of_a_part_is_told() {
    let [gains, deductions, shares] = three_sides();
    let stray = |text: String, every: usize| {
        let lines =
            text.lines().enumerate().map(|(i, l)| if i > 0 && i.is_multiple_of(every) { format!("{l};3,00") } else { l.to_owned() });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    };
    let files = [("GAINS_1121.txt", stray(gains, 90)), ("RETENUES_1121.txt", stray(deductions, 90)), ("CHARGES_1121.txt", shares)];
    same_pay("stray-cells", &files, &[]);
}

/// Months in words tell parts apart as figures do.
#[test]
fn parts_of_two_months_in_words_are_not_put_together() {
    let [gains, deductions, shares] = three_sides();
    let files = [
        ("gains avril.csv", gains.clone()),
        ("gains novembre.csv", gains),
        ("retenues novembre.csv", deductions),
        ("charges novembre.csv", shares),
    ];
    let outcome = run(&job("parts-in-words", &files));
    let joined =
        |f: &&releve::ground::Finding| f.places.iter().any(|p| p.to_string().contains("gains avril") && p.to_string().contains("retenues"));
    assert_eq!(outcome.findings.iter().filter(joined).count(), 0);
    assert!(told(&outcome, "M29") + told(&outcome, "M74") >= 1, "the gains of two months stand apart, and are asked");
}

/// What is paid and kept in one sheet, contributions with both shares in another, in other columns: no net is printed.
#[test]
fn two_sheets_of_other_columns_that_make_the_net_together_are_one_register() {
    let contribution = |r: &Row| r.code.starts_with('1') || r.code.starts_with('2');
    let own = |r: &Row| !(r.gain.is_empty() && r.deduction.is_empty());
    let pay = rows().into_iter().filter(|r| !r.is_total() && own(r) && !contribution(r));
    let pay = pay.map(|r| format!("{};{};{};{};{};{}", who(&r), r.code, r.label, r.base, r.rate, r.signed()));
    let kept = rows().into_iter().filter(|r| !r.is_total() && contribution(r)).map(|r| {
        let amount = if r.gain.is_empty() { r.deduction.clone() } else { format!("-{}", r.gain) };
        format!("{};{};{};{};{};{};{};{}", who(&r), r.code, r.label, r.base, r.rate, amount, r.employer_rate, r.employer)
    });
    let files = [
        ("remuneration.csv", text("N° matricule;Nom prénom;Rubrique;Intitulé;Nombre;Taux;Montant", pay)),
        (
            "cotisations.csv",
            text("N° matricule;Nom prénom;Rubrique;Intitulé;Assiette;Taux sal.;Cotisation salariale;Taux pat.;Cotisation patronale", kept),
        ),
    ];
    let outcome = same_pay("two-layouts", &files, &[]);
    // One payslip of the sample was not transferred: nothing proves its net, and it is asked about.
    assert_eq!(told(&outcome, "M29"), 1);
}

#[test]
fn the_same_register_twice_is_still_told() {
    let line = |r: Row| {
        format!(
            "{};{};{};{};{};{};{};{};{};{};{}",
            r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
        )
    };
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let once = text(head, rows().into_iter().map(line));
    let again = text(&head.replace("Libellé", "Intitulé"), rows().into_iter().map(line));
    let outcome = run(&job("twice", &[("a.csv", once), ("b.csv", again)]));
    assert!(told(&outcome, "M29") >= 80, "{}", told(&outcome, "M29"));
}

#[test]
fn a_register_is_printed_rubric_by_rubric() {
    let all = rows();
    let mut rubrics: Vec<(String, String)> = Vec::new();
    for r in all.iter().filter(|r| !r.is_total()) {
        // Two labels of one number (IFSE MENSUELLE, I.F.S.E.) are one rubric.
        if !rubrics.iter().any(|(code, _)| *code == r.code) {
            rubrics.push((r.code.clone(), r.label.clone()));
        }
    }
    rubrics.push(("9300".to_owned(), "NET A PAYER".to_owned()));
    let mut lines = vec!["COMMUNE DE MONTREVAL".to_owned(), "ETAT PAR RUBRIQUE - NOVEMBRE 2021".to_owned(), String::new()];
    lines.push("Matricule;Nom Prénom;Base;Taux salarial;Montant salarial;Taux patronal;Montant patronal".to_owned());
    for (code, label) in &rubrics {
        lines.push(format!("Rubrique {code} - {label}"));
        let of: Vec<&Row> = all.iter().filter(|r| r.code == *code).collect();
        for r in &of {
            lines.push(format!("{};{};{};{};{};{}", who(r), r.base, r.rate, r.signed(), r.employer_rate, r.employer));
            // A page ends, and the next begins as the first did.
            if lines.len().is_multiple_of(60) {
                lines.push("COMMUNE DE MONTREVAL".to_owned());
            }
        }
        lines.push(format!(";Total rubrique ({} agents);;;;;", of.len()));
    }
    same_pay("by-rubric", &[("etat.csv", lines.join("\n") + "\n")], &[]);
}

/// The same with headings of its own for each rubric: without the employer's columns where he pays nothing, the net alone at the end.
#[test]
fn each_rubric_stands_below_headings_of_its_own() {
    let all = rows();
    let mut lines = vec!["ETAT DES RUBRIQUES PAR AGENT".to_owned(), "Paie de novembre 2021".to_owned()];
    let mut rubrics = rubrics(&all);
    rubrics.push(("9300".to_owned(), "NET A PAYER".to_owned()));
    for (code, label) in &rubrics {
        let of: Vec<&Row> = all.iter().filter(|r| r.code == *code).collect();
        let shared = of.iter().any(|r| !r.employer.is_empty());
        let employers = of.iter().all(|r| r.gain.is_empty() && r.deduction.is_empty());
        let (name, head) = match (code.as_str(), shared) {
            (_, true) if employers => (format!("Rubrique : {code} {label}"), "Matricule;Nom et prénom;Base;Taux patronal;Part patronale"),
            ("9300", _) => (label.clone(), "Matricule;Nom et prénom;Net"),
            (_, true) => {
                (format!("Rubrique : {code} {label}"), "Matricule;Nom et prénom;Base;Taux;Part agent;Taux patronal;Part patronale")
            }
            (_, false) => (format!("Rubrique : {code} {label}"), "Matricule;Nom et prénom;Base;Taux;Montant"),
        };
        lines.extend([String::new(), name, head.to_owned()]);
        lines.extend(of.iter().map(|r| match (code.as_str(), shared) {
            ("9300", _) => format!("{};{}", who(r), r.unsigned()),
            (_, true) if employers => format!("{};{};{};{}", who(r), r.base, r.employer_rate, r.employer),
            (_, true) => format!("{};{};{};{};{};{}", who(r), r.base, r.rate, r.signed(), r.employer_rate, r.employer),
            (_, false) => format!("{};{};{};{}", who(r), r.base, r.rate, r.signed()),
        }));
        lines.push(format!("Total rubrique;{} agents;;;", of.len()));
    }
    same_pay("headed-rubrics", &[("etat.csv", lines.join("\n") + "\n")], &[]);
}

/// A file, or a sheet, for each rubric under one layout: the line above the headings names it.
#[test]
fn each_rubric_has_a_file_of_its_own() {
    let all = rows();
    let named: BTreeMap<&str, &str> = all.iter().map(|r| (r.code.as_str(), r.label.as_str())).collect();
    let files: Vec<(String, String)> = named
        .into_iter()
        .map(|(code, label)| {
            let own = all.iter().filter(|r| r.code == code);
            let line = |r: &Row| {
                format!(
                    "{};{};{};{};{};{};{}",
                    r.number,
                    r.name(),
                    r.base,
                    r.rate,
                    r.signed().trim_end_matches('-'),
                    r.employer_rate,
                    r.employer
                )
            };
            let head = format!("Rubrique {code} - {label}\n\nMatricule;Nom et prénom;Base;Taux;Montant;Taux pat.;Montant pat.");
            (format!("{code}.csv"), text(&head, own.map(line)))
        })
        .collect();
    let files: Vec<(&str, String)> = files.iter().map(|(f, t)| (f.as_str(), t.clone())).collect();
    same_pay("file-per-rubric", &files, &[]);
}

/// `1 895,27` → `189527`.
fn cents(amount: &str) -> String {
    let euros = amount.replace(['\u{a0}', '\u{202f}', ' '], "");
    match euros.split_once(',') {
        Some((whole, part)) => format!("{whole}{part:0<2}"),
        None if euros.is_empty() => euros,
        None => format!("{euros}00"),
    }
}

fn in_cents(r: &Row) -> String {
    let own = [&r.number, &r.surname, &r.given, &r.code, &r.label].map(String::as_str).join(";");
    format!("{own};{};{};{};{};{}", cents(&r.base), r.rate, cents(&r.signed()), r.employer_rate, cents(&r.employer))
}

const SIGNED: &str = "MATRICULE;NOM;PRENOM;CODE;LIBELLE;BASE;TAUX SAL;MONTANT SAL;TAUX PAT;MONTANT PAT";

#[test]
fn amounts_without_any_mark_are_cents_where_base_times_rate_says_so() {
    assert_eq!((cents("1 895,27").as_str(), cents("-12,5").as_str(), cents("372").as_str()), ("189527", "-1250", "37200"));
    let outcome = same_pay("cents", &[("PAIE1121.CSV", text(SIGNED, rows().iter().map(in_cents)))], &[]);
    assert_eq!(told(&outcome, "M190"), 1);
}

/// Amounts rounded to whole euros are no cents, whatever base times rate says.
#[test]
fn amounts_of_whole_euros_are_no_cents() {
    let euros = |amount: &str| cents(amount).len().checked_sub(2).map(|n| cents(amount)[..n].to_owned()).unwrap_or_default();
    let line = |r: &Row| {
        let own = [&r.number, &r.surname, &r.given, &r.code, &r.label].map(String::as_str).join(";");
        format!("{own};{};{};{};{};{}", euros(&r.base), r.rate, euros(&r.signed()), r.employer_rate, euros(&r.employer))
    };
    let outcome = run(&job("whole-euros", &[("PAIE1121.CSV", text(SIGNED, rows().iter().map(line)))]));
    assert_eq!(told(&outcome, "M190"), 0);
}

/// The rubrics of the sample, in the order they are met, with their labels; a number with two labels under the first.
fn rubrics(all: &[Row]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for r in all.iter().filter(|r| !r.is_total()) {
        if !found.iter().any(|(code, _)| *code == r.code) {
            found.push((r.code.clone(), r.label.clone()));
        }
    }
    found
}

#[test]
fn a_wide_register_has_a_row_for_the_agents_share_and_one_for_the_employers() {
    let all = rows();
    // One column for both pensions: 1010 is the agent's, 2010 the employer's.
    let mut columns = rubrics(&all);
    columns.retain(|(code, _)| code != "2010");
    columns.iter_mut().filter(|(code, _)| code == "1010").for_each(|(_, label)| "CNRACL".clone_into(label));
    let mut lines = Vec::new();
    for agent in by_agent(&all) {
        let row = |employers: bool| {
            let cell = |code: &String| -> String {
                let code = if employers && code == "1010" { "2010" } else { code };
                let one = agent.iter().find(|r| r.code == code);
                one.map(|r| if employers { r.employer.clone() } else { r.signed().trim_end_matches('-').to_owned() }).unwrap_or_default()
            };
            let cells: Vec<String> = columns.iter().map(|(code, _)| cell(code)).collect();
            let net = agent.iter().find(|r| r.code == "9300").filter(|_| !employers).map(|r| r.gain.clone()).unwrap_or_default();
            let part = if employers { "Employeur" } else { "Salarié" };
            format!("{};{};{};{part};{};{net}", agent[0].number, agent[0].surname, agent[0].given, cells.join(";"))
        };
        lines.push(row(false));
        lines.push(row(true));
    }
    let labels: Vec<&str> = columns.iter().map(|c| c.1.as_str()).collect();
    let head = format!("Matricule;Nom;Prénom;Part;{};NET A PAYER", labels.join(";"));
    let folder = job("two-rows", &[("recap.csv", text(&head, lines.into_iter()))]);
    same_pay_in(&folder, "two-rows", &[]);
    let shares = |path: &Path, code: &str| -> Vec<(String, String)> {
        let of = table(path).into_iter().filter(|l| l["code"] == code && !matches!(l["employer_amount"].as_str(), "" | "0.00"));
        of.map(|l| (l["employee"].clone(), l["employer_amount"].clone())).collect()
    };
    let (got, want) = (folder.join("out/lines.csv"), Path::new("samples/montreval/expected/lines.csv"));
    for code in ["CNRACL", "CNRACL_E"] {
        assert_eq!(shares(&got, code), shares(want, code), "each share is an element of its own");
    }
}

#[test]
fn columns_below_one_group_title_are_of_one_element() {
    let all = rows();
    let columns = rubrics(&all);
    let shared = |code: &str| all.iter().any(|r| r.code == code && !r.employer.is_empty() && !r.deduction.is_empty());
    let employers = |code: &str| all.iter().any(|r| r.code == code && !r.employer.is_empty()) && !shared(code);
    let (mut groups, mut titles) = (vec!["Agent".to_owned(), String::new()], vec!["Matricule".to_owned(), "Nom".to_owned()]);
    for (i, (code, label)) in columns.iter().enumerate() {
        let parts: &[&str] = match (shared(code), employers(code)) {
            (true, _) => &["Base", "Salarié", "Patronal"],
            (_, true) => &["Base", "Patronal"],
            _ => &["Base", "Salarié"],
        };
        // The code of a rubric has nothing to do with its name: R00, R01 …
        groups.push(format!("R{i:02} - {label}"));
        groups.extend(parts[1..].iter().map(|_| String::new()));
        titles.extend(parts.iter().map(|p| (*p).to_owned()));
    }
    groups.push("Totaux".to_owned());
    titles.push("NET A PAYER".to_owned());
    let lines = by_agent(&all).into_iter().map(|agent| {
        let mut cells = vec![agent[0].number.clone(), agent[0].name()];
        for (code, _) in &columns {
            let one = agent.iter().find(|r| r.code == *code);
            let of = |f: &dyn Fn(&Row) -> String| one.map(f).unwrap_or_default();
            cells.push(of(&|r| r.base.clone()));
            if !employers(code) {
                cells.push(of(&|r| r.signed().trim_end_matches('-').to_owned()));
            }
            if shared(code) || employers(code) {
                cells.push(of(&|r| r.employer.clone()));
            }
        }
        cells.push(agent.iter().find(|r| r.code == "9300").map(|r| r.gain.clone()).unwrap_or_default());
        cells.join(";")
    });
    same_pay("groups", &[("etat.csv", text(&format!("{}\n{}", groups.join(";"), titles.join(";")), lines))], &[]);
}

/// « Accidents du travail » over base, rate and both shares is the employer's contribution: nobody was away.
#[test]
fn rubrics_of_the_employer_alone_stand_over_the_columns_of_both_shares() {
    let all = rows();
    let mut columns = rubrics(&all);
    columns.iter_mut().filter(|(code, _)| code == "2130").for_each(|(_, label)| "Accidents du travail".clone_into(label));
    let groups: String = columns.iter().map(|(_, label)| format!(";{label};;;")).collect();
    let titles = ";Base;Taux;Salarial;Patronal".repeat(columns.len());
    let lines = by_agent(&all).into_iter().map(|agent| {
        let of = |code: &str| match agent.iter().find(|r| r.code == code) {
            Some(r) => format!(";{};{};{};{}", r.base, r.rate, r.signed().trim_end_matches('-'), r.employer),
            None => ";;;;".to_owned(),
        };
        let net = agent.iter().find(|r| r.code == "9300").map_or("", |r| r.gain.as_str());
        format!("{};{}{};{net}", agent[0].number, agent[0].name(), columns.iter().map(|(code, _)| of(code)).collect::<String>())
    });
    let head = format!("Agent;{groups};Totaux\nMatricule;Nom{titles};NET A PAYER");
    let outcome = same_pay("both-shares", &[("paie large.csv", text(&head, lines))], &[]);
    assert_eq!(told(&outcome, "F134"), 0, "no accident");
}

#[test]
fn a_column_of_months_says_that_a_register_is_of_another_month() {
    let register = |month: &str| {
        let lines = rows().into_iter().map(|r| {
            format!(
                "{};{};{};{month};{};{};{};{};{};{};{};{}",
                r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
            )
        });
        text("Matricule;Nom;Prénom;Période;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale", lines)
    };
    let outcome = same_pay("months-in-files", &[("a.csv", register("10/2021")), ("b.csv", register("11/2021"))], &[]);
    assert_eq!((told(&outcome, "M74"), told(&outcome, "M29")), (1, 0));
}

fn printed_line([code, label, base, rate, gain, kept, employer_rate, share]: [&str; 8]) -> String {
    format!("{code:<5} {label:<28} {base:>10} {rate:>8} {gain:>12} {kept:>12} {employer_rate:>7} {share:>12}")
}

/// Payslips as text, one below the other, each with the account it was paid on: no other file has the accounts.
#[test]
fn the_account_printed_below_a_payslip_is_the_agents() {
    let folder = job("printed-accounts", &[]);
    let transfers = std::fs::read_dir(folder.join("inbox")).expect("the inbox").map(|e| e.expect("a file").path());
    let transfers = transfers.into_iter().find(|p| p.extension().is_some_and(|e| e == "xml")).expect("the transfers of last month");
    let xml = std::fs::read_to_string(&transfers).expect("a text");
    std::fs::remove_file(transfers).expect("to be gone");
    let accounts: BTreeMap<String, String> = xml
        .split("<CdtTrfTxInf>")
        .skip(1)
        .map(|t| {
            let of = |tag: &str, t: &str| t.split(&format!("<{tag}>")).nth(1).and_then(|r| r.split('<').next()).unwrap_or("").to_owned();
            let creditor = t.split("<CdtrAcct>").nth(1).unwrap_or("");
            (of("EndToEndId", t), of("IBAN", creditor))
        })
        .collect();
    let account = |number: &str| accounts.iter().find(|(reference, _)| reference.contains(number)).map(|(_, iban)| iban.clone());
    let mut lines: Vec<String> = Vec::new();
    let mut printed = BTreeSet::new();
    for agent in by_agent(&rows()) {
        lines.push("=".repeat(100));
        lines.push("COMMUNE DE MONTREVAL                 BULLETIN DE PAIE         Période du 01/11/2021 au 30/11/2021".to_owned());
        lines.push(String::new());
        lines.push(format!("Matricule : {}      Nom : {:<20} Prénom : {}", agent[0].number, agent[0].surname, agent[0].given));
        lines.push(String::new());
        lines.push(printed_line(["Code", "Libellé", "Base", "Taux", "Gains", "Retenues", "Taux", "Employeur"]));
        lines.push("-".repeat(100));
        for r in &agent {
            let plain = |t: &str| t.replace(['\u{a0}', '\u{202f}'], " ");
            let (base, gain, kept, share) = (plain(&r.base), plain(&r.gain), plain(&r.deduction), plain(&r.employer));
            lines.push(printed_line([&r.code, &r.label, &base, &r.rate, &gain, &kept, &r.employer_rate, &share]));
        }
        lines.push(String::new());
        if let Some(iban) = account(&agent[0].number) {
            let spaced: Vec<&str> = (0..iban.len()).step_by(4).map(|i| &iban[i..iban.len().min(i + 4)]).collect();
            lines.push(format!("Paiement par virement le 26/11/2021 sur le compte {}", spaced.join(" ")));
            printed.insert(agent[0].number.clone());
        }
        lines.push(String::new());
    }
    assert!(printed.len() >= 80, "the sample's references hold the numbers: {}", printed.len());
    std::fs::write(folder.join("inbox/bulletins.txt"), lines.join("\n") + "\n").expect("the payslips");
    let outcome = run(&folder);
    let nets = |path: &Path| -> BTreeMap<String, String> {
        let all = table(path).into_iter().map(|r| (r["employee"].clone(), r["net_paid"].clone()));
        all.filter(|(id, _)| id != NOWHERE).collect()
    };
    assert_eq!(nets(&folder.join("out/payslips.csv")), nets(Path::new("samples/montreval/expected/payslips.csv")));
    assert_eq!(outcome.replay.gap, 0);
    assert_eq!(told(&outcome, "IMP-05"), 1, "nothing but the bonus of a number that nobody has");
    let paid: BTreeMap<String, String> =
        table(&folder.join("out/transfers.csv")).into_iter().map(|r| (r["employee"].clone(), r["iban"].clone())).collect();
    let wrong: Vec<_> = paid.iter().filter(|(id, iban)| account(id).is_some_and(|a| a != **iban)).collect();
    let asked = Path::new("samples/montreval/expected/transfers.csv");
    let known: BTreeMap<String, String> = table(asked).into_iter().map(|r| (r["employee"].clone(), r["iban"].clone())).collect();
    assert!(wrong.iter().all(|(id, iban)| known.get(*id) == Some(iban)), "{wrong:?}");
    assert!(paid.len() * 10 >= known.len() * 9, "{} of {}", paid.len(), known.len());
}

/// A column for each rubric in three files of one side each: what is kept is written without a sign.
#[test]
fn a_wide_register_has_a_file_for_each_side() {
    let all = rows();
    let wide = |amount: &dyn Fn(&Row) -> String| {
        let mut labels: Vec<&str> = Vec::new();
        for r in all.iter().filter(|r| !r.is_total() && !amount(r).is_empty()) {
            if !labels.contains(&r.label.as_str()) {
                labels.push(&r.label);
            }
        }
        let line = |agent: &Vec<Row>| {
            let cell = |label: &&str| agent.iter().find(|r| r.label == **label).map(amount).unwrap_or_default();
            format!("{};{};1,00", who(&agent[0]), labels.iter().map(cell).collect::<Vec<_>>().join(";"))
        };
        let agents = by_agent(&all);
        text(&format!("Matricule;Nom et prénom;{};Total", labels.join(";")), agents.iter().map(line))
    };
    let files = [
        ("Rémunérations novembre 2021.csv", wide(&|r| r.gain.clone())),
        ("Retenues novembre 2021.csv", wide(&|r| r.deduction.clone())),
        ("Charges patronales novembre 2021.csv", wide(&|r| r.employer.clone())),
    ];
    let outcome = same_pay("wide-sides", &files, &[]);
    assert_eq!(told(&outcome, "M29"), 0, "it is one register");
    // As sheets of one workbook beside one of the nets, and again when `inspect --write` has said what each sheet is.
    let net = |agent: &Vec<Row>| {
        let net = agent.iter().find(|r| r.code == "9300").map(|r| r.gain.clone()).unwrap_or_default();
        format!("{};{net}", who(&agent[0]))
    };
    let nets = text("Matricule;Nom et prénom;Net à payer", by_agent(&all).iter().map(net));
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, text) in files.iter().map(|(name, text)| (name.trim_end_matches(" novembre 2021.csv"), text)).chain([("Nets", &nets)]) {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        for (r, line) in (0..).zip(text.lines()) {
            for (c, cell) in (0..).zip(line.split(';')).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(r, c, cell).expect("a cell");
            }
        }
    }
    let folder = job("wide-sheets", &[]);
    book.save(folder.join("inbox/paie novembre 2021.xlsx")).expect("a workbook");
    same_pay_in(&folder, "wide-sheets", &[]);
    let said = Command::new(env!("CARGO_BIN_EXE_releve")).args(["inspect", "--write"]).arg(&folder).output().expect("the program runs");
    assert!(matches!(said.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&said.stderr));
    same_pay_in(&folder, "wide-sheets, written", &[]);
}

/// Two columns of one title in a wide register: one replaced the other, and both are paid. Each sum of one of them is parted in two.
#[test]
fn two_columns_of_one_title_are_both_paid_and_told() {
    let all = rows();
    let amount = |r: &Row| match (r.gain.as_str(), r.deduction.as_str()) {
        ("", kept) if !kept.is_empty() => format!("-{kept}"),
        (gain, _) => gain.to_owned(),
    };
    let total = |r: &Row| ["9000", "9100", "9200", "9300"].contains(&r.code.as_str());
    let mut labels: Vec<&str> = Vec::new();
    for r in all.iter().filter(|r| !r.is_total() && !total(r) && !amount(r).is_empty()) {
        if !labels.contains(&r.label.as_str()) {
            labels.push(&r.label);
        }
    }
    let first = "TRAITEMENT BRUT";
    assert!(labels.contains(&first), "{labels:?}");
    let line = |agent: &Vec<Row>| {
        let of = |label: &str| agent.iter().find(|r| r.label == label).map(amount).unwrap_or_default();
        let net = agent.iter().find(|r| r.code == "9300").map(|r| r.gain.clone()).unwrap_or_default();
        // « 1827,57 » is 1000,00 and the rest, in cents.
        let cents: i64 = of(first).replace([',', ' ', '\u{a0}', '\u{202f}'], "").parse().unwrap_or_default();
        let shown = |c: i64| if c == 0 { String::new() } else { format!("{},{:02}", c / 100, c % 100) };
        let parts = [shown(cents.min(100_000)), shown((cents - 100_000).max(0))];
        let rest = labels.iter().filter(|l| **l != first).map(|l| of(l)).collect::<Vec<_>>().join(";");
        format!("{};{};{};{rest};{net}", who(&agent[0]), parts[0], parts[1])
    };
    let rest = labels.iter().filter(|l| **l != first).copied().collect::<Vec<_>>().join(";");
    let register = text(&format!("Matricule;Nom et prénom;{first};{first};{rest};NET A PAYER"), by_agent(&all).iter().map(line));
    let folder = job("one-title-twice", &[("livre-de-paie-2021-11.csv", register)]);
    let outcome = run(&folder);
    assert_eq!(told(&outcome, "R137"), 1);
    let paid = |path: &str| -> BTreeMap<String, String> {
        table(Path::new(path)).into_iter().map(|r| (r["employee"].clone(), r["net_paid"].clone())).collect()
    };
    let (got, want) = (paid(&folder.join("out/payslips.csv").to_string_lossy()), paid("samples/montreval/expected/payslips.csv"));
    let right = want.iter().filter(|(id, net)| got.get(*id) == Some(net)).count();
    assert!(right * 10 >= want.len() * 9, "{right} of {}", want.len());
}

/// All cells of a row of the sample, in its order.
fn cells(r: &Row) -> String {
    let all = [&r.number, &r.surname, &r.given, &r.code, &r.label, &r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer];
    all.map(String::as_str).join(";")
}

const SAMPLE_HEAD: &str = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";

/// The pension on pay and on the supplement in one line, at one rate on both bases.
#[test]
fn one_law_on_two_parts_of_its_base_is_two_lines() {
    let cents = |t: &str| t.replace([' ', '\u{a0}', '\u{202f}', ','], "").parse::<i64>().expect("an amount with two decimals");
    let euros = |c: i64| format!("{},{:02}", c / 100, c % 100);
    let mut together = 0;
    let mut lines = Vec::new();
    for agent in by_agent(&rows()) {
        let supplement = agent.iter().find(|r| r.label == "CNRACL NBI").cloned();
        for mut r in agent {
            match (&supplement, r.label.as_str()) {
                (Some(other), "CNRACL AGENT") => {
                    r.base = euros(cents(&r.base) + cents(&other.base));
                    r.deduction = euros(cents(&r.deduction) + cents(&other.deduction));
                    together += 1;
                }
                (_, "CNRACL NBI") => continue,
                _ => {}
            }
            lines.push(cells(&r));
        }
    }
    assert!(together > 9, "the sample has such lines");
    let outcome = same_pay("one-law", &[("livre.csv", text(SAMPLE_HEAD, lines.into_iter()))], &[]);
    assert_eq!(told(&outcome, "C03"), 0);
}

/// A contribution that nobody's payslip shows is asked for once, and paid whole or not at all.
#[test]
fn a_line_that_nobody_had_is_asked_for_once() {
    let lines = rows().into_iter().filter(|r| r.label != "C.N.F.P.T.").map(|r| cells(&r));
    let register = [("livre.csv", text(SAMPLE_HEAD, lines))];
    let folder = job("nobody-had", &register);
    let outcome = run(&folder);
    assert_eq!((told(&outcome, "F160"), told(&outcome, "C33")), (1, 0));
    assert_eq!((outcome.replay.gap, outcome.replay_agents), (0, (87, 87)), "what was paid is understood");
    assert!(table(&folder.join("out/lines.csv")).iter().all(|l| l["code"] != "CNFPT"), "not a cent of it");
    let settings = folder.join("releve.toml");
    let said = std::fs::read_to_string(&settings).expect("the settings");
    std::fs::write(&settings, format!("{said}\n[policies]\ndue = [\"CNFPT\"]\n")).expect("the settings");
    // Whoever no staff file knows is paid what he was paid.
    let outcome = same_pay_in(&folder, "nobody-had, due", &["00156"]);
    assert_eq!((told(&outcome, "F160"), told(&outcome, "F161")), (0, 0));
}

const ONCE: &str = "01292";
const ONCE_LESS: &str = "1 253,42";
const ONCE_NET: &str = "1303.42";
const ONCE_CARRIED: &str = "1253.42";

/// What may be paid once a year is asked about, and neither carried nor ended before somebody says which.
#[test]
fn a_rubric_that_may_be_paid_once_is_asked() {
    let with = |label: &str| {
        let all = rows();
        let taken = |r: &Row| {
            if r.number == ONCE && r.label == "NET A PAYER" { Row { gain: ONCE_LESS.to_owned(), ..r.clone() } } else { r.clone() }
        };
        let own = all.iter().find(|r| r.number == ONCE).expect("an agent of the sample").clone();
        let line = format!("{};{};{};8702;{label};;;;50,00;;", own.number, own.surname, own.given);
        let mut lines: Vec<String> = all.iter().map(|r| cells(&taken(r))).collect();
        let at = lines.iter().position(|l| l.starts_with(&format!("{ONCE};")) && l.contains("TOTAL BRUT")).expect("a total");
        lines.insert(at, line);
        [("livre.csv", text(SAMPLE_HEAD, lines.into_iter()))]
    };
    let severities = |outcome: &releve::pipeline::Outcome, code: &str| -> Vec<releve::ground::Severity> {
        outcome.findings.iter().filter(|f| f.code == code && f.args.iter().any(|a| a.1 == "8702")).map(|f| f.severity).collect()
    };
    let net = |folder: &std::path::Path| {
        table(&folder.join("out/payslips.csv")).iter().find(|p| p["employee"] == ONCE).map(|p| p["net_paid"].clone())
    };
    let (blocks, justify) = (vec![releve::ground::Severity::Blocking], vec![releve::ground::Severity::Justify]);
    let folder = job("perhaps-once", &with("CHEQUES VACANCES"));
    assert_eq!(severities(&run(&folder), "C45"), blocks);
    let settings = folder.join("releve.toml");
    let plain = std::fs::read_to_string(&settings).expect("the settings");
    for (word, told, paid) in [("once", vec![], ONCE_NET), ("carried", justify.clone(), ONCE_CARRIED)] {
        let said = format!("{plain}\n[[source]]\nfile = \"livre.csv\"\n[source.codes]\n\"8702\" = \"{word}\"\n");
        std::fs::write(&settings, said).expect("the settings");
        let outcome = run(&folder);
        assert_eq!((severities(&outcome, "C45"), severities(&outcome, "C06")), (vec![], told), "{word}");
        assert_eq!(net(&folder).as_deref(), Some(paid), "{word}");
    }
    // What goes on month after month is carried and told.
    let folder = job("goes-on", &with("RETENUE LOGEMENT"));
    assert_eq!(severities(&run(&folder), "C06"), justify);
}

const BONUS: &str = "00760";

/// The sample's register with 40,00 more for an agent, under the code of his IFSE; `borne` where RAFP is taken on it, 5 %.
fn corrected(name: &str, label: &str, borne: bool) -> std::path::PathBuf {
    let all = rows();
    let own = all.iter().find(|r| r.number == BONUS).expect("an agent of the sample").clone();
    let net = if borne { "277,64" } else { "279,64" };
    let more = |gain: &str| gain.replace("554,73", "594,73").replace("239,64", net);
    let taken = |r: &Row| match r.label.as_str() {
        _ if r.number != BONUS => r.clone(),
        "RAFP" if borne => Row { base: "132,69".to_owned(), deduction: "6,63".to_owned(), employer: "6,63".to_owned(), ..r.clone() },
        _ => Row { gain: more(&r.gain), ..r.clone() },
    };
    let line = format!("{};{};{};0410;{label};;;40,00;;;", own.number, own.surname, own.given);
    let mut lines: Vec<String> = all.iter().map(|r| cells(&taken(r))).collect();
    let at = lines.iter().position(|l| l.starts_with(&format!("{BONUS};")) && l.contains("TOTAL BRUT")).expect("a total");
    lines.insert(at, line);
    let folder = job(name, &[("livre.csv", text(SAMPLE_HEAD, lines.into_iter()))]);
    // The sample's transfers are of another net.
    std::fs::remove_file(folder.join("inbox/virements-2021-11.xml")).expect("the transfers");
    folder
}

/// A correction and a bonus of once stand under the code of what goes on: they are rubrics of their own, and a label that only
/// spells the code in another way is none.
#[test]
fn a_label_that_ends_with_its_month_is_no_part_of_its_code() {
    let replayed = |folder: &std::path::Path, code: &str| -> Vec<(String, String)> {
        let all = table(&folder.join("out/replay.csv"));
        all.into_iter().filter(|r| r["employee"] == BONUS && r["code"] == code).map(|r| (r["paid"].clone(), r["verdict"].clone())).collect()
    };
    let pair = |paid: &str, verdict: &str| vec![(paid.to_owned(), verdict.to_owned())];
    for label in ["IFSE RÉGULARISATION", "RAPPEL IFSE 09"] {
        let folder = corrected("label-ends", label, false);
        let outcome = run(&folder);
        assert_eq!(replayed(&folder, "IFSE"), pair("90.00", "exact"), "{label}");
        assert_eq!(outcome.replay.gap, 0, "{label}");
        let lines = table(&folder.join("out/lines.csv"));
        assert!(!lines.iter().any(|l| l["employee"] == BONUS && l["amount"] == "40.00"), "{label} does not come again");
    }
    let folder = corrected("label-may-end", "IFSE - PART ANNUELLE", false);
    let asked = |o: &releve::pipeline::Outcome| {
        o.findings.iter().filter(|f| f.code == "C45" && f.args.iter().any(|a| a.1.starts_with("0410 "))).count()
    };
    assert_eq!((asked(&run(&folder)), replayed(&folder, "IFSE")), (1, pair("90.00", "exact")));
    let settings = folder.join("releve.toml");
    let plain = std::fs::read_to_string(&settings).expect("the settings");
    let said = format!("{plain}\n[[source]]\nfile = \"livre.csv\"\n[source.codes]\n\"0410 IFSE - PART ANNUELLE\" = \"once\"\n");
    std::fs::write(&settings, said).expect("the settings");
    assert_eq!((asked(&run(&folder)), replayed(&folder, "0410 IFSE - PART ANNUELLE")), (0, pair("40.00", "one-off")));
    // Another name for the same: nothing is asked.
    let folder = corrected("label-spelled", "Indemnité IFSE mensuelle", false);
    let outcome = run(&folder);
    assert_eq!((asked(&outcome), replayed(&folder, "IFSE")), (0, pair("130.00", "exact")));
}

/// What was taken on a line that ends with its month ends with it.
#[test]
fn a_contribution_on_what_was_paid_once_ends_with_it() {
    let folder = corrected("borne-once", "IFSE RÉGULARISATION", true);
    let outcome = run(&folder);
    assert_eq!((outcome.replay.gap, told(&outcome, "C03")), (0, 0));
    let taken = |path: &Path| -> Vec<(String, String)> {
        let own = |l: &BTreeMap<String, String>| l["employee"] == BONUS && l["code"] == "RAFP";
        table(path).into_iter().filter(own).map(|l| (l["amount"].clone(), l["employer_amount"].clone())).collect()
    };
    assert_eq!(taken(&folder.join("out/lines.csv")), taken(Path::new("samples/montreval/expected/lines.csv")));
}
