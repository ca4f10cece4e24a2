//! What a list says of how an absence is paid, in a column that is no fact: half pay is not passed over.

use super::{Content, RecordReader};
use crate::ground::{Finding, Severity, Sources};
use crate::normalise::mapping::Meaning;
use crate::normalise::register::shown;
use crate::normalise::titles;
use crate::read::table::Row;

impl RecordReader<'_> {
    /// Sets aside whoever is on half pay by such a column; what takes a day's pay whole is not paid in part.
    pub(super) fn in_part(&self, row: &Row<'_, '_>, content: &Content, sources: &Sources, told: &mut Vec<Finding>) {
        let Content::Event { nature, .. } = content else { return };
        if titles::lasts_a_day(nature) {
            return;
        }
        for c in self.source.columns.iter().filter(|c| matches!(c.meaning, Meaning::Ignored | Meaning::Unknown) && c.certainty < 100) {
            let text = shown(row, usize::from(c.column));
            if titles::paid_in_part(&c.heading, &text) {
                let f = Finding::new("M261", Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
                told.push(f.arg("text", text.as_ref()).at(sources.place(self.at(row, c))));
            }
        }
    }
}
