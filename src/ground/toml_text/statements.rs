//! The statements of a TOML text, as lines a person wrote, and what was opened in them and never closed.

use std::ops::Range;

/// One line `key = value`, or the head of a table; a value may go over several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub bytes: Range<usize>,
    pub is_head: bool,
}

/// A quote or a bracket without its other half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub at: usize,
    /// Bytes that cannot be read because of it.
    pub lines: Range<usize>,
    /// It is closed by what a line before lost: no mistake of its own.
    pub follows: bool,
}

#[derive(Debug, Default)]
pub struct Scan {
    pub statements: Vec<Statement>,
    pub open: Vec<Open>,
}

/// Goes over a text line by line.
pub fn scan(text: &str) -> Scan {
    let mut s = Scanner { text, bytes: text.as_bytes(), at: 0, out: Scan::default() };
    while s.at < s.bytes.len() {
        s.line();
    }
    s.out
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    out: Scan,
}

impl Scanner<'_> {
    fn end_of_line(&self, from: usize) -> usize {
        self.text[from..].find('\n').map_or(self.text.len(), |i| from + i)
    }

    fn line(&mut self) {
        let start = self.at;
        let end = self.end_of_line(start);
        let said = self.text[start..end].trim_start_matches([' ', '\t', '\u{feff}', '\r']);
        let first = end - said.len();
        self.at = match said.bytes().next() {
            None | Some(b'#') => end,
            Some(b'[') => self.statement(start..end, true),
            Some(_) => match equals(&self.text[first..end]) {
                None => self.statement(start..end, false),
                Some(i) => {
                    let stop = self.value(start, first + i + 1);
                    self.statement(start..stop, false)
                }
            },
        };
        // The line end itself.
        self.at += 1;
    }

    fn statement(&mut self, bytes: Range<usize>, is_head: bool) -> usize {
        let end = bytes.end;
        self.out.statements.push(Statement { bytes, is_head });
        end
    }

    /// The end of the line on which a value ends.
    fn value(&mut self, start: usize, from: usize) -> usize {
        let line_end = self.end_of_line(from);
        let opens = self.text[from..line_end].trim_start().bytes().next();
        if !matches!(opens, Some(b'"' | b'\'' | b'[' | b'{')) {
            return line_end;
        }
        let mut at = from;
        let mut brackets: Vec<usize> = Vec::new();
        let mut broken = false;
        while at < self.bytes.len() {
            match self.bytes[at] {
                quote @ (b'"' | b'\'') => match self.string(at, quote) {
                    Some(after) => at = after,
                    None => {
                        let (line_start, end) = (self.text[..at].rfind('\n').map_or(0, |i| i + 1), self.end_of_line(at));
                        let within = brackets.first().is_some_and(|b| *b < line_start);
                        let lines = if within { line_start..end } else { start..end };
                        self.out.open.push(Open { at, lines, follows: false });
                        if !within {
                            return end;
                        }
                        (at, broken) = (end, true);
                    }
                },
                b'[' | b'{' => {
                    brackets.push(at);
                    at += 1;
                }
                b']' | b'}' => {
                    brackets.pop();
                    at += 1;
                    if brackets.is_empty() {
                        return self.end_of_line(at);
                    }
                }
                b'#' => at = self.end_of_line(at),
                b'\n' => {
                    let Some(open) = brackets.last().copied() else { return at };
                    if self.begins_anew(at, open) {
                        self.out.open.push(Open { at: open, lines: start..at, follows: broken });
                        return at;
                    }
                    at += 1;
                }
                _ => at += 1,
            }
        }
        if let Some(open) = brackets.last().copied() {
            self.out.open.push(Open { at: open, lines: start..self.bytes.len(), follows: broken });
        }
        self.bytes.len()
    }

    /// Behind the closing quote.
    fn string(&self, at: usize, quote: u8) -> Option<usize> {
        let triple = [quote; 3];
        let escapes = quote == b'"';
        if self.bytes[at..].starts_with(&triple) {
            let closing = self.bytes[at + 3..].windows(3).position(|w| w == triple)?;
            return Some(at + 3 + closing + 3);
        }
        let mut i = at + 1;
        while i < self.bytes.len() && self.bytes[i] != b'\n' {
            match self.bytes[i] {
                b'\\' if escapes => i += 2,
                b if b == quote => return Some(i + 1),
                _ => i += 1,
            }
        }
        None
    }

    /// Whether the line after this line end begins a statement of its own, though a bracket is open.
    fn begins_anew(&self, line_end: usize, open: usize) -> bool {
        let next = self.text[line_end + 1..self.end_of_line(line_end + 1)].trim();
        if is_head(next) {
            return true;
        }
        let named = equals(next).is_some_and(|i| is_bare(next[..i].trim()));
        // The keys of a table between braces may stand on lines of their own, behind a comma.
        let goes_on = self.bytes[open] == b'{' && self.text[..line_end].trim_end().ends_with([',', '{']);
        named && !goes_on
    }
}

/// Where a line's `=` stands, outside of quotes.
pub fn equals(line: &str) -> Option<usize> {
    let mut quote = None;
    for (i, c) in line.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(i),
            (None, '#') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

/// A name that needs no quotes.
pub fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// `[table]` or `[[table]]`, with a remark behind it or not.
fn is_head(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim();
    let inner = line.strip_prefix('[').and_then(|l| l.strip_suffix(']'));
    inner.map(|l| l.strip_prefix('[').and_then(|l| l.strip_suffix(']')).unwrap_or(l)).is_some_and(is_bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> Vec<(&str, &str)> {
        scan(text).open.iter().filter(|o| !o.follows).map(|o| (&text[o.at..=o.at], &text[o.lines.clone()])).collect()
    }

    #[test]
    fn an_open_quote_costs_its_line_alone() {
        assert_eq!(open("a = \"x\ncode = \"y\"\n"), [("\"", "a = \"x")]);
        assert_eq!(open("label = { fr = \"a\", en = \"b\nkind = \"x\"\n"), [("\"", "label = { fr = \"a\", en = \"b")]);
        assert_eq!(open("feeds = [\n  \"a,\n  \"b\",\n]\nc = \"d\"\n"), [("\"", "  \"a,")]);
    }

    #[test]
    fn an_open_bracket_ends_where_the_next_line_begins() {
        assert_eq!(open("feeds = [\"a\"\ncause = \"x\"\n"), [("[", "feeds = [\"a\"")]);
        assert_eq!(open("feeds = [\n\n[[version]]\nfrom = 2026-01-01\n"), [("[", "feeds = [\n")]);
        assert_eq!(open("a = { fr = \"x\",\n  en = \"y\" }\nb = [\n  1,\n  [2],\n]\n"), []);
    }

    #[test]
    fn text_without_quotes_opens_nothing() {
        assert_eq!(open("label = Indemnité d'astreinte\n# l'usage\nb = 'l''été'\n"), []);
    }
}
