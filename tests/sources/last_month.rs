//! What last month's documents say beside each other: overtime in a declaration, arrears without contributions, transfers of several
//! files, an older staff file, the order of trust, a protection contract.
//!
//! Amounts are those of `samples/montreval/expected`; where a file is changed, the pay must be what it was before, or another by
//! the very amount that was put in.

#[path = "../made/mod.rs"]
mod made;

use made::ran::{self, OfAgent as _, Ran};
use made::{cents, dsn, expected, rows, shown, xhl};
use releve::ground::{Lang, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type File<'f> = (&'f str, Vec<u8>);

const SENT: &str = "virements-2021-11.xml";

fn settings() -> String {
    std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings")
}

fn sample(file: &'static str) -> File<'static> {
    (file, std::fs::read(Path::new("samples/montreval/inbox").join(file)).expect("the sample"))
}

fn run(name: &str, more: &str, files: &[File<'_>]) -> Ran {
    ran::run_in(ran::job("last-month", name, &(settings() + more), files), None)
}

fn nets(r: &Ran) -> BTreeMap<String, i64> {
    r.rows("payslips.csv").into_iter().map(|r| (r["employee"].clone(), cents(&r["net_paid"]))).collect()
}

fn sent(r: &Ran) -> BTreeMap<String, i64> {
    r.rows("transfers.csv").into_iter().map(|r| (r["employee"].clone(), cents(&r["amount"]))).collect()
}

/// What last month paid under a code.
fn paid(r: &Ran, id: &str, code: &str) -> i64 {
    rows(&r.folder.join("out/replay.csv")).iter().filter(|l| l["employee"] == id && l["code"] == code).map(|l| cents(&l["paid"])).sum()
}

fn told(r: &Ran, code: &str) -> Vec<Severity> {
    r.outcome.findings.iter().filter(|f| f.code == code).map(|f| f.severity).collect()
}

/// The statement with one agent's payslip changed.
fn changed(id: &str, change: impl Fn(&str) -> String) -> File<'static> {
    let whole = xhl::november();
    let mut parts: Vec<String> = whole.split("<PayeIndivMensuel>").map(str::to_owned).collect();
    let own = parts.iter_mut().find(|p| p.contains(&format!("<Matricule V=\"{id}\"/>"))).expect("the agent");
    let other = change(own);
    assert_ne!(*own, other);
    *own = other;
    ("paye.xhl", parts.join("<PayeIndivMensuel>").into_bytes())
}

/// A payslip with a line more, and a sum that is more by so many cents.
fn with_line(slip: &str, line: &str, sums: &[&str], more: i64) -> String {
    let mut out = slip.replace("</Remuneration>", &format!("{line}</Remuneration>"));
    for name in sums {
        let (head, tail) = out.split_once(&format!("<{name} V=\"")).expect("a sum");
        let (value, tail) = tail.split_once('"').expect("a value");
        out = format!("{head}<{name} V=\"{}\"{tail}", shown(cents(value) + more));
    }
    out
}

// ------------------------------------------------------------------ declarations

// Its overtime is one sum, and the contributions on it are within those on the rest: they come back as the lines that were paid.
#[test]
fn overtime_of_a_declaration_comes_back_as_the_lines_that_were_paid() {
    let r = run("overtime", "", &[("paie.dsn", dsn::latin(&dsn::town())), sample("agents.xlsx"), sample(SENT)]);
    let mut lines: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for l in expected("november-lines.csv") {
        *lines.entry(l["employee"].clone()).or_default().entry(l["code"].clone()).or_default() += cents(&l["amount"]);
    }
    let hours = ["HS_J14", "HS_J15", "HS_DIM", "HS_NUIT"];
    let with = lines.iter().filter(|(_, l)| hours.iter().any(|h| l.contains_key(*h)));
    let mut exact = 0;
    for (id, of) in with {
        assert_eq!(paid(&r, id, "HS"), hours.iter().filter_map(|h| of.get(*h)).sum::<i64>(), "{id}");
        // Whose declared pay says something else as well is asked about.
        if r.grave("C40", id).is_empty() {
            for code in ["CNRACL", "HS_RED", "RAFP", "CSG_D", "CSG_N", "CRDS", "CSG_HS", "PAS"] {
                assert_eq!(paid(&r, id, code), of.get(code).copied().unwrap_or(0), "{id} {code}");
            }
            assert_eq!(r.grave("C03", id), [], "{id}");
            exact += 1;
        }
    }
    assert!(exact >= 4, "{exact}");
    assert_eq!(told(&r, "M366"), [Severity::Information]);
}

// Without transfers nobody knows what was withheld beside a declaration: what the staff file says of it holds nobody (M357).
#[test]
fn what_a_declaration_has_no_place_for_is_the_staff_files_word() {
    let r = run("untold", "", &[("paie.dsn", dsn::latin(&dsn::town())), sample("agents.xlsx")]);
    assert_eq!(told(&r, "M357"), [Severity::Information]);
    let of_mutuelle = |f: &&releve::ground::Finding| f.code == "IMP-04" && f.args.iter().any(|a| a.1.contains("Mutuelle"));
    assert_eq!(r.outcome.findings.iter().filter(of_mutuelle).count(), 0);
    for l in expected("november-lines.csv").iter().filter(|l| l["code"] == "MUTUELLE") {
        if r.line(&l["employee"], "TIB").is_some() {
            assert_eq!(r.line(&l["employee"], "MUTUELLE"), Some(l["amount"].clone()), "{}", l["employee"]);
        }
    }
}

// What the bank paid less than the declaration explains is a deduction where the file says that very one, and asked otherwise.
#[test]
fn a_gap_to_the_transfer_that_no_file_explains_is_asked() {
    let (file, bytes) = sample(SENT);
    let text = String::from_utf8(bytes).expect("UTF-8");
    // 00176 paid back 200,00 once: 1 348,75 as the sample has it.
    let less = text.replacen(">1348.75<", ">1148.75<", 1);
    assert_ne!(text, less);
    let r = run("gap", "", &[("paie.dsn", dsn::latin(&dsn::town())), sample("agents.xlsx"), (file, less.into_bytes())]);
    assert_eq!(r.grave("M401", "00176"), [Severity::Blocking]);
    assert!(r.waits("00176"));
    // 18,20 of mutual insurance is what the staff file says of 00575.
    assert_eq!(r.grave("M401", "00575"), []);
    assert_eq!(r.line("00575", "MUTUELLE").as_deref(), Some("-18.20"));
    assert_eq!(told(&r, "M400"), [Severity::Information]);
}

// ------------------------------------------------------------------ transfers

/// The transfer file with the amounts of some agents parted: what stays, and another file of another day with the rest.
fn parted(of: &[&str], cents_each: i64, day: &str) -> [Vec<u8>; 2] {
    let text = String::from_utf8(sample(SENT).1).expect("UTF-8");
    let (head, rest) = text.split_once("<CdtTrfTxInf>").expect("transfers");
    let (list, tail) = rest.rsplit_once("</CdtTrfTxInf>").expect("transfers");
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for t in list.split("<CdtTrfTxInf>") {
        let t = t.split("</CdtTrfTxInf>").next().unwrap_or_default();
        let (before, amount) = t.split_once("Ccy=\"EUR\">").expect("an amount");
        let (amount, after) = amount.split_once('<').expect("an amount");
        let whole = |c: i64| format!("<CdtTrfTxInf>{before}Ccy=\"EUR\">{}<{after}</CdtTrfTxInf>", shown(c));
        if of.iter().any(|id| before.contains(&format!("-{id}<"))) {
            first.push(whole(cents(amount) - cents_each));
            second.push(whole(cents_each));
        } else {
            first.push(whole(cents(amount)));
        }
    }
    // Sums and counts of the heads are of the file that was.
    let file = |all: &[String], day: &str, id: &str| {
        let head = head.replace("2021-11-25<", &format!("{day}<")).replace("PAIE-2021-11-01", id);
        let head = head.split("<NbOfTxs>").map(|p| p.split_once("</CtrlSum>").map_or(p, |(_, rest)| rest)).collect::<String>();
        format!("{head}{}{tail}", all.concat()).into_bytes()
    };
    [file(&first, "2021-11-25", "PAIE-2021-11-01"), file(&second, day, "PAIE-2021-11-02")]
}

#[test]
fn transfers_of_several_files_and_an_advance_of_an_earlier_day_add_up() {
    let others = || [("paie.dsn", dsn::latin(&dsn::town())), sample("agents.xlsx")];
    let whole = run("sent-whole", "", &[&others()[..], &[sample(SENT)]].concat());
    let of = ["00176", "00207", "00575"];
    for (name, day, code) in [("sent-parted", "2021-11-25", "M364"), ("sent-before", "2021-11-08", "M365")] {
        let [pay, beside] = parted(&of, 20_000, day);
        let r = run(name, "", &[&others()[..], &[("a-part.xml", beside), ("virements.xml", pay)]].concat());
        assert_eq!((nets(&r), sent(&r)), (nets(&whole), sent(&whole)), "{name}");
        assert_eq!((told(&r, code).len(), told(&r, "F07").len(), told(&r, "F83").len()), (1, told(&whole, "F07").len(), 0), "{name}");
    }
    // Three files of which one is another month's pay: it is left, as its sums do not belong to this one's.
    let april = String::from_utf8(sample(SENT).1).expect("UTF-8").replace("2021-11-25<", "2021-11-08<").into_bytes();
    let r = run("sent-late", "", &[&others()[..], &[("avant.xml", april), sample(SENT)]].concat());
    assert_eq!((nets(&r), told(&r, "F83"), told(&r, "M365")), (nets(&whole), vec![Severity::Justify], vec![]));
}

// A refusal of one of two transfers is of its own amount.
#[test]
fn one_of_two_transfers_that_came_back_is_told_with_its_amount() {
    let report = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\">\
        <CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2021-11-26T09:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>\
        <OrgnlMsgId>PAIE-2021-11-02</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>\
        <OrgnlPmtInfAndSts><OrgnlPmtInfId>PAIE-2021-11-02-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts><TxInfAndSts>\
        <OrgnlEndToEndId>PAIE202111-00176</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>\
        </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n";
    let [pay, beside] = parted(&["00176"], 20_000, "2021-11-25");
    let files = [
        ("a-part.xml", beside),
        ("virements.xml", pay),
        ("retour.xml", report.as_bytes().to_vec()),
        ("paie.dsn", dsn::latin(&dsn::town())),
        sample("agents.xlsx"),
    ];
    let r = run("part-refused", "", &files);
    let of = r.outcome.findings.iter().filter(|f| f.code == "F15" && f.employee.as_ref().is_some_and(|e| e.as_str() == "00176"));
    assert_eq!(of.map(|f| (f.severity, f.stake)).collect::<Vec<_>>(), [(Severity::Blocking, 20_000)]);
}

// Half a statement, and transfers to everybody: whom it does not name works here too, and is known by the net alone (M358).
#[test]
fn whom_half_a_statement_does_not_name_is_known_by_the_transfer() {
    let whole = xhl::november();
    let parts: Vec<&str> = whole.split("<PayeIndivMensuel>").collect();
    let half = parts.len() / 2;
    let tail = whole.rsplit_once("</PayeIndivMensuel>").expect("payslips").1;
    let cut = parts[..half].join("<PayeIndivMensuel>");
    let cut = format!("{}</PayeIndivMensuel>{tail}", cut.rsplit_once("</PayeIndivMensuel>").expect("payslips").0);
    let matricule = |e: &str| format!("<Matricule V=\"{e}\"/>");
    let everybody = expected("november-payslips.csv");
    let named: BTreeSet<String> = everybody.iter().map(|p| p["employee"].clone()).filter(|e| cut.contains(&matricule(e))).collect();
    let r = run("half", "", &[("paye.xhl", cut.into_bytes()), sample(SENT)]);
    let open: BTreeSet<String> =
        r.outcome.findings.iter().filter(|f| f.code == "M358").filter_map(|f| Some(f.employee.as_ref()?.to_string())).collect();
    assert!(open.len() > 30 && open.is_disjoint(&named), "{open:?}");
    assert!(told(&r, "M358").iter().all(|s| *s == Severity::Blocking) && sent(&r).keys().all(|id| !open.contains(id)));
    // The declaration knows the others: all are paid that it pays alone.
    let alone = run("declared", "", &[("paie.dsn", dsn::latin(&dsn::town())), sample(SENT)]);
    let cut = String::from_utf8(std::fs::read(r.folder.join("inbox/paye.xhl")).expect("the statement")).expect("UTF-8");
    let both = run("half-declared", "", &[("paye.xhl", cut.into_bytes()), ("paie.dsn", dsn::latin(&dsn::town())), sample(SENT)]);
    let (few, more): (BTreeSet<_>, BTreeSet<_>) = (sent(&alone).into_keys().collect(), sent(&both).into_keys().collect());
    assert!(few.is_subset(&more), "{:?}", few.difference(&more).collect::<Vec<_>>());
    assert_eq!((told(&both, "POP-03"), told(&both, "M265")), (vec![], vec![Severity::Justify]));
}

/// Another employer's document: other people under the numbers of the town's. `tags` open an identity number, a surname and a given name,
/// which end at the next quote.
fn of_strangers(document: &str, employer: (&str, &str), tags: [&str; 3]) -> String {
    let mut out = document.replace(employer.0, employer.1);
    for (tag, value) in tags.into_iter().zip(["1800199", "QUERVEL", "Zoltan"]) {
        let parts: Vec<&str> = out.split(tag).collect();
        let mut changed = parts[0].to_owned();
        for (i, part) in parts.iter().enumerate().skip(1) {
            let (_, rest) = part.split_once(['"', '\'']).expect("a quote");
            let quote = &part[part.len() - rest.len() - 1..part.len() - rest.len()];
            let own = if value.starts_with('1') { format!("{value}{i:06}") } else { value.to_owned() };
            changed += &format!("{tag}{own}{quote}{rest}");
        }
        out = changed;
    }
    out
}

// The office of the social centre pays other people under the same numbers. Its document, whichever it is, changes nothing in the
// town's pay: its people are told and left out.
#[test]
fn another_employers_people_under_the_same_numbers_are_nobody_here() {
    let stranger = |text: &str, tags| of_strangers(text, ("219941010", "269941010"), tags);
    let statement = stranger(&xhl::november(), ["<NIR V=\"", "<Nom V=\"", "<Prenom V=\""]);
    let declaration = stranger(&dsn::town(), ["S21.G00.30.001,'", "S21.G00.30.002,'", "S21.G00.30.004,'"]);
    assert_ne!(declaration, dsn::town());
    let declared = || ("paie.dsn", dsn::latin(&dsn::town()));
    let cases = [
        ("centre-xhl", vec![declared(), sample(SENT)], ("ccas.xhl", statement.into_bytes())),
        ("centre-dsn", vec![("paye.xhl", xhl::november().into_bytes())], ("ccas.dsn", dsn::latin(&declaration))),
    ];
    for (name, files, other) in cases {
        let alone = run(&format!("{name}-without"), "", &files);
        let both = run(name, "", &[files, vec![other]].concat());
        assert_eq!((nets(&both), sent(&both)), (nets(&alone), sent(&alone)), "{name}");
        assert_eq!(told(&both, "M311"), [Severity::Justify], "{name}");
        assert_eq!((told(&both, "IMP-04"), told(&both, "F07")), (told(&alone, "IMP-04"), vec![]), "{name}");
        // Of whom the town's document has neither a name nor an identity number nobody knows which of the two it is.
        let asked = both.outcome.findings.iter().filter(|f| f.code == "M148").filter_map(|f| f.employee.as_ref());
        assert!(asked.into_iter().all(|id| !made::staff().contains_key(id.as_str())), "{name}");
    }
}

// Without a staff file the town's register is who works here, whatever document of the social centre lies beside it.
#[test]
fn beside_the_register_another_employers_document_is_no_list_of_who_works_here() {
    let stranger = |text: &str, tags| of_strangers(text, ("219941010", "269941010"), tags);
    let statement = stranger(&xhl::november(), ["<NIR V=\"", "<Nom V=\"", "<Prenom V=\""]).replace("<Matricule V=\"", "<Matricule V=\"8");
    let declaration = stranger(&dsn::town(), ["S21.G00.30.001,'", "S21.G00.30.002,'", "S21.G00.30.004,'"]);
    let declaration = declaration.replace("S21.G00.30.019,'", "S21.G00.30.019,'8");
    let town = || vec![sample("livre-de-paie-2021-11.csv"), sample(SENT)];
    let alone = run("register-alone", "", &town());
    assert!(sent(&alone).len() > 40);
    let count = |r: &Ran| r.outcome.findings.iter().filter(|f| f.code == "M265").flat_map(|f| f.args.clone()).collect::<Vec<_>>();
    for other in [("ccas.xhl", statement.into_bytes()), ("ccas.dsn", dsn::latin(&declaration))] {
        let name = format!("register-{}", other.0);
        let both = run(&name, "", &[town(), vec![other]].concat());
        assert_eq!((nets(&both), sent(&both)), (nets(&alone), sent(&alone)), "{name}");
        assert_eq!((told(&both, "M311"), told(&both, "POP-03")), (vec![Severity::Justify], vec![]), "{name}");
        assert_eq!(count(&both), count(&alone), "{name}");
    }
}

// ------------------------------------------------------------------ statements

// 50,00 of arrears whose contributions were taken elsewhere: they are in no base, and leave with the month that paid them.
#[test]
fn arrears_that_bore_no_contributions_end_without_a_trace() {
    let files = |paye: File<'static>| [paye, sample("agents.xlsx")];
    let plain = run("arrears-none", "", &files(("paye.xhl", xhl::november().into_bytes())));
    let line = |label: &str, code: &str| format!("<Rappel><Libelle V=\"{label}\"/><Code V=\"{code}\"/><Mt V=\"50.00\"/></Rappel>");
    for (name, line) in [("arrears-known", line("RAPPEL IFSE", "0691")), ("arrears-other", line("RAP. NUITS", "0777"))] {
        let r = run(name, "", &files(changed("00176", |s| with_line(s, &line, &["MtBrut", "MtNetAPayer"], 5_000))));
        assert_eq!((nets(&r), sent(&r)), (nets(&plain), sent(&plain)), "{name}");
        assert_eq!((r.grave("C03", "00176"), r.grave("VAR-01", "00176")), (vec![], vec![]), "{name}");
    }
}

// A refund of 45,00 after tax that nobody knows: what releve.toml says of a rubric holds for a statement as for a register.
#[test]
fn what_is_said_of_a_rubric_of_a_statement_is_heard() {
    let line = "<RemDivers><Libelle V=\"FRAIS DE MISSION\"/><Code V=\"7001\"/><Mt V=\"45.00\"/></RemDivers>";
    let files = || [changed("00176", |s| with_line(s, line, &["MtNetAPayer"], 4_500)), sample("agents.xlsx")];
    let said = |word: &str| format!("\n[[source]]\nfile = \"paye.xhl\"\n[source.codes]\n\"7001\" = \"{word}\"\n");
    let plain = run("refund-none", "", &[("paye.xhl", xhl::november().into_bytes()), sample("agents.xlsx")]);
    let asked = run("refund-asked", "", &files());
    assert_eq!(told(&asked, "C45"), [Severity::Blocking]);
    for (word, more) in [("once", 0), ("carried", 4_500)] {
        let r = run(&format!("refund-{word}"), &said(word), &files());
        assert_eq!((told(&r, "C45").len(), nets(&r)["00176"]), (0, nets(&plain)["00176"] + more), "{word}");
    }
}

// A contract of its own beside the mutual insurance; and the mutual insurance of the staff file under the other's name.
#[test]
fn a_protection_contract_goes_on_beside_the_mutual_insurance() {
    let files = |paye: File<'static>| [paye, sample("agents.xlsx")];
    let plain = run("protection-none", "", &files(("paye.xhl", xhl::november().into_bytes())));
    // 00575 has a mutual insurance of 18,20 in the staff file, 00176 none.
    for id in ["00575", "00176"] {
        let line = "<Retenue><Libelle V=\"PREVOYANCE AGENT\"/><Code V=\"3299\"/><Mt V=\"22.10\"/></Retenue>";
        let r = run(&format!("protection-{id}"), "", &files(changed(id, |s| with_line(s, line, &["MtNetAPayer"], -2_210))));
        assert_eq!(nets(&r)[id], nets(&plain)[id] - 2_210, "{id}");
        assert_eq!((r.line(id, "PREVOYANCE"), r.line(id, "MUTUELLE")), (Some("-22.10".to_owned()), plain.line(id, "MUTUELLE")), "{id}");
        assert_eq!(r.grave("IMP-04", id), plain.grave("IMP-04", id), "{id}");
    }
    let renamed = changed("00575", |s| s.replace("\"MUTUELLE\"", "\"PREVOYANCE\"").replace("<Code V=\"3210\"/>", "<Code V=\"3299\"/>"));
    let r = run("protection-renamed", "", &files(renamed));
    assert_eq!((nets(&r), r.line("00575", "MUTUELLE")), (nets(&plain), Some("-18.20".to_owned())));
}

/// A staff file of a few columns: the index of one agent, and his bonus, as they are told.
fn staff(index: &str, bonus: &str) -> File<'static> {
    let mut out = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;IFSE (temps plein)\n".to_owned();
    for (id, row) in made::staff() {
        let own = |written: &str, told: &str| if id == "00176" { told.to_owned() } else { written.to_owned() };
        let of = |k: &str| row.get(k).cloned().unwrap_or_default();
        let (index, bonus) = (own(&of("I.M."), index), own(&of("IFSE (temps plein)"), bonus));
        out += &format!("{id};{};{};{};{};{index};{bonus}\n", of("Nom"), of("Prénom"), of("Statut"), of("Cat."));
    }
    ("agents.csv", out.into_bytes())
}

