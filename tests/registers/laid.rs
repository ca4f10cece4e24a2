//! The sample town's register in tables of another shape: agents across, payslips across, a row for each part, sums alone.

use super::{Row, by_agent, job, rows, run, same_pay, table, text, told};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Stands in no staff file: carried, and where the employer's shares are shown elsewhere or not at all nobody knows them.
const NOWHERE: &str = "00156";

/// Rubrics in the order they come, each once: number and name.
fn rubrics(all: &[Row]) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for r in all {
        let key = (r.code.clone(), r.label.clone());
        if !out.contains(&key) {
            out.push(key);
        }
    }
    out
}

/// The amounts of one rubric, a cell for each agent; a line of an agent whose rubric comes twice with him stands in a second row.
fn across(agents: &[Vec<Row>], key: &(String, String), amount: &dyn Fn(&Row) -> String) -> Vec<String> {
    let of = |a: &Vec<Row>, n: usize| a.iter().filter(|r| (&r.code, &r.label) == (&key.0, &key.1)).nth(n).map(amount).unwrap_or_default();
    let most = agents.iter().map(|a| a.iter().filter(|r| (&r.code, &r.label) == (&key.0, &key.1)).count()).max().unwrap_or(0);
    let row = |n: usize| agents.iter().map(|a| of(a, n)).collect::<Vec<_>>().join(";");
    (0..most).map(row).filter(|r| r.bytes().any(|b| b.is_ascii_digit())).map(|r| format!("{};{};{r}", key.0, key.1)).collect()
}

/// Rubrics down the left, a column for each agent: the corner says what stands below it, and not « Matricule ».
#[test]
fn agents_stand_across_whatever_the_corner_says() {
    let all = rows();
    let agents = by_agent(&all);
    let signed = |r: &Row| r.signed().trim_start_matches('-').is_empty().then(String::new).unwrap_or_else(|| r.signed());
    let table = |heads: &[String]| {
        let mut lines = heads.to_vec();
        lines.push("Part salariale".to_owned());
        lines.extend(rubrics(&all).iter().flat_map(|k| across(&agents, k, &signed)));
        lines.push("Part patronale".to_owned());
        lines.extend(rubrics(&all).iter().flat_map(|k| across(&agents, k, &|r| r.employer.clone())));
        lines.join("\n") + "\n"
    };
    let cells = |of: &dyn Fn(&Row) -> String| agents.iter().map(|a| of(&a[0])).collect::<Vec<_>>().join(";");
    let numbers = format!("Code;Rubrique;{}", cells(&|r| r.number.clone()));
    let names = format!(";;{}", cells(&Row::name));
    let both = format!("Code;Rubrique;{}", cells(&|r| format!("{} {}", r.number, r.name())));
    // Who stands to the right is named above the labels, by a letter for the given name: « M. » is one too.
    let letters = |r: &Row| format!("{} {}.", r.surname, r.given.chars().next().unwrap_or('M'));
    let titled = vec![format!(";Matricule;{}", cells(&|r| r.number.clone())), format!("Rub.;Nom;{}", cells(&letters))];
    // One column of labels below « Matricule » and « Nom »: those of both shares come again below « Part patronale ».
    let labels = |key: &(String, String), amount: &dyn Fn(&Row) -> String| {
        let lines = across(&agents, key, amount);
        lines.into_iter().map(|l| l.split_once(';').map_or(String::new(), |(_, rest)| rest.to_owned())).collect::<Vec<_>>()
    };
    let mut lines = vec![format!("Matricule;{}", cells(&|r| r.number.clone())), format!("Nom;{}", cells(&letters))];
    lines.extend(rubrics(&all).iter().flat_map(|k| labels(k, &signed)));
    lines.push("Part patronale".to_owned());
    lines.extend(rubrics(&all).iter().flat_map(|k| labels(k, &|r| r.employer.clone())));
    same_pay("across-labels", &[("tableau.csv", lines.join("\n") + "\n")], &[]);
    for (name, heads) in [("across-titled", titled), ("across-two-rows", vec![numbers, names]), ("across-one-row", vec![both])] {
        same_pay(name, &[("journal croisé.csv", table(&heads))], &[]);
    }
}

/// What a row of the register has in one of its columns.
type Cell = fn(&Row) -> String;

