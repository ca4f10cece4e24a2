//! What several sources say of the same agent: whom the job believes, what they agree on, what they contradict; and two transfer
//! files against each other.

#[path = "../made/mod.rs"]
mod made;

use made::{cents, dsn, expected, ran, rows, shown, xhl};
use releve::ground::{Finding, Lang, Place, Severity};
use releve::pipeline::{self, Options, Outcome};
use releve::read::pain001;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn settings() -> String {
    std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings")
}

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(Path::new("samples/montreval/inbox").join(file)).expect("the sample")
}

fn folder(name: &str, settings: &str, files: &[(&str, Vec<u8>)]) -> PathBuf {
    ran::job("confront", name, settings, files)
}

fn options(folder: &Path) -> Options {
    ran::options(folder, None)
}

fn run(name: &str, settings: &str, files: &[(&str, Vec<u8>)]) -> (PathBuf, Outcome) {
    let folder = folder(name, settings, files);
    let outcome = pipeline::run(&options(&folder)).expect("the job runs");
    (folder, outcome)
}

fn nets(folder: &Path) -> BTreeMap<String, i64> {
    rows(&folder.join("out/payslips.csv")).into_iter().map(|r| (r["employee"].clone(), cents(&r["net_paid"]))).collect()
}

/// The statement with one agent's payslip changed.
fn changed(id: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let whole = xhl::november();
    let mut parts: Vec<String> = whole.split("<PayeIndivMensuel>").map(str::to_owned).collect();
    let own = parts.iter_mut().find(|p| p.contains(&format!("<Matricule V=\"{id}\"/>"))).expect("the agent");
    let other = change(own);
    assert_ne!(*own, other);
    *own = other;
    parts.join("<PayeIndivMensuel>").into_bytes()
}

fn told<'o>(outcome: &'o Outcome, code: &str, id: &str) -> Vec<&'o Finding> {
    outcome.findings.iter().filter(|f| f.code == code && f.employee.as_ref().is_some_and(|e| e.as_str() == id)).collect()
}

// ------------------------------------------------------------------ whom the job believes

#[test]
fn the_job_says_whom_it_believes_of_a_fact() {
    // 00102 is paid on index 355 in November, and the declaration says so; the statement writes 365 above the same lines.
    let wrong = || changed("00102", |s| s.replace("<Indice V=\"355\"/>", "<Indice V=\"365\"/>"));
    let declared = || dsn::latin(&dsn::town());
    let (plain, _) = run("believe-plain", &settings(), &[("paye.xhl", xhl::november().into_bytes()), ("paie.dsn", declared())]);
    let (folder, outcome) = run("believe-first", &settings(), &[("paye.xhl", wrong()), ("paie.dsn", declared())]);
    let both = |f: &&&Finding| f.places.len() >= 2 && f.severity == Severity::Warning;
    assert!(told(&outcome, "IMP-04", "00102").iter().any(|f| both(&f)), "{:?}", told(&outcome, "IMP-04", "00102"));
    // A statement of last month is not ahead of it: what its own lines are paid on is what goes on.
    assert_eq!(nets(&folder).get("00102"), nets(&plain).get("00102"));
    let (folder, outcome) = run("believe-alone", &settings(), &[("paye.xhl", wrong())]);
    assert_eq!(nets(&folder).get("00102"), nets(&plain).get("00102"));
    assert!(told(&outcome, "IMP-04", "00102").iter().all(|f| f.severity == Severity::Warning));
    let trust = settings() + "\n[trust]\norder = [\"staff\", \"xhl\", \"dsn\"]\n[trust.facts]\nindice_majore = [\"dsn\", \"xhl\"]\n";
    let (folder, outcome) = run("believe-said", &trust, &[("paye.xhl", wrong()), ("paie.dsn", declared())]);
    assert_eq!(nets(&folder).get("00102"), nets(&plain).get("00102"));
    // Last month comes out to the cent with what is believed: the other is told, and holds nobody.
    let found = told(&outcome, "IMP-04", "00102");
    assert!(!found.is_empty() && found.iter().all(|f| f.severity == Severity::Warning && f.places.len() == 2), "{found:?}");
    let fact = rows(&folder.join("out/facts.csv")).into_iter().find(|r| r["employee"] == "00102" && r["fact"] == "indice_majore");
    assert!(fact.is_some_and(|r| r["value"] == "355" && r["place"].contains("paie.dsn")));
}

#[test]
fn a_word_of_the_order_that_is_none_stops_the_money_with_its_line() {
    for (name, text, code, word) in [
        ("no-source", "[trust]\norder = [\"staff\", \"livre\"]\n", "J15", "livre"),
        ("twice", "[trust]\norder = [\"staff\", \"staff\"]\n", "J15", "staff"),
        ("no-fact", "[trust.facts]\nindice_majeur = [\"xhl\"]\n", "J16", "indice_majeur"),
        ("account", "[trust.facts]\niban = [\"xhl\"]\n", "J16", "iban"),
    ] {
        let files = [("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")), ("agents.xlsx", sample("agents.xlsx"))];
        let (folder, outcome) = run(name, &format!("{}\n{text}", settings()), &files);
        let f = outcome.findings.iter().find(|f| f.code == code).unwrap_or_else(|| panic!("{name}"));
        assert!(f.args.iter().any(|a| a.1 == word), "{name}: {:?}", f.args);
        assert!(matches!(f.places.first(), Some(Place::Rule { .. })), "{name}: {:?}", f.places);
        assert!(!folder.join("out/virements-2021-12.xml").exists(), "{name}");
    }
}

#[test]
fn a_register_gives_way_to_the_statement_where_the_job_says_so() {
    // The register's own bonus of 00102 is 210,00; the statement's 260,00 makes another net.
    let more = || {
        changed("00102", |s| {
            let (head, tail) = s.split_once("<Code V=\"0410\"/>").expect("the bonus");
            let tail = tail.replacen("<Mt V=\"210.00\"/>", "<Mt V=\"260.00\"/>", 1);
            format!("{head}<Code V=\"0410\"/>{tail}")
        })
    };
    let files = |x: Vec<u8>| [("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")), ("paye.xhl", x)];
    let paid = |folder: &Path| {
        rows(&folder.join("out/replay.csv"))
            .into_iter()
            .find(|r| r["employee"] == "00102" && r["code"] == "IFSE")
            .map(|r| r["paid"].clone())
    };
    let (folder, _) = run("register-first", &settings(), &files(more()));
    assert_eq!(paid(&folder).as_deref(), Some("210.00"));
    let trust = settings() + "\n[trust]\norder = [\"xhl\", \"register\"]\n";
    let (folder, _) = run("statement-first", &trust, &files(more()));
    assert_eq!(paid(&folder).as_deref(), Some("260.00"));
}

