//! The page of a payslip: who pays, who is paid, the month, the table, what is left to say.
//!
//! Knows where things stand and nothing of PDF; what is unknown takes no room.

use super::canvas::{BLACK, Canvas, HAIR, Missing, PAGE_HEIGHT, Role, SHADE, Style};
use super::fonts::Fonts;
use super::model::{Advance, Body, Pay, PrintedPayslip};
use super::{cards, table, words};
use crate::ground::{Lang, figures};

pub const LEFT: f32 = 34.0;
pub const WIDTH: f32 = 527.28;
const RIGHT: f32 = LEFT + WIDTH;
const TOP: f32 = 34.0;
/// Below this line only the foot stands.
pub const BOTTOM: f32 = 789.0;
/// The right half: the title, then name and address where a window envelope (DL, C5) shows them,
/// 110 mm from the left and 45 to 80 mm from the top when the sheet is folded.
const HALF: f32 = 312.0;
const WINDOW: f32 = 137.0;
const WINDOW_END: f32 = 222.0;

/// Type size and heights of the rows of the table.
#[derive(Clone, Copy)]
pub struct Measures {
    pub size: f32,
    pub row: f32,
    pub baseline: f32,
    pub leading: f32,
}

/// From comfortable to dense: the first that saves a page is taken.
const MEASURES: [Measures; 4] = [
    Measures { size: 8.0, row: 11.2, baseline: 8.4, leading: 9.4 },
    Measures { size: 7.7, row: 10.4, baseline: 7.9, leading: 9.0 },
    Measures { size: 7.4, row: 9.8, baseline: 7.4, leading: 8.7 },
    Measures { size: 7.1, row: 9.1, baseline: 7.0, leading: 8.3 },
];

/// Lays out one document, in smaller type when that saves a page.
pub fn lay_out<'f>(slip: &PrintedPayslip, fonts: &'f Fonts) -> Result<Canvas<'f>, Missing> {
    let mut best = with(slip, fonts, MEASURES[0])?;
    for measures in &MEASURES[1..] {
        if best.sheets.len() == 1 {
            break;
        }
        let denser = with(slip, fonts, *measures)?;
        if denser.sheets.len() < best.sheets.len() {
            best = denser;
        }
    }
    Ok(best)
}

fn with<'f>(slip: &PrintedPayslip, fonts: &'f Fonts, measures: Measures) -> Result<Canvas<'f>, Missing> {
    let mut canvas = Canvas::new(fonts);
    canvas.open(Role::Section);
    title(&mut canvas, slip)?;
    let below_employer = employer(&mut canvas, slip)?;
    let below_address = address(&mut canvas, slip)?;
    let below_situation = situation(&mut canvas, slip, below_employer + 7.0)?;
    let mut y = band(&mut canvas, slip, below_situation.max(below_address).max(WINDOW_END) + 4.0)?;
    match &slip.body {
        Body::Pay(pay) => {
            y = note(&mut canvas, slip, pay, y + 6.0)?;
            y = table::draw(&mut canvas, slip, pay, measures, y + 4.0)?;
            let height = cards::height(&canvas, slip, pay)?;
            if y + 8.0 + height > BOTTOM {
                canvas.turn_page();
                y = running_head(&mut canvas, slip)?;
            }
            cards::draw(&mut canvas, slip, pay, y + 8.0)?;
        }
        Body::Advance(paid) => {
            y = advance(&mut canvas, slip, paid, y + 14.0)?;
            cards::payment(&mut canvas, slip, LEFT, y + 14.0, 250.0)?;
        }
    }
    foot(&mut canvas, slip)?;
    canvas.close();
    Ok(canvas)
}

