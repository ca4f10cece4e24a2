//! Whose a transfer of last month is, and whose account somebody is paid on.
//!
//! Another town's, a bailiff's, a supplier's transfer bears an employee's number in some files: the pay goes where it went. The
//! transfers that must come out are those of `samples/montreval/expected/transfers.csv`.

#[path = "../made/mod.rs"]
mod made;

use made::ran::{self, Ran};
use made::{cents, expected};
use releve::ground::Severity;
use std::collections::BTreeMap;
use std::path::Path;

const SENT: &str = "virements-2021-11.xml";
/// Accounts of the sample's bank that no file of it names.
const STRANGERS: [&str; 2] = ["FR7699901002841443185388005", "FR7699902005516815329649395"];

fn inbox(file: &str) -> String {
    std::fs::read_to_string(Path::new("samples/montreval/inbox").join(file)).expect("a text of the sample")
}

fn one(reference: &str, name: &str, account: &str, amount: &str) -> String {
    format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{reference}</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"EUR\">{amount}</InstdAmt></Amt>\
         <CdtrAgt><FinInstnId><BIC>TESTFRPPXXX</BIC></FinInstnId></CdtrAgt><Cdtr><Nm>{name}</Nm></Cdtr>\
         <CdtrAcct><Id><IBAN>{account}</IBAN></Id></CdtrAcct></CdtTrfTxInf>\n"
    )
}

/// The sample's transfer file with others before its own; counts and sums are those of the whole.
fn with_before(others: &[String]) -> String {
    let own = inbox(SENT);
    let amounts: i64 = others.iter().map(|o| cents(o.split("\"EUR\">").nth(1).and_then(|t| t.split('<').next()).expect("an amount"))).sum();
    let (count, sum) = ("87", "135955.77");
    let more = made::shown(cents(sum) + amounts);
    own.replacen("<CdtTrfTxInf>", &format!("{}<CdtTrfTxInf>", others.concat()), 1)
        .replace(&format!("<NbOfTxs>{count}<"), &format!("<NbOfTxs>{}<", 87 + others.len()))
        .replace(&format!("<CtrlSum>{sum}<"), &format!("<CtrlSum>{more}<"))
}

/// The sample with its transfer file in another form, and with further files.
fn run(name: &str, sent: Option<String>, more: &[(&str, String)]) -> Ran {
    let settings = std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings");
    let own = std::fs::read_dir("samples/montreval/inbox").expect("the sample").map(|e| e.expect("a file").path());
    let mut files: Vec<(String, Vec<u8>)> = own
        .filter(|p| p.file_name().is_none_or(|n| n != SENT))
        .map(|p| (p.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read(&p).expect("the sample")))
        .collect();
    files.extend(sent.map(|s| (SENT.to_owned(), s.into_bytes())));
    files.extend(more.iter().map(|(n, s)| ((*n).to_owned(), s.clone().into_bytes())));
    files.sort();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    ran::run_in(ran::job("accounts", name, &settings, &files), None)
}

/// Account and amount of each transfer, but of those who may be held.
fn transfers(r: &Ran) -> BTreeMap<String, (String, i64)> {
    let due = due();
    let rows = r.rows("transfers.csv").into_iter().filter(|r| due.contains_key(&r["employee"]));
    rows.map(|r| (r["employee"].clone(), (r["iban"].clone(), cents(&r["amount"])))).collect()
}

fn due() -> BTreeMap<String, (String, i64)> {
    let rows = expected("transfers.csv").into_iter().filter(|r| r["may_hold"].is_empty());
    rows.map(|r| (r["employee"].clone(), (r["iban"].clone(), cents(&r["amount"])))).collect()
}

fn told(r: &Ran, code: &str) -> Vec<Severity> {
    r.outcome.findings.iter().filter(|f| f.code == code).map(|f| f.severity).collect()
}

