//! How single cells look and how amounts become cells. The only place of the project where cents turn into a float:
//! a spreadsheet knows no other number.

use crate::ground::Money;
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, XlsxError};

/// Cents as the number a cell holds. To the cent up to fifteen digits, which is also all that a spreadsheet shows.
#[expect(clippy::cast_precision_loss, reason = "a cell holds a double; ten thousand billion euros still print to the cent")]
pub fn cell_number(money: Money) -> f64 {
    money.cents() as f64 / 100.0
}

/// A formula that shows this amount before anything recalculates it.
pub fn sum_formula(text: &str, result: Money) -> Formula {
    Formula::new(text).set_result(result.to_string())
}

/// What a cell holds besides its look.
#[derive(Clone, Debug)]
pub enum Cell {
    Blank,
    Text(String),
    Money(Money),
    /// Shows its sign: a difference.
    Change(Money),
    Count(u64),
    /// An amount made by a formula; the second is its value now.
    Sum(String, Money),
    ChangeSum(String, Money),
    CountSum(String, u64),
    /// A change in percent by a formula; the second is its value now, `0.0312`.
    Percent(String, String),
    /// A share of a total, without sign.
    Share(String, String),
    Date(NaiveDate),
}

impl Cell {
    pub fn text(t: impl Into<String>) -> Self {
        Self::Text(t.into())
    }
    /// How far the cell `change` stands from the cell `base`, in percent; blank when there is nothing to compare with.
    pub fn percent(change: &str, base: &str, before: Money, after: Money) -> Self {
        let now = ratio(before, after);
        if now.is_empty() { Self::Blank } else { Self::Percent(format!("=IF({base}=0,\"\",{change}/{base})"), now) }
    }
    pub fn maybe(m: Option<Money>) -> Self {
        m.map_or(Self::Blank, Self::Money)
    }
}

/// A date as a cell holds it.
///
/// # Errors
/// Before 1900 or after 9999, which a spreadsheet does not know.
pub fn date(d: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let part = |n: u32| u8::try_from(n).expect("months and days are small");
    ExcelDateTime::from_ymd(u16::try_from(d.year()).unwrap_or(0), part(d.month()), part(d.day()))
}

/// Text that a cell can hold: the format's limit is 32,767 characters.
pub fn cut(text: String) -> String {
    const LIMIT: usize = 32_000;
    if text.len() <= LIMIT || text.chars().count() <= LIMIT { text } else { text.chars().take(LIMIT).chain(['…']).collect() }
}

/// The change as a share of what was there before, to four decimals; empty when there is nothing to compare with.
fn ratio(before: Money, after: Money) -> String {
    if before.is_zero() {
        return String::new();
    }
    // What is withheld is negative on both sides: more of it is a rise.
    let change = i128::from((after - before).cents()) * if before.is_negative() { -1 } else { 1 };
    let base = i128::from(before.cents()).abs();
    let half = if change < 0 { -base } else { base };
    let parts = (change * 20_000 + half) / (2 * base);
    let sign = if parts < 0 { "-" } else { "" };
    format!("{sign}{}.{:04}", parts.unsigned_abs() / 10_000, parts.unsigned_abs() % 10_000)
}

const AMOUNT: &str = "#,##0.00;[Red]-#,##0.00";
const SIGNED: &str = "+#,##0.00;[Red]-#,##0.00;0.00";
const SHARE: &str = "0.0%";
const PERCENT: &str = "+0.0%;[Red]-0.0%;0.0%";
const INK: Color = Color::RGB(0x1B_26_33);
const SOFT: Color = Color::RGB(0x5B_67_73);
const RULE: Color = Color::RGB(0xD5_DB_E1);
const BAND: Color = Color::RGB(0xE4_EA_F0);
const TOTAL: Color = Color::RGB(0xF4_F6_F8);

/// Which look a row has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Row {
    Body,
    Total,
}

