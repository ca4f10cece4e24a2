//! The blocks of one person, or of the head of a declaration: kept as they came, in a few allocations.
//!
//! A block knows its parent; a value knows its line and rubric. What a rubric means is asked by number.

use super::tables::{BlockId, Rubric, Type};
use crate::ground::{Exact, Money, PayMonth};
use chrono::NaiveDate;

/// Where a value stands: its line in the file, and its rubric.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Spot {
    pub line: u32,
    pub rubric: Rubric,
}

/// A value and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said<T> {
    pub value: T,
    pub spot: Spot,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    rubric: Rubric,
    line: u32,
    start: u32,
    len: u16,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    id: BlockId,
    parent: u32,
    line: u32,
    first: u32,
    last: u32,
}

/// No parent within the group.
const TOP: u32 = u32::MAX;
/// Blocks of a group; a person has some sixty, a declaration one for each place of work.
const MOST: usize = 20_000;

/// Blocks in the order of the file.
#[derive(Clone, Default)]
pub struct Group {
    nodes: Vec<Node>,
    fields: Vec<Field>,
    text: String,
}

/// Without the values: they name people.
impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group").field("blocks", &self.nodes.len()).field("values", &self.fields.len()).finish()
    }
}

impl Group {
    /// Opens a block under the latest one of its parent's kind; false when there is none and `top` is not set.
    pub(super) fn open(&mut self, id: BlockId, line: u32, top: bool) -> bool {
        let parent = id.row().parent.and_then(|p| self.nodes.iter().rposition(|n| n.id == p)).and_then(|i| u32::try_from(i).ok());
        if (parent.is_none() && !top) || self.nodes.len() >= MOST {
            return false;
        }
        let at = self.fields.len() as u32;
        self.nodes.push(Node { id, parent: parent.unwrap_or(TOP), line, first: at, last: at });
        true
    }

    /// Adds a value to the block opened last. Values are at most 64 KiB long.
    pub(super) fn push(&mut self, rubric: Rubric, line: u32, value: &str) {
        let Some(node) = self.nodes.last_mut() else { return };
        let (start, len) = (u32::try_from(self.text.len()), u16::try_from(value.len()));
        let (Ok(start), Ok(len)) = (start, len) else { return };
        self.text.push_str(value);
        self.fields.push(Field { rubric, line, start, len });
        node.last = self.fields.len() as u32;
    }

    pub(super) fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.fields.shrink_to_fit();
        self.text.shrink_to_fit();
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All blocks of a kind.
    pub fn all<'g>(&'g self, name: &str) -> impl Iterator<Item = Block<'g>> + use<'g> {
        let id = BlockId::named(name);
        let found = move |(_, n): &(usize, &Node)| Some(n.id) == id;
        self.nodes.iter().enumerate().filter(found).map(move |(index, _)| Block { group: self, index })
    }

    /// The first block of a kind.
    pub fn first(&self, name: &str) -> Option<Block<'_>> {
        self.all(name).next()
    }

    /// A value of the first block of its kind: `S20.G00.05.005`.
    pub fn text(&self, rubric: &str) -> Option<Said<&str>> {
        let rubric = Rubric::named(rubric)?;
        self.first(rubric.row().block.row().name)?.text(rubric.row().number)
    }

    /// Whether two groups say the same, whatever their lines.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.text == other.text
            && self.fields.len() == other.fields.len()
            && self.fields.iter().zip(&other.fields).all(|(a, b)| (a.rubric, a.start, a.len) == (b.rubric, b.start, b.len))
    }
}

/// One block.
#[derive(Clone, Copy)]
pub struct Block<'g> {
    group: &'g Group,
    index: usize,
}

impl<'g> Block<'g> {
    fn node(self) -> &'g Node {
        &self.group.nodes[self.index]
    }

    /// The line of its first value.
    pub fn line(self) -> u32 {
        self.node().line
    }

    /// Blocks of a kind that stand under this one.
    pub fn under(self, name: &str) -> impl Iterator<Item = Self> + use<'g> {
        let index = self.index as u32;
        self.group.all(name).filter(move |b| b.node().parent == index)
    }

    /// The value of a rubric, by the last part of its number.
    pub fn text(self, number: u16) -> Option<Said<&'g str>> {
        let n = self.node();
        let fields = self.group.fields.get(n.first as usize..n.last as usize)?;
        let f = fields.iter().find(|f| f.rubric.row().number == number)?;
        let value = self.group.text.get(f.start as usize..f.start as usize + usize::from(f.len))?;
        Some(Said { value, spot: Spot { line: f.line, rubric: f.rubric } })
    }

    /// The text of a rubric, empty when there is none.
    pub fn plain(self, number: u16) -> &'g str {
        self.text(number).map_or("", |s| s.value)
    }

    pub fn number(self, n: u16) -> Option<Said<Exact>> {
        let t = self.text(n)?;
        number(t.value).map(|value| Said { value, spot: t.spot })
    }

    pub fn money(self, n: u16) -> Option<Said<Money>> {
        let t = self.text(n)?;
        number(t.value).and_then(Money::from_exact).map(|value| Said { value, spot: t.spot })
    }

    pub fn date(self, n: u16) -> Option<Said<NaiveDate>> {
        let t = self.text(n)?;
        date(t.value).map(|value| Said { value, spot: t.spot })
    }
}

/// `1504.84`, `-13.33`, `007`: a dot, a minus in front, nothing else.
pub fn number(text: &str) -> Option<Exact> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |t| (-1, t));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let whole = if whole.is_empty() { return None } else { whole.trim_start_matches('0') };
    if !all(whole) || !all(part) || whole.len() > 12 || part.len() > 6 || digits.ends_with('.') {
        return None;
    }
    let n: i64 = format!("0{whole}{part}").parse().ok()?;
    Exact::ratio(sign * n, 10_i64.pow(u32::try_from(part.len()).ok()?))
}

/// `JJMMAAAA`.
pub fn date(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    NaiveDate::from_ymd_opt(text[4..].parse().ok()?, text[2..4].parse().ok()?, text[..2].parse().ok()?)
}

/// `JJMMAAAA` or `MMAAAA`.
pub fn month(text: &str) -> Option<PayMonth> {
    let text = if text.len() == 8 { text.get(2..)? } else { text };
    if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    PayMonth::new(text[2..].parse().ok()?, text[..2].parse().ok()?)
}

/// Whether a text is what its rubric must hold. Dates of birth may have a day or a month that nobody knows (00, 99).
pub(super) fn fits(rubric: Rubric, text: &str) -> bool {
    match rubric.row().kind {
        Type::Text | Type::Code | Type::ExternalCode => true,
        Type::Number => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            // Identifiers are numbers of up to 18 digits.
            number(text).is_some() || (!digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit()))
        }
        Type::Date => text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_a_dot_and_nothing_else() {
        assert_eq!(number("-012.50"), Exact::ratio(-1250, 100));
        assert_eq!(number("0.00"), Some(Exact::ZERO));
        for wrong in ["", "-", "1,5", "1.", ".5", "1 000.00", "1e3", "12345678901234.00", "+1"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn months_and_dates() {
        assert_eq!(month("01112026"), PayMonth::new(2026, 11));
        assert_eq!(month("112026"), PayMonth::new(2026, 11));
        assert_eq!(month("132026"), None);
        assert_eq!(date("31022026"), None);
        assert_eq!(date("3102202é"), None);
    }
}
