//! A laid-out payslip → pages and structure of a PDF. Decides nothing about what is said or where.

use super::canvas::{Canvas, PAGE_HEIGHT, PAGE_WIDTH, Role, Run, Sheet, Step};
use super::fonts::{Fonts, Glyph};
use krilla::Document;
use krilla::color::luma;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::{Location, Surface};
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
};
use krilla::text::GlyphId;
use std::num::{NonZeroU16, NonZeroU32};
use std::ops::Range;

/// What a document is for, hence which standard it follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// For a person and an archive: PDF/A-3a and PDF/UA-1, with its tree of meaning.
    Reading,
    /// For the printer: PDF/A-3b, an eighth of the size.
    Printing,
}

pub fn settings(purpose: Purpose) -> krilla::SerializeSettings {
    let builder = match purpose {
        Purpose::Reading => {
            ConfigurationBuilder::new().with_archival_validator(Archival::A3_A).with_accessibility_validator(Accessibility::UA1)
        }
        Purpose::Printing => ConfigurationBuilder::new().with_archival_validator(Archival::A3_B),
    };
    krilla::SerializeSettings {
        configuration: builder.finish().expect("both standards allow PDF 1.7"),
        enable_tagging: purpose == Purpose::Reading,
        ..krilla::SerializeSettings::default()
    }
}

/// A glyph with its place in the text of its run.
struct Placed {
    glyph: Glyph,
    start: u32,
}

impl krilla::text::Glyph for Placed {
    fn glyph_id(&self) -> GlyphId {
        GlyphId::new(u32::from(self.glyph.id))
    }
    fn text_range(&self) -> Range<usize> {
        let start = self.start as usize;
        start..start + usize::from(self.glyph.bytes)
    }
    fn x_advance(&self, size: f32) -> f32 {
        f32::from(self.glyph.advance) / 1000.0 * size
    }
    fn x_offset(&self, _size: f32) -> f32 {
        0.0
    }
    fn y_offset(&self, _size: f32) -> f32 {
        0.0
    }
    fn y_advance(&self, _size: f32) -> f32 {
        0.0
    }
    fn location(&self) -> Option<Location> {
        None
    }
}

/// Draws all sheets at the end of the document; the tree of meaning, empty of content when printing.
pub fn draw(document: &mut Document, canvas: &Canvas<'_>, fonts: &Fonts) -> Vec<Node> {
    let mut leaves = Vec::with_capacity(canvas.glyphs.len() / 8);
    let mut placed = Vec::with_capacity(64);
    for sheet in &canvas.sheets {
        let size = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).expect("A4 is a size");
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        shapes(&mut surface, sheet);
        let mut ink = None;
        for run in &sheet.runs {
            if ink != Some(run.ink) {
                surface.set_fill(Some(fill(run.ink)));
                ink = Some(run.ink);
            }
            let id = surface.start_tagged(if run.real {
                ContentTag::Span(SpanTag::empty())
            } else {
                ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther))
            });
            text(&mut surface, canvas, run, fonts, &mut placed);
            surface.end_tagged();
            if run.real {
                leaves.push(id);
            }
        }
        surface.finish();
        page.finish();
    }
    tree(&canvas.steps, leaves)
}

fn fill(ink: u8) -> Fill {
    Fill { paint: luma::Color::new(ink).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// Neighbours of one lightness in one path: shades first, so that rules stay above them.
fn shapes(surface: &mut Surface<'_>, sheet: &Sheet) {
    if sheet.shapes.is_empty() {
        return;
    }
    let mut inks: Vec<u8> = sheet.shapes.iter().map(|s| s.ink).collect();
    inks.sort_unstable_by(|a, b| b.cmp(a));
    inks.dedup();
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    for ink in inks {
        let mut path = PathBuilder::new();
        for s in sheet.shapes.iter().filter(|s| s.ink == ink) {
            if let Some(rect) = Rect::from_xywh(s.x, s.y, s.width, s.height) {
                path.push_rect(rect);
            }
        }
        if let Some(path) = path.finish() {
            surface.set_fill(Some(fill(ink)));
            surface.draw_path(&path);
        }
    }
    surface.end_tagged();
}

fn text(surface: &mut Surface<'_>, canvas: &Canvas<'_>, run: &Run, fonts: &Fonts, placed: &mut Vec<Placed>) {
    placed.clear();
    let mut start = 0;
    for &glyph in &canvas.glyphs[run.glyphs.clone()] {
        placed.push(Placed { glyph, start });
        start += u32::from(glyph.bytes);
    }
    let font = fonts.font(run.weight).clone();
    surface.draw_glyphs(Point::from_xy(run.x, run.y), placed, font, &canvas.text[run.text.clone()], run.size, false);
}

/// The walk of the layout as krilla's tree, each leaf with the identifier of its text.
fn tree(steps: &[Step], leaves: Vec<Identifier>) -> Vec<Node> {
    let mut leaves = leaves.into_iter();
    let mut open: Vec<TagGroup> = Vec::with_capacity(8);
    let mut top = Vec::new();
    for step in steps {
        match step {
            Step::Open(role) => open.push(TagGroup::new(kind(role))),
            Step::Leaf => {
                let leaf = leaves.next().expect("as many leaves in the walk as pieces of text");
                open.last_mut().expect("text stands within a group").push(leaf);
            }
            Step::Close => {
                let group = open.pop().expect("every close has its open");
                match open.last_mut() {
                    Some(parent) => parent.push(group),
                    None => top.push(group.into()),
                }
            }
        }
    }
    assert!(open.is_empty() && leaves.next().is_none(), "the walk closes what it opens");
    top
}

fn kind(role: &Role) -> TagKind {
    let span = |n: u32| NonZeroU32::new(n).filter(|n| n.get() > 1);
    match role {
        Role::Section => Tag::Section.into(),
        Role::Heading(level, title) => Tag::Hn(NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN), Some(title.clone())).into(),
        Role::Paragraph => Tag::P.into(),
        Role::List => Tag::L(ListNumbering::None).into(),
        Role::Item => Tag::LI.into(),
        Role::ItemLabel => Tag::Lbl.into(),
        Role::ItemBody => Tag::LBody.into(),
        Role::Table(summary) => Tag::Table.with_summary(Some(summary.clone())).into(),
        Role::TableHead => Tag::THead.into(),
        Role::TableBody => Tag::TBody.into(),
        Role::Row => Tag::TR.into(),
        Role::ColumnHeader => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowHeader(n) => Tag::TH(TableHeaderScope::Row).with_col_span(span(*n)).into(),
        Role::Cell(n) => Tag::TD.with_col_span(span(*n)).into(),
    }
}
