//! The CSV results, written row by row while employees are computed, and put in place together at the end.

use super::manifest::Made;
use crate::pipeline::inputs::hex;
use crate::write::{record, register};
use anyhow::{Context as _, Result};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Rows of the tables, as text.
#[derive(Default)]
pub struct Rows {
    pub payslips: String,
    pub lines: String,
    pub diff: String,
    pub replay: String,
    pub estimates: String,
    /// The record that the next month starts from.
    pub facts: String,
    pub people: String,
    pub requests: String,
    pub behind: String,
    pub open_nets: String,
}

/// The tables while they grow.
pub struct Tables {
    payslips: Growing,
    lines: Growing,
    diff: Growing,
    replay: Growing,
    estimates: Growing,
    facts: Growing,
    people: Growing,
    requests: Growing,
    behind: Growing,
    open_nets: Growing,
}

impl Tables {
    /// Begins them under a folder, beside what the last run left there.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
        Ok(Self {
            payslips: Growing::begin(folder, "payslips.csv", register::PAYSLIPS)?,
            lines: Growing::begin(folder, "lines.csv", register::LINES)?,
            diff: Growing::begin(folder, "diff.csv", register::DIFF)?,
            replay: Growing::begin(folder, "replay.csv", register::REPLAY)?,
            estimates: Growing::begin(folder, "estimates.csv", register::ESTIMATES)?,
            facts: Growing::begin(folder, "facts.csv", record::FACTS)?,
            people: Growing::begin(folder, "people.csv", record::PEOPLE)?,
            requests: Growing::begin(folder, "requests.csv", record::REQUESTS)?,
            behind: Growing::begin(folder, "behind.csv", record::BEHIND)?,
            open_nets: Growing::begin(folder, "open_nets.csv", record::OPEN_NETS)?,
        })
    }

    /// # Errors
    /// When the disk is full.
    pub fn add(&mut self, rows: &Rows) -> Result<()> {
        self.payslips.add(&rows.payslips)?;
        self.lines.add(&rows.lines)?;
        self.diff.add(&rows.diff)?;
        self.replay.add(&rows.replay)?;
        self.estimates.add(&rows.estimates)?;
        self.facts.add(&rows.facts)?;
        self.people.add(&rows.people)?;
        self.requests.add(&rows.requests)?;
        self.behind.add(&rows.behind)?;
        self.open_nets.add(&rows.open_nets)
    }

    /// Puts them in place.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn finish(self) -> Result<Vec<Made>> {
        let record = [self.facts, self.people, self.requests, self.behind, self.open_nets];
        let all: Vec<Growing> = [self.payslips, self.lines, self.diff, self.replay, self.estimates].into_iter().chain(record).collect();
        // A disk takes its time for each, and for several at once hardly more.
        all.into_par_iter().map(Growing::finish).collect::<Vec<_>>().into_iter().collect()
    }
}

/// One file that grows under another name, with its hash. What is not finished goes.
struct Growing {
    name: &'static str,
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    finished: bool,
}

impl Growing {
    fn begin(folder: &Path, name: &'static str, header: &str) -> Result<Self> {
        let partial = folder.join(format!(".{name}.partial"));
        let file = BufWriter::new(File::create(&partial).with_context(|| format!("{}", partial.display()))?);
        let mut out = Self { name, path: folder.join(name), partial, file, hash: Sha256::new(), bytes: 0, finished: false };
        out.add(header)?;
        Ok(out)
    }

    fn add(&mut self, text: &str) -> Result<()> {
        self.hash.update(text.as_bytes());
        self.bytes += text.len() as u64;
        self.file.write_all(text.as_bytes()).with_context(|| format!("{}", self.partial.display()))
    }

    fn finish(mut self) -> Result<Made> {
        self.file.flush().with_context(|| format!("{}", self.partial.display()))?;
        self.file.get_ref().sync_all().ok();
        std::fs::rename(&self.partial, &self.path).with_context(|| format!("{}", self.path.display()))?;
        self.finished = true;
        let sha256 = hex(&std::mem::take(&mut self.hash).finalize());
        Ok(Made { name: self.name.to_owned(), bytes: self.bytes, sha256 })
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        if !self.finished {
            std::fs::remove_file(&self.partial).ok();
        }
    }
}
