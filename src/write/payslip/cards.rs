//! Under the table: sums of the year, payment, leave.

use super::canvas::{BLACK, Canvas, Missing, Role, Style};
use super::layout::{LEFT, WIDTH};
use super::model::{Cumuls, Line, Pay, PrintedPayslip};
use super::words::{self, Word};
use crate::ground::{Money, figures};

const ROW: f32 = 10.2;
const TITLE: f32 = 15.0;
const GAP: f32 = 14.0;
const CUMULS_WIDTH: f32 = 222.0;
const PAYMENT_WIDTH: f32 = 122.0;
const LEADING: f32 = 9.0;
const LEAVE_WIDTH: f32 = WIDTH - CUMULS_WIDTH - PAYMENT_WIDTH - 2.0 * GAP;
const LEAVE_LABEL: f32 = LEAVE_WIDTH - 84.0;

fn field() -> Style {
    Style::field(7.6)
}
fn value() -> Style {
    Style::regular(8.0)
}

/// Height that [`draw`] takes.
pub fn height(canvas: &Canvas<'_>, slip: &PrintedPayslip, pay: &Pay) -> Result<f32, Missing> {
    let hours = slip.period.hours.is_some() || pay.cumuls.as_ref().is_some_and(|c| c.hours.is_some());
    let cumuls = ROW * f32::from(5 + u8::from(hours));
    let mut leave = ROW;
    for kind in pay.leave.iter().flatten() {
        let lines = canvas.lines(&kind.label, LEAVE_LABEL, value())?.len();
        leave += ROW + LEADING * (lines - 1) as f32;
    }
    let payment = if slip.payment.held { ROW + LEADING * held(canvas, slip)?.len() as f32 } else { 3.0 * ROW };
    Ok(TITLE + cumuls.max(leave).max(payment) - 4.0)
}

/// Whom to ask about money that stays.
fn held(canvas: &Canvas<'_>, slip: &PrintedPayslip) -> Result<Vec<String>, Missing> {
    let Some(contact) = &slip.employer.contact else { return Ok(Vec::new()) };
    canvas.lines(&format!("{} {contact}", words::ASK.get(slip.lang)), PAYMENT_WIDTH, value())
}

/// Draws the three cards from `y` on.
pub fn draw(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, pay: &Pay, y: f32) -> Result<(), Missing> {
    cumuls(canvas, slip, pay, y)?;
    payment(canvas, slip, LEFT + CUMULS_WIDTH + GAP, y, PAYMENT_WIDTH)?;
    leave(canvas, slip, pay, LEFT + WIDTH - LEAVE_WIDTH, y)
}

fn title(canvas: &mut Canvas<'_>, x: f32, y: f32, width: f32, text: &str) -> Result<f32, Missing> {
    canvas.within(Role::Heading(2, text.to_owned()), |c| c.left(x, y + 8.0, text, Style::bold(8.6)))?;
    canvas.rule(x, y + 11.0, width, 0.6, BLACK);
    Ok(y + TITLE)
}

/// A header row: the first title at the left, the others ending at their column.
fn head(canvas: &mut Canvas<'_>, x: f32, y: f32, first: &str, others: &[(f32, &str)]) -> Result<(), Missing> {
    canvas.open(Role::TableHead);
    canvas.open(Role::Row);
    canvas.within(Role::ColumnHeader, |c| c.left(x, y + 5.5, first, field()))?;
    for (end, text) in others {
        canvas.within(Role::ColumnHeader, |c| c.right(*end, y + 5.5, text, field()))?;
    }
    canvas.close();
    canvas.close();
    Ok(())
}

