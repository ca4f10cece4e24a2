//! Towns of 1,300, 100,000 and 1,000,000 agents: time of each stage, peak memory, and the ratio to a null pipeline
//! that only parses the same CSV input and writes the same rows out.
//!
//!     cargo bench --bench town                 # 1,300 and 100,000
//!     cargo bench --bench town -- 1000000      # any size
//!
//! Inputs are made by `samples/make_town.py` (CPython) under the target folder and kept. Payslips are left out.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use releve::pipeline::{self, Options};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SETTINGS: &str = r#"format = 1
month = "2021-12"
pay_date = 2021-12-22
last_pay_date = 2021-11-25
incident_date = 2021-12-03
pack = "fr-fpt"
[employer]
name = "Commune de Grandville-Fictive"
[debtor]
iban = "FR7699900004170000512340196"
bic = "TESTFRPPXXX"
[settings]
zone_residence = "2"
taux_vm = "0.008"
taux_at = "0.016"
taux_cdg = "0.008"
nbi_dans_residence = "no"
nbi_dans_sft = "no"
"#;

fn town(agents: u64) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("town-{agents}"));
    if !dir.join("releve.toml").exists() {
        let made =
            Command::new("python3").args(["samples/make_town.py"]).arg(dir.join("inbox")).args(["--agents", &agents.to_string()]).status();
        assert!(made.is_ok_and(|s| s.success()), "python3 makes the town");
        std::fs::write(dir.join("releve.toml"), SETTINGS).expect("the job folder is writable");
    }
    dir
}

/// A memory figure of this process in MiB: `VmRSS` now, `VmHWM` the highest so far.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(what)).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Resident memory every few milliseconds, until the run is over.
fn watch(start: Instant, over: &AtomicBool) -> Vec<(Duration, u64)> {
    let mut seen = Vec::new();
    while !over.load(Ordering::Relaxed) {
        seen.push((start.elapsed(), memory("VmRSS")));
        std::thread::sleep(Duration::from_millis(5));
    }
    seen
}

fn whole(dir: &Path) {
    let over = AtomicBool::new(false);
    let start = Instant::now();
    let options = Options { folder: dir.to_path_buf(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let (out, total, seen) = std::thread::scope(|threads| {
        let watcher = threads.spawn(|| watch(start, &over));
        let out = pipeline::run(&options).expect("the town runs");
        let total = start.elapsed();
        over.store(true, Ordering::Relaxed);
        (out, total, watcher.join().expect("the watcher ends"))
    });
    let mut begun = Duration::ZERO;
    for (stage, time) in &out.timings.0 {
        let ended = begun + *time;
        let most = seen.iter().filter(|s| (begun..=ended).contains(&s.0)).map(|s| s.1).max();
        let most = most.map_or_else(String::new, |m| format!(", {m} MiB"));
        println!("  {stage:<10} {:>9.3} s{most}", time.as_secs_f64());
        begun = ended;
    }
    let peak = memory("VmHWM");
    println!("  total      {:>9.3} s, peak {peak} MiB, {} payslips, {} gaps", total.as_secs_f64(), out.payslips, out.replay.gap);
}

/// Parses every CSV row of the inbox and writes as many rows as the run wrote.
fn null(dir: &Path) {
    let start = Instant::now();
    let mut rows = 0_u64;
    for entry in std::fs::read_dir(dir.join("inbox")).expect("the inbox") {
        let path = entry.expect("the inbox").path();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').flexible(true).has_headers(false).from_path(&path).expect("a CSV file");
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).expect("a row") {
            rows += 1;
        }
    }
    let mut written = 0_u64;
    let mut sink = BufWriter::new(std::fs::File::create(dir.join("null.csv")).expect("the folder is writable"));
    for name in ["payslips.csv", "lines.csv", "diff.csv", "replay.csv", "transfers.csv"] {
        let Ok(mut reader) = csv::Reader::from_path(dir.join("out").join(name)) else { continue };
        let mut writer = csv::Writer::from_writer(&mut sink);
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).expect("a row") {
            writer.write_byte_record(&record).expect("a row out");
            written += 1;
        }
    }
    sink.flush().expect("the folder is writable");
    println!("  null       {:>9.3} s, {rows} rows in, {written} rows out", start.elapsed().as_secs_f64());
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [what, dir] = args.as_slice()
        && what == "whole"
    {
        return whole(Path::new(dir));
    }
    let sizes: Vec<u64> = args.iter().filter_map(|a| a.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_300, 100_000] } else { sizes };
    for agents in sizes {
        let dir = town(agents);
        println!("{agents} agents");
        // A process of its own, so that the peak is this town's.
        let me = std::env::current_exe().expect("this program");
        let done = Command::new(me).arg("whole").arg(&dir).status();
        assert!(done.is_ok_and(|s| s.success()), "the town runs");
        null(&dir);
    }
}
