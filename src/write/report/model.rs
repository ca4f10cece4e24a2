//! What the difference report is made from: plain values, in the order in which they are shown.
//! Whoever fills it in has already explained every change; the report adds up and shows, and says when sums disagree.
//! All texts are in the language of the report. No full account number and no identity number enters: see [`MaskedIban`].

use crate::ground::{EmployeeId, Finding, Iban, Lang, Money, PayMonth, Severity};
use crate::payslip::{LineKind, Mode, Totals};
use chrono::{NaiveDate, NaiveDateTime};

/// Everything the report shows. Lists keep the order given here, and the caller makes that order stable.
#[derive(Clone, Debug)]
pub struct Report {
    pub lang: Lang,
    pub employer: String,
    pub month: PayMonth,
    /// The month the comparison starts from: the last one that was paid.
    pub last_month: PayMonth,
    pub pay_date: NaiveDate,
    /// Written into the document properties instead of the clock; the job gives it.
    pub prepared_at: NaiveDateTime,
    pub prepared_by: String,
    /// Empty until somebody has approved.
    pub approved_by: String,
    pub state: State,
    pub pack: Pack,
    /// Name and version of the program.
    pub program: String,
    pub sources: Vec<Source>,
    /// Sorted by employee, then post.
    pub agents: Vec<Agent>,
    /// Lines of the payslips of either month, in printing order. [`Change::line`] is an index here.
    pub lines: Vec<Line>,
    /// Causes in the order of the walk. [`Change::cause`] is an index here.
    pub causes: Vec<Cause>,
    /// Agent × line × cause. Shown by agent, then line, then in this order.
    pub changes: Vec<Change>,
    /// Sums over all payslips of last month as the run's manifest holds them, to be found again here.
    pub totals_before: Totals,
    /// The same for this month, payslips set aside included.
    pub totals_after: Totals,
    pub transfers: Transfers,
    /// Codes of what stops the whole run: there is no transfer file.
    pub held: Vec<String>,
    pub headcount: Headcount,
    pub movements: Vec<Movement>,
    pub iban_changes: Vec<IbanChange>,
    /// Whether anything tells which accounts last month was paid on.
    pub accounts_proven: bool,
    /// Excluded and held agents.
    pub set_aside: Vec<SetAside>,
    pub estimations: Vec<Estimation>,
    pub findings: Vec<FindingRow>,
    /// Controls that could not run: never shown as passed.
    pub not_run: Vec<Control>,
    pub replay: Replay,
    /// Whether this month's payslips show the net social amount: it says nothing of earlier ones.
    pub net_social: bool,
}

/// How far the money has gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Draft,
    Approved,
    Released,
}

/// The rules the month was computed with.
#[derive(Clone, Debug)]
pub struct Pack {
    pub name: String,
    pub version: String,
}

/// A file the run read.
#[derive(Clone, Debug)]
pub struct Source {
    pub file: String,
    /// What it was taken for: "bulletins de novembre".
    pub used_as: String,
    /// Rows or records read.
    pub rows: u64,
    /// SHA-256, 64 hexadecimal digits.
    pub hash: String,
}

/// One agent in one post, both months side by side. A month without payslip is `None`, which counts as nothing paid.
#[derive(Clone, Debug)]
pub struct Agent {
    pub employee: EmployeeId,
    pub post: u16,
    pub name: String,
    pub service: String,
    pub statut: String,
    pub mode: Mode,
    pub before: Option<Totals>,
    /// This month's payslip; kept for an agent set aside when it could be computed.
    pub after: Option<Totals>,
    pub state: AgentState,
    /// Why the state is what it is; empty for an agent paid as usual.
    pub reason: String,
}

/// What happens to an agent's pay this month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AgentState {
    Paid,
    /// Paid, and not paid last month.
    Arrived,
    /// Gone; a last payslip may still be paid.
    Left,
    /// A blocking finding keeps this agent out of the transfer file.
    Excluded,
    /// A person keeps this agent out of the transfer file.
    Held,
}

impl AgentState {
    /// Whether this month's net, if there is one, is in the transfer file.
    pub const fn is_transferred(self) -> bool {
        match self {
            Self::Paid | Self::Arrived | Self::Left => true,
            Self::Excluded | Self::Held => false,
        }
    }
}