#[test]
fn another_net_names_the_line_that_is_earned_otherwise() {
    let net = expected("november-payslips.csv").into_iter().find(|p| p["employee"] == "00102").expect("the agent")["net_paid"].clone();
    let statement = changed("00102", |s| {
        let (head, tail) = s.split_once("<Code V=\"0410\"/>").expect("the bonus");
        let tail = tail.replacen("<Mt V=\"210.00\"/>", "<Mt V=\"260.00\"/>", 1);
        let whole = format!("{head}<Code V=\"0410\"/>{tail}");
        whole.replace(&format!("<MtNetAPayer V=\"{net}\"/>"), &format!("<MtNetAPayer V=\"{}\"/>", shown(cents(&net) + 5_000)))
    });
    let files = [("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")), ("paye.xhl", statement)];
    let (_, outcome) = run("earned", &settings(), &files);
    let about: Vec<String> = told(&outcome, "IMP-04", "00102").iter().map(|f| f.args[0].1.clone()).collect();
    assert!(about.iter().any(|a| a == "Net à payer"), "{about:?}");
    assert!(about.iter().any(|a| a.contains("sujétions")), "{about:?}");
    assert_eq!(about.len(), 2, "what is taken follows: {about:?}");
}

#[test]
fn the_picture_counts_who_agrees_fact_by_fact() {
    let files = [("paye.xhl", xhl::november().into_bytes()), ("paie.dsn", dsn::latin(&dsn::town()))];
    let picture = pipeline::recovery(&options(&folder("picture", &settings(), &files))).expect("a picture");
    let row = |id: &str| picture.known.iter().find(|k| k.id == id).unwrap_or_else(|| panic!("{id}"));
    // Both documents are made of the staff file: whoever has an index has it from both. It is ahead of November for one of them,
    // whose lines say another (00878 of expected/findings.csv).
    let index = row("indice_majore");
    assert_eq!((index.agree, index.differ), (index.count - 1, 1), "{index:?}");
    assert!(index.sources.contains_key("paye.xhl") && index.sources.contains_key("paie.dsn"), "{:?}", index.sources);
    // A share written 57,14 % and one of 4/7 are one share; 01710 alone is paid on another than both files say.
    assert_eq!(row("quotite").differ, 1, "{:?}", row("quotite"));
    assert_eq!(row("slip").agree, row("slip").count);
    // The statement has no department of its own to contradict, and one source is no agreement.
    let one = pipeline::recovery(&options(&folder("picture-one", &settings(), &files[..1]))).expect("a picture");
    assert!(one.known.iter().all(|k| k.agree == 0));
    // A document that has been read is not asked for.
    assert!(picture.wanted.iter().all(|w| w.id != "statement" && w.id != "declaration"));
}

