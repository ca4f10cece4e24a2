//! The sample town's register as other programs and other clerks write it: made from its rows, recognised without help, same pay.

mod beside;
mod columns;
mod crossed;
mod employers;
mod kinds;
mod laid;
mod parts;
mod shapes;
mod two_payslips;

use releve::pipeline::{self, Options, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const REGISTER: &str = "livre-de-paie-2021-11.csv";

/// One line of the sample's register, amounts as written.
#[derive(Clone, Debug)]
struct Row {
    number: String,
    surname: String,
    given: String,
    code: String,
    label: String,
    base: String,
    rate: String,
    gain: String,
    deduction: String,
    employer_rate: String,
    employer: String,
}

impl Row {
    fn name(&self) -> String {
        format!("{} {}", self.surname, self.given)
    }
    fn is_total(&self) -> bool {
        self.code.starts_with('9')
    }
    /// Paid less kept, with a minus in front of what is kept.
    fn signed(&self) -> String {
        if self.deduction.is_empty() { self.gain.clone() } else { format!("-{}", self.deduction) }
    }
    /// Without any sign, but for the bonuses turned into points and the relief, whose side is not the usual one.
    fn unsigned(&self) -> String {
        match (self.code.as_str(), self.gain.is_empty()) {
            ("0430" | "0012" | "0152" | "0212" | "0412", false) | (_, true) if self.code.starts_with('0') => format!("-{}", self.deduction),
            ("1019", _) => format!("-{}", self.gain),
            (_, false) => self.gain.clone(),
            (_, true) => self.deduction.clone(),
        }
    }
}

/// The sample's lines; the row written twice at a page break once.
fn rows() -> Vec<Row> {
    let bytes = std::fs::read(Path::new("samples/montreval/inbox").join(REGISTER)).expect("the sample");
    let text = encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned();
    let mut seen = BTreeSet::new();
    text.lines()
        .filter(|l| l.starts_with(|c: char| c.is_ascii_digit()))
        .filter(|l| seen.insert((*l).to_owned()))
        .map(|l| {
            let mut c = l.split(';').map(str::to_owned);
            let mut next = || c.next().unwrap_or_default();
            Row {
                number: next(),
                surname: next(),
                given: next(),
                code: next(),
                label: next(),
                base: next(),
                rate: next(),
                gain: next(),
                deduction: next(),
                employer_rate: next(),
                employer: next(),
            }
        })
        .collect()
}

fn by_agent(rows: &[Row]) -> Vec<Vec<Row>> {
    let mut out: Vec<Vec<Row>> = Vec::new();
    for r in rows {
        match out.last_mut() {
            Some(last) if last[0].number == r.number => last.push(r.clone()),
            _ => out.push(vec![r.clone()]),
        }
    }
    out
}

fn text(head: &str, lines: impl Iterator<Item = String>) -> String {
    std::iter::once(head.to_owned()).chain(lines).collect::<Vec<_>>().join("\n") + "\n"
}

/// A job with the sample's inbox and these registers in place of the sample's.
fn job(name: &str, registers: &[(&str, String)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("register-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    for entry in std::fs::read_dir("samples/montreval/inbox").expect("the sample") {
        let entry = entry.expect("the sample");
        if entry.file_name() != REGISTER {
            std::fs::copy(entry.path(), folder.join("inbox").join(entry.file_name())).expect("a copy");
        }
    }
    for (file, text) in registers {
        std::fs::write(folder.join("inbox").join(file), text).expect("the register");
    }
    folder
}

fn run(folder: &Path) -> Outcome {
    let options = Options { folder: folder.to_path_buf(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    pipeline::run(&options).expect("the job runs")
}

fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    reader.deserialize().map(|r| r.expect("a row")).collect()
}

/// The expected payslips of everybody but `but`, whose number or employer's share the register does not hold; nobody is missing.
fn same_pay(name: &str, registers: &[(&str, String)], but: &[&str]) -> Outcome {
    same_pay_in(&job(name, registers), name, but)
}

fn same_pay_in(folder: &Path, name: &str, but: &[&str]) -> Outcome {
    let outcome = run(folder);
    assert_eq!(outcome.replay.gap, 0, "{name}: last month is understood");
    assert_eq!(outcome.replay_agents, (87, 87), "{name}: every agent to the cent");
    let nets = |path: &Path| -> BTreeMap<String, (String, String, String)> {
        let of =
            |r: BTreeMap<String, String>| (r["employee"].clone(), (r["gross"].clone(), r["net_paid"].clone(), r["employer_cost"].clone()));
        table(path).into_iter().map(of).collect()
    };
    let got = nets(&folder.join("out/payslips.csv"));
    let want = nets(Path::new("samples/montreval/expected/payslips.csv"));
    assert_eq!(got.len(), want.len(), "{name}");
    let wrong: Vec<&String> = want.keys().filter(|k| !but.contains(&k.as_str()) && want.get(*k) != got.get(*k)).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}");
    outcome
}

fn told(outcome: &Outcome, code: &str) -> usize {
    outcome.findings.iter().filter(|f| f.code == code).count()
}

#[test]
fn without_signs_and_without_totals_the_transfers_are_the_nets() {
    let lines = rows().into_iter().filter(|r| !r.is_total()).map(|r| {
        format!(
            "{};{};{};{};{};{};{};{};{};{}",
            r.number,
            r.surname,
            r.given,
            r.code,
            r.label,
            r.base,
            r.rate,
            r.unsigned(),
            r.employer_rate,
            r.employer
        )
    });
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;Montant salarial;Taux patronal;Montant patronal";
    same_pay("unsigned", &[("livre.csv", text(head, lines))], &[]);
}

#[test]
fn totals_need_no_letter_in_the_column_of_sides() {
    let lines = rows().into_iter().map(|r| {
        let side = match (r.is_total(), r.deduction.is_empty(), r.gain.is_empty()) {
            (true, _, _) | (false, true, true) => "",
            (false, true, false) => "G",
            (false, false, _) => "R",
        };
        let amount = if r.gain.is_empty() { &r.deduction } else { &r.gain };
        format!(
            "{};{};{};{};{};{};{};{amount};{side};{};{}",
            r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.employer_rate, r.employer
        )
    });
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;Montant;Sens;Taux patronal;Part patronale";
    let outcome = same_pay("sides", &[("livre.csv", text(head, lines))], &[]);
    assert_eq!(told(&outcome, "IMP-05"), 1, "nothing but the bonus of a number that nobody has");
}

#[test]
fn both_shares_of_a_contribution_on_one_row_are_told_apart() {
    let mut lines = Vec::new();
    for agent in by_agent(&rows()) {
        let of = |code: &str| agent.iter().find(|r| r.code == code).cloned();
        for mut r in agent.clone() {
            if r.code == "2010" {
                continue;
            }
            if r.code == "1010"
                && let Some(e) = of("2010")
            {
                r.label = "CNRACL".to_owned();
                (r.employer_rate, r.employer) = (e.employer_rate, e.employer);
            }
            lines.push(format!(
                "{};{};{};{};{};{};{};{};{};{};{}",
                r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
            ));
        }
    }
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    same_pay("one-row", &[("livre.csv", text(head, lines.into_iter()))], &[]);
}

#[test]
fn a_register_without_the_employers_columns_says_nothing_of_them() {
    let lines = rows()
        .into_iter()
        .filter(|r| !(r.gain.is_empty() && r.deduction.is_empty()))
        .map(|r| format!("{};{};{};{};{};{};{};{};{}", r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction));
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir";
    // 00156 stands in no staff file: carried, and nobody knows the employer's shares.
    same_pay("no-employer", &[("livre.csv", text(head, lines))], &["00156"]);
}

#[test]
fn of_two_months_in_one_register_the_last_paid_is_read() {
    let october: Vec<Row> = rows();
    let line = |r: &Row, month: &str| {
        format!(
            "{};{};{};{month};{};{};{};{};{};{};{};{}",
            r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
        )
    };
    let head = "Matricule;Nom;Prénom;Période;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let both = october.iter().map(|r| line(r, "10/2021")).chain(october.iter().map(|r| line(r, "11/2021")));
    let outcome = same_pay("two-months", &[("livre.csv", text(head, both))], &[]);
    assert_eq!(told(&outcome, "M71"), 1);
}

#[test]
fn beside_the_register_of_the_right_month_another_is_set_aside() {
    let register = |month: &str| {
        let lines = rows().into_iter().map(|r| {
            format!(
                "{};{};{};{};{};{};{};{};{};{};{}",
                r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
            )
        });
        let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
        format!("LIVRE DE PAIE {month} 2021\n{}", text(head, lines))
    };
    let outcome = same_pay("two-files", &[("a.csv", register("OCTOBRE")), ("b.csv", register("NOVEMBRE"))], &[]);
    assert_eq!(told(&outcome, "M74"), 1);
}

#[test]
fn agents_stand_above_their_lines() {
    let mut lines = Vec::new();
    for agent in by_agent(&rows()) {
        lines.push(format!("Matricule : {}   {}", agent[0].number, agent[0].name()));
        for r in agent {
            lines.push(format!(
                "{};{};{};{};{};{};{};{}",
                r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
            ));
        }
    }
    same_pay("bands", &[("livre.csv", text("Rubrique;Libellé;Base;Taux;Gain;Retenue;Taux pat.;Part pat.", lines.into_iter()))], &[]);
}

#[test]
fn agents_stand_above_their_lines_in_cells_or_with_more_beside() {
    let of = |band: &dyn Fn(&Row) -> Vec<String>| {
        let mut lines = vec!["COMMUNE DE MONTREVAL".to_owned(), String::new()];
        for a in by_agent(&rows()) {
            lines.extend(band(&a[0]));
            lines.push("Code;Libellé;Base;Taux;Gain;Retenue;Taux pat.;Part pat.".to_owned());
            for r in a.iter().filter(|r| !r.is_total() || r.label == "NET A PAYER") {
                lines.push(
                    [&r.code, &r.label, &r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer]
                        .map(String::as_str)
                        .join(";"),
                );
            }
            lines.push(String::new());
        }
        lines.join("\n")
    };
    let cells = of(&|r| vec![format!("Matricule;{};Nom;{}", r.number, r.name()), "Emploi;Rédacteur;Indice majoré;353".to_owned()]);
    same_pay("band-cells", &[("livre.csv", cells)], &[]);
    let long = of(&|r| vec![format!("Agent : {}   Matricule : {}   Service : Voirie   Grade : Rédacteur", r.name(), r.number)]);
    same_pay("band-long", &[("livre.csv", long)], &[]);
}

#[test]
fn what_is_kept_is_kept_with_a_minus_of_its_own() {
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let kept = |d: &str| if d.is_empty() { String::new() } else { format!("{d}-") };
    let line = |r: Row| {
        let all = [r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, kept(&r.deduction), r.employer_rate, r.employer];
        all.join(";")
    };
    same_pay("minus", &[("livre.csv", text(head, rows().into_iter().map(line)))], &[]);
}

#[test]
fn columns_of_a_print_out_are_made_of_blanks() {
    let head = [
        "Matricule",
        "Nom",
        "Prénom",
        "Code rubrique",
        "Libellé",
        "Base",
        "Taux salarial",
        "À payer",
        "À retenir",
        "Taux patronal",
        "Part patronale",
    ];
    let mut all: Vec<[String; 11]> = vec![head.map(str::to_owned)];
    all.extend(rows().into_iter().map(|r| {
        [r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer]
            .map(|t| t.replace(['\u{a0}', '\u{202f}'], " "))
    }));
    let width: Vec<usize> = (0..11).map(|c| all.iter().map(|r| r[c].chars().count()).max().unwrap_or(0)).collect();
    // Words to the left of their column, numbers to the right, as printers put them.
    let line = |r: &[String; 11]| {
        let cells = r.iter().zip(&width).enumerate();
        let put = |(c, (t, w)): (usize, (&String, &usize))| if c < 5 { format!("{t:<w$}") } else { format!("{t:>w$}") };
        cells.map(put).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    same_pay("printed", &[("livre.txt", all.iter().map(line).collect::<Vec<_>>().join("\n") + "\n")], &[]);
}

#[test]
fn one_sheet_holds_the_agents_amounts_and_another_the_employers() {
    let agents = by_agent(&rows());
    let labels = |of: &dyn Fn(&Row) -> bool| {
        let mut all: Vec<String> = Vec::new();
        for r in agents.iter().flatten().filter(|r| of(r)) {
            if !all.contains(&r.label) && r.label != "IFSE MENSUELLE" {
                all.push(r.label.clone());
            }
        }
        all
    };
    let mut book = rust_xlsxwriter::Workbook::new();
    let own = |r: &Row| !(r.gain.is_empty() && r.deduction.is_empty());
    let employers = |r: &Row| !r.employer.is_empty();
    let of_side = |side: &str, r: &Row| if side == "Part agent" { own(r) } else { employers(r) };
    let amount_of = |side: &str, r: &Row| if side == "Part agent" { r.signed() } else { r.employer.clone() };
    for sheet in ["Part agent", "Charges patronales"] {
        let of = &|r: &Row| of_side(sheet, r);
        let amount = |r: &Row| amount_of(sheet, r);
        let titles = labels(of);
        let page = book.add_worksheet().set_name(sheet).expect("a name");
        for (c, t) in ["Matricule", "Nom", "Prénom"].into_iter().chain(titles.iter().map(String::as_str)).enumerate() {
            page.write(0, u16::try_from(c).expect("few"), t).expect("a cell");
        }
        for (i, a) in agents.iter().enumerate() {
            let line = u32::try_from(i + 1).expect("few");
            for (c, t) in [&a[0].number, &a[0].surname, &a[0].given].into_iter().enumerate() {
                page.write(line, u16::try_from(c).expect("few"), t.as_str()).expect("a cell");
            }
            for r in a.iter().filter(|r| of(r)) {
                let label = if r.label == "IFSE MENSUELLE" { "I.F.S.E." } else { r.label.as_str() };
                let c = titles.iter().position(|t| t == label).expect("a title") + 3;
                page.write(line, u16::try_from(c).expect("few"), amount(r).as_str()).expect("a cell");
            }
        }
    }
    let folder = job("two-sheets", &[]);
    book.save(folder.join("inbox/livre.xlsx")).expect("the register");
    let outcome = run(&folder);
    assert_eq!((outcome.replay.gap, outcome.replay_agents), (0, (87, 87)));
    let nets = |path: &Path| -> BTreeMap<String, (String, String)> {
        table(path).into_iter().map(|r| (r["employee"].clone(), (r["net_paid"].clone(), r["employer_cost"].clone()))).collect()
    };
    assert_eq!(nets(&folder.join("out/payslips.csv")), nets(Path::new("samples/montreval/expected/payslips.csv")));
}

#[test]
fn heads_of_printed_pages_are_nobody() {
    let mut lines = Vec::new();
    for (page, agents) in by_agent(&rows()).chunks(7).enumerate() {
        if page > 0 {
            lines.push(";Commune de Montreval;;;LIVRE DE PAIE NOVEMBRE 2021;;;;;;Page".to_owned() + &format!(" {}", page + 1));
            lines.push("Matricule;Nom;Prénom;Rubrique;Libellé;Base;Taux;Gain;Retenue;Taux pat.;Part pat.".to_owned());
        }
        for r in agents.iter().flatten() {
            lines.push(format!(
                "{};{};{};{};{};{};{};{};{};{};{}",
                r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
            ));
        }
    }
    let outcome = same_pay(
        "pages",
        &[("livre.csv", text("Matricule;Nom;Prénom;Rubrique;Libellé;Base;Taux;Gain;Retenue;Taux pat.;Part pat.", lines.into_iter()))],
        &[],
    );
    assert_eq!(told(&outcome, "M05"), 0, "a heading is no rubric");
    assert_eq!(told(&outcome, "IMP-05"), 1);
}

#[test]
fn numbers_are_joined_however_one_source_writes_them() {
    let register = |number: &dyn Fn(&str) -> String| {
        let lines = rows().into_iter().map(|r| {
            let n = number(&r.number);
            format!(
                "{n};{};{};{};{};{};{};{};{};{};{}",
                r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
            )
        });
        text("Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale", lines)
    };
    let outcome = same_pay("letters", &[("livre.csv", register(&|n| format!("A{n}")))], &[]);
    assert_eq!(told(&outcome, "M70"), 1);
    same_pay("apostrophe", &[("livre.csv", register(&|n| format!("'{n}")))], &[]);
    same_pay("decimals", &[("livre.csv", register(&|n| format!("{}.0", n.trim_start_matches('0'))))], &[]);
}

#[test]
fn a_number_and_a_name_stand_in_one_cell_or_there_is_no_number() {
    let lines = |who: &dyn Fn(&Row) -> String| {
        let of = |r: Row| {
            format!(
                "{};{};{};{};{};{};{};{};{}",
                who(&r),
                r.code,
                r.label,
                r.base,
                r.rate,
                r.gain,
                r.deduction,
                r.employer_rate,
                r.employer
            )
        };
        rows().into_iter().map(of).collect::<Vec<_>>()
    };
    let tail = "Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let one = lines(&|r| format!("{} - {}", r.number, r.name()));
    same_pay("one-cell", &[("livre.csv", text(&format!("Agent;{tail}"), one.into_iter()))], &[]);
    // Paid last month, in no file with numbers: the name is the number.
    let names = lines(&|r| format!("{};{}", r.surname, r.given));
    same_pay("names", &[("livre.csv", text(&format!("Nom;Prénom;{tail}"), names.into_iter()))], &["00156"]);
}

#[test]
fn columns_of_one_rubric_are_paired_by_whose_share_they_are() {
    let all = rows();
    let mut columns: Vec<(String, String)> = Vec::new();
    for r in all.iter().filter(|r| !r.is_total()) {
        let key = (r.code.clone(), r.label.clone());
        if !columns.iter().any(|c| c.0 == key.0) {
            columns.push(key);
        }
    }
    for (employee, employer) in [("", " PATRONAL"), (" - Part salariale", " - Part patronale"), (" (S)", " (P)")] {
        let shared = |code: &str| all.iter().any(|r| r.code == code && !r.employer.is_empty() && !r.deduction.is_empty());
        let mut head = vec!["Matricule".to_owned(), "Nom".to_owned(), "Prénom".to_owned()];
        for (code, label) in &columns {
            if shared(code) {
                head.extend([format!("{label}{employee}"), format!("{label}{employer}")]);
            } else {
                head.push(label.clone());
            }
        }
        head.push("NET A PAYER".to_owned());
        let lines = by_agent(&all).into_iter().map(|agent| {
            let mut cells = vec![agent[0].number.clone(), agent[0].surname.clone(), agent[0].given.clone()];
            for (code, _) in &columns {
                let of_code: Vec<&Row> = agent.iter().filter(|r| r.code == *code).collect();
                let one = of_code.first();
                let own = one
                    .map(|r| if r.gain.is_empty() && r.deduction.is_empty() { r.employer.clone() } else { r.signed() })
                    .unwrap_or_default();
                cells.push(own);
                if shared(code) {
                    cells.push(one.map(|r| r.employer.clone()).unwrap_or_default());
                }
            }
            cells.push(agent.iter().find(|r| r.code == "9300").map(|r| r.gain.clone()).unwrap_or_default());
            cells.join(";")
        });
        let name = format!("pairs-{}", employer.trim().len());
        same_pay(&name, &[("etat.csv", text(&head.join(";"), lines))], &[]);
    }
}

#[test]
fn labels_that_say_nothing_are_settled_by_replay_and_information_is_no_pay() {
    let strange = |r: &Row| match r.code.as_str() {
        "0430" => "RETENUE R-41".to_owned(),
        "1212" => "PRELEVEMENT 12".to_owned(),
        _ => r.label.clone(),
    };
    let mut lines = Vec::new();
    for agent in by_agent(&rows()) {
        for r in &agent {
            lines.push(format!(
                "{};{};{};{};{};{};{};{};{};{};{}",
                r.number,
                r.surname,
                r.given,
                r.code,
                strange(r),
                r.base,
                r.rate,
                r.gain,
                r.deduction,
                r.employer_rate,
                r.employer
            ));
        }
        let r = &agent[0];
        lines.push(format!("{};{};{};8100;TOTAL SOUMIS;;;12 345,67;;;", r.number, r.surname, r.given));
        lines.push(format!("{};{};{};8200;SOLDE RTT;;;4,50;;;", r.number, r.surname, r.given));
    }
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let outcome = same_pay("strange", &[("livre.csv", text(head, lines.into_iter()))], &[]);
    assert_eq!(told(&outcome, "M72"), 2, "what replay proves is told");
    assert_eq!(told(&outcome, "M75"), 2, "the sum of what is subject, and the leave");
    assert_eq!(told(&outcome, "M05"), 0, "no question stays");
}

#[test]
fn a_column_says_whose_share_a_row_is() {
    let mut lines = Vec::new();
    for r in rows() {
        let own = [&r.number, &r.surname, &r.given, &r.code, &r.label].map(String::as_str).join(";");
        if !(r.gain.is_empty() && r.deduction.is_empty()) {
            let side = if r.is_total() { "" } else { "S" };
            lines.push(format!("{own};{side};{};{};{}", r.base, r.rate, r.signed()));
        }
        if !r.employer.is_empty() {
            lines.push(format!("{own};P;{};{};{}", r.base, r.employer_rate, r.employer));
        }
    }
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;S/P;Base;Taux;Montant";
    same_pay("shares", &[("livre.csv", text(head, lines.into_iter()))], &[]);
}

#[test]
fn rows_of_their_own_say_on_which_side_the_lines_below_stand() {
    let mut lines = Vec::new();
    for agent in by_agent(&rows()) {
        lines.push(format!("Matricule : {};{}", agent[0].number, agent[0].name()));
        let (sums, own): (Vec<Row>, Vec<Row>) = agent.into_iter().partition(Row::is_total);
        for (section, of) in [("GAINS", 0), ("RETENUES", 1), ("CHARGES PATRONALES", 2)] {
            lines.push(section.to_owned());
            for r in &own {
                let (rate, amount) = [(&r.rate, &r.gain), (&r.rate, &r.deduction), (&r.employer_rate, &r.employer)][of];
                if !amount.is_empty() {
                    lines.push(format!("{};{};{};{rate};{amount}", r.code, r.label, r.base));
                }
            }
        }
        for r in sums {
            lines.push(format!(";{};;;{}", r.label, if r.gain.is_empty() { r.base } else { r.gain }));
        }
    }
    same_pay("sections", &[("livre.csv", text("Code;Libellé;Base;Taux;Montant", lines.into_iter()))], &[]);
}

/// The law's rates are 2.40 % and 0.50 %: a line at 2.90 % is both, and this month has two lines again.
#[test]
fn two_contributions_in_one_line_are_two() {
    let mut lines = Vec::new();
    let amount = |t: &str| t.replace(',', "").parse::<i64>().expect("an amount with two decimals");
    for agent in by_agent(&rows()) {
        for mut r in agent.clone() {
            let debt = |o: &&Row| o.label == "C.R.D.S." && o.base == r.base;
            if r.label == "CSG NON DEDUCTIBLE"
                && let Some(other) = agent.iter().find(debt)
            {
                let sum = amount(&r.deduction) + amount(&other.deduction);
                (r.label, r.rate) = ("CSG/CRDS non déductible".to_owned(), "2,90".to_owned());
                r.deduction = format!("{},{:02}", sum / 100, sum % 100);
            } else if r.label == "C.R.D.S." && agent.iter().any(|o| o.label == "CSG NON DEDUCTIBLE" && o.base == r.base) {
                continue;
            }
            lines.push(
                [
                    &r.number,
                    &r.surname,
                    &r.given,
                    &r.code,
                    &r.label,
                    &r.base,
                    &r.rate,
                    &r.gain,
                    &r.deduction,
                    &r.employer_rate,
                    &r.employer,
                ]
                .map(String::as_str)
                .join(";"),
            );
        }
    }
    assert!(lines.iter().any(|l| l.contains("CSG/CRDS")), "the sample has such lines");
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let folder = job("doubles", &[("livre.csv", text(head, lines.into_iter()))]);
    let outcome = run(&folder);
    assert_eq!(outcome.replay.gap, 0, "a cent of rounding is no gap");
    let nets = |path: &Path| -> Vec<(String, String)> {
        table(path).into_iter().map(|r| (r["employee"].clone(), r["net_paid"].clone())).collect()
    };
    assert_eq!(nets(&folder.join("out/payslips.csv")), nets(Path::new("samples/montreval/expected/payslips.csv")));
}

#[test]
fn a_line_without_a_code_is_known_by_its_label() {
    let lines = rows().into_iter().map(|r| {
        format!(
            "{};{};{};;{};{};{};{};{};{};{}",
            r.number, r.surname, r.given, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer
        )
    });
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    same_pay("labels", &[("livre.csv", text(head, lines))], &[]);
}

/// Agents across: below the first of two columns of titles nothing stands where the sums are, and each keeps his own.
#[test]
fn agents_across_keep_their_own_sums() {
    let agents = by_agent(&rows());
    let mut titles: Vec<(String, String)> = Vec::new();
    for r in agents.iter().flatten().filter(|r| !r.is_total()) {
        let key = (r.code.clone(), r.label.clone());
        if !titles.contains(&key) {
            titles.push(key);
        }
    }
    let cells = |of: &dyn Fn(&[Row]) -> String| agents.iter().map(|a| of(a)).collect::<Vec<_>>().join(";");
    let mut lines = vec![
        format!("Matricule;;{}", cells(&|a| a[0].number.clone())),
        format!("Nom;;{}", cells(&|a| a[0].surname.clone())),
        format!("Prénom;;{}", cells(&|a| a[0].given.clone())),
    ];
    let once = |a: &[Row], k: &(String, String)| a.iter().filter(|r| r.code == k.0 && r.label == k.1).count() == 1;
    for k in titles.iter().filter(|k| agents.iter().all(|a| once(a, k) || !a.iter().any(|r| r.code == k.0 && r.label == k.1))) {
        let one = |a: &[Row]| a.iter().find(|r| r.code == k.0 && r.label == k.1).cloned();
        lines.push(format!("{};{};{}", k.0, k.1, cells(&|a| one(a).map(|r| r.signed()).filter(|t| t != "-").unwrap_or_default())));
    }
    let net = |a: &[Row]| a.iter().find(|r| r.label == "NET A PAYER").map(|r| r.gain.clone()).unwrap_or_default();
    lines.push(format!(";NET A PAYER;{}", cells(&net)));
    let folder = job("across", &[("livre.csv", lines.join("\n") + "\n")]);
    let outcome = run(&folder);
    // A code that somebody has twice is in no row here: of him something is missing.
    let kept: BTreeSet<String> = lines.iter().map(|l| l.split(';').take(2).collect::<Vec<_>>().join(";")).collect();
    let whole = |a: &&Vec<Row>| a.iter().filter(|r| !r.is_total()).all(|r| kept.contains(&format!("{};{}", r.code, r.label)));
    let whole: BTreeSet<&str> = agents.iter().filter(whole).map(|a| a[0].number.as_str()).collect();
    assert!(whole.len() > 40, "{}", whole.len());
    let short = |f: &&releve::ground::Finding| f.code == "C05" && f.employee.as_ref().is_some_and(|e| whole.contains(e.as_str()));
    let short: Vec<String> = outcome.findings.iter().filter(short).map(|f| f.employee.clone().expect("one").to_string()).collect();
    assert!(short.is_empty(), "lines and net are of one agent: {short:?}");
}

/// A program took UTF-8 for windows-1252 and wrote it as UTF-8 once more: « PrÃ©nom ».
#[test]
fn letters_written_twice_are_read_as_they_were() {
    let line = |r: Row| {
        let all = [r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer];
        all.join(";")
    };
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let once = text(head, rows().into_iter().map(line));
    let twice = encoding_rs::WINDOWS_1252.decode_without_bom_handling(once.as_bytes()).0.into_owned();
    assert!(twice.contains("PrÃ©nom"));
    let outcome = same_pay("twice", &[("livre.csv", twice)], &[]);
    assert_eq!(told(&outcome, "R69"), 1);
}

/// The head of a page falls between two lines of an agent, whose own row stands on the page before, the first one above all titles.
#[test]
fn heads_of_pages_come_between_the_lines_of_an_agent() {
    let head = |page: usize| {
        let titles = "Rub.;Libellé;Base;Taux;Gain;Retenue;Taux pat.;Part pat.";
        [format!("MAIRIE DE MONTREVAL;;;;Page {page}"), "LIVRE DE PAYE;NOVEMBRE 2021".to_owned(), titles.to_owned()]
    };
    let mut lines = vec!["Service;Administration générale".to_owned()];
    let mut written = 0;
    for agent in by_agent(&rows()) {
        lines.push(format!("Agent : {} {};;;;Grade : Rédacteur", agent[0].number, agent[0].name()));
        for r in agent {
            if written % 45 == 0 {
                lines.extend(head(written / 45 + 1));
            }
            written += 1;
            lines.push(
                [&r.code, &r.label, &r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer].map(String::as_str).join(";"),
            );
        }
        lines.push(String::new());
    }
    let outcome = same_pay("band-pages", &[("livre.csv", lines.join("\n") + "\n")], &[]);
    assert_eq!(told(&outcome, "M05"), 0, "the head of a page is no rubric");
    assert_eq!(told(&outcome, "IMP-05"), 1, "nor an amount: one is the number of the sample's list that nobody has");
}

/// A strike is an unpaid absence, and initials are initials without their dots.
#[test]
fn rubrics_are_known_by_the_words_of_other_programs() {
    let words = |r: &Row| match r.code.as_str() {
        "0150" => "N B I".to_owned(),
        "0012" => "Grève trait.".to_owned(),
        "0212" => "Grève ind. res.".to_owned(),
        "0412" => "Grève IFSE".to_owned(),
        "0432" => "Grève TPP".to_owned(),
        _ => r.label.clone(),
    };
    let line = |r: Row| {
        let label = words(&r);
        let all = [r.number, r.surname, r.given, r.code, label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer];
        all.join(";")
    };
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let outcome = same_pay("words", &[("livre.csv", text(head, rows().into_iter().map(line)))], &[]);
    assert_eq!((told(&outcome, "M05"), told(&outcome, "M72")), (0, 0));
}

/// Counts of agents are nobody's numbers, though some employee has each.
#[test]
fn a_sheet_of_sums_by_rubric_names_nobody() {
    let line = |r: Row| {
        let all = [r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer];
        all.join(";")
    };
    let head = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
    let sums = "Récapitulatif novembre 2021;;;\nRubrique;Libellé;Nb agents;Total\n\
        0010;TRAITEMENT BRUT;102;2\n0210;IND. RESIDENCE;207;1\n0400;I.F.S.E.;225;3\n1010;CNRACL AGENT;441;2\n";
    let files = [("livre.csv", text(head, rows().into_iter().map(line))), ("recapitulatif.csv", sums.to_owned())];
    assert_eq!(told(&same_pay("sums", &files, &[]), "M95"), 0);
}

// What no title says the numbers do: a base times a rate is an amount, and one column is filled on every line.
#[test]
fn titles_that_say_little_are_read_by_what_their_numbers_make() {
    let rows = rows();
    let line = |r: &Row| {
        let who = format!("{};{};{};{};{}", r.number, r.surname, r.given, r.code, r.label);
        format!("{who};{};{};{};{};{}", r.base, r.rate, r.signed(), r.employer_rate, r.employer)
    };
    for (i, pair) in [
        "Taux S;Mnt S;Taux P;Mnt P",
        "Taux Agt;Part Agt;Taux Empl;Part Empl",
        "Taux ouvrier;Part ouvrière;Taux patron;Part patronale",
        "Taux;Cot. sal.;Taux pat.;Cot. pat.",
        "Coefficient;Résultat;Coef. 2;Résultat 2",
    ]
    .iter()
    .enumerate()
    {
        let head = format!("Matricule;Nom;Prénom;Code rubrique;Détail;Valeur;{pair}");
        let outcome = same_pay(&format!("numbers-{i}"), &[("journal.csv", text(&head, rows.iter().map(line)))], &[]);
        assert_eq!(told(&outcome, "M01"), 0, "{pair}");
    }
    let head = "Matricule;Nom;Prénom;Rubrique;Libellé;Base;Taux;Salarié;Taux pat.;Employeur";
    same_pay("numbers-known", &[("journal.csv", text(head, rows.iter().map(line)))], &[]);
    let sides = |r: &Row| {
        let who = format!("{};{};{};{};{}", r.number, r.surname, r.given, r.code, r.label);
        format!("{who};{};{};{};{};{};{}", r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer)
    };
    let head = "N° salarié;Nom;Prénom;Code;Nom rubrique;Valeur;Taux;Avoir;Doit;Taux employeur;Charges";
    same_pay("numbers-sides", &[("journal.csv", text(head, rows.iter().map(sides)))], &[]);
}

// A row TOTAL below each agent's lines, ceilings and hours among them, and the number of a rubric before its label in one cell.
#[test]
fn sums_and_information_between_the_lines_are_no_pay() {
    let mut lines = Vec::new();
    for agent in by_agent(&rows()) {
        let who = format!("{};{} {}", agent[0].number, agent[0].surname, agent[0].given);
        for r in agent.iter().filter(|r| !r.is_total()) {
            lines.push(format!("{who};G{} {};{};{};{};{};{}", r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer));
        }
        lines.push(format!("{who};G800 PLAFOND SS;;;3428,00;;"));
        lines.push(format!("{who};G801 HEURES PAYEES;;;151,67;;"));
        lines.push(format!("{who};G802 CUMUL IMPOSABLE;;;19284,33;;"));
        let money = |t: &String| t.replace([' ', '\u{a0}', '\u{202f}'], "").replace(',', "").parse::<i64>().unwrap_or(0);
        let sum = |of: fn(&Row) -> &String| -> String {
            let cents: i64 = agent.iter().filter(|r| !r.is_total()).map(|r| money(of(r))).sum();
            format!("{},{:02}", cents / 100, cents % 100)
        };
        lines.push(format!("{who};TOTAL;;;{};{};{}", sum(|r| &r.gain), sum(|r| &r.deduction), sum(|r| &r.employer)));
    }
    let head = "AGENT;NOM;RUBRIQUE;BASE;TX SAL;GAIN;RETENUE;CHARGE";
    same_pay("sums-between", &[("JOURNAL.csv", text(head, lines.into_iter()))], &[]);
}

// One column of amounts, none with a sign, no sum and no transfer: the rule of each element says which way its amount goes.
#[test]
fn amounts_without_a_sign_take_that_of_the_rule() {
    let rows = rows();
    let line = |r: &Row| {
        let amount = if r.gain.is_empty() { &r.deduction } else { &r.gain };
        let who = format!("{};{};{};{};{}", r.number, r.surname, r.given, r.code, r.label);
        format!("{who};{};{};{};{};{}", r.base, r.rate, amount.trim_start_matches('-'), r.employer_rate, r.employer)
    };
    let head = "Matricule;Nom;Prénom;Code;Libellé;Base;Taux;Montant salarial;Taux patronal;Part patronale";
    let register = text(head, rows.iter().filter(|r| !r.is_total()).map(line));
    let folder = job("no-signs", &[("journal.csv", register)]);
    std::fs::remove_file(folder.join("inbox/virements-2021-11.xml")).expect("the transfers of last month");
    same_pay_in(&folder, "no-signs", &[]);
}
