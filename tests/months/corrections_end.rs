//! A correction ends with its last month: what it stood before comes back, wherever that was known from.
//!
//! Index 420: 1 968,13; 13,92 of bonus become points, pension 218,46. On a bonus of 200,00 the net is 1 721,15, see `estimates.rs`.
//! On 300,00: gross 2 254,21, RAFP 5 % of 286,08 = 14,30, 98,25 % of gross = 2 214,76: 150,60, 53,15 and 11,07; net 1 806,63.

use crate::estimates::made::months::{Ran, next, run};
use crate::estimates::plain_rosay;
use std::path::{Path, PathBuf};

/// The bonus stands in the lines of November alone.
fn town(name: &str, decisions: &str) -> PathBuf {
    let folder = plain_rosay(name, decisions);
    let staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS;IBAN\n\
        00101;ABEL;Jean;Titulaire;C;420;100 %;0;FR7699901004442740655625831\n";
    std::fs::write(folder.join("inbox/agents.csv"), staff).expect("a staff file");
    folder
}

fn after(name: &str, month: &str, from: &Path) -> PathBuf {
    next(&format!("{name}-{month}"), month, &format!("{month}-24"), from).0
}

fn paid(ran: &Ran) -> (String, String) {
    (ran.slip("00101")["net_paid"].clone(), ran.line("00101", "IFSE").unwrap_or_default())
}

fn is(net: &str, bonus: &str) -> (String, String) {
    (net.to_owned(), bonus.to_owned())
}

#[test]
fn what_last_months_lines_proved_comes_back_when_a_correction_ends() {
    let row = "correction;00101;ifse_temps_plein;300;2021-12;2022-01;Mme Roche;06/12/2021;vu avec le service\n";
    let december = run(town("corrected", row));
    assert_eq!(paid(&december), is("1806.63", "300.00"));
    let january = run(after("corrected", "2022-01", &december.folder));
    assert_eq!(paid(&january), is("1806.63", "300.00"));
    let february = run(after("corrected", "2022-02", &january.folder));
    assert_eq!(paid(&february), is("1721.15", "200.00"));
    let march = run(after("corrected", "2022-03", &february.folder));
    assert_eq!((paid(&march), march.outcome.replay.gap), (is("1721.15", "200.00"), 0));
}

#[test]
fn a_list_that_comes_while_a_correction_holds_is_what_comes_after_it() {
    let row = "correction;00101;ifse_temps_plein;300;2021-12;2022-01;Mme Roche;06/12/2021;acte à venir\n";
    let december = run(town("corrected-list", row));
    let folder = after("corrected-list", "2022-01", &december.folder);
    std::fs::write(folder.join("inbox/ifse.csv"), "Matricule;Nom;Prénom;IFSE;Date d'effet\n00101;ABEL;Jean;300,00;01/01/2022\n")
        .expect("a list");
    let january = run(folder);
    assert_eq!(paid(&january), is("1806.63", "300.00"));
    let february = run(after("corrected-list", "2022-02", &january.folder));
    assert_eq!(paid(&february), is("1806.63", "300.00"));
}