#[test]
fn pay_that_a_declaration_does_not_detail_is_what_the_rules_come_to() {
    let files = [
        ("paie.dsn", dsn::latin(&dsn::town())),
        ("agents.xlsx", sample("agents.xlsx")),
        ("virements-2021-11.xml", sample("virements-2021-11.xml")),
    ];
    let (folder, outcome) = run("remainders", &settings(), &files);
    let found: BTreeMap<(String, String), i64> =
        rows(&folder.join("out/replay.csv")).into_iter().map(|r| ((r["employee"].clone(), r["code"].clone()), cents(&r["paid"]))).collect();
    // The transfer of bonuses into points is in no declaration. Where it comes back under its own name it is November's.
    let mut count = 0;
    for l in expected("november-lines.csv").iter().filter(|l| l["code"] == "TPP") {
        // Nought where it is melted into a remainder that says something else as well.
        if let Some(paid) = found.get(&(l["employee"].clone(), "TPP".to_owned())).filter(|p| **p != 0) {
            assert_eq!(*paid, cents(&l["amount"]), "{}", l["employee"]);
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
    assert!(outcome.findings.iter().any(|f| f.code == "M144"));
}

// Packages differ: one declares bonuses in gross pay alone, another less the transfer into points. What the staff file says of
// them comes to either, to the cent.
#[test]
fn bonuses_that_a_declaration_melts_are_those_of_the_staff_file() {
    let staff = || ("agents.xlsx", sample("agents.xlsx"));
    let sent = || ("virements-2021-11.xml", sample("virements-2021-11.xml"));
    let lines = expected("november-lines.csv");
    let of = |code: &str| -> BTreeMap<&str, i64> {
        lines.iter().filter(|l| l["code"] == code).map(|l| (l["employee"].as_str(), cents(&l["amount"]))).collect()
    };
    let (bonus, taken) = (of("IFSE"), of("TPP"));
    let text = dsn::town();
    let mut who = String::new();
    let (mut melted, mut less) = (String::new(), String::new());
    let mut rows = text.lines().peekable();
    while let Some(line) = rows.next() {
        let value = |l: &str| l.split('\'').nth(1).unwrap_or_default().to_owned();
        if line.starts_with("S21.G00.30.019,") {
            who = value(line);
        }
        let declared = rows.peek().copied().filter(|_| line == "S21.G00.52.001,'050'").map(value);
        // Whoever was absent has the amount after that.
        match declared.filter(|d| bonus.get(who.as_str()) == Some(&cents(d))) {
            None => [&mut melted, &mut less].iter_mut().for_each(|t| **t += &format!("{line}\r\n")),
            Some(whole) => {
                let net = cents(&whole) + taken.get(who.as_str()).copied().unwrap_or_default();
                less += &format!("{line}\r\nS21.G00.52.002,'{}'\r\n", shown(net));
                rows.next();
                rows.next_if(|l| l.starts_with("S21.G00.52.006,"));
            }
        }
    }
    let (plain, _) = run("bonuses", &settings(), &[("paie.dsn", dsn::latin(&text)), staff(), sent()]);
    let want = nets(&plain);
    for (name, text) in [("bonuses-melted", melted), ("bonuses-less", less)] {
        let (folder, outcome) = run(name, &settings(), &[("paie.dsn", dsn::latin(&text)), staff(), sent()]);
        let replay = made::rows(&folder.join("out/replay.csv"));
        let paid: BTreeMap<(&str, &str), i64> =
            replay.iter().map(|r| ((r["employee"].as_str(), r["code"].as_str()), cents(&r["paid"]))).collect();
        let both = |id: &&str| paid.get(&(*id, "TPP")).is_some_and(|p| *p != 0);
        let found: Vec<&str> = taken.keys().copied().filter(|id| bonus.contains_key(id)).filter(both).collect();
        assert!(found.len() > 20, "{name}: {}", found.len());
        for id in found {
            assert_eq!((paid[&(id, "TPP")], paid[&(id, "IFSE")]), (taken[id], bonus[id]), "{name}: {id}");
        }
        assert!(outcome.findings.iter().all(|f| f.code != "F55"), "{name}");
        let got = nets(&folder);
        let same = want.iter().filter(|(id, net)| got.get(*id) == Some(net)).count();
        assert!(same * 20 > want.len() * 19, "{name}: {same} of {}", want.len());
    }
}

// ------------------------------------------------------------------ last month's transfers alone

#[test]
fn a_transfer_file_alone_pays_an_advance_when_the_job_says_so() {
    let sent = || [("virements-2021-11.xml", sample("virements-2021-11.xml"))];
    let text = String::from_utf8(sample("virements-2021-11.xml")).expect("UTF-8");
    // Reference, amount: who was paid what, by the file itself.
    let between = |t: &str, a: &str, b: &str| t.split(a).nth(1).and_then(|t| t.split(b).next()).map(str::to_owned);
    let paid: BTreeMap<String, i64> = text
        .split("<CdtTrfTxInf>")
        .skip(1)
        .map(|t| {
            let number = between(t, "<EndToEndId>PAIE202111-", "<").expect("a reference");
            (number, cents(&between(t, "<InstdAmt Ccy=\"EUR\">", "<").expect("an amount")))
        })
        .collect();
    let (folder, outcome) = run("transfers-alone", &settings(), &sent());
    assert!(outcome.findings.iter().any(|f| f.code == "M159" && f.severity == Severity::Justify));
    assert_eq!((nets(&folder).len(), outcome.transfers.0), (paid.len(), 0));
    for (name, mode, share) in [("alone-advance", "advance", (4, 5)), ("alone-carry", "carry", (1, 1))] {
        let policies = format!("[policies]\nmode = \"{mode}\"\nunproven = \"{mode}\"");
        let text = settings();
        let text = if text.contains("[policies]") { text.replace("[policies]", &policies) } else { format!("{text}\n{policies}\n") };
        let (folder, outcome) = run(name, &text, &sent());
        // Four fifths of the net, to the cent, half up; the whole net is an advance as well: nothing else is known of it.
        let want: BTreeMap<String, i64> = paid.iter().map(|(id, n)| (id.clone(), (n * share.0 * 2 / share.1 + 1) / 2)).collect();
        assert_eq!(nets(&folder), want, "{name}");
        assert!(rows(&folder.join("out/payslips.csv")).iter().all(|r| r["mode"] == "advance"), "{name}");
        assert_eq!(outcome.transfers.0, paid.len() as u64, "{name}");
    }
}

// Where the payee is told no reference, the number stands in the employer's own, or in the text for the payee; a count of the
// transfers and a text with the sum are no numbers of anybody.
#[test]
fn the_number_may_stand_in_the_instruction_or_in_the_remittance() {
    let text = String::from_utf8(sample("virements-2021-11.xml")).expect("UTF-8");
    let policies = format!("{}\n[policies]\nmode = \"advance\"\nunproven = \"advance\"\n", settings());
    let plain = run("reference", &policies, &[("virements.xml", text.clone().into_bytes())]).0;
    let each = |put: &dyn Fn(usize, &str) -> (String, String)| {
        let mut parts = text.split("<EndToEndId>");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for (i, part) in parts.enumerate() {
            let (id, rest) = part.split_once("</EndToEndId>").expect("a reference");
            let (own, said) = put(i, id);
            let (head, tail) = rest.split_once("</CdtTrfTxInf>").expect("a transfer");
            let head = head.split("<RmtInf>").next().unwrap_or(head);
            let said = format!("<RmtInf><Ustrd>{said}</Ustrd></RmtInf>");
            out += &format!("<InstrId>{own}</InstrId><EndToEndId>NOTPROVIDED</EndToEndId>{head}{said}</CdtTrfTxInf>{tail}");
        }
        out.into_bytes()
    };
    let own = each(&|_, id| (id.to_owned(), "PAIE 11/2021".to_owned()));
    let said = each(&|i, id| (format!("I{i:05}"), id.to_owned()));
    for (name, file) in [("reference-own", own), ("reference-said", said)] {
        assert_eq!(nets(&run(name, &policies, &[("virements.xml", file)]).0), nets(&plain), "{name}");
    }
    let counted = each(&|i, _| (format!("I{i:05}"), "PAIE 11/2021".to_owned()));
    let named = nets(&run("reference-none", &policies, &[("virements.xml", counted)]).0);
    assert!(named.len() == nets(&plain).len() && named.keys().all(|id| !id.starts_with('I')), "{named:?}");
}

// The message as it was sent, and as a portal writes it back: everybody is paid once. A collecting body is no employee.
#[test]
fn transfers_alone_pay_nobody_twice_and_no_company() {
    let text = String::from_utf8(sample("virements-2021-11.xml")).expect("UTF-8");
    let back = text.replacen("?>", "?>\n<!-- rendu par la banque -->", 1);
    let policies = format!("{}\n[policies]\nmode = \"advance\"\nunproven = \"advance\"\n", settings());
    let (once, alone) = run("once", &policies, &[("virements-2021-11.xml", text.clone().into_bytes())]);
    let (twice, outcome) =
        run("twice", &policies, &[("virements-2021-11.xml", text.clone().into_bytes()), ("copie.xml", back.into_bytes())]);
    assert_eq!((nets(&twice), outcome.transfers.0), (nets(&once), alone.transfers.0));
    assert_eq!(outcome.findings.iter().filter(|f| f.code == "M353").map(|f| f.severity).collect::<Vec<_>>(), [Severity::Justify]);
    let first = text.split("<Cdtr><Nm>").nth(1).and_then(|t| t.split('<').next()).expect("a name");
    let called = |name: &str| text.replacen(&format!("<Nm>{first}<"), &format!("<Nm>{name}<"), 1);
    // A number of another program is that of somebody else.
    let apart = text.replacen("PAIE202111-00225", "DIV-001", 1);
    let others = [called("URSSAF ILE DE FRANCE"), called("GARAGE DU CENTRE"), called("ETUDE MAITRE BLANC HUISSIER"), apart];
    for (n, company) in others.into_iter().enumerate() {
        let (_, outcome) = run(&format!("company-{n}"), &policies, &[("virements-2021-11.xml", company.into_bytes())]);
        let held: Vec<Severity> = outcome.findings.iter().filter(|f| f.code == "M404").map(|f| f.severity).collect();
        assert_eq!((held, outcome.transfers.0), (vec![Severity::Blocking], alone.transfers.0 - 1), "{n}");
    }
    // Whoever a person says is an employee is paid.
    let (folder, outcome) = run("present", &policies, &[("virements-2021-11.xml", called("GARAGE DU CENTRE").into_bytes())]);
    let who = outcome.findings.iter().find(|f| f.code == "M404").and_then(|f| f.employee.clone()).expect("somebody asked about");
    let row = format!("décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\nprésent;{who};;;2021-12;;Mme Renard;13/12/2021;agent\n");
    std::fs::write(folder.join("decisions.csv"), row.replace("présent", "present")).expect("the decision");
    let again = pipeline::run(&options(&folder)).expect("the job runs");
    assert_eq!((again.transfers.0, again.findings.iter().any(|f| f.code == "M404")), (alone.transfers.0, false));
}

// A list that was sorted without all its columns: what the statement and the bank say of both stands against it.
#[test]
fn two_people_whose_names_a_staff_file_exchanges_are_not_paid() {
    let list = |named: [(&str, &str); 2]| {
        let names = made::staff();
        let row = |(id, of): (&str, &str)| format!("{id};{};{};Titulaire;C\n", names[of]["Nom"], names[of]["Prénom"]);
        format!("Matricule;Nom;Prénom;Statut;Catégorie\n{}", named.map(row).concat()).into_bytes()
    };
    let files = |staff: Vec<u8>| {
        [("agents.csv", staff), ("paye.xhl", xhl::november().into_bytes()), ("virements-2021-11.xml", sample("virements-2021-11.xml"))]
    };
    let (a, b) = ("00176", "00225");
    let (_, outcome) = run("names-exchanged", &settings(), &files(list([(a, b), (b, a)])));
    // A list of numbers and names is asked about where it is read (M14), one with more where it is joined.
    for id in [a, b] {
        let held = [told(&outcome, "M14", id), told(&outcome, "M402", id)].concat();
        assert!(!held.is_empty() && held.iter().all(|f| f.severity == Severity::Blocking), "{id}: {held:?}");
    }
    let (_, outcome) = run("names-right", &settings(), &files(list([(a, a), (b, b)])));
    assert!(!outcome.findings.iter().any(|f| f.code == "M402"));
}

#[test]
fn a_word_of_every_reference_that_is_somebodys_number_names_nobody() {
    // « PAIE-00225-102 »: 00102 is an agent, and the number of whoever is paid stands before.
    let text = String::from_utf8(sample("virements-2021-11.xml")).expect("UTF-8");
    let mut parts = text.split("<EndToEndId>PAIE202111-");
    let mut behind = parts.next().expect("the head").to_owned();
    for part in parts {
        let (number, rest) = part.split_once('<').expect("a reference");
        behind.push_str(&format!("<EndToEndId>PAIE-{number}-102<{rest}"));
    }
    let all: Vec<(String, Vec<u8>)> = std::fs::read_dir("samples/montreval/inbox")
        .expect("the sample")
        .map(|f| f.expect("a file").file_name().into_string().expect("a name"))
        .map(|f| (f.clone(), if f == "virements-2021-11.xml" { behind.clone().into_bytes() } else { sample(&f) }))
        .collect();
    let files: Vec<(&str, Vec<u8>)> = all.iter().map(|(f, b)| (f.as_str(), b.clone())).collect();
    let (folder, outcome) = run("references", &settings(), &files);
    let accounts = |path: &Path| -> BTreeMap<(String, String), String> {
        rows(path).into_iter().map(|r| ((r["employee"].clone(), r["iban"].clone()), r["amount"].clone())).collect()
    };
    let mut want = accounts(Path::new("samples/montreval/expected/transfers.csv"));
    let got = accounts(&folder.join("out/transfers.csv"));
    want.retain(|k, _| got.contains_key(k));
    assert_eq!((want, outcome.transfers.0), (got, 89));
}

// ------------------------------------------------------------------ two numbers

// Two packages, two series of numbers: the identity number says who is who, and each is paid once, under the bank's number. With
// another taxable net nothing says that they are one pay: the number that the bank did not pay waits.
#[test]
fn whoever_a_declaration_and_a_statement_number_apart_is_paid_once() {
    let sent = || ("virements-2021-11.xml", sample("virements-2021-11.xml"));
    let declared = || ("paie.dsn", dsn::latin(&dsn::town()));
    let renumbered = |text: &str| text.replace("<Matricule V=\"0", "<Matricule V=\"7").into_bytes();
    let (plain, one) = run("numbers-one", &settings(), &[("paye.xhl", xhl::november().into_bytes()), declared(), sent()]);
    let (folder, two) = run("numbers-two", &settings(), &[("paye.xhl", renumbered(&xhl::november())), declared(), sent()]);
    assert!(two.findings.iter().any(|f| f.code == "M445" && f.severity == Severity::Warning));
    let (want, got) = (nets(&plain), nets(&folder));
    // Whoever has no valid identity number waits.
    let same = want.iter().filter(|(id, net)| got.get(*id) == Some(net)).count();
    assert!(same * 20 > want.len() * 19, "{same} of {}", want.len());
    assert!(two.transfers.0 <= one.transfers.0, "{:?} for {:?}", two.transfers, one.transfers);
    let other = changed("00225", |s| s.replace("<MtImposable V=\"", "<MtImposable V=\"1"));
    let apart = renumbered(&String::from_utf8(other).expect("UTF-8"));
    let (folder, _) = run("numbers-apart", &settings(), &[("paye.xhl", apart), declared(), sent()]);
    let paid: Vec<String> = rows(&folder.join("out/transfers.csv")).into_iter().map(|r| r["employee"].clone()).collect();
    assert!(!(paid.contains(&"00225".to_owned()) && paid.contains(&"70225".to_owned())));
}

// ------------------------------------------------------------------ accounts of another month

// A transfer of an older month proves no account: where a younger statement has another one, nobody knows, whatever month the
// statement is of. Of several older files the youngest stands in.
#[test]
fn a_transfer_of_an_older_month_proves_no_account() {
    const OLD: &str = "FR7699901004442740655625831";
    let statement = || xhl::november().into_bytes();
    let text = String::from_utf8(sample("virements-2021-11.xml")).expect("UTF-8");
    let own = text.split("PAIE202111-00225").nth(1).and_then(|t| t.split("<IBAN>").nth(1)).and_then(|t| t.split('<').next());
    let own = own.expect("the account of 00225");
    let of = |day: &str, account: &str| {
        let t = text.replace(own, account).replace("2021-11-25</ReqdExctnDt>", &format!("{day}</ReqdExctnDt>"));
        t.replace("PAIE202111", &format!("PAIE{}", day[..7].replace('-', ""))).into_bytes()
    };
    let held = |o: &Outcome| told(o, "BNK-03", "00225").iter().any(|f| f.severity == Severity::Blocking);
    let paid = |folder: &Path| rows(&folder.join("out/transfers.csv")).iter().any(|r| r["employee"] == "00225");
    let (folder, outcome) = run("old-account", &settings(), &[("paye.xhl", statement()), ("v10.xml", of("2021-10-25", OLD))]);
    assert!(held(&outcome) && !paid(&folder));
    // The same account in both is no question, even where a still older file has another.
    let files = [("paye.xhl", statement()), ("v09.xml", of("2021-09-25", OLD)), ("v10.xml", of("2021-10-25", own))];
    let (folder, outcome) = run("old-accounts", &settings(), &files);
    assert!(!held(&outcome) && paid(&folder));
    // The lines of November, and a statement of October that is younger than the transfers.
    let october = String::from_utf8(statement()).expect("UTF-8").replace("<Mois V=\"11\"/>", "<Mois V=\"10\"/>").into_bytes();
    let files = [("paie.dsn", dsn::latin(&dsn::town())), ("paye.xhl", october), ("v09.xml", of("2021-09-25", OLD))];
    let (folder, outcome) = run("older-statement", &settings(), &files);
    assert!(held(&outcome) && !paid(&folder));
}

// ------------------------------------------------------------------ codes of a statement

// A correction under the code of the bonus, and a code that is no code: labels tell them apart. Where neither does, it is told.
#[test]
fn labels_tell_apart_what_stands_under_one_code() {
    let sent = || ("virements-2021-11.xml", sample("virements-2021-11.xml"));
    let (plain, _) = run("codes", &settings(), &[("paye.xhl", xhl::november().into_bytes()), sent()]);
    let want = nets(&plain);
    // Every line under one code: the labels are those of before.
    let mut one = String::new();
    let mut within = false;
    for line in xhl::november().lines() {
        within = line == "<Remuneration>" || within && line != "</Remuneration>";
        one += if within && line.starts_with("<Code ") { "<Code V=\"0000\"/>" } else { line };
        one.push('\n');
    }
    let (folder, _) = run("codes-one", &settings(), &[("paye.xhl", one.into_bytes()), sent()]);
    let got = nets(&folder);
    let same = want.iter().filter(|(id, net)| got.get(*id) == Some(net)).count();
    assert!(same * 20 > want.len() * 19, "{same} of {}", want.len());
    // 00102 has an IFSE; 300,00 more under its code, and taken back by a retenue, so that the net stays.
    let more = |label: &str| {
        let line =
            |tag: &str, label: &str, code: &str| format!("<{tag}><Libelle V=\"{label}\"/><Code V=\"{code}\"/><Mt V=\"300.00\"/></{tag}>\n");
        let of = expected("codes.csv").into_iter().find(|r| r["code"] == "IFSE").expect("the bonus");
        let (own, code) = (of["local_label"].as_str(), of["local_code"].as_str());
        let label = if label.is_empty() { own } else { label };
        let lines = format!("{}{}", line("Indemnite", label, code), line("Retenue", "Acompte repris", "ZZ9"));
        let with = |s: &str| s.replacen("</Remuneration>", &format!("{lines}</Remuneration>"), 1);
        changed("00102", with)
    };
    let bonus = |folder: &Path| {
        let all = rows(&folder.join("out/lines.csv"));
        all.iter().filter(|r| r["employee"] == "00102" && r["code"] == "IFSE").map(|r| cents(&r["amount"])).sum::<i64>()
    };
    let (folder, _) = run("codes-regul", &settings(), &[("paye.xhl", more("IFSE régularisation")), sent()]);
    assert_eq!(bonus(&folder), bonus(&plain));
    let (_, outcome) = run("codes-twice", &settings(), &[("paye.xhl", more("")), sent()]);
    assert_eq!(told(&outcome, "R119", "00102").len(), 1);
}

// ------------------------------------------------------------------ a payslip of an earlier month

/// Whoever came in October and was paid for it in November has two payslips there: November alone is last month's pay, October is
/// told and paid no more. Two payslips dated back alike say nothing.
#[test]
fn a_payslip_of_an_earlier_month_is_arrears() {
    let dated = |slip: &str, month: u32| {
        let period = format!("<Periode><DateDebut V=\"2021-{month}-01\"/><DateFin V=\"2021-{month}-30\"/></Periode>\n");
        slip.replacen("<Remuneration>", &format!("{period}<Remuneration>"), 1)
    };
    let twice = |first: u32, second: u32| {
        let (begin, end) = ("<PayeIndivMensuel>", "</PayeIndivMensuel>");
        changed("00102", |s: &str| {
            let own = &s[..s.find(end).expect("its end") + end.len()];
            format!("{}\n{begin}{}{}", dated(own, first), dated(own, second), &s[own.len()..])
        })
    };
    let (plain, _) = run("earlier-none", &settings(), &[("paye.xhl", xhl::november().into_bytes())]);
    let (folder, outcome) = run("earlier-october", &settings(), &[("paye.xhl", twice(10, 11))]);
    assert_eq!((told(&outcome, "R136", "00102").len(), told(&outcome, "R49", "00102").len()), (1, 0));
    assert_eq!(nets(&folder).get("00102"), nets(&plain).get("00102"));
    let (_, outcome) = run("earlier-both", &settings(), &[("paye.xhl", twice(10, 10))]);
    assert_eq!((told(&outcome, "R136", "00102").len(), told(&outcome, "R49", "00102").len()), (0, 1));
}

// ------------------------------------------------------------------ events of a statement

// A whole last payslip says itself that it was the last: a description, or a code that the statement explains. A step, a return
// and a day to come end nothing.
#[test]
fn whoever_a_statement_says_has_left_waits() {
    let event = |code: &str, text: &str| {
        let said = if text.is_empty() { String::new() } else { format!("<Description V=\"{text}\"/>") };
        format!("</Agent>\n<Evenement><Code V=\"{code}\"/>{said}</Evenement>")
    };
    let of = [
        ("00102", event("R", "Départ en retraite au 30/11/2021"), true),
        ("00225", event("XX", ""), true),
        ("00232", event("MUT", "Changement de mutuelle"), false),
        ("00207", event("RT", "Réintégration après disponibilité"), false),
        ("00179", event("R", "Retraite au 01/06/2022"), false),
        ("00176", event("FD", "FIN DE DETACHEMENT"), false),
        ("00299", event("FD", "Fin de détachement au 30/11/2021"), true),
    ];
    let mut parts: Vec<String> = xhl::november().split("<PayeIndivMensuel>").map(str::to_owned).collect();
    for (id, event, _) in &of {
        let own = parts.iter_mut().find(|p| p.contains(&format!("<Matricule V=\"{id}\"/>"))).expect("the agent");
        *own = own.replacen("</Agent>", event, 1);
    }
    let named = "<Nomenclatures><NomenclatureEvtPaye><Correspondance><Libelle V=\"Démission\"/><Code V=\"XX\"/></Correspondance></NomenclatureEvtPaye></Nomenclatures>";
    let whole = parts.join("<PayeIndivMensuel>").replacen("</n:DocumentPaye>", &format!("{named}</n:DocumentPaye>"), 1);
    assert!(whole.contains(named), "the statement has names of codes");
    let sent = ("virements-2021-11.xml", sample("virements-2021-11.xml"));
    let (folder, outcome) = run("events", &settings(), &[("paye.xhl", whole.into_bytes()), sent]);
    let paid: BTreeSet<String> = rows(&folder.join("out/transfers.csv")).into_iter().map(|r| r["employee"].clone()).collect();
    for (id, _, left) in &of {
        assert_eq!((!told(&outcome, "M420", id).is_empty(), !paid.contains(*id)), (*left, *left), "{id}");
    }
    assert!(outcome.findings.iter().any(|f| f.code == "M447"));
    // Who leaves and who comes back: the whole payslip says which.
    let either = outcome.findings.iter().filter(|f| f.code == "M429").filter_map(|f| Some((f.employee.as_ref()?.to_string(), f.severity)));
    assert_eq!(either.collect::<Vec<_>>(), [("00176".to_owned(), Severity::Justify)]);
    let row = "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\nprésent;00225;;;2021-12;;A. B.;04/12/2021;revenu\n";
    std::fs::write(folder.join("decisions.csv"), row).expect("decisions");
    let there = pipeline::run(&options(&folder)).expect("the job runs");
    assert!(told(&there, "M420", "00225").is_empty() && !told(&there, "M420", "00102").is_empty());
}

// ------------------------------------------------------------------ a provisional one

/// The register with 20 € more of IFSE, and of net, for the first agents who have any; and how many they are.
fn provisional(agents: usize) -> (Vec<u8>, BTreeSet<String>) {
    let more = |amount: &str| {
        let all: u64 = amount.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("an amount");
        format!("{},{:02}", (all + 2000) / 100, (all + 2000) % 100)
    };
    let text: String = sample("livre-de-paie-2021-11.csv").iter().map(|b| char::from(*b)).collect();
    let has = |l: &str, label: &str| l.contains(&format!(";{label};")) || l.contains(&format!(";{label} "));
    let with: Vec<String> = text.lines().filter(|l| has(l, "IFSE")).map(|l| l.split(';').next().unwrap_or_default().to_owned()).collect();
    let of: BTreeSet<String> = with.into_iter().take(agents).collect();
    let change = |l: &str| {
        let mut cells: Vec<String> = l.split(';').map(str::to_owned).collect();
        if cells.len() > 7 && of.contains(&cells[0]) && (has(l, "IFSE") || has(l, "NET A PAYER")) {
            cells[7] = more(&cells[7]);
        }
        cells.join(";")
    };
    let text = text.lines().map(change).collect::<Vec<_>>().join("\r\n");
    (text.chars().map(|c| c as u8).collect(), of)
}

// The bank paid what the statement says, to the cent: the register was the provisional one.
#[test]
fn the_one_of_two_payslips_whose_net_the_bank_paid_is_last_months() {
    let (book, agents) = provisional(12);
    let (staff, sent) = (("agents.xlsx", sample("agents.xlsx")), ("virements-2021-11.xml", sample("virements-2021-11.xml")));
    let statement = ("paye.xhl", xhl::november().into_bytes());
    let right = ("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv"));
    let (plain, _) = run("provisional-none", &settings(), &[staff.clone(), right, statement.clone(), sent.clone()]);
    let files = [staff, ("livre-de-paie-2021-11.csv", book), statement, sent];
    let (folder, outcome) = run("provisional", &settings(), &files);
    let (want, got) = (nets(&plain), nets(&folder));
    assert!(agents.len() > 8 && agents.iter().all(|id| got[id] == want[id]), "{agents:?}");
    assert!(agents.iter().all(|id| told(&outcome, "IMP-04", id).is_empty() && told(&outcome, "C05", id).is_empty()));
    let once: Vec<&Finding> = outcome.findings.iter().filter(|f| f.code == "F162").collect();
    assert_eq!(once.iter().map(|f| f.severity).collect::<Vec<_>>(), vec![Severity::Warning; 2], "the net and the bonus");
    assert!(once.iter().all(|f| f.args.iter().any(|a| a.0 == "count" && a.1 == agents.len().to_string())), "{once:?}");
    // A job that believes the register asks about each.
    let believed = format!("{}\n[trust]\norder = [\"register\", \"xhl\"]\n", settings());
    let (_, held) = run("provisional-believed", &believed, &files);
    assert!(agents.iter().all(|id| !told(&held, "IMP-04", id).is_empty()));
}

// ------------------------------------------------------------------ a damaged copy

// The register and the bank say of everybody what was paid: half a statement beside them holds nobody, and alone it holds all
// until a person signs for it.
#[test]
fn a_damaged_second_copy_of_last_month_holds_nobody() {
    let whole = xhl::november();
    let half = || whole.as_bytes()[..whole.len() / 2].to_vec();
    let staff = || ("agents.xlsx", sample("agents.xlsx"));
    let (book, sent) =
        (("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")), ("virements-2021-11.xml", sample("virements-2021-11.xml")));
    let (_, plain) = run("copy-none", &settings(), &[staff(), book.clone(), sent.clone()]);
    let (_, beside) = run("copy-half", &settings(), &[staff(), book, sent.clone(), ("paye.xhl", half())]);
    let of = |o: &Outcome| o.findings.iter().filter(|f| f.code == "R41").map(|f| f.severity).collect::<Vec<_>>();
    assert_eq!((of(&beside), beside.transfers.0), (vec![Severity::Justify], plain.transfers.0));
    // A whole statement beside its own half, whatever they are called.
    for (name, first, second) in [("copy-before", "a.xhl", "b.xhl"), ("copy-behind", "b.xhl", "a.xhl")] {
        let files = [staff(), sent.clone(), (first, half()), (second, whole.clone().into_bytes())];
        let (_, beside) = run(name, &settings(), &files);
        assert_eq!(of(&beside), vec![Severity::Justify], "{name}");
    }
    let (folder, alone) = run("copy-alone", &settings(), &[staff(), sent, ("paye.xhl", half())]);
    let written = || folder.join("out/virements-2021-12.xml").exists();
    assert_eq!((of(&alone), written()), (vec![Severity::Blocking], false));
    let row = "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\ndispense;;R41;;2021-12;;A. B.;04/12/2021;virements\n";
    std::fs::write(folder.join("decisions.csv"), row).expect("decisions");
    let signed = pipeline::run(&options(&folder)).expect("the job runs");
    assert_eq!((of(&signed), written()), (vec![Severity::Warning], true));
}

