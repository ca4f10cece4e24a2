//! Controls over one payslip, each made to speak once and kept silent once; and the sample town's list of what did not run.
//!
//! The payslips are worked by hand: 2,000.00 gross, 11.10 % of it withheld.

use chrono::NaiveDate;
use releve::check::agent::{self, Shift, Situation, Subject};
use releve::check::lines::{Moved, older_cards};
use releve::check::{Control, Frame, Law};
use releve::facts::{Fact, FactDecl, FactId, FactKind, Facts, NumberForm, Origin, Value, Vocabulary};
use releve::ground::{At, EmployeeId, Exact, Finding, Lang, Money, PayMonth, Place, Severity, Sources, Words, words};
use releve::payslip::{Card, ElementId, Line, LineKind, Mode, Payslip, Status, Totals};
use releve::pipeline::{self, Options};
use std::collections::BTreeMap;
use std::path::Path;

const PAY: u16 = 0;
const PENSION: u16 = 1;
const OVERTIME: u16 = 2;
const OLD_BONUS: u16 = 3;

fn exact(text: &str) -> Exact {
    Exact::parse(text).expect("a number")
}
fn cents(n: i64) -> Money {
    Money::from_cents(n)
}

fn card(id: &str, label: &str, kind: LineKind, recurs: bool) -> Card {
    Card {
        id: id.to_owned(),
        code: id.to_uppercase(),
        label: Words::new(label, label),
        printed: None,
        kind,
        section: String::new(),
        recurs,
        account: None,
        creditor: None,
        rate_is_share: true,
        base: releve::payslip::Counted::Number,
    }
}

fn line(element: u16, amount: i64) -> Line {
    Line {
        element: ElementId(element),
        base: None,
        rate: None,
        amount: cents(amount),
        employer_rate: None,
        employer_amount: Money::ZERO,
        period: None,
        status: Status::Computed,
    }
}

/// The pension line: 2,000.00 at a rate.
fn pension(rate: &str, amount: i64) -> Line {
    Line { base: Some(exact("2000")), rate: Some(exact(rate)), ..line(PENSION, amount) }
}

fn moved(card: u16, before: i64, after: i64) -> Moved {
    Moved { card: usize::from(card), before: cents(before), after: cents(after), grounded: false, manual: false, at: At::NOWHERE }
}

/// One employee and everything a control may look at; tests change what they are about.
struct World {
    id: EmployeeId,
    vocabulary: Vocabulary,
    sources: Sources,
    catalogue: Vec<Card>,
    law: Vec<Law>,
    facts: Facts,
    brought: Vec<Fact>,
    payslip: Payslip,
    before: Option<Totals>,
    moved: Vec<Moved>,
    shifts: Vec<Shift<'static>>,
}

impl World {
    fn new(lines: Vec<Line>) -> Self {
        let mut vocabulary = Vocabulary::default();
        vocabulary.add(FactDecl {
            name: "quotite".to_owned(),
            kind: FactKind::Number { form: NumberForm::Fraction },
            label: Words::new("Quotité", "Working time"),
            printed: None,
            headings: Vec::new(),
            role: None,
            recurs: true,
            since_january: false,
            adds: None,
            follows: None,
            of_person: false,
            other_posts: None,
            worked_out: None,
            most: None,
            none: Vec::new(),
            parts: Vec::new(),
            causes: releve::facts::Causes::default(),
        });
        let id = EmployeeId::parse("00001").expect("a number");
        let month = PayMonth::parse("2021-12").expect("a month");
        let totals = Totals { gross: cents(200_000), net_paid: cents(160_000), ..Totals::default() };
        Self {
            payslip: Payslip { employee: id.clone(), post: 1, month, mode: Mode::Computed, lines, totals },
            id,
            vocabulary,
            sources: Sources::default(),
            catalogue: vec![
                card("ifse", "I.F.S.E.", LineKind::Earning, true),
                card("pension", "Pension", LineKind::Deduction, true),
                card("overtime", "Heures supplémentaires", LineKind::Earning, false),
                card("local_0450", "I.A.T. MENSUELLE", LineKind::Earning, true),
            ],
            law: vec![Law::default(), Law { rate: Some(exact("0.111")), product: true, ..Law::default() }],
            facts: Facts::default(),
            brought: Vec::new(),
            before: Some(totals),
            moved: Vec::new(),
            shifts: Vec::new(),
        }
    }

