//! What is no longer as the run left it: results that were changed, and inputs that were changed, added or taken away since.

use super::inputs::hash;
use crate::ground::{Finding, Place, Severity};
use crate::normalise::record::{self, Json, Manifest};
use std::collections::BTreeSet;
use std::path::Path;

/// The manifest of a folder of results.
pub fn manifest(results: &Path) -> Option<Manifest> {
    match record::json(&std::fs::read(results.join("manifest.json")).ok()?)? {
        Json::Manifest(m) => Some(*m),
        Json::Findings => None,
    }
}

/// References of the transfers of a folder of results, where there is a file for the bank.
pub fn sent(results: &Path) -> BTreeSet<String> {
    let mut files = std::fs::read_dir(results).into_iter().flatten().flatten();
    let of_bank = |n: &str| n.starts_with("virements-") && n.ends_with(".xml");
    if !files.any(|e| of_bank(&e.file_name().to_string_lossy())) {
        return BTreeSet::new();
    }
    let Ok(mut list) = csv::Reader::from_path(results.join("transfers.csv")) else { return BTreeSet::new() };
    list.records().flatten().filter_map(|r| r.get(4).map(str::to_owned)).collect()
}

fn differs(file: &Path, sha256: &str) -> bool {
    hash(file).map_or(true, |(_, now)| now != sha256)
}

/// Results that money leaves by, and that are not what the run wrote.
pub fn results(folder: &Path, manifest: &Manifest, findings: &mut Vec<Finding>) {
    let sent = |name: &str| name == "transfers.csv" || name.starts_with("virements-");
    for (name, sha256) in manifest.outputs.iter().filter(|(n, _)| sent(n)) {
        let path = folder.join(name);
        if differs(&path, sha256) {
            findings.push(Finding::new("X12", Severity::Blocking).arg("file", name).at(Place::File { file: path.display().to_string() }));
        }
    }
}

/// Files of a job, by their names in the inbox, that are no longer those the run read; `releve.toml` and the decisions too.
pub fn inputs(job: &Path, manifest: &Manifest) -> Vec<String> {
    let inbox = job.join("inbox");
    if !inbox.is_dir() {
        return Vec::new();
    }
    let mut changed: BTreeSet<String> = BTreeSet::new();
    for (folder, list) in [(inbox.as_path(), &manifest.inputs), (job, &manifest.job)] {
        changed.extend(list.iter().filter(|(name, sha256)| differs(&folder.join(name), sha256)).map(|(name, _)| name.clone()));
    }
    let there = crate::job::inbox(job).unwrap_or_default();
    changed.extend(there.into_iter().map(|f| f.name).filter(|n| !manifest.inputs.contains_key(n)));
    changed.into_iter().collect()
}
