//! Last month as replay understood it, as the files of a run: for a person with a spreadsheet, and for a program that reads records.

use super::super::compute::{self, DETAIL, Worked};
use super::super::inputs::hex;
use super::super::tables::Rows;
use super::super::{Options, Outcome, Timings, prepare, record};
use crate::compute::employee::Standing;
use crate::ground::Money;
use crate::kit::Files;
use crate::write::{record as rows_of, register};
use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The record of last month, by file name; empty when nothing could be computed.
///
/// # Errors
/// When the job cannot be read.
pub fn last_month(options: &Options) -> Result<Files> {
    let mut out = Outcome::default();
    let Some(mut ready) = prepare(options, &mut out, &mut Timings::default())? else { return Ok(Files::new()) };
    let mut rows = Rows {
        payslips: register::PAYSLIPS.to_owned(),
        lines: register::LINES.to_owned(),
        facts: rows_of::FACTS.to_owned(),
        people: rows_of::PEOPLE.to_owned(),
        ..Rows::default()
    };
    let mut transfers = register::TRANSFERS.to_owned();
    let (mut count, mut net) = (0_u64, Money::ZERO);
    let mut people = std::mem::take(&mut ready.inputs.people).into_iter().peekable();
    while people.peek().is_some() {
        let batch = people.by_ref().take(DETAIL).collect();
        for w in &compute::people(&ready, batch, options, &mut |_| Ok(()))?.worked {
            record::rows_of_last_month(&ready, w, &mut rows);
            transfer_row(w, &mut transfers);
            if w.person.paid.is_some() && w.standing != Standing::NotPaid {
                count += 1;
                net += w.before.unwrap_or_default().net_paid;
            }
        }
    }
    let settings = record::settings(&ready.pack, &ready.road.last().settings, &ready.job.employer);
    let tables = [
        ("payslips.csv", rows.payslips),
        ("lines.csv", rows.lines),
        ("facts.csv", rows.facts),
        ("people.csv", rows.people),
        ("transfers.csv", transfers),
        ("settings.csv", settings),
    ];
    let mut files: Files = tables.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    let sum = |(name, bytes): (&String, &Vec<u8>)| json!({ "name": name, "bytes": bytes.len(), "sha256": hex(&Sha256::digest(bytes)) });
    let outputs: Vec<Value> = files.iter().map(sum).collect();
    let manifest = json!({
        "format": 1,
        // Paid by the employer's software, and so no draft of this program.
        "state": "paid",
        "program": { "name": "releve", "version": env!("CARGO_PKG_VERSION") },
        "pack": { "id": ready.pack.id, "version": ready.pack.version },
        "month": ready.job.last_month.to_string(),
        "pay_date": ready.road.last().context.payment_date.to_string(),
        "outputs": outputs,
        "totals": { "after": { "net_paid": net.to_string() }, "payslips": count },
    });
    files.insert("manifest.json".to_owned(), format!("{manifest:#}\n").into_bytes());
    Ok(files)
}

/// What was paid to whom, as the transfer file of last month has it.
fn transfer_row(w: &Worked, out: &mut String) {
    let Some((t, iban)) = w.person.transfer.as_ref().and_then(|t| Some((t, t.iban.as_ref()?))) else { return };
    register::field(out, w.id.as_str());
    out.push(',');
    register::field(out, &t.name);
    out.push_str(&format!(",{},{},\n", iban.as_str(), t.amount));
}