#[test]
fn an_older_staff_file_and_the_order_of_trust_leave_what_last_month_proved() {
    let own = &made::staff()["00176"];
    let (index, bonus) = (own["I.M."].clone(), own["IFSE (temps plein)"].clone());
    let points: i64 = index.parse().expect("an index");
    let files = |s: File<'static>| [s, ("paye.xhl", xhl::november().into_bytes())];
    let plain = run("trust-right", "", &files(staff(&index, &bonus)));
    // A step that came since the file was written: an index does not go down by itself.
    let older = run("trust-older", "", &files(staff(&(points - 8).to_string(), &bonus)));
    assert_eq!((nets(&older)["00176"], older.grave("M367", "00176")), (nets(&plain)["00176"], vec![Severity::Justify]));
    assert!(!older.waits("00176"));
    // Far below it is no older step: somebody decides.
    let far = run("trust-far", "", &files(staff(&(points * 4 / 5).to_string(), &bonus)));
    assert_eq!((far.waits("00176"), far.grave("M367", "00176")), (true, vec![]));
    // Another bonus is the file's word, unless the job believes the statement more.
    let other = shown(cents(&bonus.replace(',', ".")) - 2_500);
    let plainly = run("trust-bonus", "", &files(staff(&index, &other)));
    assert!(nets(&plainly)["00176"] < nets(&plain)["00176"]);
    for (name, trust) in
        [("trust-order", "order = [\"xhl\", \"staff\"]\n"), ("trust-fact", "facts.ifse_temps_plein = [\"xhl\", \"staff\"]\n")]
    {
        let r = run(name, &format!("\n[trust]\n{trust}"), &files(staff(&index, &other)));
        assert_eq!((nets(&r)["00176"], r.grave("M368", "00176")), (nets(&plain)["00176"], vec![Severity::Warning]), "{name}");
        assert_eq!(r.grave("IMP-04", "00176"), [], "{name}");
    }
}

