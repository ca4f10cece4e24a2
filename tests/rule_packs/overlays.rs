//! An employer's own layer over the pack: what it does is listed, its cases come out, and a job computes with it.

use releve::compute::cases;
use releve::ground::Lang;
use releve::pipeline::{self, Options};
use releve::rules::overlay::{Thing, What};
use releve::rules::stack::{self, Library, Loaded};
use std::path::Path;

const REGLES: &str = "samples/deliberation/regles";

fn stacked() -> Loaded {
    stack::load(REGLES, &[], &Library::default()).expect("the overlay is readable")
}

#[test]
fn the_overlay_of_the_sample_compiles_over_its_pack() {
    let loaded = stacked();
    let text: Vec<String> = loaded.findings.iter().map(|f| format!("{} {:?}", f.message(Lang::En), f.places)).collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
    let ids: Vec<&str> = loaded.pack.layers.iter().map(|l| l.id.as_str()).collect();
    assert_eq!(ids, ["fr-fpt", "deliberation"]);
    assert_eq!(loaded.pack.id, "fr-fpt", "the pack keeps its name under an overlay");
}

#[test]
fn its_cases_come_out_to_the_cent() {
    let results = cases::run_all(&stacked().pack);
    let wrong: Vec<String> = results.iter().flat_map(|r| r.findings.iter().map(|f| f.message(Lang::En))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(results.len(), 7, "only the cases of the overlay are run");
}

#[test]
fn what_it_does_is_listed_by_name() {
    let loaded = stacked();
    let did: Vec<(What, Thing, &str, &str)> = loaded.pack.layers[1]
        .changes
        .iter()
        .filter(|c| c.thing != Thing::Case)
        .map(|c| (c.what, c.thing, c.id.as_str(), c.detail.as_str()))
        .collect();
    let applies = "statut in (titulaire, stagiaire) or (known(date_entree) and days(date_entree, month_start) > 183 j)";
    assert_eq!(
        did,
        [
            (What::Adds, Thing::Element, "prime_fin_annee", "1984-01-27"),
            (What::Adds, Thing::Fact, "groupe_fonctions", ""),
            (What::Adds, Thing::Parameter, "ifse_groupe_1", "2021-07-01 : 520"),
            (What::Adds, Thing::Parameter, "ifse_groupe_2", "2021-07-01 : 250"),
            (What::Adds, Thing::Parameter, "ifse_groupe_3", "2021-07-01 : 120"),
            (What::Adds, Thing::Parameter, "prime_fin_annee_montant", "1984-01-27 : 600"),
            (What::Adds, Thing::Value, "ifse_du_groupe", "2021-07-01"),
            (What::Restricts, Thing::Element, "ifse", applies),
            (What::Replaces, Thing::Element, "conge_ifse", "2021-07-01, applies = 'trentiemes_primes_perdus > 0 and ifse != 0'"),
            (
                What::Replaces,
                Thing::Element,
                "ifse",
                "2021-07-01, applies = '(ifse_temps_plein != 0 or known(groupe_fonctions)) and trentiemes_presence > 0'",
            ),
            (What::Replaces, Thing::Setting, "primes_maladie", "suivent → maintenues"),
            (What::Replaces, Thing::Setting, "taux_vm", "0 → 0.012"),
            (What::Replaces, Thing::Control, "VAR-02", "amount 150 → 100"),
        ]
    );
}

#[test]
fn without_the_overlay_nothing_of_it_is_left() {
    let alone = stack::load("fr-fpt", &[], &Library::default()).expect("the pack is embedded");
    assert!(alone.sound);
    assert_eq!(alone.pack.element("prime_fin_annee"), None);
    let rate = alone.pack.settings.iter().find(|s| s.id == "taux_vm").expect("the setting");
    assert_eq!(rate.default, "0");
}

#[test]
fn a_value_nobody_checked_again_is_told_for_a_day() {
    let pack = stacked().pack;
    let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a day");
    // Checked on 2021-11-30, 180 days allowed by the pack: 2022-05-29 is the last day without a word.
    let local = |on: &str| pack.stale(day(on)).into_iter().filter(|f| f.args.iter().any(|a| a.1 == "ifse_groupe_1")).collect::<Vec<_>>();
    assert!(local("2022-05-29").is_empty());
    let told = local("2022-05-30");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].severity, releve::ground::Severity::Information);
    assert!(told[0].message(Lang::En).contains("2021-11-30 (181 days)"), "{}", told[0].message(Lang::En));
    assert!(told[0].places[0].to_string().starts_with("regles/groupes.toml:22"), "{}", told[0].places[0]);
}

