//! The manifest: hash of every input, rule file and output, program version, totals. Stable, `format = 1`.

use super::inputs::{HashedFile, hex};
use super::{Outcome, Ready};
use crate::ground::Severity;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// One document about to be written, or written already by streaming.
pub struct Made {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Made {
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) }
    }
}

fn totals(t: &crate::payslip::Totals) -> Value {
    json!({
        "gross": t.gross.to_string(),
        "net_social": t.net_social.to_string(),
        "net_taxable": t.net_taxable.to_string(),
        "net_before_tax": t.net_before_tax.to_string(),
        "income_tax": t.income_tax.to_string(),
        "net_paid": t.net_paid.to_string(),
        "employer_cost": t.employer_cost.to_string(),
    })
}

/// The manifest as JSON text, keys in a fixed order.
pub fn text(ready: &Ready, out: &Outcome, made: &[Made]) -> String {
    let file = |name: &str, bytes: u64, sha: &str| json!({ "name": name, "bytes": bytes, "sha256": sha });
    let rules: Vec<Value> =
        ready.pack.files.iter().map(|f| file(&f.path, f.text.len() as u64, &hex(&Sha256::digest(f.text.as_bytes())))).collect();
    let inputs: Vec<Value> = ready.inputs.files.iter().map(|f: &HashedFile| file(&f.name, f.bytes, &f.sha256)).collect();
    let outputs: Vec<Value> = made.iter().map(|m| file(&m.name, m.bytes, &m.sha256)).collect();
    let mut job = serde_json::Map::new();
    job.insert("releve.toml".to_owned(), hex(&Sha256::digest(ready.job.text.as_bytes())).into());
    if let Some(f) = &ready.inputs.decisions.file {
        job.insert(f.name.clone(), f.sha256.clone().into());
    }
    let value = json!({
        "format": 1,
        "state": "draft",
        "program": { "name": "releve", "version": env!("CARGO_PKG_VERSION") },
        "pack": { "id": ready.pack.id, "version": ready.pack.version },
        "month": ready.job.month.to_string(),
        "last_month": ready.job.last_month.to_string(),
        "pay_date": ready.job.pay_date.to_string(),
        "job": job,
        "inputs": inputs,
        "rules": rules,
        "outputs": outputs,
        "totals": { "before": totals(&out.before), "after": totals(&out.after), "payslips": out.payslips },
        "transfers": { "count": out.transfers.0, "sum": out.transfers.1.to_string(), "held": out.held },
        "replay": {
            "exact": out.replay.exact, "rounding": out.replay.rounding, "carried": out.replay.carried,
            "gap": out.replay.gap, "one-off": out.replay.one_off,
            "employees": out.replay_agents.1, "employees_exact": out.replay_agents.0,
        },
    });
    let mut s = serde_json::to_string_pretty(&value).unwrap_or_default();
    s.push('\n');
    s
}

/// Findings as JSON, in the order they are shown.
pub fn findings(out: &Outcome) -> String {
    let list: Vec<Value> = out
        .findings
        .iter()
        .map(|f| {
            json!({
                "code": f.code,
                "severity": f.severity,
                "message": f.message(out.lang),
                "help": f.help(out.lang),
                "employee": f.employee.as_ref().map(ToString::to_string),
                "places": f.places.iter().map(|p| p.shown(out.lang)).collect::<Vec<_>>(),
                "mark": (f.severity <= Severity::Justify || f.decided.is_some()).then(|| f.mark()),
                "decided": f.decided.as_ref().filter(|d| d.stands).map(|d| json!({ "by": d.by, "on": d.on, "reason": d.reason })),
            })
        })
        .collect();
    let not_run: Vec<Value> = out.not_run.iter().map(|n| json!({ "control": n.control, "why": n.why.get(out.lang) })).collect();
    let mut s = serde_json::to_string_pretty(&json!({ "format": 1, "findings": list, "not_run": not_run })).unwrap_or_default();
    s.push('\n');
    s
}
