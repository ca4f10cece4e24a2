//! Controls over the whole run: population bridge, totals, accounts shared by several people.

use crate::check::books::{self, Books};
use crate::check::grid::Grid;
use crate::check::printed::{self, Printed};
use crate::check::written::{self, File};
use crate::check::{Control, absent, beyond};
use crate::facts::FactId;
use crate::ground::{EmployeeId, Exact, Finding, Iban, Lang, Money, PayMonth, Place, Severity, words};
use crate::payslip::Card;
use std::collections::{BTreeMap, BTreeSet};

/// The sums that controls of the run compare.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    pub count: u64,
    pub gross: Money,
    pub net: Money,
    pub cost: Money,
}

/// Two numbers that look like one person.
#[derive(Clone, Debug)]
pub struct Twin {
    /// The newer of the two.
    pub newer: EmployeeId,
    pub other: EmployeeId,
    /// What says so, by the key of its words.
    pub why: &'static str,
    /// Same identity number, and only the other was paid last month.
    pub renumbered: bool,
    /// Same identity number, and the bank paid one of the two last month.
    pub sent_once: bool,
    /// What each of the two is about to be paid, and on which account, when both are.
    pub paid: Option<[(Money, String); 2]>,
    pub places: [Place; 2],
}

/// A sum of the year that is not what was paid before and this month's amount.
#[derive(Clone, Debug)]
pub struct SumGap {
    pub employee: EmployeeId,
    /// Name of the sum, by its column in the record.
    pub what: &'static str,
    pub found: Money,
    pub expected: Money,
}

/// A file of the inbox that nobody could use.
#[derive(Clone, PartialEq, Debug)]
pub struct Unidentified {
    pub what: String,
    pub place: Place,
    /// Whoever it may mean is set aside by name, or it is a picture, which no program wrote as a list.
    pub set_aside: bool,
}

/// Somebody who approved what they had prepared.
#[derive(Clone, Debug)]
pub struct Alone {
    pub employee: EmployeeId,
    pub who: String,
    /// What was decided, in words.
    pub what: String,
    pub places: Vec<Place>,
}

/// What controls of the run see.
#[derive(Debug, Default)]
pub struct Run {
    pub lang: Lang,
    pub catalogue: Vec<Card>,
    /// Last month paid, and the month each dated source is about.
    pub last_month: Option<PayMonth>,
    pub periods: Vec<(String, PayMonth, Place)>,
    /// Files of the inbox nobody could use.
    pub unidentified: Vec<Unidentified>,
    /// Whether somebody recorded decisions.
    pub decisions: bool,
    /// Decisions of this month that one person prepared and approved.
    pub alone: Vec<Alone>,
    /// Sums of the year: how many were followed from the month before, and those that do not add up.
    pub sums: (u64, Vec<SumGap>),
    /// Whether a register of last month was read.
    pub register: bool,
    /// Slips of last month whose agent's working time is known, of how many.
    pub with_working_time: (u64, u64),
    pub books: Books,
    /// Facts that controls cannot do without, and that somebody's are known of.
    pub known: BTreeSet<FactId>,
    /// Indices by grade and step.
    pub grid: Grid,
    /// Payslips as printed; `None` when none were printed.
    pub printed: Option<Vec<Printed>>,
    /// Who must have a payslip.
    pub due: Vec<EmployeeId>,
    /// The transfer file read again; `None` when there is none.
    pub file: Option<File>,
    /// Owed money, neither in the transfer file nor on the list of those left out.
    pub unlisted: Vec<(EmployeeId, Money)>,
    pub before: Sums,
    pub after: Sums,
    /// Bridge of the population: paid last month, arrivals, departures, unexplained absences.
    pub arrivals: u64,
    pub departures: u64,
    pub carried: u64,
    /// Net of the register and total of the transfer file of last month, when both are known.
    pub register_net: Option<Money>,
    pub transferred: Option<(Money, Place)>,
    /// Paid in the register, not in the transfer file.
    pub without_transfer: Vec<(EmployeeId, Money)>,
    /// Accounts about to be paid: who on each.
    pub accounts: BTreeMap<Iban, Vec<EmployeeId>>,
    /// Of those accounts, the ones that are somebody else's, with whose and where it says so; `None` where no file lists others' accounts.
    pub of_others: Option<BTreeMap<Iban, (String, Place)>>,
    /// The same person under several numbers, with what says so.
    pub twins: Vec<Twin>,
    /// Slips whose lines do not add up to the register's own net.
    pub unbalanced: Vec<(EmployeeId, Money, Money, Place)>,
    /// Rows about people no source knows.
    pub strangers: Vec<(EmployeeId, String, Place)>,
    /// Local codes without a rule, with how many lines they have and what they weigh.
    pub unknown_codes: Vec<(String, String, u64, Money)>,
    /// Sum of the causes against the difference, when they disagree: employee, unexplained amount.
    pub unexplained: Vec<(EmployeeId, Money)>,
    /// Total and count of the transfer file of this month against the nets it should pay.
    pub transfer_total: Option<(Money, u64, Money, u64)>,
    /// Execution date is a working day of the payment system.
    pub closed_day: Option<String>,
    pub debtor_missing: bool,
    pub excluded: Vec<(EmployeeId, String, Money)>,
}

