//! SEPA against public vectors, tables and schemas: accounts, texts, days, files written and files read.

use chrono::{NaiveDate, NaiveDateTime};
use releve::ground::iban::{self, Iban, IbanChange, IbanProblem};
use releve::ground::sepa_text::{self, AmountProblem, Ligatures, TextProblem};
use releve::ground::{Finding, Lang, Money, Place, Severity, bic, target_days, words};
use releve::read::pain001::{self, Limits, PaymentFile};
use releve::write::transfer::{
    Address, CreditorAgent, Debtor, NotWritten, Profile, Summary, Transfer, TransferFile, Version, check, verify, write,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

type Row = BTreeMap<String, String>;

fn table(name: &str) -> Vec<Row> {
    let path = Path::new("tests/data/sepa").join(name);
    let mut reader = csv::Reader::from_path(path).expect("test data is there");
    reader.deserialize().map(|row| row.expect("test data is CSV")).collect()
}

fn text_of(name: &str) -> String {
    std::fs::read_to_string(Path::new("tests/data/sepa").join(name)).expect("test data is there")
}

// Vectors -----------------------------------------------------------------------------------------------------------------

#[test]
fn agrees_with_every_vector() {
    let rows = table("vectors.csv");
    assert_eq!(rows.len(), 165);
    let wrong: Vec<String> = rows.iter().filter_map(|row| judge(row).err().map(|why| format!("{}: {why}", row["id"]))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn same(found: impl AsRef<str>, expected: &str) -> Result<(), String> {
    let found = found.as_ref();
    if found == expected { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}")) }
}

/// `valid:value` or `invalid:reason`, from a row or from a result.
fn verdict<T: AsRef<str>>(result: Result<T, &str>) -> String {
    result.map_or_else(|reason| format!("invalid:{reason}"), |value| format!("valid:{}", value.as_ref()))
}

fn judge(row: &Row) -> Result<(), String> {
    let input = row["input"].as_str();
    let value = row["expected_value"].as_str();
    let expected = match row["expected"].as_str() {
        "valid" => format!("valid:{value}"),
        "invalid" => format!("invalid:{}", row["reason"]),
        other => other.to_owned(),
    };
    match row["kind"].as_str() {
        "iban" => {
            let found = Iban::strict(input);
            if let Ok(iban) = &found {
                same(format!("sepa={}", if iban.is_sepa() { "yes" } else { "no" }), &row["context"])?;
            }
            same(verdict(found.as_ref().map(Iban::as_str).map_err(|p| iban_reason(*p))), &expected)
        }
        "iban_cleanup" => same(verdict(Iban::parse(input).as_ref().map(Iban::as_str).map_err(|p| iban_reason(*p))), &expected),
        "rib_to_iban" => {
            let parts: Vec<&str> = input.split(' ').collect();
            let found = iban::rib_to_iban(parts[0], parts[1], parts[2], parts[3]);
            same(verdict(found.as_ref().map(Iban::as_str).map_err(|p| iban_reason(*p))), &expected)
        }
        "bic" => {
            let found = bic::Bic::strict(input);
            if let Ok(bic) = &found {
                let schema = |pass| if pass { "pass" } else { "fail" };
                same(format!("schema_03={} schema_09=pass", schema(bic.fits_2009())), &row["context"])?;
            }
            same(verdict(found.as_ref().map(bic::Bic::as_str).map_err(|p| p.key().trim_start_matches("bic."))), &expected)
        }
        "charset_epc" => same(sepa_text::epc(input), value),
        "charset_policy" => same(sepa_text::convert(input, Ligatures::Epc).text, value),
        "amount_read" => same(
            verdict(sepa_text::read_amount(input).map(|m| m.cents().to_string()).map_err(|p| p.key().trim_start_matches("amount."))),
            &expected,
        ),
        "amount_write" => {
            let cents = Money::from_cents(input.parse().map_err(|_| "not cents")?);
            same(verdict(sepa_text::transferable(cents).map(|m| m.to_string()).map_err(|_| "range")), &expected)
        }
        "control_sum" => {
            let mut sum = Money::ZERO;
            for term in input.split('+') {
                let (amount, times) = term.split_once('*').unwrap_or((term, "1"));
                for _ in 0..times.parse::<u32>().map_err(|_| "not a count")? {
                    sum += sepa_text::read_amount(amount).map_err(AmountProblem::key)?;
                }
            }
            same(sepa_text::read_total(&sum.to_string()).map_err(AmountProblem::key)?.to_string(), value)
        }
        "identifier" => same(verdict(sepa_text::identifier(input).map(|()| input).map_err(text_reason)), &expected),
        "party_name" => same(verdict(sepa_text::party_name(input).map(|()| input).map_err(text_reason)), &expected),
        "target_day" => {
            let day: NaiveDate = input.parse().map_err(|_| "not a date")?;
            let reason = match target_days::closed(day) {
                None => "open:",
                Some(target_days::Closed::Weekend) => "closed:weekend",
                Some(target_days::Closed::Holiday) => "closed:holiday",
            };
            same(reason, &format!("{}:{}", row["expected"], row["reason"]))?;
            same(format!("next={} previous={}", target_days::next_open(day), target_days::previous_open(day)), value)
        }
        "iban_compare" => {
            let (before, now) = input.split_once('|').ok_or("no bar")?;
            let found = match iban::compare(before, now) {
                IbanChange::Same => "same",
                IbanChange::Changed => "changed",
                IbanChange::New => "new",
                IbanChange::Missing => "missing",
                IbanChange::Invalid => "invalid",
            };
            same(found, &row["expected"])
        }
        kind => Err(format!("no test for vectors of kind {kind}")),
    }
}

fn iban_reason(problem: IbanProblem) -> &'static str {
    match problem {
        IbanProblem::Characters => "characters",
        IbanProblem::Country => "country",
        IbanProblem::Length => "length",
        IbanProblem::Structure => "structure",
        IbanProblem::Checksum => "iban_checksum",
        IbanProblem::RibKey => "rib_key",
    }
}

fn text_reason(problem: TextProblem) -> &'static str {
    problem.key().trim_start_matches("text.")
}

// Tables ------------------------------------------------------------------------------------------------------------------

#[test]
fn converts_every_character_as_the_payments_council_does() {
    let rows = table("epc217_08_conversion.csv");
    assert_eq!(rows.len(), 1010);
    let mut listed = BTreeMap::new();
    for row in &rows {
        let code = u32::from_str_radix(&row["code_point"][2..], 16).expect("a code point");
        listed.insert(char::from_u32(code).expect("a character"), row["replacement"].as_str());
    }
    for c in (0..0x3000).filter_map(char::from_u32) {
        let expected = match c {
            '&' => "+",
            '_' | '~' => "-",
            c if sepa_text::is_legal(c) => c.encode_utf8(&mut [0; 4]).to_owned().leak(),
            c => listed.get(&c).copied().unwrap_or("."),
        };
        assert_eq!(sepa_text::epc(&c.to_string()), expected, "U+{:04X}", u32::from(c));
    }
    assert_eq!((0..0x3000).filter_map(char::from_u32).filter(|c| sepa_text::is_legal(*c)).count(), 73);
}

#[test]
fn knows_the_countries_of_the_registry() {
    let rows = table("iban_registry.csv");
    assert_eq!(rows.len(), 89);
    for row in &rows {
        let code = &row["country_code"];
        // Right for its country but for the check digits: shows that length and structure are known without an example.
        let length: usize = row["iban_length"].parse().expect("a length");
        let too_long = format!("{code}{}", "0".repeat(length - 1));
        assert_eq!(Iban::strict(&too_long), Err(IbanProblem::Length), "{code}");
        assert_ne!(Iban::strict(&too_long[..length]).err(), Some(IbanProblem::Length), "{code}");
        if row["example_iban"].is_empty() {
            continue;
        }
        let iban = Iban::strict(&row["example_iban"]).unwrap_or_else(|p| panic!("{code}: {p:?}"));
        let yes = |b: bool| if b { "yes" } else { "no" };
        assert_eq!((yes(iban.is_sepa()), yes(iban.is_eea())), (row["sepa_scheme_country"].as_str(), row["eea"].as_str()), "{code}");
        let (first, last) = row["bban_bank_pos"].split_once('-').expect("two positions");
        let (first, last): (usize, usize) = (first.parse().expect("a position"), last.parse().expect("a position"));
        assert_eq!(iban.bank_code(), &row["example_iban"][first + 3..last + 4], "{code}");
    }
}

#[test]
fn has_words_for_every_problem() {
    use bic::BicProblem as B;
    let keys = [
        [IbanProblem::Characters, IbanProblem::Country, IbanProblem::Length].map(IbanProblem::key),
        [IbanProblem::Structure, IbanProblem::Checksum, IbanProblem::RibKey].map(IbanProblem::key),
        [B::Length, B::Placeholder, B::Case].map(B::key),
        [B::Characters.key(), B::Country.key(), TextProblem::Empty.key()],
        [TextProblem::Length, TextProblem::Characters, TextProblem::Space].map(TextProblem::key),
        [TextProblem::Slash.key(), AmountProblem::NotANumber.key(), AmountProblem::DecimalComma.key()],
        [AmountProblem::Exponent, AmountProblem::Fraction, AmountProblem::Negative].map(AmountProblem::key),
        [AmountProblem::Zero.key(), AmountProblem::TooLarge.key(), "read.unlisted"],
    ];
    assert!(keys.iter().flatten().all(|k| words::known(k)));
    for code in (20..40).flat_map(|n| [format!("R{n}"), format!("S{n}")]) {
        assert!(words::known(&code), "{code}");
        assert!(words::help(&code, Lang::Fr).is_some() && words::help(&code, Lang::En).is_some(), "{code}");
    }
}

// Writing -----------------------------------------------------------------------------------------------------------------

fn moment(text: &str) -> NaiveDateTime {
    text.parse().expect("a moment")
}

fn valid(text: &str) -> Iban {
    Iban::parse(text).expect("a valid account")
}

/// A town hall that exists nowhere, and four people who pay nobody's rent.
fn december() -> (TransferFile, Vec<Transfer>) {
    let file = TransferFile {
        version: Version::V09,
        message_id: "PAIE-2026-12".into(),
        created: moment("2026-12-12T08:30:00"),
        execution: NaiveDate::from_ymd_opt(2026, 12, 22).expect("a day"),
        debtor: Debtor {
            name: "Commune de Bourg-lès-Exemple".into(),
            iban: valid("FR7630001007941234567890185"),
            bic: bic::Bic::parse("BDFEFRPPCCT").ok(),
            address: Some(Address {
                street: "Place de la Mairie".into(),
                number: "1".into(),
                postcode: "76000".into(),
                town: "Bourg-lès-Exemple".into(),
                country: "FR".into(),
            }),
        },
        batch_booking: Some(true),
        profile: Profile::default(),
        label: "PAIE 2026-12".into(),
    };
    let accounts = [
        ("Lefèvre Anaïs", "FR1420041010050500013M02606", 187_432),
        ("Müller Gaël", "FR7617515900000001234567889", 203_110),
        ("L’Hôte Chloé", "FR7610278060000002012345688", 172_011),
        ("O'Brien Sean", "FR8114508590300A1B2C3D4E528", 158_000),
    ];
    let transfers = accounts.into_iter().enumerate().map(|(i, (name, iban, cents))| Transfer {
        end_to_end_id: format!("PAIE-2026-12-{:04}", i + 1),
        employee: None,
        name: name.into(),
        holder: None,
        iban: valid(iban),
        bic: bic::Bic::parse("AGRIFRPPXXX").ok(),
        amount: Money::from_cents(cents),
        remittance: None,
    });
    (file, transfers.collect())
}

fn written(file: &TransferFile, transfers: &[Transfer]) -> (Vec<u8>, Summary) {
    let mut bytes = Vec::new();
    let summary = write(file, transfers, &mut bytes).unwrap_or_else(|e| panic!("{e:?}"));
    let found = verify(&mut bytes.as_slice(), "virements.xml", file, transfers, &summary);
    assert!(found.is_empty(), "{found:?}");
    (bytes, summary)
}

fn refused(file: &TransferFile, transfers: &[Transfer]) -> Vec<String> {
    let mut bytes = Vec::new();
    match write(file, transfers, &mut bytes) {
        Err(NotWritten::Findings(findings)) => {
            assert!(bytes.is_empty(), "nothing is written before everything is checked");
            blocking(&findings)
        }
        other => panic!("written: {other:?}"),
    }
}

fn blocking(findings: &[Finding]) -> Vec<String> {
    findings.iter().filter(|f| f.severity == Severity::Blocking).map(|f| f.code.clone()).collect()
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

#[test]
fn writes_what_the_schemas_accept() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!("xmllint is not installed: written files are not validated against the schemas");
        return;
    }
    for version in [Version::V03, Version::V09] {
        for agent in [CreditorAgent::Omit, CreditorAgent::NotProvided, CreditorAgent::Bic] {
            for bare in [false, true] {
                let (mut file, transfers) = december();
                file.version = version;
                file.profile.creditor_agent = agent;
                if bare {
                    file.debtor.bic = None;
                    file.debtor.address = None;
                    file.batch_booking = None;
                    file.label = String::new();
                    file.profile.max_per_batch = Some(3);
                }
                let (bytes, _) = written(&file, &transfers);
                let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sepa-{version:?}-{agent:?}-{bare}.xml"));
                std::fs::write(&path, bytes).expect("the folder for test files is writable");
                let schema = match version {
                    Version::V03 => "tests/data/sepa/xsd/pain.001.001.03.xsd",
                    Version::V09 => "tests/data/sepa/xsd/pain.001.001.09.xsd",
                };
                let out = Command::new("xmllint").args(["--noout", "--schema", schema]).arg(&path).output().expect("xmllint runs");
                assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            }
        }
    }
}