/// Two staff files, the later of which says the month to be paid: what it says counts, and last month was paid on the other.
#[test]
fn the_staff_file_of_the_month_to_be_paid_stands_before_another() {
    let own = &made::staff()["00176"];
    let (index, bonus) = (own["I.M."].clone(), own["IFSE (temps plein)"].clone());
    let step = (index.parse::<i64>().expect("an index") + 8).to_string();
    let statement = || ("paye.xhl", xhl::november().into_bytes());
    let alone = run("ahead-alone", "", &[staff(&step, &bonus), statement()]);
    let plain = run("ahead-none", "", &[staff(&index, &bonus), statement()]);
    assert!(nets(&alone)["00176"] > nets(&plain)["00176"]);
    let both = |name: &str, ahead: &'static str| {
        let (_, later) = staff(&step, &bonus);
        run(name, "", &[staff(&index, &bonus), (ahead, later), statement()])
    };
    let r = both("ahead-named", "effectifs décembre 2021.csv");
    assert_eq!(nets(&r)["00176"], nets(&alone)["00176"]);
    assert!(r.grave("IMP-04", "00176").contains(&Severity::Justify));
    let r = both("ahead-silent", "effectifs.csv");
    assert_eq!(nets(&r)["00176"], nets(&plain)["00176"]);
}