fn written(folder: &Path, files: &[(&str, &str)]) {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("a file");
    }
}

/// A value that nobody checked, one that somebody checked, and who gets them.
const UNCHECKED: [(&str, &str); 3] = [
    ("pack.toml", "[pack]\nid = \"prime\"\nname = \"Prime\"\nversion = \"1\"\nextends = \"fr-fpt\"\n"),
    (
        "montants.toml",
        "[[parameter]]\nid = \"montant_a\"\nlabel = \"A\"\nkind = \"money\"\ncause = \"prime_montant\"\n\n\
         [[parameter.value]]\nfrom = 2020-01-01\nvalue = \"10.00\"\nsource = \"Délibération\"\n\n\
         [[parameter]]\nid = \"montant_b\"\nlabel = \"B\"\nkind = \"money\"\ncause = \"prime_montant\"\n\n\
         [[parameter.value]]\nfrom = 2020-01-01\nvalue = \"10.00\"\nsource = \"Délibération\"\nchecked = 2021-01-15\n",
    ),
    (
        "prime.toml",
        "id = \"prime_locale\"\ncode = \"PLOC\"\nlabel = \"Prime locale\"\nkind = \"earning\"\nsection = \"primes\"\napplies = 'no'\n\n\
         [[version]]\nfrom = 2020-01-01\nsource = \"Délibération\"\namount = 'montant_a + montant_b'\nround = \"cent\"\n",
    ),
];

#[test]
fn a_value_nobody_ever_checked_is_told_first() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unchecked");
    written(&folder, &UNCHECKED);
    let loaded = stack::load(&folder.to_string_lossy(), &[], &Library::default()).expect("the overlay is readable");
    assert!(loaded.findings.is_empty(), "{:?}", loaded.findings);
    let stale = loaded.pack.stale("2021-12-22".parse().expect("a day"));
    // Nothing of the pack is due: it was checked in 2026. 2021-01-15 to 2021-12-22 is 341 days, beyond 180.
    let told: Vec<String> = stale.iter().map(|f| format!("{} {}", f.code, f.message(Lang::En))).collect();
    assert_eq!(
        told,
        ["L67 value of “montant_a” that nobody has checked", "L58 value of “montant_b” not checked again since 2021-01-15 (341 days)"]
    );
    assert_eq!(stale[0].help(Lang::En).as_deref(), Some("read the text and write: checked = 2021-12-22"));
    assert!(stale.iter().all(|f| f.severity == releve::ground::Severity::Information));
}

#[test]
fn a_run_tells_once_how_many_values_wait_to_be_checked() {
    let options = job("overlay-unchecked", "[\"prime\"]");
    written(&options.folder.join("prime"), &UNCHECKED);
    let outcome = pipeline::run(&options).expect("the job runs");
    let told: Vec<&releve::ground::Finding> = outcome.findings.iter().filter(|f| f.code == "L65").collect();
    assert_eq!(told.len(), 1);
    let said = told[0].message(Lang::En);
    assert!(said.starts_with("2 values of law in force are to be checked again, 1 of them never checked"), "{said}");
    assert!(said.contains("montant_a"), "the one that waits longest is named: {said}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for entry in std::fs::read_dir(from).expect("the sample") {
        let entry = entry.expect("the sample");
        let target = to.join(entry.file_name());
        if !entry.path().is_dir() {
            std::fs::copy(entry.path(), target).expect("a copy");
        } else if entry.file_name() != "out" && entry.file_name() != "expected" {
            copy(&entry.path(), &target);
        }
    }
}

fn job(name: &str, overlays: &str) -> Options {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    copy(Path::new("samples/montreval"), &folder);
    copy(Path::new(REGLES), &folder.join("regles"));
    let toml = std::fs::read_to_string(folder.join("releve.toml")).expect("the job");
    let toml = toml.replace("pack = \"fr-fpt\"\n", &format!("pack = \"fr-fpt\"\noverlays = {overlays}\n"));
    std::fs::write(folder.join("releve.toml"), toml).expect("the job");
    Options { folder, rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} }
}

