//! The picture of the recovery: which of what is known for how many, from which file, how sure; what is missing; what to look for.
//!
//! Made by computing everybody and looking at what the computation had, and what it stopped at. Nothing is written.

mod known;
mod missing;
mod show;
mod wanted;

pub use show::{json, needs, text};

use super::compute::{self, DETAIL, Worked};
use super::{Options, Outcome, Ready, Timings, prepare};
use crate::compute::employee::Standing;
use crate::ground::month::{MONTHS_EN, MONTHS_FR};
use crate::ground::{EmployeeId, Finding, Lang, PayMonth};
use crate::job;
use anyhow::Result;
use std::collections::BTreeMap;

/// One thing that is known of employees.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub id: String,
    pub label: String,
    pub count: u64,
    /// Of how many it would be needed; zero where nobody can say.
    pub of: u64,
    /// Proven: replayed to the cent, paid on, or with a right key.
    pub sure: u64,
    /// Said alike by two sources at least.
    pub agree: u64,
    /// Sources that say two things.
    pub differ: u64,
    /// Files, each with the employees it tells this of.
    pub sources: BTreeMap<String, u64>,
}

/// One thing that is missing.
#[derive(Clone, Debug, Default)]
pub struct Missing {
    pub label: String,
    pub count: u64,
    /// The first of them.
    pub who: Vec<EmployeeId>,
}

/// A file to look for.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: &'static str,
    pub label: String,
    /// Employees it would help.
    pub count: u64,
    /// What it would give them.
    pub gives: Vec<String>,
    /// Nothing is missing without it: it would only confirm.
    pub confirms: bool,
}

/// What a recovery has come to.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub lang: Lang,
    pub month: Option<PayMonth>,
    pub last_month: Option<PayMonth>,
    pub agents: u64,
    pub known: Vec<Known>,
    /// What is missing to compute, to pay, to issue a payslip.
    pub compute: Vec<Missing>,
    pub pay: Vec<Missing>,
    pub payslip: Vec<Missing>,
    pub wanted: Vec<Wanted>,
    /// Why files of pay say nothing here: of another month, of another employer.
    pub findings: Vec<Finding>,
}

/// Files of pay that are of another month than the last, or of another employer.
const OF_ANOTHER: [&str; 11] = ["R50", "R112", "R139", "M32", "M74", "F14", "R57", "M58", "M310", "M311", "M350"];

/// Whoever was not paid last month because they come this month.
fn is_new(w: &Worked) -> bool {
    w.standing == Standing::Arrives
}

/// Looks at a job. An inbox that gives nobody has a picture too: what to look for first.
///
/// # Errors
/// When the job cannot be read.
pub fn recovery(options: &Options) -> Result<Picture> {
    let mut out = Outcome::default();
    let Some(mut ready) = prepare(options, &mut out, &mut Timings::default())? else {
        // The picture is whole without anybody: its months, and what to look for of them.
        let last_month = job::open(&options.folder)?.value.map(|j| j.last_month);
        let wanted = wanted::first(out.lang, last_month);
        return Ok(Picture { lang: out.lang, month: out.month, last_month, wanted, findings: of_another(out), ..Picture::default() });
    };
    let findings = of_another(out);
    let mut known = known::Book::new(&ready);
    let mut missing = missing::Book::new(&ready);
    let people = std::mem::take(&mut ready.inputs.people);
    let mut wanted = wanted::Book::default();
    let mut agents = 0;
    let mut people = people.into_iter().peekable();
    while people.peek().is_some() {
        // As many at a time as a run keeps whole.
        let batch = people.by_ref().take(DETAIL).collect();
        for w in &compute::people(&ready, batch, options, &mut |_| Ok(()))?.worked {
            if w.standing == Standing::Left {
                continue;
            }
            agents += 1;
            known.enter(&ready, w);
            let needs = missing.enter(&ready, w);
            wanted.enter(&ready, w, needs);
        }
    }
    missing.of_the_job(&ready);
    Ok(Picture {
        lang: ready.lang,
        month: Some(ready.job.month),
        last_month: Some(ready.job.last_month),
        agents,
        known: known.finish(&ready),
        wanted: wanted.finish(&ready),
        compute: missing.compute.finish(),
        pay: missing.pay.finish(),
        payslip: missing.payslip.finish(),
        findings,
    })
}

fn of_another(out: Outcome) -> Vec<Finding> {
    out.findings.into_iter().filter(|f| OF_ANOTHER.contains(&f.code.as_str())).collect()
}

/// `novembre 2021`, `November 2021`.
fn month_name(month: PayMonth, lang: Lang) -> String {
    let names = match lang {
        Lang::Fr => MONTHS_FR,
        Lang::En => MONTHS_EN,
    };
    format!("{} {}", names[month.month() as usize - 1], month.year())
}

/// Name of the file that a value was read in.
fn file_of(ready: &Ready, at: crate::ground::At) -> Option<String> {
    ready.inputs.sources.get(at.source).map(|s| s.file.clone())
}
