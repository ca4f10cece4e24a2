//! A month's pay, ready to print → a payslip as PDF.
//!
//! One file per agent is for the agent and the archive: PDF/A-3a and PDF/UA-1, checked as it is made. One file of
//! all agents, a bookmark each, is for the printer. Same input, same bytes: dates come from the job, ids from the
//! slip's number. Knows no pay rule; refuses a slip whose lines do not make its totals, that hides an estimate, or
//! that holds a character the fonts lack.

mod canvas;
mod cards;
mod check;
mod fonts;
mod layout;
mod model;
mod pdf;
mod table;
mod words;

pub use fonts::Fonts;
pub use model::{
    Advance, Agent, Body, Cumuls, Employer, Leave, Line, Part, Pay, Payment, PaymentMode, Period, PrintedPayslip, Provisional, Tax, TaxRate,
};
pub use pdf::Purpose;

use crate::ground::{EmployeeId, Finding, Lang, Money, Severity, Words};
use canvas::Canvas;
use chrono::{Datelike, NaiveDate};
use krilla::Document;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata, PageLayout};
use krilla::outline::{Outline, OutlineNode};
use krilla::tagging::{Node, TagTree};

/// Why a payslip was not made. Sets its agent aside, and nobody else.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    #[error("{employee}: the fonts of the payslip lack {character:?}")]
    Character { employee: EmployeeId, character: char, text: String },
    #[error("{employee}: printed lines make {lines}, the printed total is {total} ({sum:?})")]
    Sum { employee: EmployeeId, sum: Sum, lines: Money, total: Money },
    #[error("{employee}: a line is estimated and the slip does not say so")]
    Unmarked { employee: EmployeeId },
    /// The PDF library refused the document: a bug of ours, or a slip beyond the limits of PDF.
    #[error("the PDF cannot be made: {reason}")]
    Refused { employee: Option<EmployeeId>, reason: String },
}

/// A total that the printed lines must make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sum {
    Gross,
    NetBeforeTax,
    NetPaid,
    /// Tax in the totals without a line that shows it.
    IncomeTax,
}

impl Sum {
    fn words(self) -> Words {
        match self {
            Self::Gross => Words::new("total brut", "total gross"),
            Self::NetBeforeTax => Words::new("net à payer avant impôt", "net pay before tax"),
            Self::NetPaid => Words::new("net payé", "net paid"),
            Self::IncomeTax => Words::new("impôt prélevé à la source", "income tax withheld"),
        }
    }
}

impl Problem {
    /// The same as a finding about the agent.
    pub fn finding(&self, lang: Lang) -> Finding {
        let new = |code: &str| Finding::new(code, Severity::Blocking);
        match self {
            Self::Character { employee, character, text } => {
                let code = format!("U+{:04X}", u32::from(*character));
                new("P01").of(employee).arg("employee", employee).arg("character", character).arg("code", code).arg("text", text)
            }
            Self::Sum { employee, sum, lines, total } => new("P02")
                .of(employee)
                .arg("employee", employee)
                .arg("sum", sum.words().get(lang))
                .arg("lines", lines.french())
                .arg("total", total.french())
                .stake((*lines - *total).cents()),
            Self::Unmarked { employee } => new("P03").of(employee).arg("employee", employee),
            Self::Refused { employee, reason } => {
                let finding = new("P04").arg("reason", reason);
                employee.iter().fold(finding, |f, e| f.of(e))
            }
        }
    }
}

/// One slip as a PDF of its own: PDF/A-3a and PDF/UA-1.
///
/// # Errors
/// The first problem that applies.
pub fn one(slip: &PrintedPayslip, fonts: &Fonts) -> Result<Vec<u8>, Problem> {
    let canvas = laid_out(slip, fonts)?;
    let mut document = Document::new_with(pdf::settings(Purpose::Reading));
    let nodes = pdf::draw(&mut document, &canvas, fonts);
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(title(slip), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    document.set_outline(outline);
    document.set_tag_tree(tree(nodes, slip.lang));
    document.set_metadata(metadata(&title(slip), &slip.number, &slip.employer.name, slip.made_on, slip.lang));
    document.finish().map_err(|e| Problem::Refused { employee: Some(slip.agent.matricule.clone()), reason: e.to_string() })
}

/// Checks and lays out a slip without making a PDF: everything that can be wrong with it shows here.
///
/// # Errors
/// The first problem that applies.
pub fn try_out(slip: &PrintedPayslip, fonts: &Fonts) -> Result<(), Problem> {
    laid_out(slip, fonts).map(|_| ())
}

fn laid_out<'f>(slip: &PrintedPayslip, fonts: &'f Fonts) -> Result<Canvas<'f>, Problem> {
    check::check(slip)?;
    layout::lay_out(slip, fonts).map_err(|missing| Problem::Character {
        employee: slip.agent.matricule.clone(),
        character: missing.character,
        text: missing.text,
    })
}