// Two people of no staff file: an allowance of 416,17 less IRCANTEC 11,65, CSG 27,80 and 9,81, CRDS 2,04 (364,87), and 683,47 of an
// apprentice. Their own line says who they are, whatever pension is contributed to.
#[test]
fn pay_that_one_status_alone_has_says_the_status() {
    let titles = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";
    let lines = [
        "00901;MAIRE;Alix;0050;INDEMNITE DE FONCTION ELU;;;416,17;",
        "00901;MAIRE;Alix;1120;IRCANTEC TR. A;416,17;2,80;;11,65",
        "00901;MAIRE;Alix;1210;CSG DEDUCTIBLE;408,89;6,80;;27,80",
        "00901;MAIRE;Alix;1211;CSG NON DEDUCTIBLE;408,89;2,40;;9,81",
        "00901;MAIRE;Alix;1212;CRDS;408,89;0,50;;2,04",
        "00901;MAIRE;Alix;9300;NET A PAYER;;;364,87;",
        "00902;JEUNE;Camille;0040;SALAIRE APPRENTI;;;683,47;",
        "00902;JEUNE;Camille;9300;NET A PAYER;;;683,47;",
    ];
    let register = lines.iter().fold(titles.to_owned(), |out, l| format!("{out}{l};;\n"));
    let r = run("own-pay", "", &[("livre de paie.csv", register.into_bytes())]);
    let facts = r.rows("facts.csv");
    let status = |id: &str| facts.iter().find(|f| f["employee"] == id && f["fact"] == "statut").map(|f| f["value"].clone());
    assert_eq!((status("00901").as_deref(), status("00902").as_deref()), (Some("elu"), Some("apprenti")));
    assert_eq!((told(&r, "M181").len(), told(&r, "C08").len(), told(&r, "C32").len()), (2, 0, 0));
    assert_eq!(nets(&r), BTreeMap::from([("00901".to_owned(), 36_487), ("00902".to_owned(), 68_347)]));
}

