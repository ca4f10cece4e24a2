//! Every format that holds last month's pay, read alone: time, size of the file and memory it leaves behind.
//!
//!     cargo bench --bench readers                  # 1,300 agents of each
//!     cargo bench --bench readers -- 100000        # any number; memory at its highest is measured for each format
//!
//! The agents are the sample's, again and again under other numbers. Files are made under the target folder.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

#[path = "../tests/made/mod.rs"]
mod made;

use releve::ground::Sources;
use releve::read::{self, Input, Limits, dsn, pain001, xhl};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let agents: usize = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(1_300);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readers");
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    println!("{agents} agents; each file read once after another read");
    println!("{:<12} {:>12} {:>10} {:>12} {:>12}", "format", "bytes", "seconds", "kept, MiB", "peak, MiB");
    let statement = made(&folder, "etat.xhl", |out| repeated(out, &made::xhl::november(), "<PayeIndivMensuel>", "</DonneesIndiv>", agents));
    measure("XHL", &statement, |input| Box::new(xhl::open(input, "etat.xhl", &Limits::default()).value));
    if agents <= 40_000 {
        let flow = made(&folder, "flux.xml", |out| write_flow(out, &statement));
        measure("PES", &flow, |input| Box::new(xhl::open(input, "flux.xml", &Limits::default()).value));
    }
    let declaration = made(&folder, "mois.dsn", |out| {
        let town = made::dsn::town();
        repeated(out, &town, "S21.G00.30.001,", "S90.G00.90.001,", agents);
    });
    measure("DSN", &declaration, |input| Box::new(dsn::open(input, "mois.dsn", &Limits::default()).value));
    let sent = std::fs::read_to_string("samples/montreval/inbox/virements-2021-11.xml").expect("the sample");
    let transfers = made(&folder, "virements.xml", |out| repeated(out, &sent, "<CdtTrfTxInf>", "</PmtInf>", agents));
    measure("pain.001", &transfers, |input| {
        let Input::Path(path) = input else { unreachable!("a file") };
        let mut kept = Vec::new();
        let mut reader = BufReader::with_capacity(64 << 10, File::open(path).expect("just written"));
        let _ = pain001::read(&mut reader, "virements.xml", &pain001::Limits::default(), &mut |t| kept.push(t));
        Box::new(kept)
    });
    let book = rows();
    let text = made(&folder, "livre.csv", |out| {
        for line in pages(&book, agents) {
            writeln!(out, "{}", line.join(";")).expect("the disk has room");
        }
    });
    measure("CSV", &text, |input| Box::new(tables(input, "livre.csv")));
    if agents <= 40_000 {
        let workbook = folder.join(format!("{agents}-livre.xlsx"));
        write_workbook(&workbook, &book, agents);
        measure("XLSX", &workbook, |input| Box::new(tables(input, "livre.xlsx")));
        let old = folder.join(format!("{agents}-livre.xls"));
        write_old_workbook(&old, &book, agents);
        measure("XLS", &old, |input| Box::new(tables(input, "livre.xls")));
        let open =
            made(&folder, "livre.ods", |out| out.write_all(&packed(&[("content.xml", sheet(&book, agents).as_bytes())])).expect("room"));
        measure("ODS", &open, |input| Box::new(tables(input, "livre.ods")));
        let parts = [&statement, &declaration, &transfers, &text].map(|p| std::fs::read(p).expect("just written"));
        let names = ["etat.xhl", "mois.dsn", "virements.xml", "livre.csv"];
        let archive = made(&folder, "tout.zip", |out| {
            let members: Vec<(&str, &[u8])> = names.iter().copied().zip(parts.iter().map(Vec::as_slice)).collect();
            out.write_all(&packed(&members)).expect("room");
        });
        measure("zip of four", &archive, |input| Box::new(unpacked(input)));
    }
}

/// A file made once for a size and kept.
fn made(folder: &Path, name: &str, write: impl FnOnce(&mut BufWriter<File>)) -> PathBuf {
    let agents: usize = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(1_300);
    let path = folder.join(format!("{agents}-{name}"));
    let mut out = BufWriter::new(File::create(&path).expect("a file"));
    write(&mut out);
    out.flush().expect("the disk has room");
    path
}

