//! The first walk over the transfers: every check of the scheme, and the totals the file states of itself.

use super::{BatchTotal, Conversion, CreditorAgent, Debtor, Transfer, TransferFile, derive_id};
use crate::ground::sepa_text::{self, Converted, IDENTIFIER_MAX, Ligatures, TextProblem, Version, convert};
use crate::ground::worded::worded;
use crate::ground::{Bic, Checked, Finding, Iban, Money, Severity, bic, target_days};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::collections::BTreeSet;

/// What the file will say of itself, every text converted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    pub count: u64,
    pub sum: Money,
    pub batches: Vec<BatchTotal>,
    pub converted: Vec<Conversion>,
    pub(super) debtor_name: String,
    /// Elements of the debtor's address with their texts, in the order of both schemas.
    pub(super) address: Vec<(&'static str, String)>,
    pub(super) label: String,
}

/// Checks a file without writing it, so that one payee's trouble can be set aside: findings on a transfer name its employee.
pub fn check<I>(file: &TransferFile, transfers: I) -> Checked<Plan>
where
    I: IntoIterator,
    I::Item: Borrow<Transfer>,
{
    let mut findings = Vec::new();
    let mut plan = Plan::default();
    if let Err(problem) = sepa_text::identifier(&file.message_id) {
        findings.push(refused("S20", problem).arg("id", &file.message_id));
    }
    check_debtor(&file.debtor, file, &mut plan, &mut findings);
    check_day(file, &mut findings);
    plan.label = convert(&file.label, file.profile.ligatures).text;

    let mut amounts: Vec<Money> = Vec::new();
    let mut seen: BTreeSet<[u8; 16]> = BTreeSet::new();
    for transfer in transfers {
        let t: &Transfer = transfer.borrow();
        let mut note = |finding: Finding| {
            let finding = finding.arg("id", &t.end_to_end_id).stake(t.amount.cents());
            findings.push(match &t.employee {
                Some(employee) => finding.of(employee),
                None => finding,
            });
        };
        check_identity(t, &mut seen, &mut note);
        check_account(t, file, &mut note);
        let payee = payee(t, file.profile.ligatures);
        let before = holder(t);
        if let Some(f) = unwritable(before, &payee) {
            note(f);
        } else if payee.lost > 0 {
            let finding = Finding::new("S33", Severity::Warning).arg("name", before).arg("lost", payee.lost);
            note(finding.arg("converted", &payee.text));
        }
        if payee.text != before {
            plan.converted.push(Conversion { end_to_end_id: t.end_to_end_id.clone(), before: before.to_owned(), after: payee.text });
        }
        let remittance = remittance(t, &plan.label, file.profile.ligatures);
        if !remittance.is_empty()
            && let Err(problem) = sepa_text::free_text(&remittance, sepa_text::REMITTANCE_MAX)
        {
            note(refused("S30", problem).arg("text", &remittance));
        }
        if let Err(problem) = sepa_text::transferable(t.amount) {
            note(worded("S29", Severity::Blocking, &[("reason", problem.key())]).arg("amount", t.amount));
        } else {
            plan.sum += t.amount;
        }
        amounts.push(t.amount);
    }
    plan.count = amounts.len() as u64;
    match amounts.len() {
        0 => findings.push(Finding::new("S25", Severity::Blocking)),
        1 => findings.push(Finding::new("S34", Severity::Warning)),
        _ => {}
    }
    match file.profile.max_per_batch {
        Some(max) if max < 3 => findings.push(Finding::new("S24", Severity::Blocking).arg("max", max)),
        max if findings.iter().all(|f| f.severity != Severity::Blocking) => plan.batches = batches(&file.message_id, &amounts, max),
        _ => {}
    }
    Checked::new(plan, findings)
}

fn unwritable(before: &str, payee: &Converted) -> Option<Finding> {
    let problem = sepa_text::party_name(&payee.text).err()?;
    Some(refused("S28", problem).arg("name", before).arg("converted", &payee.text))
}

fn unreachable(iban: &Iban) -> Option<Finding> {
    (!iban.is_sepa()).then(|| Finding::new("S31", Severity::Blocking).arg("iban", iban.masked()))
}

/// Why no transfer of the scheme can be made to somebody, whatever the amount: one payee's trouble is theirs alone.
pub fn unpayable(name: &str, iban: &Iban) -> Vec<Finding> {
    let name = name.to_uppercase();
    unwritable(&name, &convert(&name, Ligatures::default())).into_iter().chain(unreachable(iban)).collect()
}

fn refused(code: &str, problem: TextProblem) -> Finding {
    worded(code, Severity::Blocking, &[("reason", problem.key())])
}

/// Whose name is written: the account holder's when it is known apart.
pub(super) fn holder(t: &Transfer) -> &str {
    t.holder.as_deref().filter(|h| !h.trim().is_empty()).unwrap_or(&t.name)
}

pub(super) fn payee(t: &Transfer, ligatures: Ligatures) -> Converted {
    convert(holder(t), ligatures)
}

/// Remittance information as written, the label when the transfer has none.
pub(super) fn remittance(t: &Transfer, label: &str, ligatures: Ligatures) -> String {
    match t.remittance.as_deref().filter(|r| !r.trim().is_empty()) {
        Some(own) => convert(own, ligatures).text,
        None => label.to_owned(),
    }
}