/// A line of the payslips, one side of it: the same code has two entries when employee and employer both contribute.
#[derive(Clone, Debug)]
pub struct Line {
    pub code: String,
    pub label: String,
    /// [`LineKind::Employer`] marks employer amounts: they change the employer's cost, never the net.
    pub kind: LineKind,
    /// To whom what is withheld or owed goes; empty when to nobody, or the rules do not say.
    pub creditor: String,
    /// Signed effect on the employee; for an employer line, what the employer owes.
    pub before: Money,
    pub after: Money,
    /// Payslips that have the line.
    pub count_before: u64,
    pub count_after: u64,
}

/// A named cause of differences.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Stable id: `carriere`.
    pub code: String,
    pub label: String,
}

/// One part of one difference. Several changes may share agent and line; they then repeat `before` and `after`.
#[derive(Clone, Debug)]
pub struct Change {
    /// Index in [`Report::agents`].
    pub agent: u32,
    /// Index in [`Report::lines`].
    pub line: u16,
    /// Index in [`Report::causes`].
    pub cause: u16,
    /// The line's amount last month, whole.
    pub before: Money,
    /// The line's amount this month, whole.
    pub after: Money,
    /// What this cause adds to the line.
    pub change: Money,
    pub detail: String,
}

/// What the transfer file holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transfers {
    pub count: u64,
    pub total: Money,
}

/// The headcount bridge: before + arrivals + returns − departures − suspensions = after.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headcount {
    pub before: u64,
    pub arrivals: u64,
    pub returns: u64,
    pub departures: u64,
    pub suspensions: u64,
    pub after: u64,
}

