//! Two payslips under one number in one register.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran};
use releve::ground::Severity;

const REGISTER: &str = "livre-de-paie-2021-11.csv";
const AGENT: &str = "00102";
const OTHER: &str = "00360";

/// The agent's own rows.
fn own_rows() -> Vec<Vec<String>> {
    let bytes = std::fs::read(format!("samples/montreval/inbox/{REGISTER}")).expect("the register");
    let text: String = bytes.into_iter().map(char::from).collect();
    text.lines().filter(|l| l.starts_with(AGENT)).map(|l| l.split(';').map(str::to_owned).collect()).collect()
}

/// The sample whose register has these rows more, below those of the agent.
fn run(name: &str, more: impl Fn(&[Vec<String>]) -> Vec<String>) -> Ran {
    let bytes = std::fs::read(format!("samples/montreval/inbox/{REGISTER}")).expect("the register");
    // Latin letters: a byte each.
    let text: String = bytes.into_iter().map(char::from).collect();
    let cells = |l: &str| l.split(';').map(str::to_owned).collect::<Vec<_>>();
    let of = |number: &str| text.lines().map(cells).filter(|c| c[0] == number).collect::<Vec<_>>();
    let (own, other) = (of(AGENT), of(OTHER));
    let renamed = other.into_iter().map(|mut c| {
        c[..3].clone_from_slice(&own[0][..3]);
        c
    });
    let more = more(&renamed.collect::<Vec<_>>());
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let last = lines.iter().rposition(|l| l.starts_with(&format!("{AGENT};"))).expect("the agent");
    lines.splice(last + 1..last + 1, more);
    let text = lines.join("\r\n") + "\r\n";
    ran::sample("registers-two-payslips", name, &[REGISTER], &[("livre de paie.csv", text)])
}

#[test]
fn two_payslips_with_base_pay_each_are_two_posts() {
    let r = run("posts", |other| other.iter().map(|c| c.join(";")).collect());
    assert_eq!((r.told("M377", AGENT), r.told("C05", AGENT), r.waits(AGENT)), (vec![Severity::Blocking], vec![], true));
    let row = format!(
        "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\nmode;{AGENT};;reconduction;2021-12;;Mme Renard;13/12/2021;rien ne change\n"
    );
    std::fs::write(r.folder.join("decisions.csv"), row).expect("the decision");
    let r = ran::run_in(r.folder, None);
    assert_eq!((r.told("M377", AGENT), r.told("C05", AGENT)), (vec![], vec![]), "a person said how to pay");
}

/// Half a post each, and as much for one as for the other.
#[test]
fn two_payslips_with_one_net_are_two_posts_as_well() {
    let r = run("one-net", |_| own_rows().iter().map(|c| c.join(";")).collect());
    assert_eq!((r.told("M377", AGENT), r.told("M20", AGENT), r.waits(AGENT)), (vec![Severity::Blocking], vec![], true));
    let f = r.outcome.findings.iter().find(|f| f.code == "M377").expect("asked");
    let nets: Vec<&str> = f.args.iter().filter(|a| a.0 == "nets").flat_map(|a| a.1.split(" + ")).collect();
    assert!(nets.len() == 2 && nets[0] == nets[1], "{nets:?}");
}

/// The net printed on two rows of one payslip is one.
#[test]
fn a_net_printed_twice_is_one_payslip() {
    let r = run("twice", |_| own_rows().iter().filter(|c| c[3] == "9300").map(|c| c.join(";")).collect());
    assert_eq!((r.told("M377", AGENT), r.told("M378", AGENT), r.told("M20", AGENT), r.waits(AGENT)), (vec![], vec![], vec![], false));
}

/// A bonus on a payslip of its own: 100 gross, and nothing taken off.
#[test]
fn a_second_payslip_without_base_pay_is_put_to_the_first() {
    let rows = |other: &[Vec<String>]| {
        let head = other[0][..3].join(";");
        vec![format!("{head};0499;PRIME EXCEPTIONNELLE;;;100,00;;;"), format!("{head};9300;NET A PAYER;;;100,00;;;")]
    };
    let r = run("bonus", rows);
    assert_eq!((r.told("M378", AGENT), r.told("C05", AGENT), r.told("M377", AGENT)), (vec![Severity::Justify], vec![], vec![]));
}

/// The second one is paid for sessions: other base pay than a traitement, under a code of its own.
#[test]
fn base_pay_of_another_kind_is_another_post() {
    let rows = |other: &[Vec<String>]| {
        let head = other[0][..3].join(";");
        vec![format!("{head};0095;VACATIONS;;;300,00;;;"), format!("{head};9300;NET A PAYER;;;300,00;;;")]
    };
    let r = run("sessions", rows);
    assert_eq!((r.told("M377", AGENT), r.told("M378", AGENT), r.waits(AGENT)), (vec![Severity::Blocking], vec![], true));
}
