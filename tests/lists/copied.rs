//! Lists made of columns copied from the staff file: grade, index and working time beside a bonus or the days of a strike.

#[path = "../made/mod.rs"]
mod made;

use made::ran::{self, OfAgent as _, Ran};
use made::staff;
use releve::ground::Severity;
use std::collections::BTreeMap;

const CIA: &str = "cia-decembre.csv";
/// Titles of the staff file that somebody copies along.
const CAREER: [&str; 5] = ["Statut", "Cat.", "Grade", "I.M.", "Quotité"];

fn nets(of: impl IntoIterator<Item = made::Row>) -> BTreeMap<String, i64> {
    of.into_iter().map(|r| (r["employee"].clone(), made::cents(&r["net_paid"]))).collect()
}

fn run(name: &str, out: &[&str], file: &str, text: &str) -> Ran {
    ran::sample("lists-copied", name, out, &[(file, text.as_bytes().to_vec())])
}

/// The sample's list of bonuses, each row with what the staff file says of the agent's career.
fn bonuses(change: impl Fn(&str, &str, String) -> String) -> String {
    let bytes = std::fs::read(format!("samples/montreval/inbox/{CIA}")).expect("the sample");
    let text = String::from_utf8(bytes).unwrap_or_else(|e| encoding_rs::WINDOWS_1252.decode(e.as_bytes()).0.into_owned());
    let mut rows = text.trim_start_matches('\u{feff}').lines().map(|l| l.split(';').map(str::to_owned).collect::<Vec<_>>());
    let titles = rows.next().expect("titles");
    let staff = staff();
    let mut all = vec![[&titles[..3], &CAREER.map(str::to_owned), &titles[3..]].concat().join(";")];
    for row in rows.filter(|r| r.len() == titles.len()) {
        let of = |title: &str| change(&row[0], title, staff.get(&row[0]).map(|s| s[title].clone()).unwrap_or_default());
        all.push([&row[..3], &CAREER.map(of), &row[3..]].concat().join(";"));
    }
    all.join("\n")
}

#[test]
fn a_list_of_bonuses_with_grade_and_index_is_paid() {
    let r = run("cia", &[CIA], CIA, &bonuses(|_, _, own| own));
    assert_eq!(nets(r.rows("payslips.csv")), nets(made::expected("payslips.csv")));
    assert!(r.outcome.findings.iter().all(|f| f.code != "F121"));
}

// Ten points more than the staff file has: new, or a slip of the key, and nobody is paid on it.
#[test]
fn a_fact_that_such_a_list_shows_otherwise_is_asked() {
    let other = |agent: &str, title: &str, own: String| match (agent, title) {
        ("00232", "I.M.") => (own.parse::<u32>().expect("an index") + 10).to_string(),
        _ => own,
    };
    let r = run("stale", &[CIA], CIA, &bonuses(other));
    assert_eq!((r.grave("F121", "00232"), r.waits("00232")), (vec![Severity::Blocking], true));
    assert!(r.grave("F121", "00102").is_empty() && !r.waits("00102"));
}

#[test]
fn days_of_a_strike_beside_grade_and_index_are_kept_from_pay() {
    let own = &staff()["00844"];
    let career = CAREER.map(|t| own[t].clone()).join(";");
    let titles = CAREER.join(";");
    let text = format!("Matricule;Nom;Prénom;{titles};Du;Au;Nb jours\n00844;RAMPAL;Joël;{career};06/12/2021;07/12/2021;2\n");
    let r = run("strike", &["absences-decembre.xls"], "Grèves.csv", &text);
    let expected = nets(made::expected("payslips.csv"));
    assert_eq!(nets(r.rows("payslips.csv"))["00844"], expected["00844"]);
}

#[test]
fn a_sum_in_a_staff_file_is_told_as_not_paid() {
    let rows = staff();
    let titles: Vec<&String> = rows.values().next().expect("somebody").keys().filter(|t| !t.is_empty()).collect();
    let mut text = format!("{};CIA\n", titles.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(";"));
    for (id, row) in &rows {
        let cells: Vec<&str> = titles.iter().map(|t| row[*t].as_str()).collect();
        text += &format!("{};{}\n", cells.join(";"), if id == "00102" { "150,00" } else { "" });
    }
    let told = |r: &Ran| r.outcome.findings.iter().filter(|f| f.code == "M410").map(|f| f.severity).collect::<Vec<_>>();
    let r = run("in-staff", &["agents.xlsx"], "agents.csv", &text);
    assert_eq!(told(&r), [Severity::Justify]);
    assert_eq!(nets(r.rows("payslips.csv"))["00102"], nets(made::expected("payslips.csv"))["00102"]);
}
