//! A payslip as text in places, shapes and a tree of meaning, before any PDF exists.
//!
//! Laying out can fail (a character the fonts lack) and touches no document; drawing afterwards cannot fail.

use super::fonts::{Fonts, Glyph, Weight};
use std::ops::Range;

/// A4 in points.
pub const PAGE_WIDTH: f32 = 595.28;
pub const PAGE_HEIGHT: f32 = 841.89;

/// Lightness of ink and paper. Text stays at 7:1 or better, also on a shade.
pub const BLACK: u8 = 0;
pub const GREY: u8 = 0x48;
pub const HAIR: u8 = 0xa0;
pub const SHADE: u8 = 0xec;

/// How a piece of text looks.
#[derive(Clone, Copy)]
pub struct Style {
    pub weight: Weight,
    pub size: f32,
    pub ink: u8,
}

impl Style {
    pub const fn regular(size: f32) -> Self {
        Self { weight: Weight::Regular, size, ink: BLACK }
    }
    pub const fn bold(size: f32) -> Self {
        Self { weight: Weight::Bold, size, ink: BLACK }
    }
    /// Names of fields: regular and grey.
    pub const fn field(size: f32) -> Self {
        Self { weight: Weight::Regular, size, ink: GREY }
    }
}

/// What a group of text is, for a reader who does not see the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Section,
    /// Level and title.
    Heading(u16, String),
    Paragraph,
    List,
    Item,
    ItemLabel,
    ItemBody,
    /// A table and what it holds, in a sentence.
    Table(String),
    TableHead,
    TableBody,
    Row,
    ColumnHeader,
    /// Header of its row, over so many columns.
    RowHeader(u32),
    /// Over so many columns.
    Cell(u32),
}

/// The tree of meaning, as a walk: leaves are numbered in the order of the walk.
#[derive(Clone, Debug)]
pub enum Step {
    Open(Role),
    Leaf,
    Close,
}

/// A run of glyphs at its place; x and baseline in points from the top left corner.
#[derive(Clone, Debug)]
pub struct Run {
    pub x: f32,
    pub y: f32,
    pub weight: Weight,
    pub size: f32,
    pub ink: u8,
    pub text: Range<usize>,
    pub glyphs: Range<usize>,
    /// False for what every page repeats (running header, page number, carried sums).
    pub real: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub ink: u8,
}

#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub shapes: Vec<Shape>,
    pub runs: Vec<Run>,
}

/// A character that the fonts lack, and the text that holds it.
#[derive(Debug, PartialEq, Eq)]
pub struct Missing {
    pub character: char,
    pub text: String,
}

/// All sheets of one document and its tree.
pub struct Canvas<'f> {
    pub fonts: &'f Fonts,
    pub sheets: Vec<Sheet>,
    pub steps: Vec<Step>,
    pub text: String,
    pub glyphs: Vec<Glyph>,
}

impl<'f> Canvas<'f> {
    pub fn new(fonts: &'f Fonts) -> Self {
        Self {
            fonts,
            sheets: vec![Sheet::default()],
            steps: Vec::with_capacity(1_500),
            text: String::with_capacity(6_000),
            glyphs: Vec::with_capacity(6_000),
        }
    }

    fn sheet(&mut self) -> &mut Sheet {
        self.sheets.last_mut().expect("a canvas starts with a sheet and never loses one")
    }

    pub fn turn_page(&mut self) {
        self.sheets.push(Sheet::default());
    }

    pub fn open(&mut self, role: Role) {
        self.steps.push(Step::Open(role));
    }
    pub fn close(&mut self) {
        self.steps.push(Step::Close);
    }
    /// A group with one piece of text, or none.
    pub fn within<T>(&mut self, role: Role, fill: impl FnOnce(&mut Self) -> Result<T, Missing>) -> Result<T, Missing> {
        self.open(role);
        let made = fill(self)?;
        self.close();
        Ok(made)
    }

