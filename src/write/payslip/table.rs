//! The table of pay lines: sections, sums, the nets and what the employer pays, over as many pages as it takes.
//!
//! Adds nothing up but what stands on the page: section sums and the sums carried over a page break.

use super::canvas::{BLACK, Canvas, GREY, HAIR, Missing, Role, SHADE, Style};
use super::layout::{BOTTOM, LEFT, Measures, WIDTH, running_head};
use super::model::{Line, Part, Pay, PrintedPayslip};
use super::words;
use crate::ground::{Lang, Money, figures};

/// Where columns start and end, in points from the left edge of the page. Figures end at theirs.
const CODE: f32 = LEFT + 3.0;
const CODE_WIDTH: f32 = 54.0;
const LABEL: f32 = LEFT + 61.0;
const LABEL_WIDTH: f32 = 188.0;
const ENDS: [f32; 6] = [LEFT + 293.0, LEFT + 335.0, LEFT + 386.0, LEFT + 439.0, LEFT + 479.0, LEFT + WIDTH - 3.0];
/// Widest text of each, so that none reaches its neighbour; wider ones are set smaller.
const WIDTHS: [f32; 6] = [41.0, 38.0, 48.0, 49.0, 36.0, 41.0];
const BASE: usize = 0;
const RATE: usize = 1;
const PAID: usize = 2;
const DEDUCTED: usize = 3;
const EMPLOYER_RATE: usize = 4;
const EMPLOYER: usize = 5;

/// Sums of the three columns of amounts.
#[derive(Clone, Copy, Default)]
struct Sums {
    paid: Money,
    deducted: Money,
    employer: Money,
}

impl Sums {
    fn add(&mut self, line: &Line) {
        let (paid, deducted) = columns(line);
        self.paid += paid.unwrap_or_default();
        self.deducted += deducted.unwrap_or_default();
        self.employer += line.employer_amount.unwrap_or_default();
    }
}

impl Sums {
    /// Zero is left out.
    fn shown(self) -> [Option<Money>; 3] {
        [self.paid, self.deducted, self.employer].map(|m| (!m.is_zero()).then_some(m))
    }
}

/// In which column an amount stands. What is gross, and what is contributed, each stay in one with their sign, so that
/// the totals under it are its sum.
fn columns(line: &Line) -> (Option<Money>, Option<Money>) {
    match (line.amount, line.part) {
        (None, _) => (None, None),
        (Some(m), Part::Gross) => (Some(m), None),
        (Some(m), Part::Contribution) => (None, Some(-m)),
        (Some(m), Part::BeforeTax | Part::AfterTax) if m.is_negative() => (None, Some(-m)),
        (Some(m), Part::BeforeTax | Part::AfterTax) => (Some(m), None),
    }
}

struct Table<'a, 'f> {
    canvas: &'a mut Canvas<'f>,
    slip: &'a PrintedPayslip,
    lang: Lang,
    measures: Measures,
    y: f32,
    sums: Sums,
}

/// Draws the table from `y` on; where it ends.
pub fn draw(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, pay: &Pay, measures: Measures, y: f32) -> Result<f32, Missing> {
    let lang = slip.lang;
    let (title, unit) = (words::LINES.get(lang), words::AMOUNTS.get(lang));
    canvas.within(Role::Heading(2, title.to_owned()), |c| c.left(LEFT, y + 8.0, title, Style::bold(9.0)))?;
    canvas.within(Role::Paragraph, |c| c.right(LEFT + WIDTH, y + 8.0, unit, Style::field(7.2)))?;
    let mut table = Table { canvas, slip, lang, measures, y: y + 12.0, sums: Sums::default() };
    table.canvas.open(Role::Table(format!("{title}, {unit}")));
    table.canvas.open(Role::TableHead);
    table.head(true)?;
    table.canvas.close();
    table.canvas.open(Role::TableBody);
    table.body(pay)?;
    table.canvas.close();
    table.canvas.close();
    Ok(table.y)
}

impl Table<'_, '_> {
    fn body(&mut self, pay: &Pay) -> Result<(), Missing> {
        let totals = &pay.totals;
        self.part(pay, Part::Gross, None)?;
        self.total(words::GROSS.get(self.lang), [Some(totals.gross), None, None])?;
        self.part(pay, Part::Contribution, Some(words::CONTRIBUTIONS_SECTION.get(self.lang)))?;
        let mut contributions = Sums::default();
        pay.lines.iter().filter(|l| l.part == Part::Contribution).for_each(|l| contributions.add(l));
        self.total(words::CONTRIBUTIONS.get(self.lang), [None, Some(contributions.deducted), Some(contributions.employer)])?;
        self.part(pay, Part::BeforeTax, Some(words::BEFORE_TAX_SECTION.get(self.lang)))?;

        let after = pay.lines.iter().filter(|l| l.part == Part::AfterTax).count() as f32;
        self.make_room(14.0 + 27.0 + 18.0 + 15.0 + (after + 2.0) * self.measures.row)?;
        if let Some(amount) = pay.net_social {
            self.net_social(amount)?;
        }
        self.net_before_tax(totals.net_before_tax)?;
        self.tax(pay)?;
        self.part(pay, Part::AfterTax, None)?;
        self.net_paid(totals.net_paid)?;
        self.employer_cost(totals.employer_cost)
    }