/// The statement with the payslips of some alone.
fn statement_of(ids: &BTreeSet<&str>) -> File<'static> {
    let whole = xhl::november();
    let end = "</PayeIndivMensuel>";
    let (head, rest) = whole.split_once("<PayeIndivMensuel>").expect("payslips");
    let (slips, tail) = rest.rsplit_once(end).expect("payslips");
    let of = |slip: &&str| ids.iter().any(|id| slip.contains(&format!("<Matricule V=\"{id}\"/>")));
    let slips: Vec<String> = slips.split("<PayeIndivMensuel>").filter(of).map(|s| s.trim_end().trim_end_matches(end).to_owned()).collect();
    let slips: String = slips.iter().map(|s| format!("<PayeIndivMensuel>{s}{end}")).collect();
    ("paye.xhl", format!("{head}{slips}{tail}").into_bytes())
}

// A service that keeps its own list and puts it beside last month's documents stops nobody else; a staff file of everybody that lacks
// some does, and so does one without those whom a season's contracts brought.
#[test]
fn a_staff_file_of_one_service_says_nothing_of_the_others() {
    let staff = made::staff();
    let columns = ["Mat.", "Nom", "Prénom", "Né(e) le", "N° Sécu", "Statut", "Cat.", "Grade", "I.M.", "Service", "Entrée"];
    let list = |of: &dyn Fn(&str, &made::Row) -> bool| {
        let row = |r: &made::Row| columns.map(|c| r.get(c).map_or("", String::as_str).to_owned()).join(";");
        let rows: Vec<String> = staff.iter().filter(|(id, r)| of(id, r)).map(|(_, r)| row(r)).collect();
        ("agents.csv", format!("{}\n{}\n", columns.join(";"), rows.join("\n")).into_bytes())
    };
    let documents = || [("paye.xhl", xhl::november().into_bytes()), sample(SENT)];
    let alone = run("no-staff", "", &documents());
    let roads = run("one-service", "", &[&documents()[..], &[list(&|_, r| r["Service"] == "CTM - Voirie")]].concat());
    assert_eq!((told(&roads, "M427"), told(&roads, "POP-03"), told(&roads, "M265")), (vec![Severity::Justify], vec![], vec![]));
    // What the list says of its own people may count; everybody else is paid as without it.
    let others = |r: &Ran| -> BTreeMap<String, i64> {
        sent(r).into_iter().filter(|(id, _)| staff.get(id).is_none_or(|s| s["Service"] != "CTM - Voirie")).collect()
    };
    assert_eq!((others(&roads), sent(&roads).len()), (others(&alone), sent(&alone).len()));
    // Everybody but one, who is asked about.
    let other = run("staff-but-one", "", &[&documents()[..], &[list(&|id, _| id != "00156")]].concat());
    assert_eq!((told(&other, "M427"), told(&other, "POP-03")), (vec![], vec![Severity::Blocking]));
    // Thirty contracts of the season are over, and the list of those who are left is whole.
    let civil: Vec<&str> = staff.iter().filter(|(_, r)| r["Statut"] == "Titulaire").map(|(id, _)| id.as_str()).take(5).collect();
    let contracts = staff.iter().filter(|(_, r)| r["Statut"].starts_with("Contractuel")).map(|(id, _)| id.as_str());
    let paid: BTreeSet<&str> = civil.iter().copied().chain(contracts).collect();
    let season = run("season", "", &[statement_of(&paid), list(&|id, _| civil.contains(&id))]);
    let missing = paid.len() - civil.len();
    assert_eq!((told(&season, "M427"), told(&season, "POP-03")), (vec![], vec![Severity::Blocking; missing]));
}