/// Measures over the run. `Err` names why it could not run; `Ok(None)`: the program has no such measure.
///
/// # Errors
/// What is missing for the measure.
pub fn measure(c: &Control, r: &Run) -> Result<Option<Vec<Finding>>, &'static str> {
    Ok(Some(match c.measure.as_str() {
        "headcount_bridge" => {
            let expected = (r.before.count + r.arrivals).saturating_sub(r.departures);
            if expected == r.after.count { Vec::new() } else { vec![c.finding().arg("expected", expected).arg("found", r.after.count)] }
        }
        "register_against_transfers" => {
            let (Some(net), Some((sent, place))) = (r.register_net, &r.transferred) else { return Err("need_transfers") };
            if net == *sent {
                return Ok(Some(Vec::new()));
            }
            let who: Vec<String> = r.without_transfer.iter().take(5).map(|(id, m)| format!("{id} ({})", m.french())).collect();
            let f = c.finding().at(place.clone()).arg("register", net.french()).arg("transfers", sent.french());
            vec![f.arg("gap", (net - *sent).french()).arg("who", who.join(", ")).stake((net - *sent).cents())]
        }
        "slip_against_lines" => r
            .unbalanced
            .iter()
            .map(|(id, shown, sum, place)| {
                c.finding()
                    .of(id)
                    .at(place.clone())
                    .arg("agent", id)
                    .arg("shown", shown.french())
                    .arg("sum", sum.french())
                    .stake((*shown - *sum).cents())
            })
            .collect(),
        "shared_iban" => r
            .accounts
            .iter()
            .filter(|(_, who)| people(who) > 1)
            .flat_map(|(iban, who)| {
                let mut all = who.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
                if who.len() > NAMED {
                    all += &format!(" … +{}", who.len() - NAMED);
                }
                let masked = iban.masked();
                let blocking = people(who) > 2;
                who.iter().map(move |id| {
                    let mut f = c.finding().of(id).arg("agent", id).arg("agents", &all).arg("iban", &masked);
                    if blocking {
                        f.severity = crate::ground::Severity::Blocking;
                    }
                    f
                })
            })
            .collect(),
        "iban_of_third_party" => {
            let Some(others) = &r.of_others else { return Err("need_third_parties") };
            let paid = others.iter().filter_map(|(iban, owner)| Some((owner, r.accounts.get(iban)?)));
            paid.flat_map(|((name, place), who)| {
                who.iter().map(move |id| c.finding().of(id).arg("agent", id).arg("other", name).at(place.clone()))
            })
            .collect()
        }
        "same_person" => r.twins.iter().map(|t| both_paid(twin(c, t), t).arg("why", words::ui(t.why, r.lang))).collect(),
        "changed_number" => r.twins.iter().filter(|t| t.renumbered).map(|t| twin(c, t).arg("why", words::ui(t.why, r.lang))).collect(),
        // What these three find is told where it is read, cell by cell; here it only counts as looked for.
        "conflicting_sources" => Vec::new(),
        // Told where `decisions.csv` is read, cell by cell.
        "incomplete_override" => {
            if !r.decisions {
                return Err("need_overrides");
            }
            Vec::new()
        }
        "same_person_approves" => {
            if !r.decisions {
                return Err("need_approval");
            }
            let say = |a: &Alone| {
                let f = c.finding().of(&a.employee).arg("agent", &a.employee).arg("who", &a.who).arg("what", &a.what);
                a.places.iter().fold(f, |f, p| f.at(p.clone()))
            };
            r.alone.iter().map(say).collect()
        }
        "cumulated_sums" => {
            if r.sums.0 == 0 {
                return Err("need_sums");
            }
            let limit = c.money("amount").unwrap_or(Money::ZERO);
            let beyond = r.sums.1.iter().filter(|s| (s.found - s.expected).abs() >= limit);
            beyond
                .map(|s| {
                    let f = c.finding().of(&s.employee).arg("agent", &s.employee).arg("what", s.what).arg("found", s.found.french());
                    f.arg("expected", s.expected.french()).stake((s.found - s.expected).cents())
                })
                .collect()
        }
        "index_by_step" => r.grid.off(c),
        "duplicate_rows" | "ambiguous_code" => {
            if !r.register {
                return Err("need_register");
            }
            Vec::new()
        }
        "source_identified" => r.unidentified.iter().map(|u| unidentified(c, u)).collect(),
        "age_of_source" => age(c, r)?,
        "share_with_working_time" => rare(c, r)?,
        "strangers" => {
            r.strangers.iter().map(|(id, what, place)| c.finding().at(place.clone()).arg("agent", id).arg("what", what)).collect()
        }
        "unknown_code" => r
            .unknown_codes
            .iter()
            .map(|(code, label, n, sum)| {
                c.finding().arg("code", code).arg("label", label).arg("lines", n).arg("amount", sum.french()).stake(sum.cents())
            })
            .collect(),
        "unexplained" => {
            r.unexplained.iter().map(|(id, m)| c.finding().of(id).arg("agent", id).arg("amount", m.french()).stake(m.cents())).collect()
        }
        "total_variation" => {
            let Some(share) = c.limit("share") else { return Err("need_threshold") };
            let (gross, cost) = match r.lang {
                Lang::Fr => ("brut", "coût employeur"),
                Lang::En => ("gross", "employer cost"),
            };
            [("net", r.before.net, r.after.net), (gross, r.before.gross, r.after.gross), (cost, r.before.cost, r.after.cost)]
                .iter()
                .filter(|(_, a, b)| !a.is_zero() && beyond(*b - *a, *a, share))
                .map(|(what, a, b)| {
                    c.finding()
                        .arg("what", what)
                        .arg("before", a.french())
                        .arg("after", b.french())
                        .arg("change", (*b - *a).french())
                        .stake((*b - *a).cents())
                })
                .collect()
        }
        "transfer_total" => {
            let Some((sum, count, want_sum, want_count)) = r.transfer_total else { return Err("need_debtor") };
            if (sum, count) == (want_sum, want_count) {
                Vec::new()
            } else {
                vec![
                    c.finding().arg("found", sum.french()).arg("expected", want_sum.french()).arg("count", count).arg("wanted", want_count),
                ]
            }
        }
        "execution_date" => r.closed_day.iter().map(|d| c.finding().arg("date", d)).collect(),
        "debtor_account" => {
            if r.debtor_missing {
                vec![c.finding()]
            } else {
                Vec::new()
            }
        }
        "excluded_listed" => {
            let say = |id: &EmployeeId, why: &str, net: Money| {
                c.finding().of(id).arg("agent", id).arg("why", why).arg("amount", net.french()).stake(net.cents())
            };
            let listed = r.excluded.iter().map(|(id, why, net)| {
                let mut f = say(id, why, *net);
                // On the list, with its reason: that is what the control asks for.
                f.severity = Severity::Information;
                f
            });
            listed.chain(r.unlisted.iter().map(|(id, net)| say(id, "?", *net))).collect()
        }
        "payslip_written" | "expected_mention" | "forbidden_mention" | "provisional_mark" => {
            let Some(slips) = &r.printed else { return Err("need_payslips") };
            return Ok(printed::measure(c, slips, &r.due, r.lang));
        }
        "transfer_file_valid" | "reference_unique" => {
            let Some(file) = &r.file else { return Err("need_transfer_file") };
            return Ok(written::measure(c, file, r.lang));
        }
        other => {
            if let Some(key) = absent::reason(other) {
                return Err(key);
            }
            return books::measure(c, &r.books, &r.catalogue, r.lang);
        }
    }))
}

