//! `rules/exports/titles.toml` as it is read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(serde::Deserialize)]
pub(super) struct File {
    pub(super) column: BTreeMap<String, Vec<String>>,
    pub(super) fact: BTreeMap<String, Vec<String>>,
    pub(super) total: BTreeMap<String, Vec<String>>,
    pub(super) part: BTreeMap<String, Vec<String>>,
    pub(super) sheet: BTreeMap<String, Vec<String>>,
    pub(super) denies: BTreeMap<String, Vec<String>>,
    pub(super) row: RowWords,
    pub(super) section: Sections,
    pub(super) side: Sides,
    pub(super) leaving: Leaving,
    pub(super) either_way: EitherWay,
    pub(super) needs: BTreeMap<String, String>,
    pub(super) priced: BTreeMap<String, String>,
    pub(super) wording: Wording,
    pub(super) movements: Movements,
    /// Titles of the pieces of an account: bank, branch, number and key; and those of an IBAN before their numbers.
    pub(super) pieces: [Vec<String>; 5],
    /// Employers beside a town.
    pub(super) other_employers: Vec<String>,
    pub(super) employer_columns: Vec<String>,
    pub(super) who_pays: Vec<String>,
    /// What a town calls itself, beside its name.
    pub(super) town: Vec<String>,
    pub(super) town_of: Vec<String>,
    pub(super) hourly: Hourly,
    pub(super) calendar: Calendar,
    pub(super) pivot: Pivot,
    pub(super) doubt: Doubt,
    pub(super) neutral: BTreeMap<String, Vec<String>>,
    pub(super) plain: PlainWords,
    pub(super) aside: Aside,
    pub(super) gone: Gone,
    pub(super) office: Office,
    pub(super) standing: Standing,
    pub(super) second: Second,
    pub(super) once: Once,
    pub(super) stage: Stage,
    pub(super) only: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    pub(super) contrary: BTreeMap<String, Contrary>,
    pub(super) rather: BTreeMap<String, Vec<String>>,
}

/// Leavers and newcomers in one sheet.
#[derive(serde::Deserialize)]
pub(super) struct Movements {
    pub(super) date: Vec<String>,
    pub(super) leaves: Vec<String>,
    pub(super) enters: Vec<String>,
    pub(super) leaving: [String; 2],
    pub(super) entering: [String; 2],
}

/// A saved pivot table.
#[derive(serde::Deserialize)]
pub(super) struct Pivot {
    pub(super) rows: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) measure: Vec<String>,
}

/// A planning of the month.
#[derive(serde::Deserialize)]
pub(super) struct Calendar {
    pub(super) titles: [String; 3],
    pub(super) at_rest: Vec<String>,
    pub(super) without_effect: String,
}

/// A word for a part of a year, the letter that stands for it in a name, and how many months it has.
#[derive(serde::Deserialize)]
pub(super) struct PartOfYear {
    pub(super) word: String,
    pub(super) letter: Option<String>,
    pub(super) months: u32,
}

/// Words that make it uncertain what a list pays.
#[derive(serde::Deserialize)]
pub(super) struct Doubt {
    pub(super) list: Vec<String>,
    pub(super) named: Vec<String>,
    pub(super) accented: Vec<String>,
    pub(super) leavers: Vec<String>,
    pub(super) alone: Vec<String>,
    pub(super) unless: Vec<String>,
    pub(super) parts: Vec<PartOfYear>,
    pub(super) accounts: Vec<String>,
    pub(super) turning: Vec<String>,
    pub(super) hourly: Vec<String>,
    pub(super) strike: Vec<String>,
    pub(super) ends: Vec<String>,
    pub(super) extra: Vec<String>,
    pub(super) uncounted: Vec<String>,
    pub(super) replaces: Vec<String>,
    pub(super) bygone: Vec<String>,
    pub(super) time_before: Vec<String>,
    pub(super) times: Vec<String>,
    pub(super) days: Vec<String>,
    pub(super) hours: Vec<String>,
    pub(super) undated: Vec<String>,
    pub(super) wished: Vec<String>,
    pub(super) folder: Vec<String>,
    pub(super) excused: Vec<String>,
    pub(super) paid_in: Vec<String>,
    pub(super) without: Vec<String>,
    pub(super) elsewhere: BTreeMap<String, Vec<String>>,
    pub(super) gains: Gains,
    pub(super) counted_in: BTreeMap<String, Vec<String>>,
    #[serde(rename = "where")]
    pub(super) only_where: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    pub(super) bounds: Bounds,
}

