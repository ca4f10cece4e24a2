//! A social declaration (DSN) of the sample's November.

use super::{Row, cents, expected, shown, staff};
use releve::ground::Exact;
use std::collections::BTreeMap;
use std::fmt::Write as _;

struct Writer {
    text: String,
    lines: usize,
}

impl Writer {
    fn put(&mut self, rubric: &str, value: &str) {
        if !value.is_empty() {
            let _ = write!(self.text, "S{rubric},'{value}'\r\n");
            self.lines += 1;
        }
    }
    fn all(&mut self, block: &str, values: &[(u16, &str)]) {
        for (n, v) in values {
            self.put(&format!("{block}.{n:03}"), v);
        }
    }
}

const START: (&str, &str) = ("01112021", "30112021");

/// The sample's November as a payroll package would declare it: what the norm has a place for, nothing else.
pub fn town() -> String {
    let staff = staff();
    let mut of: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for l in expected("november-lines.csv") {
        of.entry(l["employee"].clone()).or_default().push(l);
    }
    let mut w = Writer { text: String::new(), lines: 0 };
    w.all("10.G00.00", &[(1, "PAIEFICTIVE"), (5, "02"), (6, "P21V01"), (7, "01"), (8, "01")]);
    w.all("20.G00.05", &[(1, "01"), (2, "01"), (3, "11"), (4, "1"), (5, "01112021"), (7, "02122021"), (8, "01"), (10, "01")]);
    w.all("21.G00.06", &[(1, "219941010"), (2, "00015")]);
    w.all("21.G00.11", &[(1, "00015")]);
    for p in expected("november-payslips.csv") {
        person(&mut w, &p, &of[&p["employee"]], staff.get(&p["employee"]).unwrap_or(&Row::new()));
    }
    w.put("90.G00.90.001", &(w.lines + 2).to_string());
    w.put("90.G00.90.002", "1");
    w.text
}

