//! The employer's settings, found again from the files of a town: a register paid on another value, a staff file that knows nothing
//! of leave, `inspect --write`, then `replay --calibrate --write`.
//!
//! As in `calibration.rs`, what is tried is whether a setting can be told from lines; whether lines are right, the cases say.

#[path = "../ran/mod.rs"]
mod ran;

use releve::compute::eval::{Pins, State};
use releve::facts::{Fact, Facts, Origin};
use releve::ground::{At, Money, PayMonth};
use releve::payslip::{Line, LineKind, Status};
use releve::rules::Pack;
use releve::rules::bind::Context;
use releve::rules::plan::{Plan, setting_value};
use releve::rules::stack::{self, Library};
use std::fmt::Write as _;
use std::process::Command;

/// Name, index, points of NBI, children, bonus, and what the staff file does not say.
type Agent = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const PEOPLE: [Agent; 5] = [
    ("ABEL", "420", "15", "0", "200.00", &[]),
    ("BLIN", "500", "20", "2", "240.00", &[]),
    ("CAZE", "430", "0", "3", "0.00", &[]),
    ("DORE", "410", "0", "0", "210.00", &[("jours_conge_long_demi", "30"), ("jours_clm", "30")]),
    ("EVEN", "415", "0", "0", "190.00", &[("jours_maladie", "5"), ("prolongation_maladie", "yes")]),
];

fn facts(pack: &Pack, of: usize) -> Facts {
    let (_, index, nbi, children, bonus, more) = PEOPLE[of];
    let own = [
        ("statut", "titulaire"),
        ("categorie", "C"),
        ("taux_pas", "0"),
        ("indice_majore", index),
        ("points_nbi", nbi),
        ("enfants", children),
        ("percoit_sft", "yes"),
        ("ifse_temps_plein", bonus),
    ];
    let mut out = Facts::default();
    for (name, text) in own.iter().chain(more) {
        let id = pack.vocabulary.named(name).expect("a fact");
        let value = pack.vocabulary.get(id).read_back(text).expect("a value");
        out.set(Fact { id, value, at: At::NOWHERE, origin: Origin::Read });
    }
    out
}

/// The plan of September 2025 on these settings, beside the defaults.
fn plan(pack: &Pack, town: &[(&str, &str)]) -> Plan {
    let mut settings = pack.default_settings();
    for (id, text) in town {
        let at = pack.settings.iter().position(|s| s.id == *id).expect("a setting");
        settings[at] = setting_value(&pack.settings[at].kind, text).expect("an option");
    }
    let month = PayMonth::parse("2025-09").expect("a month");
    pack.plan(&pack.law(Context { month, payment_date: month.last_day() }, settings)).0.expect("the pack compiles")
}

fn row(pack: &Pack, who: &str, l: &Line) -> String {
    let card = &pack.elements[l.element.index()].card;
    let money = |m: Money| if m.is_zero() { String::new() } else { m.abs().french() };
    let given = l.amount > Money::ZERO || (l.amount.is_zero() && card.kind == LineKind::Earning);
    let (due, kept) = if given { (money(l.amount), String::new()) } else { (String::new(), money(l.amount)) };
    format!("{who};{};{};;;{due};{kept};;{}\n", card.code, card.label.fr, money(l.employer_amount))
}

/// The register and the staff file of those of them who are paid.
fn files(town: &[(&str, &str)], people: &[usize]) -> [(&'static str, String); 2] {
    let pack = stack::load("fr-fpt", &[], &Library::default()).expect("embedded").pack;
    let plan = plan(&pack, town);
    let mut state = State::new(&plan);
    let mut register =
        "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n".to_owned();
    let mut staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Points de NBI;Enfants;SFT (O/N);IFSE;Taux PAS\n".to_owned();
    for of in people {
        let (name, index, nbi, children, bonus, _) = PEOPLE[*of];
        let who = format!("0010{};{name};Jo", of + 1);
        state.forget();
        state.run(&plan, &facts(&pack, *of), Pins::None, &[]);
        for l in state.lines(&plan, |_| Status::Computed) {
            register += &row(&pack, &who, &l);
        }
        let _ = writeln!(register, "{who};9300;NET A PAYER;;;{};;;", state.totals(&plan).net_paid.french());
        let _ = writeln!(staff, "{who};Titulaire;C;{index};{nbi};{children};O;{};0", bonus.replace('.', ","));
    }
    [("livre de paie 2025-09.csv", register), ("agents.csv", staff)]
}

/// What `releve.toml` says under `[settings]` once both commands have written what they found.
fn found(name: &str, town: &[(&str, &str)], people: &[usize]) -> Vec<String> {
    let settings = "format = 1\nmonth = \"2025-10\"\npay_date = 2025-10-25\npack = \"fr-fpt\"\n\n[employer]\nname = \"Commune de Rosay\"\n";
    let folder = ran::job("calibrated-files", name, settings, &files(town, people));
    for command in [&["inspect", "--write"][..], &["replay", "--calibrate", "--write"]] {
        let out = Command::new(env!("CARGO_BIN_EXE_releve")).args(command).arg(&folder).output().expect("the program runs");
        assert!(out.status.code().is_some_and(|c| c < 2), "{name}: {}", String::from_utf8_lossy(&out.stderr));
    }
    let text = std::fs::read_to_string(folder.join("releve.toml")).expect("the settings");
    let own = text.lines().skip_while(|l| *l != "[settings]").skip(1).take_while(|l| !l.starts_with('['));
    own.filter(|l| l.contains(" = ") && !l.starts_with('#')).map(str::to_owned).collect()
}

/// The lines that a town's settings come to, those left at their default not among them.
fn written(town: &[(&str, &str)]) -> Vec<String> {
    let mut all: Vec<String> = town.iter().map(|(id, v)| format!("{id} = \"{v}\"")).collect();
    all.sort();
    all
}

#[test]
fn a_towns_settings_are_found_again_from_its_files() {
    let place = [("zone_residence", "1"), ("taux_vm", "0.0295"), ("taux_cdg", "0.0078")];
    for (name, other) in [
        ("residence", &[("nbi_dans_residence", "no")][..]),
        ("leave-follows", &[("primes_conge_long", "suivent")]),
        ("sickness", &[("primes_maladie", "maintenues")]),
        (
            "all",
            &[("nbi_dans_residence", "no"), ("nbi_dans_sft", "no"), ("primes_conge_long", "maintenues"), ("primes_maladie", "maintenues")],
        ),
    ] {
        let town = [&place[..], other].concat();
        let mut got = found(name, &town, &[0, 1, 2, 3, 4]);
        got.sort();
        assert_eq!(got, written(&town), "{name}");
    }
}

// Nobody on leave, no points of NBI: what the town does with them shows on no line, and nothing is written.
#[test]
fn what_no_line_tells_is_left_open() {
    let shown = [("zone_residence", "1"), ("taux_vm", "0.0295")];
    let hidden =
        [("nbi_dans_residence", "no"), ("nbi_dans_sft", "no"), ("primes_conge_long", "maintenues"), ("primes_maladie", "maintenues")];
    let mut got = found("open", &[&shown[..], &hidden].concat(), &[2]);
    got.sort();
    assert_eq!(got, written(&shown));
}