/// A row for his bases, one for his rates, one for his amounts and one for the employer's, a column for each rubric.
#[test]
fn an_agent_has_a_row_for_each_part_of_his_lines() {
    let all = rows();
    let agents = by_agent(&all);
    let keys = rubrics(&all);
    let titles: Vec<String> = keys.iter().map(|k| format!("{} {}", k.0, k.1)).collect();
    let mut lines = vec![format!("Matricule;Nom et prénom;Donnée;{}", titles.join(";"))];
    let amount = |r: &Row| r.signed().trim_start_matches('-').is_empty().then(String::new).unwrap_or_else(|| r.signed());
    let parts: [(&str, Cell); 5] = [
        ("Base", |r| r.base.clone()),
        ("Taux", |r| r.rate.clone()),
        ("Montant", amount),
        ("Taux patronal", |r| r.employer_rate.clone()),
        ("Patronal", |r| r.employer.clone()),
    ];
    // Nobody with a rubric twice: its column has one cell for each agent.
    let once = |a: &[Row]| a.iter().map(|r| (&r.code, &r.label)).collect::<BTreeSet<_>>().len() == a.len();
    let twice: Vec<String> = agents.iter().filter(|a| !once(a)).map(|a| a[0].number.clone()).collect();
    for a in agents.iter().filter(|a| once(a)) {
        for (part, of) in &parts {
            let cell = |k: &(String, String)| a.iter().find(|r| (&r.code, &r.label) == (&k.0, &k.1)).map(of).unwrap_or_default();
            lines.push(format!("{};{};{part};{}", a[0].number, a[0].name(), keys.iter().map(cell).collect::<Vec<_>>().join(";")));
        }
    }
    let folder = job("by-part", &[("tableau.csv", lines.join("\n") + "\n")]);
    let outcome = run(&folder);
    assert_eq!(outcome.replay.gap, 0);
    let (exact, known) = outcome.replay_agents;
    assert!(exact + twice.len() as u64 >= known && exact > 70, "{exact} of {known}, without {twice:?}");
    assert_eq!(told(&outcome, "C05"), 0);
}

/// Two payslips beside each other on a page.
#[test]
fn payslips_stand_two_across() {
    let agents = by_agent(&rows());
    let slip = |a: &[Row]| -> Vec<Vec<String>> {
        let cells = |texts: [&str; 7]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let mut out = vec![
            cells(["COMMUNE", "", "", "BULLETIN DE PAIE", "", "", "novembre 2021"]),
            cells(["Matricule :", &a[0].number, "", "Nom :", &a[0].name(), "", ""]),
            cells(["Code", "Libellé", "Base", "Taux", "Gains", "Retenues", "Part patronale"]),
        ];
        out.extend(a.iter().map(|r| cells([&r.code, &r.label, &r.base, &r.rate, &r.gain, &r.deduction, &r.employer])));
        out
    };
    let mut lines = Vec::new();
    for pair in agents.chunks(2) {
        let (left, right) = (slip(&pair[0]), pair.get(1).map(|a| slip(a)).unwrap_or_default());
        let none = vec![String::new(); 7];
        for i in 0..left.len().max(right.len()) {
            let row = |of: &[Vec<String>]| of.get(i).unwrap_or(&none).join(";");
            lines.push(format!("{};;{}", row(&left), row(&right)));
        }
        lines.push(String::new());
    }
    same_pay("two-across", &[("bulletins.csv", lines.join("\n") + "\n")], &[]);
}

const TITLES: &str = "Matricule;Nom;Prénom;Code;Libellé;Base;Taux;Montant";

/// Gains, deductions and the employer's shares under the very same titles: the names of the files say which are which. A fourth
/// file has the nets.
#[test]
fn names_of_files_say_the_side_and_a_list_of_nets_adds_nothing() {
    let all = rows();
    let of = |amount: &dyn Fn(&Row) -> String, rate: &dyn Fn(&Row) -> String| {
        let lines = all.iter().filter(|r| !r.is_total() && !amount(r).is_empty());
        let line = |r: &Row| format!("{};{};{};{};{};{};{};{}", r.number, r.surname, r.given, r.code, r.label, r.base, rate(r), amount(r));
        super::text(TITLES, lines.map(line))
    };
    let own = |r: &Row| r.rate.clone();
    let sum = |a: &[Row], label: &str| a.iter().find(|r| r.label == label).map(|r| r.gain.clone()).unwrap_or_default();
    let nets = by_agent(&all).into_iter().map(|a| {
        let sums = ["TOTAL BRUT", "NET IMPOSABLE", "NET A PAYER"].map(|l| sum(&a, l));
        format!("{};{};{};{}", a[0].number, a[0].surname, a[0].given, sums.join(";"))
    });
    let files = [
        ("gains_202111.csv", of(&|r| r.gain.clone(), &own)),
        ("retenues_202111.csv", of(&|r| r.deduction.clone(), &own)),
        ("charges_202111.csv", of(&|r| r.employer.clone(), &|r| r.employer_rate.clone())),
        ("nets_202111.csv", super::text("Matricule;Nom;Prénom;Brut;Net imposable;Net à payer", nets)),
    ];
    let outcome = same_pay("sides-by-name", &files, &[NOWHERE]);
    for code in ["M01", "M28", "M29", "M20", "IMP-01"] {
        assert_eq!(told(&outcome, code), 0, "{code}");
    }
}

