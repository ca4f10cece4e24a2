//! The difference report an accountant reads: what was paid last month, what is paid this month, and why they differ.
//! In: one [`Report`], plain values that some stage gathered. Out: `diff.xlsx` ([`workbook`]) and `diff.html` ([`page`]).
//! It knows nothing of rules, computation or files: it adds up, checks that the sums agree, and shows them.

mod digest;
mod model;
mod page;
#[cfg(test)]
mod sample;
mod waterfall;
mod wording;
mod workbook;

pub use model::without_name;
pub use model::{
    Agent, AgentState, CallBack, Cause, Change, Control, Estimation, FindingRow, Headcount, IbanChange, IbanInUse, Line, MaskedIban,
    Movement, MovementKind, Pack, Replay, ReplayGap, Report, SetAside, Source, State, Transfers,
};
pub use page::page;
pub use workbook::{Options, ReportError, workbook, write_workbook};