/// All slips in one PDF, a bookmark per department and agent, in the order in which they are added.
///
/// Slips need not be in memory together; the PDF itself is, until [`Book::finish`].
pub struct Book<'f> {
    fonts: &'f Fonts,
    purpose: Purpose,
    document: Document,
    outline: Outline,
    /// The department at hand, its first page, and the bookmarks of its agents.
    department: Option<(String, OutlineNode)>,
    nodes: Vec<Node>,
    pages: usize,
    title: String,
    id: String,
    made_on: NaiveDate,
    author: String,
    lang: Lang,
}

impl<'f> Book<'f> {
    /// `id` identifies the book in archives: employer, month and run, say.
    pub fn new(fonts: &'f Fonts, purpose: Purpose, title: &str, id: &str, author: &str, made_on: NaiveDate, lang: Lang) -> Self {
        Self {
            fonts,
            purpose,
            document: Document::new_with(pdf::settings(purpose)),
            outline: Outline::new(),
            department: None,
            nodes: Vec::new(),
            pages: 0,
            title: title.to_owned(),
            id: id.to_owned(),
            made_on,
            author: author.to_owned(),
            lang,
        }
    }

    /// Adds the slip's pages and its bookmark. After a problem the book is as before.
    ///
    /// # Errors
    /// The first problem that applies.
    pub fn add(&mut self, slip: &PrintedPayslip) -> Result<(), Problem> {
        let canvas = laid_out(slip, self.fonts)?;
        let nodes = pdf::draw(&mut self.document, &canvas, self.fonts);
        if self.purpose == Purpose::Reading {
            self.nodes.extend(nodes);
        }
        let bookmark = format!("{} – {}", slip.agent.name, slip.agent.matricule);
        let here = || XyzDestination::new(self.pages, Point::from_xy(0.0, 0.0));
        let agent = OutlineNode::new(bookmark, here());
        let service = slip.agent.service.clone().unwrap_or_default();
        if self.department.as_ref().is_none_or(|d| d.0 != service) {
            let title = if service.is_empty() { words::NO_SERVICE.get(slip.lang).to_owned() } else { service.clone() };
            let node = OutlineNode::new(title, here());
            if let Some((_, done)) = self.department.replace((service, node)) {
                self.outline.push_child(done);
            }
        }
        if let Some((_, node)) = &mut self.department {
            node.push_child(agent);
        }
        self.pages += canvas.sheets.len();
        Ok(())
    }

    /// Pages so far.
    pub const fn pages(&self) -> usize {
        self.pages
    }

    /// The PDF of all slips added.
    ///
    /// # Errors
    /// [`Problem::Refused`] when there are no slips or more than a PDF can hold.
    pub fn finish(mut self) -> Result<Vec<u8>, Problem> {
        let refused = |reason: String| Problem::Refused { employee: None, reason };
        if self.pages == 0 {
            return Err(refused("no payslip".to_owned()));
        }
        if let Some((_, last)) = self.department.take() {
            self.outline.push_child(last);
        }
        self.document.set_outline(self.outline);
        if self.purpose == Purpose::Reading {
            self.document.set_tag_tree(tree(self.nodes, self.lang));
        }
        self.document.set_metadata(metadata(&self.title, &self.id, &self.author, self.made_on, self.lang));
        self.document.finish().map_err(|e| refused(e.to_string()))
    }
}

/// "Bulletin de paie – décembre 2021 – ARNOUX Jean-Noël".
pub fn title(slip: &PrintedPayslip) -> String {
    let month = words::month(slip.period.month, slip.lang);
    let mark = if slip.draft { format!("{} – ", words::DRAFT.get(slip.lang)) } else { String::new() };
    format!("{mark}{} – {month} – {}", layout::name(slip).get(slip.lang), slip.agent.name)
}

fn tree(nodes: Vec<Node>, lang: Lang) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(words::tag(lang).to_owned()));
    nodes.into_iter().for_each(|n| tree.push(n));
    tree
}

fn metadata(title: &str, id: &str, author: &str, made_on: NaiveDate, lang: Lang) -> Metadata {
    let year = u16::try_from(made_on.year()).unwrap_or_default();
    let date = DateTime::new(year).month(made_on.month() as u8).day(made_on.day() as u8).hour(0).minute(0).second(0);
    Metadata::new()
        .title(title.to_owned())
        .authors(vec![author.to_owned()])
        .creator("releve".to_owned())
        .producer("releve".to_owned())
        .language(words::tag(lang).to_owned())
        .document_id(id.to_owned())
        .page_layout(PageLayout::SinglePage)
        .creation_date(date.utc_offset_hour(0).utc_offset_minute(0))
}
