//! December, January, February of the sample town, each started from the one before: what a run wrote is the next month's source.
//!
//! Amounts of January are worked out by hand beside each, on the law of January 2022.

#[path = "../made/mod.rs"]
mod made;

use made::Row;
use made::months::{Ran, copy, empty, next, run, run_with};
use releve::ground::{PayMonth, Severity};
use releve::pipeline;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn december() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        let folder = empty("2021-12");
        copy(Path::new("samples/montreval/inbox"), &folder.join("inbox"));
        std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
        run(folder)
    })
}

fn january() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| run(next("2022-01", "2022-01", "2022-01-25", &december().folder).0))
}

fn february() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| run(next("2022-02", "2022-02", "2022-02-24", &january().folder).0))
}

#[test]
fn a_month_replays_exactly_from_its_own_record() {
    for ran in [january(), february()] {
        let r = &ran.outcome.replay;
        assert_eq!((r.gap, r.rounding, r.carried), (0, 0, 0));
        assert_eq!(ran.outcome.replay_agents.0, ran.outcome.replay_agents.1);
    }
    // Every line that December computed is a line of January's replay, to the cent.
    let key = |r: &Row| (r["employee"].clone(), r["code"].clone());
    let replayed: BTreeMap<_, Row> = january().rows("replay.csv").into_iter().map(|r| (key(&r), r)).collect();
    let computed = december().rows("lines.csv").into_iter().filter(|l| l["status"] == "computed");
    let mut counts = (0, 0);
    for l in computed {
        let r = replayed.get(&key(&l)).unwrap_or_else(|| panic!("{} {} is not replayed", l["employee"], l["code"]));
        counts.0 += usize::from(r["verdict"] == "exact");
        counts.1 += usize::from(r["verdict"] == "one-off");
        assert!(["exact", "one-off"].contains(&r["verdict"].as_str()), "{} {}: {}", l["employee"], l["code"], r["verdict"]);
    }
    assert!(counts.0 > 1700 && counts.1 > 50, "{counts:?}");
}