// A job that was begun from an older kit says the kit's month; a document of a month since then holds the run until that is said.
#[test]
fn a_newer_document_than_the_last_month_of_the_job_holds_the_run() {
    let october = xhl::november().replacen("<Mois V=\"11\"/>", "<Mois V=\"10\"/>", 1).into_bytes();
    let files = [("trousse.xhl", october), ("paie.dsn", dsn::latin(&dsn::town())), sample(SENT)];
    let job = |name: &str, last: &str| {
        let settings = format!("last_month = \"{last}\"\n{}", settings().replace("last_month = \"2021-11\"\n", ""));
        ran::job("last-month", name, &settings, &files)
    };
    let ran = |folder: &Path| {
        let r = ran::run_in(folder.to_path_buf(), None);
        let sent = r.folder.join("out/virements-2021-12.xml").exists();
        (told(&r, "R139"), told(&r, "R50"), sent)
    };
    let of = |name: &str, last: &str| ran(&job(name, last));
    assert_eq!(of("older-kit", "2021-10"), (vec![Severity::Blocking], vec![], false));
    // October is the month last paid all the same: what the help says is heard.
    let folder = job("older-kit-signed", "2021-10");
    assert_eq!(ran(&folder), (vec![Severity::Blocking], vec![], false));
    let row = ["dispense", "", "R139", "", "", "", "C. Roy", "12/12/2021", "novembre reste à payer"].map(str::to_owned);
    let answer = releve::pipeline::decide(&ran::options(&folder, None), row).expect("an answer");
    assert!(answer.findings.is_empty(), "{:?}", answer.findings.iter().map(|f| f.message(Lang::Fr)).collect::<Vec<_>>());
    assert_eq!(ran(&folder).0, vec![Severity::Warning]);
    assert_eq!(of("kit-in-reserve", "2021-11"), (vec![], vec![Severity::Justify], true));
}

