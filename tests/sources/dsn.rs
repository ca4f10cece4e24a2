//! Social declarations: the samples to the last line, and damage. Months paid from them stand in `dsn_month.rs`.

#[path = "../made/mod.rs"]
mod made;

use made::{Row, cents, rows};
use releve::ground::{Finding, Money, PayMonth, Severity};
use releve::read::dsn::{self, Block, Declaration, Person};
use releve::read::{FileKind, Input, Limits};
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dsn").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(data(name)).expect("a file of the repository")
}

fn expected(sample: &str, what: &str) -> Vec<Row> {
    rows(&data(&format!("commune-{sample}-P26V01.expected-{what}.csv")))
}

fn read(bytes: &[u8]) -> (dsn::File, Vec<Finding>) {
    let c = dsn::read(bytes, "paie.dsn", &Limits::default());
    (c.value, c.findings)
}

fn sample(name: &str) -> dsn::File {
    read(&bytes(&format!("commune-{name}-P26V01.dsn"))).0
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

fn people(file: &dsn::File) -> impl Iterator<Item = (&Declaration, &Person)> {
    file.declarations.iter().flat_map(|d| d.people.iter().map(move |p| (d, p)))
}

fn sum<'g>(blocks: impl Iterator<Item = Block<'g>>, number: u16) -> i64 {
    blocks.filter_map(|b| b.money(number)).map(|m| m.value.cents()).sum()
}

// ------------------------------------------------------------------ reading

#[test]
fn every_expected_agent_is_read_as_it_is() {
    for (name, many) in [("simple", 12), ("hard", 46)] {
        let file = sample(name);
        let want = expected(name, "agents");
        assert_eq!((people(&file).count(), want.len()), (many, many));
        for (w, (d, p)) in want.iter().zip(people(&file)) {
            let g = &p.group;
            let (who, contracts) = (g.first("S21.G00.30").expect("a person"), g.all("S21.G00.40").collect::<Vec<_>>());
            let first = contracts[0];
            let pay = |kind: &'static str| g.all("S21.G00.51").filter(move |b| b.plain(11) == kind);
            let net = |kind: &'static str| g.all("S21.G00.58").filter(move |b| b.plain(3) == kind);
            let birth = who.plain(6);
            let got: Vec<(&str, String)> = vec![
                ("siret", d.siret()),
                ("matricule", p.number().to_owned()),
                ("nir", p.nir().to_owned()),
                ("ntt", p.ntt().to_owned()),
                ("nom", who.plain(2).to_owned()),
                ("usage", who.plain(3).to_owned()),
                ("prenom", who.plain(4).to_owned()),
                ("sexe", who.plain(5).trim_start_matches('0').to_owned()),
                ("naissance", format!("{}-{}-{}", &birth[4..], &birth[2..4], &birth[..2])),
                ("contrats", contracts.iter().map(|c| c.plain(9)).collect::<Vec<_>>().join("|")),
                ("nature", first.plain(7).to_owned()),
                ("statut", first.plain(26).to_owned()),
                ("vieillesse", first.plain(20).to_owned()),
                ("ib", first.plain(57).to_owned()),
                ("im", first.plain(58).to_owned()),
                ("nbi", first.plain(59).to_owned()),
                ("cti", first.plain(80).to_owned()),
                ("taux_temps_partiel", first.plain(55).to_owned()),
                ("pas_type", g.first("S21.G00.50").map_or("", |b| b.plain(7)).to_owned()),
                ("versements", g.all("S21.G00.50").count().to_string()),
            ];
            for (column, value) in got {
                // The table gives elected members the general scheme; the file says that they have none (998).
                let want = if column == "vieillesse" && w["kind"] == "elu" { "998" } else { &w[column] };
                assert_eq!(value, want, "{name} {} {column}", w["matricule"]);
            }
            let money: Vec<(&str, i64)> = vec![
                ("brut", sum(pay("001"), 13)),
                ("net_fiscal", sum(g.all("S21.G00.50"), 2)),
                ("net_verse", sum(g.all("S21.G00.50"), 4)),
                ("mns", sum(net("03"), 4)),
                ("hs_exo", sum(net("01"), 4)),
                ("pas_montant", sum(g.all("S21.G00.50"), 9)),
                ("regul_pas", sum(g.all("S21.G00.56"), 7)),
                ("satd", sum(g.all("S21.G00.98"), 3)),
                ("transport", sum(g.all("S21.G00.54").filter(|b| b.plain(1) == "18"), 2)),
            ];
            for (column, value) in money {
                assert_eq!(value, cents(&w[column]), "{name} {} {column}", w["matricule"]);
            }
            assert_eq!(g.all("S21.G00.60").count() > 0, w["arret"] == "1", "{}", w["matricule"]);
            assert_eq!(g.all("S21.G00.62").count() > 0, w["fin_contrat"] == "1", "{}", w["matricule"]);
            if !w["nir"].is_empty() {
                assert_eq!(releve::ground::Nir::key(p.nir()).map(|k| format!("{k:02}")).as_deref(), Some(w["nir_key"].as_str()));
            }
        }
    }
}