    /// The column titles. On later pages a screen reader has them already.
    fn head(&mut self, first: bool) -> Result<(), Missing> {
        const HEIGHT: f32 = 21.0;
        let y = self.y;
        let style = Style::bold(7.2);
        let lang = self.lang;
        self.canvas.shade(LEFT, y, WIDTH, HEIGHT, SHADE);
        self.canvas.rule(LEFT, y, WIDTH, 1.0, BLACK);
        self.canvas.rule(LEFT, y + HEIGHT - 0.6, WIDTH, 0.6, BLACK);
        let one = |w: words::Word| [w.get(lang), ""];
        let titles = [
            (CODE, false, one(words::CODE)),
            (LABEL, false, one(words::LABEL)),
            (ENDS[BASE], true, one(words::BASE)),
            (ENDS[RATE], true, one(words::RATE)),
            (ENDS[PAID], true, one(words::PAID)),
            (ENDS[DEDUCTED], true, one(words::DEDUCTED)),
            (ENDS[EMPLOYER_RATE], true, [words::EMPLOYER_RATE_1.get(lang), words::EMPLOYER_RATE_2.get(lang)]),
            (ENDS[EMPLOYER], true, [words::EMPLOYER_AMOUNT_1.get(lang), words::EMPLOYER_AMOUNT_2.get(lang)]),
        ];
        if first {
            self.canvas.open(Role::Row);
        }
        for (x, to_the_right, [upper, lower]) in titles {
            if first {
                self.canvas.open(Role::ColumnHeader);
            }
            let baselines = if lower.is_empty() { [y + 13.0, 0.0] } else { [y + 9.0, y + 17.5] };
            // A space parts the two lines of a title when they are read aloud; it hangs beyond the column.
            let (upper, hang) = if lower.is_empty() { (upper.to_owned(), 0.0) } else { (format!("{upper} "), 0.26 * style.size) };
            for (text, baseline, x) in [(upper.as_str(), baselines[0], x + hang), (lower, baselines[1], x)] {
                match (first, to_the_right) {
                    (true, true) => self.canvas.right(x, baseline, text, style)?,
                    (true, false) => self.canvas.left(x, baseline, text, style)?,
                    (false, true) => self.canvas.right_repeated(x, baseline, text, style)?,
                    (false, false) => self.canvas.left_repeated(x, baseline, text, style)?,
                };
            }
            if first {
                self.canvas.close();
            }
        }
        if first {
            self.canvas.close();
        }
        self.y += HEIGHT;
        Ok(())
    }

    /// Turns the page when `height` does not fit any more: sums carried out below, brought in above.
    fn make_room(&mut self, height: f32) -> Result<(), Missing> {
        if self.y + height + self.measures.row <= BOTTOM {
            return Ok(());
        }
        self.carry(words::CARRIED_OUT.get(self.lang))?;
        self.canvas.turn_page();
        self.y = running_head(self.canvas, self.slip)?;
        self.head(false)?;
        self.carry(words::CARRIED_IN.get(self.lang))
    }

    fn carry(&mut self, label: &str) -> Result<(), Missing> {
        let baseline = self.y + self.measures.baseline;
        let style = Style::field(self.measures.size);
        self.canvas.rule(LEFT, self.y, WIDTH, 0.4, BLACK);
        self.canvas.right_repeated(LABEL + LABEL_WIDTH, baseline, label, style)?;
        let Sums { paid, deducted, employer } = self.sums;
        for (column, sum) in [(PAID, paid), (DEDUCTED, deducted), (EMPLOYER, employer)] {
            self.canvas.right_repeated(ENDS[column], baseline, &figures::money(sum, self.lang), style)?;
        }
        self.y += self.measures.row;
        self.canvas.rule(LEFT, self.y, WIDTH, 0.4, BLACK);
        Ok(())
    }

