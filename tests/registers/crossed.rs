//! The sample's register as reports cross it: pivot tables, agents across on several pages, groups over the same labels, columns
//! titled by letters that a legend names.

use super::{Row, by_agent, rows, same_pay, text};

/// What the agent is paid or kept, in one column.
fn signed(r: &Row) -> String {
    r.signed().trim_end_matches('-').to_owned()
}

fn employers(r: &Row) -> String {
    r.employer.clone()
}

fn cents(amount: &str) -> i64 {
    let euros: String = amount.chars().filter(|c| c.is_ascii_digit() || matches!(c, '-' | ',')).collect();
    let (whole, part) = euros.split_once(',').unwrap_or((&euros, ""));
    let all = format!("{whole}{part:0<2}");
    if amount.is_empty() { 0 } else { all.parse().expect("an amount") }
}

fn euros(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{},{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// Rubrics in the order they come, each number once.
fn rubrics(all: &[Row], amount: fn(&Row) -> String) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for r in all.iter().filter(|r| !r.is_total() && !amount(r).is_empty()) {
        if !found.iter().any(|(code, _)| *code == r.code) {
            found.push((r.code.clone(), r.label.clone()));
        }
    }
    found
}

fn of(agent: &[Row], code: &str, amount: fn(&Row) -> String) -> String {
    agent.iter().find(|r| r.code == code).map(amount).unwrap_or_default()
}

fn net(agent: &[Row]) -> String {
    of(agent, "9300", |r| r.gain.clone())
}

/// The agent in the column of the rubrics, above his, with their sums; or the rubrics across, two sums below each.
#[test]
fn agents_and_rubrics_stand_in_a_pivot_table() {
    let all = rows();
    let agents = by_agent(&all);
    let mut below = vec!["Mois;11/2021;".to_owned(), String::new()];
    below.push("Étiquettes de lignes;Somme de Montant salarial;Somme de Montant patronal".to_owned());
    for a in &agents {
        let lines: Vec<&Row> = a.iter().filter(|r| !r.is_total()).collect();
        let sum = |amount: fn(&Row) -> String| euros(lines.iter().map(|r| cents(&amount(r))).sum());
        below.push(format!("{} {};{};{}", a[0].number, a[0].name(), sum(signed), sum(employers)));
        below.extend(lines.iter().map(|r| format!("   {} {};{};{}", r.code, r.label, signed(r), employers(r))));
    }
    below.push("Total général;1,00;1,00".to_owned());
    same_pay("pivot-below", &[("TCD paie.csv", below.join("\n") + "\n")], &[]);
    let columns = rubrics(&all, |r| r.code.clone());
    let over: String = columns.iter().map(|(code, label)| format!(";{code} {label};")).collect();
    let sums = ";Somme de Part salariale;Somme de Part patronale".repeat(columns.len());
    let mut across = vec![";Étiquettes de colonnes".to_owned(), format!("{over};Total Somme de Part salariale")];
    across.push(format!("Étiquettes de lignes{sums};"));
    for a in &agents {
        let cells: String = columns.iter().map(|(c, _)| format!(";{};{}", of(a, c, signed), of(a, c, employers))).collect();
        across.push(format!("{} {}{cells};1,00", a[0].number, a[0].name()));
    }
    same_pay("pivot-across", &[("TCD rubriques.csv", across.join("\n") + "\n")], &[]);
}

/// One sum, as most of them are: the rubrics across below « Étiquettes de colonnes », the last of which is nothing for all.
#[test]
fn one_sum_stands_below_each_rubric_of_a_pivot_table() {
    let all = rows();
    let columns: Vec<(String, String)> = rubrics(&all, |r| r.code.clone()).into_iter().filter(|(c, _)| !c.starts_with('2')).collect();
    let mut across = vec!["Somme de Montant;Étiquettes de colonnes".to_owned()];
    let over: String = columns.iter().map(|(code, label)| format!(";{code} {label}")).collect();
    across.push(format!("Étiquettes de lignes{over};9990 REGUL DIVERS;Total général"));
    for a in &by_agent(&all) {
        let cells: String = columns.iter().map(|(c, _)| format!(";{}", of(a, c, signed))).collect();
        across.push(format!("{} {}{cells};0,00;1,00", a[0].number, a[0].name()));
    }
    // Stands in no staff file, and the employer's shares of last month are not here.
    same_pay("pivot-one-sum", &[("TCD rubriques.csv", across.join("\n") + "\n")], &["00156"]);
}

/// A rubric of nothing that one agent alone has stands last below him, and is no agent.
#[test]
fn a_rubric_of_nothing_is_no_agent_of_a_pivot_table() {
    let mut below = vec!["Étiquettes de lignes;Somme de Montant".to_owned()];
    for (n, a) in by_agent(&rows()).iter().enumerate() {
        let lines: Vec<&Row> = a.iter().filter(|r| !(r.is_total() || r.gain.is_empty() && r.deduction.is_empty())).collect();
        below.push(format!("{} {};{}", a[0].number, a[0].name(), euros(lines.iter().map(|r| cents(&signed(r))).sum())));
        below.extend(lines.iter().map(|r| format!("   {} {};{}", r.code, r.label, signed(r))));
        below.extend((n == 3).then(|| "   9990 REGUL DIVERS;0,00".to_owned()));
    }
    same_pay("pivot-nothing", &[("TCD paie.csv", below.join("\n") + "\n")], &["00156"]);
}

/// A row that says it is an agent's and does not sum up those below it is left as it was: nobody is paid by it.
#[test]
fn a_pivot_table_whose_sums_are_others_is_not_read() {
    let mut lines = vec!["Étiquettes de lignes;Somme de Montant salarial".to_owned()];
    for a in by_agent(&rows()) {
        lines.push(format!("{} {};1,00", a[0].number, a[0].name()));
        lines.extend(a.iter().filter(|r| !r.is_total()).map(|r| format!("{} {};{}", r.code, r.label, signed(r))));
    }
    let outcome = super::run(&super::job("pivot-wrong", &[("TCD paie.csv", lines.join("\n") + "\n")]));
    assert_eq!(super::told(&outcome, "M01"), 1);
    assert!(outcome.findings.iter().any(|f| f.severity == releve::ground::Severity::Blocking && f.employee.is_none()));
}

/// As many agents as a page is wide, the next ones below under the same titles: numbers, surnames and given names in three rows.
#[test]
fn agents_stand_across_on_several_pages() {
    let all = rows();
    let agents = by_agent(&all);
    let columns = rubrics(&all, |r| r.code.clone());
    let mut lines = Vec::new();
    for (page, agents) in agents.chunks(6).enumerate() {
        let cells = |of: &dyn Fn(&[Row]) -> String| agents.iter().map(|a| of(a)).collect::<Vec<_>>().join(";");
        let row = |front: String, of: &dyn Fn(&[Row]) -> String| format!("{front};{}", cells(of));
        lines.push(format!("TABLEAU RÉCAPITULATIF DE PAIE - NOVEMBRE 2021;;;;;;Page {}", page + 1));
        lines.push(row(";Matricule".to_owned(), &|a| a[0].number.clone()));
        lines.push(row(";Nom".to_owned(), &|a| a[0].surname.clone()));
        lines.push(row(";Prénom".to_owned(), &|a| a[0].given.clone()));
        lines.push("Code;Rubrique".to_owned());
        lines.extend(columns.iter().map(|(code, label)| row(format!("{code};{label}"), &|a| of(a, code, signed))));
        lines.push(row(";Net à payer".to_owned(), &net));
        lines.push(";Charges patronales".to_owned());
        lines.extend(columns.iter().map(|(code, label)| row(format!("{code};{label}"), &|a| of(a, code, employers))));
        lines.push(String::new());
    }
    same_pay("across-pages", &[("recap paie.csv", lines.join("\n") + "\n")], &[]);
}

/// « Retenues » and « Charges patronales » over the same labels, numbers of rubrics between the groups and the labels, the titles of
/// the agents in the row of those numbers.
#[test]
fn groups_of_columns_have_the_same_labels() {
    let all = rows();
    let (own, theirs) = (rubrics(&all, signed), rubrics(&all, employers));
    let blank = |n: usize| ";".repeat(n);
    let mut lines = vec!["ÉTAT MENSUEL DE LA PAIE".to_owned(), String::new()];
    lines.push(format!(";;RÉMUNÉRATION ET RETENUES{}CHARGES PATRONALES{}NET", blank(own.len()), blank(theirs.len())));
    let cells = |of: &dyn Fn(&(String, String)) -> String| own.iter().chain(&theirs).map(of).collect::<Vec<_>>().join(";");
    lines.push(format!("Matricule;Agent;{};", cells(&|c| c.0.clone())));
    lines.push(format!(";;{};NET A PAYER", cells(&|c| c.1.clone())));
    for a in by_agent(&all) {
        let amounts = own.iter().map(|(c, _)| of(&a, c, signed)).chain(theirs.iter().map(|(c, _)| of(&a, c, employers)));
        lines.push(format!("{};{};{};{}", a[0].number, a[0].name(), amounts.collect::<Vec<_>>().join(";"), net(&a)));
    }
    same_pay("same-labels", &[("etat de paie.csv", lines.join("\n") + "\n")], &[]);
}

/// The employer's shares in a file of their own: the line above its titles says whose they are, its labels do not.
#[test]
fn a_title_says_that_all_shares_are_the_employers() {
    let all = rows();
    let wide = |amount: fn(&Row) -> String, title: &str, last: &dyn Fn(&[Row]) -> String| {
        let columns = rubrics(&all, amount);
        let head: Vec<&str> = columns.iter().map(|c| c.1.as_str()).collect();
        let line = |a: &Vec<Row>| {
            let cells: Vec<String> = columns.iter().map(|(c, _)| of(a, c, amount)).collect();
            format!("{};{};{};{}", a[0].number, a[0].name(), cells.join(";"), last(a))
        };
        text(&format!("Matricule;Nom et prénom;{};{title}", head.join(";")), by_agent(&all).iter().map(line))
    };
    let sum = |a: &[Row]| euros(a.iter().map(|r| cents(&employers(r))).sum());
    let shares = format!("Charges patronales novembre 2021\n{}", wide(employers, "Total charges", &sum));
    same_pay("employers-titled", &[("bulletins.csv", wide(signed, "NET A PAYER", &net)), ("cotisations.csv", shares)], &[]);
}

/// Columns titled by letters; which are the employer's stands in the legend alone.
#[test]
fn a_legend_names_columns_titled_by_letters() {
    let all = rows();
    let (own, theirs) = (rubrics(&all, signed), rubrics(&all, employers));
    let letters = |i: usize| ["Q", "X", "Z", "K"].iter().flat_map(|a| ('A'..='Z').map(move |b| format!("{a}{b}"))).nth(i).expect("enough");
    let codes: Vec<String> = (0..own.len() + theirs.len()).map(letters).collect();
    let mut legend = vec!["Code;Libellé;Sens".to_owned(), "NET;Net à payer;".to_owned()];
    legend.extend(codes.iter().zip(own.iter().chain(&theirs)).enumerate().map(|(i, (letters, (_, label)))| {
        let side = if i < own.len() { "Agent" } else { "Employeur" };
        format!("{letters};{label};{side}")
    }));
    let line = |a: &Vec<Row>| {
        let amounts = own.iter().map(|(c, _)| of(a, c, signed)).chain(theirs.iter().map(|(c, _)| of(a, c, employers)));
        format!("{};{};{};{};{}", a[0].number, a[0].surname, a[0].given, amounts.collect::<Vec<_>>().join(";"), net(a))
    };
    let data = text(&format!("MATR;NOM;PRENOM;{};NET", codes.join(";")), by_agent(&all).iter().map(line));
    same_pay("letters-legend", &[("data.csv", data), ("légende.csv", legend.join("\n") + "\n")], &[]);
}

/// What the employer owes is a debit like what is kept: the column of origin tells them apart.
#[test]
fn a_debit_is_the_employers_where_its_origin_says_so() {
    let lines = rows().into_iter().filter(|r| !r.is_total()).flat_map(|r| {
        let own = [&r.number, &r.surname, &r.given, &r.code, &r.label, &r.base].map(String::as_str).join(";");
        let (amount, side) = if r.gain.is_empty() { (&r.deduction, "D") } else { (&r.gain, "C") };
        let ours = (!amount.is_empty()).then(|| format!("{own};{};{amount};{side};S", r.rate));
        let theirs = (!r.employer.is_empty()).then(|| format!("{own};{};{};D;P", r.employer_rate, r.employer));
        ours.into_iter().chain(theirs).collect::<Vec<_>>()
    });
    let head = "Matricule;Nom;Prénom;CODRUB;LIBRUB;ASSIETTE;TAUX;MONTANT;CD;ORIGINE";
    same_pay("debits", &[("PAIE_LIG.txt", text(head, lines))], &[]);
}

/// « Attribut | Valeur », as a table of columns is turned into lines.
#[test]
fn rubrics_are_attributes_with_a_value() {
    let lines = rows().into_iter().filter(|r| !r.is_total()).flat_map(|r| {
        let own = [&r.number, &r.surname, &r.given].map(String::as_str).join(";");
        let ours = (!signed(&r).is_empty()).then(|| format!("{own};{};{}", r.label, signed(&r)));
        let theirs = (!r.employer.is_empty()).then(|| format!("{own};{} (part patronale);{}", r.label, r.employer));
        ours.into_iter().chain(theirs).collect::<Vec<_>>()
    });
    same_pay("attributes", &[("requete.csv", text("Matricule;Nom;Prénom;Attribut;Valeur", lines))], &[]);
}

/// The register has no share of the employer's; those stand in a file of their own, with a rate and an amount for each line.
#[test]
fn the_employers_shares_alone_add_to_the_register() {
    let of = |line: &dyn Fn(&Row) -> String, has: fn(&Row) -> bool| {
        rows()
            .iter()
            .filter(|r| has(r))
            .map(|r| format!("{};{};{};{};{};{};{}", r.number, r.surname, r.given, r.code, r.label, r.base, line(r)))
            .collect::<Vec<_>>()
    };
    let ours = of(&|r| format!("{};{};{}", r.rate, r.gain, r.deduction), |r| !(r.gain.is_empty() && r.deduction.is_empty()));
    let theirs = of(&|r| format!("{};{}", r.employer_rate, r.employer), |r| !r.employer.is_empty());
    let front = "Matricule;Nom;Prénom;Code;Libellé;Base";
    let files = [
        ("livre.csv", text(&format!("{front};Taux;Gains;Retenues"), ours.into_iter())),
        ("etat des charges.csv", text(&format!("{front};Taux patronal;Montant patronal"), theirs.into_iter())),
    ];
    let outcome = same_pay("employers-alone", &files, &[]);
    assert_eq!(super::told(&outcome, "M01") + super::told(&outcome, "M29"), 0);
}