// A compressed file that nothing opens holds the run, until releve.toml says that it is nothing of the pay.
#[test]
fn a_file_that_nothing_reads_may_be_ignored() {
    let files = [("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")), ("x.gz", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])];
    let of = |o: &Outcome, code: &str| o.findings.iter().any(|f| f.code == code);
    let (_, held) = run("gzip", &settings(), &files);
    assert!(of(&held, "IMP-01"));
    let ignored = format!("{}\n[[source]]\nfile = \"x.gz\"\nrole = \"ignored\"\n", settings());
    let (_, left) = run("gzip-ignored", &ignored, &files);
    assert!(!of(&left, "IMP-01") && !of(&left, "M09"));
}

// ------------------------------------------------------------------ two files against each other

fn diff(a: &Path, b: &Path) -> (u8, Vec<(String, String)>) {
    let told = pipeline::diff(a, b, None).expect("both are read");
    let of = |f: &Finding| (f.code.clone(), f.args.iter().find(|a| a.0 == "name").map(|a| a.1.clone()).unwrap_or_default());
    let mut all: Vec<(String, String)> = told.findings.iter().map(of).collect();
    all.sort();
    (told.code, all)
}

#[test]
fn two_transfer_files_show_another_account_who_left_who_is_new_on_a_known_account_and_another_amount() {
    let example = |name: &str| Path::new("tests/data/sepa/examples").join(name);
    let (before, after) = (example("pain.001.001.03_november.xml"), example("pain.001.001.09_december.xml"));
    let pairs = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    // What tests/data/sepa/README.md says that December holds.
    let want = pairs(&[("X01", "MULLER GAEL"), ("X04", "LE GOFF CHLOE"), ("X05", "NDIAYE FATOU"), ("X08", "OBRIEN SEAN")]);
    assert_eq!(diff(&before, &after), (1, want));
    assert_eq!(diff(&before, &before), (0, vec![]));
    // Two accounts exchanged are told of both people, each with the other's name.
    let text = std::fs::read_to_string(&before).expect("the example");
    let accounts: Vec<&str> = text.split("<CdtrAcct><Id><IBAN>").skip(1).filter_map(|t| t.split('<').next()).collect();
    let (one, two) = (accounts[0], accounts[1]);
    let exchanged = text.replace(one, "\u{1}").replace(two, one).replace('\u{1}', two);
    let path = folder("exchanged", &settings(), &[]).join("exchanged.xml");
    std::fs::write(&path, exchanged).expect("a file");
    let (code, found) = diff(&before, &path);
    assert_eq!((code, found.iter().map(|f| f.0.as_str()).collect::<Vec<_>>()), (1, vec!["X02", "X02"]));
    // What is no list of transfers is told.
    assert_eq!(diff(&before, Path::new("samples/montreval/releve.toml")).0, 2);
}

