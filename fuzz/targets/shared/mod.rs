//! What several targets do with bytes.
#![allow(dead_code, reason = "each target takes what it needs")]

use releve::ground::Sources;
use releve::read::{Input, Limits};
use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Less than a laptop bears: what passes these is no longer about the format.
pub fn limits() -> Limits {
    Limits { inflated_bytes: 64 << 20, cells: 200_000, ..Limits::default() }
}

/// Opens tables as the inbox does, and hands every row over.
pub fn tables(bytes: Vec<u8>, file: &str) {
    let mut sources = Sources::default();
    let opened = releve::read::open(&Input::from(bytes), file, &mut sources, &limits(), None);
    for table in opened.value {
        let _ = table.for_each(&mut |_| ControlFlow::Continue(()));
    }
}

/// An archive of parts, so that what stands in them is bent and not what packs them: between parts a byte that no UTF-8 has,
/// the first line of each is its name.
pub fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for part in bytes.split(|b| *b == 0xFF) {
        let (name, body) = part.split_at(part.iter().position(|b| *b == b'\n')?);
        zip.start_file(std::str::from_utf8(name).ok()?, plain).ok()?;
        zip.write_all(&body[1..]).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}
