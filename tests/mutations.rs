//! A short run of what `fuzz/` does at length: the readers on seeds bent by a fixed rule. Nothing panics, nothing takes long.

use rayon::prelude::*;
use releve::ground::Sources;
use releve::read::{Input, Limits, archive, dsn, pain001, pain002, xhl};
use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

/// Numbers that follow from a seed alone.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % below.max(1)
    }
}

/// Bytes that formats give a meaning to.
const TELLING: [&[u8]; 16] = [
    b"'",
    b"\"",
    b"<",
    b">",
    b"&",
    b"\0",
    b"\xFF\xFE",
    b"\n",
    b"\r\n",
    b";",
    b",",
    b"-",
    b"99999999999999999999",
    b"S21.G00.30.001,'",
    b"<![CDATA[",
    b"\xC3",
];

fn bend(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = seed.to_vec();
    for _ in 0..=dice.roll(6) {
        if out.is_empty() {
            return out;
        }
        let at = dice.roll(out.len());
        match dice.roll(6) {
            0 => out[at] ^= 1 << dice.roll(8),
            1 => out.truncate(at),
            2 => {
                let end = (at + dice.roll(200)).min(out.len());
                out.drain(at..end);
            }
            3 => {
                // A piece of the file once more, somewhere else.
                let end = (at + dice.roll(2_000)).min(out.len());
                let piece = out[at..end].to_vec();
                let to = dice.roll(out.len());
                out.splice(to..to, piece);
            }
            4 => {
                out.splice(at..at, TELLING[dice.roll(TELLING.len())].iter().copied());
            }
            _ => {
                for b in out.iter_mut().skip(at).take(8) {
                    *b = u8::try_from(dice.roll(256)).expect("a byte");
                }
            }
        }
    }
    out
}

fn file(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file of the repository")
}

fn tables(bytes: Vec<u8>) {
    let mut sources = Sources::default();
    let opened = releve::read::open(&Input::from(bytes), "fichier", &mut sources, &Limits::default(), None);
    for table in opened.value {
        let _ = table.for_each(&mut |_| ControlFlow::Continue(()));
    }
}

/// How often each seed is bent, and how long one reading may take, on a busy machine and without optimisation.
const ROUNDS: u64 = 60;
const LONGEST: Duration = Duration::from_secs(20);

fn survives(name: &str, seed: &[u8], read: impl Fn(Vec<u8>) + Sync) {
    (0..ROUNDS).into_par_iter().for_each(|round| {
        let bent = bend(seed, &mut Dice(round * 7919 + seed.len() as u64));
        let start = Instant::now();
        read(bent);
        assert!(start.elapsed() < LONGEST, "{name}, round {round}: {:?}", start.elapsed());
    });
}

#[test]
fn texts_and_workbooks() {
    for name in
        ["changements-rib.csv", "livre-de-paie-2021-11.csv", "mouvements-decembre.xlsx", "heures-sup-decembre.ods", "absences-decembre.xls"]
    {
        survives(name, &file(&format!("samples/montreval/inbox/{name}")), tables);
    }
}

#[test]
fn transfers_and_their_reports() {
    survives("pain.001", &file("tests/data/sepa/examples/pain.001.001.09_december.xml"), |b| {
        let _ = pain001::read_all(&b, "virements.xml");
    });
    for name in ["pain.002.001.03_rejects.xml", "pain.002.001.10_rejects.xml"] {
        survives(name, &file(&format!("tests/data/sepa/examples/{name}")), |b| {
            let _ = pain002::read(&mut b.as_slice(), "statut.xml", &pain001::Limits::default());
        });
    }
}

#[test]
fn statements_and_flows() {
    for name in ["synthetique-8-agents.xhl", "synthetique-8-agents-montants-negatifs.xhl", "synthetique-pes-aller-avec-pj-paye.xml"] {
        survives(name, &file(&format!("tests/data/xhl/{name}")), |b| {
            for slip in xhl::read(&b, "etat.xhl", &Limits::default()).value.iter().flat_map(|s| &s.slips) {
                let _ = slip.rebuilt();
            }
        });
    }
}

#[test]
fn declarations() {
    for name in ["commune-simple-P26V01.dsn", "open-neodes-fctu-batch-P25V01.dsn"] {
        survives(name, &file(&format!("tests/data/dsn/{name}")), |b| {
            let read = dsn::read(&b, "paie.dsn", &Limits::default()).value;
            for p in read.declarations.iter().flat_map(|d| &d.people) {
                let _ = p.group.all("S21.G00.51").filter_map(|l| l.money(13)).count();
            }
        });
    }
}

#[test]
fn archives() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["changements-rib.csv", "virements-2021-11.xml"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory does not fail");
        zip.write_all(&file(&format!("samples/montreval/inbox/{name}"))).expect("memory does not fail");
    }
    let seed = zip.finish().expect("memory does not fail").into_inner();
    survives("zip", &seed, |b| {
        let _ = archive::members(&Input::from(b), "a.zip", true, &Limits::default(), &mut |_, _| {});
    });
}

/// A whole month on bent declarations: what is read wrongly is told, and the job always ends.
#[test]
fn a_job_on_a_bent_declaration_always_ends() {
    let seed = file("tests/data/dsn/commune-simple-P26V01.dsn");
    let settings = "format = 1\nmonth = \"2026-12\"\npack = \"fr-fpt\"\n[employer]\nname = \"Villefictive\"\n";
    for round in 0..12 {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mutations-{round}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
        std::fs::write(folder.join("releve.toml"), settings).expect("the settings");
        std::fs::write(folder.join("inbox/paie.dsn"), bend(&seed, &mut Dice(round))).expect("the declaration");
        let options = releve::pipeline::Options { folder, rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
        releve::pipeline::run(&options).expect("the job ends");
    }
}
