//! The settings of `fr-fpt`, found again from payslips: of a town for each alternative of each, and none where no line tells.
//!
//! The towns are the people of the pack's cases, by month, paid on the settings of the test: what is tried here is whether a
//! setting can be told from lines, not whether the lines are right, which the cases say.

use releve::compute::calibrate::{Calibration, Finding, Witness};
use releve::compute::eval::{Pins, State};
use releve::compute::examples;
use releve::compute::replay::Hidden;
use releve::facts::Facts;
use releve::ground::{At, Exact, PayMonth};
use releve::payslip::{PaidCode, PaidLine, Status};
use releve::rules::Pack;
use releve::rules::bind::{Context, SettingValue};
use releve::rules::pack::SettingKind;
use releve::rules::plan::setting_value;
use releve::rules::stack::{self, Library};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Rates as towns have them (Île-de-France, accidents of local authorities in 2024, a management centre), and zero.
const RATES: [(&str, [&str; 2]); 3] = [("taux_vm", ["0.0295", "0"]), ("taux_at", ["0.0172", "0"]), ("taux_cdg", ["0.0078", "0"])];

/// Settings that no line can tell, each with the reason.
const SILENT: [(&str, &str); 2] = [
    ("part_employeur_titres", "the share of meal tickets is printed nowhere; what the agent pays is a line of the tickets themselves"),
    ("population", "the number of inhabitants bounds allowances, and makes none"),
];

/// Alternatives that one month alone cannot tell, each with the reason; nothing is chosen for them, and nothing wrong.
const UNTOLD: [(&str, &str, &str); 1] =
    [("regularisation_plafond", "decembre", "in December it pays what « chaque_mois » pays, in every other month what « non » pays")];

/// Settings that show only where another one is so.
const BESIDE: [(&str, &str, &str); 1] = [("part_smic_apprentis", "majoration_apprentis", "dix")];

fn pack() -> &'static Pack {
    static PACK: OnceLock<Pack> = OnceLock::new();
    PACK.get_or_init(|| stack::load("fr-fpt", &[], &Library::default()).expect("embedded").pack)
}

/// The people of the cases, by month.
fn towns() -> &'static BTreeMap<PayMonth, Vec<Facts>> {
    static TOWNS: OnceLock<BTreeMap<PayMonth, Vec<Facts>>> = OnceLock::new();
    TOWNS.get_or_init(|| {
        let mut out: BTreeMap<PayMonth, Vec<Facts>> = BTreeMap::new();
        for x in examples::all(pack()).into_iter().filter(|x| x.case.given.is_empty()) {
            out.entry(x.tracer.plan.context.month).or_default().push(x.facts);
        }
        out
    })
}

fn at(id: &str) -> usize {
    pack().settings.iter().position(|s| s.id == id).unwrap_or_else(|| panic!("no setting {id}"))
}

/// Defaults, in a place where the residence allowance is paid.
fn usual() -> Vec<SettingValue> {
    let mut s = pack().default_settings();
    s[at("zone_residence")] = SettingValue::Choice("1".to_owned());
    s
}

/// What a setting may be.
fn alternatives(i: usize) -> Vec<SettingValue> {
    let s = &pack().settings[i];
    match &s.kind {
        SettingKind::Choice(options) => options.iter().map(|o| SettingValue::Choice(o.0.clone())).collect(),
        SettingKind::Flag => vec![SettingValue::Flag(true), SettingValue::Flag(false)],
        SettingKind::Number(..) => {
            let rates = RATES.iter().find(|r| r.0 == s.id).map(|r| r.1).into_iter().flatten();
            rates.filter_map(|r| setting_value(&s.kind, r)).collect()
        }
    }
}

/// What these people are paid on these settings.
fn paid(context: Context, people: &[Facts], settings: &[SettingValue]) -> Vec<Vec<PaidLine>> {
    let plan = pack().plan(&pack().law(context, settings.to_vec())).0.expect("the pack compiles");
    let mut state = State::new(&plan);
    people
        .iter()
        .map(|facts| {
            state.forget();
            state.run(&plan, facts, Pins::None, &[]);
            state.lines(&plan, |_| Status::Computed).into_iter().map(|l| l.as_paid(At::row(1, 1))).collect()
        })
        .collect()
}

