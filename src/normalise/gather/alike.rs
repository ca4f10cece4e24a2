//! Lists of one kind beside each other: what one of them is called may say that it is none to be paid, in words that nobody knows.

use super::told::Told;
use crate::ground::place::stem;
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::mapping::{Mapping, Role, SourceMapping};
use crate::normalise::named::Known;
use crate::normalise::{Context, recognise, titles};

/// Tells of each sheet or file beside one of the same kind whose name nobody understands, where the other's is understood: « Réserve »
/// beside « À payer ».
pub(super) fn tell(mapping: &Mapping, known: &Known, sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let of_sums = |m: &&SourceMapping| matches!(m.role, Role::Amounts | Role::Changes);
    let lists: Vec<&SourceMapping> = mapping.sources.iter().filter(of_sums).collect();
    if lists.len() < 2 {
        return;
    }
    let plain = titles::Plain::new(cx.vocabulary, cx.rubrics, cx.employer);
    let strange = |name: &str| plain.stranger(name).is_some() && !known.is_called(name);
    let paid: Vec<_> = lists.iter().map(|m| recognise::paid_by(m, cx)).collect();
    for (i, m) in lists.iter().enumerate() {
        let alike = |j: usize| j != i && lists[j].role == m.role && !paid[j].is_disjoint(&paid[i]);
        let names = |j: usize| {
            let within = lists[j].file == m.file;
            let name = |m: &SourceMapping| if within { m.sheet.clone().unwrap_or_default() } else { stem(&m.file).to_owned() };
            (name(m), name(lists[j]))
        };
        let mut beside = (0..lists.len()).filter(|j| alike(*j)).map(names).filter(|(own, other)| own != other);
        if let Some((own, other)) = beside.find(|(own, other)| strange(own) && !strange(other)) {
            let f = Finding::new("M463", Severity::Justify).arg("text", own).arg("other", other);
            told.add(f.at(sources.place(At::source(m.source))), m.source);
        }
    }
}
