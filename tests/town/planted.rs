//! Controls that files can trip, each planted in the sample town with the files that people have, and found under its number.
//!
//! What is planted stands beside what must be said of it. The town without it says nothing of the kind: each control is silent once.

#[path = "../made/mod.rs"]
mod made;

use made::ran::{self, Ran};
use made::{Row, staff};
use releve::ground::{Lang, Severity};
use releve::rules::{pack, source};
use std::collections::{BTreeMap, BTreeSet};

const REGISTER: &str = "livre-de-paie-2021-11.csv";
const SAMPLE: &str = "samples/montreval";

/// The sample town, its staff file as CSV, before somebody errs.
struct Town {
    staff: BTreeMap<String, Row>,
    register: String,
    settings: String,
    lists: Vec<(&'static str, String)>,
}

impl Town {
    fn new() -> Self {
        let read = |file: &str| std::fs::read(format!("{SAMPLE}/{file}")).expect("the sample");
        let register = encoding_rs::WINDOWS_1252.decode(&read(&format!("inbox/{REGISTER}"))).0.into_owned();
        let settings = String::from_utf8(read("releve.toml")).expect("text");
        Self { staff: staff(), register, settings, lists: Vec::new() }
    }
    /// Writes into a cell of the staff file; a title it does not have becomes a column.
    fn cell(&mut self, agent: &str, title: &str, value: &str) {
        self.staff.get_mut(agent).expect("somebody of the sample").insert(title.to_owned(), value.to_owned());
    }
    fn column(&mut self, title: &str, value: &dyn Fn(&Row) -> String) {
        for row in self.staff.values_mut() {
            let own = value(row);
            row.insert(title.to_owned(), own);
        }
    }
    fn list(&mut self, name: &'static str, text: &str) {
        self.lists.push((name, text.to_owned()));
    }
    /// A gain more on a payslip of the register, up to its net.
    fn gain(&mut self, agent: &str, code: &str, label: &str, cents: i64) {
        let mut out: Vec<String> = Vec::new();
        for line in self.register.lines() {
            let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
            if cells[0] == agent && cells[3] == "9000" {
                let who = cells[..3].join(";");
                out.push(format!("{who};{code};{label};;;{};;;", french(cents)));
            }
            if cells[0] == agent && ["9200", "9300"].contains(&cells[3].as_str()) {
                let digits: String = cells[7].chars().filter(char::is_ascii_digit).collect();
                cells[7] = french(digits.parse::<i64>().expect("a net") + cents);
            }
            out.push(cells.join(";"));
        }
        self.register = out.join("\r\n");
    }
    fn run(&self, name: &str) -> Ran {
        let titles: BTreeSet<&String> = self.staff.values().flat_map(|r| r.keys()).filter(|t| !t.is_empty()).collect();
        let mut agents = titles.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(";");
        for row in self.staff.values() {
            let cells: Vec<&str> = titles.iter().map(|t| row.get(*t).map_or("", String::as_str)).collect();
            agents = format!("{agents}\n{}", cells.join(";"));
        }
        let register = encoding_rs::WINDOWS_1252.encode(&self.register).0.into_owned();
        let mut with: Vec<(&str, &[u8])> = vec![("agents.csv", agents.as_bytes()), (REGISTER, &register)];
        with.extend(self.lists.iter().map(|(n, text)| (*n, text.as_bytes())));
        let inbox = std::fs::read_dir(format!("{SAMPLE}/inbox")).expect("the sample").map(|e| e.expect("the sample"));
        let kept = inbox.filter(|e| !["agents.xlsx", REGISTER].contains(&e.file_name().to_string_lossy().as_ref()));
        let kept: Vec<(String, Vec<u8>)> =
            kept.map(|e| (e.file_name().to_string_lossy().into_owned(), std::fs::read(e.path()).expect("a copy"))).collect();
        with.extend(kept.iter().map(|(n, b)| (n.as_str(), b.as_slice())));
        ran::run_in(ran::job("planted", name, &self.settings, &with), Some(Lang::Fr))
    }
}

/// Whole euros without blanks, a decimal comma.
fn french(cents: i64) -> String {
    format!("{},{:02}", cents / 100, cents % 100)
}

/// What must be said: control, agent (empty: the run), severity.
type Said = (&'static str, &'static str, Severity);

/// Each is said of the town with what was planted, and not of the one without.
fn said(with: &Ran, without: &Ran, all: &[Said]) {
    for (control, agent, severity) in all {
        assert!(!without.grave(control, agent).contains(severity), "{control} {agent}: said without a reason");
        assert!(with.grave(control, agent).contains(severity), "{control} {agent}: not said; {:?}", about(with, agent));
    }
}

fn about(ran: &Ran, agent: &str) -> Vec<String> {
    let of = ran.outcome.findings.iter().filter(|f| f.employee.as_ref().map_or("", |e| e.as_str()) == agent);
    of.map(|f| format!("{} {}", f.code, f.message(Lang::Fr))).collect()
}

const ACCOUNTS: [Said; 4] = [
    ("BNK-06", "00531", Severity::Blocking),
    ("BNK-07", "00179", Severity::Warning),
    // 01740's creditor is missing in the list; so are those of 00179 and 01078, whose sums stand in the staff file.
    ("BNK-08", "01740", Severity::Justify),
    ("BNK-08", "00179", Severity::Justify),
];

/// Accounts of suppliers, holders, creditors.
fn accounts(t: &mut Town) {
    let supplier = t.staff["00531"]["IBAN"].clone();
    t.list("fournisseurs.csv", &format!("Fournisseur;IBAN\nGARAGE MARTIN;{supplier}\n"));
    t.column("Titulaire du compte", &|r| format!("{} {}", r["Nom"], r["Prénom"]));
    t.cell("00179", "Titulaire du compte", "SARL GARAGE DU CENTRE");
    t.list(
        "saisies-decembre.csv",
        "matricule;nom;montant de la saisie;créancier\n01740;LAVAL;50,00;\n01266;PASQUIER;40,00;Trésorerie de Montreval\n",
    );
}

const STATUTE: [Said; 10] = [
    // Overtime of somebody of the payroll office.
    ("GOV-04", "00541", Severity::Justify),
    ("STA-02", "01477", Severity::Justify),
    ("STA-03", "00632", Severity::Justify),
    ("STA-07", "00541", Severity::Justify),
    ("STA-08", "01268", Severity::Justify),
    ("STA-10", "00823", Severity::Justify),
    ("STA-11", "01587", Severity::Justify),
    ("STA-12", "01840", Severity::Justify),
    ("STA-17", "01563", Severity::Warning),
    // On a post of 24 hours a week, four more are not beyond 35.
    ("STA-33", "01268", Severity::Justify),
];

fn statute(t: &mut Town) {
    t.cell("01477", "I.M.", "300");
    t.cell("00632", "Pts NBI", "15");
    t.cell("00541", "Service", "D.R.H. - Paie");
    t.list("heures-2.csv", "matricule;nom;HS jour\n00541;LEFRANC;30\n01268;VALADIER;4\n");
    t.column("Plafond IFSE", &|_| "2000".to_owned());
    t.cell("00823", "Plafond IFSE", "200");
    t.column("Caisse retraite", &|_| String::new());
    t.cell("01587", "Caisse retraite", "CNRACL");
    t.list("vacations-decembre.csv", "matricule;nom;heures de vacation\n01840;GRANDIN;6\n");
    t.column("Horaire mensuel", &|_| String::new());
    t.cell("01333", "Horaire mensuel", "151,67");
    t.cell("01563", "Horaire mensuel", "182");
}

const AMOUNTS: [Said; 9] = [
    ("AMT-01", "00690", Severity::Blocking),
    ("AMT-02", "00176", Severity::Justify),
    ("AMT-03", "00531", Severity::Justify),
    ("AMT-05", "00638", Severity::Justify),
    ("AMT-06", "01847", Severity::Justify),
    ("AMT-09", "", Severity::Justify),
    ("STA-09", "00179", Severity::Justify),
    ("POP-04", "00823", Severity::Blocking),
    ("ID-01", "01292", Severity::Warning),
];

fn amounts(t: &mut Town) {
    t.cell("00690", "Reprise avance", "5000");
    t.list("absences-2.csv", "matricule;nom;motif;du;au\n00176;CAMARA;Absence non rémunérée;01/12/2021;31/12/2021\n");
    t.cell("00531", "IFSE (temps plein)", "-100");
    t.list("primes-2.csv", "matricule;nom;CIA\n00638;LARUE;20000,00\n");
    t.cell("01847", "Mutuelle", "700");
    t.gain("01332", "4711", "REMBOURSEMENT ZED", 3333);
    t.gain("00179", "0447", "I.A.T.", 2500);
    t.cell("00823", "Fin contrat", "31/10/2021");
    t.cell("01292", "N° Sécu", "1 99 13 99 999 999 00");
}

const RUN: [Said; 4] = [
    ("IMP-03", "00225", Severity::Justify),
    ("VAR-08", "", Severity::Warning),
    ("PMT-05", "", Severity::Blocking),
    ("PMT-06", "", Severity::Blocking),
];

fn run(t: &mut Town) {
    // The register of the same month of last year, without the bonus that December brings this time.
    let year_ago = t.register.replace("NOVEMBRE 2021", "DÉCEMBRE 2020").replace("24/11/2021", "20/12/2020");
    t.list("livre-de-paie-2020-12.csv", &year_ago);
    // Nine tenths of a euro more than the lines make.
    let shown: Vec<String> =
        t.register.lines().map(|l| if l.starts_with("00225;") { l.replace("859,07", "859,97") } else { l.to_owned() }).collect();
    t.register = shown.join("\r\n");
    // Christmas, and no account to pay from.
    t.settings = t.settings.replace("pay_date = 2021-12-22", "pay_date = 2021-12-25").replace("[debtor]\niban", "[debtor]\n# iban");
}

const CELLS: [Said; 4] = [
    ("IMP-10", "00541", Severity::Blocking),
    ("IMP-11", "01333", Severity::Blocking),
    ("IMP-12", "01840", Severity::Blocking),
    ("AMT-11", "01740", Severity::Blocking),
];

/// A digit too many, and a debt that nobody could pay.
fn cells(t: &mut Town) {
    t.cell("00541", "I.M.", "3720");
    t.cell("01333", "Enfants", "25");
    t.cell("01840", "Pts NBI", "500");
    t.list("pensions-decembre.csv", "matricule;nom;pension alimentaire\n01740;LAVAL;5000,00\n");
}

/// Controls that tests of their own make speak: the file, and what stands there for the control.
const ELSEWHERE: [(&str, &str, &str); 40] = [
    ("ACC-01", "tests/town/controls.rs", "ACC-01"),
    ("ACC-02", "tests/town/controls.rs", "ACC-02"),
    ("AMT-04", "tests/town/controls.rs", "slip_arithmetic"),
    ("AMT-07", "tests/town/controls.rs", "AMT-07"),
    ("AMT-10", "tests/town/decisions.rs", "AMT-10"),
    ("BNK-02", "tests/town/held.rs", "BNK-02"),
    ("GOV-01", "tests/months/estimates.rs", "GOV-01"),
    ("GOV-02", "tests/town/decisions.rs", "GOV-02"),
    ("GOV-05", "tests/town/decisions.rs", "GOV-05"),
    ("IMP-01", "tests/months/law_of_months.rs", "IMP-01"),
    ("IMP-08", "tests/town/controls.rs", "IMP-08"),
    ("IMP-09", "tests/town/controls.rs", "IMP-09"),
    ("PMT-01", "src/check/run.rs", "transfer_total"),
    ("PMT-02", "tests/town/controls.rs", "PMT-02"),
    ("PMT-03", "tests/town/controls.rs", "PMT-03"),
    ("POP-01", "src/check/run.rs", "headcount_bridge"),
    ("REC-03", "tests/months/in_a_row.rs", "REC-03"),
    ("SLIP-01", "tests/town/controls.rs", "SLIP-01"),
    ("SLIP-03", "src/check/printed.rs", "forbidden_mention"),
    ("SLIP-04", "src/check/printed.rs", "provisional_mark"),
    ("STA-16", "tests/months/law_of_months.rs", "STA-16"),
    ("STA-22", "tests/months/law_of_months.rs", "STA-22"),
    ("STA-25", "tests/months/law_of_months.rs", "STA-25"),
    ("STA-26", "tests/town/first_use.rs", "STA-26"),
    ("STA-27", "tests/months/law_of_months.rs", "STA-27"),
    ("STA-28", "tests/months/within_a_month.rs", "STA-28"),
    ("STA-29", "tests/months/within_a_month.rs", "STA-29"),
    ("STA-30", "tests/months/within_a_month.rs", "STA-30"),
    ("STA-31", "tests/months/within_a_month.rs", "STA-31"),
    ("STA-32", "tests/sources/posts.rs", "STA-32"),
    ("TAX-03", "tests/months/estimates.rs", "TAX-03"),
    ("TAX-04", "tests/town/controls.rs", "net_social_from_lines"),
    ("TAX-06", "tests/town/controls.rs", "TAX-06"),
    ("TAX-07", "tests/months/within_a_month.rs", "TAX-07"),
    ("TAX-08", "tests/months/within_a_month.rs", "TAX-08"),
    ("VAR-01", "tests/town/decisions.rs", "VAR-01"),
    ("VAR-03", "tests/town/controls.rs", "gross_variation"),
    ("VAR-04", "tests/town/controls.rs", "recurring_line_changed"),
    ("VAR-05", "tests/town/controls.rs", "VAR-05"),
    ("VAR-09", "tests/months/in_a_row.rs", "VAR-09"),
];

type Planted = (&'static str, fn(&mut Town), &'static [Said]);

const TOWNS: [Planted; 5] = [
    ("accounts", accounts, &ACCOUNTS),
    ("statute", statute, &STATUTE),
    ("amounts", amounts, &AMOUNTS),
    ("cells", cells, &CELLS),
    ("run", run, &RUN),
];

#[test]
fn what_is_planted_is_found_under_its_control() {
    let without = Town::new().run("without");
    for (name, plant, all) in TOWNS {
        let mut town = Town::new();
        plant(&mut town);
        said(&town.run(name), &without, all);
    }
}

/// A control that nobody has ever seen speak cannot be trusted: each is planted here, found in the sample, lacks its data there and
/// says so, speaks in a worked example of the pack, or has a test of its own.
#[test]
fn every_control_has_been_made_to_speak() {
    let sample = Town::new().run("sample");
    let mut seen: BTreeSet<&str> = TOWNS.iter().flat_map(|t| t.2).map(|s| s.0).collect();
    seen.extend(sample.outcome.findings.iter().map(|f| f.code.as_str()));
    seen.extend(sample.outcome.not_run.iter().map(|n| n.control.as_str()));
    for (control, file, what) in ELSEWHERE {
        let text = std::fs::read_to_string(file).expect("a file of the tests");
        // Beside the measure itself only what its tests say counts.
        let text = text.split_once("#[cfg(test)]").map_or(text.as_str(), |(_, tests)| tests);
        assert!(text.contains(&format!("\"{what}\"")), "{control}: not in {file}");
        seen.insert(control);
    }
    let pack = pack::read(source::embedded("fr-fpt")).0;
    // `every_case_of_the_pack_comes_out_to_the_cent` holds the examples to what they name.
    seen.extend(pack.cases.iter().flat_map(|c| c.controls.iter().flatten()).map(|id| id.text.as_str()));
    let silent: Vec<&str> = pack.controls.iter().map(|c| c.id.as_str()).filter(|id| !seen.contains(id)).collect();
    assert!(silent.is_empty(), "never seen: {silent:?}");
}