/// How many is too many, and what is asked of cells that speak against their unit.
#[derive(serde::Deserialize)]
pub struct Bounds {
    pub most_hours: i64,
    pub most_pieces: i64,
    pub whole_days: i64,
    pub ask_hours: String,
    pub ask_days: String,
    pub ask_pieces: String,
    pub ask_post: String,
}

/// Words around the rows of a list that say nothing of what it pays.
#[derive(serde::Deserialize)]
pub(super) struct PlainWords {
    pub(super) names: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) words: Vec<String>,
}

/// Words beside a quantity that say it is not to be paid.
#[derive(serde::Deserialize)]
pub(super) struct Aside {
    pub(super) always: Vec<String>,
    pub(super) paid: Vec<String>,
    pub(super) asked: Vec<String>,
    pub(super) unticked: Vec<String>,
    pub(super) settled: Vec<String>,
    pub(super) returned: Vec<String>,
    pub(super) pending: Vec<String>,
    pub(super) versions: Vec<String>,
    pub(super) gone: Vec<String>,
    pub(super) removes: Vec<String>,
    pub(super) underpaid: Vec<String>,
    pub(super) overpaid: Vec<String>,
    pub(super) or_rest: Vec<String>,
    pub(super) rest: Vec<String>,
    pub(super) others: Vec<String>,
    pub(super) requests: Vec<String>,
    pub(super) unmade: Vec<String>,
    pub(super) attended: Vec<String>,
    pub(super) absent: Vec<String>,
    pub(super) pay: Vec<String>,
    pub(super) in_full: Vec<String>,
    pub(super) half: Vec<String>,
    pub(super) remark: Vec<String>,
    pub(super) harmless: Vec<String>,
    pub(super) back: Vec<String>,
    pub(super) below: Vec<String>,
    pub(super) named: Vec<String>,
    pub(super) employers: Vec<String>,
    pub(super) only_called: Vec<String>,
    pub(super) resumes: Vec<String>,
    pub(super) colours: Vec<String>,
}

/// What a staff file says of people who are no longer to be paid.
#[derive(serde::Deserialize)]
pub(super) struct Gone {
    pub(super) no: Vec<String>,
    pub(super) state: Vec<String>,
    pub(super) ended: Vec<String>,
    pub(super) stop: Vec<String>,
    pub(super) left: Vec<String>,
    pub(super) away: Vec<String>,
    pub(super) dated: Vec<String>,
    pub(super) alone: Vec<String>,
    pub(super) others: Vec<String>,
    pub(super) back: Vec<String>,
    pub(super) since: Vec<String>,
    pub(super) either: Vec<String>,
}

/// Files that lie in an office beside the lists of the month.
#[derive(serde::Deserialize)]
pub(super) struct Office {
    pub(super) called: Vec<String>,
    pub(super) counts: Vec<String>,
    pub(super) times: Vec<String>,
    pub(super) spans: Vec<String>,
}

/// Bonuses and back pay, and words that take them back or only count them.
#[derive(serde::Deserialize)]
pub(super) struct Gains {
    pub(super) facts: Vec<String>,
    pub(super) words: Vec<String>,
}

/// Titles of whoever else a row of a list names.
#[derive(serde::Deserialize)]
pub(super) struct Second {
    pub(super) superiors: Vec<String>,
    pub(super) substitutes: Vec<String>,
}

/// Words beside what a list pays that say that it is not so, or not yet.
#[derive(serde::Deserialize)]
pub(super) struct Stage {
    pub(super) titles: Vec<String>,
    pub(super) not_yet: Vec<String>,
    pub(super) granted: Vec<String>,
    pub(super) refused: Vec<String>,
    pub(super) maintained: Vec<String>,
    pub(super) relieves: Vec<String>,
    pub(super) half_day: Vec<String>,
    pub(super) whole_day: Vec<String>,
    pub(super) thirtieths: Vec<String>,
    pub(super) overtime: Vec<String>,
    pub(super) numbers: Vec<String>,
    pub(super) unsure: Vec<String>,
    pub(super) of_leave: Vec<String>,
    /// Titles, and the words that say nothing under them.
    pub(super) only: Vec<(Vec<String>, Vec<String>)>,
    pub(super) units: Units,
}

/// Units of numbers, and the titles of their column.
#[derive(serde::Deserialize)]
pub(super) struct Units {
    pub(super) titles: Vec<String>,
    pub(super) hours: Vec<String>,
    pub(super) money: Vec<String>,
    pub(super) days: Vec<String>,
}

/// Words of labels of what may be paid once a year, or once in a life.
#[derive(serde::Deserialize)]
pub(super) struct Once {
    pub(super) perhaps: Vec<String>,
}

