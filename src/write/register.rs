//! The machine-readable results: CSV rows as `docs` and the manifest's `format = 1` promise them.
//!
//! UTF-8, RFC 4180 with LF lines, decimals with a dot, sorted by employee and printing order. No header is written here twice:
//! each file has one function for its header and one for a row, so that rows can be made in parallel and joined in order.

use crate::compute::replay::ReplayLine;
use crate::compute::walk::{Change, Share};
use crate::ground::{Exact, Lang, Money};
use crate::payslip::{Catalogue, Payslip};
use crate::write::report::Estimation;
use std::fmt::Write as _;

pub const PAYSLIPS: &str = "employee,post,month,mode,gross,net_social,net_taxable,net_before_tax,income_tax,net_paid,employer_cost\n";
pub const LINES: &str = "employee,post,code,label,kind,base,rate,amount,employer_rate,employer_amount,period,status\n";
pub const DIFF: &str = "employee,post,code,label,before,after,change,cause,detail\n";
pub const REPLAY: &str = "employee,post,code,paid,recomputed,gap,verdict\n";
pub const ESTIMATES: &str = "employee,post,month,code,label,amount,policy,reason,source,status,settled\n";
pub const TRANSFERS: &str = "employee,name,iban,amount,end_to_end_id\n";

/// One field: quoted when it must be, and never a formula in a spreadsheet.
pub fn field(out: &mut String, text: &str) {
    let risky =
        text.starts_with(['=', '+', '@', '\t', '\r']) || (text.starts_with('-') && text[1..].starts_with(|c: char| !c.is_ascii_digit()));
    if risky || text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        out.push('"');
        if risky {
            out.push('\'');
        }
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

fn amount(out: &mut String, m: Money) {
    if !m.is_zero() {
        m.push_to(out);
    }
}

/// At most six decimals; a fraction without end is rounded for show only.
fn number(out: &mut String, x: Option<Exact>) {
    if let Some(x) = x {
        x.push_to(out);
    }
}

/// A share is written in percent; money per unit as it is.
fn rate(out: &mut String, x: Option<Exact>, share: bool) {
    number(out, if share { x.and_then(|x| x.mul(Exact::int(100))) } else { x });
}

pub fn payslip_row(out: &mut String, p: &Payslip) {
    let t = &p.totals;
    let _ = write!(out, "{},{},{},{}", p.employee.as_str(), p.post, p.month, p.mode.id());
    for sum in [t.gross, t.net_social, t.net_taxable, t.net_before_tax, t.income_tax, t.net_paid, t.employer_cost] {
        out.push(',');
        sum.push_to(out);
    }
    out.push('\n');
}

pub fn line_rows(out: &mut String, p: &Payslip, cards: &Catalogue, lang: Lang) {
    let who = format!("{},{},", p.employee.as_str(), p.post);
    for l in &p.lines {
        let card = &cards[l.element.index()];
        out.push_str(&who);
        field(out, &card.code);
        out.push(',');
        field(out, card.label.get(lang));
        out.push(',');
        out.push_str(card.kind.id());
        out.push(',');
        number(out, l.base);
        out.push(',');
        rate(out, l.rate, card.rate_is_share);
        out.push(',');
        if card.kind != crate::payslip::LineKind::Employer {
            l.amount.push_to(out);
        }
        out.push(',');
        rate(out, l.employer_rate, true);
        out.push(',');
        amount(out, l.employer_amount);
        out.push(',');
        l.period.unwrap_or(p.month).push_to(out);
        out.push(',');
        out.push_str(l.status.id());
        out.push('\n');
    }
}

/// One change. The employer's share of a line that also has an employee's is told apart by `/E` after its code.
#[expect(clippy::too_many_arguments, reason = "the columns of a row")]
pub fn diff_row(out: &mut String, employee: &str, post: u16, code: &str, label: &str, both: bool, c: &Change, cause: &str, detail: &str) {
    begin(out, employee, post);
    if both && c.share == Share::Employer {
        field(out, &format!("{code}/E"));
    } else {
        field(out, code);
    }
    out.push(',');
    field(out, label);
    for amount in [c.before, c.after, c.change()] {
        out.push(',');
        amount.push_to(out);
    }
    out.push(',');
    out.push_str(cause);
    out.push(',');
    field(out, detail);
    out.push('\n');
}

pub fn replay_row(out: &mut String, employee: &str, post: u16, code: &str, l: &ReplayLine) {
    begin(out, employee, post);
    field(out, code);
    out.push(',');
    l.paid.push_to(out);
    out.push(',');
    if let Some(r) = l.recomputed {
        r.push_to(out);
        out.push(',');
        l.gap().push_to(out);
    } else {
        out.push(',');
    }
    out.push(',');
    out.push_str(l.verdict.id());
    out.push('\n');
}

/// Whose row it is.
fn begin(out: &mut String, employee: &str, post: u16) {
    out.push_str(employee);
    let _ = write!(out, ",{post},");
}

pub fn estimate_row(out: &mut String, e: &Estimation) {
    begin(out, e.employee.as_str(), e.employee.post());
    let _ = write!(out, "{},", e.month);
    for text in [&e.code, &e.label] {
        field(out, text);
        out.push(',');
    }
    let _ = write!(out, "{},", e.amount);
    for text in [&e.policy, &e.reason] {
        field(out, text);
        out.push(',');
    }
    let _ = write!(out, "{},{},", e.source, if e.settled.is_some() { "settled" } else { "open" });
    field(out, e.settled.as_deref().unwrap_or_default());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_never_becomes_a_formula() {
        for (text, csv) in
            [("=1+1", "\"'=1+1\""), ("-12.50", "-12.50"), ("-x", "\"'-x\""), ("a,b", "\"a,b\""), ("dit \"Jo\"", "\"dit \"\"Jo\"\"\"")]
        {
            let mut out = String::new();
            field(&mut out, text);
            assert_eq!(out, csv);
        }
    }
}