    /// All lines of a part, each section under its heading.
    fn part(&mut self, pay: &Pay, part: Part, default: Option<&str>) -> Result<(), Missing> {
        let mut open: Option<Option<&str>> = None;
        for line in pay.lines.iter().filter(|l| l.part == part) {
            let section = line.section.as_deref().or(default);
            if open != Some(section) {
                open = Some(section);
                if let Some(title) = section {
                    let (mut sums, mut count) = (Sums::default(), 0);
                    let same = |l: &&Line| l.part == part && l.section.as_deref().or(default) == section;
                    pay.lines.iter().filter(same).for_each(|l| {
                        sums.add(l);
                        count += 1;
                    });
                    let shown = (part == Part::Contribution && count > 1).then_some(sums);
                    self.section(title, shown)?;
                }
            }
            self.line(line)?;
        }
        Ok(())
    }

    fn section(&mut self, title: &str, sums: Option<Sums>) -> Result<(), Missing> {
        self.make_room(2.0 * self.measures.row + 2.0)?;
        self.canvas.rule(LEFT, self.y, WIDTH, 0.4, HAIR);
        self.y += 1.0;
        let style = Style::bold(self.measures.size);
        let baseline = self.y + self.measures.baseline;
        self.canvas.open(Role::Row);
        self.canvas.within(Role::RowHeader(4), |c| c.left(CODE, baseline, title, style))?;
        self.amounts(sums.unwrap_or_default().shown(), baseline, style)?;
        self.canvas.close();
        self.y += self.measures.row;
        Ok(())
    }

    /// Amounts under "à payer", "à déduire" and "part patronale"; what is left over in empty cells.
    fn amounts(&mut self, [paid, deducted, employer]: [Option<Money>; 3], baseline: f32, style: Style) -> Result<(), Missing> {
        let mut empty = 0;
        for (column, amount) in [(PAID, paid), (DEDUCTED, deducted), (EMPLOYER_RATE, None), (EMPLOYER, employer)] {
            let Some(amount) = amount else {
                empty += 1;
                continue;
            };
            self.blank(std::mem::take(&mut empty));
            self.canvas.within(Role::Cell(1), |c| c.right(ENDS[column], baseline, &figures::money(amount, self.lang), style))?;
        }
        self.blank(empty);
        Ok(())
    }

    /// One empty cell over so many columns: fewer stops for a screen reader than one each.
    fn blank(&mut self, columns: u32) {
        if columns > 0 {
            self.canvas.open(Role::Cell(columns));
            self.canvas.close();
        }
    }

    fn line(&mut self, line: &Line) -> Result<(), Missing> {
        let style = Style::regular(self.measures.size);
        let mut label = line.label.clone();
        if let Some(month) = line.period.filter(|&m| m != self.slip.period.month) {
            label.push_str(" – ");
            label.push_str(&words::month(month, self.lang));
        }
        if line.estimated {
            label.push_str(" (e)");
        }
        let (paid, deducted) = columns(line);
        let money = |m: Option<Money>| m.map(|m| figures::money(m, self.lang));
        let cells =
            [line.base.clone(), line.rate.clone(), money(paid), money(deducted), line.employer_rate.clone(), money(line.employer_amount)];
        self.row(&line.code, &label, &cells, style)?;
        self.sums.add(line);
        Ok(())
    }

    /// A row whose label may take several lines; code and figures stand on the first.
    fn row(&mut self, code: &str, label: &str, cells: &[Option<String>; 6], style: Style) -> Result<(), Missing> {
        // A label may run over the columns that stay empty beside it.
        let room = cells.iter().take(PAID).take_while(|c| c.is_none()).count();
        let width = if room == 0 { LABEL_WIDTH } else { ENDS[room] - WIDTHS[room] - 4.0 - LABEL };
        let lines = self.canvas.lines(label, width, style)?;
        let Measures { row, baseline, leading, .. } = self.measures;
        let extra = (lines.len() - 1) as f32 * leading;
        self.make_room(row + extra)?;
        let first = self.y + baseline;
        let code = code.replace('_', "\u{a0}");
        let small = self.canvas.fitting(&code, CODE_WIDTH, Style { ink: GREY, size: style.size - 0.6, ..style });
        self.canvas.open(Role::Row);
        self.canvas.within(Role::Cell(1), |c| c.left(CODE, first, &code, small))?;
        self.canvas.within(Role::RowHeader(1), |c| c.paragraph(LABEL, first, &lines, leading, style))?;
        let mut empty = 0;
        for (text, (end, width)) in cells.iter().zip(ENDS.into_iter().zip(WIDTHS)) {
            let Some(text) = text else {
                empty += 1;
                continue;
            };
            self.blank(std::mem::take(&mut empty));
            let style = self.canvas.fitting(text, width, style);
            self.canvas.within(Role::Cell(1), |c| c.right(end, first, text, style))?;
        }
        self.blank(empty);
        self.canvas.close();
        self.y += row + extra;
        Ok(())
    }