#[test]
fn every_expected_line_and_contribution_is_read_in_its_order() {
    for name in ["simple", "hard"] {
        let file = sample(name);
        let (mut lines, mut contributions) = (Vec::new(), Vec::new());
        for (_, p) in people(&file) {
            for pay in p.group.all("S21.G00.50") {
                let mut put = |block: &str, code: &str, contract: &str, amount: i64, start: &str| {
                    lines.push(format!("{} {block} {code} {contract} {amount} {start}", p.number()));
                };
                for b in pay.under("S21.G00.51").filter(|b| b.plain(11) != "021") {
                    put("51", b.plain(11), b.plain(10), b.money(13).expect("an amount").value.cents(), b.plain(1));
                }
                for b in pay.under("S21.G00.52") {
                    put("52", b.plain(1), b.plain(6), b.money(2).expect("an amount").value.cents(), "");
                }
                for b in pay.under("S21.G00.54") {
                    put("54", b.plain(1), b.plain(5), b.money(2).expect("an amount").value.cents(), "");
                }
                for base in pay.under("S21.G00.78") {
                    for c in base.under("S21.G00.81") {
                        let money = |n| c.money(n).map_or(0, |m| m.value.cents());
                        contributions.push(format!(
                            "{} {} {} {} {} {}",
                            p.number(),
                            base.plain(1),
                            c.plain(1),
                            c.plain(2),
                            money(3),
                            money(4)
                        ));
                    }
                }
            }
        }
        let want: Vec<String> = expected(name, "lines")
            .iter()
            .map(|r| {
                format!("{} {} {} {} {} {}", r["matricule"], r["block"], r["code"], r["contract"], cents(&r["amount"]), r["period_start"])
            })
            .collect();
        assert_eq!(lines, want, "{name}");
        let want: Vec<String> = expected(name, "contributions")
            .iter()
            .map(|r| {
                let money = |c: &str| cents(&r[c]);
                format!("{} {} {} {} {} {}", r["matricule"], r["base"], r["code"], r["organism"], money("base_amount"), money("amount"))
            })
            .collect();
        assert_eq!(contributions, want, "{name}");
    }
}

#[test]
fn the_samples_have_nothing_to_tell() {
    for name in ["simple", "hard"] {
        let (file, findings) = read(&bytes(&format!("commune-{name}-P26V01.dsn")));
        assert_eq!(codes(&findings), Vec::<&str>::new(), "{name}");
        assert!(file.declarations.iter().all(|d| d.complete && d.month() == PayMonth::new(2026, 11)));
        assert!(people(&file).all(|(_, p)| p.unread == 0));
    }
    let file = sample("hard");
    let orders: Vec<(u64, Option<(u32, u32)>)> = file.declarations.iter().map(|d| (d.order(), d.fraction())).collect();
    assert_eq!(orders, [(1, Some((1, 1))), (2, Some((1, 1)))]);
}

#[test]
fn a_value_knows_its_line_and_rubric() {
    let file = sample("simple");
    let (_, p) = people(&file).next().expect("a person");
    let base = p.group.all("S21.G00.51").find(|b| b.plain(11) == "010").expect("base pay");
    let amount = base.money(13).expect("an amount");
    assert_eq!((amount.value, amount.spot.rubric.row().name), (Money::from_cents(211_187), "S21.G00.51.013"));
    let text = String::from_utf8_lossy(&bytes("commune-simple-P26V01.dsn")).into_owned();
    assert_eq!(text.lines().nth(amount.spot.line as usize - 1).map(str::trim_end), Some("S21.G00.51.013,'2111.87'"));
}

#[test]
fn a_batch_of_signals_is_read_and_is_no_payroll() {
    let raw = bytes("open-neodes-fctu-batch-P25V01.dsn");
    assert_eq!(releve::read::kind(&Input::from(raw.clone()), &Limits::default()).ok(), Some(FileKind::Dsn));
    let (file, findings) = read(&raw);
    assert_eq!(file.declarations.iter().map(Declaration::nature).collect::<Vec<_>>(), ["07", "07", "07"]);
    assert!(file.declarations.iter().all(|d| d.complete));
    // Its totals count the lines outside the norm within each sending (161, 155 and 107), and are right.
    assert!(!codes(&findings).contains(&"R76"), "{:?}", codes(&findings));
    let strange = findings.iter().find(|f| f.code == "R73").expect("told");
    assert!(strange.args[1].1.contains("S05.G51.00.001") && strange.args[1].1.contains("S10.G00.95.001"));
    // The end of a contract after a payment stands under its contract, and the payment stays open.
    assert!(people(&file).all(|(_, p)| p.group.all("S21.G00.40").any(|c| c.under("S21.G00.62").next().is_some())));
}