    pub fn shade(&mut self, x: f32, y: f32, width: f32, height: f32, ink: u8) {
        self.sheet().shapes.push(Shape { x, y, width, height, ink });
    }
    /// A horizontal rule whose top is at `y`.
    pub fn rule(&mut self, x: f32, y: f32, width: f32, thickness: f32, ink: u8) {
        self.shade(x, y, width, thickness, ink);
    }
    /// An empty box, its lines inside the given rectangle.
    pub fn frame(&mut self, x: f32, y: f32, width: f32, height: f32, thickness: f32) {
        self.shade(x, y, width, thickness, BLACK);
        self.shade(x, y + height - thickness, width, thickness, BLACK);
        self.shade(x, y, thickness, height, BLACK);
        self.shade(x + width - thickness, y, thickness, height, BLACK);
    }

    fn put(&mut self, x: Anchor, y: f32, text: &str, style: Style, real: bool) -> Result<f32, Missing> {
        let fonts = self.fonts;
        let clean = fonts.clean(text).map_err(|character| Missing { character, text: text.to_owned() })?;
        if clean.is_empty() {
            return Ok(0.0);
        }
        let (from_text, from_glyphs) = (self.text.len(), self.glyphs.len());
        self.text.push_str(&clean);
        let width = points(fonts.glyphs(&clean, style.weight, &mut self.glyphs), style.size);
        let x = match x {
            Anchor::Left(x) => x,
            Anchor::Right(x) => x - width,
        };
        if real {
            self.steps.push(Step::Leaf);
        }
        let (text, glyphs) = (from_text..self.text.len(), from_glyphs..self.glyphs.len());
        self.sheet().runs.push(Run { x, y, weight: style.weight, size: style.size, ink: style.ink, text, glyphs, real });
        Ok(width)
    }

    /// Text that starts at `x`; its width.
    pub fn left(&mut self, x: f32, y: f32, text: &str, style: Style) -> Result<f32, Missing> {
        self.put(Anchor::Left(x), y, text, style, true)
    }
    /// Text that ends at `x`; its width.
    pub fn right(&mut self, x: f32, y: f32, text: &str, style: Style) -> Result<f32, Missing> {
        self.put(Anchor::Right(x), y, text, style, true)
    }
    /// Repeated text that a screen reader skips.
    pub fn left_repeated(&mut self, x: f32, y: f32, text: &str, style: Style) -> Result<f32, Missing> {
        self.put(Anchor::Left(x), y, text, style, false)
    }
    pub fn right_repeated(&mut self, x: f32, y: f32, text: &str, style: Style) -> Result<f32, Missing> {
        self.put(Anchor::Right(x), y, text, style, false)
    }

    /// The style, in smaller type when the text would pass a width; never less than half.
    pub fn fitting(&self, text: &str, width: f32, style: Style) -> Style {
        let natural = points(self.fonts.width(text, style.weight), style.size);
        Style { size: if natural > width { (style.size * width / natural).max(style.size / 2.0) } else { style.size }, ..style }
    }

    /// The lines of a text that fit a width.
    pub fn lines(&self, text: &str, width: f32, style: Style) -> Result<Vec<String>, Missing> {
        let clean = self.fonts.clean(text).map_err(|character| Missing { character, text: text.to_owned() })?;
        let limit = (width / style.size * 1000.0) as u32;
        if self.fonts.width(&clean, style.weight) <= limit {
            return Ok(vec![clean.into_owned()]);
        }
        Ok(self.fonts.wrap(&clean, style.weight, limit).into_iter().map(str::to_owned).collect())
    }

    /// A paragraph in lines `leading` apart, the first on baseline `y`; the baseline after the last.
    /// A space ends every line but the last, so that words stay apart when the text is read or copied.
    pub fn paragraph(&mut self, x: f32, y: f32, lines: &[String], leading: f32, style: Style) -> Result<f32, Missing> {
        let mut y = y;
        for (i, line) in lines.iter().enumerate() {
            if i + 1 < lines.len() {
                self.left(x, y, &format!("{line} "), style)?;
            } else {
                self.left(x, y, line, style)?;
            }
            y += leading;
        }
        Ok(y)
    }
}

enum Anchor {
    Left(f32),
    Right(f32),
}

/// Thousandths of a type size in points.
fn points(thousandths: u32, size: f32) -> f32 {
    thousandths as f32 * size / 1000.0
}