/// The sums of the agents on every line of theirs, as a query gives them, or on the row that opens their lines.
#[test]
fn sums_of_an_agent_are_no_amounts_of_his_lines() {
    let sum = |a: &[Row], label: &str| a.iter().find(|r| r.label == label).map(|r| r.gain.clone()).unwrap_or_default();
    let sums = |a: &[Row]| ["TOTAL BRUT", "NET IMPOSABLE", "NET A PAYER"].map(|l| sum(a, l)).join(";");
    let amounts = |r: &Row| format!("{};{};{};{};{};{}", r.code, r.label, r.base, r.rate, r.signed().trim_end_matches('-'), r.employer);
    let head =
        "Matricule;Nom et prénom;Code rubrique;Libellé;Base;Taux;Montant signé;Montant patronal;Total brut;Net imposable;Net à payer";
    let (mut query, mut outline) = (vec![head.to_owned()], vec![head.to_owned()]);
    for a in by_agent(&rows()) {
        let who = format!("{};{}", a[0].number, a[0].name());
        outline.push(format!("{who};;;;;;;{}", sums(&a)));
        for r in a.iter().filter(|r| !r.is_total()) {
            query.push(format!("{who};{};{}", amounts(r), sums(&a)));
            outline.push(format!(";;{};;;", amounts(r)));
        }
    }
    for (name, lines) in [("nets-on-lines", query), ("nets-above-lines", outline)] {
        let outcome = same_pay(name, &[("livre.csv", lines.join("\n") + "\n")], &[NOWHERE]);
        assert_eq!(told(&outcome, "IMP-05"), 1, "{name}: the stranger of the sample's own list, and no row of the register");
    }
}

/// A row for each agent and month, a column for each rubric: last month's rows are read.
#[test]
fn of_a_wide_table_of_months_the_last_paid_is_read() {
    let agents = by_agent(&rows());
    let short: BTreeMap<&str, &str> = BTreeMap::from([
        ("0010", "Traitement brut"),
        ("0210", "Indemnité de résidence"),
        ("0410", "IFSE"),
        ("1010", "CNRACL"),
        ("1210", "CSG déductible"),
        ("1211", "CSG non déductible"),
        ("1212", "CRDS"),
        ("9300", "Net à payer"),
    ]);
    let titles: Vec<&str> = short.values().copied().collect();
    let mut lines = vec![format!("Mois;Matricule;Nom;Prénom;{}", titles.join(";"))];
    for a in &agents {
        for month in ["10/2021", "11/2021"] {
            let cell = |c: &&str| {
                let signed = a.iter().find(|r| r.code == **c).map(Row::signed).unwrap_or_default();
                if signed == "-" { String::new() } else { signed }
            };
            let cells: Vec<String> = short.keys().map(cell).collect();
            lines.push(format!("{month};{};{};{};{}", a[0].number, a[0].surname, a[0].given, cells.join(";")));
        }
    }
    let folder = job("wide-months", &[("annee.csv", lines.join("\n") + "\n")]);
    let outcome = run(&folder);
    assert_eq!(told(&outcome, "M71"), 1, "the other month is told");
    let tib: u64 = outcome.findings.iter().filter(|f| f.code == "IMP-06").count() as u64;
    assert_eq!(tib, 0, "no line is there twice");
}

