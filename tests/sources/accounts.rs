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
    assert_eq!((told(&r, "M364").len(), told(&r, "F07").len()), (0, told(&plain, "F07").len() + 1));
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