#[test]
fn accounts_are_compared_for_every_post_and_as_they_are_written() {
    let to = folder("lists", &settings(), &[]);
    let list = |name: &str, rows: &str| {
        let path = to.join(name);
        std::fs::write(&path, format!("employee,post,name,iban,bic,amount,reference\n{rows}")).expect("a list");
        path
    };
    let row = |post: u8, account: &str, amount: &str| format!("00003,{post},CAZENAVE ADELE,{account},,{amount},\n");
    let both = |account: &str| row(1, account, "1282.73") + &row(2, account, "424.38");
    let (old, new) = ("FR7699901008578534800843585", "FR7699901005711994267344613");
    let name = |code: &str| (code.to_owned(), "CAZENAVE ADELE".to_owned());
    // Two posts, both moved to another account: a call for each transfer.
    assert_eq!(diff(&list("a.csv", &both(old)), &list("b.csv", &both(new))), (1, vec![name("X01"), name("X01")]));
    // Two accounts that are no IBAN are two accounts.
    let unread = (String::from("X10"), String::new());
    let told = diff(&list("c.csv", &row(1, "FR76BAD", "1282.73")), &list("d.csv", &row(1, "GB00OTHER", "1282.73")));
    assert_eq!(told, (1, vec![name("X01"), unread.clone(), unread]));
    // One amount that is none is told with its line, and nothing is compared.
    assert_eq!(diff(&list("e.csv", &row(1, old, "1 282,73 €?")), &list("f.csv", &row(1, old, "1282.73"))).0, 2);
    let told = pipeline::diff(&to.join("e.csv"), &to.join("f.csv"), None).expect("both are read");
    let places: Vec<String> = told.findings.iter().flat_map(|f| &f.places).map(ToString::to_string).collect();
    assert!(told.findings.len() == 1 && told.findings[0].code == "X11" && places[0].contains("e.csv:2"), "{places:?}");
}