/// What the document is called.
pub fn name(slip: &PrintedPayslip) -> words::Word {
    match &slip.body {
        Body::Pay(pay) if pay.provisional.is_some() => words::PROVISIONAL,
        Body::Pay(_) => words::PAYSLIP,
        Body::Advance(_) => words::ADVANCE,
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

fn title(canvas: &mut Canvas<'_>, slip: &PrintedPayslip) -> Result<(), Missing> {
    let lang = slip.lang;
    let name = name(slip).get(lang);
    let month = capital(&words::month(slip.period.month, lang));
    canvas.open(Role::Heading(1, format!("{name} – {month}")));
    canvas.left(HALF, TOP + 13.0, &format!("{name} "), Style::bold(15.0))?;
    canvas.left(HALF, TOP + 30.0, &month, Style::regular(13.0))?;
    canvas.close();
    let mut number = format!("{} {}", words::NUMBER.get(lang), slip.number);
    if let Body::Pay(pay) = &slip.body {
        for (word, other) in [(words::REPLACES, &pay.replaces), (words::COMPLETES, &pay.completes)] {
            if let Some(other) = other {
                number.push_str(&format!(", {} {other}", word.get(lang)));
            }
        }
    }
    let style = Style::field(8.0);
    let lines = canvas.lines(&number, RIGHT - HALF, style)?;
    let below = canvas.within(Role::Paragraph, |c| c.paragraph(HALF, TOP + 43.0, &lines, 10.0, style))?;
    if slip.draft {
        draft(canvas, lang, below)?;
    }
    Ok(())
}

/// Framed under the title: nobody has released this document yet.
fn draft(canvas: &mut Canvas<'_>, lang: Lang, y: f32) -> Result<(), Missing> {
    let (text, style) = (words::DRAFT.get(lang), Style::bold(12.0));
    let width = canvas.within(Role::Paragraph, |c| c.left(HALF + 8.0, y + 6.0, text, style))?;
    canvas.frame(HALF, y - 6.5, width + 16.0, 17.0, 1.2);
    Ok(())
}

/// Top left: the employer and its numbers.
fn employer(canvas: &mut Canvas<'_>, slip: &PrintedPayslip) -> Result<f32, Missing> {
    let (employer, lang) = (&slip.employer, slip.lang);
    let width = HALF - LEFT - 18.0;
    let style = Style::bold(11.0);
    let lines = canvas.lines(&employer.name, width, style)?;
    let title = words::EMPLOYER.get(lang).to_owned();
    let mut y = canvas.within(Role::Heading(2, title), |c| c.paragraph(LEFT, TOP + 10.0, &lines, 13.0, style))? - 1.5;
    let mut small = Vec::new();
    for line in employer.address.iter().filter(|l| !l.is_empty()) {
        small.push((line.clone(), Style::regular(8.4)));
    }
    let mut numbers = Vec::new();
    if let Some(siret) = &employer.siret {
        numbers.push(format!("{} {}", words::SIRET.get(lang), siret.spaced()));
    }
    if let Some(ape) = &employer.ape {
        numbers.push(format!("{} {ape}", words::APE.get(lang)));
    }
    if let Some(account) = &employer.contribution_account {
        numbers.push(format!("{} {account}", words::URSSAF.get(lang)));
    }
    if !numbers.is_empty() {
        small.push((numbers.join("   "), Style::field(7.6)));
    }
    if let Some(contact) = &employer.contact {
        small.push((format!("{} {contact}", words::CONTACT.get(lang)), Style::field(7.6)));
    }
    for (text, style) in small {
        let lines = canvas.lines(&text, width, style)?;
        y = canvas.within(Role::Paragraph, |c| c.paragraph(LEFT, y, &lines, 10.2, style))?;
    }
    Ok(y - 8.0)
}

/// In the window: name and address, and nothing a passer-by should read.
fn address(canvas: &mut Canvas<'_>, slip: &PrintedPayslip) -> Result<f32, Missing> {
    let agent = &slip.agent;
    let style = Style::bold(10.5);
    let lines = canvas.lines(&agent.name, RIGHT - HALF, style)?;
    let title = words::AGENT.get(slip.lang).to_owned();
    let mut y = canvas.within(Role::Heading(2, title), |c| c.paragraph(HALF, WINDOW + 9.0, &lines, 12.5, style))?;
    let style = Style::regular(10.0);
    for line in agent.address.iter().filter(|l| !l.is_empty()) {
        let lines = canvas.lines(line, RIGHT - HALF, style)?;
        y = canvas.within(Role::Paragraph, |c| c.paragraph(HALF, y, &lines, 12.5, style))?;
    }
    Ok(y - 8.0)
}

/// Left of the address: who the agent is to the employer, one field per line.
fn situation(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, y: f32) -> Result<f32, Missing> {
    const FIELD: f32 = 88.0;
    let (agent, lang) = (&slip.agent, slip.lang);
    let nir = agent.nir.as_ref().map(|n| {
        let t = n.as_str();
        [&t[..1], &t[1..3], &t[3..5], &t[5..7], &t[7..10], &t[10..13], &t[13..]].join("\u{a0}")
    });
    let fields = [
        (words::MATRICULE, Some(agent.matricule.to_string())),
        (words::NIR, nir),
        (words::STATUS, agent.status.clone()),
        (words::SCHEME, agent.scheme.clone()),
        (words::JOB, agent.job.clone()),
        (words::GRADE, agent.grade.clone()),
        (words::SERVICE, agent.service.clone()),
        (words::POST, agent.post.clone()),
    ];
    let (field, value) = (Style::field(7.6), Style::regular(8.2));
    let mut y = y + 8.0;
    canvas.open(Role::List);
    for (word, text) in fields {
        let Some(text) = text.filter(|t| !t.is_empty()) else { continue };
        let lines = canvas.lines(&text, HALF - LEFT - FIELD - 14.0, value)?;
        canvas.open(Role::Item);
        canvas.within(Role::ItemLabel, |c| c.left(LEFT, y, word.get(lang), field))?;
        y = canvas.within(Role::ItemBody, |c| c.paragraph(LEFT + FIELD, y, &lines, 10.2, value))? + 0.6;
        canvas.close();
    }
    canvas.close();
    Ok(y - 7.0)
}

/// The shaded band: the period, then the figures that pay follows from.
fn band(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, y: f32) -> Result<f32, Missing> {
    const ROW: f32 = 22.0;
    let (agent, period, lang) = (&slip.agent, &slip.period, slip.lang);
    let days = period.days.map_or_else(|| words::month(period.month, lang), |(from, to)| words::span(from, to, lang));
    let number = |n: Option<u32>| n.map(|n| n.to_string());
    let fields = [
        (words::PERIOD, Some(days)),
        (words::HOURS, period.hours.clone()),
        (words::PRESENCE, period.presence.clone()),
        (words::STEP, agent.step.clone()),
        (words::INDEX_MAJOR, number(agent.index_major)),
        (words::INDEX_GROSS, number(agent.index_gross)),
        (words::NBI, number(agent.nbi_points)),
        (words::CHILDREN, number(agent.children)),
        (words::WORKING_TIME, agent.working_time.clone()),
        (words::PART_TIME_POST, agent.part_time_post.clone()),
    ];
    let (field, value) = (Style::field(7.0), Style::bold(8.2));
    let wide = |c: &Canvas<'_>, text: &str, style: Style| c.fonts.width(text, style.weight) as f32 * style.size / 1000.0;
    let cells: Vec<(&str, String, f32)> = fields
        .into_iter()
        .filter_map(|(word, text)| text.filter(|t| !t.is_empty()).map(|t| (word.get(lang), t)))
        .map(|(word, text)| {
            let width = wide(canvas, word, field).max(wide(canvas, &text, value));
            (word, text, width.min(WIDTH - 20.0))
        })
        .collect();
    // Rows are filled greedily; the room left in a row goes between its cells.
    const GAP: f32 = 14.0;
    let mut rows: Vec<Vec<&(&str, String, f32)>> = vec![Vec::new()];
    let mut used = 0.0;
    for cell in &cells {
        if used + cell.2 > WIDTH - 16.0 {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += cell.2 + GAP;
        rows.last_mut().expect("one row at least").push(cell);
    }
    let height = ROW * rows.len() as f32 + 2.0;
    canvas.shade(LEFT, y, WIDTH, height, SHADE);
    canvas.open(Role::List);
    let alone = rows.len() == 1;
    for (i, row) in rows.iter().enumerate() {
        let top = y + 1.0 + ROW * i as f32;
        let content: f32 = row.iter().map(|c| c.2).sum();
        let gap = if alone && row.len() > 2 { ((WIDTH - 16.0 - content) / (row.len() - 1) as f32).min(40.0) } else { GAP };
        let mut x = LEFT + 8.0;
        for (word, text, width) in row {
            canvas.open(Role::Item);
            canvas.within(Role::ItemLabel, |c| c.left(x, top + 8.4, word, field))?;
            canvas.within(Role::ItemBody, |c| c.left(x, top + 18.2, text, value))?;
            canvas.close();
            x += width + gap;
        }
    }
    canvas.close();
    Ok(y + height)
}

/// What a provisional slip owes its reader: what is estimated, what follows, whom to ask.
fn note(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, pay: &Pay, y: f32) -> Result<f32, Missing> {
    let y = match &pay.beside {
        Some(text) => framed(canvas, text, y)? + 4.0,
        None => y,
    };
    let Some(provisional) = &pay.provisional else { return Ok(if pay.beside.is_some() { y - 4.0 } else { y - 2.0 }) };
    let lang = slip.lang;
    let what = provisional.what.as_ref().map_or_else(
        || words::PROVISIONAL_MARKED.get(lang).to_owned(),
        |what| format!("{} {}.", words::PROVISIONAL_NAMED.get(lang), what.trim_end_matches('.')),
    );
    let mut text = format!("{what} {}", words::PROVISIONAL_LATER.get(lang));
    if let Some(contact) = &slip.employer.contact {
        text.push_str(&format!(" {} {contact}", words::ASK.get(lang)));
    }
    framed(canvas, &text, y)
}

/// A framed paragraph over the whole width; where it ends.
fn framed(canvas: &mut Canvas<'_>, text: &str, y: f32) -> Result<f32, Missing> {
    let style = Style::bold(8.4);
    let lines = canvas.lines(text, WIDTH - 18.0, style)?;
    let height = lines.len() as f32 * 11.0 + 8.0;
    canvas.frame(LEFT, y, WIDTH, height, 0.8);
    canvas.within(Role::Paragraph, |c| c.paragraph(LEFT + 9.0, y + 12.0, &lines, 11.0, style))?;
    Ok(y + height + 2.0)
}

fn advance(canvas: &mut Canvas<'_>, slip: &PrintedPayslip, paid: &Advance, y: f32) -> Result<f32, Missing> {
    const HEIGHT: f32 = 40.0;
    let lang = slip.lang;
    canvas.shade(LEFT, y, WIDTH, HEIGHT, SHADE);
    canvas.frame(LEFT, y, WIDTH, HEIGHT, 1.2);
    canvas.open(Role::Paragraph);
    canvas.left(LEFT + 12.0, y + 26.5, &format!("{} ", words::ADVANCE_AMOUNT.get(lang)), Style::bold(14.0))?;
    canvas.right(RIGHT - 12.0, y + 27.5, &format!("{} €", figures::money(paid.amount, lang)), Style::bold(20.0))?;
    canvas.close();
    let mut y = y + HEIGHT + 18.0;
    let style = Style::regular(9.5);
    for text in [format!("{} {}", words::ADVANCE_BASIS.get(lang), paid.basis), words::ADVANCE_LATER.get(lang).to_owned()] {
        let lines = canvas.lines(&text, WIDTH, style)?;
        y = canvas.within(Role::Paragraph, |c| c.paragraph(LEFT, y, &lines, 13.0, style))? + 3.0;
    }
    Ok(y)
}

/// At the top of every page but the first: whose slip this is.
pub fn running_head(canvas: &mut Canvas<'_>, slip: &PrintedPayslip) -> Result<f32, Missing> {
    let lang = slip.lang;
    let style = Style::field(8.0);
    let (month, number) = (words::month(slip.period.month, lang), words::NUMBER_WITHIN.get(lang));
    let mark = if slip.draft { format!("{} – ", words::DRAFT.get(lang)) } else { String::new() };
    let title = format!("{mark}{}, {month}, {number} {}", name(slip).get(lang), slip.number);
    let taken = canvas.right_repeated(RIGHT, TOP + 8.0, &title, style)?;
    let who = format!("{} – {} {}", slip.agent.name, words::MATRICULE.get(lang), slip.agent.matricule);
    let lines = canvas.lines(&who, WIDTH - taken - 16.0, Style::bold(8.0))?;
    let mut y = TOP + 8.0;
    for line in &lines {
        canvas.left_repeated(LEFT, y, line, Style::bold(8.0))?;
        y += 10.0;
    }
    canvas.rule(LEFT, y - 5.0, WIDTH, 0.5, BLACK);
    Ok(y + 4.0)
}

/// On every page; a screen reader hears it once, at the end.
fn foot(canvas: &mut Canvas<'_>, slip: &PrintedPayslip) -> Result<(), Missing> {
    let lang = slip.lang;
    let pages = canvas.sheets.len();
    let keep = words::KEEP.get(lang);
    let (bold, plain) = (Style::bold(9.0), Style::field(7.6));
    let (first, second) = (PAGE_HEIGHT - 38.0, PAGE_HEIGHT - 28.5);
    let mut later = std::mem::take(&mut canvas.sheets);
    for (page, sheet) in later.drain(..).enumerate() {
        canvas.sheets.push(sheet);
        canvas.rule(LEFT, first - 12.0, WIDTH, 0.5, HAIR);
        canvas.right_repeated(RIGHT, first, &format!("{} {}/{pages}", words::PAGE.get(lang), page + 1), plain)?;
        if page + 1 == pages {
            canvas.within(Role::Paragraph, |c| c.left(LEFT, first, keep, bold))?;
            if let Body::Pay(pay) = &slip.body
                && let Some(explained) = &pay.explained
            {
                canvas.within(Role::Paragraph, |c| c.left(LEFT, second, explained, plain))?;
            }
        } else {
            canvas.left_repeated(LEFT, first, keep, bold)?;
        }
    }
    Ok(())
}