    fn says(&self, c: &Control) -> Vec<Finding> {
        let month = self.payslip.month;
        let frame = Frame {
            lang: Lang::En,
            month,
            sources: &self.sources,
            catalogue: &self.catalogue,
            law: self.law.clone(),
            older: older_cards(c, &self.catalogue),
            working_time: vec![FactId(0)],
            grid: None,
            needed: Vec::new(),
        };
        let subject = Subject {
            id: &self.id,
            frame: &frame,
            name: "DUPONT Marie",
            situation: Situation::Stays,
            explained: false,
            facts: &self.facts,
            vocabulary: &self.vocabulary,
            payslip: Some(&self.payslip),
            before: self.before,
            last_iban: None,
            last_iban_place: Place::Nowhere,
            holders: Vec::new(),
            staff_iban: None,
            requests: &[],
            called: None,
            pay_iban: None,
            place: Place::File { file: "agents.csv".to_owned() },
            month,
            incident: NaiveDate::from_ymd_opt(2021, 12, 3),
            event: false,
            incomplete: false,
            neutral_rate: false,
            moved: self.moved.clone(),
            shifts: self.shifts.clone(),
            brought: &self.brought,
            carried: 0,
            estimates: Vec::new(),
        };
        let found = agent::measure(c, &subject).expect("a measure over one employee");
        for f in &found {
            assert_eq!(f.employee.as_ref(), Some(&self.id), "{}", f.code);
            assert!(!f.places.is_empty(), "{} has no place", c.measure);
        }
        found
    }
}

fn control(measure: &str, names: &[&str], limits: &[(&str, &str)]) -> Control {
    Control {
        id: "X-01".to_owned(),
        measure: measure.to_owned(),
        severity: Severity::Blocking,
        threshold: limits.iter().map(|(n, x)| ((*n).to_owned(), exact(x))).collect::<BTreeMap<_, _>>(),
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        message: Words::new("{agent}", "{agent}"),
        help: None,
        strong_message: None,
        strong_severity: None,
    }
}

fn fact(value: Value) -> Fact {
    Fact { id: FactId(0), value, at: At::NOWHERE, origin: Origin::Read }
}

#[test]
fn a_negative_earning_and_a_positive_deduction_have_the_wrong_sign() {
    let c = control("unexpected_sign", &["over*"], &[]);
    assert!(World::new(vec![line(PAY, 100), line(PENSION, -10), line(OVERTIME, -5)]).says(&c).is_empty());
    assert_eq!(World::new(vec![line(PAY, -100), line(PENSION, 10)]).says(&c).len(), 2);
    let arrears = Line { period: PayMonth::parse("2021-10"), ..line(PAY, -100) };
    assert!(World::new(vec![arrears]).says(&c).is_empty());
}

#[test]
fn base_times_rate_is_the_amount_to_the_cent() {
    let c = control("base_times_rate", &[], &[("amount", "0.01")]);
    assert!(World::new(vec![pension("0.111", -22_200)]).says(&c).is_empty());
    assert!(World::new(vec![pension("0.111", -22_201)]).says(&c).is_empty());
    let f = World::new(vec![pension("0.111", -22_202)]).says(&c);
    assert_eq!((f.len(), f[0].severity), (1, Severity::Blocking));
    let carried = Line { status: Status::Carried, ..pension("0.111", -22_202) };
    assert_eq!(World::new(vec![carried]).says(&c)[0].severity, Severity::Warning);
    // An element with a formula of its own shows a base and a rate, and need not be their product.
    let mut w = World::new(vec![pension("0.111", -20_000)]);
    w.law[1].product = false;
    assert!(w.says(&c).is_empty());
}

#[test]
fn a_rate_of_last_year_is_not_in_force() {
    let c = control("rate_in_force", &[], &[]);
    assert!(World::new(vec![pension("0.1110", -22_200)]).says(&c).is_empty());
    let f = World::new(vec![Line { status: Status::Carried, ..pension("0.1083", -21_660) }]).says(&c);
    assert_eq!(f[0].severity, Severity::Warning);
    assert!(f[0].args.contains(&("found".into(), "10,83 %".to_owned())));
    assert_eq!(World::new(vec![pension("0.1083", -21_660)]).says(&c)[0].severity, Severity::Blocking);
}