#[test]
fn what_a_bank_lists_is_compared_as_its_transfer_file_is() {
    let file = Path::new("samples/montreval/inbox/virements-2021-11.xml");
    let sent: Vec<_> = pain001::read_all(&sample("virements-2021-11.xml"), "sent").value.transfers;
    let rows = |of: &dyn Fn(&str) -> String| -> String {
        let row = |t: &pain001::ReadTransfer| {
            let amount = t.amount.expect("an amount").french();
            format!("{};{};{amount};25/11/2021\n", t.name, of(&t.account))
        };
        format!("Liste des virements émis\n\nBénéficiaire;IBAN;Montant;Date d'exécution\n{}", sent.iter().map(row).collect::<String>())
    };
    let windows = |text: &str| -> Vec<u8> { text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b' ')).collect() };
    let to = folder("bank-list", &settings(), &[]);
    let list = |name: &str, text: &str| {
        let path = to.join(name);
        std::fs::write(&path, windows(text)).expect("a list");
        path
    };
    let same = list("releve-banque.csv", &rows(&str::to_owned));
    assert_eq!(diff(&same, file), (0, vec![]));
    // Another account is told by name, and one that is none by its row.
    let first = sent[0].account.clone();
    let other = "FR7699901008578534800843585";
    let moved = list("banque-2.csv", &rows(&|a| if a == first { other.to_owned() } else { a.to_owned() }));
    let want = (1, vec![("X01".to_owned(), sent[0].name.clone())]);
    assert_eq!(diff(file, &moved), want);
    let wrong = list("banque-3.csv", &rows(&|a| if a == first { a.replace(&a[2..4], "00") } else { a.to_owned() }));
    let told = diff(file, &wrong);
    assert!(told.1.contains(&("M363".to_owned(), sent[0].name.clone())) && told.0 == 1, "{told:?}");
    // A row whose amount is none is told, and not only missed.
    let amount = sent[0].amount.expect("an amount").french();
    let damaged = list("banque-4.csv", &rows(&str::to_owned).replacen(&amount, &amount.replacen('1', "l", 1), 1));
    let told = diff(file, &damaged);
    assert!(told.1.iter().any(|t| t.0 == "M191") && told.0 == 1, "{told:?}");
}