fn cumuls(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, pay: &Pay, y: f32) -> Result<(), Missing> {
    let (lang, totals) = (slip.lang, &pay.totals);
    let employer: Money = pay.lines.iter().filter_map(|l: &Line| l.employer_amount).sum();
    let year =
        pay.cumuls.as_ref().map_or_else(|| slip.payment.date.map_or(slip.period.month.year(), |d| chrono::Datelike::year(&d)), |c| c.year);
    let since = |pick: fn(&Cumuls) -> Option<Money>| pay.cumuls.as_ref().and_then(pick).map(|m| figures::money(m, lang));
    let rows: [(Word, Option<String>, Option<String>); 5] = [
        (words::CUMUL_GROSS, Some(figures::money(totals.gross, lang)), since(|c| c.gross)),
        (words::CUMUL_TAXABLE, Some(figures::money(totals.net_taxable, lang)), since(|c| c.taxable)),
        (words::CUMUL_TAX, Some(figures::money(totals.income_tax, lang)), since(|c| c.income_tax)),
        (words::CUMUL_EMPLOYER, Some(figures::money(employer, lang)), since(|c| c.employer)),
        (words::CUMUL_HOURS, slip.period.hours.clone(), pay.cumuls.as_ref().and_then(|c| c.hours.clone())),
    ];
    let name = words::CUMULS.get(lang).to_owned();
    let mut y = title(canvas, LEFT, y, CUMULS_WIDTH, &name)?;
    let ends = [LEFT + 138.0, LEFT + CUMULS_WIDTH];
    let since_january = format!("{} {year}", words::SINCE.get(lang));
    let titles = [(ends[0], words::MONTH.get(lang)), (ends[1], since_january.as_str())];
    let unknown = words::UNAVAILABLE.get(lang);
    canvas.open(Role::Table(name));
    head(canvas, LEFT, y, words::LABEL.get(lang), &titles)?;
    y += ROW;
    canvas.open(Role::TableBody);
    for (word, of_month, of_year) in rows {
        if of_month.is_none() && of_year.is_none() {
            continue;
        }
        canvas.open(Role::Row);
        canvas.within(Role::RowHeader(1), |c| c.left(LEFT, y + 5.5, word.get(lang), value()))?;
        for (end, text) in ends.into_iter().zip([&of_month, &of_year]) {
            let (text, style) = text.as_deref().map_or((unknown, field()), |t| (t, value()));
            canvas.within(Role::Cell(1), |c| c.right(end, y + 5.5, text, style))?;
        }
        canvas.close();
        y += ROW;
    }
    canvas.close();
    canvas.close();
    Ok(())
}

/// When, how and to which account, as far as known.
pub fn payment(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, x: f32, y: f32, width: f32) -> Result<(), Missing> {
    let (payment, lang) = (&slip.payment, slip.lang);
    let fields = [
        (words::PAY_DATE, payment.date.map(|d| words::date(d, lang))),
        (words::PAY_MODE, payment.mode.map(|m| words::mode(m).get(lang).to_owned())),
        (words::ACCOUNT, payment.account.as_ref().map(crate::ground::Iban::masked)),
    ];
    let mut y = title(canvas, x, y, width, words::PAYMENT.get(lang))?;
    if payment.held {
        canvas.within(Role::Paragraph, |c| c.left(x, y + 5.5, words::HELD.get(lang), Style::bold(8.0)))?;
        let lines = held(canvas, slip)?;
        if !lines.is_empty() {
            canvas.within(Role::Paragraph, |c| c.paragraph(x, y + 5.5 + ROW, &lines, LEADING, value()))?;
        }
        return Ok(());
    }
    if fields.iter().all(|(_, text)| text.is_none()) {
        canvas.within(Role::Paragraph, |c| c.left(x, y + 5.5, words::UNAVAILABLE.get(lang), value()))?;
        return Ok(());
    }
    canvas.open(Role::List);
    for (word, text) in fields {
        let Some(text) = text else { continue };
        canvas.open(Role::Item);
        canvas.within(Role::ItemLabel, |c| c.left(x, y + 5.5, word.get(lang), field()))?;
        canvas.within(Role::ItemBody, |c| c.right(x + width, y + 5.5, &text, value()))?;
        canvas.close();
        y += ROW;
    }
    canvas.close();
    Ok(())
}

fn leave(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, pay: &Pay, x: f32, y: f32) -> Result<(), Missing> {
    let lang = slip.lang;
    let mut y = title(canvas, x, y, LEAVE_WIDTH, words::LEAVE.get(lang))?;
    let Some(kinds) = pay.leave.as_ref().filter(|l| !l.is_empty()) else {
        canvas.within(Role::Paragraph, |c| c.left(x, y + 5.5, words::UNAVAILABLE.get(lang), value()))?;
        return Ok(());
    };
    let (taken, left) = (x + LEAVE_WIDTH - 42.0, x + LEAVE_WIDTH);
    canvas.open(Role::Table(words::LEAVE.get(lang).to_owned()));
    head(canvas, x, y, words::LEAVE_KIND.get(lang), &[(taken, words::TAKEN.get(lang)), (left, words::LEFT.get(lang))])?;
    y += ROW;
    canvas.open(Role::TableBody);
    for kind in kinds {
        let lines = canvas.lines(&kind.label, LEAVE_LABEL, value())?;
        canvas.open(Role::Row);
        let below = canvas.within(Role::RowHeader(1), |c| c.paragraph(x, y + 5.5, &lines, LEADING, value()))?;
        for (end, text) in [(taken, &kind.taken), (left, &kind.left)] {
            canvas.within(Role::Cell(1), |c| c.right(end, y + 5.5, text.as_deref().unwrap_or("–"), value()))?;
        }
        canvas.close();
        y = below - LEADING - 5.5 + ROW;
    }
    canvas.close();
    canvas.close();
    Ok(())
}