/// The text with the pieces that begin with `begin` as often as there are agents, each under a number of its own.
fn repeated(out: &mut BufWriter<File>, text: &str, begin: &str, end: &str, agents: usize) {
    let (first, last) = (text.find(begin).expect("a piece"), text.rfind(end).expect("an end"));
    let pieces: Vec<&str> = text[first..last].split(begin).skip(1).collect();
    let mut put = |s: &str| out.write_all(s.as_bytes()).expect("the disk has room");
    put(&text[..first]);
    for i in 0..agents {
        put(begin);
        let piece = pieces[i % pieces.len()];
        // The employee's number as each format marks it.
        let number =
            ["<Matricule V=\"", "S21.G00.30.019,'", "<EndToEndId>"].iter().find_map(|mark| piece.find(mark).map(|at| at + mark.len()));
        match number {
            Some(at) => {
                let rest = &piece[at..];
                let over = rest.find(['"', '\'', '<']).unwrap_or(0);
                put(&piece[..at]);
                put(&format!("{i:07}"));
                put(&rest[over..]);
            }
            None => put(piece),
        }
    }
    put(&text[last..]);
}

/// Rows of the sample's register.
fn rows() -> Vec<Vec<String>> {
    let mut out = vec![["Matricule", "Nom", "Code", "Libellé", "Base", "Taux", "Montant"].map(str::to_owned).to_vec()];
    for l in made::expected("november-lines.csv") {
        let of = |name: &str| l.get(name).cloned().unwrap_or_default().replace('.', ",");
        out.push(vec![of("employee"), "NOM".to_owned(), of("code"), of("label"), of("base"), of("rate"), of("amount")]);
    }
    out
}

fn pages(book: &[Vec<String>], agents: usize) -> impl Iterator<Item = Vec<String>> {
    let mut people: Vec<&[Vec<String>]> = Vec::new();
    for (i, row) in book.iter().enumerate().skip(1) {
        if people.last().is_none_or(|p| p[0][0] != row[0]) {
            let end = book[i..].iter().position(|r| r[0] != row[0]).map_or(book.len(), |n| i + n);
            people.push(&book[i..end]);
        }
    }
    let page = move |i: usize, of: &[Vec<String>]| -> Vec<Vec<String>> {
        of.iter().map(|r| [vec![format!("{i:07}")], r[1..].to_vec()].concat()).collect()
    };
    let each: Vec<Vec<Vec<String>>> = people.iter().map(|p| p.to_vec()).collect();
    std::iter::once(book[0].clone()).chain((0..agents).flat_map(move |i| page(i, &each[i % each.len()])))
}

fn write_workbook(path: &Path, book: &[Vec<String>], agents: usize) {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory().expect("a sheet");
    for (r, row) in pages(book, agents).enumerate() {
        for (c, cell) in row.iter().enumerate() {
            let (r, c) = (u32::try_from(r).expect("a row"), u16::try_from(c).expect("a column"));
            sheet.write_string(r, c, cell).expect("a cell");
        }
    }
    workbook.save(path).expect("a file");
}

/// A record of BIFF8, the stream inside an XLS.
fn record(out: &mut Vec<u8>, kind: u16, content: &[u8]) {
    out.extend(kind.to_le_bytes());
    out.extend(u16::try_from(content.len()).expect("a short record").to_le_bytes());
    out.extend(content);
}

/// The register as an XLS of Excel 97: as many sheets as its 65,536 rows ask for, every cell a text of one byte a letter.
fn write_old_workbook(path: &Path, book: &[Vec<String>], agents: usize) {
    let rows: Vec<Vec<String>> = pages(book, agents).collect();
    let sheets: Vec<Vec<u8>> = rows.chunks(65_000).map(old_sheet).collect();
    let begin = |kind: u8| [0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let (mut globals, mut places) = (Vec::new(), Vec::new());
    record(&mut globals, 0x0809, &begin(5));
    for i in 0..sheets.len() {
        places.push(globals.len() + 4);
        let name = format!("Livre {i}");
        let head = [0, 0, 0, 0, 0, 0, u8::try_from(name.len()).expect("a short name"), 0];
        record(&mut globals, 0x0085, &[&head, name.as_bytes()].concat());
    }
    record(&mut globals, 0x000A, &[]);
    let mut stream = globals;
    for (sheet, place) in sheets.iter().zip(places) {
        let at = u32::try_from(stream.len()).expect("a file below 4 GiB").to_le_bytes();
        stream[place..place + 4].copy_from_slice(&at);
        record(&mut stream, 0x0809, &begin(0x10));
        stream.extend(sheet);
    }
    // Sectors of 512 bytes, as Excel writes them.
    let disk = File::options().read(true).write(true).create(true).truncate(true).open(path).expect("a file");
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, disk).expect("a file");
    file.create_stream("/Workbook").and_then(|mut s| s.write_all(&stream)).and_then(|()| file.flush()).expect("the disk has room");
}

