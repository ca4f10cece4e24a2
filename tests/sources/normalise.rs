//! Recognising and gathering: the sample town, the same pay as other programs export it, and damaged copies.

use releve::facts::{Causes, ChoiceOption, FactDecl, FactId, FactKind, NumberForm, Role as FactRole, Value, Vocabulary};
use releve::ground::{Checked, EmployeeId, Exact, Finding, Lang, Money, PayMonth, Sources, Words};
use releve::normalise::text::fold;
use releve::normalise::{
    self, CodeTarget, Context, Gathered, Mapping, Meaning, Natures, Role, RubricTarget, Rubrics, SourceEntry, fragment,
};
use releve::payslip::{ElementId, LineKind, PaidCode, PaidSlip};
use releve::read::{Input, Limits, Table, open};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

// ------------------------------------------------------------------ what the pack would bring

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn toml_of(path: &str) -> toml::Table {
    std::fs::read_to_string(root().join(path)).expect("a file of the repository").parse().expect("TOML")
}

fn text<'a>(t: &'a toml::Value, key: &str) -> &'a str {
    t.get(key).and_then(toml::Value::as_str).unwrap_or("")
}

fn texts(t: &toml::Value, key: &str) -> Vec<String> {
    t.get(key).and_then(toml::Value::as_array).map(|a| a.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()).unwrap_or_default()
}

struct Pack {
    vocabulary: Vocabulary,
    natures: Natures,
    rubrics: Rubrics,
}

impl Pack {
    fn load() -> Self {
        let mut vocabulary = Vocabulary::default();
        let mut events = Vec::new();
        let file = toml_of("rules/fr-fpt/facts.toml");
        for f in file["fact"].as_array().expect("facts") {
            let words = |v: &toml::Value| v.get("label").map(|l| Words::new(text(l, "fr"), text(l, "en"))).unwrap_or_default();
            let number = |form| FactKind::Number { form };
            let kind = match text(f, "kind") {
                "money" => number(NumberForm::Money),
                "rate" => number(NumberForm::Rate),
                "fraction" => number(NumberForm::Fraction),
                "points" => number(NumberForm::Points),
                "hours" => number(NumberForm::Hours),
                "days" => number(NumberForm::Days),
                "count" => number(NumberForm::Count),
                "date" => FactKind::Date,
                "flag" => FactKind::Flag,
                "choice" => FactKind::Choice {
                    options: f["options"]
                        .as_array()
                        .expect("options")
                        .iter()
                        .map(|o| ChoiceOption { id: text(o, "id").to_owned(), label: words(o), written: texts(o, "written") })
                        .collect(),
                },
                _ => FactKind::Text,
            };
            let role = f.get("role").map(|r| r.clone().try_into::<FactRole>().expect("a role"));
            let id = vocabulary.add(FactDecl {
                name: text(f, "id").to_owned(),
                kind,
                label: words(f),
                printed: None,
                headings: texts(f, "headings"),
                role,
                recurs: f.get("recurs").and_then(toml::Value::as_bool).unwrap_or(true),
                since_january: false,
                adds: None,
                follows: None,
                of_person: false,
                other_posts: None,
                worked_out: None,
                most: None,
                none: Vec::new(),
                parts: Vec::new(),
                causes: Causes::default(),
            });
            let event = texts(f, "event");
            if !event.is_empty() {
                events.push((id, event));
            }
        }
        let targets = toml_of("tests/data/normalise/rubrics.toml")["rubric"]
            .as_array()
            .expect("rubrics")
            .iter()
            .enumerate()
            .map(|(i, r)| RubricTarget {
                element: ElementId(u16::try_from(i).expect("few")),
                code: text(r, "code").to_owned(),
                kind: r["kind"].clone().try_into::<LineKind>().expect("a kind"),
                labels: texts(r, "labels"),
                rate: Exact::parse(text(r, "rate")),
                employer_rate: Exact::parse(text(r, "employer_rate")),
                takes: text(r, "kind") != "earning",
                total: None,
            })
            .collect();
        vocabulary.fold_options(fold);
        let natures = Natures::of(&events, &vocabulary);
        Self { vocabulary, natures, rubrics: Rubrics { targets } }
    }

    fn context(&self) -> Context<'_> {
        let month = PayMonth::new(2021, 12).expect("a month");
        Context {
            vocabulary: &self.vocabulary,
            natures: &self.natures,
            rubrics: &self.rubrics,
            month,
            last: month.previous(),
            employer: "",
            siret: "",
        }
    }

    fn fact(&self, name: &str) -> FactId {
        self.vocabulary.named(name).unwrap_or_else(|| panic!("no fact {name}"))
    }
}