fn check_identity(t: &Transfer, seen: &mut BTreeSet<[u8; 16]>, note: &mut impl FnMut(Finding)) {
    if let Err(problem) = sepa_text::identifier(&t.end_to_end_id) {
        note(refused("S26", problem));
        return;
    }
    let hash = Sha256::digest(t.end_to_end_id.as_bytes());
    if !seen.insert(std::array::from_fn(|i| hash[i])) {
        note(Finding::new("S27", Severity::Blocking));
    }
}

fn check_account(t: &Transfer, file: &TransferFile, note: &mut impl FnMut(Finding)) {
    if let Some(f) = unreachable(&t.iban) {
        note(f);
    }
    match (&t.bic, file.profile.creditor_agent) {
        (None, CreditorAgent::Bic) => note(worded("S32", Severity::Blocking, &[("reason", "bic.missing")])),
        (None, CreditorAgent::Omit | CreditorAgent::NotProvided) if t.iban.is_sepa() && !t.iban.is_eea() => {
            note(Finding::new("S35", Severity::Warning).arg("iban", t.iban.masked()));
        }
        (Some(_), _) => {
            if agent(t, file.profile.creditor_agent).is_some_and(|b| file.version == Version::V03 && !b.fits_2009()) {
                note(worded("S32", Severity::Blocking, &[("reason", "bic.version")]));
            }
        }
        (None, _) => {}
    }
}

/// The BIC that is written for a transfer.
pub(super) fn agent(t: &Transfer, how: CreditorAgent) -> Option<&Bic> {
    match how {
        CreditorAgent::Bic => t.bic.as_ref(),
        CreditorAgent::Omit | CreditorAgent::NotProvided => t.bic.as_ref().filter(|_| !t.iban.is_eea()),
    }
}

fn check_debtor(debtor: &Debtor, file: &TransferFile, plan: &mut Plan, findings: &mut Vec<Finding>) {
    let mut refuse = |field: &str, reason: &str, text: &str| {
        findings.push(worded("S21", Severity::Blocking, &[("field", field), ("reason", reason)]).arg("text", text));
    };
    plan.debtor_name = convert(&debtor.name, file.profile.ligatures).text;
    if let Err(problem) = sepa_text::party_name(&plan.debtor_name) {
        refuse("transfer.debtor_name", problem.key(), &debtor.name);
    }
    if debtor.bic.as_ref().is_some_and(|b| file.version == Version::V03 && !b.fits_2009()) {
        refuse("transfer.bic", "bic.version", debtor.bic.as_ref().map_or("", Bic::as_str));
    }
    let Some(address) = &debtor.address else { return };
    let fields = [
        ("StrtNm", &address.street, 70, "transfer.street", false),
        ("BldgNb", &address.number, 16, "transfer.number", false),
        ("PstCd", &address.postcode, 16, "transfer.postcode", false),
        ("TwnNm", &address.town, 35, "transfer.town", true),
    ];
    for (element, text, max, field, required) in fields {
        let text = convert(text, file.profile.ligatures).text;
        if text.is_empty() && !required {
            continue;
        }
        if let Err(problem) = sepa_text::free_text(&text, max) {
            refuse(field, problem.key(), &text);
        }
        plan.address.push((element, text));
    }
    if bic::is_country(&address.country) {
        plan.address.push(("Ctry", address.country.clone()));
    } else {
        refuse("transfer.country", "iban.country", &address.country);
    }
}

fn check_day(file: &TransferFile, findings: &mut Vec<Finding>) {
    let day = file.execution;
    if day < file.created.date() {
        findings.push(Finding::new("S23", Severity::Blocking).arg("date", day).arg("created", file.created.date()));
    }
    if !target_days::is_open(day) {
        let finding = Finding::new("S22", Severity::Blocking).arg("date", day);
        findings.push(finding.arg("before", target_days::previous_open(day)).arg("after", target_days::next_open(day)));
    }
}

/// Cuts `count` into the fewest parts of at most `max`, as even as can be. With a `max` of 3 or more, no part is a single
/// one unless there is only one in all: a lone transfer loses the opt-out from the verification of the payee.
pub fn even_sizes(count: usize, max: usize) -> Vec<usize> {
    if count == 0 {
        return Vec::new();
    }
    let parts = count.div_ceil(max.max(1));
    (0..parts).map(|i| count / parts + usize::from(i < count % parts)).collect()
}

fn batches(message_id: &str, amounts: &[Money], max: Option<usize>) -> Vec<BatchTotal> {
    let mut rest = amounts;
    let mut out = Vec::new();
    for (i, size) in even_sizes(amounts.len(), max.unwrap_or(usize::MAX)).into_iter().enumerate() {
        let (part, after) = rest.split_at(size);
        rest = after;
        let plain = format!("{message_id}-{}", i + 1);
        let id = if plain.len() <= IDENTIFIER_MAX { plain } else { derive_id(message_id, &[&(i + 1).to_string()]) };
        out.push(BatchTotal { id, count: size as u64, sum: part.iter().copied().sum() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_leaves_one_transfer_alone() {
        assert_eq!(even_sizes(501, 500), [251, 250]);
        assert_eq!(even_sizes(4, 3), [2, 2]);
        assert_eq!(even_sizes(1, 3), [1]);
        assert_eq!(even_sizes(0, 3), Vec::<usize>::new());
        for max in 3..12 {
            for count in 2..200 {
                let sizes = even_sizes(count, max);
                assert_eq!(sizes.iter().sum::<usize>(), count);
                assert!(sizes.iter().all(|s| (2..=max).contains(s)), "{count} by {max}: {sizes:?}");
            }
        }
    }
}