/// Gains, deductions and the employer's charges in columns of their own, of one agent but of nothing else in common: below his name,
/// with his number in every row, or as so many rubrics to a row under numbered titles.
#[test]
fn rubrics_stand_side_by_side() {
    let all = by_agent(&rows());
    let of = |a: &[Row], amount: &dyn Fn(&Row) -> String| -> Vec<String> {
        a.iter().filter(|r| !amount(r).is_empty()).map(|r| format!("{};{};{}", r.code, r.label, amount(r))).collect()
    };
    let side_by_side = |a: &[Row]| -> Vec<String> {
        let kept = |r: &Row| if r.is_total() { String::new() } else { r.deduction.clone() };
        let blocks = [of(a, &|r| r.gain.clone()), of(a, &kept), of(a, &|r| r.employer.clone())];
        let row = |i: usize| blocks.iter().map(|b| b.get(i).cloned().unwrap_or_else(|| ";;".to_owned())).collect::<Vec<_>>().join(";");
        (0..blocks.iter().map(Vec::len).max().unwrap_or(0)).map(row).collect()
    };
    let mut printed = vec![
        "RÉMUNÉRATIONS;;;RETENUES;;;CHARGES PATRONALES;;".to_owned(),
        "Rub;Libellé;Montant;Rub;Libellé;Montant;Rub;Libellé;Montant".to_owned(),
    ];
    let mut flat = vec![
        "Matricule;Nom;Rub gain;Libellé gain;Montant gain;Rub retenue;Libellé retenue;Montant retenue;\
                         Rub charge;Libellé charge;Montant charge"
            .to_owned(),
    ];
    let mut numbered = vec!["Matricule;Nom;Rub 1;Libellé 1;Montant 1;Patronal 1;Rub 2;Libellé 2;Montant 2;Patronal 2".to_owned()];
    for a in &all {
        printed.push(format!("{} {};;;;;;;;", a[0].number, a[0].name()));
        printed.extend(side_by_side(a));
        flat.extend(side_by_side(a).iter().map(|l| format!("{};{};{l}", a[0].number, a[0].name())));
        let four = |r: &Row| format!("{};{};{};{}", r.code, r.label, r.signed(), r.employer);
        numbered.extend(a.chunks(2).map(|two| {
            let second = two.get(1).map_or_else(|| ";;;".to_owned(), four);
            format!("{};{};{};{second}", a[0].number, a[0].name(), four(&two[0]))
        }));
    }
    for (name, lines) in [("abreast-printed", printed), ("abreast-flat", flat), ("abreast-numbered", numbered)] {
        same_pay(name, &[("livre.csv", lines.join("\n") + "\n")], &[]);
    }
}

/// « TRAITEMENT BRUT | 1836,92 | I.F.S.E. | 341,77 | … » behind each agent, under one title for all: the nets are right, and what
/// the employer pays stands among the amounts.
#[test]
fn names_and_amounts_stand_in_turn() {
    let line = |a: &Vec<Row>| {
        let pair =
            |r: &Row| format!("{};{}", r.label, if r.signed() == "-" || r.signed().is_empty() { r.employer.clone() } else { r.signed() });
        format!("{};{};{}", a[0].number, a[0].name(), a.iter().map(pair).collect::<Vec<_>>().join(";"))
    };
    let head = "Matricule;Nom et prénom;Éléments de paie (libellé / montant)";
    let folder = job("in-turn", &[("livre.csv", text(head, by_agent(&rows()).iter().map(line)))]);
    run(&folder);
    let net = |path: &Path| -> BTreeMap<String, String> {
        table(path).into_iter().map(|r| (r["employee"].clone(), r["net_paid"].clone())).collect()
    };
    assert_eq!(net(&folder.join("out/payslips.csv")), net(Path::new("samples/montreval/expected/payslips.csv")));
}

/// `0101TRAITEMENT BRUT`: nothing divides the number and the name.
#[test]
fn numbers_are_glued_to_names() {
    let line = |r: &Row| {
        let who = format!("{};{};{}", r.number, r.surname, r.given);
        format!("{who};{}{};{};{};{};{};{};{}", r.code, r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer)
    };
    let head = "Matricule;Nom;Prénom;Rubrique;Base;Taux;Gains;Retenues;Taux patronal;Montant patronal";
    same_pay("glued", &[("livre.csv", super::text(head, rows().iter().filter(|r| !r.code.ends_with('P')).map(line)))], &[]);
}

/// October's register above November's in one sheet, each below a line that names its month.
#[test]
fn of_two_months_one_below_the_other_the_last_paid_is_read() {
    let block = |month: &str, most: usize| {
        let line = |r: Row| {
            format!("{};{};{};{};{};{};{}", r.number, r.name(), r.code, r.label, r.base, r.signed().trim_end_matches('-'), r.employer)
        };
        let head = format!("Paie de {month} 2021\nMatricule;Nom et prénom;Code;Libellé;Base;Montant;Part patronale");
        text(&head, rows().into_iter().filter(|r| !r.is_total() || r.code == "9300").take(most).map(line))
    };
    let both = format!("{}\n{}", block("octobre", 60), block("novembre", usize::MAX));
    let outcome = run(&job("months-below", &[("paies.csv", both)]));
    assert_eq!(outcome.replay_agents, (87, 87));
    assert_eq!(told(&outcome, "F14"), 0);
}