// ------------------------------------------------------------------ a transfer that came back

#[test]
fn whose_transfer_came_back_is_paid_again_on_the_account_that_was_called_for() {
    let report = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\">\
        <CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2021-11-26T09:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>\
        <OrgnlMsgId>PAIE-2021-11-01</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>\
        <OrgnlPmtInfAndSts><OrgnlPmtInfId>PAIE-2021-11-01-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts><TxInfAndSts>\
        <OrgnlEndToEndId>PAIE202111-00441</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>\
        </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n";
    let files = || {
        vec![
            ("agents.xlsx", sample("agents.xlsx")),
            ("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")),
            ("virements-2021-11.xml", sample("virements-2021-11.xml")),
            ("retour.xml", report.as_bytes().to_vec()),
        ]
    };
    let (folder, outcome) = run("came-back", &settings(), &files());
    let sent = |folder: &Path| rows(&folder.join("out/transfers.csv")).into_iter().find(|r| r["employee"] == "00441");
    assert_eq!(told(&outcome, "F15", "00441").iter().map(|f| f.severity).collect::<Vec<_>>(), [Severity::Blocking]);
    assert!(sent(&folder).is_none());
    // The transfer file itself is lost: the reference holds the number.
    let lost = files().into_iter().filter(|f| f.0 != "virements-2021-11.xml").collect::<Vec<_>>();
    let (_, outcome) = run("came-back-lost", &settings(), &lost);
    assert_eq!(told(&outcome, "F15", "00441").iter().map(|f| f.severity).collect::<Vec<_>>(), [Severity::Blocking]);
    // November's 1 557,43 never arrived; a call-back names the new account, and a correction pays that net with December's, whose
    // own contributions and tax do not move.
    let owed = 155_743;
    let account = "FR7699901005711994267344613";
    let decided = format!(
        "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\n\
         contre-appel;00441;01 99 00 12 34 (fiche de 2019);{account};2021-12;;Mme Roche;06/12/2021;compte clos, l'agent a lu le nouveau\n\
         correction;00441;net_non_recu;1 557,43;2021-12;2021-12;Mme Roche;06/12/2021;net de novembre rejeté\n"
    );
    let before = nets(&folder)["00441"];
    std::fs::write(folder.join("decisions.csv"), decided).expect("the decisions");
    let outcome = pipeline::run(&options(&folder)).expect("the job runs");
    assert_eq!(told(&outcome, "F15", "00441").iter().map(|f| f.severity).collect::<Vec<_>>(), [Severity::Justify]);
    let row = sent(&folder).expect("paid again");
    assert_eq!((row["iban"].as_str(), cents(&row["amount"])), (account, before + owed));
}

