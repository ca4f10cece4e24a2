//! A pay statement (XHL) of the sample's November.

use super::{Row, cents, expected, staff};
use std::collections::BTreeMap;
use std::fmt::Write as _;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// The sample's November as a payroll package would write its pay statement.
pub fn november() -> String {
    let staff = staff();
    let codes: BTreeMap<String, Row> = expected("codes.csv").into_iter().map(|r| (r["code"].clone(), r)).collect();
    let mut lines: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for l in expected("november-lines.csv") {
        lines.entry(l["employee"].clone()).or_default().push(l);
    }
    let mut x = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<n:DocumentPaye xmlns:n=\"http://www.minefi.gouv.fr/cp/helios/pes_v2/paye_1_1\">\n\
        <IdVer V=\"1.1\"/><Annee V=\"2021\"/><Mois V=\"11\"/>\n<Employeur><Nom V=\"COMMUNE DE MONTREVAL\"/><Siret V=\"21994101000015\"/></Employeur>\n<DonneesIndiv>\n",
    );
    let put = |x: &mut String, name: &str, v: &str| {
        let _ = writeln!(x, "<{name} V=\"{}\"/>", escaped(v));
    };
    for p in expected("november-payslips.csv") {
        let empty = Row::new();
        let s = staff.get(&p["employee"]).unwrap_or(&empty);
        let of = |k: &str| s.get(k).cloned().unwrap_or_default();
        x.push_str("<PayeIndivMensuel><Agent>\n");
        put(&mut x, "Nom", &of("Nom"));
        put(&mut x, "Prenom", &of("Prénom"));
        put(&mut x, "Matricule", &p["employee"]);
        put(&mut x, "NIR", &of("N° Sécu").replace(' ', ""));
        put(&mut x, "NbEnfants", &of("Enfants"));
        let status = match of("Statut").to_lowercase() {
            t if t.starts_with("tit") => "TITULAIRE",
            t if t.starts_with("stag") => "STAGIAIRE",
            t if t.is_empty() => "",
            _ => "NON_TITULAIRE",
        };
        put(&mut x, "Statut", status);
        put(&mut x, "Grade", &of("Grade"));
        put(&mut x, "Echelon", &of("Éch."));
        put(&mut x, "Indice", &of("I.M."));
        x.push_str("<CptBancaire>\n");
        put(&mut x, "IBAN", &of("IBAN").replace(' ', ""));
        x.push_str("</CptBancaire></Agent>\n");
        put(&mut x, "Service", &of("Service"));
        put(&mut x, "NBI", if of("Pts NBI").is_empty() { "0" } else { "" });
        if !of("Pts NBI").is_empty() {
            put(&mut x, "NBI", &of("Pts NBI"));
        }
        let share = releve::normalise::values::working_time(&of("Quotité"), false, releve::normalise::values::Mark::Dot);
        let percent = share.ok().flatten().and_then(|w| w.share.mul(releve::ground::Exact::int(100)));
        put(&mut x, "QuotiteTrav", &percent.map_or_else(|| "100".to_owned(), |p| p.to_string()));
        x.push_str("<Remuneration>\n");
        for l in lines.remove(&p["employee"]).unwrap_or_default() {
            let code = &codes[&l["code"]];
            let amount = cents(&l["amount"]);
            let category = match l["kind"].as_str() {
                "earning" if l["code"] == "TIB" => "TraitBrut",
                "earning" if l["code"] == "SFT" => "SupFam",
                "earning" => "Indemnite",
                "deduction" => "Deduction",
                "employer" => "",
                _ if amount > 0 => "RemDivers",
                _ => "Retenue",
            };
            let mut line = |category: &str, rate: &str, cents: i64| {
                let _ = writeln!(x, "<{category}>");
                put(&mut x, "Libelle", &code["local_label"]);
                put(&mut x, "Code", &code["local_code"]);
                put(&mut x, "Base", &l["base"]);
                put(&mut x, "Taux", rate);
                put(&mut x, "Mt", &format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100));
                let _ = writeln!(x, "</{category}>");
            };
            if !category.is_empty() && amount != 0 {
                let taken = matches!(category, "Deduction" | "Retenue");
                line(category, &l["rate"], if taken { -amount } else { amount });
            }
            if cents(&l["employer_amount"]) != 0 {
                line("Cotisation", &l["employer_rate"], cents(&l["employer_amount"]));
            }
        }
        x.push_str("</Remuneration>\n");
        put(&mut x, "MtBrut", &p["gross"]);
        put(&mut x, "MtNetAPayer", &p["net_paid"]);
        put(&mut x, "MtImposable", &p["net_taxable"]);
        x.push_str("</PayeIndivMensuel>\n");
    }
    x.push_str("</DonneesIndiv></n:DocumentPaye>\n");
    x
}