// A bailiff and a stranger of the same number stand before the employee's own transfer, in the same file or in one before it.
#[test]
fn a_transfer_with_somebodys_number_and_anothers_name_moves_nobodys_account() {
    let others = [
        one("PAIE202111-00176", "SCP MARTEL ET DUVIVIER HUISSIERS", STRANGERS[0], "185.20"),
        // Of BÉAL Béatrice it has the number and the given name.
        one("PAIE202111-00179", "POIREL BEATRICE", STRANGERS[1], "1624.98"),
    ];
    let r = run("before", Some(with_before(&others)), &[]);
    assert_eq!(transfers(&r), due());
    assert_eq!(told(&r, "F07").len(), 2, "each is nobody's");

    let alone = inbox(SENT).replace("PAIE-2021-11-01", "CCAS-2021-11-01");
    let head = &alone[..alone.find("<CdtTrfTxInf>").expect("a transfer")];
    let tail = &alone[alone.rfind("</CdtTrfTxInf>").expect("a transfer") + "</CdtTrfTxInf>".len()..];
    let file = format!("{head}{}{tail}", others.concat()).replace(">87<", ">2<").replace("135955.77", "1810.18");
    let r = run("own-file", Some(inbox(SENT)), &[("a-ccas.xml", file)]);
    assert_eq!(transfers(&r), due());
}

// November's 1 348,75 went to two accounts: 300,00 and the rest.
#[test]
fn a_pay_cut_in_two_goes_to_the_account_of_most_of_it_and_is_told() {
    let whole = inbox(SENT).replace("1348.75", "1048.75");
    let part = one("PAIE202111-00176", "CAMARA SEBASTIEN", STRANGERS[0], "300.00");
    let sent = whole.replacen("<CdtTrfTxInf>", &format!("{part}<CdtTrfTxInf>"), 1).replace(">87<", ">88<");
    let r = run("cut", Some(sent), &[]);
    assert_eq!(transfers(&r), due());
    assert_eq!(told(&r, "M405"), [Severity::Justify]);
    assert!(told(&r, "M161").is_empty(), "the two are the net");
}

// Nothing but staff file and transfers: a second transfer may be the first once more, and is no part of a pay that nobody knows.
#[test]
fn a_second_transfer_is_no_part_where_no_net_was_read() {
    let file = |name: &str| (name.to_owned(), std::fs::read(Path::new("samples/montreval/inbox").join(name)).expect("the sample"));
    let sent = inbox(SENT);
    let head = sent[..sent.find("<CdtTrfTxInf>").expect("a transfer")].replace("PAIE-2021-11-01", "PAIE-2021-11-02");
    let tail = &sent[sent.rfind("</CdtTrfTxInf>").expect("a transfer") + "</CdtTrfTxInf>".len()..];
    let again = one("PAIE202111-00176", "CAMARA SEBASTIEN", STRANGERS[0], "1348.75");
    let again = format!("{head}{again}{tail}").replace(">87<", ">1<").replace("135955.77", "1348.75");
    let settings = std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings");
    let (staff, own) = (file("agents.xlsx"), file(SENT));
    let mut files = vec![(&*staff.0, staff.1.clone()), (&*own.0, own.1.clone())];
    let plain = ran::run_in(ran::job("accounts", "again-none", &settings, &files), None);
    files.push(("z-encore.xml", again.into_bytes()));
    let r = ran::run_in(ran::job("accounts", "again", &settings, &files), None);
    assert_eq!((told(&r, "M364").len(), told(&r, "F07").len()), (0, told(&plain, "F07").len()));
    assert_eq!(told(&r, "M384"), [Severity::Justify], "another transfer of the same agent");
    assert_eq!(transfers(&r), transfers(&plain));
}