#[test]
fn a_job_pays_with_its_overlay() {
    let options = job("overlay-job", "[\"regles\"]");
    let outcome = pipeline::run(&options).expect("the job runs");
    assert!(outcome.ran);
    let mut lines = csv::Reader::from_path(options.folder.join("out/lines.csv")).expect("lines");
    let paid: Vec<(String, String)> =
        lines.records().map(|r| r.expect("a row")).filter(|r| &r[2] == "PFA").map(|r| (r[0].to_owned(), r[7].to_owned())).collect();
    // 00927 works 90 %, paid 32/35: 600.00 x 32/35 = 548.571… ; 01740 is a full-time stagiaire.
    let of = |agent: &str| paid.iter().find(|p| p.0 == agent).map(|p| p.1.as_str());
    assert_eq!(of("00927"), Some("548.57"));
    assert_eq!(of("01740"), Some("600.00"));
    // 00747 is under contract.
    assert_eq!(of("00747"), None);
    let manifest = std::fs::read_to_string(options.folder.join("out/manifest.json")).expect("the manifest");
    assert!(manifest.contains("regles/fin-d-annee.toml"), "the overlay's files are hashed with the rules");
}

// Nobody's net moves by 100 000 euros, nor to ten times what it was.
#[test]
fn an_overlay_moves_the_limits_of_a_control_and_those_it_does_not_name_stay() {
    let limits = |pack: &releve::rules::Pack| pack.controls.iter().find(|c| c.id == "VAR-02").expect("the control").threshold.clone();
    let (alone, over) = (stack::load("fr-fpt", &[], &Library::default()).expect("the pack is embedded").pack, stacked().pack);
    let (before, after) = (limits(&alone), limits(&over));
    let moved: Vec<&String> = before.keys().filter(|k| before[*k] != after[*k]).collect();
    assert_eq!((moved, after["amount"].to_string()), (vec![&"amount".to_owned()], "100".to_owned()));
    let told = |limit: &str| {
        let options = job(&format!("overlay-limit-{limit}"), "[\"seuils\"]");
        std::fs::create_dir_all(options.folder.join("seuils")).expect("an overlay");
        let text = format!(
            "[pack]\nid = \"seuils\"\nname = \"Seuils\"\nversion = \"1\"\nextends = \"fr-fpt\"\n\n[[replace]]\ncontrol = \"VAR-02\"\n\
             threshold = {{ amount = \"{limit}\", share = \"10\", strong_amount = \"{limit}\", strong_share = \"10\" }}\nsource = \"Note\"\n"
        );
        std::fs::write(options.folder.join("seuils/pack.toml"), text).expect("an overlay");
        let outcome = pipeline::run(&options).expect("the job runs");
        assert!(outcome.ran);
        outcome.findings.iter().filter(|f| f.code == "VAR-02").count()
    };
    assert_eq!(told("100000"), 0);
    assert!(told("1") > 10, "a change of one euro is looked at");
}

#[test]
fn an_overlay_nobody_finds_stops_the_run() {
    let outcome = pipeline::run(&job("overlay-missing", "[\"reglement\"]")).expect("the job is read");
    assert!(!outcome.ran);
    assert!(outcome.findings.iter().any(|f| f.code == "J01" && f.message(Lang::En).contains("reglement")));
}

/// 00156 has no status in Montreval's files and is carried over; the sum is that of the sample's own expected payslips.
#[test]
fn a_comparison_of_rules_counts_those_who_are_carried_over() {
    let options = job("diff-carried", "[]");
    let told = pipeline::compare(&options, ["fr-fpt", "fr-fpt"], true).expect("both packs compute");
    let value: serde_json::Value = serde_json::from_str(&told.text).expect("JSON");
    let mut expected = csv::Reader::from_path("samples/montreval/expected/payslips.csv").expect("the sample");
    let cents: i64 = expected.records().map(|r| r.expect("a row")[4].replace('.', "").parse::<i64>().expect("an amount")).sum();
    assert_eq!(value["totals"]["gross"]["before"], format!("{}.{:02}", cents / 100, cents % 100));
    assert_eq!(value["totals"]["gross"]["after"], value["totals"]["gross"]["before"]);
    assert_eq!(told.code, 0);
}

#[test]
fn explain_suggests_the_agent_and_the_line_that_were_meant() {
    let options = job("explain-near", "[]");
    let help = |agent: &str, line: Option<&str>| {
        let told = pipeline::explain(&options, agent, line).expect("the job is read");
        assert_eq!(told.code, 2);
        told.findings[0].help(Lang::En).unwrap_or_default()
    };
    assert_eq!(help("briand", None), "did you mean 00927 BRIAND Kévin?");
    assert!(help("00927", Some("IFES")).starts_with("did you mean IFSE?"));
    assert!(help("00927", Some("xyz")).contains("TIB ("), "its lines are listed");
}

