//! The sample town's register with a column for the kind of each line, employer's amounts with a minus, names of contributions that
//! nobody knows; printed rubric by rubric, or with several columns for each agent. The same pay.

use super::{Row, by_agent, job, rows, run, same_pay, same_pay_in, table, text, told};
use releve::ground::Severity;
use releve::pipeline::Options;
use std::collections::BTreeMap;

/// Stands in no staff file: without the employer's shares of last month nobody knows them.
const NOWHERE: &str = "00156";

fn who(r: &Row) -> String {
    [&r.number, &r.surname, &r.given].map(String::as_str).join(";")
}

fn minus(amount: &str) -> String {
    amount.strip_prefix('-').map_or_else(|| format!("-{amount}"), str::to_owned)
}

/// A row for each share, the employer's with their own sign: what the row is, base, rate, amount.
fn by_share(employers: impl Fn(&str) -> String, line: impl Fn(&Row, &str, &str, &str) -> String) -> Vec<String> {
    let mut out = Vec::new();
    for r in rows() {
        if !(r.gain.is_empty() && r.deduction.is_empty()) {
            let kind = match r.code.as_bytes()[0] {
                b'9' => "total",
                b'0' => "brut",
                b'1' | b'2' => "cotisation",
                _ => "divers",
            };
            out.push(line(&r, kind, &r.rate, &r.signed()));
        }
        if !r.employer.is_empty() {
            let both = !(r.gain.is_empty() && r.deduction.is_empty());
            let code = if both { format!("{}P", r.code) } else { r.code.clone() };
            let label = if both { format!("{} PATRONAL", r.label) } else { r.label.clone() };
            out.push(line(&Row { code, label, ..r.clone() }, "employeur", &r.employer_rate, &employers(&r.employer)));
        }
    }
    out
}

#[test]
fn the_employers_amounts_stand_with_a_minus() {
    let lines = by_share(minus, |r, _, rate, amount| format!("{};{};{};{};{rate};{amount}", who(r), r.code, r.label, r.base));
    let head = "Matricule;Nom;Prénom;Code;Libellé;Base;Taux;Montant";
    same_pay("minus-one-column", &[("livre.csv", text(head, lines.into_iter()))], &[]);
    let lines = rows().into_iter().map(|r| {
        format!("{};{};{};{};{};{};{};{}", who(&r), r.code, r.label, r.base, r.rate, r.signed(), r.employer_rate, {
            if r.employer.is_empty() { String::new() } else { minus(&r.employer) }
        })
    });
    let head = "Matricule;Nom;Prénom;Code;Libellé;Base;Taux salarial;Montant salarial;Taux patronal;Montant patronal";
    same_pay("minus-two-columns", &[("livre.csv", text(head, lines))], &[]);
}

/// Words of which one is the employer's: the others are the agents', whatever they are.
#[test]
fn beside_signs_a_column_of_kinds_tells_the_employers_rows_alone() {
    for (i, words) in [["Total", "Gain", "Cotisation", "Divers", "Employeur"], ["", "Traitement", "Contribution", "Autre", "Patronal"]]
        .into_iter()
        .enumerate()
    {
        let word =
            |kind: &str| words[["total", "brut", "cotisation", "divers", "employeur"].iter().position(|k| *k == kind).expect("a kind")];
        let lines = by_share(str::to_owned, |r, kind, rate, amount| {
            format!("{};{};{};{};{};{rate};{amount}", who(r), word(kind), r.code, r.label, r.base)
        });
        let head = "Matricule;Nom;Prénom;Type;Code;Libellé;Base;Taux;Montant";
        same_pay(&format!("kinds-signed-{i}"), &[("livre.csv", text(head, lines.into_iter()))], &[]);
    }
}

/// « Rémunération », « Cotisation », « Net »: no word of these says on which side a row stands, and the amounts have no sign.
#[test]
fn a_column_of_kinds_is_no_column_of_sides() {
    for (i, (title, words)) in [
        ("TypeLigne", ["Total", "Rémunération", "Cotisation", "Retenue"]),
        ("Type", ["TOTAL", "BRUT", "COT", "NET"]),
        ("Type", ["T", "B", "C", "N"]),
        ("Nature", ["Total", "Gain", "Cotisation", "Retenue"]),
    ]
    .into_iter()
    .enumerate()
    {
        let lines = rows().into_iter().map(|r| {
            let word = match r.code.as_bytes()[0] {
                b'9' => words[0],
                b'0' => words[1],
                b'1' | b'2' => words[2],
                _ => words[3],
            };
            let own = [&r.code, &r.label, &r.base, &r.rate, &r.unsigned(), &r.employer_rate, &r.employer].map(String::as_str).join(";");
            format!("{};{word};{own}", who(&r))
        });
        let head = format!("Matricule;Nom;Prénom;{title};Code;Libellé;Base;Taux salarial;Montant salarial;Taux patronal;Montant patronal");
        same_pay(&format!("kinds-{i}"), &[("livre.csv", text(&head, lines))], &[]);
    }
}