// Overseas the neutral scale of tax is another (CGI, art. 204 H III): the postal code says so, unless the job does.
#[test]
fn the_neutral_scale_is_that_of_where_the_town_is() {
    let away = |text: &str| text.replace("99410", "97410");
    let lives = |line: &str| if line.starts_with("S21.G00.30.004") { "S21.G00.30.009,'97410'\n" } else { "" };
    let declared: String = dsn::town().lines().map(|l| format!("{l}\n{}", lives(l))).collect();
    let files = [("paie.dsn", dsn::latin(&declared)), sample(SENT)];
    let of = |name: &str, settings: &str| {
        let r = ran::run_in(ran::job("last-month", name, settings, &files), None);
        let set = r.rows("settings.csv").into_iter().find(|s| s["setting"] == "territoire").expect("the setting")["value"].clone();
        (set, told(&r, "C60"))
    };
    let (overseas, here) = ("guadeloupe_reunion_martinique".to_owned(), "metropole".to_owned());
    assert_eq!(of("overseas", &away(&settings())), (overseas.clone(), vec![Severity::Warning]));
    // The job's own address is not said, and everybody lives there.
    let without: String = settings().lines().filter(|l| !l.starts_with("postal_code")).map(|l| format!("{l}\n")).collect();
    assert_eq!(of("overseas-people", &without), (overseas, vec![Severity::Warning]));
    let decided = away(&settings()).replace("[settings]\n", "[settings]\nterritoire = \"metropole\"\n");
    assert_eq!(of("overseas-decided", &decided), (here.clone(), vec![]));
    assert_eq!(of("at-home", &settings()), (here, vec![]));
}

