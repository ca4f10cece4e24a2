//! What people record in `decisions.csv`, in the sample town: it is used, told with its author, and blocks when nothing uses it.
//!
//! Where no arithmetic is shown, nets are those of `samples/montreval/expected`, which the sample's README says how they were made.

use releve::ground::{Finding, Severity};
use releve::pipeline::{self, Options};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const SAMPLE: &str = "samples/montreval";
const TITLES: &str = "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\n";

type Row = BTreeMap<String, String>;

struct Ran {
    folder: PathBuf,
    findings: Vec<Finding>,
    held: Vec<String>,
    code: u8,
}

impl Ran {
    fn rows(&self, file: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.folder.join("out").join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        reader.deserialize::<Row>().map(|r| r.expect("a row")).collect()
    }
    fn of(&self, file: &str, agent: &str) -> Vec<Row> {
        self.rows(file).into_iter().filter(|r| r["employee"] == agent).collect()
    }
    fn slip(&self, agent: &str) -> Option<Row> {
        self.of("payslips.csv", agent).pop()
    }
    fn transfer(&self, agent: &str) -> Option<Row> {
        self.of("transfers.csv", agent).pop()
    }
    /// Findings of a code about an agent; of the run with an empty number.
    fn told(&self, code: &str, agent: &str) -> Vec<&Finding> {
        let of = |f: &&Finding| f.code == code && f.employee.as_ref().map_or("", |e| e.as_str()) == agent;
        self.findings.iter().filter(of).collect()
    }
    fn grave(&self, code: &str, agent: &str) -> Vec<Severity> {
        self.told(code, agent).iter().map(|f| f.severity).collect()
    }
    /// Line by line, the causes add up to the difference between what was paid and what is paid.
    fn causes_add_up(&self, agent: &str, before: i64, after: i64) {
        let cents = |t: &str| t.replace('.', "").parse::<i64>().expect("an amount");
        let kinds: BTreeMap<String, String> = self.rows("lines.csv").into_iter().map(|r| (r["code"].clone(), r["kind"].clone())).collect();
        let own = |r: &&Row| !r["code"].ends_with("/E") && kinds.get(&r["code"]).map(String::as_str) != Some("employer");
        let sum: i64 = self.of("diff.csv", agent).iter().filter(own).map(|r| cents(&r["change"])).sum();
        assert_eq!(sum, after - before, "{agent}: {:?}", self.of("diff.csv", agent));
    }
    fn causes(&self, agent: &str) -> Vec<String> {
        let mut all: Vec<String> = self.of("diff.csv", agent).iter().map(|r| r["cause"].clone()).collect();
        all.sort();
        all.dedup();
        all
    }
}

fn expected(agent: &str) -> String {
    let mut reader = csv::Reader::from_path(Path::new(SAMPLE).join("expected/payslips.csv")).expect("the sample");
    reader
        .deserialize::<Row>()
        .map(|r| r.expect("a row"))
        .find(|r| r["employee"] == agent)
        .map(|r| r["net_paid"].clone())
        .expect("an agent")
}