// Without the transfer file, a list of accounts is the only word: an account in the name of a stranger is nobody's.
#[test]
fn an_account_in_a_strangers_name_that_no_transfer_proves_holds_the_employee() {
    let rows = expected("transfers.csv").into_iter().map(|r| {
        let (holder, account) = if r["employee"] == "00176" { ("POIREL CAMILLE", STRANGERS[0]) } else { (&*r["name"], &*r["iban"]) };
        format!("{};{};Voirie;{holder};{account}\n", r["employee"], r["name"])
    });
    let list = format!("Matricule;Nom et prénom;Service;Titulaire du compte;IBAN\n{}", rows.collect::<String>());
    let register = std::fs::read("samples/montreval/inbox/livre-de-paie-2021-11.csv").expect("the register");
    let settings = std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings");
    let r = ran::run_in(
        ran::job("accounts", "stranger", &settings, &[("livre.csv", register), ("fichier du personnel.csv", list.into_bytes())]),
        None,
    );
    let held: Vec<&str> = r
        .outcome
        .findings
        .iter()
        .filter(|f| f.code == "BNK-07" && f.severity == Severity::Blocking)
        .filter_map(|f| f.employee.as_ref().map(releve::ground::EmployeeId::as_str))
        .collect();
    assert_eq!(held, ["00176"]);
    assert!(!transfers(&r).contains_key("00176") && transfers(&r).contains_key("00179"));
}

// Numbers alone, in a file that another employer is named in.
#[test]
fn a_list_without_names_that_another_employer_is_called_in_pays_nobody() {
    let list = "Matricule;HS jour 14 premières\n00176;4\n";
    let r = run("ccas", Some(inbox(SENT)), &[("HS CCAS décembre.csv", list.to_owned())]);
    assert_eq!(told(&r, "M406"), [Severity::Blocking]);
    let mut others = due();
    others.remove("00176");
    assert_eq!(transfers(&r), others, "nobody else");
}

const REGISTER: &str = "livre-de-paie-2021-11.csv";