/// What the payslips of people paid on `town` say, to somebody who believes `start`.
fn ask<T>(month: PayMonth, people: &[Facts], town: &[SettingValue], of: impl Fn(&Calibration<'_>) -> T) -> T {
    let context = Context { month, payment_date: month.last_day() };
    let slips = paid(context, people, town);
    let witness = |(known, paid)| Witness { known, alternatives: &[], paid, hidden: Hidden::default() };
    let witnesses = people.iter().zip(slips.iter().map(Vec::as_slice)).map(witness).collect();
    let catalogue = pack().catalogue();
    of(&Calibration { pack: pack(), catalogue: &catalogue, unknown_kinds: &[], context, late: &[], witnesses })
}

#[test]
fn every_setting_is_found_again_from_each_of_its_alternatives() {
    let mut lost = Vec::new();
    for (i, s) in pack().settings.iter().enumerate() {
        if SILENT.iter().any(|x| x.0 == s.id) {
            continue;
        }
        let all = alternatives(i);
        assert!(all.len() > 1, "{} has nothing to choose from", s.id);
        for value in &all {
            let mut found = false;
            for (month, people) in towns() {
                let mut town = usual();
                for (_, other, option) in BESIDE.iter().filter(|b| b.0 == s.id) {
                    town[at(other)] = SettingValue::Choice((*option).to_owned());
                }
                let mut start = town.clone();
                town[i] = value.clone();
                start[i] = all.iter().find(|o| *o != value).expect("another").clone();
                let f = ask(*month, people, &town, |c| c.ask(i, &start));
                match f.chosen {
                    Some(c) if c == *value => found = true,
                    Some(c) => lost.push(format!("{} = {value}, {month}: {c} is chosen", s.id)),
                    None => {}
                }
                if found {
                    break;
                }
            }
            // What one month cannot tell must not be chosen by chance either.
            let untold = UNTOLD.iter().any(|x| x.0 == s.id && x.1 == value.to_string());
            if found == untold {
                lost.push(format!("{} = {value}: found is {found}", s.id));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// One agent at the counter: index pay, nothing beside it, no tax.
fn plain() -> Facts {
    let facts = [("statut", "titulaire"), ("categorie", "C"), ("indice_majore", "400"), ("taux_pas", "0"), ("enfants", "0")];
    let mut out = Facts::default();
    for (name, text) in facts {
        let id = pack().vocabulary.named(name).expect("a fact");
        let value = pack().vocabulary.get(id).read_back(text).expect("a value");
        out.set(releve::facts::Fact { id, value, at: At::NOWHERE, origin: releve::facts::Origin::Read });
    }
    out
}

#[test]
fn nothing_is_chosen_where_no_line_tells() {
    let month = PayMonth::parse("2025-06").expect("a month");
    // Paid by the zone, and by what the levies are: these lines tell. The rest is about people who are not there.
    let told = ["zone_residence", "taux_vm", "taux_cdg"];
    for (i, s) in pack().settings.iter().enumerate().filter(|(_, s)| !told.contains(&s.id.as_str())) {
        let f = ask(month, &[plain()], &usual(), |c| c.ask(i, &usual()));
        let held = |f: &Finding| f.chosen.is_none() && f.deciding == 0;
        // A fund of contributions that every payslip shows is told by every payslip.
        let shown = s.id == "effectif_fnal";
        assert!(shown || held(&f), "{}: {:?}", s.id, f.chosen);
    }
}

#[test]
fn people_who_disagree_decide_nothing() {
    let month = PayMonth::parse("2025-06").expect("a month");
    let i = at("zone_residence");
    let people = [plain(), plain()];
    let zones = ["1", "2"].map(|z| {
        let mut s = usual();
        s[i] = SettingValue::Choice(z.to_owned());
        paid(Context { month, payment_date: month.last_day() }, &people[..1], &s).remove(0)
    });
    let catalogue = pack().catalogue();
    let witness = |(known, paid)| Witness { known, alternatives: &[], paid, hidden: Hidden::default() };
    let witnesses = people.iter().zip(zones.iter().map(Vec::as_slice)).map(witness).collect();
    let context = Context { month, payment_date: month.last_day() };
    let c = Calibration { pack: pack(), catalogue: &catalogue, unknown_kinds: &[], context, late: &[], witnesses };
    let f = c.ask(i, &usual());
    assert_eq!((f.chosen, f.deciding), (None, 2));
}

// Every setting in its last option at once, from the defaults: what is chosen is right, whatever the others were believed to be.
#[test]
fn all_together_nothing_wrong_is_chosen() {
    let mut town = usual();
    for (i, setting) in pack().settings.iter().enumerate() {
        if let Some(last) = alternatives(i).last().filter(|_| !SILENT.iter().any(|x| x.0 == setting.id)) {
            town[i] = last.clone();
        }
    }
    for r in RATES {
        town[at(r.0)] = SettingValue::Number(Exact::parse(r.1[0]).expect("a rate"));
    }
    let month = PayMonth::parse("2025-06").expect("a month");
    let (found, _) = ask(month, &towns()[&month], &town, |c| c.run(pack().default_settings()));
    let wrong: Vec<String> = found
        .iter()
        .filter_map(|f| Some((f, f.chosen.as_ref()?)))
        .filter(|(f, c)| **c != town[f.setting])
        .map(|(f, c)| format!("{}: {c} for {}", pack().settings[f.setting].id, town[f.setting]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let moved: Vec<&str> = found
        .iter()
        .filter(|f| f.chosen.as_ref().is_some_and(|c| *c != f.before))
        .map(|f| pack().settings[f.setting].id.as_str())
        .collect();
    for id in ["taux_vm", "taux_at", "taux_cdg"] {
        assert!(moved.contains(&id), "{id} is found again among {moved:?}");
    }
}

/// These people with the facts of these names alone.
fn known_by(people: &[Facts], kept: impl Fn(&str) -> bool) -> Vec<Facts> {
    let of = |f: &Facts| {
        let mut out = Facts::default();
        let own = f.iter().filter(|x| kept(&pack().vocabulary.get(x.id).name));
        own.for_each(|x| drop(out.set(x.clone())));
        out
    };
    people.iter().map(of).collect()
}

// What last month's payslips say of people when nothing else survived: their status, which the pension line tells.
// Category, children, hours and dates of entry are on no payslip: what hangs on them is not told, and nothing wrong is.
#[test]
fn payslips_alone_are_enough() {
    let found = |value: (&str, SettingValue), kept: fn(&str) -> bool| {
        let i = at(value.0);
        let told = |(month, people): (&PayMonth, &Vec<Facts>)| {
            let (mut town, mut start) = (usual(), usual());
            town[i] = value.1.clone();
            start[i] = alternatives(i).into_iter().find(|o| *o != value.1).expect("another");
            let context = Context { month: *month, payment_date: month.last_day() };
            let slips = paid(context, people, &town);
            let known = known_by(people, kept);
            let witness = |(known, paid)| Witness { known, alternatives: &[], paid, hidden: Hidden::default() };
            let witnesses = known.iter().zip(slips.iter().map(Vec::as_slice)).map(witness).collect();
            let catalogue = pack().catalogue();
            let c = Calibration { pack: pack(), catalogue: &catalogue, unknown_kinds: &[], context, late: &[], witnesses };
            c.ask(i, &start).chosen
        };
        let chosen: Vec<SettingValue> = towns().iter().filter_map(told).collect();
        assert!(chosen.iter().all(|c| *c == value.1), "{} = {}: {chosen:?}", value.0, value.1);
        chosen.len()
    };
    let choice = |id: &str| SettingValue::Choice(id.to_owned());
    let rate = |r: &str| SettingValue::Number(Exact::parse(r).expect("a rate"));
    for value in [
        ("zone_residence", choice("2")),
        ("zone_residence", choice("1")),
        ("effectif_fnal", choice("moins_de_cinquante")),
        ("adhesion_chomage", SettingValue::Flag(true)),
        ("nbi_dans_residence", SettingValue::Flag(false)),
        ("arrondi_taux_horaire", choice("exact")),
        ("arrondi_taux_horaire", choice("cent")),
        ("iccsg_dans_rafp", SettingValue::Flag(false)),
        ("taux_vm", rate("0.0295")),
        ("taux_at", rate("0.0172")),
    ] {
        let name = format!("{} = {}", value.0, value.1);
        assert!(found(value, |fact| fact == "statut") > 0, "{name} is found in no month");
    }
    // A staff file knows nobody's hours: they are sought in their lines.
    for value in [
        ("nbi_dans_ihts", SettingValue::Flag(false)),
        ("nbi_dans_ihts", SettingValue::Flag(true)),
        ("arrondi_taux_horaire", choice("exact")),
        ("arrondi_taux_horaire", choice("cent")),
    ] {
        let name = format!("{} = {}", value.0, value.1);
        assert!(found(value, |fact| !fact.starts_with("heures_")) > 0, "{name} is found in no month, without hours");
    }
    for table in ["metropole", "guyane_mayotte"] {
        found(("territoire", choice(table)), |fact| fact == "statut");
    }
}

// A rate of zero is often not printed: that no tax was withheld is the same in every table.
#[test]
fn a_payslip_without_a_line_of_tax_says_nothing_of_the_table() {
    let (month, people) = towns().iter().next_back().expect("a month");
    let context = Context { month: *month, payment_date: month.last_day() };
    let tax = pack().element("prelevement_source").expect("an element");
    let mut slips = paid(context, people, &usual());
    for slip in &mut slips {
        slip.retain(|l| !matches!(l.code, PaidCode::Element(e) if e.index() == tax));
    }
    let known = known_by(people, |fact| fact == "statut");
    let witness = |(known, paid)| Witness { known, alternatives: &[], paid, hidden: Hidden::default() };
    let witnesses = known.iter().zip(slips.iter().map(Vec::as_slice)).map(witness).collect();
    let catalogue = pack().catalogue();
    let c = Calibration { pack: pack(), catalogue: &catalogue, unknown_kinds: &[], context, late: &[], witnesses };
    let f = c.ask(at("territoire"), &usual());
    assert_eq!((f.chosen, f.deciding), (None, 0));
}
