//! Measures whose data a run does not have, each with the reason a person reads (`ui.need_…`).
//!
//! A control named here is reported as not run. Whoever brings the data takes the measure out of this list.

/// Key of the sentence that says what is missing; `None` for a measure that is not known to lack anything.
pub fn reason(measure: &str) -> Option<&'static str> {
    Some(match measure {
        "already_paid" | "payment_already_released" => "need_releases",
        "changed_after_approval" => "need_approval",
        "official_difference"
        | "sum_of_differences"
        | "recovery_deadline"
        | "instalment_too_high"
        | "correction_across_years"
        | "left_before_recovery"
        | "correction_priority" => "need_official",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Lang, words};

    #[test]
    fn every_reason_has_its_sentence() {
        for measure in ["changed_after_approval", "already_paid", "official_difference", "correction_priority"] {
            let key = format!("ui.{}", reason(measure).expect("a measure without data"));
            assert_ne!(words::ui(&key, Lang::Fr), key);
            assert_ne!(words::ui(&key, Lang::Fr), words::ui(&key, Lang::En));
        }
        assert_eq!(reason("net_negative"), None);
    }
}
