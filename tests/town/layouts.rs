//! The sample town through three other programs' exports, without a mapping written by hand: same pay to the cent.

use releve::pipeline::{self, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A job with the sample's inbox, one file of it put in place of another.
fn job(name: &str, out: &str, with: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("layout-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    for entry in std::fs::read_dir("samples/montreval/inbox").expect("the sample") {
        let entry = entry.expect("the sample");
        if entry.file_name() != out {
            std::fs::copy(entry.path(), folder.join("inbox").join(entry.file_name())).expect("a copy");
        }
    }
    std::fs::copy(Path::new("tests/data/normalise/layouts").join(with), folder.join("inbox").join(with)).expect("the layout");
    folder
}

fn nets(path: &Path) -> BTreeMap<String, (String, String, String)> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    reader
        .deserialize::<BTreeMap<String, String>>()
        .map(|r| r.expect("a row"))
        .map(|r| (r["employee"].clone(), (r["gross"].clone(), r["net_paid"].clone(), r["employer_cost"].clone())))
        .collect()
}

/// Same payslips as expected for everybody but `changed`, whose facts the layout does not hold.
fn same_pay(folder: &Path, changed: &[&str]) {
    let options = Options { folder: folder.to_path_buf(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the job runs");
    assert_eq!(outcome.replay.gap, 0, "last month is understood");
    let got = nets(&folder.join("out/payslips.csv"));
    let want = nets(Path::new("samples/montreval/expected/payslips.csv"));
    let wrong: BTreeSet<&String> =
        want.keys().chain(got.keys()).filter(|k| !changed.contains(&k.as_str()) && want.get(*k) != got.get(*k)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_wide_register_with_merged_headings_gives_the_same_pay() {
    same_pay(&job("wide", "livre-de-paie-2021-11.csv", "wide.xlsx"), &[]);
}

#[test]
fn a_signed_register_of_another_product_gives_the_same_pay() {
    same_pay(&job("signed", "livre-de-paie-2021-11.csv", "signed.tsv"), &[]);
}

#[test]
fn a_staff_list_with_short_titles_gives_the_same_pay() {
    same_pay(&job("staff", "agents.xlsx", "staff.csv"), &[]);
}

/// The staff list with other titles, and each row made by `row` from the cells as the list has them.
fn staff_as(name: &str, titles: &[(&str, &str)], row: impl Fn(&[&str]) -> Vec<String>) -> PathBuf {
    let text = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("titles").split(';').collect();
    let renamed = head.iter().map(|t| titles.iter().find(|(a, _)| a == t).map_or(*t, |(_, b)| *b)).collect::<Vec<_>>().join(";");
    let rows = lines.map(|l| row(&l.split(';').collect::<Vec<_>>()).join(";"));
    let whole: Vec<String> = std::iter::once(renamed).chain(rows).collect();
    let folder = job(name, "agents.xlsx", "staff.csv");
    std::fs::write(folder.join("inbox/staff.csv"), whole.join("\r\n") + "\r\n").expect("the list");
    folder
}

#[test]
fn fields_named_by_run_together_beginnings_give_the_same_pay() {
    let titles = [
        ("Matr.", "N° de paie"),
        ("Dt naiss.", "DATNAI"),
        ("Nbre enf.", "NBENF"),
        ("Tx PAS", "TXPAS"),
        ("Qt.", "TXTRAV"),
        ("Dt entrée", "DTENTR"),
        ("Ind. maj.", "INDMAJ"),
    ];
    same_pay(&staff_as("fields", &titles, |cells| cells.iter().map(|c| (*c).to_owned()).collect()), &[]);
}

#[test]
fn statuses_under_position_and_working_time_under_tp_give_the_same_pay() {
    let titles = [("Stat.", "Position"), ("Pos. adm.", "Situation adm."), ("Qt.", "TP"), ("Nom", "Nom et titre")];
    let short = |s: &str| match s {
        "Titulaire" => "TIT".to_owned(),
        "Stagiaire" => "STG".to_owned(),
        other => other.to_owned(),
    };
    let row = |cells: &[&str]| {
        let mut row: Vec<String> = cells.iter().map(|c| short(c)).collect();
        row[1] = format!("M. {}", row[1]);
        row
    };
    same_pay(&staff_as("position", &titles, row), &[]);
}

/// What is worked as hours of 35, alone or beside the share, and the hours of the post beside the share of them that is worked.
#[test]
fn hours_of_the_post_are_known_under_other_titles() {
    let hours = |qt: &str| -> String {
        match qt.trim() {
            "TC" | "1" | "1,00" | "100" | "100 %" | "100%" => "35".to_owned(),
            post if post.starts_with("TNC") => post.trim_start_matches("TNC").trim().trim_end_matches("/35").to_owned(),
            _ => "35".to_owned(),
        }
    };
    let share = |qt: &str| if qt.trim().starts_with("TNC") || qt.trim() == "TC" { "100 %".to_owned() } else { qt.to_owned() };
    for (i, (title, written)) in
        [("Hebdo", "h"), ("Nb heures/sem.", ""), ("Durée du poste", "/35ème"), ("Heures", "")].into_iter().enumerate()
    {
        let row = |cells: &[&str]| {
            let mut row: Vec<String> = cells.iter().map(|c| (*c).to_owned()).collect();
            row[15] = share(cells[15]);
            row.push(format!("{}{written}", hours(cells[15])));
            row
        };
        let folder = staff_as(&format!("post-{i}"), &[("Qt.", "Quotité")], row);
        let list = folder.join("inbox/staff.csv");
        let text = std::fs::read_to_string(&list).expect("the list");
        let (head, rest) = text.split_once("\r\n").expect("titles");
        std::fs::write(&list, format!("{head};{title}\r\n{rest}")).expect("the list");
        same_pay(&folder, &[]);
    }
}

/// Rates by identity number, as the tax office's portal gives them, beside a staff file that has those so far: 00225 had 0 %, and
/// 5 % of 1,854.63 is 92.73.
#[test]
fn the_tax_offices_rates_beside_a_staff_file_are_what_changes() {
    let text = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    for (name, titles, days) in
        [("rates", "TYPE TAUX;DATE VALIDITE", "01;31/01/2022"), ("rates-between", "DATE DEBUT;DATE FIN", "01/12/2021;01/03/2022")]
    {
        let mut rates = vec![format!("NIR;NOM;PRENOM;TAUX;{titles}")];
        for l in text.lines().skip(1) {
            let c: Vec<&str> = l.split(';').collect();
            let (nir, rate) = (c[5].replace(|x: char| !x.is_ascii_digit(), ""), if c[0] == "00225" { "5,00" } else { c[28] });
            if nir.len() == 15 && !rate.is_empty() && c[29] == "DGFIP" {
                rates.push([&nir, c[1], c[3], rate, days].join(";"));
            }
        }
        let folder = job(name, "agents.xlsx", "staff.csv");
        std::fs::write(folder.join("inbox/CRM_202112.csv"), rates.join("\r\n") + "\r\n").expect("the rates");
        same_pay(&folder, &["00225"]);
        assert_eq!(nets(&folder.join("out/payslips.csv"))["00225"].1, "1666.99", "{titles}");
    }
}

/// What the staff file lacks stands in a file of careers, several rows for each agent, of which the last one holds.
#[test]
fn careers_beside_the_staff_file_give_the_same_pay() {
    const OF_CAREERS: std::ops::RangeInclusive<usize> = 9..=15;
    let text = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    let mut careers = vec!["Matricule;Nom;Prénom;Date d'effet;Motif;Statut;Catégorie;Grade;Échelon;Indice majoré;NBI;Quotité".to_owned()];
    for l in text.lines().skip(1) {
        let c: Vec<&str> = l.split(';').collect();
        let row =
            |day: &str, why: &str, index: &str| [c[0], c[1], c[3], day, why, c[9], c[10], c[11], c[12], index, c[14], c[15]].join(";");
        let older = c[13].parse::<u32>().map_or_else(|_| String::new(), |n| (n - 7).to_string());
        careers.push(row("01/01/2017", "Reprise", &older));
        careers.push(row("01/06/2019", "Avancement d'échelon", c[13]));
    }
    let kept = |cells: &[&str]| (0..cells.len()).filter(|i| !OF_CAREERS.contains(i)).map(|i| cells[i].to_owned()).collect();
    let folder = staff_as("careers", &[], kept);
    let file = folder.join("inbox/staff.csv");
    let rest = std::fs::read_to_string(&file).expect("the list");
    let (head, rows) = rest.split_once("\r\n").expect("titles");
    let titles: Vec<String> = kept(&head.split(';').collect::<Vec<_>>());
    std::fs::write(&file, titles.join(";") + "\r\n" + rows).expect("the list");
    std::fs::write(folder.join("inbox/carrieres.csv"), careers.join("\r\n") + "\r\n").expect("the careers");
    same_pay(&folder, &[]);
}

/// An IBAN of a French account is its RIB behind four characters: bank, branch, number, key.
#[test]
fn accounts_in_four_columns_are_paid_as_ibans() {
    let titles = [("Cpte bancaire", "Code banque;Code guichet;N° compte;Clé RIB")];
    let row = |cells: &[&str]| {
        let mut row: Vec<String> = cells.iter().map(|c| (*c).to_owned()).collect();
        let at = row.len() - 2;
        let iban: String = row[at].chars().filter(|c| !c.is_whitespace()).collect();
        row[at] = if iban.starts_with("FR") && iban.len() == 27 {
            [&iban[4..9], &iban[9..14], &iban[14..25], &iban[25..]].join(";")
        } else {
            ";;;".to_owned()
        };
        row
    };
    let folder = staff_as("rib", &titles, row);
    std::fs::remove_file(folder.join("inbox/virements-2021-11.xml")).expect("last month's transfers");
    let options = Options { folder: folder.clone(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    pipeline::run(&options).expect("the job runs");
    let accounts = |path: &Path| -> BTreeMap<String, String> {
        let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        reader
            .deserialize::<BTreeMap<String, String>>()
            .map(|r| r.expect("a row"))
            .map(|r| (r["employee"].clone(), r["iban"].clone()))
            .collect()
    };
    let text = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    let cells = |l: &str| l.split(';').map(str::to_owned).collect::<Vec<_>>();
    let compact = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let want: BTreeMap<String, String> = text.lines().skip(1).map(cells).map(|c| (c[0].clone(), compact(&c[c.len() - 2]))).collect();
    let got = accounts(&folder.join("out/transfers.csv"));
    assert!(got.len() >= 80, "{}", got.len());
    let wrong: Vec<_> = got.iter().filter(|(id, iban)| want.get(*id).is_some_and(|w| w != *iban)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