// References that say nothing, no account in the staff file: the whole name, which nobody else has, and the net that the rules make
// to the cent say together whose transfer it was; either alone is asked.
#[test]
fn a_name_and_the_net_of_the_rules_join_a_transfer() {
    let staff = made::staff();
    let columns: Vec<&str> = "Mat.;Nom;Prénom;Né(e) le;Statut;Cat.;Grade;Éch.;I.M.;Pts NBI;Quotité;Service;Entrée;Fin contrat;Position;\
        Enfants;SFT (O/N);IFSE (temps plein);Ind. comp. CSG;Abonnement transport;Mutuelle;Taux PAS;Type taux"
        .split(';')
        .collect();
    let row = |r: &made::Row| columns.iter().map(|c| r.get(*c).map_or("", String::as_str)).collect::<Vec<_>>().join(";");
    let list = format!("{}\n{}\n", columns.join(";"), staff.values().map(row).collect::<Vec<_>>().join("\n"));
    // « BRUNEL GUILHEM » is « GUILHEM BRUNEL » here, and the references only tell the transfers apart.
    let text = String::from_utf8(sample(SENT).1).expect("UTF-8");
    let turned = |name: &str| name.split_once(' ').map_or(name.to_owned(), |(a, b)| format!("{b} {a}"));
    let mut parts = text.split("<Nm>");
    let mut sent_file = parts.next().expect("a head").to_owned();
    for part in parts {
        let (name, rest) = part.split_once("</Nm>").expect("a name");
        sent_file += &format!("<Nm>{}</Nm>{rest}", if name.contains("MONTREVAL") { name.to_owned() } else { turned(name) });
    }
    let mut parts = sent_file.split("<EndToEndId>");
    let mut anonymous = parts.next().expect("a head").to_owned();
    for (n, part) in (1_u64..).zip(parts) {
        let rest = part.split_once("</EndToEndId>").expect("a reference").1;
        anonymous += &format!("<EndToEndId>{:08X}</EndToEndId>{rest}", n * 2_654_435_761 % 4_294_967_296);
    }
    let r = run("by-name", "", &[("agents.csv", list.clone().into_bytes()), ("virements.xml", anonymous.clone().into_bytes())]);
    assert_eq!(told(&r, "M426"), [Severity::Warning]);
    let known = releve::read::pain001::read_all(text.as_bytes(), SENT).value.transfers;
    let whose: BTreeMap<String, String> = known.into_iter().map(|t| (t.end_to_end_id.replace("PAIE202111-", ""), t.account)).collect();
    let paid = r.rows("transfers.csv");
    assert!(paid.len() > 40 && paid.iter().any(|t| t["employee"].ends_with("441")), "{}", paid.len());
    for t in &paid {
        assert_eq!(Some(&t["iban"]), whose.get(&format!("{:0>5}", t["employee"])), "{}", t["employee"]);
    }
    // One cent more, and nothing proves that the transfer is his.
    let off = anonymous.replace(">1557.43<", ">1557.44<").replace("135955.77", "135955.78");
    let r = run("by-name-alone", "", &[("agents.csv", list.into_bytes()), ("virements.xml", off.into_bytes())]);
    let held = |f: &&releve::ground::Finding| f.employee.as_ref().is_some_and(|e| e.as_str().ends_with("441")) && f.code == "M425";
    assert_eq!(r.outcome.findings.iter().filter(held).map(|f| f.severity).collect::<Vec<_>>(), [Severity::Blocking]);
    assert!(!sent(&r).keys().any(|id| id.ends_with("00441")));
    // Somebody who knows that it is says how he is paid.
    let id = r.outcome.findings.iter().find(held).and_then(|f| f.employee.clone()).expect("asked").to_string();
    let row = ["mode", &id, "", "reconduction", "", "", "C. Roy", "12/12/2021", "son virement, vu à la banque"].map(str::to_owned);
    let answer = releve::pipeline::decide(&ran::options(&r.folder, None), row).expect("an answer");
    assert!(answer.findings.is_empty());
    let r = ran::run_in(r.folder, None);
    assert_eq!(r.outcome.findings.iter().filter(held).map(|f| f.severity).collect::<Vec<_>>(), [Severity::Justify]);
    assert!(sent(&r).keys().any(|id| id.ends_with("441")));
}

// A program that rounds its net by itself is a cent away from its own lines, and the bank paid that cent: nothing is misread.
#[test]
fn a_cent_between_a_net_and_its_lines_holds_nobody() {
    let whole = run("cent-none", "", &[("paye.xhl", xhl::november().into_bytes()), sample(SENT)]);
    let net = |cents: i64| format!("<MtNetAPayer V=\"{}\"/>", shown(cents));
    for (name, more, code) in [("cent-more", 1, "C62"), ("two-cents-more", 2, "C05")] {
        let slip = changed("00441", |s| s.replace(&net(155_743), &net(155_743 + more)));
        let text = String::from_utf8(sample(SENT).1).expect("UTF-8");
        let paid = text.replace(">1557.43<", &format!(">{}<", shown(155_743 + more)));
        let paid = paid.replace("135955.77", &shown(13_595_577 + more)).into_bytes();
        let r = run(name, "", &[slip, (SENT, paid)]);
        let want = if code == "C62" { Severity::Warning } else { Severity::Blocking };
        assert_eq!(told(&r, code), [want], "{name}");
        let due = sent(&whole).get("00441").copied().filter(|_| code == "C62");
        assert_eq!((due.is_some(), sent(&r).get("00441").copied()), (code == "C62", due), "{name}");
    }
}

// Somebody decided that he has left: that says why he has no payslip.
#[test]
fn whoever_is_decided_to_have_left_is_not_lost() {
    let files = ["agents.xlsx", "livre-de-paie-2021-11.csv", SENT].map(sample);
    let r = run("decided-left", "", &files);
    assert!(sent(&r).contains_key("00176"));
    let row = ["leaver", "00176", "", "30/11/2021", "", "", "C. Roy", "12/12/2021", "parti en novembre"].map(str::to_owned);
    let answer = releve::pipeline::decide(&ran::options(&r.folder, None), row).expect("an answer");
    assert!(answer.findings.is_empty());
    let r = ran::run_in(r.folder, None);
    assert_eq!((told(&r, "M432"), told(&r, "D12")), (vec![], vec![Severity::Warning]));
    assert!(!sent(&r).contains_key("00176"));
}