/// A contribution: its code, what it is taken on, and its amount.
type Due = (&'static str, i64, i64);

fn person(w: &mut Writer, p: &Row, lines: &[Row], s: &Row) {
    let of = |k: &str| s.get(k).cloned().unwrap_or_default();
    let sum = |codes: &[&str]| lines.iter().filter(|l| codes.contains(&l["code"].as_str())).map(|l| cents(&l["amount"])).sum::<i64>();
    let employer = |code: &str| lines.iter().filter(|l| l["code"] == code).map(|l| cents(&l["employer_amount"])).sum::<i64>();
    let base = |code: &str| lines.iter().find(|l| l["code"] == code).map_or(0, |l| cents(&l["base"]));
    let nir: String = of("N° Sécu").replace(' ', "").chars().take(13).collect();
    w.all("21.G00.30", &[(1, &nir), (2, &of("Nom")), (4, &of("Prénom")), (19, &p["employee"])]);
    let status = of("Statut").to_lowercase();
    let (nature, state) = match status.as_str() {
        t if t.starts_with("tit") => ("50", "01"),
        t if t.starts_with("stag") => ("50", "08"),
        "" => ("90", "99"),
        _ => ("10", "02"),
    };
    let special = sum(&["CNRACL"]) != 0;
    let short = nature == "50" && !special;
    let share = releve::normalise::values::working_time(&of("Quotité"), false, releve::normalise::values::Mark::Dot);
    let share = share.ok().flatten().map_or(Exact::ONE, |x| x.share);
    let hundredths = |x: Option<Exact>| x.and_then(|x| x.scaled_half_up(100)).map_or_else(String::new, shown);
    let (mut part, mut hours) = (String::new(), "151.67".to_owned());
    if short {
        hours = hundredths(share.mul(Exact::cents(15_167)));
    } else if share != Exact::ONE {
        part = hundredths(share.mul(Exact::int(100)));
    }
    w.all(
        "21.G00.40",
        &[
            (1, "01012015"),
            (6, &of("Grade")),
            (7, nature),
            (9, "00000"),
            (11, "10"),
            (12, "151.67"),
            (13, &hours),
            (20, if special { "120" } else { "200" }),
            (26, state),
            (53, if short { "02" } else { "01" }),
            (54, if short { "35.00" } else { "" }),
            (55, &part),
            (58, &of("I.M.")),
            (59, &of("Pts NBI")),
        ],
    );
    let overtime = sum(&["HS_J14", "HS_J15", "HS_DIM", "HS_NUIT"]);
    let tax = lines.iter().find(|l| l["code"] == "PAS");
    let rate = tax.map_or_else(|| "0.00".to_owned(), |l| shown(cents(&l["rate"])));
    w.all(
        "21.G00.50",
        &[
            (1, "25112021"),
            (2, &p["net_taxable"]),
            (3, "01"),
            // By the letter of the norm: without overtime free of tax.
            (4, &shown(cents(&p["net_before_tax"]) - overtime)),
            (6, &rate),
            // 13: the neutral scale, where the tax office has sent no rate.
            (7, if of("Type taux") == "BAREME" { "13" } else { "01" }),
            (9, &shown(-sum(&["PAS"]))),
            (13, &p["net_taxable"]),
        ],
    );
    let late = sum(&["RAPPEL_TIB", "RAPPEL_RI"]);
    let mut pay = |kind: &str, amount: i64, period: (&str, &str)| {
        w.all("21.G00.51", &[(1, period.0), (2, period.1), (10, "00000"), (11, kind), (13, &shown(amount))]);
    };
    pay("001", cents(&p["gross"]) - late, START);
    pay("010", sum(&["TIB", "ABS_TIB", "CAR_TIB"]), START);
    if overtime != 0 {
        pay("017", overtime, START);
    }
    if late != 0 {
        let october = ("01102021", "31102021");
        pay("001", late, october);
        if sum(&["RAPPEL_TIB"]) != 0 {
            pay("010", sum(&["RAPPEL_TIB"]), october);
        }
    }
    for (kind, codes) in [
        ("048", vec!["IR", "ABS_IR", "CAR_IR"]),
        ("049", vec!["SFT"]),
        ("050", vec!["IFSE", "ABS_IFSE", "CAR_IFSE"]),
        ("051", vec!["CIA"]),
        ("028", vec!["PRIME_EXC"]),
    ] {
        if sum(&codes) != 0 {
            w.all("21.G00.52", &[(1, kind), (2, &shown(sum(&codes))), (6, "00000")]);
        }
    }
    if sum(&["TRANSPORT"]) != 0 {
        w.all("21.G00.54", &[(1, "18"), (2, &shown(sum(&["TRANSPORT"]))), (3, START.0), (4, START.1)]);
    }
    if overtime != 0 {
        w.all("21.G00.58", &[(1, START.0), (2, START.1), (3, "01"), (4, &shown(overtime))]);
    }
    let both = |code: &str| employer(code) - sum(&[code]);
    let bases: [(&str, Vec<Due>); 5] = [
        ("02", vec![("076", base("VIEIL_P"), both("VIEIL_P"))]),
        (
            "03",
            vec![
                ("045", base("AT"), employer("AT")),
                ("049", base("FNAL"), employer("FNAL")),
                ("068", base("CSA"), employer("CSA")),
                ("074", base("AF"), employer("AF")),
                ("075", base("MALADIE"), employer("MALADIE")),
                ("076", base("VIEIL_D"), both("VIEIL_D")),
                ("081", base("VM"), employer("VM")),
                ("114", 0, -sum(&["HS_RED"])),
            ],
        ),
        ("28", vec![("060", base("IRC_A"), both("IRC_A")), ("061", base("IRC_B"), both("IRC_B"))]),
        (
            "48",
            vec![
                ("300", base("CNRACL"), -sum(&["CNRACL"])),
                ("301", base("CNRACL_E"), employer("CNRACL_E")),
                ("304", base("CNRACL_NBI"), -sum(&["CNRACL_NBI"])),
            ],
        ),
        ("49", vec![("311", base("RAFP"), -sum(&["RAFP"])), ("312", base("RAFP"), employer("RAFP"))]),
    ];
    let social = vec![("072", base("CSG_D"), -sum(&["CSG_D", "CSG_N", "CSG_HS"])), ("079", base("CRDS"), -sum(&["CRDS"]))];
    for (kind, contributions) in bases.into_iter().chain([("04", social)]) {
        let due: Vec<_> = contributions.into_iter().filter(|c| c.2 != 0).collect();
        if !due.is_empty() {
            w.all("21.G00.78", &[(1, kind), (2, START.0), (3, START.1), (4, &shown(due[0].1))]);
            for (code, on, amount) in due {
                w.all("21.G00.81", &[(1, code), (3, &shown(on)), (4, &shown(amount))]);
            }
        }
    }
    if sum(&["SAISIE"]) != 0 {
        w.all("21.G00.98", &[(1, "1"), (2, "06"), (3, &shown(-sum(&["SAISIE"])))]);
    }
}

/// Bytes of ISO-8859-1, as most programs write a declaration.
pub fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}