#[test]
fn an_older_bonus_beside_the_new_one_is_told() {
    let c = control("older_bonus", &["ifse", "IAT", "IFTS"], &[]);
    assert_eq!(World::new(vec![line(PAY, 100), line(OLD_BONUS, 50)]).says(&c).len(), 1);
    assert!(World::new(vec![line(OLD_BONUS, 50)]).says(&c).is_empty());
    assert!(World::new(vec![line(PAY, 100), line(OVERTIME, 50)]).says(&c).is_empty());
}

#[test]
fn a_recurring_line_does_not_come_or_go_without_a_reason() {
    let c = control("recurring_line_changed", &[], &[]);
    let mut w = World::new(vec![line(PAY, 100)]);
    w.moved = vec![moved(PAY, 100, 0), moved(OLD_BONUS, 0, 50), moved(PENSION, -10, -11), moved(OVERTIME, 0, 30)];
    assert_eq!(w.says(&c).len(), 2);
    w.moved.iter_mut().for_each(|m| m.grounded = true);
    assert!(w.says(&c).is_empty());
}

#[test]
fn a_one_off_is_not_paid_twice_by_inertia() {
    let c = control("one_off_repeated", &[], &[]);
    let mut w = World::new(vec![line(OVERTIME, 30)]);
    w.moved = vec![moved(OVERTIME, 3_000, 3_000), moved(PAY, 100, 100)];
    assert_eq!(w.says(&c).len(), 1);
    w.moved = vec![Moved { grounded: true, ..moved(OVERTIME, 3_000, 3_000) }];
    assert!(w.says(&c).is_empty());
    w.moved = vec![moved(OVERTIME, 3_000, 2_999)];
    assert!(w.says(&c).is_empty());
}

#[test]
fn pay_without_any_working_time_is_told() {
    let c = control("pay_without_working_time", &[], &[]);
    let mut w = World::new(Vec::new());
    assert_eq!(w.says(&c).len(), 1);
    w.facts.set(fact(Value::Number(exact("0.8"))));
    assert!(w.says(&c).is_empty());
}

// 2,000.00 gross less 222.00 makes 1,778.00, not the 1,600.00 of the totals.
#[test]
fn lines_that_are_not_the_net_are_told() {
    let c = control("slip_arithmetic", &[], &[]);
    let mut w = World::new(vec![line(PAY, 200_000), pension("0.111", -22_200)]);
    assert_eq!(w.says(&c).len(), 1);
    w.payslip.totals.net_paid = cents(177_800);
    assert!(w.says(&c).is_empty());
}

// 2,000.00 of earnings less 222.00 of contributions make 1,778.00; what comes off the net afterwards is not in it.
#[test]
fn a_net_social_amount_that_the_lines_do_not_make_is_told() {
    let c = control("net_social_from_lines", &[], &[]);
    let mut w = World::new(vec![line(PAY, 200_000), pension("0.111", -22_200)]);
    w.payslip.totals.net_social = cents(177_800);
    assert!(w.says(&c).is_empty());
    w.payslip.totals.net_social = cents(177_801);
    assert!(w.says(&c)[0].args.contains(&("sum".into(), cents(177_800).french())));
}

// Two hundredths of 2,000.00 are 40.00: one cent more is too much, without anything that says why.
#[test]
fn gross_that_moves_without_an_event_is_told() {
    let c = control("gross_variation", &[], &[("share", "0.02")]);
    let mut w = World::new(Vec::new());
    w.payslip.totals.gross = cents(204_000);
    assert!(w.says(&c).is_empty());
    w.payslip.totals.gross = cents(204_001);
    assert_eq!(w.says(&c).len(), 1);
}

#[test]
fn a_change_of_situation_wants_its_act() {
    let c = control("change_without_act", &["carriere"], &[]);
    let place = Place::File { file: "mouvements.csv".to_owned() };
    let shift = |cause, act| Shift { cause, label: "Indice majoré".to_owned(), place: place.clone(), act };
    let mut w = World::new(Vec::new());
    w.shifts = vec![shift("carriere", false), shift("carriere", false)];
    assert_eq!(w.says(&c).len(), 1);
    w.shifts = vec![shift("carriere", true), shift("taux_pas", false)];
    assert!(w.says(&c).is_empty());
}