#[test]
fn writes_the_same_bytes_every_time() {
    let (file, transfers) = december();
    let (bytes, summary) = written(&file, &transfers);
    assert_eq!(written(&file, &transfers), (bytes.clone(), summary.clone()));
    assert_eq!((summary.count, summary.sum.to_string().as_str(), summary.bytes), (4, "7205.53", bytes.len() as u64));
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns="));
    assert!(text.contains("<ReqdExctnDt><Dt>2026-12-22</Dt></ReqdExctnDt>"));
    assert!(text.contains("<CtgyPurp><Cd>SALA</Cd></CtgyPurp>"));
    assert!(text.contains("<Cdtr><Nm>L'Hote Chloe</Nm></Cdtr>"), "no address of the payee, typographic apostrophe mapped");
    assert!(!text.contains("<CdtrAgt>"), "no agent inside the EEA by default");
    let converted: Vec<_> = summary.converted.iter().map(|c| (c.before.as_str(), c.after.as_str())).collect();
    assert_eq!(converted, [("Lefèvre Anaïs", "Lefevre Anais"), ("Müller Gaël", "Muller Gael"), ("L’Hôte Chloé", "L'Hote Chloe")]);
}

#[test]
fn writes_the_holder_of_the_account_rather_than_the_civil_name() {
    let (file, mut transfers) = december();
    transfers[0].holder = Some("Lefèvre-Durand Anaïs".into());
    let (bytes, _) = written(&file, &transfers);
    assert!(String::from_utf8_lossy(&bytes).contains("<Nm>Lefevre-Durand Anais</Nm>"));
}

