//! Words of files that lie in an office beside the lists of the month, and pay nobody; of people whom a row names and does not mean.

use super::file::FILE;
use super::words::{is_one, one_of, spaced};

/// The words with which a file is called that lies in an office and pays nobody: « Annuaire », « Visites médicales ».
pub fn called_office(about: &str) -> Option<String> {
    one_of(&FILE.office.called, &spaced(about))
}

/// Whether a title of such a file is of what is counted or foreseen there: « CA acquis », « Proposition CIA ».
pub fn counts_in_office(heading: &str) -> bool {
    one_of(&FILE.office.counts, &spaced(heading)).is_some()
}

/// Whether a title is that of when something begins or ends within a day: « Heure début ».
pub fn bounds_a_time(heading: &str) -> bool {
    is_one(&FILE.office.spans, heading)
}

/// Whether a title is that of a time of the day: « Heure » of a visit.
pub fn is_time_of_day(heading: &str) -> bool {
    is_one(&FILE.office.times, heading)
}

/// Whether a title is that of who proposes, decides or signs, and is not meant by the row: « Responsable », « Évaluateur ».
pub fn of_superiors(heading: &str) -> bool {
    one_of(&FILE.second.superiors, &spaced(heading)).is_some()
}

/// Whether a title is that of who stands in for the agent of the row: « Remplaçant ».
pub fn of_substitutes(heading: &str) -> bool {
    one_of(&FILE.second.substitutes, &spaced(heading)).is_some()
}