// ------------------------------------------------------------------ damage

fn text(name: &str) -> String {
    let raw = bytes(&format!("commune-{name}-P26V01.dsn"));
    raw.iter().map(|b| char::from(*b)).collect()
}

/// The text again as the samples are written: one byte a letter.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// What a file says, whatever its lines.
fn said(file: &dsn::File) -> Vec<String> {
    people(file)
        .map(|(d, p)| {
            let g = &p.group;
            let lines: Vec<String> = g.all("S21.G00.51").map(|b| format!("{} {}", b.plain(11), b.plain(13))).collect();
            let shares: Vec<String> = g.all("S21.G00.81").map(|b| format!("{} {}", b.plain(1), b.plain(4))).collect();
            let who = g.first("S21.G00.30").expect("a person");
            format!("{} {} {} {} {lines:?} {shares:?}", d.siret(), p.number(), who.plain(2), who.plain(7))
        })
        .collect()
}

#[test]
fn line_ends_marks_and_encodings_change_nothing() {
    let plain = text("simple");
    let all = said(&sample("simple"));
    assert!(all[0].contains("BENÂMAR L'ÎLE-AUX-MOINEAUX"), "{}", all[0]);
    let unix = plain.replace("\r\n", "\n");
    let marked = format!("\u{feff}{plain}");
    let wide: Vec<u8> = std::iter::once(0xFEFF).chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let spaced = plain.replace("',", "' ,").replace("\r\n", "  \r\n\r\n");
    for (what, raw) in [
        ("LF", latin(&unix)),
        ("UTF-8", plain.clone().into_bytes()),
        ("mark", marked.into_bytes()),
        ("UTF-16", wide),
        ("blanks", latin(&spaced)),
    ] {
        let (file, findings) = read(&raw);
        assert_eq!(codes(&findings), Vec::<&str>::new(), "{what}");
        assert_eq!(said(&file), all, "{what}");
        assert_eq!(releve::read::kind(&Input::from(raw), &Limits::default()).ok(), Some(FileKind::Dsn), "{what}");
    }
    // One name in UTF-8 within a file of single bytes.
    let mut mixed = latin(&plain);
    let at = mixed.windows(7).position(|w| w == b"BEN\xC2MAR").expect("the name");
    mixed.splice(at..at + 7, "BENÂMAR".bytes());
    let (file, findings) = read(&mixed);
    assert_eq!((codes(&findings), said(&file)), (vec!["R86"], all));
}

#[test]
fn a_file_cut_anywhere_gives_what_came_before_and_marks_the_last_agent() {
    let whole = bytes("commune-simple-P26V01.dsn");
    let all = said(&sample("simple"));
    for i in 1..40 {
        let (file, findings) = read(&whole[..whole.len() * i / 40]);
        let told = codes(&findings);
        assert!(told.contains(&"R75"), "{i}: {told:?}");
        assert!(file.declarations.iter().all(|d| !d.complete));
        let got = said(&file);
        if let Some((last, before)) = got.split_last() {
            assert!(all.starts_with(before), "{i}");
            assert!(last.len() <= all[before.len()].len());
            assert!(people(&file).last().is_some_and(|(_, p)| p.unread > 0), "{i}");
        }
    }
    assert_eq!(codes(&read(b"").1), ["R01"]);
    assert_eq!(codes(&read(b"bonjour\n").1), ["R83", "R70"]);
}

#[test]
fn counts_that_are_not_right_are_told_with_both_places() {
    let (_, findings) = read(&latin(&text("simple").replace("S90.G00.90.002,'1'", "S90.G00.90.002,'2'")));
    let f = findings.iter().find(|f| f.code == "R76").expect("told");
    assert_eq!((f.args[0].1.as_str(), f.args[1].1.as_str(), f.places.len()), ("2", "1", 2));
    // A line taken out: the total of lines is one too many.
    let (_, findings) = read(&latin(&text("simple").replacen("S21.G00.40.053,'01'\r\n", "", 1)));
    assert_eq!(codes(&findings), ["R76"]);
}