#[test]
fn splits_into_even_batches() {
    let (mut file, transfers) = december();
    file.profile.max_per_batch = Some(3);
    let (_, summary) = written(&file, &transfers);
    let batches: Vec<_> = summary.batches.iter().map(|b| (b.id.as_str(), b.count, b.sum.cents())).collect();
    assert_eq!(batches, [("PAIE-2026-12-1", 2, 390_542), ("PAIE-2026-12-2", 2, 330_011)]);
    file.profile.max_per_batch = Some(2);
    assert_eq!(refused(&file, &transfers), ["S24"]);
}

/// What is changed for the worse.
type Mistake<T> = fn(&mut T);

#[test]
fn refuses_a_file_rather_than_mending_it() {
    let file_cases: [(&str, Mistake<TransferFile>); 8] = [
        ("S20", |f| f.message_id = "PAIE_12".into()),
        ("S21", |f| f.debtor.name = "x".repeat(71)),
        ("S21", |f| f.debtor.address.as_mut().expect("given").town = String::new()),
        ("S21", |f| f.debtor.address.as_mut().expect("given").country = "France".into()),
        ("S22", |f| f.execution = NaiveDate::from_ymd_opt(2026, 12, 25).expect("a day")),
        ("S23", |f| f.execution = NaiveDate::from_ymd_opt(2026, 12, 11).expect("a day")),
        ("S24", |f| f.profile.max_per_batch = Some(1)),
        ("S30", |f| f.label = "é".repeat(141)),
    ];
    for (code, change) in file_cases {
        let (mut file, transfers) = december();
        change(&mut file);
        assert_eq!(refused(&file, &transfers).first().map(String::as_str), Some(code));
    }
    let transfer_cases: [(&str, Mistake<Transfer>); 9] = [
        ("S26", |t| t.end_to_end_id = "/1".into()),
        ("S27", |t| t.end_to_end_id = "PAIE-2026-12-0002".into()),
        ("S28", |t| t.name = "Anne ".repeat(15)),
        ("S28", |t| t.name = "王".into()),
        ("S29", |t| t.amount = Money::ZERO),
        ("S29", |t| t.amount = Money::from_cents(100_000_000_000)),
        ("S29", |t| t.amount = Money::from_cents(-1)),
        ("S30", |t| t.remittance = Some("x".repeat(141))),
        ("S31", |t| t.iban = valid("TR330006100519786457841326")),
    ];
    for (code, change) in transfer_cases {
        let (file, mut transfers) = december();
        change(&mut transfers[0]);
        assert_eq!(refused(&file, &transfers), [code]);
    }
    let (mut file, mut transfers) = december();
    assert_eq!(refused(&file, &[]), ["S25"]);
    file.profile.creditor_agent = CreditorAgent::Bic;
    transfers[0].bic = None;
    transfers[1].bic = bic::Bic::parse("A1B2FRPPXXX").ok();
    assert_eq!(refused(&file, &transfers), ["S32"]);
    file.version = Version::V03;
    assert_eq!(refused(&file, &transfers), ["S32", "S32"]);
}