/// The sample with these lines in `decisions.csv`, and these replacements in `releve.toml`.
fn run_with(name: &str, decisions: Option<&str>, settings: &[(&str, &str)]) -> Ran {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("decisions-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    let mut text = std::fs::read_to_string(Path::new(SAMPLE).join("releve.toml")).expect("the settings");
    for (from, to) in settings {
        assert!(text.contains(from));
        text = text.replace(from, to);
    }
    std::fs::write(folder.join("releve.toml"), text).expect("the settings");
    for entry in std::fs::read_dir(Path::new(SAMPLE).join("inbox")).expect("the sample") {
        let entry = entry.expect("the sample");
        std::fs::copy(entry.path(), folder.join("inbox").join(entry.file_name())).expect("a copy");
    }
    if let Some(d) = decisions {
        std::fs::write(folder.join("decisions.csv"), d).expect("the decisions");
    }
    let options = Options { folder: folder.clone(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the job runs");
    Ran { folder, code: outcome.exit_code(), held: outcome.held, findings: outcome.findings }
}

fn run(name: &str, rows: &str) -> Ran {
    run_with(name, Some(&format!("{TITLES}{rows}")), &[])
}

fn cents(row: &Row) -> i64 {
    row["net_paid"].replace('.', "").parse().expect("an amount")
}

#[test]
fn a_call_back_pays_the_account_that_was_confirmed() {
    let r = run(
        "call-back",
        "contre-appel;01684;01 99 00 12 34, fiche de 2019;FR76 9990 1004 4427 4065 5625 831;2021-12;;Mme Roche;06/12/2021;rappelée, IBAN lu par l'agent\n",
    );
    assert_eq!(r.transfer("01684").expect("a transfer")["iban"], "FR7699901004442740655625831");
    assert_eq!(r.grave("BNK-03", "01684"), []);
    let told = r.told("D12", "01684");
    assert!(told[0].message(releve::ground::Lang::Fr).contains("Mme Roche, le 06/12/2021"), "{told:?}");
    assert!(told[0].places.iter().any(|p| p.to_string() == "decisions.csv:2"), "{told:?}");
    // Nobody called the other one: the account last paid stays in use, and the request is still asked about.
    assert_eq!(r.grave("BNK-03", "01316"), [Severity::Justify]);
    assert!(r.held.is_empty());
    // The full account is in no finding.
    assert!(!std::fs::read_to_string(r.folder.join("out/findings.json")).expect("findings").contains("4427 4065"));
    assert!(!std::fs::read_to_string(r.folder.join("out/findings.json")).expect("findings").contains("44274065"));
}

#[test]
fn who_never_asked_for_another_account_is_paid_on_the_old_one() {
    let before = run("no-call", "");
    assert_eq!(before.grave("BNK-04", "00825"), [Severity::Blocking]);
    let transfers = std::fs::read_to_string(Path::new(SAMPLE).join("inbox/virements-2021-11.xml")).expect("the sample");
    let last: Vec<String> =
        transfers.split("<IBAN>").skip(1).filter_map(|t| t.split('<').next()).filter(|i| i.ends_with("1951")).map(str::to_owned).collect();
    assert_eq!(last.len(), 1, "one account ends as the request says");
    let r = run("never-asked", &format!("call-back;825;01 99 00 12 35;{};2021-12;;Mme Roche;06/12/2021;n'a rien demandé\n", last[0]));
    assert_eq!(r.grave("BNK-04", "00825"), []);
    let t = r.transfer("00825").expect("a transfer");
    assert_eq!((t["iban"].as_str(), t["amount"].as_str()), (last[0].as_str(), expected("00825").as_str()));
}

#[test]
fn a_foreign_account_confirmed_by_telephone_is_left_to_the_second_person() {
    let r = run("foreign", "call-back;00825;01 99 00 12 35;LT30 9999 0843 9069 9106;2021-12;;Mme Roche;06/12/2021;confirmé\n");
    assert_eq!(r.grave("BNK-04", "00825"), [Severity::Justify]);
    assert_eq!(r.transfer("00825").expect("a transfer")["iban"], "LT309999084390699106");
}

#[test]
fn an_account_that_no_file_has_is_paid_and_asked_for_in_writing() {
    // The arrival's IBAN fails its key; the account of another sample request stands in for the one read on the telephone.
    let r = run(
        "by-telephone",
        "call-back;01700;01 99 00 12 36;FR61 9990 1004 2174 257U 3134 613;2021-12;;Mme Roche;06/12/2021;RIB illisible\n",
    );
    assert_eq!(r.grave("BNK-01", "01700"), []);
    assert_eq!(r.grave("D14", "01700"), [Severity::Justify]);
    assert_eq!(r.transfer("01700").expect("a transfer")["amount"], expected("01700"));
}

#[test]
fn a_waiver_gives_the_reason_and_shows_who_gave_it() {
    let r = run(
        "waiver",
        "dispense;00299;VAR-02;;2021-12;;Mme Roche;06/12/2021;fin de contrat le 5\ndispense;;VAR-06;;2021-12;;M. Petit;07/12/2021;CIA de décembre\n",
    );
    let f = r.told("VAR-02", "00299")[0];
    assert_eq!(f.severity, Severity::Warning);
    assert!(f.message(releve::ground::Lang::Fr).ends_with("dispensé par Mme Roche le 06/12/2021 : fin de contrat le 5"));
    assert_eq!(r.grave("VAR-06", ""), [Severity::Warning; 3], "net, gross and cost");
    assert_eq!(r.grave("VAR-02", "00539"), [Severity::Justify], "nobody waived this one");
    let json = std::fs::read_to_string(r.folder.join("out/findings.json")).expect("findings");
    assert!(json.contains("\"by\": \"M. Petit\""));
    assert_eq!(r.code, 1);
}

#[test]
fn a_star_waives_a_code_for_every_agent() {
    let r = run("everyone", "waiver;*;VAR-02;;2021-12;;Mme Roche;06/12/2021;CIA de décembre\n");
    assert!(r.findings.iter().filter(|f| f.code == "VAR-02").all(|f| f.severity == Severity::Warning));
}

#[test]
fn a_blocking_finding_is_not_waived() {
    let r = run("blocking", "dispense;00825;BNK-04;;2021-12;;Mme Roche;06/12/2021;pressé\n");
    assert_eq!(r.grave("D11", "00825"), [Severity::Blocking]);
    assert_eq!(r.grave("BNK-04", "00825"), [Severity::Blocking]);
    assert!(r.transfer("00825").is_none());
}

#[test]
fn a_decision_of_no_effect_blocks() {
    // Nothing asks for a reason; nobody has this number; the agent was not paid last month.
    let r = run(
        "idle",
        "dispense;00102;STA-07;;2021-12;;A;06/12/2021;m\ncorrection;09998;indice_majore;380;2021-12;;A;06/12/2021;m\nmode;09999;;hold;2021-12;;A;06/12/2021;m\nmode;01700;;carry-over;2021-12;;A;06/12/2021;m\n",
    );
    assert_eq!(r.grave("GOV-05", "00102"), [Severity::Blocking]);
    assert!(r.transfer("00102").is_none());
    assert_eq!(r.grave("D08", ""), [Severity::Blocking; 2], "one that can be read, one that cannot");
    assert_eq!(r.grave("GOV-05", "01700"), [Severity::Blocking]);
    assert!(r.held.contains(&"D08".to_owned()), "a decision about nobody known holds the file: {:?}", r.held);
}

#[test]
fn every_damage_has_its_cell() {
    let cases = [
        ("D05", "présence;00102;;;2021-12;;A;06/12/2021;m", "decisions.csv:2 (décision)"),
        ("D05", "mode;00102;;à moitié;2021-12;;A;06/12/2021;m", "decisions.csv:2 (valeur)"),
        ("D05", "mode;00102;;hold;décembre;;A;06/12/2021;m", "decisions.csv:2 (mois)"),
        ("D05", "mode;00102;;hold;2021-12;2021-11;A;06/12/2021;m", "decisions.csv:2 (jusqu'à)"),
        ("D05", "mode;00102;;hold;2021-12;;A;31/02/2021;m", "decisions.csv:2 (date)"),
        ("D05", "mode;00102;80;acompte;2021-12;;A;06/12/2021;m", "decisions.csv:2 (objet)"),
        ("D05", "correction;00102;indice_major;380;2021-12;2021-12;A;06/12/2021;m", "decisions.csv:2 (objet)"),
        ("D05", "correction;00102;taux_pas;2,1;2021-12;2021-12;A;06/12/2021;m", "decisions.csv:2 (valeur)"),
        ("D05", "correction;00102;iban;FR76;2021-12;2021-12;A;06/12/2021;m", "decisions.csv:2 (objet)"),
        ("D05", "dispense;00102;QQQ-99;;2021-12;;A;06/12/2021;m", "decisions.csv:2 (objet)"),
        ("D05", "contre-appel;00102;0199;FR7699901004442740655625832;2021-12;;A;06/12/2021;m", "decisions.csv:2 (valeur)"),
        ("D06", "mode;00102;;hold;2021-12;;;06/12/2021;m", "decisions.csv:2 (auteur)"),
        ("D06", "mode;00102;;hold;2021-12;;A;;m", "decisions.csv:2 (date)"),
        ("D06", "mode;00102;;hold;2021-12;;A;06/12/2021;", "decisions.csv:2 (motif)"),
        ("D06", "contre-appel;00102;;FR7699901004442740655625831;2021-12;;A;06/12/2021;m", "decisions.csv:2 (objet)"),
        ("GOV-02", "correction;00102;indice_majore;380;2021-12;;A;06/12/2021;m", "decisions.csv:2 (jusqu'à)"),
        ("GOV-02", "correction;00102;indice_majore;380;2021-12;2021-12;A;06/12/2021;", "decisions.csv:2 (motif)"),
        ("D04", "mode;00102;;hold;2021-12;;A;06/12/2021;absent;injoignable", "decisions.csv:2"),
        ("D07", "mode;00102;;hold;2020-12;;A;06/12/2021;m", "decisions.csv:2"),
        ("D07", "mode;00102;;hold;2022-01;;A;06/12/2021;m", "decisions.csv:2"),
    ];
    // Each row about somebody else, whose pay is untouched otherwise.
    let paid: Vec<String> = run_with("undamaged", None, &[]).rows("transfers.csv").into_iter().map(|r| r["employee"].clone()).collect();
    let agents: Vec<&String> = paid.iter().take(cases.len()).collect();
    let rows: String = cases.iter().zip(&agents).map(|(c, a)| c.1.replacen("00102", a, 1) + "\n").collect();
    let r = run("damage", &rows);
    for (n, ((code, row, place), agent)) in cases.iter().zip(&agents).enumerate() {
        let told = r.told(code, agent);
        assert_eq!(told.len(), 1, "{code} {row}");
        assert_eq!(told[0].severity, Severity::Blocking);
        let place = place.replacen(":2", &format!(":{}", n + 2), 1);
        assert!(told[0].places.iter().any(|p| p.to_string() == place), "{row}: {:?}", told[0].places);
        assert!(r.transfer(agent).is_none(), "{row}");
    }
    assert_eq!(r.rows("transfers.csv").len(), paid.len() - agents.len(), "the others are paid");
    let all = std::fs::read_to_string(r.folder.join("out/findings.json")).expect("findings");
    assert!(!all.contains("99901004442740655625832"), "an account is not repeated");
}

#[test]
fn a_damaged_file_holds_the_run() {
    let columns = "décision;agent;objet;valeur;mois;jusqu'à;auteur;date\nmode;00102;;hold;2021-12;;A;06/12/2021\n";
    let r = run_with("no-reason", Some(columns), &[]);
    assert_eq!(r.grave("D01", ""), [Severity::Blocking]);
    assert!(r.held.contains(&"D01".to_owned()) && r.transfer("00102").is_none());
    let r = run_with("unknown-column", Some("décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif;accord\n"), &[]);
    assert_eq!(r.grave("D03", ""), [Severity::Blocking]);
    let r = run_with("encrypted", Some(&"\u{1}\u{2}\u{3}\u{fffd}\u{0}".repeat(400)), &[]);
    assert_eq!(r.code, 1);
    assert!(!r.held.is_empty(), "{:?}", r.findings);
    let r = run_with("empty", Some(""), &[]);
    assert_eq!(r.grave("R01", ""), [Severity::Blocking]);
}

#[test]
fn an_earlier_months_decision_ends_and_stands_beside_the_same_finding() {
    let r = run(
        "earlier",
        "dispense;00102;VAR-02;;2021-11;;Mme Roche;08/11/2021;rappel de novembre\nmode;00176;;hold;2021-11;;A;08/11/2021;m\n",
    );
    let f = r.told("VAR-02", "00102")[0];
    assert_eq!(f.severity, Severity::Justify);
    assert!(f.message(releve::ground::Lang::Fr).contains("déjà dispensé pour 2021-11 par Mme Roche"));
    assert_eq!(r.grave("D15", "00176"), [Severity::Information]);
    assert!(r.transfer("00176").is_some());
}

#[test]
fn two_decisions_that_differ_are_both_refused() {
    let r = run("differ", "mode;102;;hold;2021-12;;A;06/12/2021;m\nmode;00102;;recompute;2021-12;;B;07/12/2021;m\n");
    assert_eq!(r.grave("D10", "00102"), [Severity::Blocking]);
    assert_eq!(r.told("D10", "00102")[0].places.len(), 2);
    assert!(r.transfer("00102").is_none());
}

#[test]
fn an_override_moves_pay_under_its_own_cause() {
    // 00102 : indice 355 → 360, points at 56,2323 €/an : (360 − 355) × 56,2323 / 12 = 23,43 ; 360 × 56,2323 / 12 = 1 686,97.
    let r = run("override", "correction;00102;Indice majoré;360;2021-12;2021-12;Mme Roche;06/12/2021;arrêté du 2/12 reçu par courriel\n");
    let line = r.of("lines.csv", "00102").into_iter().find(|l| l["code"] == "TIB").expect("the line");
    assert_eq!(line["amount"], "1686.97");
    let moved: Vec<Row> = r.of("diff.csv", "00102").into_iter().filter(|d| d["code"] == "TIB").collect();
    assert_eq!(moved.iter().map(|d| (d["cause"].as_str(), d["change"].as_str())).collect::<Vec<_>>(), [("saisie_manuelle", "23.43")]);
    r.causes_add_up("00102", 158_506, cents(&r.slip("00102").expect("a payslip")));
    assert!(r.findings.iter().all(|f| f.code != "VAR-01"));
    assert_eq!(r.grave("D12", "00102"), [Severity::Warning]);
}

#[test]
fn a_number_nobody_knows_is_joined_by_decision() {
    // 01764 of the list of CIA is nobody's; the 250,00 beside it are paid to whom the decision names, who had none.
    let r = run("join", "rapprochement;00176;01764;;2021-12;;Mme Roche;06/12/2021;ancien matricule\n");
    assert!(r.findings.iter().all(|f| f.code != "IMP-05"), "{:?}", r.told("IMP-05", ""));
    let cia = r.of("lines.csv", "00176").into_iter().find(|l| l["code"] == "CIA").expect("the bonus");
    assert_eq!(cia["amount"], "250.00");
    assert_eq!(r.grave("D12", "00176"), [Severity::Warning]);
}

#[test]
fn still_in_post_and_gone_are_two_decisions() {
    let here = run("present", "présent;00156;;;2021-12;;Mme Roche;06/12/2021;vu au service\n");
    assert_eq!(here.grave("POP-03", "00156"), []);
    assert_eq!(here.transfer("00156").expect("a transfer")["amount"], expected("00156"));
    let gone = run("gone", "départ;00156;;30/11/2021;2021-12;;Mme Roche;06/12/2021;muté\n");
    assert_eq!(gone.grave("POP-03", "00156"), []);
    assert!(gone.slip("00156").is_none());
    assert_eq!(gone.causes("00156"), ["sortie"]);
}

#[test]
fn an_arrival_that_no_list_names_is_paid_from_its_first_day() {
    let r = run("arrival", "arrivée;00995;arrêté 2021-317;13/12/2021;2021-12;;Mme Roche;06/12/2021;nommé\n");
    assert_eq!(r.grave("POP-02", "00995"), []);
    let slip = r.slip("00995").expect("a payslip");
    assert_eq!(slip["mode"], "computed");
    assert_eq!(r.causes("00995"), ["entree"]);
    // From the 13th to the 30th: 18 thirtieths of the index pay. Index and pay of the whole month stand in the staff file's row.
    let line = r.of("lines.csv", "00995").into_iter().find(|l| l["code"] == "TIB").expect("the line");
    let index: rust_decimal::Decimal = line["base"].parse().expect("an index");
    let month = "56.2323".parse::<rust_decimal::Decimal>().expect("the point") * index / rust_decimal::Decimal::from(12);
    let due = (month * rust_decimal::Decimal::from(18) / rust_decimal::Decimal::from(30)).round_dp(2);
    let paid: rust_decimal::Decimal = line["amount"].parse().expect("a sum");
    assert!((due - paid).abs() <= "0.01".parse().expect("a cent"), "{due} {paid}");
}

#[test]
fn the_manifest_holds_the_hash_of_the_decisions() {
    let r = run("manifest", "mode;00102;;hold;2021-12;;A;06/12/2021;m\n");
    let text = std::fs::read_to_string(r.folder.join("out/manifest.json")).expect("the manifest");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(manifest["job"]["decisions.csv"].as_str().map(str::len), Some(64));
    let without = run_with("manifest-without", None, &[]);
    let text = std::fs::read_to_string(without.folder.join("out/manifest.json")).expect("the manifest");
    assert!(!text.contains("decisions.csv"));
    assert!(without.findings.iter().all(|f| !f.code.starts_with('D')));
}

#[test]
fn carried_over_repeats_what_lasts_and_computes_the_rest_again() {
    // 00179, November: overtime of 134,20, its relief 6,71 and its CSG 12,79 belong to November alone.
    // RAFP: 16,12 + 31,40 + 97,93 − 13,92 = 131,53, at 5 % 6,58. CSG on 98,25 % of 1 743,52 = 1 713,01, as in November.
    // Net: 1 743,52 − 178,93 − 6,58 − 116,48 − 41,11 − 8,57 + 26,20 − 85,50 = 1 332,55.
    let r = run("carry", "mode;00179;;reconduction;2021-12;;Mme Roche;06/12/2021;heures de décembre inconnues\n");
    let slip = r.slip("00179").expect("a payslip");
    assert_eq!((slip["mode"].as_str(), slip["net_paid"].as_str(), slip["gross"].as_str()), ("carried", "1332.55", "1743.52"));
    let lines = r.of("lines.csv", "00179");
    let line = |code: &str| lines.iter().find(|l| l["code"] == code).map(|l| (l["amount"].as_str(), l["status"].as_str()));
    assert_eq!(line("TIB"), Some(("1611.99", "carried")));
    assert_eq!(line("RAFP"), Some(("-6.58", "estimated")));
    assert_eq!([line("HS_J14"), line("HS_RED"), line("CSG_HS")], [None; 3]);
    // November: 1 743,52 + 134,20 − 178,93 + 6,71 − 13,29 − 116,48 − 41,11 − 8,57 − 12,79 + 26,20 − 85,50 = 1 453,96.
    r.causes_add_up("00179", 145_396, 133_255);
    assert_eq!(r.causes("00179"), ["ponctuel_termine"]);
    assert!(r.findings.iter().all(|f| f.code != "VAR-01"));
    assert_eq!(r.transfer("00179").expect("a transfer")["amount"], "1332.55");
    let estimates = r.of("estimates.csv", "00179");
    assert_eq!(estimates.len(), lines.len(), "every line is an estimate");
    assert!(estimates.iter().all(|e| e["reason"] == "Mme Roche, 06/12/2021 : heures de décembre inconnues"));
}

#[test]
fn what_a_carried_agent_was_given_this_month_blocks() {
    // 00232 has 300,00 of CIA in this month's list; November's net was 1 836,16 and has nothing of one month only.
    let r = run("carry-unused", "mode;00232;;reconduction;2021-12;;A;06/12/2021;m\n");
    assert_eq!(r.slip("00232").expect("a payslip")["net_paid"], "1836.16");
    assert_eq!(r.grave("GOV-05", "00232"), [Severity::Blocking]);
    assert!(r.transfer("00232").is_none());
}

#[test]
fn the_law_of_the_month_stands_on_what_is_carried_over() {
    // July 2022: the point is 58,2004 € a year. 00176 at index 364: 364 × 58,2004 / 12 = 1 765,41; residence 1 % = 17,65.
    let r = run_with(
        "carry-law",
        None,
        &[
            ("month = \"2021-12\"\npay_date = 2021-12-22", "month = \"2022-07\"\nlast_month = \"2021-11\"\npay_date = 2022-07-22"),
            ("[employer]", "[policies]\nmode = \"carry\"\n\n[employer]"),
        ],
    );
    let line = |code: &str| r.of("lines.csv", "00176").into_iter().find(|l| l["code"] == code).map(|l| l["amount"].clone());
    assert_eq!(line("TIB").as_deref(), Some("1765.41"));
    assert_eq!(line("IR").as_deref(), Some("17.65"));
    assert_eq!(r.slip("00176").expect("a payslip")["mode"], "carried");
    let moved: Vec<Row> = r.of("diff.csv", "00176").into_iter().filter(|d| d["code"] == "TIB").collect();
    assert_eq!(moved.iter().map(|d| (d["cause"].as_str(), d["change"].as_str())).collect::<Vec<_>>(), [("point_indice", "59.70")]);
    r.causes_add_up("00176", 134_875, cents(&r.slip("00176").expect("a payslip")));
}

#[test]
fn an_advance_is_a_share_of_the_last_net_and_nothing_else() {
    // November's net of 00176 is 1 348,75: 80 % are 1 079,00.
    let r = run("advance", "mode;00176;;acompte;2021-12;;A;06/12/2021;m\nmode;00484;90 %;advance;2021-12;;A;06/12/2021;m\n");
    let slip = r.slip("00176").expect("a payslip");
    assert_eq!((slip["mode"].as_str(), slip["net_paid"].as_str(), slip["gross"].as_str()), ("advance", "1079.00", "0.00"));
    let lines = r.of("lines.csv", "00176");
    assert_eq!(lines.iter().map(|l| (l["code"].as_str(), l["status"].as_str())).collect::<Vec<_>>(), [("ACOMPTE", "estimated")]);
    assert_eq!(r.transfer("00176").expect("a transfer")["amount"], "1079.00");
    r.causes_add_up("00176", 134_875, 107_900);
    assert_eq!(r.causes("00176"), ["estimation"]);
    assert!(r.findings.iter().all(|f| f.code != "VAR-01"));
    assert_eq!(r.of("estimates.csv", "00176")[0]["policy"], "acompte de 80 % du dernier net (1\u{202f}348,75)");
    // 00484 was paid 1 352,70: 90 % are 1 217,43.
    assert_eq!(r.slip("00484").expect("a payslip")["net_paid"], "1217.43");
}

#[test]
fn a_held_agent_has_a_payslip_and_no_transfer() {
    let r = run("hold", "mode;00176;;hold;2021-12;;Mme Roche;06/12/2021;injoignable\n");
    assert_eq!(r.slip("00176").expect("a payslip")["net_paid"], expected("00176"));
    assert_eq!(r.grave("D13", "00176"), [Severity::Blocking]);
    assert!(r.transfer("00176").is_none());
    assert!(r.held.is_empty() && r.transfer("00179").is_some());
}

#[test]
fn whom_the_rules_do_not_reproduce_is_paid_as_the_policy_says_unless_somebody_decides() {
    // In residence zone 1 the rules give 3 % where 1 % was paid: no titulaire of November comes out.
    let settings = [
        ("zone_residence = \"2\"", "zone_residence = \"1\""),
        ("[employer]", "[policies]\nunproven = \"advance\"\nadvance_share = \"0.50\"\n\n[employer]"),
    ];
    let r = run_with("unproven", Some(&format!("{TITLES}mode;00179;;recompute;2021-12;;A;06/12/2021;m\n")), &settings);
    // 50 % of 1 348,75 = 674,375.
    assert_eq!(r.slip("00176").expect("a payslip")["net_paid"], "674.38");
    assert_eq!(r.slip("00179").expect("a payslip")["mode"], "computed");
}

/// The program on a folder: exit code, what is said, what is told.
fn said(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_releve")).args(args).arg(folder).output().expect("the program runs");
    (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned(), String::from_utf8_lossy(&out.stderr).into_owned())
}

#[test]
fn the_command_writes_a_row_that_the_run_reads() {
    let r = run_with("command", None, &[]);
    let folder = r.folder.to_str().expect("a path");
    let decide = |rest: &[&str]| {
        let args =
            [&["decide", folder][..], rest, &["--by", "Mme Roche", "--on", "2021-12-06", "--reason", "vu ; \"bien\" noté"][..]].concat();
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_releve")).args(args).output().expect("the program runs");
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    assert_eq!(decide(&["mode", "--agent", "00176", "--value", "hold"]).0, Some(0));
    assert_eq!(decide(&["waiver", "--agent", "00299", "--about", "VAR-02"]).0, Some(0));
    // A warning waits for nobody's word.
    let (code, told) = decide(&["waiver", "--about", "VAR-07"]);
    assert!(code == Some(2) && told.contains("M346"), "{told}");
    // What cannot be read back is not written.
    let kept = std::fs::read_to_string(r.folder.join("decisions.csv")).expect("the decisions");
    let (code, told) = decide(&["override", "--agent", "00102", "--about", "indice_majore", "--value", "beaucoup"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("GOV-02"), "an override without its end: {told}");
    let (code, told) = decide(&["mode", "--agent", "00102", "--value", "demain"]);
    assert!(code == Some(2) && told.contains("recalcul, règles, reconduction, acompte, suspendre"), "{told}");
    let (code, told) = decide(&["mode", "--agent", "00123", "--value", "hold"]);
    assert!(code == Some(2) && told.contains("[D08]") && told.contains("[D17]") && !told.contains("decisions.csv:"), "{told}");
    assert_eq!(std::fs::read_to_string(r.folder.join("decisions.csv")).expect("the decisions"), kept);
    assert!(kept.starts_with("\u{feff}décision;agent;"));
    let (code, _, told) = said(&r.folder, &["run", "--no-payslips"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("[D13] 00176") && told.contains("dispensé par Mme Roche le 06/12/2021 : vu ; \"bien\" noté"), "{told}");
    // What was waived has other figures since: it is asked again, until it is waived as it is now.
    let list = r.folder.join("inbox/cia-decembre.csv");
    let cia = std::fs::read(&list).expect("the list");
    let row = b"00299;LECOQ;Sabrina;400,00;2021-699\n";
    std::fs::write(&list, [&cia[..], row].concat()).expect("the list");
    let (_, _, told) = said(&r.folder, &["run", "--no-payslips"]);
    assert!(told.contains("[M360]") && !told.contains("dispensé par") && !told.contains("GOV-05"), "{told}");
    // The number as a person may write it.
    assert_eq!(decide(&["waiver", "--agent", "299", "--about", "VAR-02"]).0, Some(0));
    let written = std::fs::read_to_string(r.folder.join("decisions.csv")).expect("the decisions");
    let row = written.lines().rfind(|l| l.contains(";299;")).expect("the row");
    assert_eq!(row.split(';').nth(3).map(str::len), Some(6), "the mark of what it waives: {row}");
    let (_, _, told) = said(&r.folder, &["run", "--no-payslips"]);
    assert!(!told.contains("[M360]") && told.contains("dispensé par") && !told.contains("GOV-05"), "{told}");
}

#[test]
fn the_page_on_decisions_shows_what_runs() {
    let page = std::fs::read_to_string("docs/deciding.md").expect("the page");
    let table = page.split("```csv\n").nth(1).and_then(|t| t.split("```").next()).expect("the example");
    let r = run_with("page", Some(table), &[]);
    let wrong = r.findings.iter().filter(|f| f.severity == Severity::Blocking && (f.code.starts_with('D') || f.code.starts_with("GOV")));
    let wrong: Vec<&Finding> = wrong.filter(|f| f.code != "D13").collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    // Every row is told: all but the one that holds as applied, and none twice.
    let rows = table.lines().count() - 1;
    assert_eq!(r.findings.iter().filter(|f| f.code == "D12").count(), rows);
}

#[test]
fn somebody_excluded_has_no_payslip_is_named_and_asked_for_again() {
    let r = run("exclusion", "exclusion;00232;;;2021-12;;Mme Roche;06/12/2021;contrat contesté\n");
    assert!(r.slip("00232").is_none() && r.transfer("00232").is_none());
    assert_eq!(r.grave("D18", "00232"), [Severity::Justify]);
    assert!(r.told("POP-02", "00232").is_empty(), "the reason is the decision's");
    assert!(r.held.is_empty(), "{:?}", r.held);
    // Still in post: the record of the month keeps the facts, and says that nothing was paid.
    assert_eq!(r.of("people.csv", "00232")[0]["standing"], "not-paid");
    // Out of the pay and paid in some way are two things.
    let two = run(
        "exclusion-mode",
        "exclusion;00232;;;2021-12;;Mme Roche;06/12/2021;contrat contesté\nmode;00232;;reconduction;2021-12;;M. Petit;06/12/2021;à payer\n",
    );
    assert_eq!(two.grave("D10", "00232"), [Severity::Blocking]);
}

/// The program with these arguments: exit code, and what it tells.
fn program(args: &[&str]) -> (Option<i32>, String) {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_releve")).args(args).output().expect("the program runs");
    (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr))
}

// 00156 was paid in November and stands in no file of December; 00233 of the arrivals has the identity number of 01840.
#[test]
fn what_a_run_proposes_is_confirmed_in_one_go() {
    let r = run_with("proposals", None, &[]);
    let list = r.folder.join("out/proposals.csv");
    let text = std::fs::read_to_string(&list).expect("the proposals");
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], format!("accord;{};confiance;constat;précision", TITLES.trim_end()));
    assert!(lines.iter().any(|l| l.starts_with(";rapprochement;00233;01840;;2021-12;") && l.contains(";;95 %;POP-06;")), "{text}");
    let present = lines.iter().find(|l| l.starts_with(";présent;00156;")).expect("still in post");
    let (folder, name) = (r.folder.to_str().expect("a path"), r.folder.join("accord.csv"));
    let name = name.to_str().expect("a path");
    let confirm = |rows: &[String]| {
        std::fs::write(name, format!("{}\n{}\n", lines[0], rows.join("\n"))).expect("a list");
        program(&["decide", folder, "--from", name, "--by", "Mme Roche", "--on", "2021-12-06", "--reason", "vu au service"])
    };
    // Without a yes nothing is recorded.
    let (code, told) = confirm(&lines[1..].iter().map(|l| (*l).to_owned()).collect::<Vec<_>>());
    assert!(code == Some(2) && told.contains("[D19]") && !r.folder.join("decisions.csv").exists(), "{told}");
    let rest: Vec<String> = lines[1..].iter().filter(|l| *l != present).map(|l| (*l).to_owned()).collect();
    let agreed = [rest, vec![format!("oui{present}")]].concat();
    assert_eq!(confirm(&agreed).0, Some(0));
    let kept = std::fs::read_to_string(r.folder.join("decisions.csv")).expect("the decisions");
    assert_eq!(kept.lines().nth(1), Some("présent;00156;;;2021-12;;Mme Roche;06/12/2021;vu au service"));
    // A spreadsheet that saves the list writes months in its own way; without a reason nothing is recorded.
    let excel = "oui;présent;00156;;;déc-21;;;;;50 %;POP-03;BRUNEL Guilhem".to_owned();
    assert!(confirm(std::slice::from_ref(&excel)).1.contains("[D19]"), "decided already");
    std::fs::write(name, format!("{}\n{}\n", lines[0], excel.replace("00156", "00176"))).expect("a list");
    let (code, told) = program(&["decide", folder, "--from", name, "--by", "Mme Roche", "--on", "2021-12-06"]);
    assert!(
        code == Some(2) && told.contains("sans « motif »") && told.contains("accord.csv:2") && !told.contains("decisions.csv:"),
        "{told}"
    );
    // A second time nothing is left to record, and one row that cannot stand keeps all out.
    assert!(confirm(&agreed).1.contains("[D19]"));
    let wrong = "oui;présent;99999;;;2021-12;;;;?;50 %;POP-03".to_owned();
    let right = "oui;suspendre;00176;;;2021-12;;;;?;50 %;".replace("suspendre;00176;;", "mode;00176;;suspendre");
    let (code, told) = confirm(&[right, wrong]);
    assert!(code == Some(2) && told.contains("[D08]"), "{told}");
    assert_eq!(std::fs::read_to_string(r.folder.join("decisions.csv")).expect("the decisions"), kept);
    let (_, told) = program(&["run", folder, "--no-payslips"]);
    assert!(!told.contains("[POP-03] 00156"), "{told}");
}

// « PAQET » is one letter off PAQUET Maud (00414), the only one of her surname; two people are called ARNOUX (00102, 01045).
#[test]
fn a_name_that_is_not_certain_is_proposed_and_joined_by_one_yes() {
    let r = run_with("by-name", None, &[]);
    let folder = r.folder.to_str().expect("a path");
    let list = "Nom;Prénom;Prime exceptionnelle\nPAQET;Maud;80,00\nPAQUET;M.;50,00\nARNOUX;;60,00\n";
    std::fs::write(r.folder.join("inbox/prime.csv"), list).expect("a list");
    let again = || {
        let told = program(&["run", folder, "--no-payslips"]).1;
        let lines = r.rows("lines.csv");
        let of = |agent: &str| lines.iter().find(|l| l["employee"] == agent && l["code"] == "PRIME_EXC").map(|l| l["amount"].clone());
        (told, ["00102", "00414", "01045"].map(of))
    };
    let (told, paid) = again();
    assert_eq!(paid, [None, None, None], "nothing is joined before somebody has said so");
    assert!(["00102", "00414", "01045"].iter().all(|a| told.contains(&format!("[M98] agent {a}"))), "{told}");
    let text = std::fs::read_to_string(r.folder.join("out/proposals.csv")).expect("the proposals");
    let rows: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let row =
        |agent: &str, name: &str| *rows.iter().find(|l| l.starts_with(&format!(";rapprochement;{agent};{name};"))).expect("a proposal");
    assert!(row("00414", "PAQET Maud").contains(";80 %;M98;PAQET Maud → PAQUET Maud : même nom à une lettre près"), "{text}");
    assert!(row("00102", "ARNOUX").contains(";30 %;M98;") && row("01045", "ARNOUX").contains(";30 %;M98;"), "{text}");
    let confirm = |rows: &[&str]| {
        let file = r.folder.join("accord.csv");
        let agreed: Vec<String> = rows.iter().map(|l| format!("oui{l}")).collect();
        std::fs::write(&file, format!("{}\n{}\n", text.lines().next().expect("titles"), agreed.join("\n"))).expect("a list");
        program(&["decide", folder, "--from", file.to_str().expect("a path"), "--by", "A", "--on", "2021-12-06", "--reason", "vu"])
    };
    assert_eq!(confirm(&[row("00414", "PAQET Maud"), row("00414", "PAQUET M."), row("00102", "ARNOUX")]).0, Some(0));
    let (told, paid) = again();
    assert_eq!(paid, [Some("60.00".to_owned()), Some("130.00".to_owned()), None]);
    assert!(!told.contains("[M98]") && !told.contains("[M15]") && told.contains("« ARNOUX » dans les listes est l'agent 00102"), "{told}");
    // One name is not two people: neither is meant then.
    assert_eq!(confirm(&[row("01045", "ARNOUX")]).0, Some(0));
    let (told, paid) = again();
    assert_eq!(paid, [None, Some("130.00".to_owned()), None]);
    assert!(told.contains("[D10]"), "{told}");
}

// Five amounts of 250.00 that people wrote, and more than 200.00 each.
#[test]
fn the_same_amount_corrected_for_five_people_is_told() {
    let rows = |agents: &[&str]| -> String {
        let row = |a: &&str| format!("correction;{a};ifse_temps_plein;250,00;2021-12;2021-12;Mme Roche;06/12/2021;délibération\n");
        agents.iter().map(row).collect()
    };
    let told = |r: &Ran| r.findings.iter().filter(|f| f.code == "AMT-10").count();
    assert_eq!(told(&run("four-alike", &rows(&["00102", "00531", "00556", "00575"]))), 0);
    assert_eq!(told(&run("five-alike", &rows(&["00102", "00531", "00556", "00575", "00715"]))), 1);
}
