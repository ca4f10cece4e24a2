//! Changes that reach back over several months: what each month is paid, from what, and what is left to people.
//!
//! Amounts are worked out by hand beside each; index pay is points × value of 100 points / 1200, to the cent.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{Ran, Row, empty, options, put, run_in};
use releve::ground::{Lang, PayMonth, Severity};
use releve::pipeline;

/// The folder of these tests.
const TESTS: &str = "arrears";

const TITLES: &str =
    "Matricule;Nom;Prénom;Période;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";

/// A job of that month; `settings` is the rest of its `releve.toml`.
fn run(name: &str, month: &str, settings: &str, files: &[(&str, String)]) -> Ran {
    let head = format!("format = 1\nmonth = \"{month}\"\npay_date = {month}-25\npack = \"fr-fpt\"\n{settings}");
    run_in(ran::job(TESTS, name, &head, files), Some(Lang::En))
}

/// The month after, from the one before and these files.
fn next(name: &str, month: &str, from: &Ran, files: &[(&str, String)]) -> Ran {
    let folder = empty(TESTS, name);
    pipeline::start_from(&folder, PayMonth::parse(month).expect("a month"), &from.folder, Some(Lang::En)).expect("a new job");
    put(&folder, files);
    run_in(folder, Some(Lang::En))
}