#[test]
fn names_the_transfer_and_the_employee_in_question() {
    let (file, mut transfers) = december();
    transfers[1].name = "Marie-Antoinette ".repeat(6);
    transfers[1].employee = releve::ground::EmployeeId::parse("00042");
    let found = check(&file, &transfers);
    assert_eq!(found.findings[0].employee, transfers[1].employee);
    let message = found.findings[0].message(Lang::En);
    assert!(message.starts_with("transfer “PAIE-2026-12-0002”: the name “Marie-Antoinette"), "{message}");
    assert!(message.contains("(too long)"), "{message}");
}

#[test]
fn warns_without_refusing() {
    let (file, mut transfers) = december();
    transfers[0].name = "Nguyễn Thị Hương".into();
    transfers[1].iban = valid("CH9300762011623852957");
    transfers[1].bic = None;
    let (_, summary) = written(&file, &transfers);
    assert_eq!(codes(&summary.findings), ["S33", "S35"]);
    let (_, summary) = written(&file, &transfers[2..3]);
    assert_eq!(codes(&summary.findings), ["S34"]);
}

#[test]
fn notices_a_file_that_is_not_the_one_meant() {
    let (file, transfers) = december();
    let (bytes, summary) = written(&file, &transfers);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let against = |text: &str, transfers: &[Transfer]| {
        codes(&verify(&mut text.as_bytes(), "virements.xml", &file, transfers, &summary))
            .iter()
            .map(|c| (*c).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(against(&text.replace("FR1420041010050500013M02606", "FR7617515900000001234567889"), &transfers), ["S37", "S39"]);
    assert_eq!(against(&text.replace(">1874.32<", ">1874.31<"), &transfers), ["R27", "R27", "S37", "S38", "S37", "S39"]);
    assert_eq!(against(&text.replace("L'Hote", "L'Hota"), &transfers), ["S37", "S39"]);
    assert_eq!(against(&text.replace("</Document>", "</Document> "), &transfers), ["S39"]);
    assert_eq!(against(&text.replace("2026-12-22", "2026-12-23"), &transfers), ["S37", "S39"]);
    assert_eq!(against(&text, &transfers[..3]), ["S37"]);
    assert_eq!(against(&text[..text.len() / 2], &transfers), ["R22", "S37", "S38", "S37", "S39"]);
}

/// A list that changes between the two walks must not become a file.
#[test]
fn refuses_a_list_that_changes_under_its_hands() {
    #[derive(Clone)]
    struct Moving<'a>(&'a [Transfer], &'a std::cell::Cell<usize>);
    impl<'a> IntoIterator for Moving<'a> {
        type Item = &'a Transfer;
        type IntoIter = std::slice::Iter<'a, Transfer>;
        fn into_iter(self) -> Self::IntoIter {
            self.1.set(self.1.get() - 1);
            self.0[self.1.get()..].iter()
        }
    }
    let (file, transfers) = december();
    let start = std::cell::Cell::new(2);
    let result = write(&file, Moving(&transfers, &start), &mut Vec::new());
    assert!(matches!(result, Err(NotWritten::Findings(f)) if codes(&f) == ["S36"]));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Whatever the names, what is written can be read back and holds what was meant; or it is refused.
    #[test]
    fn reads_back_what_it_writes(
        people in proptest::collection::vec((".{1,80}", 1_i64..100_000_000_000, proptest::option::of(".{0,150}")), 1..20),
        old in proptest::bool::ANY,
    ) {
        let (mut file, model) = december();
        file.version = if old { Version::V03 } else { Version::V09 };
        let transfers: Vec<Transfer> = people.into_iter().enumerate().map(|(i, (name, cents, remittance))| Transfer {
            end_to_end_id: format!("P{i}"), name, amount: Money::from_cents(cents), remittance, ..model[i % 4].clone()
        }).collect();
        let mut bytes = Vec::new();
        match write(&file, &transfers, &mut bytes) {
            Ok(summary) => assert_eq!(verify(&mut bytes.as_slice(), "f", &file, &transfers, &summary), []),
            Err(NotWritten::Findings(findings)) => assert!(blocking(&findings).iter().all(|c| c == "S28" || c == "S30")),
            Err(NotWritten::Io(e)) => panic!("{e}"),
        }
    }
}

// Reading -----------------------------------------------------------------------------------------------------------------

fn read(text: impl AsRef<[u8]>) -> (PaymentFile, Vec<Finding>) {
    let checked = pain001::read_all(text.as_ref(), "virements.xml");
    (checked.value, checked.findings)
}

#[test]
fn reads_both_versions() {
    let (november, findings) = read(text_of("examples/pain.001.001.03_november.xml"));
    assert_eq!(findings, []);
    let h = &november.header;
    assert_eq!((h.version, h.message_id.as_str(), h.count, h.sum.cents()), (Some(Version::V03), "PAYE-2026-11", 4, 798_313));
    assert_eq!(h.created, Some(moment("2026-11-12T08:30:00")));
    assert_eq!(h.execution, NaiveDate::from_ymd_opt(2026, 11, 26));
    assert_eq!((h.debtor_name.as_str(), h.initiating_party.as_str()), ("COMMUNE DE BOURG-LES-EXEMPLE", "COMMUNE DE BOURG-LES-EXEMPLE"));
    assert_eq!(h.debtor_iban, Some(valid("FR7630001007941234567890185")));
    assert!(h.complete);
    let t = &november.transfers[2];
    assert_eq!((t.line, t.end_to_end_id.as_str(), t.amount), (15, "PAYE-2026-11-0003", Some(Money::from_cents(165_904))));
    assert_eq!((t.currency.as_str(), t.name.as_str(), t.remittance.as_str()), ("EUR", "LE GOFF CHLOE", "PAYE 2026-11"));
    assert_eq!(t.iban, Ok(valid("FR7610278060000002012345688")));

    let (december, findings) = read(text_of("examples/pain.001.001.09_december.xml"));
    assert_eq!(findings, []);
    assert_eq!((december.header.version, december.header.sum.cents()), (Some(Version::V09), 720_553));
    assert_eq!(december.header.execution, NaiveDate::from_ymd_opt(2026, 12, 22));
    assert_eq!((december.header.batches[0].category.as_str(), december.header.batches[0].debtor_bic.as_str()), ("SALA", "BDFEFRPPCCT"));
}

#[test]
fn reads_the_same_content_however_it_is_dressed() {
    let plain = text_of("examples/pain.001.001.09_december.xml");
    let (expected, _) = read(&plain);
    let prefixed =
        plain.replace("xmlns=", "xmlns:p=").replace("</", "</p:").replace('<', "<p:").replace("<p:/p:", "</p:").replace("<p:?", "<?");
    let declared = plain.replace("UTF-8", "ISO-8859-1").replace("LE GOFF", "LE GOËF");
    let latin: Vec<u8> = declared.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let dressed: [(&str, Vec<u8>); 6] = [
        ("prefix", prefixed.into_bytes()),
        ("mark", format!("\u{feff}{plain}").into_bytes()),
        ("comments", plain.replace("<Nm>", "<Nm><!-- nom -->").replace("</Cdtr>", "<!-- --></Cdtr>").into_bytes()),
        ("CDATA", plain.replace("LE GOFF CHLOE", "LE <![CDATA[GOFF CH]]>LOE").into_bytes()),
        ("entities", plain.replace("OBRIEN", "&#x4f;BRIE&#78;").into_bytes()),
        ("UTF-16", utf16),
    ];
    for (how, bytes) in dressed {
        let (file, findings) = read(bytes);
        assert_eq!(findings, [], "{how}");
        assert_eq!(file.transfers, expected.transfers, "{how}");
    }
    let (file, findings) = read(latin);
    assert_eq!((findings, file.transfers[2].name.as_str(), file.header.encoding.as_str()), (vec![], "LE GOËF CHLOE", "windows-1252"));
    let (file, _) = read(plain.replace("OBRIEN SEAN", "O&apos;BRIEN &amp; FILS"));
    assert_eq!(file.transfers[3].name, "O'BRIEN & FILS");
}

#[test]
fn says_what_is_wrong_and_where() {
    let plain = text_of("examples/pain.001.001.09_december.xml");
    let cases: [(&str, String, &[&str]); 19] = [
        ("group count", plain.replacen("<NbOfTxs>4", "<NbOfTxs>5", 1), &["R26"]),
        ("both counts", plain.replace("<NbOfTxs>4", "<NbOfTxs>5"), &["R26", "R26"]),
        ("group sum", plain.replacen("<CtrlSum>7205.53", "<CtrlSum>7205.54", 1), &["R27"]),
        ("sum in words", plain.replacen("<CtrlSum>7205.53", "<CtrlSum>beaucoup", 1), &["R28"]),
        ("count in words", plain.replacen("<NbOfTxs>4", "<NbOfTxs>-4", 1), &["R28"]),
        ("comma", plain.replace(">1874.32<", ">1874,32<"), &["R29"]),
        ("text", plain.replace(">1874.32<", ">mille<"), &["R29"]),
        ("no amount", plain.replace("<InstdAmt Ccy=\"EUR\">1874.32</InstdAmt>", ""), &["R29", "R30"]),
        ("dollars", plain.replacen("Ccy=\"EUR\"", "Ccy=\"USD\"", 1), &["R30"]),
        ("wrong account", plain.replace("FR1420041010050500013M02606", "FR1420041010050500013M02607"), &["R36"]),
        ("no count", plain.replacen("<NbOfTxs>4</NbOfTxs>", "", 1), &["R35"]),
        ("no name", plain.replace("<Nm>OBRIEN SEAN</Nm>", ""), &["R35"]),
        (
            "two amounts",
            plain.replace("</InstdAmt></Amt><Cdtr><Nm>OB", "</InstdAmt><InstdAmt Ccy=\"EUR\">9</InstdAmt></Amt><Cdtr><Nm>OB"),
            &["R38"],
        ),
        ("same reference", plain.replace("12-0005", "12-0003"), &["R39"]),
        ("other version", plain.replace("pain.001.001.09", "pain.001.001.11"), &["R34"]),
        ("status report", plain.replace("pain.001.001.09", "pain.002.001.10"), &["R20"]),
        ("other content", plain.replace("CstmrCdtTrfInitn", "CstmrDrctDbtInitn"), &["R20"]),
        ("element in a text", plain.replace("OBRIEN SEAN", "OBRIEN<b/>SEAN"), &["R21"]),
        ("cheque", plain.replace("<PmtMtd>TRF", "<PmtMtd>CHK"), &["R28"]),
    ];
    for (how, text, expected) in cases {
        assert_ne!(text, plain, "{how}");
        let (_, findings) = read(text);
        assert_eq!(codes(&findings), expected, "{how}");
        for finding in &findings {
            assert!(!finding.places.is_empty(), "{how}");
            let message = finding.message(Lang::Fr);
            assert!(!message.contains('{') && !message.contains("1420041010050500013M0260"), "{how}: {message}");
        }
    }
    let (file, findings) = read(plain.replace(">1874.32<", ">1874,32<"));
    assert_eq!(file.transfers[0].amount, None);
    assert_eq!(findings[0].places, [Place::Line { file: "virements.xml".into(), line: 13, heading: Some("InstdAmt".into()) }]);
    assert_eq!(
        findings[0].message(Lang::Fr),
        "le montant « 1874,32 » du virement « PAYE-2026-12-0001 » n'est pas lisible : virgule au lieu d'un point"
    );
}

#[test]
fn survives_a_cut_at_every_byte() {
    let plain = text_of("examples/pain.001.001.09_december.xml");
    let end = plain.trim_end().len();
    for cut in 0..end {
        let (file, findings) = read(&plain.as_bytes()[..cut]);
        assert!(!file.header.complete, "cut at {cut}");
        let [finding] = findings.as_slice() else { panic!("cut at {cut}: {findings:?}") };
        assert_eq!(finding.severity, Severity::Blocking);
        let expected: &[&str] = if cut < 41 { &["R20", "R22", "R21", "R37"] } else { &["R22", "R21"] };
        assert!(expected.contains(&finding.code.as_str()), "cut at {cut}: {finding:?}");
    }
    let (file, findings) = read(&plain.as_bytes()[..plain.len() / 2 + 600]);
    assert_eq!(file.transfers.len(), 2);
    assert_eq!(findings[0].message(Lang::En), "the transfer file ends inside the element Nm; 2 transfers read before");
}

#[test]
fn survives_a_wrong_byte_anywhere() {
    let plain = text_of("examples/pain.001.001.03_november.xml");
    for at in 0..plain.len() {
        for byte in [0, b'<', b'>', b'&', b'"', b'9', 0xff] {
            let mut bytes = plain.clone().into_bytes();
            bytes[at] = byte;
            let (file, findings) = read(&bytes);
            assert!(file.header.complete || !findings.is_empty(), "byte {byte} at {at}");
            if byte == 0xff {
                // Where it hides a quote or the end of the declaration, the tag never ends; in the label, the encoding is unknown.
                let [finding] = findings.as_slice() else { panic!("at {at}: {findings:?}") };
                assert!(["R22", "R32", "R33"].contains(&finding.code.as_str()), "at {at}: {finding:?}");
            }
        }
    }
}

#[test]
fn refuses_what_is_not_a_transfer_file() {
    let empty = [("", "R37"), ("  \n", "R37"), ("\u{feff}", "R37")];
    let other = [
        ("nom;iban\nDUPONT;FR76", "R20"),
        ("%PDF-1.7\n", "R20"),
        ("<html/>", "R20"),
        ("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>", "R20"),
        ("\0\0\0\0", "R20"),
    ];
    for (text, code) in empty.into_iter().chain(other) {
        let (_, findings) = read(text);
        assert_eq!(findings.first().map(|f| f.code.as_str()), Some(code), "{text:?}");
    }
    let (_, findings) = read("<?xml version='1.0' encoding='klingon'?><Document/>");
    assert_eq!(codes(&findings), ["R33"]);
}

#[test]
fn refuses_definitions_and_unknown_entities() {
    let plain = text_of("examples/pain.001.001.09_december.xml");
    let bomb =
        "<!DOCTYPE Document [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>\n<Document";
    let (file, findings) = read(plain.replace("<Document", bomb).replace("OBRIEN", "&c;"));
    assert_eq!((codes(&findings), file.transfers.len()), (vec!["R23"], 0));
    let (file, findings) = read(plain.replace("OBRIEN", "&c;"));
    assert_eq!((codes(&findings), file.transfers.len()), (vec!["R31"], 3));
    let (_, findings) = read(plain.replace("OBRIEN", "DUPONT & FILS"));
    assert_eq!(codes(&findings), ["R21"]);
}

#[test]
fn stops_at_its_limits() {
    let plain = text_of("examples/pain.001.001.09_december.xml");
    let tight = |limits: Limits, text: &str| {
        let mut count = 0;
        let checked = pain001::read(&mut text.as_bytes(), "f", &limits, &mut |_| count += 1);
        (count, codes(&checked.findings).join(" "))
    };
    let usual = Limits::default();
    assert_eq!(tight(Limits { bytes: 1000, ..usual.clone() }, &plain), (0, "R25".into()));
    assert_eq!(tight(Limits { transfers: 3, ..usual.clone() }, &plain), (3, "R25".into()));
    assert_eq!(tight(Limits { batches: 0, ..usual.clone() }, &plain), (0, "R25".into()));
    assert_eq!(tight(usual.clone(), &plain.replace("OBRIEN", &"O".repeat(300_000))), (3, "R25".into()));
    assert_eq!(tight(usual.clone(), &plain.replace("OBRIEN", &"<![CDATA[OOOOOOOOOOOOOOOOOO]]>".repeat(20_000))), (3, "R25".into()));
    assert_eq!(tight(usual.clone(), &plain.replace("<Cdtr>", &"<a>".repeat(1000))), (0, "R25".into()));
    assert_eq!(tight(Limits { findings: 2, ..usual }, &plain.replace("\"EUR\"", "\"USD\"")), (4, "R30 R30 R25".into()));
}

#[test]
fn reads_bytes_in_another_encoding_than_stated_as_damage() {
    let plain = text_of("examples/pain.001.001.09_december.xml").replace("LE GOFF", "LE GOËF");
    let latin: Vec<u8> = plain.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    let (file, findings) = read(&latin);
    assert_eq!((codes(&findings), file.transfers.len()), (vec!["R32"], 2));
    assert_eq!(findings[0].places, [Place::Line { file: "virements.xml".into(), line: 15, heading: None }]);
    let odd: Vec<u8> = [0xfeff].into_iter().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).take(2001).collect();
    assert_eq!(codes(&read(odd).1), ["R32"]);
}

#[test]
fn keeps_accounts_out_of_logs() {
    let (file, _) = read(text_of("examples/pain.001.001.09_december.xml"));
    assert!(!format!("{file:?}").contains("20041010050500013M0"));
}