// A declaration does not name all that was paid, and a month later nobody knows more: whoever was paid in December is in January.
// With the staff file of then, a mutual insurance that the bank's file shows as a difference is withheld once (M400).
#[test]
fn months_after_a_declaration_pay_whom_the_first_one_paid() {
    let folder = empty("declared");
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    std::fs::write(folder.join("inbox/paie.dsn"), made::dsn::latin(&made::dsn::town())).expect("the declaration");
    std::fs::copy("samples/montreval/inbox/virements-2021-11.xml", folder.join("inbox/virements.xml")).expect("the transfers");
    let december = run(folder);
    assert!(december.of("people.csv", "00176")[0]["melted"] == "yes");
    let january = run(next("declared-01", "2022-01", "2022-01-25", &december.folder).0);
    let (before, after) = (december.employees("transfers.csv"), january.employees("transfers.csv"));
    // One seizure is more than what the brackets of 2022 leave to creditors, whatever the source.
    let lost = before.difference(&after).filter(|id| january.grave("AMT-08", id).is_empty());
    assert_eq!(lost.collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(january.told("C01").is_empty() && january.told("C08").is_empty());

    let (folder, _) = next("declared-staff", "2022-01", "2022-01-25", &december.folder);
    std::fs::copy("samples/montreval/inbox/agents.xlsx", folder.join("inbox/agents.xlsx")).expect("the staff file");
    let beside = run(folder);
    assert_eq!(beside.told("M400").len(), 1);
    let both = |code: &str| {
        beside.rows("lines.csv").into_iter().filter(|l| l["code"] == code).map(|l| l["employee"].clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(both("MUTUELLE").intersection(&both("DSN hors")).count(), 0);
}

#[test]
fn the_same_people_are_paid_on_the_same_accounts() {
    let (before, after) = (december(), january());
    let gone: Vec<String> = before.employees("payslips.csv").difference(&after.employees("payslips.csv")).cloned().collect();
    for id in &gone {
        let left = |r: &Row| ["date_sortie", "fin_contrat"].contains(&r["fact"].as_str()) && r["value"].as_str() <= "2021-12-31";
        assert!(before.of("facts.csv", id).iter().any(left), "{id} is left out and did not leave");
    }
    assert_eq!(gone.len(), 4);
    assert!(after.employees("payslips.csv").is_subset(&before.employees("payslips.csv")));
    let paid: BTreeMap<String, String> =
        before.rows("transfers.csv").into_iter().map(|r| (r["employee"].clone(), r["iban"].clone())).collect();
    for t in after.rows("transfers.csv") {
        if let Some(iban) = paid.get(&t["employee"]) {
            assert_eq!(*iban, t["iban"], "{}", t["employee"]);
        }
    }
    // Set aside in December and not paid: November's account stays the reference, and December is named as still due.
    assert_eq!(after.grave("R97", "00825"), [Severity::Justify]);
    assert!(after.of("people.csv", "00825")[0]["iban"].starts_with("FR76"));
    assert_eq!(after.of("people.csv", "00825")[0]["iban"], before.of("people.csv", "00825")[0]["iban"]);
    // Asked for after the attack and confirmed by nobody: still asked, still refused.
    assert_eq!((after.grave("BNK-04", "00825"), after.grave("BNK-03", "01684")), (vec![Severity::Blocking], vec![Severity::Justify]));
    let asked = |ran: &Ran| ["requested", "received_by", "account"].map(|c| ran.of("requests.csv", "01684")[0][c].clone());
    assert_eq!(asked(after), asked(before));
    // Known to no staff file in December, known to none in January.
    assert_eq!(after.grave("POP-03", "00156"), [Severity::Blocking]);
    assert_eq!(after.grave("POP-02", "00995"), [Severity::Blocking]);
}

#[test]
fn facts_go_on_unchanged_with_the_place_they_were_first_read_at() {
    let place = |ran: &Ran| {
        let row = ran.of("facts.csv", "00102").into_iter().find(|r| r["fact"] == "nir").expect("an identity number");
        (row["value"].clone(), row["place"].clone())
    };
    assert_eq!(place(december()).1, "agents.xlsx, « Titulaires-stagiaires », F7 (AGENT / N° Sécu)");
    assert_eq!(place(december()), place(february()));
    let lasting = |ran: &Ran, month: &str| -> BTreeSet<(String, String, String)> {
        let own =
            |r: &Row| r["month"] == month && ["indice_majore", "statut", "quotite", "date_naissance", "ifse"].contains(&r["fact"].as_str());
        ran.rows("facts.csv").into_iter().filter(own).map(|r| (r["employee"].clone(), r["fact"].clone(), r["value"].clone())).collect()
    };
    let stayed = january().employees("payslips.csv");
    let before: BTreeSet<_> = lasting(december(), "2021-12").into_iter().filter(|r| stayed.contains(&r.0)).collect();
    let after: BTreeSet<_> = lasting(january(), "2022-01").into_iter().filter(|r| stayed.contains(&r.0)).collect();
    assert!(before.len() > 250);
    assert_eq!(before, after);
}

// 00232: index 420 × 5 623,23 / 1200 = 1 968,13; residence 1 % = 19,68; 32,03 and 294,04 and −13,92: gross 2 299,96 once the 300,00
// of CIA have ended. Pension 11,1 % of 1 968,13 = 218,46; RAFP 5 % of 19,68 + 32,03 + 294,04 − 13,92 = 331,83: 16,59;
// 98,25 % of 2 299,96 = 2 259,71: 153,66, 54,23 and 11,30. Taxable 2 299,96 − 218,46 − 16,59 − 153,66 = 1 911,25 at 0,5 %: 9,56.
// 2 299,96 − 218,46 − 16,59 − 153,66 − 54,23 − 11,30 − 9,56 = 1 836,16.
//
// 00539: index 640: 2 999,06; residence 29,99; 696,43: gross 3 725,48 once 1 150,00 have ended. Old age 6,9 % of the ceiling 3 428,
// unchanged in 2022: 236,53, and 0,4 % of all: 14,90; IRCANTEC 2,8 % of 3 428: 95,98, 6,95 % of 297,48: 20,67;
// 98,25 % = 3 660,28: 248,90, 87,85 and 18,30. Taxable 3 725,48 − 236,53 − 14,90 − 95,98 − 20,67 − 248,90 = 3 108,50 at 0,6 %: 18,65.
// 3 725,48 − 236,53 − 14,90 − 95,98 − 20,67 − 248,90 − 87,85 − 18,30 − 18,65 = 2 983,70.
//
// 01372, index 334: the least index is 343 from 1 January 2022 (decree 2021-1749): 343 × 5 623,23 / 1200 = 1 607,31; residence 16,07;
// children 73,79: gross 1 697,17. Pension 178,41; RAFP 5 % of 89,86: 4,49; 98,25 % = 1 667,47: 113,39, 40,02 and 8,34.
// Taxable 1 697,17 − 178,41 − 4,49 − 113,39 = 1 400,88 at 1,9 %: 26,62. 1 697,17 − 178,41 − 4,49 − 113,39 − 40,02 − 8,34 − 26,62 = 1 325,90.
#[test]
fn january_is_paid_on_the_law_of_january_without_what_belonged_to_december() {
    let ran = january();
    assert_eq!(["00232", "00539", "01372"].map(|a| ran.slip(a)["net_paid"].clone()), ["1836.16", "2983.70", "1325.90"]);
    assert_eq!((ran.line("00232", "CIA"), ran.line("01372", "TIB")), (None, Some("1607.31".to_owned())));
    assert!(december().rows("lines.csv").iter().any(|l| l["code"] == "CIA"));
    assert!(!ran.rows("lines.csv").iter().any(|l| l["code"] == "CIA" || l["code"] == "HS_J14"));
}

#[test]
fn estimates_persist_until_they_are_settled() {
    let months = |ran: &Ran| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for e in ran.of("estimates.csv", "00156") {
            assert_eq!(e["status"], "open");
            *counts.entry(e["month"].clone()).or_default() += 1;
        }
        counts.into_values().collect::<Vec<_>>()
    };
    // Nineteen lines of November carried over in December; each month adds its own.
    assert_eq!(months(december()), [19]);
    assert_eq!(months(january())[0], 19);
    assert_eq!(months(february()).len(), 3);
    assert_eq!(months(february())[..2], months(january())[..]);
    assert!(december().told("C18").is_empty());
    assert_eq!((january().told("C18").len(), february().told("C18").len()), (1, 1));
}

#[test]
fn the_second_month_carried_over_is_told_and_the_third_asks_why() {
    assert!(december().grave("VAR-09", "00156").is_empty());
    assert_eq!(january().grave("VAR-09", "00156"), [Severity::Warning]);
    assert_eq!(february().grave("VAR-09", "00156"), [Severity::Justify]);
    assert_eq!(february().told("VAR-09").len(), 1, "nobody else was carried over");
    assert_eq!(february().of("people.csv", "00156")[0]["carried"], "3");
    // A line estimated in December is more than two months old in March.
    let march = run(next("2022-03", "2022-03", "2022-03-25", &february().folder).0);
    assert!(february().told("REC-03").is_empty());
    assert_eq!(march.grave("REC-03", "00156").len(), 1, "once, whatever the number of lines");
}

// 2 299,96 a month: 2 299,96 in January, 4 599,92 with February; what was paid in December belongs to 2021 and is not all of it.
#[test]
fn sums_of_the_year_follow_the_payments() {
    let sums = |ran: &Ran| {
        let r = ran.of("people.csv", "00232").remove(0);
        ["year", "since", "whole", "gross"].map(|c| r[c].clone())
    };
    assert_eq!(sums(december()), ["2021", "2021-12", "no", "2599.96"]);
    assert_eq!(sums(january()), ["2022", "2022-01", "yes", "2299.96"]);
    assert_eq!(sums(february()), ["2022", "2022-01", "yes", "4599.92"]);
}

#[test]
fn two_runs_of_january_give_the_same_bytes() {
    let again = run_with(next("2022-01-again", "2022-01", "2022-01-25", &december().folder).0, 1);
    for file in ["payslips.csv", "lines.csv", "facts.csv", "people.csv", "estimates.csv", "transfers.csv", "manifest.json", "findings.json"]
    {
        assert!(january().out(file) == again.out(file), "{file} differs");
    }
}

/// A job of January to which somebody brings December by hand.
fn by_hand(name: &str) -> PathBuf {
    let (folder, _) = next(name, "2022-01", "2022-01-25", &december().folder);
    std::fs::remove_dir_all(folder.join("inbox")).expect("the inbox");
    std::fs::create_dir_all(folder.join("inbox")).expect("the inbox");
    folder
}

#[test]
fn the_whole_out_folder_dropped_in_the_inbox_is_the_same_source() {
    let folder = by_hand("by-hand");
    copy(&december().folder.join("out"), &folder.join("inbox/décembre"));
    let ran = run(folder);
    assert!(january().out("payslips.csv") == ran.out("payslips.csv"));
    assert!(january().out("transfers.csv") == ran.out("transfers.csv"));
    assert!(ran.told("IMP-01").is_empty() && ran.told("R02").is_empty(), "what belongs to the record is not asked about");
}

#[test]
fn a_zip_of_the_out_folder_is_the_same_source() {
    let folder = by_hand("by-zip");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let out = december().folder.join("out");
    for e in std::fs::read_dir(&out).expect("results") {
        let path = e.expect("a result").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        zip.start_file(format!("out/{name}"), zip::write::SimpleFileOptions::default()).expect("memory does not fail");
        zip.write_all(&std::fs::read(&path).expect("a result")).expect("memory does not fail");
    }
    std::fs::write(folder.join("inbox/paie.zip"), zip.finish().expect("memory does not fail").into_inner()).expect("an archive");
    let ran = run(folder);
    assert!(january().out("payslips.csv") == ran.out("payslips.csv"));
    assert!(ran.told("IMP-01").is_empty());
}

/// January from December's record with one file of it changed.
fn damaged(name: &str, file: &str, change: impl Fn(&str) -> Option<String>) -> Ran {
    let (folder, _) = next(name, "2022-01", "2022-01-25", &december().folder);
    let path = folder.join("inbox/paie-2021-12").join(file);
    let text = std::fs::read_to_string(&path).expect("a file of the record");
    match change(&text) {
        Some(changed) => std::fs::write(&path, changed).expect("a changed file"),
        None => std::fs::remove_file(&path).expect("a missing file"),
    }
    run(folder)
}

/// Everybody whom December paid is paid, set aside by name, or gone.
fn nobody_is_left_out(ran: &Ran) {
    let mut known = ran.employees("transfers.csv");
    known.extend(ran.outcome.excluded.iter().cloned());
    known.extend(
        ran.outcome.findings.iter().filter(|f| f.severity == Severity::Blocking).filter_map(|f| Some(f.employee.as_ref()?.to_string())),
    );
    let lost: Vec<String> = january().employees("payslips.csv").difference(&known).cloned().collect();
    assert!(lost.is_empty() || !ran.outcome.held.is_empty(), "left out in silence: {lost:?}");
}

#[test]
fn a_cut_file_of_facts_sets_aside_whom_it_no_longer_holds() {
    let ran = damaged("cut", "facts.csv", |t| {
        Some(t.split_at(t.char_indices().nth(t.chars().count() * 9 / 10).expect("a letter").0).0.to_owned())
    });
    let told = ran.told("R91");
    assert!(told.len() == 1 && told[0].places[0].to_string() == "paie-2021-12/facts.csv", "{told:?}");
    // The last employee has lost every fact.
    let last = january().employees("payslips.csv").last().expect("people").clone();
    assert_eq!(ran.grave("R93", &last), [Severity::Blocking]);
    assert!(ran.told("R93").iter().all(|f| f.places[0].to_string().starts_with("paie-2021-12/people.csv:")));
    assert!(ran.told("R93").len() > 4 && ran.told("R93").len() < 20, "{}", ran.told("R93").len());
    assert!(ran.of("transfers.csv", &last).is_empty());
    assert!(ran.grave("R93", "00232").is_empty() && !ran.of("transfers.csv", "00232").is_empty());
    nobody_is_left_out(&ran);
}

#[test]
fn an_amount_changed_after_the_run_sets_the_employee_aside() {
    let ran = damaged("edited", "lines.csv", |t| {
        let line = t.lines().find(|l| l.starts_with("00232,1,TIB,")).expect("a line").to_owned();
        Some(t.replace(&line, &line.replace("1968.13", "2968.13")))
    });
    assert_eq!(ran.told("R91")[0].places[0].to_string(), "paie-2021-12/lines.csv");
    assert_eq!(ran.grave("R93", "00232"), [Severity::Blocking]);
    assert!(ran.of("transfers.csv", "00232").is_empty());
    assert_eq!(ran.told("R93").len(), 1);
    nobody_is_left_out(&ran);
}

#[test]
fn a_record_without_its_manifest_is_used_and_told() {
    let ran = damaged("no-manifest", "manifest.json", |_| None);
    assert_eq!(ran.told("R92").len(), 1);
    assert!(january().out("payslips.csv") == ran.out("payslips.csv"));
    nobody_is_left_out(&ran);
}

#[test]
fn people_missing_from_the_record_hold_the_run() {
    let cut = |t: &str| Some(t.lines().filter(|l| !l.starts_with("00232,")).map(|l| format!("{l}\n")).collect());
    let ran = damaged("no-payslip", "payslips.csv", cut);
    assert_eq!(ran.told("R95").len(), 1);
    assert_eq!(ran.grave("R93", "00232"), [Severity::Blocking]);
    assert!(ran.outcome.held.contains(&"R95".to_owned()));
    let ran = damaged("no-facts", "facts.csv", |_| None);
    assert_eq!(ran.told("R94").len(), 1);
    assert!(ran.outcome.held.contains(&"R94".to_owned()));
}

#[test]
fn a_new_month_takes_settings_and_decisions_in_force_and_says_what_it_left() {
    let folder = empty("decided");
    copy(Path::new("samples/montreval/inbox"), &folder.join("inbox"));
    let text = std::fs::read_to_string("samples/montreval/releve.toml").expect("the settings");
    std::fs::write(folder.join("releve.toml"), format!("{text}\n[last_settings]\ntaux_cdg = \"0.008\"\n")).expect("the settings");
    let rows = "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\n\
                mode;00179;;reconduction;2021-12;2022-02;Mme Roche;06/12/2021;heures inconnues\n\
                mode;00677;;hold;2021-12;;Mme Roche;06/12/2021;injoignable\n\
                correction;00232;indice_majore;430;2021-12;2021-12;Mme Roche;06/12/2021;arrêté à venir\n";
    std::fs::write(folder.join("decisions.csv"), rows).expect("the decisions");
    let decided = run(folder);
    let (folder, said) = next("decided-next", "2022-01", "2022-01-25", &decided.folder);
    assert!(
        said.contains("never released") && said.contains("1 still in force") && said.contains("2 ended") && said.contains("taux_cdg"),
        "{said}"
    );
    let kept = std::fs::read_to_string(folder.join("decisions.csv")).expect("decisions");
    assert!(kept.contains(";00179;") && !kept.contains(";00677;"));
    let settings = std::fs::read_to_string(folder.join("releve.toml")).expect("settings");
    assert!(
        settings.contains("last_pay_date = 2021-12-22") && settings.contains("taux_at = \"0.016\"") && !settings.contains("last_settings")
    );
    let ran = run(folder);
    // 430 × 5 623,23 / 1200 = 2 014,99 in December, by decision; 420 again in January: 1 968,13. December replays on 430.
    assert_eq!((decided.line("00232", "TIB"), ran.line("00232", "TIB")), (Some("2014.99".to_owned()), Some("1968.13".to_owned())));
    assert_eq!(ran.outcome.replay.gap, 0);
    // Carried over twice by decision.
    assert_eq!(ran.slip("00179")["mode"], "carried");
    assert_eq!(ran.grave("VAR-09", "00179"), [Severity::Warning]);
    // Held in December: not transferred, still due.
    assert_eq!(ran.grave("R97", "00677"), [Severity::Justify]);
    assert!(pipeline::start_from(&empty("backwards"), PayMonth::parse("2021-12").expect("a month"), &decided.folder, None).is_err());
    assert!(
        pipeline::start_from(&empty("never-run"), PayMonth::parse("2022-01").expect("a month"), Path::new("samples/montreval/inbox"), None)
            .is_err()
    );
}

const REGISTER: &str = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";

// December is paid on 5 January: its 2 168,13 gross are the first of 2022, and January's come on top.
// The cap of RAFP over the year (20 % of index pay): December 200,00 under 393,63; January 200,00 more and a one-off 400,00:
// 800,00 since January against 20 % of 3 936,26 = 787,252, less the 200,00 charged: 587,25, of which 5 % are 29,36.
// Month by month it would be 5 % of 393,63.
#[test]
fn december_paid_in_january_counts_for_the_new_year() {
    let folder = empty("late-december");
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    let settings = "format = 1\nmonth = \"2021-12\"\npay_date = 2022-01-05\nlast_pay_date = 2021-11-25\npack = \"fr-fpt\"\n\n[employer]\nname = \"Commune de Rosay\"\n\n[settings]\nplafond_rafp = \"cumul\"\n";
    std::fs::write(folder.join("releve.toml"), settings).expect("the settings");
    let register = format!(
        "{REGISTER}00101;ABEL;Jean;0010;TRAITEMENT BRUT;420,00;;1968,13;;;\n00101;ABEL;Jean;0300;IFSE;;;200,00;;;\n00101;ABEL;Jean;0450;RAFP;200,00;5,00;;10,00;5,00;10,00\n00101;ABEL;Jean;9300;NET A PAYER;;;2158,13;;;\n"
    );
    std::fs::write(folder.join("inbox/livre de paie.csv"), register).expect("a register");
    let staff =
        "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;IFSE;Taux PAS\n00101;ABEL;Jean;Titulaire;C;420;100 %;200,00;0\n";
    std::fs::write(folder.join("inbox/agents.csv"), staff).expect("a staff file");
    let december = run(folder);
    let person = december.of("people.csv", "00101").remove(0);
    assert_eq!(["year", "since", "whole", "gross"].map(|c| person[c].as_str()), ["2022", "2021-12", "yes", "2168.13"]);
    let sums: BTreeMap<String, String> = december
        .rows("facts.csv")
        .into_iter()
        .filter(|r| r["month"] == "2022-01")
        .map(|r| (r["fact"].clone(), r["value"].clone()))
        .collect();
    assert_eq!((sums["cumul_primes_rafp"].as_str(), sums["cumul_traitement_rafp"].as_str()), ("200", "1968.13"));

    let (folder, _) = next("late-january", "2022-01", "2022-01-27", &december.folder);
    std::fs::write(folder.join("inbox/cia.csv"), "matricule;nom;prénom;montant CIA à verser (€)\n00101;ABEL;Jean;400,00\n")
        .expect("a list");
    let january = run(folder);
    let person = january.of("people.csv", "00101").remove(0);
    assert_eq!(["year", "since", "gross"].map(|c| person[c].as_str()), ["2022", "2021-12", "4736.26"]);
    assert_eq!((december.line("00101", "RAFP"), january.line("00101", "RAFP")), (Some("-10.00".to_owned()), Some("-29.36".to_owned())));
    let rafp = january.of("replay.csv", "00101").into_iter().find(|r| r["code"] == "RAFP").expect("a replayed line");
    assert_eq!(rafp["verdict"], "exact", "December on its own sums");
    let base =
        january.rows("facts.csv").into_iter().find(|r| r["month"] == "2022-02" && r["fact"] == "cumul_assiette_rafp").expect("a sum");
    assert_eq!(base["value"], "787.25");
}

// 225,00 of December must not be paid again for the list that December's run read already.
#[test]
fn the_same_list_as_last_month_is_not_paid_again() {
    let list = "Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;225,00\n";
    let first = empty("left-in-place-12");
    copy(Path::new("samples/montreval/inbox"), &first.join("inbox"));
    std::fs::remove_file(first.join("inbox/cia-decembre.csv")).expect("the sample's list");
    std::fs::copy("samples/montreval/releve.toml", first.join("releve.toml")).expect("the settings");
    std::fs::write(first.join("inbox/primes.csv"), list).expect("a list");
    let first = run(first);
    assert_eq!(first.line("00102", "CIA"), Some("225.00".to_owned()));
    let (folder, _) = next("left-in-place-01", "2022-01", "2022-01-25", &first.folder);
    std::fs::write(folder.join("inbox/primes.csv"), list).expect("a list");
    let second = run(folder);
    assert_eq!(second.grave("M260", ""), [Severity::Justify]);
    assert_eq!(second.grave("M95", "00102"), [Severity::Blocking]);
    assert_eq!(second.line("00102", "CIA"), None);
    // Another sum in it is another list.
    let (folder, _) = next("left-in-place-01-other", "2022-01", "2022-01-25", &first.folder);
    std::fs::write(folder.join("inbox/primes.csv"), list.replace("225", "125")).expect("a list");
    let other = run(folder);
    assert!(other.told("M260").is_empty());
    assert_eq!(other.line("00102", "CIA"), Some("125.00".to_owned()));
}

// 26 days of December, 31 of January and 15 of February: half pay begins with the 91st day, wherever the lists cut the leave.
#[test]
fn a_leave_that_goes_on_began_with_the_first_of_its_lists() {
    let list = |folder: &Path, row: &str| {
        let text = format!("Matricule;Nom;Prénom;Nature;Du;Au;Prolongation\n00232;TARDIEU;Régine;Maladie ordinaire;{row}\n");
        std::fs::write(folder.join("inbox/arrets.csv"), text).expect("a list");
    };
    let first = empty("leave-2021-12");
    copy(Path::new("samples/montreval/inbox"), &first.join("inbox"));
    std::fs::copy("samples/montreval/releve.toml", first.join("releve.toml")).expect("the settings");
    list(&first, "06/12/2021;31/12/2021;N");
    let first = run(first);
    let second = next("leave-2022-01", "2022-01", "2022-01-25", &first.folder).0;
    list(&second, "01/01/2022;15/02/2022;O");
    let second = run(second);
    let third = run(next("leave-2022-02", "2022-02", "2022-02-24", &second.folder).0);
    let of = |ran: &Ran, month: &str, fact: &str| {
        let own = |r: &Row| r["month"] == month && r["fact"] == fact;
        ran.of("facts.csv", "00232").into_iter().find(own).map(|r| r["value"].clone())
    };
    for (ran, month, days) in [(&first, "2021-12", "26"), (&second, "2022-01", "57"), (&third, "2022-02", "72")] {
        assert_eq!(of(ran, month, "debut_arret").as_deref(), Some("2021-12-06"), "{month}");
        assert_eq!(of(ran, month, "duree_arret").as_deref(), Some(days), "{month}");
    }
}