/// Whoever the file may mean waits already, or it is a picture: it is worth a look, and stops nobody else.
fn unidentified(c: &Control, u: &Unidentified) -> Finding {
    let mut f = c.finding().at(u.place.clone()).arg("what", &u.what);
    if u.set_aside {
        f.severity = Severity::Justify;
    }
    f
}

fn twin(c: &Control, t: &Twin) -> Finding {
    let f = c.finding().of(&t.newer).arg("agent", &t.newer).arg("other", &t.other);
    t.places.iter().fold(f, |f, p| f.at(p.clone()))
}

/// Two payments to one person are told with their amounts and accounts.
fn both_paid(f: Finding, t: &Twin) -> Finding {
    let Some([(net, account), (other_net, other_account)]) = &t.paid else { return f };
    let f = f.told("M271").arg("net", net.french()).arg("account", account);
    f.arg("other_net", other_net.french()).arg("other_account", other_account).stake(net.cents())
}

/// Months between what a source is about and the last month paid.
fn age(c: &Control, r: &Run) -> Result<Vec<Finding>, &'static str> {
    let (Some(last), false) = (r.last_month, r.periods.is_empty()) else { return Err("need_period") };
    let limit = c.count("count").ok_or("need_threshold")?;
    let old = r.periods.iter().filter(|(_, m, _)| last.months_since(*m) > limit);
    Ok(old.map(|(what, m, place)| c.finding().at(place.clone()).arg("what", what).arg("period", m)).collect())
}