/// The sample's register with a column of accounts: those that were paid, but for one agent's.
fn with_accounts(of: &str, other: &str) -> Vec<u8> {
    let paid: BTreeMap<String, String> =
        expected("transfers.csv").into_iter().map(|r| (r["employee"].clone(), r["iban"].clone())).collect();
    let bytes = std::fs::read(Path::new("samples/montreval/inbox").join(REGISTER)).expect("the register");
    let mut out = Vec::new();
    for line in bytes.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let first = String::from_utf8_lossy(line.split(|b| *b == b';').next().unwrap_or_default()).into_owned();
        let account = if first == of { Some(other) } else { paid.get(&first).map(String::as_str) };
        out.extend_from_slice(line);
        out.extend_from_slice(if first == "Matricule" { b";IBAN" } else { b";" });
        out.extend_from_slice(account.unwrap_or_default().as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// The sample with that register, with its transfer file or another.
fn run_with_accounts(name: &str, sent: Option<String>) -> Ran {
    let settings = std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings");
    let staff = std::fs::read("samples/montreval/inbox/agents.xlsx").expect("the sample");
    let mut files = vec![("agents.xlsx", staff), (REGISTER, with_accounts("00176", STRANGERS[0]))];
    files.extend(sent.map(|s| (SENT, s.into_bytes())));
    ran::run_in(ran::job("accounts", name, &settings, &files), None)
}

fn of_agent(r: &Ran, code: &str, agent: &str) -> Vec<Severity> {
    let of = |f: &&releve::ground::Finding| f.code == code && f.employee.as_ref().is_some_and(|e| e.as_str() == agent);
    r.outcome.findings.iter().filter(of).map(|f| f.severity).collect()
}

// The register was paid on one account, the staff file has another: without a transfer nothing says which is right.
#[test]
fn two_accounts_that_no_transfer_proves_hold_the_employee_with_both_places() {
    let r = run_with_accounts("register-alone", None);
    assert_eq!(of_agent(&r, "BNK-03", "00176"), [Severity::Blocking]);
    let told = r.outcome.findings.iter().find(|f| f.code == "BNK-03" && f.severity == Severity::Blocking).expect("the question");
    assert_eq!(told.places.len(), 2, "{:?}", told.places);
    let transfers = transfers(&r);
    assert!(!transfers.contains_key("00176") && transfers.contains_key("00179"));
    // A transfer of another sum than the net proves nothing.
    let other_sum = inbox(SENT).replace("1348.75", "48.75").replace("135955.77", "134655.77");
    let r = run_with_accounts("register-other-sum", Some(other_sum));
    assert_eq!(of_agent(&r, "BNK-03", "00176"), [Severity::Blocking]);
}

#[test]
fn a_transfer_of_the_net_proves_its_account_over_the_registers() {
    let r = run_with_accounts("register-proven", Some(inbox(SENT)));
    assert_eq!(of_agent(&r, "BNK-03", "00176"), [Severity::Warning]);
    assert_eq!(transfers(&r)["00176"], due()["00176"]);
}

// The whole message once more under another identifier, and one transfer of it within its own file: each counts once.
#[test]
fn the_same_payments_under_another_message_count_once_and_are_told() {
    let again = inbox(SENT).replace("PAIE-2021-11-01", "PAIE-2021-11-09").replace("PAIE202111-", "BIS202111-");
    let r = run("second-message", Some(inbox(SENT)), &[("z-encore.xml", again)]);
    assert_eq!((transfers(&r), told(&r, "M386"), told(&r, "M353")), (due(), vec![Severity::Justify], vec![]));
    let plain = run("second-none", Some(inbox(SENT)), &[]);
    let sums = |r: &Ran| (told(r, "IMP-02"), told(r, "M161"), told(r, "F07"));
    assert_eq!(sums(&r), sums(&plain), "not twice the pay");

    let account = due()["00176"].0.clone();
    let r = run("second-transfer", Some(with_before(&[one("PAIE202111B-00176", "CAMARA SEBASTIEN", &account, "1348.75")])), &[]);
    assert_eq!((transfers(&r), told(&r, "M383")), (due(), vec![Severity::Justify]));
    assert_eq!(sums(&r), sums(&plain));
}

// Staff file and transfers alone: 300,00 of 00176's 1 348,75 were paid on the 12th, the rest with the others.
#[test]
fn an_advance_beside_the_balance_is_one_pay_where_the_rules_come_to_both() {
    let settings = std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings");
    let staff = std::fs::read("samples/montreval/inbox/agents.xlsx").expect("the sample");
    let sent = inbox(SENT);
    let balance = sent.replace("1348.75", "1048.75").replace("135955.77", "135655.77");
    let head = sent[..sent.find("<CdtTrfTxInf>").expect("a transfer")].replace("PAIE-2021-11-01", "ACOMPTES-2021-11");
    let tail = &sent[sent.rfind("</CdtTrfTxInf>").expect("a transfer") + "</CdtTrfTxInf>".len()..];
    let advance = |day: &str| {
        let one = one("ACPT202111-00176", "CAMARA SEBASTIEN", &due()["00176"].0, "300.00");
        format!("{head}{one}{tail}").replace(">87<", ">1<").replace("135955.77", "300.00").replace("2021-11-25", day)
    };
    let run = |name: &str, files: &[(&str, String)]| {
        let mut all = vec![("agents.xlsx", staff.clone())];
        all.extend(files.iter().map(|(n, s)| (*n, s.clone().into_bytes())));
        ran::run_in(ran::job("accounts", name, &settings, &all), None)
    };
    let plain = run("advance-none", &[(SENT, sent.clone())]);
    for (name, file, day) in [("advance-before", "acomptes.xml", "2021-11-12"), ("advance-same-day", "a.xml", "2021-11-25")] {
        let r = run(name, &[(SENT, balance.clone()), (file, advance(day))]);
        assert_eq!(transfers(&r)["00176"], transfers(&plain)["00176"], "{name}");
        assert_eq!(of_agent(&r, "M149", "00176"), of_agent(&plain, "M149", "00176"), "{name}");
        assert!(told(&r, "F83").is_empty() && of_agent(&r, "M384", "00176").is_empty(), "{name}");
    }
    // The whole pay and 300,00 beside it: no part of the pay, and told.
    let r = run("advance-beside", &[(SENT, sent.clone()), ("a.xml", advance("2021-11-25"))]);
    assert_eq!((of_agent(&r, "M384", "00176"), &transfers(&r)["00176"]), (vec![Severity::Justify], &transfers(&plain)["00176"]));
}

// 00176's account in the transfer file lacks its key: nothing says that the staff file's is the one last paid.
#[test]
fn whoever_was_paid_on_an_account_that_cannot_be_read_waits_by_name() {
    let account = due()["00176"].0.clone();
    let key = if account.ends_with('0') { "1" } else { "0" };
    let sent = inbox(SENT).replace(&account, &format!("{}{key}", &account[..account.len() - 1]));
    let r = run("unreadable", Some(sent), &[]);
    assert_eq!(of_agent(&r, "BNK-03", "00176"), [Severity::Blocking]);
    let mut others = due();
    others.remove("00176");
    assert_eq!(transfers(&r), others, "nobody else");
}

// Transfers alone, a provisional file and the final one under the same numbers: one person each, and which pay it was is asked.
#[test]
fn two_transfer_files_of_other_amounts_make_nobody_two_people() {
    let sent = inbox(SENT);
    let head = &sent[..sent.find("<CdtTrfTxInf>").expect("a transfer")];
    let tail = &sent[sent.rfind("</CdtTrfTxInf>").expect("a transfer") + "</CdtTrfTxInf>".len()..];
    let people = [("00176", "CAMARA SEBASTIEN"), ("00179", "BEAL BEATRICE"), ("00102", "ARNOUX JEAN")];
    let file = |message: &str, cents: [i64; 3]| {
        let rows: String = people
            .iter()
            .zip(cents)
            .map(|((id, name), c)| one(&format!("PAIE202111-{id}"), name, &due()[*id].0, &made::shown(c)))
            .collect();
        let text = format!("{head}{rows}{tail}").replace("PAIE-2021-11-01", message).replace(">87<", ">3<");
        text.replace("135955.77", &made::shown(cents.iter().sum())).into_bytes()
    };
    let settings = std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings");
    let settings = format!("{settings}\n[policies]\nmode = \"carry\"\nunproven = \"carry\"\n");
    let files = [("a.xml", file("PROVISOIRE", [134_875, 160_000, 158_506])), ("b.xml", file("DEFINITIF", [132_875, 158_000, 156_506]))];
    let r = ran::run_in(ran::job("accounts", "two-files", &settings, &files), None);
    assert_eq!(told(&r, "M388"), [Severity::Blocking; 3]);
    assert_eq!((r.rows("payslips.csv").len(), transfers(&r).len()), (3, 0));
}

// Without a name in any transfer: two numbers were exchanged, and each net is the other's.
#[test]
fn a_number_that_anothers_net_contradicts_joins_nobody() {
    let sent = inbox(SENT).replace("-00176<", "-X<").replace("-00179<", "-00176<").replace("-X<", "-00179<");
    let mut parts = sent.split("<Cdtr><Nm>");
    let first = parts.next().unwrap_or_default().to_owned();
    let unnamed = parts.fold(first, |all, part| format!("{all}<Cdtr>{}", part.split_once("</Nm>").expect("a name").1));
    let settings = std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample's settings");
    let register = std::fs::read(Path::new("samples/montreval/inbox").join(REGISTER)).expect("the register");
    let r = ran::run_in(ran::job("accounts", "exchanged", &settings, &[(REGISTER, register), (SENT, unnamed.into_bytes())]), None);
    let paid = transfers(&r);
    for id in ["00176", "00179"] {
        assert!(paid.get(id).is_none_or(|t| t.0 == due()[id].0), "{id}: {:?}", paid.get(id));
    }
    assert!(paid.len() > 60, "everybody else by number and net: {}", paid.len());
}