/// A table as a French spreadsheet program saves it: `;`, days and decimals in French.
#[test]
fn a_table_saved_by_a_french_spreadsheet_is_read() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("semicolons");
    let table = "[[table]]\nid = \"bareme_local\"\nfile = \"bareme.csv\"\nfrom = \"depuis\"\nkey = \"count\"\nlower = \"groupe\"\nvalue = \"montant\"\n\
                 kind = \"money\"\ncause = \"prime_montant\"\nsource = \"Délibération\"\n";
    let read = |csv: &str| {
        written(&folder, &[UNCHECKED[0], ("bareme.toml", table), ("bareme.csv", csv)]);
        let loaded = stack::load(&folder.to_string_lossy(), &[], &Library::default()).expect("the overlay is readable");
        assert!(loaded.sound, "{:?}", loaded.findings);
        let table = loaded.pack.tables.iter().find(|t| t.id == "bareme_local").expect("the table");
        table.rows.iter().map(|r| format!("{} {} {}", r.from, r.lower, r.value)).collect::<Vec<_>>()
    };
    let due = ["2026-01-01 1 1200.5", "2026-01-01 2 900"];
    assert_eq!(read("# groupes\ndepuis,groupe,montant\n2026-01-01,1,1200.50\n2026-01-01,2,900\n"), due);
    assert_eq!(read("depuis;groupe;montant\n01/01/2026;1;1 200,50\n01/01/2026;2;900\n"), due);
    assert_eq!(read("depuis\tgroupe\tmontant\n2026-01-01\t1\t1200,50\n2026-01-01\t2\t900\n"), due);
}

fn told(name: &Path) -> Vec<releve::ground::Finding> {
    stack::load(&name.to_string_lossy(), &[], &Library::default()).expect("the folder is readable").findings
}

#[test]
fn what_an_overlay_extends_is_told_where_it_says_so_and_once() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("misspelt");
    let head = |extends: &str| format!("[pack]\nid = \"prime\"\nname = \"Prime\"\nversion = \"1\"\nextends = \"{extends}\"\n");
    // Near a name: judged over the pack that was meant.
    written(&folder, &[("pack.toml", &head("fr-ftp")), UNCHECKED[1], UNCHECKED[2]]);
    let found = told(&folder);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].code.as_str(), found[0].help(Lang::Fr).as_deref()), ("L64", Some("écrire : extends = \"fr-fpt\"")));
    assert_eq!(found[0].places[0].to_string(), "misspelt/pack.toml:5:11");
    // Near none: the names below are not missed one by one.
    written(&folder, &[("pack.toml", &head("paie")), UNCHECKED[1], UNCHECKED[2]]);
    let found = told(&folder);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message(Lang::Fr), "« extends » nomme « paie », et aucun paquet ne s'appelle ainsi");
    assert_eq!(found[0].places[0].to_string(), "misspelt/pack.toml:5:11");
}

#[test]
fn a_folder_without_a_head_is_told_as_such() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("headless");
    written(&folder, &[UNCHECKED[1]]);
    let found = told(&folder);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message(Lang::Fr).ends_with("n'a pas de pack.toml : ce n'est pas un paquet"), "{}", found[0].message(Lang::Fr));
    let found = told(Path::new("fr-ftp"));
    assert_eq!(found[0].help(Lang::Fr).as_deref(), Some("vouliez-vous dire « fr-fpt » ?"));
}

#[test]
fn a_check_dated_after_the_day_asked_about_is_told() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checked-ahead");
    let ahead = UNCHECKED[1].1.replace("checked = 2021-01-15", "checked = 2099-01-15");
    written(&folder, &[UNCHECKED[0], ("montants.toml", &ahead), UNCHECKED[2]]);
    let loaded = stack::load(&folder.to_string_lossy(), &[], &Library::default()).expect("the overlay is readable");
    let found = loaded.pack.checked_ahead("2026-12-01".parse().expect("a day"));
    let said: Vec<String> = found.iter().map(|f| f.message(Lang::En)).collect();
    assert_eq!(said, ["“montant_b” would have been checked on 2099-01-15, after 2026-12-01"]);
}