/// Share of last month's slips whose agent's working time is known.
fn rare(c: &Control, r: &Run) -> Result<Vec<Finding>, &'static str> {
    let share = c.limit("share").ok_or("need_threshold")?;
    let (known, of) = r.with_working_time;
    if of == 0 {
        return Err("need_register");
    }
    let whole = |n: u64| Exact::int(i64::try_from(n).unwrap_or(i64::MAX));
    let enough = whole(of).mul(share).is_none_or(|least| whole(known) >= least);
    let percent = known * 100 / of;
    Ok(if enough { Vec::new() } else { vec![c.finding().arg("share", format!("{percent} %")).arg("known", known).arg("of", of)] })
}

/// Numbers that a finding writes out; the others are counted.
const NAMED: usize = 10;

/// How many people these are: somebody with several posts is one.
fn people(ids: &[EmployeeId]) -> usize {
    ids.iter().map(EmployeeId::as_str).collect::<std::collections::BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::{control, limits};

    fn found(c: &Control, r: &Run) -> Vec<Finding> {
        measure(c, r).expect("it runs").expect("a measure")
    }
    fn id(text: &str) -> EmployeeId {
        EmployeeId::parse(text).expect("a number")
    }
    fn month(text: &str) -> PayMonth {
        PayMonth::parse(text).expect("a month")
    }

    #[test]
    fn a_file_nobody_knows_is_named() {
        let mut r = Run::default();
        assert!(found(&control("source_identified"), &r).is_empty());
        let file = Place::File { file: "notes.doc".to_owned() };
        r.unidentified.push(Unidentified { what: "notes.doc".to_owned(), place: file, set_aside: false });
        assert_eq!(found(&control("source_identified"), &r)[0].places.len(), 1);
        assert_eq!(found(&control("source_identified"), &r)[0].severity, Severity::Blocking);
        r.unidentified[0].set_aside = true;
        assert_eq!(found(&control("source_identified"), &r)[0].severity, Severity::Justify, "those it names wait");
    }

    #[test]
    fn a_source_is_old_after_more_than_a_month() {
        let c = limits(control("age_of_source"), &[("count", "1")]);
        let mut r = Run { last_month: Some(month("2022-01")), ..Run::default() };
        assert_eq!(measure(&c, &r).err(), Some("need_period"));
        r.periods.push(("register".to_owned(), month("2021-12"), Place::Nowhere));
        assert!(found(&c, &r).is_empty());
        r.periods.push(("transfers".to_owned(), month("2021-11"), Place::Nowhere));
        assert_eq!(found(&c, &r).len(), 1);
    }

    #[test]
    fn nine_slips_in_ten_have_a_working_time() {
        let c = limits(control("share_with_working_time"), &[("share", "0.90")]);
        let r = |n| Run { with_working_time: n, ..Run::default() };
        assert!(found(&c, &r((90, 100))).is_empty());
        assert_eq!(found(&c, &r((89, 100)))[0].args[0].1, "89 %");
        assert_eq!(measure(&c, &r((0, 0))).err(), Some("need_register"));
    }

    #[test]
    fn a_number_has_changed_only_when_the_other_was_paid() {
        let twin = |renumbered| Twin {
            newer: id("2"),
            other: id("1"),
            why: "ui.twin.number",
            renumbered,
            sent_once: false,
            paid: None,
            places: [Place::Nowhere, Place::Nowhere],
        };
        let r = Run { twins: vec![twin(false)], ..Run::default() };
        assert!(found(&control("changed_number"), &r).is_empty());
        assert_eq!(found(&control("same_person"), &r).len(), 1);
        let r = Run { twins: vec![twin(true)], ..Run::default() };
        assert_eq!(found(&control("changed_number"), &r)[0].employee, Some(id("2")));
    }

    #[test]
    fn what_reading_tells_counts_as_run_once_there_is_a_register() {
        for m in ["duplicate_rows", "ambiguous_code"] {
            assert_eq!(measure(&control(m), &Run::default()).err(), Some("need_register"));
            assert!(found(&control(m), &Run { register: true, ..Run::default() }).is_empty());
        }
        assert!(found(&control("conflicting_sources"), &Run::default()).is_empty());
    }

    #[test]
    fn sums_are_only_judged_where_they_go_on_from_a_month_before() {
        let c = limits(control("cumulated_sums"), &[("amount", "0.01")]);
        let gap = |found, expected| SumGap {
            employee: id("1"),
            what: "gross",
            found: Money::from_cents(found),
            expected: Money::from_cents(expected),
        };
        assert_eq!(measure(&c, &Run::default()).err(), Some("need_sums"));
        assert!(found(&c, &Run { sums: (1, Vec::new()), ..Run::default() }).is_empty());
        let r = Run { sums: (2, vec![gap(460_000, 459_999), gap(1, 1)]), ..Run::default() };
        assert_eq!((found(&c, &r).len(), found(&c, &r)[0].severity), (1, Severity::Blocking));
    }

    #[test]
    fn nobody_approves_what_they_prepared() {
        let c = control("same_person_approves");
        assert_eq!(measure(&c, &Run::default()).err(), Some("need_approval"));
        assert!(found(&c, &Run { decisions: true, ..Run::default() }).is_empty());
        let alone = Alone { employee: id("1"), who: "Mme Roche".to_owned(), what: "IBAN".to_owned(), places: vec![Place::Nowhere] };
        assert_eq!(found(&c, &Run { decisions: true, alone: vec![alone], ..Run::default() })[0].employee, Some(id("1")));
    }

    #[test]
    fn an_exclusion_that_is_listed_only_informs() {
        let c = control("excluded_listed");
        let r = Run { excluded: vec![(id("1"), "BNK-01".to_owned(), Money::from_cents(1))], ..Run::default() };
        assert_eq!(found(&c, &r)[0].severity, Severity::Information);
        let r = Run { unlisted: vec![(id("2"), Money::from_cents(1))], ..Run::default() };
        assert_eq!(found(&c, &r)[0].severity, Severity::Blocking);
        assert!(found(&c, &Run::default()).is_empty());
    }

    #[test]
    fn heads_and_transfers_must_add_up() {
        let sums = |count| Sums { count, ..Sums::default() };
        // Ten, two more, one less: eleven.
        let bridge = |found| Run { before: sums(10), arrivals: 2, departures: 1, after: sums(found), ..Run::default() };
        let c = control("headcount_bridge");
        assert_eq!((found(&c, &bridge(11)).len(), found(&c, &bridge(10)).len()), (0, 1));
        let c = control("transfer_total");
        let sent =
            |cents, count| Run { transfer_total: Some((Money::from_cents(cents), count, Money::from_cents(100), 1)), ..Run::default() };
        assert_eq!([sent(100, 1), sent(101, 1), sent(100, 2)].map(|r| found(&c, &r).len()), [0, 1, 1]);
        assert_eq!(measure(&c, &Run::default()).err(), Some("need_debtor"));
    }

    #[test]
    fn a_control_without_data_says_which() {
        let account = Iban::parse("FR7630006000011234567890189").expect("a sound account");
        let accounts = BTreeMap::from([(account.clone(), vec![id("1")])]);
        let c = control("iban_of_third_party");
        assert_eq!(measure(&c, &Run { accounts: accounts.clone(), ..Run::default() }).err(), Some("need_third_parties"));
        assert!(found(&c, &Run { accounts: accounts.clone(), of_others: Some(BTreeMap::new()), ..Run::default() }).is_empty());
        let of_others = Some(BTreeMap::from([(account, ("Garage".to_owned(), Place::Nowhere))]));
        assert_eq!(found(&c, &Run { accounts, of_others, ..Run::default() })[0].employee, Some(id("1")));
        assert_eq!(measure(&control("payslip_written"), &Run::default()).err(), Some("need_payslips"));
        assert_eq!(measure(&control("reference_unique"), &Run::default()).err(), Some("need_transfer_file"));
    }
}