struct Read {
    sources: Sources,
    mapping: Mapping,
    gathered: Gathered,
    asked: Vec<Finding>,
    found: Vec<Finding>,
}

fn read(pack: &Pack, files: &[(&str, Vec<u8>)], given: &[SourceEntry]) -> Read {
    let mut sources = Sources::default();
    let mut tables: Vec<Table> = Vec::new();
    for (name, bytes) in files {
        tables.extend(open(&Input::from(bytes.clone()), name, &mut sources, &Limits::default(), None).value);
    }
    let cx = pack.context();
    let titles = normalise::titles::Titles::new(cx.vocabulary, cx.rubrics);
    let Checked { value: mapping, findings: asked } = normalise::recognise(&tables, &[], &mut sources, given, &titles, &cx);
    let Checked { value: gathered, findings: found } = normalise::gather(&tables, &[], &sources, &mapping, &cx);
    Read { sources, mapping, gathered, asked, found }
}

fn bytes(path: impl AsRef<Path>) -> Vec<u8> {
    std::fs::read(root().join(&path)).unwrap_or_else(|e| panic!("{}: {e}", path.as_ref().display()))
}

fn inbox(names: &[&'static str]) -> Vec<(&'static str, Vec<u8>)> {
    names.iter().map(|n| (*n, bytes(format!("samples/montreval/inbox/{n}")))).collect()
}

const REGISTER: &str = "livre-de-paie-2021-11.csv";
const ALL: [&str; 7] = [
    REGISTER,
    "agents.xlsx",
    "mouvements-decembre.xlsx",
    "heures-sup-decembre.ods",
    "absences-decembre.xls",
    "cia-decembre.csv",
    "changements-rib.csv",
];

/// The whole sample town, read once for the tests that only look at it.
static TOWN: std::sync::LazyLock<(Pack, Read)> = std::sync::LazyLock::new(|| {
    let pack = Pack::load();
    let read = read(&pack, &inbox(&ALL), &[]);
    (pack, read)
});

fn say(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|f| {
            let places: Vec<String> = f.places.iter().map(ToString::to_string).collect();
            format!("{} {} [{}] {}", f.severity.letter(), f.code, places.join("; "), f.message(Lang::Fr))
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

fn id(text: &str) -> EmployeeId {
    EmployeeId::parse(text).expect("an id")
}

/// Lines by element: amount and employer amount, as the sample's own expectations have them.
type Lines = BTreeMap<(String, String, String), (Money, Money)>;

fn money(text: &str) -> Money {
    if text.is_empty() { Money::ZERO } else { Money::from_exact(Exact::parse(text).expect("a number")).expect("cents") }
}

fn expected_lines() -> Lines {
    let data = bytes("tests/data/normalise/november-lines.csv");
    let mut reader = csv::Reader::from_reader(data.as_slice());
    let mut lines = Lines::new();
    for row in reader.records() {
        let row = row.expect("a row");
        let sum = lines.entry((row[0].to_owned(), row[2].to_owned(), row[10].to_owned())).or_default();
        sum.0 += money(&row[7]);
        sum.1 += money(&row[9]);
    }
    lines
}

fn lines_of(pack: &Pack, paid: &BTreeMap<EmployeeId, PaidSlip>, gathered: &Gathered) -> Lines {
    let mut lines = Lines::new();
    for (id, slip) in paid {
        for l in &slip.lines {
            let code = match l.code {
                PaidCode::Element(e) => pack.rubrics.code(e).to_owned(),
                PaidCode::Unknown(i) => format!("?{}", gathered.local_codes[usize::from(i)].code),
            };
            let period = l.period.map_or("2021-11".to_owned(), |p| p.to_string());
            let sum = lines.entry((id.to_string(), code, period)).or_default();
            sum.0 += l.amount;
            sum.1 += l.employer_amount;
        }
    }
    lines
}

/// What differs between two sets of lines, for the message of a test.
fn differences(found: &Lines, wanted: &Lines) -> Vec<String> {
    let mut all: Vec<_> = found.keys().chain(wanted.keys()).collect();
    all.sort();
    all.dedup();
    all.into_iter()
        .filter(|k| found.get(*k) != wanted.get(*k))
        .map(|k| format!("{k:?}: found {:?}, expected {:?}", found.get(k), wanted.get(k)))
        .collect()
}

fn assert_rows_complete(r: &Read) {
    for n in &r.gathered.rows {
        assert!(n.is_complete(), "{n:?}");
    }
}

fn role(r: &Read, file: &str, sheet: Option<&str>) -> Role {
    r.mapping.sources.iter().find(|s| s.file == file && s.sheet.as_deref() == sheet).map_or(Role::Unknown, |s| s.role)
}

fn show_mapping(pack: &Pack, r: &Read) -> String {
    fragment::write(&r.mapping, &pack.vocabulary, &pack.rubrics)
}

// ------------------------------------------------------------------ the sample town

#[test]
fn recognises_every_sheet_of_the_sample_town() {
    let (pack, r) = &*TOWN;
    let text = show_mapping(pack, r);
    for (file, sheet, want) in [
        (REGISTER, None, Role::RegisterLines),
        ("agents.xlsx", Some("Titulaires-stagiaires"), Role::Staff),
        ("agents.xlsx", Some("Contractuels"), Role::Staff),
        ("mouvements-decembre.xlsx", Some("Arrivées"), Role::Arrivals),
        ("mouvements-decembre.xlsx", Some("Départs"), Role::Departures),
        ("mouvements-decembre.xlsx", Some("Avancements"), Role::Changes),
        ("mouvements-decembre.xlsx", Some("Temps de travail"), Role::Changes),
        ("mouvements-decembre.xlsx", Some("Situation familiale"), Role::Changes),
        ("heures-sup-decembre.ods", Some("Décembre"), Role::Amounts),
        ("absences-decembre.xls", Some("Absences"), Role::Events),
        ("cia-decembre.csv", None, Role::Amounts),
        ("changements-rib.csv", None, Role::AccountChanges),
    ] {
        assert_eq!(role(r, file, sheet), want, "{file} {sheet:?}\n{text}\n{}", say(&r.asked));
    }
    let asked: Vec<&Finding> = r.asked.iter().filter(|f| f.code != "IMP-07").collect();
    assert!(asked.is_empty(), "{}\n{text}", say(&r.asked));
    assert_eq!(codes(&r.asked), ["IMP-07"], "the IFSE rubric carries two labels");
    let open: Vec<&str> = r.mapping.sources[0].codes.iter().filter(|c| c.target == CodeTarget::Open).map(|c| c.code.as_str()).collect();
    assert!(open.is_empty(), "{open:?}\n{text}");
}

#[test]
fn gathers_what_the_sample_town_paid_to_the_cent() {
    let (pack, r) = &*TOWN;
    assert_rows_complete(r);
    let g = &r.gathered;
    assert_eq!(g.paid.len(), 88);
    let wrong = differences(&lines_of(pack, &g.paid, g), &expected_lines());
    assert!(wrong.is_empty(), "{}\n{}\n{}", wrong.join("\n"), say(&r.found), show_mapping(pack, r));
    for (agent, slip) in &g.paid {
        let sum: Money = slip.lines.iter().map(|l| l.amount).sum();
        assert_eq!(Some(sum), slip.net_paid.map(|t| t.0), "{agent}");
        assert!(slip.gross.is_some() && slip.net_taxable.is_some() && slip.net_before_tax.is_some(), "{agent}");
    }
    let total: Money = g.paid.values().filter_map(|s| s.net_paid).map(|t| t.0).sum();
    assert_eq!(total, Money::from_cents(13_754_083), "net paid in November as the sample's README says");
    let twice: Vec<&Finding> = r.found.iter().filter(|f| f.code == "IMP-06").collect();
    assert_eq!(twice.len(), 1, "{}", say(&r.found));
    assert_eq!(twice[0].employee, Some(id("00831")));
    assert_eq!(g.register_names.get(&id("00225")), Some(&("AGUILAR".to_owned(), "Loïc".to_owned())));
    let blocking: Vec<&Finding> = r.found.iter().filter(|f| !matches!(f.code.as_str(), "IMP-06" | "IMP-07" | "M86")).collect();
    assert!(blocking.is_empty(), "{}", say(&r.found));
}

#[test]
fn gathers_what_the_services_know() {
    let (pack, r) = &*TOWN;
    let g = &r.gathered;
    assert_eq!(g.staff.len(), 88, "{}", say(&r.found));
    let of = |agent: &str, name: &str| -> Option<Value> {
        g.staff.iter().find(|s| s.employee == Some(id(agent))).and_then(|s| s.facts.value(pack.fact(name)).cloned())
    };
    assert!(g.staff.iter().any(|s| s.employee == Some(id("01372"))), "the agent in the invisible row");
    assert_eq!(of("00102", "indice_majore"), Some(Value::Number(Exact::int(355))), "stored as the number 102");
    assert_eq!(of("00760", "quotite"), Some(Value::Number(Exact::parse("0.8").expect("a number"))));
    assert_eq!(of("00102", "taux_pas"), Some(Value::Number(Exact::parse("0.013").expect("a number"))));
    assert_eq!(of("01045", "taux_pas"), Some(Value::Number(Exact::parse("0.028").expect("a number"))));
    assert_eq!(of("00225", "percoit_sft"), Some(Value::Flag(false)));
    assert_eq!(of("01332", "nir"), Some(Value::Text("283040597312113".into())));
    assert_eq!(of("00225", "mutuelle"), Some(Value::Number(Exact::parse("31.35").expect("a number"))));
    assert_eq!((g.arrivals.len(), g.departures.len()), (6, 4));
    let new = |agent: &str, name: &str| {
        g.changes.iter().find(|c| c.employee == id(agent) && c.fact == pack.fact(name)).map(|c| (c.old.clone(), c.new.clone()))
    };
    let points = |n| Value::Number(Exact::int(n));
    assert_eq!(new("00225", "indice_majore"), Some((Some(points(392)), points(404))));
    assert_eq!(new("00927", "quotite"), Some((Some(points(1)), Value::Number(Exact::parse("0.9").expect("a number")))));
    assert_eq!(new("00531", "enfants"), Some((None, points(1))));
    assert_eq!(g.changes.len(), 5 * 2 + 3 + 3);
    assert!(g.changes.iter().all(|c| c.effective == chrono::NaiveDate::from_ymd_opt(2021, 12, 1)));
    assert_eq!(g.events.len(), 10);
    assert!(g.events.iter().all(|e| e.fact.is_some() && e.days.is_some()));
    assert_eq!(g.events.iter().find(|e| e.employee == id("01686")).and_then(|e| e.continues), Some(true));
    let amount = |agent: &str, name: &str| {
        g.amounts.iter().find(|a| a.employee == id(agent) && a.fact == pack.fact(name)).map(|a| (a.value, a.rows))
    };
    assert_eq!(amount("00207", "heures_jour_14"), Some((Exact::int(11), 2)), "two rows for different weeks");
    assert_eq!(amount("00801", "heures_jour_15"), Some((Exact::int(4), 1)), "written 801");
    assert_eq!(amount("00539", "cia"), Some((Exact::int(1150), 1)));
    assert_eq!(g.account_changes.len(), 3);
    assert_eq!(g.account_changes.iter().find(|a| a.employee == id("00825")).map(|a| a.received_by.as_str()), Some("courriel"));
}

// ------------------------------------------------------------------ the same pay as other programs export it

fn layout(name: &'static str) -> (&'static str, Vec<u8>) {
    (name, bytes(format!("tests/data/normalise/layouts/{name}")))
}

#[test]
fn reads_the_same_pay_from_a_wide_register() {
    let pack = Pack::load();
    let r = read(&pack, &[layout("wide.xlsx")], &[]);
    assert_eq!(role(&r, "wide.xlsx", Some("Novembre 2021")), Role::RegisterWide, "{}", show_mapping(&pack, &r));
    assert_rows_complete(&r);
    let mut wanted = expected_lines();
    // This layout has no column for the month of an arrears line.
    let arrears: Vec<_> = wanted.keys().filter(|k| k.2 != "2021-11").cloned().collect();
    for k in arrears {
        let v = wanted.remove(&k).expect("present");
        wanted.insert((k.0, k.1, "2021-11".to_owned()), v);
    }
    let wrong = differences(&lines_of(&pack, &r.gathered.paid, &r.gathered), &wanted);
    assert!(wrong.is_empty(), "{}\n{}\n{}\n{}", wrong.join("\n"), say(&r.asked), say(&r.found), show_mapping(&pack, &r));
    assert_eq!(r.gathered.paid.len(), 88);
}

#[test]
fn reads_the_same_pay_from_another_products_codes() {
    let pack = Pack::load();
    let r = read(&pack, &[layout("signed.tsv")], &[]);
    assert_eq!(role(&r, "signed.tsv", None), Role::RegisterLines, "{}", show_mapping(&pack, &r));
    assert_rows_complete(&r);
    let wrong = differences(&lines_of(&pack, &r.gathered.paid, &r.gathered), &expected_lines());
    assert!(wrong.is_empty(), "{}\n{}\n{}\n{}", wrong.join("\n"), say(&r.asked), say(&r.found), show_mapping(&pack, &r));
}

#[test]
fn reads_a_staff_list_with_short_titles() {
    let pack = Pack::load();
    let short = read(&pack, &[layout("staff.csv")], &[]);
    let long = read(&pack, &inbox(&["agents.xlsx"]), &[]);
    assert_eq!(role(&short, "staff.csv", None), Role::Staff, "{}", show_mapping(&pack, &short));
    assert_eq!(short.gathered.staff.len(), 88);
    for (a, b) in short.gathered.staff.iter().zip(&long.gathered.staff) {
        for fact in b.facts.iter() {
            let name = &pack.vocabulary.get(fact.id).name;
            if name == "matricule" {
                continue;
            }
            assert_eq!(a.facts.value(fact.id), Some(&fact.value), "{name} of {:?}\n{}", a.employee, show_mapping(&pack, &short));
        }
    }
}

/// The register's data rows, field by field.
fn register_rows() -> Vec<Vec<String>> {
    register_text().lines().skip(4).map(|l| l.split(';').map(str::to_owned).collect::<Vec<_>>()).filter(|r| !r[0].is_empty()).collect()
}

fn joined(rows: &[Vec<String>], mark: &str) -> String {
    rows.iter().map(|r| r.join(mark)).collect::<Vec<_>>().join("\n")
}

#[test]
fn reads_a_register_whose_agent_stands_on_the_first_row_only() {
    let pack = Pack::load();
    let mut last = String::new();
    let mut rows = vec![
        "Mat;Nom et prénom;Rubrique;Libellé rubrique;Base;Tx sal.;Mt salarial;Tx pat.;Mt patronal"
            .split(';')
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    ];
    for r in register_rows() {
        let amount = if r[7].is_empty() && !r[8].is_empty() { format!("-{}", r[8]) } else { r[7].clone() };
        let first = r[0] != last;
        last.clone_from(&r[0]);
        let who = if first { [r[0].clone(), format!("{} {}", r[1], r[2])] } else { [String::new(), String::new()] };
        rows.push(
            who.into_iter().chain([r[3].clone(), r[4].clone(), r[5].clone(), r[6].clone(), amount, r[9].clone(), r[10].clone()]).collect(),
        );
    }
    let r = read(&pack, &[("journal.csv", joined(&rows, ";").into_bytes())], &[]);
    let wrong = differences(&lines_of(&pack, &r.gathered.paid, &r.gathered), &expected_lines());
    assert!(wrong.is_empty(), "{}\n{}\n{}", wrong.join("\n"), say(&r.found), show_mapping(&pack, &r));
}

#[test]
fn finds_the_sides_of_unsigned_amounts_by_the_totals() {
    let pack = Pack::load();
    let plain = |t: &str| t.replace('\u{a0}', "").replace(',', ".");
    let mut rows = vec![
        "Agent,Code,Intitulé,Assiette,Taux,Montant,Taux employeur,Charges patronales".split(',').map(str::to_owned).collect::<Vec<_>>(),
    ];
    for r in register_rows() {
        let amount = if r[7].is_empty() { &r[8] } else { &r[7] };
        rows.push(vec![r[0].clone(), r[3].clone(), r[4].clone(), plain(&r[5]), plain(&r[6]), plain(amount), plain(&r[9]), plain(&r[10])]);
    }
    let r = read(&pack, &[("paie.csv", joined(&rows, ",").into_bytes())], &[]);
    let wrong = differences(&lines_of(&pack, &r.gathered.paid, &r.gathered), &expected_lines());
    assert!(wrong.is_empty(), "{}\n{}\n{}", wrong.join("\n"), say(&r.found), show_mapping(&pack, &r));
    assert!(r.found.iter().any(|f| f.code == "M23"), "the primes/points transfer is a deduction among earnings");
}

#[test]
fn proposes_the_columns_of_a_register_without_headings_and_asks() {
    let pack = Pack::load();
    let r = read(&pack, &[("sans-titres.csv", joined(&register_rows(), ";").into_bytes())], &[]);
    assert!(codes(&r.asked).contains(&"M08"), "{}\n{}", say(&r.asked), show_mapping(&pack, &r));
    let wrong = differences(&lines_of(&pack, &r.gathered.paid, &r.gathered), &expected_lines());
    assert!(wrong.is_empty(), "{}\n{}\n{}", wrong.join("\n"), say(&r.found), show_mapping(&pack, &r));
}

/// The number of the town, the year and the month on every row, the side as a sign, the employer's share in rows of its own.
#[test]
fn finds_the_agent_the_month_and_the_sides_of_a_register_without_headings() {
    let pack = Pack::load();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for r in register_rows() {
        let mut row = |side: &str, rate: &str, amount: &str| {
            let month = if r[4].ends_with("10/2021") { "10" } else { "11" };
            let head = ["001", "2021", month].map(str::to_owned);
            let rest = [side, &r[5], rate, amount].map(str::to_owned);
            rows.push(head.into_iter().chain(r[..5].iter().cloned()).chain(rest).collect());
        };
        let sides = [("+", &r[6], &r[7]), ("-", &r[6], &r[8]), ("P", &r[9], &r[10])];
        sides.iter().filter(|(_, _, amount)| !amount.is_empty()).for_each(|(side, rate, amount)| row(side, rate, amount));
    }
    let r = read(&pack, &[("extraction.csv", joined(&rows, ";").into_bytes())], &[]);
    assert!(codes(&r.asked).contains(&"M08"), "{}\n{}", say(&r.asked), show_mapping(&pack, &r));
    let wrong = differences(&lines_of(&pack, &r.gathered.paid, &r.gathered), &expected_lines());
    assert!(wrong.is_empty(), "{}\n{}\n{}", wrong.join("\n"), say(&r.found), show_mapping(&pack, &r));
}

/// Programs that speak English, as each of them calls its columns.
#[test]
fn reads_registers_with_english_titles() {
    let pack = Pack::load();
    let heads = [
        "employee_id;last_name;first_name;item_code;item_label;base;rate;employee_amount;employer_rate;employer_amount",
        "Employee Number;Surname;Given Name;Pay Item Code;Description;Base Amount;Employee Rate;Employee Share;Employer Rate;Employer Share",
        "Staff ID;Family Name;First Name;Element Code;Element Name;Quantity;Rate;Amount;Employer Rate;Employer Contribution",
    ];
    for head in heads {
        let mut rows = vec![head.split(';').map(str::to_owned).collect::<Vec<_>>()];
        for r in register_rows() {
            let amount = if r[7].is_empty() && !r[8].is_empty() { format!("-{}", r[8]) } else { r[7].clone() };
            rows.push(r[..7].iter().cloned().chain([amount, r[9].clone(), r[10].clone()]).collect());
        }
        let r = read(&pack, &[("payroll.csv", joined(&rows, ";").into_bytes())], &[]);
        let wrong = differences(&lines_of(&pack, &r.gathered.paid, &r.gathered), &expected_lines());
        assert!(wrong.is_empty(), "{head}\n{}\n{}\n{}", wrong.join("\n"), say(&r.found), show_mapping(&pack, &r));
    }
}

#[test]
fn says_what_it_does_not_understand() {
    let pack = Pack::load();
    let r = read(
        &pack,
        &[("divers.csv", "Couleur;Poids\nbleu;12\nvert;13\nrouge;15\nnoir;18\njaune;17\nblanc;2\ngris;3\n".as_bytes().to_vec())],
        &[],
    );
    assert_eq!(codes(&r.asked), ["M01"], "{}", say(&r.asked));
    assert_rows_complete(&r);
}

// ------------------------------------------------------------------ the hand-corrected mapping

#[test]
fn a_written_mapping_reads_back_as_the_same() {
    let pack = Pack::load();
    let files = inbox(&ALL);
    let first = read(&pack, &files, &[]);
    let entries = fragment::read(&show_mapping(&pack, &first));
    assert!(entries.findings.is_empty(), "{}", say(&entries.findings));
    let second = read(&pack, &files, &entries.value);
    for (a, b) in first.mapping.sources.iter().zip(&second.mapping.sources) {
        assert_eq!((a.role, a.header), (b.role, b.header), "{}", a.file);
        let meanings = |s: &normalise::SourceMapping| s.columns.iter().map(|c| c.meaning).collect::<Vec<_>>();
        assert_eq!(meanings(a), meanings(b), "{}", a.file);
        let targets = |s: &normalise::SourceMapping| s.codes.iter().map(|c| (c.code.clone(), c.target)).collect::<Vec<_>>();
        assert_eq!(targets(a), targets(b), "{}", a.file);
    }
    assert_eq!(lines_of(&pack, &second.gathered.paid, &second.gathered), expected_lines());
}

#[test]
fn what_a_person_wrote_wins() {
    let pack = Pack::load();
    let entries = fragment::read(
        "[[source]]\nfile = \"cia-decembre.csv\"\n[source.columns]\n\"montant CIA à verser (€)\" = \"prime_exceptionnelle\"\n",
    );
    let r = read(&pack, &inbox(&["cia-decembre.csv"]), &entries.value);
    assert!(r.gathered.amounts.iter().all(|a| a.fact == pack.fact("prime_exceptionnelle")) && !r.gathered.amounts.is_empty());
    let entries = fragment::read("[[source]]\nfile = \"cia-decembre.csv\"\n[source.columns]\n\"montant\" = \"cia\"\nnom = \"nonsense\"\n");
    let r = read(&pack, &inbox(&["cia-decembre.csv"]), &entries.value);
    assert!(codes(&r.asked).contains(&"M09") && codes(&r.asked).contains(&"M10"), "{}", say(&r.asked));
}

// ------------------------------------------------------------------ damage

fn register_text() -> String {
    let raw = bytes(format!("samples/montreval/inbox/{REGISTER}"));
    encoding_rs::WINDOWS_1252.decode(&raw).0.into_owned()
}

fn damaged(pack: &Pack, change: impl Fn(String) -> String) -> Read {
    read(pack, &[("livre.csv", change(register_text()).into_bytes())], &[])
}

#[test]
fn a_text_in_an_amount_sets_the_agent_aside_and_nobody_else() {
    let pack = Pack::load();
    let r = damaged(&pack, |t| t.replacen(";1\u{a0}836,92;;1\u{a0}836,92;", ";1\u{a0}836,92;;1\u{a0}836,9O;", 1));
    let bad: Vec<&Finding> = r.found.iter().filter(|f| f.code == "IMP-05").collect();
    assert_eq!(bad.len(), 1, "{}", say(&r.found));
    assert_eq!(bad[0].employee, Some(id("00225")));
    assert!(bad[0].places[0].to_string().contains(":5"), "{:?}", bad[0].places);
    assert_eq!(r.gathered.paid.len(), 88);
    assert_rows_complete(&r);
}

#[test]
fn a_missing_amount_column_is_told() {
    let pack = Pack::load();
    let r = damaged(&pack, |t| {
        t.lines()
            .map(|l| l.split(';').enumerate().filter(|(i, _)| *i != 8).map(|(_, c)| c).collect::<Vec<_>>().join(";"))
            .collect::<Vec<_>>()
            .join("\r\n")
    });
    assert!(r.asked.iter().any(|f| f.code == "M07"), "{}", say(&r.asked));
}

#[test]
fn a_truncated_register_is_told() {
    let pack = Pack::load();
    let r = damaged(&pack, |t| t[..t.len() / 2].to_owned());
    assert!(r.found.iter().any(|f| f.code == "M25"), "{}", say(&r.found));
    assert!(r.found.iter().any(|f| matches!(f.code.as_str(), "M27" | "IMP-05")), "{}", say(&r.found));
    assert_rows_complete(&r);
}

#[test]
fn a_lost_row_shows_in_the_sums() {
    let pack = Pack::load();
    let r = damaged(&pack, |t| t.lines().enumerate().filter(|(i, _)| *i != 6).map(|(_, l)| l).collect::<Vec<_>>().join("\r\n"));
    assert!(r.found.iter().any(|f| f.code == "M18"), "page sum: {}", say(&r.found));
    assert!(r.found.iter().any(|f| f.code == "M20" && f.employee == Some(id("00225"))), "agent's net: {}", say(&r.found));
}

#[test]
fn a_file_split_by_another_mark_is_not_read_as_something_else() {
    let pack = Pack::load();
    let r = damaged(&pack, |t| t.replace(';', "¦"));
    assert!(r.gathered.paid.is_empty());
    assert!(r.asked.iter().any(|f| matches!(f.code.as_str(), "M01" | "M07")), "{}", say(&r.asked));
    assert_rows_complete(&r);
}

#[test]
fn an_extra_row_of_sums_is_no_agent() {
    let pack = Pack::load();
    let r = damaged(&pack, |t| t + ";TOTAUX;;;;;;178\u{a0}332,56;40\u{a0}791,73;;73\u{a0}156,41\r\n");
    assert_eq!(r.gathered.paid.len(), 88);
    assert!(!r.found.iter().any(|f| f.code == "M18"), "{}", say(&r.found));
    assert_rows_complete(&r);
}

#[test]
fn an_agent_listed_twice_in_the_staff_is_told() {
    let pack = Pack::load();
    let (name, data) = layout("staff.csv");
    let text = String::from_utf8(data).expect("UTF-8");
    let second = text.lines().nth(1).expect("a row").to_owned();
    let r = read(&pack, &[(name, format!("{text}{second}\r\n").into_bytes())], &[]);
    let twice: Vec<&Finding> = r.found.iter().filter(|f| f.code == "M21").collect();
    assert_eq!(twice.len(), 1, "{}", say(&r.found));
    assert_eq!(twice[0].employee, Some(id("00225")));
}

#[test]
fn two_registers_with_the_same_agents_are_told() {
    let pack = Pack::load();
    let text = register_text();
    let r = read(&pack, &[("a.csv", text.clone().into_bytes()), ("b.csv", text.into_bytes())], &[]);
    let told: Vec<&Finding> = r.found.iter().filter(|f| f.code == "M28").collect();
    assert_eq!(told.len(), 1, "{}", say(&r.found));
    assert!(told[0].message(Lang::Fr).starts_with("88 agents"));
}

#[test]
fn an_identity_number_that_lost_digits_is_told_and_not_mended() {
    let pack = Pack::load();
    let (name, data) = layout("staff.csv");
    let text = String::from_utf8(data).expect("UTF-8").replacen("1 58 11 24 964 319 86", "158112496431", 1);
    let r = read(&pack, &[(name, text.into_bytes())], &[]);
    let told: Vec<&Finding> = r.found.iter().filter(|f| f.code == "N04").collect();
    assert_eq!(told.len(), 1, "{}", say(&r.found));
    assert!(!told[0].message(Lang::Fr).contains("158112"));
    let first = &r.gathered.staff[0];
    assert_eq!(first.facts.value(pack.fact("nir")), Some(&Value::Text("158112496431".into())));
}

#[test]
fn merged_cells_in_data_name_the_agent_and_never_double_an_amount() {
    let pack = Pack::load();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("Primes").expect("a name");
    let plain = rust_xlsxwriter::Format::new();
    for (c, t) in ["Matricule", "Nom", "Prénom", "HS jour", "Prime exceptionnelle"].into_iter().enumerate() {
        sheet.write(0, u16::try_from(c).expect("few"), t).expect("written");
    }
    sheet.merge_range(1, 0, 2, 0, "00102", &plain).expect("merged");
    sheet.merge_range(1, 4, 2, 4, "", &plain).expect("merged");
    sheet.write(1, 4, 50.0).expect("written");
    for (row, hours) in [(1, 3.0), (2, 2.0)] {
        sheet.write(row, 1, "ARNOUX").expect("written");
        sheet.write(row, 3, hours).expect("written");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let r = read(&pack, &[("primes.xlsx", bytes)], &[]);
    let value = |name: &str| r.gathered.amounts.iter().find(|a| a.fact == pack.fact(name)).map(|a| (a.employee.clone(), a.value));
    assert_eq!(value("heures_jour_14"), Some((id("00102"), Exact::int(5))), "{}\n{}", say(&r.found), show_mapping(&pack, &r));
    assert_eq!(value("prime_exceptionnelle"), Some((id("00102"), Exact::int(50))));
    assert!(codes(&r.found).contains(&"N12"), "{}", say(&r.found));
}

#[test]
fn every_code_has_its_sentence() {
    let pack = Pack::load();
    let mut r = read(&pack, &inbox(&ALL), &[]);
    r.found.append(&mut r.asked);
    for code in [
        "M01", "M02", "M03", "M04", "M05", "M07", "M08", "M09", "M10", "M11", "M12", "M13", "M14", "M15", "M17", "M18", "M19", "M20",
        "M21", "M23", "M24", "M25", "M26", "M27", "M28", "N01", "N02", "N03", "N04", "N05", "N06", "N07", "N08", "N09", "N10", "N11",
        "N12", "N13", "N14", "N15", "N16", "N17", "N18", "IMP-05", "IMP-06", "IMP-07",
    ] {
        assert!(releve::ground::words::known(code), "{code}");
    }
    for f in &r.found {
        for lang in [Lang::Fr, Lang::En] {
            assert!(!f.message(lang).contains('{'), "{}: {}", f.code, f.message(lang));
        }
    }
}

#[test]
fn a_list_with_names_alone_is_joined_and_says_so() {
    let pack = Pack::load();
    let mut files = inbox(&["agents.xlsx"]);
    files.push(("cia.csv", "Nom;Prénom;Montant CIA\nÉCHEVIN;Virginie;100,00\nINCONNU;Paul;50,00\n".as_bytes().to_vec()));
    let r = read(&pack, &files, &[]);
    assert_eq!(r.gathered.amounts.len(), 1, "{}\n{}", say(&r.found), show_mapping(&pack, &r));
    assert_eq!(r.gathered.amounts[0].employee, id("01847"));
    assert!(codes(&r.found).contains(&"M12") && codes(&r.found).contains(&"M15"), "{}", say(&r.found));
}

#[test]
fn shifted_columns_are_asked_about() {
    let pack = Pack::load();
    let (name, data) = layout("staff.csv");
    let text = String::from_utf8(data).expect("UTF-8");
    // Titles of the last columns exchanged: the account stands under the tax rate.
    let text = text.replacen("Tx PAS;Orig. taux;Cpte bancaire", "Cpte bancaire;Orig. taux;Tx PAS", 1);
    let r = read(&pack, &[(name, text.into_bytes())], &[]);
    assert!(r.asked.iter().any(|f| f.code == "M04"), "{}\n{}", say(&r.asked), show_mapping(&pack, &r));
    let iban = Meaning::Fact(pack.fact("iban"));
    let s = &r.mapping.sources[0];
    assert!(
        s.columns.iter().filter(|c| c.meaning == iban).all(|c| c.samples.iter().any(|v| v.starts_with("FR"))),
        "{}",
        show_mapping(&pack, &r)
    );
}

#[test]
fn nothing_secret_reaches_a_message() {
    let (pack, r) = &*TOWN;
    let text = format!("{}{}{}", say(&r.asked), say(&r.found), show_mapping(pack, r));
    let secret = text.split(|c: char| !c.is_ascii_digit()).find(|d| d.len() >= 11);
    assert!(secret.is_none(), "{secret:?}");
    let _ = &r.sources;
}