/// A contribution that no name tells is no information: it is a share of what people are paid, and is asked about; whoever says what
/// it is finds its rate.
#[test]
fn a_share_of_pay_under_an_unknown_name_is_asked() {
    let lines = by_share(str::to_owned, |r, _, rate, amount| {
        let label = if r.code == "2118" { "ZONE 7 B" } else { r.label.as_str() };
        format!("{};{};{label};{};{rate};{amount}", who(r), r.code, r.base)
    });
    let folder = job("share-unknown", &[("livre.csv", text("Matricule;Nom;Prénom;Code;Libellé;Base;Taux;Montant", lines.into_iter()))]);
    let settings = std::fs::read_to_string(folder.join("releve.toml")).expect("the settings").replace("taux_vm = \"0.008\"\n", "");
    std::fs::write(folder.join("releve.toml"), &settings).expect("the settings");
    let outcome = run(&folder);
    let asked: Vec<_> = outcome.findings.iter().filter(|f| f.code == "M370").collect();
    let [asked] = asked[..] else { panic!("{} questions", asked.len()) };
    assert!(asked.severity == Severity::Justify && !asked.places.is_empty());
    let arg = |name: &str| asked.args.iter().find(|a| a.0 == name).map_or("", |a| a.1.as_str());
    // 14.70 is 0.80 % of 1836.92; the management centre has its own line, and accidents are not everybody's.
    assert_eq!((arg("rate").get(..3), arg("agents"), arg("elements")), (Some("0,8"), "88", "VM"));
    assert_eq!(told(&outcome, "M75"), 0);
    let said = format!("{settings}\n[[source]]\nfile = \"livre.csv\"\n[source.codes]\n\"2118\" = \"VM\"\n");
    std::fs::write(folder.join("releve.toml"), said).expect("the settings");
    let options = Options { folder, rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let calibrated = releve::pipeline::calibrate(&options, true).expect("the job is read");
    assert!(calibrated.text.contains("0.008"), "{}", calibrated.text);
    same_pay_in(&options.folder, "share-said", &[]);
}

/// Columns as a printer puts them: words to the left, numbers to the right.
fn printed(cells: &[&str; 7]) -> String {
    let [a, b, rest @ ..] = cells;
    let numbers: Vec<String> =
        rest.iter().zip([12, 8, 16, 9, 16]).map(|(t, w)| format!("{:>w$}", t.replace(['\u{a0}', '\u{202f}'], " "))).collect();
    format!("{a:<9}  {b:<26}  {}", numbers.join("  ")).trim_end().to_owned()
}

/// Pages of agents below the name of each rubric, the head of the page between them and again at the next.
fn pages(name: impl Fn(&str, &str) -> String, headings_each: bool) -> String {
    let head = ["Matricule", "Nom Prénom", "Base", "Taux", "Montant salarial", "Taux pat.", "Montant patronal"];
    let mut page = 0;
    let mut lines: Vec<String> = Vec::new();
    let mut open = |lines: &mut Vec<String>| {
        page += 1;
        lines.push(format!("{}COMMUNE DE MONTREVAL          ETAT DES RUBRIQUES          Page {page}", if page > 1 { "\u{c}" } else { "" }));
        lines.push("Période : 11/2021             Edité le 24/11/2021".to_owned());
        lines.push("-".repeat(110));
        if !headings_each {
            lines.extend([printed(&head), "-".repeat(110)]);
        }
    };
    open(&mut lines);
    let mut rubrics: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for r in rows() {
        rubrics.entry(r.code.clone()).or_default().push(r);
    }
    for (code, own) in &rubrics {
        lines.push(name(code, &own[0].label));
        if headings_each {
            lines.push(printed(&head));
        }
        for (n, r) in own.iter().enumerate() {
            if n % 50 == 49 {
                open(&mut lines);
                if !headings_each {
                    lines.push(format!("{} (suite)", name(code, &own[0].label)));
                }
            }
            let amount = if r.gain.is_empty() && r.deduction.is_empty() { String::new() } else { r.signed() };
            lines.push(printed(&[&r.number, &r.name(), &r.base, &r.rate, &amount, &r.employer_rate, &r.employer]));
        }
        lines.push(String::new());
    }
    lines.join("\r\n") + "\r\n"
}

#[test]
fn rubrics_are_printed_one_below_the_other() {
    let said = |code: &str, label: &str| format!("Rubrique : {code}  {label}");
    same_pay("printed-rubrics", &[("etat.txt", pages(said, false))], &[]);
    let bare = |code: &str, label: &str| format!("{code} - {label}");
    same_pay("printed-rubrics-headed", &[("etat.txt", pages(bare, true))], &[]);
}

/// « Base | Taux | Gain | Retenue » below the number and the name of each agent, the next ones below on the next page.
#[test]
fn each_agent_has_columns_of_his_own() {
    let agents = by_agent(&rows());
    let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
    for r in agents.iter().flatten() {
        labels.entry(&r.code).or_insert(&r.label);
    }
    let sheet = |parts: &[&str], per_page: usize, of: &dyn Fn(&Row) -> Vec<String>| {
        let mut lines = Vec::new();
        for page in agents.chunks(per_page) {
            let blank = ";".repeat(parts.len());
            lines.push(format!(";{}", page.iter().map(|a| format!(";{}{}", a[0].number, &blank[1..])).collect::<String>()));
            lines.push(format!(";{}", page.iter().map(|a| format!(";{}{}", a[0].name(), &blank[1..])).collect::<String>()));
            lines.push(format!("Code;Libellé{}", format!(";{}", parts.join(";")).repeat(page.len())));
            for (code, label) in &labels {
                let cells = page.iter().map(|a| match a.iter().find(|r| r.code == *code) {
                    Some(r) => format!(";{}", of(r).join(";")),
                    None => blank.clone(),
                });
                let line = format!("{code};{label}{}", cells.collect::<String>());
                if line.trim_end_matches(';').len() > code.len() + label.len() + 1 {
                    lines.push(line);
                }
            }
            lines.push(String::new());
        }
        lines.join("\n")
    };
    let own = |r: &Row| {
        let none = r.gain.is_empty() && r.deduction.is_empty();
        if none { vec![String::new(); 4] } else { vec![r.base.clone(), r.rate.clone(), r.gain.clone(), r.deduction.clone()] }
    };
    same_pay("grouped", &[("etat.csv", sheet(&["Base", "Taux", "Gain", "Retenue"], 5, &own))], &[NOWHERE]);
    let all = |r: &Row| [&r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer].map(String::clone).to_vec();
    let parts = ["Base", "Taux", "À payer", "À retenir", "Taux pat.", "Part pat."];
    same_pay("grouped-shares", &[("etat.csv", sheet(&parts, 200, &all))], &[]);
}

/// The hours of overtime stand beside what was paid for them, under titles that say little.
#[test]
fn hours_stand_beside_their_amounts() {
    let agents = by_agent(&rows());
    let titles: [[&str; 4]; 2] = [
        ["H. HS J14", "HS J14", "H. HS DIM", "HS DIM"],
        ["Heures supplémentaires - heures", "Heures supplémentaires - montant", "Heures dimanche - heures", "Heures dimanche - montant"],
    ];
    for (i, titles) in titles.into_iter().enumerate() {
        let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
        for r in agents.iter().flatten().filter(|r| !r.code.starts_with('2') && r.code != "0510" && r.code != "0512") {
            labels.entry(&r.code).or_insert(&r.label);
        }
        let head = format!("Matricule;Nom;Prénom;{};{}", titles.join(";"), labels.values().copied().collect::<Vec<_>>().join(";"));
        let lines = agents.iter().map(|a| {
            let of = |code: &str| a.iter().find(|r| r.code == code);
            let hours = |code: &str| of(code).map_or(";".to_owned(), |r| format!("{};{}", r.base, r.gain));
            let sums = labels.keys().map(|code| {
                let own: Vec<&Row> = a.iter().filter(|r| r.code == *code).collect();
                assert!(own.len() < 2, "one amount for each");
                own.first().map(|r| r.signed()).filter(|t| t != "-").unwrap_or_default()
            });
            format!("{};{};{};{}", who(&a[0]), hours("0510"), hours("0512"), sums.collect::<Vec<_>>().join(";"))
        });
        same_pay(&format!("hours-beside-{i}"), &[("paie.csv", text(&head, lines))], &[NOWHERE]);
    }
}

/// Nobody is left out of a run in silence: whoever has lines in the printed pages has a payslip.
#[test]
fn nobody_of_the_printed_pages_is_lost() {
    let said = |code: &str, label: &str| format!("*** {code} {label} ***");
    let folder = job("printed-stars", &[("etat.txt", pages(said, false))]);
    run(&folder);
    let paid = table(&folder.join("out/payslips.csv"));
    assert_eq!(paid.len(), 93, "as from the register as it is");
}

/// The side and the payer of each row as it is written: one code for both shares.
fn sides() -> impl Iterator<Item = (Row, &'static str, String)> {
    let of = |r: Row| {
        let side = if r.is_total() {
            "T"
        } else if r.gain.is_empty() {
            "R"
        } else {
            "G"
        };
        let own = if r.gain.is_empty() { r.deduction.clone() } else { r.gain.clone() };
        let employers = r.employer.clone();
        [(r.clone(), side, own), (r, "P", employers)].into_iter().filter(|x| !x.2.is_empty())
    };
    rows().into_iter().flat_map(of)
}

/// A column of sides is one, and nothing has to be found out of amounts.
#[test]
fn a_column_of_sides_stays_one() {
    let lines = sides().map(|(r, side, amount)| {
        let rate = if side == "P" { &r.employer_rate } else { &r.rate };
        format!("{};{};{};{side};{};{rate};{amount}", who(&r), r.code, r.label, r.base)
    });
    let head = "Matricule;Nom;Prénom;CODE_RUB;LIB_RUB;SENS;BASE;TAUX;MONTANT";
    let outcome = same_pay("sides-kept", &[("livre.csv", text(head, lines))], &[]);
    assert_eq!((told(&outcome, "M23"), told(&outcome, "M24")), (0, 0));
}

/// « RUB 1 | LIBELLE 1 | SENS 1 | MONTANT 1 | RUB 2 … »: blocks of an agent's row, of which the last are empty for most.
#[test]
fn each_block_of_a_row_has_its_side() {
    let mut of: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for (r, side, amount) in sides().filter(|x| x.1 != "T" || x.0.label == "NET A PAYER") {
        let (_, own) = of.entry(r.number.clone()).or_insert_with(|| (who(&r), Vec::new()));
        own.push(format!(";{};{};{side};{amount}", r.code, r.label));
    }
    let most = of.values().map(|a| a.1.len()).max().expect("agents");
    let titles: String = (1..=most).map(|i| format!(";RUB {i};LIBELLE {i};SENS {i};MONTANT {i}")).collect();
    let lines = of.values().map(|(who, own)| format!("{who}{}{}", own.concat(), ";;;;".repeat(most - own.len())));
    same_pay("blocks-of-sides", &[("EXTRACT.CSV", text(&format!("MATRICULE;NOM;PRENOM{titles}"), lines))], &[]);
}

/// The number and the name of each rubric in cells of their own above its headings, gains apart from deductions.
#[test]
fn gains_and_deductions_stand_below_the_headings_of_each_rubric() {
    let mut rubrics: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for r in rows() {
        rubrics.entry(r.code.clone()).or_default().push(r);
    }
    let mut lines = vec!["ETAT PAR RUBRIQUE;;;".to_owned()];
    for (code, own) in &rubrics {
        lines.push(format!("Rubrique :;{code};{};;;;;", own[0].label));
        lines.push("Matricule;Nom Prénom;Base;Taux;Gain;Retenue;Taux patronal;Part patronale".to_owned());
        let line = |r: &Row| {
            [&r.number, &r.name(), &r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer].map(String::as_str).join(";")
        };
        lines.extend(own.iter().map(line));
        lines.push("Total rubrique;;;;;;;".to_owned());
        lines.push(String::new());
    }
    same_pay("headed-sides", &[("etat_rubriques.csv", lines.join("\n"))], &[]);
}

/// « CNRACL » beside « CNRACL / NBI »: a stroke in a name makes no part of another rubric.
#[test]
fn a_stroke_in_a_title_is_no_part() {
    let agents = by_agent(&rows());
    let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
    for r in agents.iter().flatten().filter(|r| !r.code.starts_with('2')) {
        labels.entry(&r.code).or_insert(&r.label);
    }
    let title = |label: &str| match label {
        "CNRACL AGENT" => "CNRACL".to_owned(),
        "CNRACL NBI" => "CNRACL / NBI".to_owned(),
        other => other.to_owned(),
    };
    let head = format!("Matricule;Nom;Prénom;{}", labels.values().map(|l| title(l)).collect::<Vec<_>>().join(";"));
    let lines = agents.iter().map(|a| {
        let of = |code: &&str| a.iter().find(|r| r.code == **code).map(Row::signed).filter(|t| t != "-").unwrap_or_default();
        format!("{};{}", who(&a[0]), labels.keys().map(of).collect::<Vec<_>>().join(";"))
    });
    same_pay("stroke", &[("paie.csv", text(&head, lines))], &[NOWHERE]);
}
