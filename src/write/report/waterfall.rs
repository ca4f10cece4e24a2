//! The picture of the report: last month's net total, one bar per cause, this month's net total, as inline SVG.
//! Drawn with whole numbers only. Readable without colour: the sign stands before each amount, and decreases are hatched.

use super::digest::Digest;
use super::wording::{self as w};
use crate::ground::{Lang, Money};
use maud::{Markup, PreEscaped, html};

/// Causes shown by themselves; the smaller ones are one bar together.
const BARS: usize = 9;

const WIDTH: i64 = 1000;
const ROW: i64 = 30;
const BAR: i64 = 18;
/// Where bars begin and end; labels stand left of them, amounts right.
const LEFT: i64 = 360;
const RIGHT: i64 = 880;

/// One bar: what it is called, and where it starts and ends in cents.
#[derive(Debug, PartialEq, Eq)]
pub struct Bar {
    pub label: String,
    pub from: Money,
    pub to: Money,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Total,
    Step,
}

/// The bars from top to bottom. The steps lead from the first total to the last, whatever the causes add up to:
/// what they leave is a bar of its own.
pub fn bars(d: &Digest<'_>) -> Vec<Bar> {
    let lang = d.report.lang;
    let mut causes: Vec<u16> = d.used_causes().into_iter().filter(|&c| !d.causes[usize::from(c)].net.is_zero()).collect();
    let mut by_size = causes.clone();
    by_size.sort_by_key(|&c| (-d.causes[usize::from(c)].net.abs().cents(), c));
    // A bar for "others" that would hold a single cause is that cause.
    let kept = if causes.len() > BARS { &by_size[..BARS - 1] } else { &by_size[..] };
    let others: Vec<u16> = causes.iter().copied().filter(|c| !kept.contains(c)).collect();
    causes.retain(|c| kept.contains(c));

    let mut level = d.before.net_paid;
    let mut bars = vec![Bar { label: total_label(d, true), from: Money::ZERO, to: level, kind: Kind::Total }];
    let mut step = |label: String, change: Money| {
        bars.push(Bar { label, from: level, to: level + change, kind: Kind::Step });
        level += change;
    };
    for c in causes {
        step(named(d, c), d.causes[usize::from(c)].net);
    }
    if !others.is_empty() {
        let sum = others.iter().map(|&c| d.causes[usize::from(c)].net).sum();
        step(format!("{} ({})", w::OTHERS.get(lang), others.len()), sum);
    }
    if !d.unexplained().is_zero() {
        step(w::UNEXPLAINED_CAUSE.get(lang).to_owned(), d.unexplained());
    }
    bars.push(Bar { label: total_label(d, false), from: Money::ZERO, to: d.after.net_paid, kind: Kind::Total });
    bars
}

/// A cause, and the line that nearly all of it is.
fn named(d: &Digest<'_>, cause: u16) -> String {
    let label = &d.report.causes[usize::from(cause)].label;
    let lines = d.naming(cause);
    let all: Money = lines.iter().map(|l| l.2.abs()).sum();
    match lines.first().filter(|l| l.2.abs().cents() * 4 >= all.cents() * 3) {
        Some(l) => format!("{label}\u{202f}: {}", d.report.lines[usize::from(l.0)].code.replace('_', "\u{a0}")),
        None => label.clone(),
    }
}

fn total_label(d: &Digest<'_>, last: bool) -> String {
    let r = d.report;
    let month = if last { r.last_month } else { r.month };
    format!("{} {}", w::NET.get(r.lang), w::of_month(month, r.lang))
}

/// Cents to horizontal places.
struct Scale {
    low: i64,
    high: i64,
    /// The scale starts above zero: bars of totals are drawn cut.
    broken: bool,
}

impl Scale {
    fn of(bars: &[Bar]) -> Self {
        let ends = || bars.iter().flat_map(|b| [b.from.cents(), b.to.cents()]).filter(|&c| c != 0);
        let (low, high) = (ends().min().unwrap_or(0), ends().max().unwrap_or(0));
        let spread = high - low;
        // Steps would be slivers beside whole totals: start just below the lowest level instead.
        if low > 0 && spread < high / 3 {
            let room = (spread / 3).max(high / 100).max(1);
            Self { low: (low - room).max(0), high: high + spread / 20, broken: low > room }
        } else {
            Self { low: low.min(0), high: high.max(low + 1).max(1), broken: false }
        }
    }
    fn at(&self, m: Money) -> i64 {
        let (span, offset) = (i128::from(self.high - self.low), i128::from((m.cents() - self.low).max(0)));
        LEFT + i64::try_from(offset * i128::from(RIGHT - LEFT) / span.max(1)).unwrap_or(RIGHT)
    }
}

/// Long labels are cut with an ellipsis: the table below the picture has them whole.
fn short(label: &str) -> String {
    const LONGEST: usize = 46;
    if label.chars().count() <= LONGEST { label.to_owned() } else { label.chars().take(LONGEST - 1).chain(['…']).collect() }
}

