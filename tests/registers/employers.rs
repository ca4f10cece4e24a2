//! The sample town beside another employer that numbers its own people, in one folder: the town's pay is the same, and whom it does not
//! pay is named.

use super::{Row, by_agent, job, rows, run, same_pay, table, text, told};
use releve::ground::Severity;

const HEAD: &str = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale";
/// A number that passes its key and is no town's.
const OTHER: &str = "26994000040018";

fn cells(r: &Row) -> String {
    let all = [&r.number, &r.surname, &r.given, &r.code, &r.label, &r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer];
    all.map(String::as_str).join(";")
}

/// Six people under numbers that are others' in the town.
fn others() -> Vec<Row> {
    let names = [("LEGRAND", "Odile"), ("MARCHAL", "Rémi"), ("PONCET", "Alice"), ("QUILLET", "Noé"), ("ROBIN", "Zoé"), ("TESSIER", "Luc")];
    let renamed = |(agent, (surname, given)): (Vec<Row>, (&str, &str))| {
        agent.into_iter().map(move |r| Row { surname: surname.to_owned(), given: given.to_owned(), ..r }).collect::<Vec<_>>()
    };
    by_agent(&rows()).into_iter().zip(names).flat_map(renamed).collect()
}

fn register(head: &str, own: &[Row]) -> String {
    format!("{head}{}", text(HEAD, own.iter().map(cells)))
}

#[test]
fn files_of_two_employers_are_parted_where_they_say_whose_they_are() {
    let line = |r: Row| format!("{};{};{};Titulaire;C;350", r.number, r.surname, r.given);
    let staff = others().into_iter().filter(|r| r.code == "0010").map(line);
    let staff = text("Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré", staff);
    let siret = format!("Établissement {OTHER}\n\n");
    for (name, files, count) in [
        ("names", vec![("livre ville.csv", register("", &rows())), ("livre CCAS.csv", register("", &others()))], 1),
        (
            "titles",
            vec![("a.csv", register("Commune de Montreval\n\n", &rows())), ("b.csv", register("CCAS de Montreval\n\n", &others()))],
            1,
        ),
        ("sirets", vec![("a.csv", register("", &rows())), ("b.csv", register(&siret, &others()))], 1),
        ("staff", vec![("livre.csv", register("", &rows())), ("personnel CCAS.csv", staff.clone())], 1),
        ("both", vec![("livre.csv", register("", &rows())), ("livre CCAS.csv", register("", &others())), ("agents CCAS.csv", staff)], 2),
    ] {
        let outcome = same_pay(&format!("employers-{name}"), &files, &[]);
        assert_eq!((told(&outcome, "M372"), told(&outcome, "M14")), (count, 0), "{name}");
    }
}

#[test]
fn rows_of_two_employers_are_parted_where_a_column_says_whose_they_are() {
    for (name, title, [own, other]) in [
        ("called", "Collectivité", ["VILLE", "CCAS"]),
        ("named", "Employeur", ["Commune de Montreval", "EHPAD Les Tilleuls"]),
        ("siret", "SIRET", ["21994101000015", OTHER]),
    ] {
        let lines = rows().into_iter().map(|r| format!("{own};{}", cells(&r)));
        let lines = lines.chain(others().into_iter().map(|r| format!("{other};{}", cells(&r))));
        let outcome = same_pay(&format!("employers-{name}"), &[("livre.csv", text(&format!("{title};{HEAD}"), lines))], &[]);
        assert_eq!((told(&outcome, "M372"), told(&outcome, "M14")), (1, 0), "{name}");
    }
}

/// What stands above an empty cell is another agent's employer.
#[test]
fn an_empty_cell_below_another_employers_rows_says_nothing() {
    let all = by_agent(&rows());
    let (last, first) = all.split_last().expect("agents");
    let of = |employer: &'static str, own: Vec<Row>| own.into_iter().map(move |r| format!("{employer};{}", cells(&r)));
    let town = of("VILLE", first.iter().flatten().cloned().collect());
    // Numbers of the town's, that are nobody's below the line of the last.
    let theirs: Vec<Row> = others().into_iter().filter(|r| r.number != last[0].number).collect();
    let lines = town.chain(of("CCAS", theirs)).chain(of("", last.clone()));
    let outcome = same_pay("employers-empty", &[("livre.csv", text(&format!("Collectivité;{HEAD}"), lines))], &[]);
    assert_eq!((told(&outcome, "M372"), told(&outcome, "M373")), (1, 0));
    let named = outcome.findings.iter().find(|f| f.code == "M372").expect("told").message(releve::ground::Lang::Fr);
    assert!(!named.contains(&last[0].surname), "{named}");
}

/// « 01 » and « 02 » say not which of them pays: whoever has a number in common waits.
#[test]
fn two_people_under_one_number_of_a_register_wait() {
    let lines = rows().into_iter().map(|r| format!("01;{}", cells(&r)));
    let lines = lines.chain(others().into_iter().map(|r| format!("02;{}", cells(&r))));
    let folder = job("employers-codes", &[("livre.csv", text(&format!("Collectivité;{HEAD}"), lines))]);
    let outcome = run(&folder);
    let held: Vec<&str> = outcome
        .findings
        .iter()
        .filter(|f| f.code == "M14" && f.severity == Severity::Blocking)
        .filter_map(|f| f.employee.as_ref().map(|e| e.as_str()))
        .collect();
    assert_eq!((held.len(), told(&outcome, "M372")), (6, 0), "{held:?}");
    let paid = table(&folder.join("out/transfers.csv"));
    assert!(paid.iter().all(|t| !held.contains(&t["employee"].as_str())));
}

/// Where no number is anybody else's, a word in a name takes nothing away; nor does a SIRET where nothing says who else is paid.
#[test]
fn people_without_a_number_in_common_are_paid() {
    let outcome = same_pay("employers-word", &[("livre ville et CCAS.csv", register("", &rows()))], &[]);
    assert_eq!((told(&outcome, "M372"), told(&outcome, "M373")), (0, 0));
    let siret = format!("Établissement {OTHER}\n\n");
    let outcome = same_pay("employers-alone", &[("livre.csv", register(&siret, &rows()))], &[]);
    assert_eq!((told(&outcome, "M372"), told(&outcome, "M373")), (0, 1));
    // A list's may be the insurer's: it is read, and that is told.
    let agent = &rows()[0];
    let list = format!(
        "Mutuelle, SIRET {OTHER}\n\nMatricule;Nom;Prénom;Prime exceptionnelle\n{};{};{};0\n",
        agent.number, agent.surname, agent.given
    );
    let outcome = same_pay("employers-list", &[("livre.csv", register("", &rows())), ("liste.csv", list)], &[]);
    assert_eq!((told(&outcome, "M372"), told(&outcome, "M373")), (0, 1));
}
