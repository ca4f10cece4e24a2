//! What lies in every office beside the lists of the month and pays nobody: a directory, counters of leave, badge readings,
//! medical visits, interviews.
//!
//! Such a file is known by what it is called, and only where no title of it is of anything paid or changed; what it counts or
//! foresees (« Solde HS », « Proposition CIA ») is neither. It is told, and nobody waits for it.

use super::seen::Seen;
use crate::facts::{FactDecl, FactKind, NumberForm, Role as FactRole};
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::columns::is_one_off;
use crate::normalise::mapping::{Meaning, Role, SourceMapping};
use crate::normalise::titles::{self, Title};
use crate::normalise::values::in_euros;
use crate::normalise::{Context, lists};

/// Why such a file is not read.
pub const BESIDE: &str = "beside the pay";

/// A title is known without any doubt by this much.
const SURELY: u32 = 85;

/// Sheets that are lists by what they say, and by what nothing else said.
const PAYING: [Role; 4] = [Role::Amounts, Role::Changes, Role::Arrivals, Role::Departures];

/// Takes such a file for what it is, with a finding in place of the questions about it.
pub(super) fn put_aside(
    found: &mut SourceMapping,
    told: &mut Vec<Finding>,
    s: &Seen<'_>,
    staffed: bool,
    cx: &Context<'_>,
    sources: &Sources,
) {
    // « CET (jours) » fits an employer's share: a register has some title that is surely of pay.
    let guessed = || !(0..s.layout.width).any(|c| (0..cx.rubrics.targets.len()).any(|e| s.compared[c].title(Title::Element(e)) >= SURELY));
    let able = lists::is_list(found.role)
        || found.role == Role::Unknown
        || found.role == Role::Staff && staffed
        || found.role == Role::RegisterWide && guessed();
    let about = s.about();
    let Some(word) = titles::called_office(&about).filter(|_| able && !s.pinned()) else { return };
    let paid = PAYING.iter().any(|r| titles::speaks_of(&about, *r) > 0) || titles::says_strike(&about);
    // Of a long file only the beginning has been looked at.
    let whole = s.kept.len() < super::seen::SAMPLE;
    if paid || !whole || s.data_rows == 0 || (0..s.layout.width).any(|c| moves_pay(s, c, &about, cx)) || leaves(s) {
        return;
    }
    (found.role, found.certainty, found.why) = (Role::Ignored, 80, vec![BESIDE.to_owned()]);
    let f = Finding::new("M411", Severity::Justify).arg("file", &s.file).arg("word", word);
    *told = vec![f.arg("titles", super::asked::titles_read(found)).at(sources.place(At::source(found.source)))];
}

/// Whether a column may be of what somebody is paid, or of what becomes new.
fn moves_pay(s: &Seen<'_>, c: usize, about: &str, cx: &Context<'_>) -> bool {
    let (own, p, compared) = (&s.layout.own[c], &s.profiles[c], &s.compared[c]);
    if p.filled == 0 || titles::counts_in_office(own) {
        return false;
    }
    let paid = |d: &FactDecl| {
        let form = if let FactKind::Number { form } = d.kind { Some(form) } else { None };
        is_one_off(d) || matches!(form, Some(NumberForm::Money | NumberForm::Rate | NumberForm::Hours))
    };
    let lacking = |d: &FactDecl| titles::lacks_its_words(&format!("{about} {own}"), &d.name);
    let fact = cx.vocabulary.iter().any(|(f, d)| {
        let (title, new) = (compared.title(Title::Fact(f)), compared.title(Title::New(f)));
        // A day below « Début » is no number.
        lists::pays(d) && p.fits[f.index()] >= 0 && (new >= SURELY && new > title || title >= SURELY && paid(d) && !lacking(d))
    });
    let plain = |m: Meaning| compared.title(Title::Plain(m)) >= SURELY;
    let numbers = p.share(p.numbers + p.hours) >= 50;
    // « Début » is like « débit », and a day.
    let amounts = || numbers && [Meaning::Gain, Meaning::Deduction, Meaning::Amount, Meaning::Signed].into_iter().any(plain);
    let natured = || p.values.keys().any(|v| cx.natures.fact(v).is_some_and(|f| cx.vocabulary.get(f).name != titles::without_effect()));
    let hours = || numbers && !titles::is_time_of_day(own) && titles::spaced(own).split_whitespace().any(titles::hourly_word);
    // A day on which somebody leaves.
    let exit = || cx.vocabulary.role(FactRole::Exit).is_some_and(|f| compared.title(Title::Fact(f)) >= SURELY);
    let moves = || p.share(p.dates + p.days) >= 50 && exit();
    fact || moves() || amounts() || hours() || own.contains('€') || p.values.keys().any(|v| in_euros(v)) || natured()
}

/// Whether a cell says of somebody that he is no longer to be paid.
fn leaves(s: &Seen<'_>) -> bool {
    let data = s.kept.iter().skip(s.layout.data_start()).flat_map(|k| &k.cells);
    data.map(|c| c.shown()).any(|t| t.chars().any(char::is_alphabetic) && titles::remark_ends_pay(&t, None))
}