/// The picture with its legend.
pub fn picture(d: &Digest<'_>) -> Markup {
    let lang = d.report.lang;
    let bars = bars(d);
    let scale = Scale::of(&bars);
    let height = ROW * i64::try_from(bars.len()).expect("a dozen bars") + 8;
    let title = w::WHY_DIFFERENT.get(lang);
    html! {
        figure.waterfall {
            svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-labelledby="waterfall-title waterfall-desc" xmlns="http://www.w3.org/2000/svg" {
                title id="waterfall-title" { (title) }
                desc id="waterfall-desc" { (description(&bars, lang)) }
                (patterns())
                @for (i, bar) in (0i64..).zip(&bars) {
                    (row(bar, &scale, 4 + i * ROW, bars.get(usize::try_from(i).unwrap_or(0) + 1), lang))
                }
            }
            figcaption {
                (swatch("fall-up", '+')) (w::INCREASE.get(lang)) " "
                (swatch("fall-down", '\u{2212}')) (w::DECREASE.get(lang)) " "
                (swatch("fall-total", '=')) (w::TOTAL_OF_MONTH.get(lang)) "."
                @if scale.broken { " " (w::BROKEN_AXIS.get(lang)) }
            }
        }
    }
}

fn row(bar: &Bar, scale: &Scale, top: i64, next: Option<&Bar>, lang: Lang) -> Markup {
    let change = bar.to - bar.from;
    let (a, b) = match bar.kind {
        Kind::Total => (LEFT, scale.at(bar.to)),
        Kind::Step => (scale.at(bar.from.min(bar.to)), scale.at(bar.from.max(bar.to))),
    };
    let (class, text) = match bar.kind {
        Kind::Total => ("fall-total", w::amount(bar.to, lang)),
        Kind::Step if change.is_negative() => ("fall-down", w::signed(change, lang)),
        Kind::Step => ("fall-up", w::signed(change, lang)),
    };
    let (middle, end) = (top + ROW / 2, scale.at(bar.to));
    let (ceiling, floor) = (middle - BAR / 2, middle + BAR / 2);
    html! {
        text.fall-label x=(LEFT - 14) y=(middle + 5) text-anchor="end" font-weight=[(bar.kind == Kind::Total).then_some("700")] { (short(&bar.label)) }
        rect class=(class) x=(a) y=(ceiling) width=((b - a).max(2)) height=(BAR) {}
        @if bar.kind == Kind::Total && scale.broken {
            path.fall-break d=(format!("M{} {} l6 -{h} h7 l-6 {h} z", LEFT + 26, floor + 2, h = BAR + 4)) {}
        }
        @if next.is_some() {
            line.fall-link x1=(end) x2=(end) y1=(floor) y2=(ceiling + ROW) {}
        }
        text.fall-amount x=(WIDTH) y=(middle + 5) text-anchor="end" font-weight=[(bar.kind == Kind::Total).then_some("700")] { (text) }
    }
}

/// Hatching for decreases; increases are plain, totals dark.
fn patterns() -> Markup {
    PreEscaped(
        r##"<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/><line x1="0" y1="0" x2="0" y2="6" stroke="#9c3d10" stroke-width="3.2"/></pattern></defs>"##
            .to_owned(),
    )
}

fn swatch(class: &str, sign: char) -> Markup {
    html! {
        svg.swatch viewBox="0 0 26 14" aria-hidden="true" { rect class=(class) x="1" y="1" width="24" height="12" {} }
        " " span.sign { (sign) } " "
    }
}

/// The picture in words, for those who do not see it.
fn description(bars: &[Bar], lang: Lang) -> String {
    let parts: Vec<String> = bars
        .iter()
        .map(|b| match b.kind {
            Kind::Total => format!("{} {} €", b.label, w::amount(b.to, lang)),
            Kind::Step => format!("{} {} €", b.label, w::signed(b.to - b.from, lang)),
        })
        .collect();
    parts.join("\u{202f}; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::report::sample;

    #[test]
    fn bars_lead_from_one_total_to_the_other_without_a_gap() {
        let report = sample::town();
        let d = Digest::of(&report);
        let bars = bars(&d);
        let steps = &bars[1..bars.len() - 1];
        assert!(steps.len() <= BARS);
        assert_eq!(steps[0].from, d.before.net_paid);
        assert!(steps.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert_eq!(steps[steps.len() - 1].to, d.after.net_paid);
    }

    #[test]
    fn what_no_cause_explains_is_a_bar_of_its_own() {
        let mut report = sample::town();
        report.changes.retain(|c| c.line != 12);
        let d = Digest::of(&report);
        let bars = bars(&d);
        let last_step = &bars[bars.len() - 2];
        assert_eq!(last_step.label, "Inexpliqué");
        assert_eq!(last_step.to, d.after.net_paid);
    }

    #[test]
    fn a_scale_starts_at_zero_unless_the_steps_would_be_slivers() {
        let total = |cents| Bar { label: String::new(), from: Money::ZERO, to: Money::from_cents(cents), kind: Kind::Total };
        assert!(!Scale::of(&[total(100), total(900)]).broken);
        assert!(Scale::of(&[total(100_000), total(101_000)]).broken);
        assert!(!Scale::of(&[total(0), total(0)]).broken);
        let same = Scale::of(&[total(500), total(500)]);
        assert!(same.at(Money::from_cents(500)) > LEFT);
    }
}