/// The yearly sheet of an agent: a column for each month, the employer's shares below « Part patronale » under the agent's labels.
/// Last year's sheets beside it are of other months.
#[test]
fn months_stand_across_the_yearly_sheet_of_each_agent() {
    let sheets = |year: &str, factor: &dyn Fn(&str) -> String| {
        let mut lines = Vec::new();
        for agent in by_agent(&rows()) {
            lines.push(format!("FICHE INDIVIDUELLE {year}"));
            lines.push(format!("Matricule :;{};;Nom :;{}", agent[0].number, agent[0].name()));
            lines.push("Libellé;Octobre;Novembre;Décembre;Total".to_owned());
            let line = |r: &Row, amount: &str| (!amount.is_empty()).then(|| format!("{};1,00;{};;1,00", r.label, factor(amount)));
            lines.extend(agent.iter().filter_map(|r| line(r, &r.signed())));
            lines.push("Part patronale".to_owned());
            lines.extend(agent.iter().filter_map(|r| line(r, &r.employer)));
        }
        lines.join("\n") + "\n"
    };
    let now = ("fiches 2021.csv", sheets("2021", &str::to_owned));
    same_pay("yearly", std::slice::from_ref(&now), &[]);
    let before = sheets("2020", &|_| "2,00".to_owned());
    same_pay("yearly-two", &[now, ("fiches 2020.csv", before)], &[]);
}

/// A print of pages under the same titles, each begun and ended by what is carried over; the agent in a row without any word.
#[test]
fn agents_stand_between_the_lines_of_printed_pages() {
    let head = |page: usize| {
        let titles = "RUB.;LIBELLE;BASE;TAUX;A PAYER;A RETENIR;TX PAT.;CHARGES PAT.";
        [
            format!("MAIRIE DE MONTREVAL;;;;LIVRE DE PAIE;;;;Page {page}"),
            ";;;;PERIODE : 11/2021".to_owned(),
            String::new(),
            titles.to_owned(),
        ]
    };
    let mut lines: Vec<String> = head(1).to_vec();
    let mut page = 1;
    for agent in by_agent(&rows()) {
        let name = agent[0].name();
        lines.push(format!("{};{name};;ADJOINT TECHNIQUE TERRITORIAL;;IM 376;;ECH 5", agent[0].number));
        for r in &agent {
            if lines.len().is_multiple_of(60) {
                page += 1;
                lines.extend([";A REPORTER;;;1 234,00;567,00;;89,00".to_owned(), String::new()]);
                lines.extend(head(page));
                lines.push(";REPORT;;;1 234,00;567,00;;89,00".to_owned());
            }
            let cells = [&r.code, &r.label, &r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer];
            lines.push(cells.map(String::as_str).join(";"));
        }
        lines.push(String::new());
    }
    let outcome = same_pay("printed-pages", &[("livre.csv", lines.join("\n") + "\n")], &[]);
    assert_eq!(told(&outcome, "M05"), 0, "what is carried over is no rubric");
}

/// Boxes drawn with bars: the agent in one cell above the titles, his sums in one cell below the lines.
#[test]
fn payslips_stand_in_boxes_of_bars() {
    let ruler = format!("+{}+", "-".repeat(60));
    let mut lines = vec!["VILLE DE MONTREVAL          JOURNAL DE PAIE          NOVEMBRE 2021".to_owned()];
    for agent in by_agent(&rows()) {
        lines.push(ruler.clone());
        lines.push(format!("| MATRICULE {}    {:<30}  ADJOINT TECHNIQUE    INM 376   ECH 5 |", agent[0].number, agent[0].name()));
        lines.extend([
            ruler.clone(),
            "| RUB | LIBELLE | BASE | TAUX | GAINS | RETENUES | TX PATR | PATRONALES |".to_owned(),
            ruler.clone(),
        ]);
        for r in agent.iter().filter(|r| !r.is_total()) {
            let cells = [&r.code, &r.label, &r.base, &r.rate, &r.gain, &r.deduction, &r.employer_rate, &r.employer];
            lines.push(format!("| {} |", cells.map(String::as_str).join(" | ")));
        }
        let sum = |label: &str| agent.iter().find(|r| r.label == label).map(Row::unsigned).unwrap_or_default();
        let sums = [("BRUT", "TOTAL BRUT"), ("IMPOSABLE", "NET IMPOSABLE"), ("NET A PAYER", "NET A PAYER")];
        lines.extend([ruler.clone(), format!("| {} |", sums.map(|(name, label)| format!("{name} {:>10}", sum(label))).join("   "))]);
    }
    same_pay("boxes", &[("JOURNAL.TXT", lines.join("\n") + "\n")], &[]);
}