#[test]
fn data_given_for_somebody_carried_over_was_not_used() {
    let c = control("validated_data_unused", &[], &[]);
    let mut w = World::new(Vec::new());
    w.sources.add(releve::ground::place::Source {
        file: "cia.csv".to_owned(),
        sheet: None,
        kind: releve::ground::place::SourceKind::Text,
        headings: Vec::new(),
    });
    w.brought = vec![Fact { at: At::row(0, 7), ..fact(Value::Number(exact("1"))) }];
    assert!(w.says(&c).is_empty());
    w.payslip.mode = Mode::Carried;
    assert_eq!(w.says(&c)[0].places[0].to_string(), "cia.csv:7");
}

#[test]
fn a_large_change_of_net_is_said_in_stronger_words() {
    let limits = [("amount", "150"), ("share", "0.10"), ("strong_amount", "500"), ("strong_share", "0.30")];
    let mut c = control("net_variation", &[], &limits);
    c.strong_message = Some(Words::new("fort", "strong"));
    c.severity = Severity::Warning;
    c.strong_severity = Some(Severity::Justify);
    let mut w = World::new(Vec::new());
    let mut net = |n: i64| {
        w.payslip.totals.net_paid = cents(n);
        w.says(&c)
    };
    // 1,600.00 last month: 150.00 comes before 10 %, and 30 % (480.00) before 500.00.
    assert!(net(175_000).is_empty());
    assert_eq!(net(175_001)[0].severity, Severity::Warning);
    assert_eq!(net(208_000)[0].message(Lang::En), "00001");
    let strong = net(208_001);
    assert_eq!((strong[0].severity, strong[0].message(Lang::En)), (Severity::Justify, "strong".to_owned()));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for entry in std::fs::read_dir(from).expect("the sample") {
        let entry = entry.expect("the sample");
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy of the sample");
        }
    }
}

/// With payslips: the only run of the tests that reads back what it printed.
#[test]
fn every_control_of_the_sample_town_runs_or_says_what_it_lacks() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("montreval-controls");
    let _ = std::fs::remove_dir_all(&folder);
    copy(Path::new("samples/montreval/inbox"), &folder.join("inbox"));
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("a copy of the sample");
    let options = Options { folder, rules: None, lang: None, threads: 0, payslips: true, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the sample runs");

    let generic = words::ui("ui.no_measure", Lang::Fr);
    let elected = outcome.not_run.iter().find(|n| n.control == "STA-13").expect("nobody has said how many people live there");
    assert!(elected.why.fr.contains("[settings], population"), "{}", elected.why.fr);
    let silent: Vec<&str> = outcome.not_run.iter().filter(|n| n.why.fr == generic || n.why.fr == "?").map(|n| n.control.as_str()).collect();
    assert!(silent.is_empty(), "no reason given: {silent:?}");
    assert!(
        !outcome.not_run.iter().any(|n| ["IMP-04", "IMP-06", "IMP-07"].contains(&n.control.as_str())),
        "what reading tells counts as run"
    );
    let ran = ["ACC-01", "ACC-02", "AMT-03", "AMT-07", "IMP-01", "IMP-08", "IMP-09", "PMT-02", "PMT-03", "SLIP-01", "TAX-06", "VAR-05"];
    for id in ran {
        assert!(!outcome.not_run.iter().any(|n| n.control == id), "{id} did not run");
        assert!(!outcome.findings.iter().any(|f| f.code == id), "{id} speaks on a sound month");
    }
    let mut blocking: Vec<&str> = outcome.findings.iter().filter(|f| f.severity == Severity::Blocking).map(|f| f.code.as_str()).collect();
    blocking.sort_unstable();
    assert_eq!(blocking, ["AMT-08", "BNK-01", "BNK-04", "IMP-05", "POP-02", "POP-03", "POP-04"]);
    // Those with a payslip and no transfer, and the two who have none: in no list of arrivals, and gone in November.
    assert_eq!(outcome.excluded, ["00156", "00825", "00995", "01078", "01413", "01700"]);
    let listed: Vec<Severity> = outcome.findings.iter().filter(|f| f.code == "PMT-07").map(|f| f.severity).collect();
    assert_eq!(listed, [Severity::Information; 4]);
    // 00233 came with the identity number of 01840.
    assert!(outcome.findings.iter().any(|f| f.code == "ID-02" && f.employee.as_ref().is_some_and(|e| e.as_str() == "00233")));
}