/// The formats of one row style.
pub struct Look {
    pub text: Format,
    pub wrap: Format,
    pub money: Format,
    pub change: Format,
    pub count: Format,
    pub percent: Format,
    pub share: Format,
    pub date: Format,
}

/// Every format of the workbook, made once.
pub struct Styles {
    pub title: Format,
    pub subtitle: Format,
    pub note: Format,
    pub section: Format,
    pub head: Format,
    pub head_right: Format,
    pub warning: Format,
    pub link: Format,
    pub good: Format,
    pub bad: Format,
    pub status: Format,
    pub body: Look,
    pub total: Look,
}

fn base() -> Format {
    Format::new().set_font_name("Calibri").set_font_size(10).set_font_color(INK).set_align(FormatAlign::Top)
}

fn look(from: &Format) -> Look {
    // A little room, so that a text never touches the number before it.
    let left = || from.clone().set_align(FormatAlign::Left).set_indent(1);
    let right = || from.clone().set_align(FormatAlign::Right);
    Look {
        // "@" keeps a matricule a text when somebody edits the cell.
        text: left().set_num_format("@"),
        wrap: left().set_num_format("@").set_text_wrap(),
        money: right().set_num_format(AMOUNT),
        change: right().set_num_format(SIGNED),
        count: right().set_num_format("#,##0"),
        percent: right().set_num_format(PERCENT),
        share: right().set_num_format(SHARE),
        date: left().set_num_format("dd/mm/yyyy"),
    }
}

impl Styles {
    pub fn new() -> Self {
        let body = base().set_border_bottom(FormatBorder::Hair).set_border_bottom_color(RULE);
        let total = base()
            .set_bold()
            .set_background_color(TOTAL)
            .set_border_top(FormatBorder::Thin)
            .set_border_top_color(SOFT)
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(SOFT);
        let head = base()
            .set_bold()
            .set_background_color(BAND)
            .set_text_wrap()
            .set_border_bottom(FormatBorder::Medium)
            .set_border_bottom_color(INK);
        Self {
            title: base().set_bold().set_font_size(15),
            subtitle: base().set_font_size(11),
            note: base().set_font_color(SOFT),
            section: base().set_bold().set_font_size(12).set_border_bottom(FormatBorder::Medium).set_border_bottom_color(INK),
            head_right: head.clone().set_align(FormatAlign::Right),
            head: head.set_align(FormatAlign::Left).set_indent(1),
            warning: base().set_bold().set_font_color(Color::RGB(0xA6_1B_1B)),
            link: base().set_font_color(Color::RGB(0x1F_4E_8C)).set_underline(rust_xlsxwriter::FormatUnderline::Single),
            good: Format::new().set_font_color(Color::RGB(0x1E_6B_3A)),
            bad: Format::new().set_bold().set_font_color(Color::White).set_background_color(Color::RGB(0xA6_1B_1B)),
            status: body.clone().set_bold().set_align(FormatAlign::Center),
            body: look(&body),
            total: look(&total),
        }
    }

    pub const fn of(&self, row: Row) -> &Look {
        match row {
            Row::Body => &self.body,
            Row::Total => &self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_in_a_cell_prints_its_cents_and_nothing_more() {
        for cents in [0, 1, -1, 10, 218_437, -123_456_789, 999_999_999_999_999] {
            let text = cell_number(Money::from_cents(cents)).to_string();
            let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
            assert!(decimals.len() <= 2, "{text}");
            assert_eq!(format!("{whole}.{decimals:0<2}"), Money::from_cents(cents).to_string());
        }
    }

    #[test]
    fn ratios_are_rounded_to_the_nearest_and_absent_without_a_base() {
        let r = |b, a| ratio(Money::from_cents(b), Money::from_cents(a));
        assert_eq!(r(200_000, 210_000), "0.0500");
        assert_eq!(r(3, 2), "-0.3333");
        assert_eq!(r(3, 5), "0.6667");
        // More withheld is a rise of what is withheld.
        assert_eq!(r(-200_000, -210_000), "0.0500");
        assert_eq!(r(0, 5), "");
    }
}