// A bank need not repeat the end-to-end identifier: the employer's own reference, or all else that it repeats, finds the transfer.
#[test]
fn a_refusal_without_the_end_to_end_identifier_holds_whose_transfer_it_was() {
    let with = |reference: &str, repeats: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\">\
            <CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2021-11-26T09:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>\
            <OrgnlMsgId>PAIE-2021-11-01</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>\
            <OrgnlPmtInfAndSts><OrgnlPmtInfId>PAIE-2021-11-01-1</OrgnlPmtInfId><TxInfAndSts>{reference}<TxSts>RJCT</TxSts>\
            <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>{repeats}</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n"
        )
    };
    let amount = "<Amt><InstdAmt Ccy=\"EUR\">1557.43</InstdAmt></Amt>";
    let name = "<Cdtr><Pty><Nm>Flament André</Nm></Pty></Cdtr>";
    let account = "<CdtrAcct><Id><IBAN>FR7699904004050061382644775</IBAN></Id></CdtrAcct>";
    let of = |parts: &[&str]| format!("<OrgnlTxRef>{}</OrgnlTxRef>", parts.concat());
    // The employer's own reference stands in the transfer file, and no other is provided there.
    let sent = String::from_utf8(sample("virements-2021-11.xml")).expect("UTF-8");
    let own =
        sent.replace("<EndToEndId>PAIE202111-", "<InstrId>R-").replace("</EndToEndId>", "</InstrId><EndToEndId>NOTPROVIDED</EndToEndId>");
    let reports = [
        ("instruction", &own, with("<OrgnlInstrId>R-00441</OrgnlInstrId><OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId>", "")),
        ("transaction", &own, with("<OrgnlTxId>R-00441</OrgnlTxId>", "")),
        ("repeated", &sent, with("", &of(&[amount, name, account]))),
        ("repeated-name", &own, with("<OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId>", &of(&[amount, name]))),
        ("repeated-amount", &sent, with("", &of(&[amount]))),
    ];
    for (what, sent, report) in reports {
        let files = [
            ("agents.xlsx", sample("agents.xlsx")),
            ("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")),
            ("virements-2021-11.xml", sent.clone().into_bytes()),
            ("retour.xml", report.into_bytes()),
        ];
        let (folder, outcome) = run(&format!("came-back-{what}"), &settings(), &files);
        let refused: Vec<_> = outcome.findings.iter().filter(|f| f.code == "F15").collect();
        let of: Vec<_> = refused.iter().map(|f| (f.employee.as_ref().map(ToString::to_string), f.severity)).collect();
        assert_eq!(of, [(Some("00441".to_owned()), Severity::Blocking)], "{what}");
        assert!(!outcome.findings.iter().any(|f| f.code == "F16"), "{what}");
        assert!(!rows(&folder.join("out/transfers.csv")).iter().any(|r| r["employee"] == "00441"), "{what}");
    }
    // Another sum and another name are nobody's: the refusal is told with what the bank says of it.
    let files = [
        ("agents.xlsx", sample("agents.xlsx")),
        ("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")),
        ("virements-2021-11.xml", sent.into_bytes()),
        ("retour.xml", with("", &of(&[amount, "<Cdtr><Nm>Gendron Rémi</Nm></Cdtr>"])).into_bytes()),
    ];
    let (_, outcome) = run("came-back-unknown", &settings(), &files);
    let told: Vec<String> = outcome.findings.iter().filter(|f| f.code == "F16").map(|f| f.message(Lang::Fr)).collect();
    assert!(told.len() == 1 && told[0].contains("557,43 €, Gendron Rémi"), "{told:?}");
}

// Pay that came back stands in a statement of the account under its reference; the same reference with another sum is another month's.
#[test]
fn pay_that_came_back_on_the_account_holds_whose_it_was() {
    let closed = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>";
    let whole = |id: &str, day: &str, (entry, amount): (&str, &str), more: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"><BkToCstmrDbtCdtNtfctn>\
            <GrpHdr><MsgId>N1</MsgId><CreDtTm>2021-11-27T09:00:00</CreDtTm></GrpHdr><Ntfctn><Id>1</Id><Ntry><Amt Ccy=\"EUR\">{entry}</Amt>\
            <CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>{id}</EndToEndId></Refs>\
            {amount}{more}</TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n"
        )
    };
    let booked = |amount: &str| format!("<Amt Ccy=\"EUR\">{amount}</Amt>");
    let detailed = |amount: &str| format!("<AmtDtls><InstdAmt><Amt Ccy=\"EUR\">{amount}</Amt></InstdAmt></AmtDtls>");
    let statement = |of: &str, amount: &str, more: &str| whole(&format!("PAIE202111-{of}"), "2021-11-27", (amount, &booked(amount)), more);
    let own = |amount: &str, day: &str, entry: &str| whole("PAIE202111-00441", day, (entry, amount), closed);
    let nameless = |more: &str| whole("NOTPROVIDED", "2021-11-27", ("1557.43", &booked("1557.43")), &format!("{more}{closed}"));
    let to = "<RltdPties><CdtrAcct><Id><IBAN>FR7699904004050061382644775</IBAN></Id></CdtrAcct></RltdPties>";
    let held = vec![Severity::Blocking];
    for (name, statement, want) in [
        ("returned", statement("00441", "1557.43", closed), held.clone()),
        ("returned-before", statement("00441", "1550.00", closed), vec![]),
        ("only-booked", statement("00441", "1557.43", ""), vec![]),
        // The sum that was sent stands in the details, in an entry of several or less the bank's charges; or only beside the entry.
        ("returned-detailed", own(&detailed("1557.43"), "2021-11-27", "9000.00"), held.clone()),
        ("returned-less", own(&(booked("1550.00") + &detailed("1557.43")), "2021-11-27", "1550.00"), held.clone()),
        ("returned-entry", own("", "2021-11-27", "1557.43"), held.clone()),
        ("returned-other", own(&detailed("1550.00"), "2021-11-27", "1557.43"), vec![]),
        // November was sent on the 25th.
        ("returned-october", own(&booked("1557.43"), "2021-11-03", "1557.43"), vec![]),
        // A sum alone may be a supplier's.
        ("returned-account", nameless(to), held.clone()),
        ("returned-nameless", nameless(""), vec![]),
    ] {
        let files = [
            ("agents.xlsx", sample("agents.xlsx")),
            ("livre-de-paie-2021-11.csv", sample("livre-de-paie-2021-11.csv")),
            ("virements-2021-11.xml", sample("virements-2021-11.xml")),
            ("compte.xml", statement.into_bytes()),
        ];
        let (folder, outcome) = run(name, &settings(), &files);
        let refused = told(&outcome, "F15", "00441").iter().map(|f| f.severity).collect::<Vec<_>>();
        let paid = rows(&folder.join("out/transfers.csv")).iter().any(|r| r["employee"] == "00441");
        assert_eq!((&refused, paid), (&want, want.is_empty()), "{name}");
        let other: Vec<&str> = outcome.findings.iter().map(|f| f.code.as_str()).filter(|c| ["F16", "F17", "F18"].contains(c)).collect();
        assert_eq!((other, outcome.findings.iter().filter(|f| f.code == "R111").count()), (vec![], 1), "{name}");
    }
}
