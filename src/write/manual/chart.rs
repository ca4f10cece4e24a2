//! The history of a value of law as a small step line. Drawn in whole tenths of a pixel, so that it is the same everywhere.

use crate::ground::Exact;
use chrono::NaiveDate;
use maud::{Markup, html};

const WIDTH: i64 = 2800;
const HEIGHT: i64 = 560;
/// Room above and below the line, in tenths.
const TOP: i64 = 70;
const BOTTOM: i64 = 490;

/// A day and what is in force from it on.
pub struct Step {
    pub from: NaiveDate,
    pub value: Exact,
    /// Day, value and text, for whoever points at the step.
    pub told: String,
}

fn tenths(n: i64) -> String {
    format!("{}.{}", n / 10, n % 10)
}

/// Draws the steps up to `last`; nothing when there is nothing to compare.
pub fn draw(steps: &[Step], last: NaiveDate) -> Option<Markup> {
    let (first, newest) = (steps.first()?, steps.last()?);
    if steps.len() < 2 {
        return None;
    }
    let low = steps.iter().map(|s| s.value).min()?;
    let high = steps.iter().map(|s| s.value).max()?;
    let last = last.max(newest.from + chrono::Days::new(90));
    let days = (last - first.from).num_days().max(1);
    let x = |d: NaiveDate| (d - first.from).num_days() * WIDTH / days;
    let span = high.sub(low)?;
    let y = |v: Exact| {
        let share = v.sub(low).and_then(|d| d.div(span)).and_then(|q| q.scaled_half_up(BOTTOM - TOP)).unwrap_or(0);
        BOTTOM - share
    };
    let mut path = format!("M{} {}", tenths(x(first.from)), tenths(y(first.value)));
    for s in &steps[1..] {
        path += &format!("H{}V{}", tenths(x(s.from)), tenths(y(s.value)));
    }
    path += &format!("H{}", tenths(WIDTH));
    let area = format!("{path}V{}H0Z", tenths(HEIGHT));
    Some(html! {
        svg.chart viewBox=(format!("-6 0 {} {}", WIDTH / 10 + 12, HEIGHT / 10)) aria-hidden="true" {
            path.chart-area d=(area) {}
            path.chart-line d=(path) {}
            @for s in steps {
                circle cx=(tenths(x(s.from))) cy=(tenths(y(s.value))) r="2.6" { title { (s.told) } }
            }
        }
    })
}