/// Somebody who came or went.
#[derive(Clone, Debug)]
pub struct Movement {
    pub kind: MovementKind,
    pub employee: EmployeeId,
    pub name: String,
    pub service: String,
    pub date: Option<NaiveDate>,
    /// Decree, contract or decision; empty when none is known.
    pub act: String,
    /// Net paid last month and this month.
    pub before: Option<Money>,
    pub after: Option<Money>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MovementKind {
    Arrival,
    Return,
    Departure,
    Suspension,
}

/// An account number of which only the country, the key and the last characters are left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MaskedIban(String);

impl MaskedIban {
    pub fn of(iban: &Iban) -> Self {
        Self(iban.masked())
    }
    /// For a text that is not a valid account number: its last four characters at most, and never half of it.
    pub fn unreadable(text: &str) -> Self {
        let kept: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let tail = &kept[kept.len() - 4.min(kept.len() / 3)..];
        Self(format!("•••• {}", tail.iter().collect::<String>()).trim_end().to_owned())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account that differs from the one last paid.
#[derive(Clone, Debug)]
pub struct IbanChange {
    pub employee: EmployeeId,
    pub name: String,
    pub old: Option<MaskedIban>,
    pub new: MaskedIban,
    /// Where the new one was read, as a place a person can go to.
    pub source: String,
    pub call_back: Option<CallBack>,
    pub in_use: IbanInUse,
}

/// Which account the transfer goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IbanInUse {
    Old,
    New,
    /// One that no transfer has gone to before.
    First,
    /// Neither: the agent is held.
    Neither,
}

/// The telephone call that confirmed, or did not confirm, a new account.
#[derive(Clone, Debug)]
pub struct CallBack {
    pub by: String,
    pub date: NaiveDate,
    /// The number called and where it was known from.
    pub number: String,
    pub confirmed: bool,
}

/// An agent who is not in the transfer file.
#[derive(Clone, Debug)]
pub struct SetAside {
    pub employee: EmployeeId,
    pub name: String,
    pub service: String,
    /// This month's net, when it could be computed.
    pub net: Option<Money>,
    pub reason: String,
    /// How this agent can be paid in the meantime, and what has to be done for it.
    pub alternative: String,
}

/// A line of the estimation register: something paid that is not computed, to be settled later.
#[derive(Clone, Debug)]
pub struct Estimation {
    pub employee: EmployeeId,
    pub name: String,
    /// The month it was paid in: an estimate of an earlier month stands until it is settled.
    pub month: String,
    pub code: String,
    pub label: String,
    pub amount: Money,
    /// "dernier mois", "moyenne de 6 mois".
    pub policy: String,
    pub reason: String,
    pub source: String,
    /// "à confirmer", "confirmée", "réglée".
    pub status: String,
    /// What settles it, in this month's pay.
    pub settled: Option<String>,
}

/// A finding as it is shown.
#[derive(Clone, Debug)]
pub struct FindingRow {
    pub severity: Severity,
    pub code: String,
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
    pub places: Vec<String>,
    pub employee: Option<EmployeeId>,
}

impl FindingRow {
    pub fn of(finding: &Finding, lang: Lang) -> Self {
        Self {
            severity: finding.severity,
            code: finding.code.clone(),
            message: without_name(finding, &finding.message(lang)),
            help: finding.help(lang).unwrap_or_default(),
            places: finding.places.iter().map(|p| p.shown(lang)).collect(),
            employee: finding.employee.clone(),
        }
    }
}

/// What a finding says of somebody who is named beside it already.
pub fn without_name(finding: &Finding, message: &str) -> String {
    let Some(id) = &finding.employee else { return message.to_owned() };
    let Some(rest) = message.strip_prefix(id.as_str()) else { return message.to_owned() };
    let name = finding.args.iter().find(|a| a.0 == "name").map_or("", |a| a.1.as_str());
    let rest = rest.trim_start();
    let spaces = [' ', '\u{a0}', '\u{202f}'];
    let named = rest.strip_prefix(name).filter(|after| !name.is_empty() && after.starts_with(spaces));
    let said = match (named.unwrap_or(rest).trim_start_matches(spaces), named) {
        (said, _) if said.starts_with(':') => said[1..].trim_start(),
        (said, Some(_)) => said,
        (_, None) => return message.to_owned(),
    };
    let mut chars = said.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A control that could not run, and why.
#[derive(Clone, Debug)]
pub struct Control {
    pub code: String,
    pub label: String,
    pub why: String,
}

/// Last month recomputed from its own facts against what was paid.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Everybody who was paid.
    pub agents: u64,
    /// Of whom nothing is known but the payslip.
    pub unreplayed: Vec<String>,
    /// Agents of whom every line agrees to the cent.
    pub agents_exact: u64,
    /// Lines that agree to the cent.
    pub exact: u64,
    /// Lines that differ by one cent of rounding.
    pub rounding: u64,
    /// Lines that no rule makes: their amount is taken over.
    pub carried: u64,
    /// Lines that a rule makes, with another amount.
    pub gap: u64,
    /// Lines of that month only (arrears, overtime): nothing to recompute.
    pub one_off: u64,
    pub gaps: Vec<ReplayGap>,
}

/// Lines of one code that replay does not find again.
#[derive(Clone, Debug)]
pub struct ReplayGap {
    pub code: String,
    pub label: String,
    pub lines: u64,
    pub paid: Money,
    pub recomputed: Money,
    /// What is known about it, and what the run does with these lines.
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_somebody_named_beside_it_does_not_name_them() {
        let id = EmployeeId::parse("00156").expect("a number");
        let f = Finding::new("X", Severity::Blocking).of(&id).arg("agent", &id).arg("name", "BRUNEL Guilhem");
        let said = |text: &str| without_name(&f, text);
        assert_eq!(said("00156 BRUNEL Guilhem : aucun compte bancaire"), "Aucun compte bancaire");
        assert_eq!(said("00156 BRUNEL Guilhem a été payé le mois dernier"), "A été payé le mois dernier");
        assert_eq!(said("00156 : la même personne était payée sous 00157"), "La même personne était payée sous 00157");
        assert_eq!(said("00156 et 00157 semblent être la même personne"), "00156 et 00157 semblent être la même personne");
    }

    #[test]
    fn an_unreadable_account_number_keeps_at_most_a_third_of_its_characters() {
        assert_eq!(MaskedIban::unreadable("FR76 1234 5678").as_str(), "•••• 5678");
        assert_eq!(MaskedIban::unreadable("12345").as_str(), "•••• 5");
        assert_eq!(MaskedIban::unreadable("?").as_str(), "••••");
    }
}