fn old_sheet(rows: &[Vec<String>]) -> Vec<u8> {
    let mut out = Vec::new();
    let short = |n: usize| u16::try_from(n).expect("a small sheet").to_le_bytes();
    for (r, row) in rows.iter().enumerate() {
        for (c, cell) in row.iter().enumerate() {
            let text: Vec<u8> = cell.chars().map(|ch| u8::try_from(ch).unwrap_or(b'?')).collect();
            let place = [short(r), short(c), [0; 2], short(text.len())].concat();
            record(&mut out, 0x0204, &[place, vec![0], text].concat());
        }
    }
    record(&mut out, 0x000A, &[]);
    out
}

/// A flow of the accountant's with the statement attached, as it travels: compressed, then in base64.
fn write_flow(out: &mut BufWriter<File>, statement: &Path) {
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zipped.write_all(&std::fs::read(statement).expect("just written")).expect("memory does not fail");
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in zipped.finish().expect("memory does not fail").chunks(3) {
        let bits = group.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for i in 0..4 {
            let letter = letters[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= group.len() { char::from(letter) } else { '=' });
        }
    }
    let file = format!(
        "<PJ><Contenu><Fichier MIMEType=\"application/xml\">{text}</Fichier></Contenu><NomPJ V=\"etat.xhl\"/><TypePJ V=\"004\"/></PJ>"
    );
    write!(out, "<PES_Aller><PES_PJ>{file}</PES_PJ></PES_Aller>").expect("room");
}

/// The register as the main part of an ODS.
fn sheet(book: &[Vec<String>], agents: usize) -> String {
    let escaped = |t: &str| t.replace('&', "&amp;").replace('<', "&lt;");
    let cell = |t: &String| format!("<table:table-cell office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>", escaped(t));
    let row = |r: Vec<String>| format!("<table:table-row>{}</table:table-row>", r.iter().map(cell).collect::<String>());
    let rows: String = pages(book, agents).map(row).collect();
    format!("<office:document-content><table:table table:name=\"Livre\">{rows}</table:table></office:document-content>")
}

/// A packed file, which says that it is an ODS where it holds the main part of one.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default();
    let kind: &[(&str, &[u8])] = &[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")];
    for (name, bytes) in kind.iter().filter(|_| parts.iter().any(|p| p.0 == "content.xml")).chain(parts) {
        let method = if *name == "mimetype" { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        zip.start_file(*name, plain.compression_method(method)).expect("memory does not fail");
        zip.write_all(bytes).expect("memory does not fail");
    }
    zip.finish().expect("memory does not fail").into_inner()
}

/// What an archive holds, each member read by its own reader.
fn unpacked(input: &Input) -> usize {
    let (mut members, limits) = (Vec::new(), Limits::default());
    let _ = read::archive::members(input, "tout.zip", true, &limits, &mut |name, input| members.push((name, input)));
    for (name, input) in &members {
        if name.ends_with(".xhl") {
            drop(xhl::open(input, name, &limits));
        } else if name.ends_with(".dsn") {
            drop(dsn::open(input, name, &limits));
        } else if let (true, Input::Bytes(bytes)) = (name.ends_with(".xml"), input) {
            drop(pain001::read_all(bytes.as_ref(), name));
        } else {
            tables(input, name);
        }
    }
    members.len()
}

/// Rows and letters of every table; nothing is kept but their number.
fn tables(input: &Input, name: &str) -> (u64, u64) {
    let mut sources = Sources::default();
    let (mut rows, mut letters) = (0, 0);
    for table in read::open(input, name, &mut sources, &Limits::default(), None).value {
        let _ = table.for_each(&mut |row| {
            rows += 1;
            letters += row.cells.iter().map(|c| c.shown().len() as u64).sum::<u64>();
            ControlFlow::Continue(())
        });
    }
    assert!(rows > 0, "{name} is not read");
    (rows, letters)
}

/// A memory figure of this process in MiB.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(what)).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn measure<T>(name: &str, path: &Path, read: impl Fn(&Input) -> Box<T>) {
    let input = Input::from(path.to_path_buf());
    let bytes = std::fs::metadata(path).map_or(0, |m| m.len());
    // Once for the disk.
    drop(read(&input));
    let before = memory("VmRSS");
    // The highest so far starts again here, where the system allows it.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let start = Instant::now();
    let kept = read(&input);
    let time = start.elapsed();
    let (now, peak) = (memory("VmRSS"), memory("VmHWM"));
    println!("{name:<12} {bytes:>12} {:>10.3} {:>12} {peak:>12}", time.as_secs_f64(), now.saturating_sub(before));
    drop(kept);
}