impl Ran {
    /// Months and amounts of a line.
    fn line(&self, code: &str, column: &str) -> Vec<(String, String)> {
        let of = self.rows("lines.csv").into_iter().filter(|r| r["code"] == code);
        of.map(|r| (r["period"].clone(), r[column].clone())).collect()
    }
    fn told(&self, code: &str) -> Vec<(Severity, String)> {
        let of = self.outcome.findings.iter().filter(|f| f.code == code);
        of.map(|f| (f.severity, f.message(Lang::En))).collect()
    }
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

/// The register of a month of one agent, with the month in its title; `more` are further rows.
fn book(title: &str, pay: &str, more: &str) -> String {
    format!(
        "LIVRE DE PAIE {title}\n{TITLES}00101;ABEL;Jean;;0010;TRAITEMENT BRUT;;;{pay};;;\n{more}00101;ABEL;Jean;;9300;NET A PAYER;;;{pay};;;\n"
    )
}

fn staff(index: &str) -> String {
    format!("Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jean;Titulaire;C;{index};100 %;0\n")
}

fn promotion(before: &str, after: &str, from: &str) -> String {
    format!("Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet;Arrêté\n00101;ABEL;Jean;{before};{after};{from};2021-118\n")
}

/// 400 points in October and November 2021, 420 from a day of October on; `october` is what is there of that month.
fn promoted(name: &str, settings: &str, october: &[(&str, String)]) -> Ran {
    let mut files = vec![
        ("livre de paie.csv", book("NOVEMBRE 2021", "1874,41", "")),
        ("agents.csv", staff("400")),
        ("avancements.csv", promotion("400", "420", "16/10/2021")),
    ];
    files.extend(october.iter().cloned());
    run(name, "2021-12", settings, &files)
}

// 5623.23 / 1200 × 400 = 1874.41, × 420 = 1968.13: 93.72 for November, fifteen thirtieths of it for October, 46.86.
#[test]
fn a_month_whose_register_survived_is_paid_from_what_it_paid() {
    let ran = promoted("register", "", &[("livre octobre.csv", book("OCTOBRE 2021", "1874,41", ""))]);
    assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2021-10", "46.86"), ("2021-11", "93.72")]));
    assert_eq!(ran.line("RAPPEL_TIB", "status"), pairs(&[("2021-10", "computed"), ("2021-11", "computed")]));
    assert_eq!((ran.told("F56").len(), ran.told("F62").len()), (0, 1));
    let told = ran.told("F04");
    assert!(told.len() == 1 && told[0].1.contains("140.58") && told[0].1.contains("2021-10 to 2021-11"), "{told:?}");
    let explained = pipeline::explain(&options(&ran.folder, Some(Lang::En)), "00101", Some("RAPPEL_TIB")).expect("the line is told").text;
    assert!(explained.contains("2021-10") && explained.contains("15"), "{explained}");
}

// October was on 410 points: 5623.23 / 1200 × 410 = 1921.27; fifteen thirtieths of 46.86, 23.43.
#[test]
fn what_was_paid_counts_and_not_what_the_last_month_suggests() {
    let ran = promoted("other", "", &[("livre octobre.csv", book("OCTOBRE 2021", "1921,27", ""))]);
    assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2021-10", "23.43"), ("2021-11", "93.72")]));
}

#[test]
fn a_month_of_which_nothing_survived_is_told_or_paid_as_the_job_says() {
    let told = promoted("told", "", &[]);
    assert_eq!(told.line("RAPPEL_TIB", "amount"), pairs(&[("2021-11", "93.72")]));
    let f = told.told("F56");
    assert!(f.len() == 1 && f[0].1.contains("2021-10") && f[0].1.contains("46.86"), "{f:?}");
    assert!(told.rows("estimates.csv").iter().all(|r| r["code"] != "RAPPEL_TIB"));

    let paid = promoted("assumed", "[policies]\nunknown_months = \"pay\"\n", &[]);
    assert_eq!(paid.line("RAPPEL_TIB", "amount"), pairs(&[("2021-10", "46.86"), ("2021-11", "93.72")]));
    assert_eq!(paid.line("RAPPEL_TIB", "status"), pairs(&[("2021-10", "estimated"), ("2021-11", "computed")]));
    let f = paid.told("F64");
    assert!(f.len() == 1 && f[0].0 == Severity::Justify && f[0].1.contains("46.86"), "{f:?}");
    assert_eq!(paid.told("F56").len(), 0);
    let open: Vec<Row> = paid.rows("estimates.csv").into_iter().filter(|r| r["code"] == "RAPPEL_TIB").collect();
    assert_eq!(open.iter().map(|r| (r["amount"].as_str(), r["status"].as_str())).collect::<Vec<_>>(), [("46.86", "open")]);
    assert!(open[0]["reason"].contains("2021-10") && open[0]["policy"].contains("unknown month"), "{open:?}");
}

// June: 5623.23, 93.72 for thirty days, nineteen of them from the 12th on: 59.36. July and August: 5820.04 (décret 2022-994):
// 1940.01 and 2037.01, 97.00 each.
#[test]
fn each_month_is_recomputed_on_its_own_point_and_from_the_day() {
    let files = [
        ("livre juin.csv", book("JUIN 2022", "1874,41", "")),
        ("livre juillet.csv", book("JUILLET 2022", "1940,01", "")),
        ("livre aout.csv", book("AOÛT 2022", "1940,01", "")),
        ("agents.csv", staff("400")),
        ("avancements.csv", promotion("400", "420", "12/06/2022")),
    ];
    let ran = run("point", "2022-09", "", &files);
    assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2022-06", "59.36"), ("2022-07", "97.00"), ("2022-08", "97.00")]));
    // Without July, June is not known to be unpaid: July may have corrected it.
    let ran = run("gap", "2022-09", "", &[files[0].clone(), files[2].clone(), files[3].clone(), files[4].clone()]);
    assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2022-08", "97.00")]));
    assert!(ran.told("F56")[0].1.contains("2022-06 to 2022-07"), "{:?}", ran.told("F56"));
}

// Arrears that November paid for October, or for nobody knows what: October is left to people.
#[test]
fn a_correction_that_nothing_explains_is_left_to_people() {
    for (name, period) in [("dated", "2021-10"), ("undated", "")] {
        let files = [
            ("livre octobre.csv", book("OCTOBRE 2021", "1874,41", "")),
            (
                "livre de paie.csv",
                book("NOVEMBRE 2021", "1874,41", &format!("00101;ABEL;Jean;{period};0450;RAPPEL TRAITEMENT;;;20,00;;;\n")),
            ),
            ("agents.csv", staff("400")),
            ("avancements.csv", promotion("400", "420", "16/10/2021")),
        ];
        let ran = run(name, "2021-12", "", &files);
        assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2021-11", "93.72")]), "{name}");
        let told = ran.told("F65");
        assert!(told.len() == 1 && told[0].1.contains("2021-10"), "{name}: {told:?}");
    }
}

/// October 2021 on 400 points, from a register of September.
fn october(name: &str) -> Ran {
    let files = [("livre de paie.csv", book("SEPTEMBRE 2021", "1874,41", "")), ("agents.csv", staff("400"))];
    run(name, "2021-10", "", &files)
}

// November pays 410 points since October: 5623.23 / 1200 × 410 = 1921.27, 46.86 more for October. December learns of 420 since
// October: 1968.13, so 93.72 for October of which 46.86 was paid, and 46.86 for November.
#[test]
fn what_an_earlier_correction_paid_is_taken_off() {
    let october = october("chain-10");
    let november = next("chain-11", "2021-11", &october, &[("avancements.csv", promotion("400", "410", "01/10/2021"))]);
    assert_eq!(november.line("RAPPEL_TIB", "amount"), pairs(&[("2021-10", "46.86")]));
    let december = next("chain-12", "2021-12", &november, &[("avancements.csv", promotion("410", "420", "01/10/2021"))]);
    assert_eq!(december.line("RAPPEL_TIB", "amount"), pairs(&[("2021-10", "46.86"), ("2021-11", "46.86")]));
    // Nothing of it comes again.
    let january = next("chain-01", "2022-01", &december, &[]);
    assert_eq!((january.line("RAPPEL_TIB", "amount"), january.told("F63").len()), (Vec::new(), 0));
}

// As the month after would find it: the list came in December, October's register only in January.
#[test]
fn a_month_that_is_found_later_is_paid_then() {
    let told = promoted("found-12", "", &[]);
    assert_eq!(told.line("RAPPEL_TIB", "amount"), pairs(&[("2021-11", "93.72")]));
    let books = [("livre octobre.csv", book("OCTOBRE 2021", "1874,41", "")), ("livre novembre.csv", book("NOVEMBRE 2021", "1874,41", ""))];
    let found = next("found-01", "2022-01", &told, &books);
    assert_eq!(found.line("RAPPEL_TIB", "amount"), pairs(&[("2021-10", "46.86")]));
    let f = found.told("F63");
    assert!(f.len() == 1 && f[0].1.contains("46.86"), "{f:?}");
}

// 5907.34 / 1200: 400 points 1969.11, 420 points 2067.57, 98.46 a month. Employer's pension: 34.65 % of 2067.57 + 2 × 98.46 is
// 784.65; December 2024 bore 31.65 % (décret 2024-49), three points of 98.46 less: 2.95. Health: 9.88 %, 8.88 % in 2024: 0.98 less.
#[test]
fn arrears_bear_the_rates_of_the_month_they_are_about() {
    let shares = |pension: &str, sum: &str, health: &str, other: &str| {
        let row = |code: &str, rate: &str, sum: &str| format!("00101;ABEL;Jean;;{code};1969,11;;;;{rate};{sum}\n");
        row("2011;CNRACL PATRONALE", pension, sum) + &row("2050;MALADIE PATRONALE", health, other)
    };
    let files = [
        ("livre decembre.csv", book("DÉCEMBRE 2024", "1969,11", &shares("31,65", "623,22", "8,88", "174,86"))),
        ("livre janvier.csv", book("JANVIER 2025", "1969,11", &shares("34,65", "682,30", "9,88", "194,55"))),
        ("agents.csv", staff("400")),
        ("avancements.csv", promotion("400", "420", "01/12/2024")),
    ];
    let ran = run("rates", "2025-02", "", &files);
    assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2024-12", "98.46"), ("2025-01", "98.46")]));
    assert_eq!(ran.line("CNRACL_E", "employer_amount"), pairs(&[("2025-02", "784.65"), ("2024-12", "-2.95")]));
    assert_eq!(ran.line("CNRACL_E", "employer_rate"), pairs(&[("2025-02", "34.65"), ("2024-12", "-3")]));
    assert!(
        ran.line("MALADIE", "employer_amount").contains(&("2024-12".to_owned(), "-0.98".to_owned())),
        "{:?}",
        ran.line("MALADIE", "employer_amount")
    );
    let explained = pipeline::explain(&options(&ran.folder, Some(Lang::En)), "00101", Some("CNRACL_E")).expect("the line is told").text;
    assert!(explained.contains("2024-12") && explained.contains("R242-1"), "{explained}");
}

/// A month of 2024 on the law of 2023: five points less and the employer's pension rate of the year before.
fn book_of_2023(title: &str) -> String {
    let rows = "00101;ABEL;Jean;;2010;CNRACL;1910,04;11,10;;212,01;;\n00101;ABEL;Jean;;2011;CNRACL PATRONALE;1910,04;;;;30,65;585,43\n";
    book(title, "1910,04", rows)
}

// Décret 2023-519 and décret 2024-49, both from 1 January 2024: 388 points 1910.04, 393 points 1934.65, 24.61 a month; the
// employer's share at 31.65 % of what was paid is 604.53, 19.10 more a month.
#[test]
fn a_law_that_two_months_were_paid_without_is_settled_for_both() {
    let files = [("livre fevrier.csv", book_of_2023("FÉVRIER 2024")), ("agents.csv", staff("393"))];
    let with = [files[0].clone(), files[1].clone(), ("livre janvier.csv", book_of_2023("JANVIER 2024"))];
    let ran = run("late-known", "2024-03", "", &with);
    assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2024-01", "24.61"), ("2024-02", "24.61")]));
    let shares = ran.line("CNRACL_E", "employer_amount");
    assert_eq!(shares[1..], pairs(&[("2024-01", "19.10"), ("2024-02", "19.10")]));
    let told = ran.told("C20");
    assert!(told.len() == 1 && told[0].1.contains("49.22"), "{told:?}");

    let ran = run("late-unknown", "2024-03", "", &files);
    assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2024-02", "24.61")]));
    assert!(ran.told("F56")[0].1.contains("24.61"), "{:?}", ran.told("F56"));
    let ran = run("late-assumed", "2024-03", "[policies]\nunknown_months = \"pay\"\n", &files);
    assert_eq!(ran.line("RAPPEL_TIB", "status"), pairs(&[("2024-01", "estimated"), ("2024-02", "computed")]));
    assert_eq!(ran.line("CNRACL_E", "status")[1..], pairs(&[("2024-01", "estimated"), ("2024-02", "computed")]));

    // January paid on the law in force, whatever February was paid on: nothing is due for it.
    let right = "00101;ABEL;Jean;;2010;CNRACL;1934,65;11,10;;214,75;;\n00101;ABEL;Jean;;2011;CNRACL PATRONALE;1934,65;;;;31,65;612,32\n";
    let ran = run(
        "late-right",
        "2024-03",
        "",
        &[files[0].clone(), files[1].clone(), ("livre janvier.csv", book("JANVIER 2024", "1934,65", right))],
    );
    assert_eq!(ran.line("RAPPEL_TIB", "amount"), pairs(&[("2024-02", "24.61")]));
    assert_eq!(ran.told("F56").len() + ran.told("F65").len(), 0);
}

// 62,40 of index pay of two months, and what they bore of the pension by month: 2 × 3,46, where 11,1 % of the sum is 6,93. Tax was
// taken on the sum: 98,25 % of 2 216,61 = 2 177,82: 148,09, 52,27 and 10,89; 2 216,61 − 218,46 − 6,93 − 9,30 − 148,09 = 1 833,83, at
// 4,3 % 78,85, where the parts would make 78,86. December is without them: 1 968,13 + 200,00 − 13,92 = 2 154,21, less 218,46, 9,30,
// 143,92, 50,80 and 10,58, and 4,3 % of 1 782,53 = 76,65: 1 644,50.
#[test]
fn tax_on_arrears_whose_contributions_are_rounded_by_month_is_proven_to_a_cent() {
    let rows = [
        ";0010;TRAITEMENT BRUT;420,00;;1968,13;",
        ";0300;IFSE;;;200,00;",
        ";0310;TRANSFERT PRIMES/POINTS;;;;13,92",
        "2021-09;0680;RAPPEL DE TRAITEMENT;;;31,20;",
        "2021-10;0680;RAPPEL DE TRAITEMENT;;;31,20;",
        ";1010;CNRACL;1968,13;11,10;;218,46",
        "2021-09;1010;CNRACL;31,20;11,10;;3,46",
        "2021-10;1010;CNRACL;31,20;11,10;;3,46",
        ";1020;RAFP;186,08;5,00;;9,30",
        ";1210;CSG DEDUCTIBLE;2177,82;6,80;;148,09",
        ";1211;CSG NON DEDUCTIBLE;2177,82;2,40;;52,27",
        ";1212;CRDS;2177,82;0,50;;10,89",
        ";7000;PRELEVEMENT A LA SOURCE;1833,83;4,30;;78,85",
        ";9300;NET A PAYER;;;1691,83;",
    ];
    let book = rows.iter().fold(format!("LIVRE DE PAIE NOVEMBRE 2021\n{TITLES}"), |out, row| format!("{out}00101;ABEL;Jean;{row};;\n"));
    let staff =
        "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;IFSE;Taux PAS\n00101;ABEL;Jean;Titulaire;C;420;100 %;200,00;4,3\n";
    let r = run("cent-of-tax", "2021-12", "", &[("livre.csv", book), ("agents.csv", staff.to_owned())]);
    let told = |code: &str| r.told(code).len();
    assert_eq!(r.rows("payslips.csv")[0]["net_paid"], "1644.50", "{:?}", r.rows("lines.csv"));
    assert_eq!((told("C03"), told("TAX-02"), told("VAR-01")), (0, 0, 0));
}
