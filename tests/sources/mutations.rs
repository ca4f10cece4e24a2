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

/// Files with one of their parts bent, and not what packs them.
fn packed(name: &str, parts: &[(&str, &str)]) {
    for (bent, (_, seed)) in parts.iter().enumerate() {
        survives(name, seed.as_bytes(), |b| {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for (i, (part, text)) in parts.iter().enumerate() {
                zip.start_file(*part, zip::write::SimpleFileOptions::default()).expect("memory does not fail");
                zip.write_all(if i == bent { &b } else { text.as_bytes() }).expect("memory does not fail");
            }
            tables(zip.finish().expect("memory does not fail").into_inner());
        });
    }
}

/// The parts of a file of the sample whose names hold one of these.
fn parts_of(name: &str, wanted: &[&str]) -> Vec<(String, String)> {
    let all = archive::parts(&file(name), &Limits::default()).expect("a packed file");
    let named = all.into_iter().filter(|(n, _)| wanted.iter().any(|w| n.contains(w)));
    named.map(|(n, bytes)| (n, String::from_utf8(bytes).expect("UTF-8"))).collect()
}

#[test]
fn what_stands_in_packed_files() {
    for (name, wanted) in
        [("mouvements-decembre.xlsx", &["workbook", "sheet1", "styles"][..]), ("heures-sup-decembre.ods", &["content", "mimetype"][..])]
    {
        let parts = parts_of(&format!("samples/montreval/inbox/{name}"), wanted);
        packed(name, &parts.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect::<Vec<_>>());
    }
    let word = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>Heures</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/>\
                </w:tcPr><w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>Matricule</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>";
    packed("docx", &[("word/document.xml", word)]);
    let open = "<office:document-content><style:style style:name=\"T1\"><style:text-properties style:text-line-through-style=\"solid\"/>\
                </style:style><office:text><text:h>Heures</text:h><table:table><table:table-row><table:table-cell><text:p>1 \
                <text:span text:style-name=\"T1\">1</text:span></text:p></table:table-cell></table:table-row></table:table></office:text>\
                </office:document-content>";
    packed("odt", &[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", open)]);
}

#[test]
fn pages_and_workbooks_written_as_text() {
    let page = "<html><head><style>.x1 {text-decoration: line-through}</style></head><body><h1>Heures &eacute;t&#233;</h1><TABLE border=1>\
                <tr><td rowspan=2>Matricule<td colspan=\"2\">A &amp; B</tr><tr><th>c<br>d<th>e</tr><tr style=\"display: none\"><td class=x1>2\
                </td><td><s>3</s></td></tr></table>Total";
    survives("page", page.as_bytes(), tables);
    let book = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"A\"><Table>\
                <Row><Cell ss:MergeAcross=\"1\" ss:MergeDown=\"2\"><Data ss:Type=\"String\">a &amp; b</Data></Cell></Row><Row ss:Index=\"4\">\
                <Cell ss:Index=\"2\"><Data ss:Type=\"Number\">6.5</Data><Comment><Data>vu</Data></Comment></Cell></Row></Table></Worksheet></Workbook>";
    survives("xml2003", book.as_bytes(), tables);
}

#[test]
fn mails_and_what_is_attached() {
    let mail = "Received: x\nFrom: a\nSubject: =?UTF-8?Q?HS_d=C3=A9cembre?=\nContent-Type: multipart/mixed;\n boundary=\"b\"\n\n--b\n\
                Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n<table><tr><td>=E9\n--b\n\
                Content-Type: message/rfc822\n\nFrom: c\nSubject: d\nDate: e\n\nf\n--b\nContent-Type: text/csv; name=\"HS.csv\"\n\
                Content-Transfer-Encoding: base64\nContent-Disposition: attachment\n\nYTti\n--b--\n";
    survives("mail", mail.as_bytes(), |b| {
        let _ = archive::attached(&Input::from(b), "a.eml", &Limits::default(), &mut |_, input| {
            let _ = releve::read::open(&input, "a.eml/piece", &mut Sources::default(), &Limits::default(), None);
        });
    });
}

#[test]
fn rules_and_settings() {
    let text = |b: Vec<u8>| String::from_utf8_lossy(&b).into_owned();
    let base = releve::rules::source::folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings/base")).expect("rule files");
    survives("rules", &file("tests/data/every-key/pack.toml"), |b| {
        let over = vec![releve::ground::document::TextFile { path: "pack.toml".to_owned(), text: text(b) }];
        let (_, findings) = releve::rules::compile::compile(vec![base.clone(), over]);
        findings.iter().for_each(|f| drop(f.message(releve::ground::Lang::Fr)));
    });
    survives("settings", &file("samples/montreval/releve.toml"), |b| {
        let text = text(b);
        let _ = (releve::job::parse(Path::new("dossier"), &text), releve::normalise::fragment::read(&text));
    });
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