    fn total(&mut self, label: &str, sums: [Option<Money>; 3]) -> Result<(), Missing> {
        let height = self.measures.row + 2.0;
        self.make_room(height)?;
        let style = Style::bold(self.measures.size + 0.2);
        let baseline = self.y + self.measures.baseline + 1.0;
        self.canvas.shade(LEFT, self.y, WIDTH, height, SHADE);
        self.canvas.rule(LEFT, self.y, WIDTH, 0.5, BLACK);
        self.canvas.open(Role::Row);
        self.canvas.within(Role::RowHeader(4), |c| c.left(CODE, baseline, label, style))?;
        self.amounts(sums, baseline, style)?;
        self.canvas.close();
        self.y += height;
        Ok(())
    }

    /// A row of one amount under "à payer", its label as wide as it needs and its unit beside it.
    fn net(&mut self, label: &str, amount: Money, label_style: Style, amount_style: Style, baseline: f32) -> Result<(), Missing> {
        self.canvas.open(Role::Row);
        let width = self.canvas.within(Role::RowHeader(4), |c| c.left(CODE + 3.0, baseline, label, label_style))?;
        let amount = figures::money(amount, self.lang);
        let style = self.canvas.fitting(&amount, ENDS[PAID] - CODE - 9.0 - width, amount_style);
        self.canvas.open(Role::Cell(1));
        self.canvas.right(ENDS[PAID], baseline, &amount, style)?;
        self.canvas.left(ENDS[PAID], baseline, "\u{a0}€", style)?;
        self.canvas.close();
        self.blank(3);
        self.canvas.close();
        Ok(())
    }

    fn net_social(&mut self, amount: Money) -> Result<(), Missing> {
        self.canvas.rule(LEFT, self.y, WIDTH, 0.5, BLACK);
        let style = Style::bold(9.0);
        self.net(words::NET_SOCIAL.get(self.lang), amount, style, style, self.y + 11.3)?;
        self.y += 16.0;
        Ok(())
    }

    fn net_before_tax(&mut self, amount: Money) -> Result<(), Missing> {
        const HEIGHT: f32 = 25.0;
        self.canvas.shade(LEFT, self.y, WIDTH, HEIGHT, SHADE);
        self.canvas.frame(LEFT, self.y, WIDTH, HEIGHT, 1.2);
        let label = words::NET_BEFORE_TAX.get(self.lang);
        self.net(label, amount, Style::bold(13.0), Style::bold(17.0), self.y + 18.3)?;
        self.y += HEIGHT + 2.0;
        Ok(())
    }

    fn tax(&mut self, pay: &Pay) -> Result<(), Missing> {
        let style = Style::regular(self.measures.size);
        let amount = pay.totals.income_tax;
        let Some(tax) = &pay.tax else {
            return Ok(());
        };
        let kind = words::tax_rate(&tax.kind, self.lang);
        let mut label = if kind.is_empty() { tax.label.clone() } else { format!("{}, {kind}", tax.label) };
        if tax.estimated {
            label.push_str(" (e)");
        }
        let money = |m: Money| figures::money(m, self.lang);
        let (paid, deducted) = if amount.is_negative() { (Some(-amount), None) } else { (None, Some(amount)) };
        let cells = [Some(money(tax.base)), Some(tax.rate.clone()), paid.map(money), deducted.map(money), None, None];
        self.row(&tax.code, &label, &cells, style)
    }

    fn net_paid(&mut self, amount: Money) -> Result<(), Missing> {
        const HEIGHT: f32 = 18.0;
        self.canvas.shade(LEFT, self.y, WIDTH, HEIGHT, SHADE);
        self.canvas.rule(LEFT, self.y, WIDTH, 0.8, BLACK);
        self.canvas.rule(LEFT, self.y + HEIGHT - 0.8, WIDTH, 0.8, BLACK);
        let style = Style::bold(11.5);
        self.net(words::NET_PAID.get(self.lang), amount, style, style, self.y + 13.2)?;
        self.y += HEIGHT;
        Ok(())
    }

    fn employer_cost(&mut self, amount: Money) -> Result<(), Missing> {
        let style = Style::bold(self.measures.size + 0.2);
        let baseline = self.y + 10.8;
        self.canvas.open(Role::Row);
        self.canvas.within(Role::RowHeader(7), |c| c.right(ENDS[EMPLOYER_RATE], baseline, words::EMPLOYER_COST.get(self.lang), style))?;
        self.canvas.within(Role::Cell(1), |c| c.right(ENDS[EMPLOYER], baseline, &figures::money(amount, self.lang), style))?;
        self.canvas.close();
        self.y += 15.0;
        self.canvas.rule(LEFT, self.y, WIDTH, 0.5, BLACK);
        Ok(())
    }
}