/// Columns of a staff file that say whether somebody is still there.
#[derive(serde::Deserialize)]
pub(super) struct Standing {
    pub(super) left: Vec<String>,
    pub(super) why: Vec<String>,
    pub(super) until: Vec<String>,
    pub(super) state: Vec<String>,
    pub(super) paid: Vec<String>,
}

/// What must be known of somebody, or listed beside it, for a fact of a list to contradict nothing.
#[derive(serde::Deserialize)]
pub struct Contrary {
    /// Contradicted by a value of this fact that is above zero.
    pub above_zero: Option<String>,
    /// Contradicted by a whole value of this fact, which is also what is understood.
    pub whole: Option<String>,
    /// Contradicted when none of these is listed in the month.
    pub without: Option<Vec<String>>,
}

#[derive(serde::Deserialize)]
pub(super) struct Wording {
    pub(super) one: Vec<String>,
    pub(super) becomes: Vec<String>,
    pub(super) was: Vec<String>,
    pub(super) foreseen: Vec<String>,
    pub(super) lasting: Vec<String>,
    pub(super) once_beside: Vec<String>,
    pub(super) current: Vec<String>,
    pub(super) counts: Vec<String>,
    pub(super) due: Vec<String>,
    pub(super) between: Vec<String>,
    pub(super) working_time: Vec<String>,
    pub(super) part_time: Vec<String>,
    pub(super) tax_rates: Vec<String>,
    pub(super) validity: Vec<String>,
    pub(super) first: Vec<String>,
    pub(super) last: Vec<String>,
    pub(super) kind: Vec<String>,
    pub(super) value: Vec<String>,
    pub(super) old_value: Vec<String>,
    pub(super) a_day: Vec<String>,
    pub(super) active: Vec<String>,
    pub(super) everybody: Vec<String>,
    pub(super) contract: Vec<String>,
    pub(super) beneficiaries: Vec<String>,
    pub(super) third_parties: Vec<String>,
    pub(super) mail: Vec<String>,
    pub(super) mail_ends: Vec<String>,
    pub(super) opens_new: Vec<String>,
    pub(super) opens_old: Vec<String>,
    pub(super) opens_return: Vec<String>,
    pub(super) last_worked: Vec<String>,
    pub(super) withheld: Vec<String>,
    pub(super) part_of: Vec<String>,
    pub(super) week: Vec<String>,
    pub(super) days: Vec<String>,
    pub(super) remaining: Vec<String>,
    pub(super) yearly: Vec<String>,
    pub(super) cumulative: Vec<String>,
    pub(super) of_month: Vec<String>,
    pub(super) since: Vec<String>,
    pub(super) span: [String; 2],
    pub(super) on: Vec<String>,
    pub(super) before_number: Vec<String>,
    pub(super) before_rubric: Vec<String>,
}

/// Bounds of hours of a month and of what an hour is paid.
#[derive(serde::Deserialize)]
pub struct Hourly {
    pub most_hours: i64,
    pub least_rate: i64,
    pub most_rate: i64,
    /// No line of a month is as many euros: a number as large, of an ordinary agent, is cents.
    pub least_cents: i64,
}

#[derive(serde::Deserialize)]
pub(super) struct Leaving {
    pub(super) first_day_away: Vec<String>,
    pub(super) either: Vec<String>,
    pub(super) ends: Vec<String>,
    pub(super) goes_on: Vec<String>,
    pub(super) unrenewed: Vec<String>,
    pub(super) perhaps_renewed: Vec<String>,
    pub(super) renewed: Vec<String>,
    pub(super) contract_end: Vec<String>,
    pub(super) contract_begin: Vec<String>,
    pub(super) contract_before: Vec<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Sections {
    pub(super) gain: Vec<String>,
    pub(super) deduction: Vec<String>,
    pub(super) employer: Vec<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Sides {
    pub(super) gain: Vec<String>,
    pub(super) deduction: Vec<String>,
    pub(super) employer: Vec<String>,
    pub(super) charge: Vec<String>,
    pub(super) sum: Vec<String>,
    pub(super) agent: Vec<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct EitherWay {
    pub(super) titles: Vec<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct RowWords {
    pub(super) subtotal: Vec<String>,
    pub(super) information: Vec<String>,
    pub(super) total: Vec<String>,
    pub(super) group: Vec<String>,
    pub(super) of_group: Vec<String>,
    pub(super) counted: Vec<String>,
    pub(super) organisation: Vec<String>,
    pub(super) dated: Vec<String>,
    pub(super) signed: Vec<String>,
    pub(super) remark: Vec<String>,
    pub(super) nothing: Vec<String>,
}

pub(super) static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../rules/exports/titles.toml")).expect("rules/exports/titles.toml is checked by a test")
});
