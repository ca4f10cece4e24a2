//! The manifest of a run: which month, whether released, and what every file was when the run ended.

use crate::ground::{Money, PayMonth};
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the manifest says.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub month: PayMonth,
    pub pay_date: Option<NaiveDate>,
    pub released: bool,
    /// Hash of every result, by its name in the folder.
    pub outputs: BTreeMap<String, String>,
    /// Hash of every file of the inbox that was read, and of the job's own.
    pub inputs: BTreeMap<String, String>,
    pub job: BTreeMap<String, String>,
    pub payslips: u64,
    pub net: Money,
    /// What held the run back: no transfer file was written.
    pub held: Vec<String>,
}

/// What a JSON text of a run is.
#[derive(Debug)]
pub enum Json {
    Manifest(Box<Manifest>),
    /// Findings: the next month makes its own.
    Findings,
}

/// Bytes beyond which a JSON text is no manifest.
pub const LARGEST: u64 = 512 << 20;

/// `None` when no run wrote the text.
pub fn read(bytes: &[u8]) -> Option<Json> {
    let v: Value = serde_json::from_slice(bytes).ok()?;
    if v["format"] != 1 {
        return None;
    }
    if v["findings"].is_array() {
        return Some(Json::Findings);
    }
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let outputs = v["outputs"].as_array()?;
    let hashes = |list: &[Value]| list.iter().filter_map(|o| Some((text(&o["name"])?, text(&o["sha256"])?))).collect();
    let own = v["job"].as_object().map(|job| job.iter().filter_map(|(name, sha256)| Some((name.clone(), text(sha256)?))).collect());
    let sum = v["totals"]["after"]["net_paid"].as_str().and_then(crate::ground::Exact::parse).and_then(Money::from_exact);
    Some(Json::Manifest(Box::new(Manifest {
        month: PayMonth::parse(v["month"].as_str()?)?,
        pay_date: v["pay_date"].as_str().and_then(|t| NaiveDate::parse_from_str(t, "%Y-%m-%d").ok()),
        // A kit's record is of what the employer's own software paid.
        released: matches!(v["state"].as_str(), Some("released" | "paid")),
        outputs: hashes(outputs),
        inputs: v["inputs"].as_array().map(|list| hashes(list)).unwrap_or_default(),
        job: own.unwrap_or_default(),
        payslips: v["totals"]["payslips"].as_u64()?,
        net: sum?,
        held: v["transfers"]["held"].as_array().into_iter().flatten().filter_map(text).collect(),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_other_json_is_none() {
        for text in ["", "{", "{}", "[1]", "{\"format\": 2, \"outputs\": []}", "{\"format\": 1, \"outputs\": []}"] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
        assert!(matches!(read(b"{\"format\": 1, \"findings\": [], \"not_run\": []}"), Some(Json::Findings)));
    }
}