#[test]
fn damaged_lines_are_told_with_their_places_and_mark_whom_they_are_about() {
    let plain = text("simple");
    let damaged = |from: &str, to: &str| {
        assert!(plain.contains(from), "{from}");
        let (file, findings) = read(&latin(&plain.replacen(from, to, 1)));
        let unread: Vec<u32> = people(&file).map(|(_, p)| p.unread).collect();
        (findings, unread)
    };
    // An amount with a comma is none, and the first agent's pay is not whole.
    let (findings, unread) = damaged("S21.G00.51.013,'2111.87'", "S21.G00.51.013,'2111,87'");
    assert_eq!((codes(&findings), unread[0], unread[1]), (vec!["R78"], 1, 0));
    assert!(findings[0].places[0].to_string().contains("S21.G00.51.013"), "{}", findings[0].places[0]);
    assert_eq!(findings[0].employee.as_ref().map(ToString::to_string).as_deref(), Some("010007"));
    // A closing apostrophe lost.
    let (findings, unread) = damaged("S21.G00.51.013,'2111.87'", "S21.G00.51.013,'2111.8");
    assert_eq!((codes(&findings), unread[0]), (vec!["R72"], 1));
    // A line that is no rubric.
    let (findings, unread) = damaged("S21.G00.51.013,'2111.87'", "S21.G00.51.O13,'2111.87'");
    assert_eq!((codes(&findings), unread[0]), (vec!["R70"], 1));
    // A line beyond all bounds.
    let (findings, unread) = damaged("'2111.87'", &format!("'{}'", "9".repeat(100_000)));
    assert_eq!((codes(&findings), unread[0]), (vec!["R71"], 1));
    // A code that no norm has, and one of another norm.
    let (findings, _) = damaged("S21.G00.51.011,'010'", "S21.G00.51.011,'077'");
    assert_eq!((codes(&findings), findings[0].args[0].1.as_str()), (vec!["R84"], "077"));
    let (findings, _) = damaged("S21.G00.51.011,'010'", "S21.G00.51.011,'027'");
    assert_eq!(codes(&findings), ["R85"]);
    // A line of nobody's norm, once for all.
    let (findings, _) = damaged("S21.G00.40.053,'01'", "S21.G00.40.953,'01'");
    assert_eq!(codes(&findings), ["R73"]);
    // An employer whose key is wrong.
    let (findings, _) = damaged("S21.G00.06.001,'228792172'", "S21.G00.06.001,'228792173'");
    assert_eq!(codes(&findings), ["R82"]);
    // A norm without tables.
    for (norm, severity) in [("P21V01", Severity::Information), ("P31V01", Severity::Justify), ("201710", Severity::Justify)] {
        let (findings, _) = damaged("'P26V01'", &format!("'{norm}'"));
        assert_eq!((findings[0].code.as_str(), findings[0].severity), ("R80", severity), "{norm}");
    }
}

#[test]
fn blocks_without_the_one_they_belong_to_are_told() {
    let plain = text("simple");
    // The first agent's payment block is gone: what was paid has no place.
    let start = plain.find("S21.G00.50.001").expect("a payment");
    let end = start + plain[start..].find("S21.G00.51.001").expect("its lines");
    let (file, findings) = read(&latin(&format!("{}{}", &plain[..start], &plain[end..])));
    assert!(codes(&findings).contains(&"R74"), "{:?}", codes(&findings));
    assert!(people(&file).next().is_some_and(|(_, p)| p.unread > 0 && p.group.all("S21.G00.51").next().is_none()));
    // A contract missing.
    let start = plain.find("S21.G00.40.001").expect("a contract");
    let end = start + plain[start..].find("S21.G00.50.001").expect("a payment");
    let (_, findings) = read(&latin(&format!("{}{}", &plain[..start], &plain[end..])));
    assert!(codes(&findings).contains(&"R81"), "{:?}", codes(&findings));
    // People before any declaration.
    let (file, findings) = read(b"S21.G00.30.001,'1620477031399'\nS21.G00.30.019,'1'\n");
    assert_eq!((people(&file).count(), codes(&findings)), (0, vec!["R83", "R74"]));
}

#[test]
fn the_end_of_a_contract_within_a_payment_does_not_close_it() {
    let plain = text("simple");
    let at = plain.find("S21.G00.51.001").expect("a line of pay");
    let inside = format!("{}S21.G00.62.001,'30112026'\r\nS21.G00.62.002,'031'\r\n{}", &plain[..at], &plain[at..]);
    let (file, findings) = read(&latin(&inside));
    let (_, p) = people(&file).next().expect("a person");
    assert_eq!(p.group.first("S21.G00.50").map(|b| b.under("S21.G00.51").count()), Some(4));
    assert_eq!(p.group.first("S21.G00.40").map(|c| c.under("S21.G00.62").count()), Some(1));
    // Two lines more than the total says.
    assert_eq!(codes(&findings), ["R76"]);
}
