//! `cargo bench --bench transfer [-- COUNT]`: time and memory of a transfer file of 100,000 transfers, from account numbers as
//! text to the file on disk with every check made, and of reading it back and comparing each transfer with what was meant.

use chrono::NaiveDate;
use releve::ground::iban::{Iban, rib_to_iban};
use releve::ground::{EmployeeId, Money};
use releve::write::transfer::{Debtor, Profile, Transfer, TransferFile, Version, derive_id, verify, write};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::{Duration, Instant};

const RUNS: usize = 5;

fn main() {
    let count: usize = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(100_000);
    let accounts: Vec<String> = (1..1000).filter_map(account).collect();
    let file = TransferFile {
        version: Version::V09,
        message_id: derive_id("PAIE-2026-12", &["banc d'essai"]),
        created: NaiveDate::from_ymd_opt(2026, 12, 12).and_then(|d| d.and_hms_opt(8, 30, 0)).expect("a moment"),
        execution: NaiveDate::from_ymd_opt(2026, 12, 22).expect("a day"),
        debtor: Debtor {
            name: "Région d'Exemple".into(),
            iban: Iban::parse("FR7630001007941234567890185").expect("the registry's example"),
            bic: None,
            address: None,
        },
        batch_booking: Some(true),
        profile: Profile::default(),
        label: "PAIE 2026-12".into(),
    };
    let transfers = (0..count).map(|i| transfer(i, &accounts[i % accounts.len()]));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-transfer.xml");

    let (mut writing, mut reading) = (Vec::new(), Vec::new());
    let mut size = 0;
    for _ in 0..RUNS {
        let start = Instant::now();
        let mut out = File::create(&path).expect("the folder for test files is writable");
        let summary = write(&file, transfers.clone(), &mut out).expect("every transfer is valid");
        writing.push(start.elapsed());
        size = summary.bytes;

        let start = Instant::now();
        let mut input = BufReader::with_capacity(64 << 10, File::open(&path).expect("just written"));
        let findings = verify(&mut input, "virements.xml", &file, transfers.clone(), &summary);
        reading.push(start.elapsed());
        assert!(findings.is_empty(), "{findings:?}");
    }
    println!("{count} transfers, {size} bytes, median of {RUNS} runs");
    println!("written with all checks  {:>6} ms", median(writing).as_millis());
    println!("read back and compared   {:>6} ms", median(reading).as_millis());
    println!("peak memory              {}", peak());
}

/// A French account that belongs to nobody: the key is found by trying.
fn account(i: usize) -> Option<String> {
    (1..=97).find_map(|key| rib_to_iban("99901", "00001", &i.to_string(), &key.to_string()).ok()).map(|iban| iban.as_str().to_owned())
}

fn transfer(i: usize, account: &str) -> Transfer {
    let names = ["Lefèvre Anaïs", "Müller Gaël", "L’Hôte Chloé", "OBrien Sean", "Martin Paul", "Dupont Jeanne", "Petit Luc", "Garcia Inès"];
    Transfer {
        end_to_end_id: derive_id("PAIE-2026-12", &[&i.to_string()]),
        employee: EmployeeId::parse(&format!("{i:06}")),
        name: names[i % names.len()].into(),
        holder: None,
        iban: Iban::parse(account).expect("made by this file"),
        bic: None,
        amount: Money::from_cents(142_100 + i64::try_from(i % 100_000).expect("small")),
        remittance: None,
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// What the system says this process has used at most.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|l| l.strip_prefix("VmHWM:")).map_or_else(|| "not known on this system".into(), |v| v.trim().to_owned())
}
