//! A stream of separated text → records with the line a person sees, within bounds.
//!
//! Written here rather than taken from the csv crate, which puts no bound on a record: there, one stray
//! quote swallows the rest of a register without a word. The csv crate judges this one in the tests.
//! A quote opens a field only at its beginning and closes it only before a separator or the end of a line;
//! any other is a letter like the rest, and so is one that never closes, or closes far away.

use super::encoding::{self, Encoding, HighLetters};
use super::limits::Limits;
use super::table::Record;
use memchr::{memchr, memchr_iter, memchr2};
use std::io::{self, Read};
use std::ops::ControlFlow;

const QUOTE: u8 = b'"';
/// Ctrl-Z: how DOS programs end a file.
const END_OF_FILE: &[u8] = b"\x1A";

/// Stray quotes after which those of a record are no longer looked into: each look may go far.
const STRAYS: u32 = 16;

/// What went wrong on a line, without keeping its other fields from being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// NUL bytes, left out.
    Nul,
    /// A quote that opens nothing, or closes nothing.
    StrayQuote,
    /// Longer than the limit; the line is left out.
    TooLong,
    /// Bytes that are not in the encoding of the file; read as windows-1252.
    Foreign,
    /// More columns than the limit; the rest of the line is left out.
    TooWide,
}

/// How to split, as the dialect says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) encoding: Encoding,
    pub(crate) separator: u8,
    /// Columns of an ordinary row, by which a quote that swallows rows is known.
    pub(crate) columns: usize,
}

/// A line, as offsets from the start of what is not yet consumed.
#[derive(Clone, Copy)]
struct Line {
    /// End of its text, before the line break.
    end: usize,
    /// Where the next line begins.
    next: usize,
}

enum Found {
    Line(Line),
    TooLong,
    Nothing,
}

pub(crate) struct Splitter<R> {
    input: R,
    shape: Shape,
    limits: Limits,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    over: bool,
    /// Number of the line at `start`.
    line: u32,
    /// A NUL came by: lines have to be looked at.
    nul: bool,
    /// Fields of the current record, in its bytes.
    spans: Vec<(u32, u32)>,
    /// The current record with its quotes taken off.
    unquoted: Vec<u8>,
}

impl<R: Read> Splitter<R> {
    pub(crate) fn new(input: R, shape: Shape, limits: &Limits) -> Self {
        Self {
            input,
            shape,
            limits: *limits,
            buffer: vec![0; 256 << 10],
            start: 0,
            end: 0,
            over: false,
            line: 1,
            nul: false,
            spans: Vec::new(),
            unquoted: Vec::new(),
        }
    }

    /// Reads on; what is not consumed stays, perhaps at another index.
    fn fill(&mut self) -> io::Result<()> {
        if self.end == self.buffer.len() {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
        let read = loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.nul |= memchr(0, &self.buffer[self.end..self.end + read]).is_some();
        self.end += read;
        self.over = read == 0;
        Ok(())
    }

    /// The line that begins `from` bytes after the start. LF, CR LF and CR alone all end one.
    fn line_at(&mut self, from: usize) -> io::Result<Found> {
        let mut seen = from;
        loop {
            let data = &self.buffer[self.start..self.end];
            match memchr2(b'\n', b'\r', &data[seen..]) {
                Some(i) => {
                    let end = seen + i;
                    let next = match (data[end], data.get(end + 1)) {
                        (b'\r', Some(b'\n')) => Some(end + 2),
                        (b'\r', None) if !self.over => None,
                        _ => Some(end + 1),
                    };
                    if let Some(next) = next {
                        return Ok(if end - from > self.limits.line_bytes { Found::TooLong } else { Found::Line(Line { end, next }) });
                    }
                    seen = end;
                }
                None if self.over => {
                    let end = data.len();
                    return Ok(match end - from {
                        0 => Found::Nothing,
                        n if n > self.limits.line_bytes => Found::TooLong,
                        _ => Found::Line(Line { end, next: end }),
                    });
                }
                None => seen = data.len(),
            }
            if seen - from > self.limits.line_bytes {
                return Ok(Found::TooLong);
            }
            self.fill()?;
        }
    }

    /// Leaves out the rest of a line that is too long, without holding it.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let data = &self.buffer[self.start..self.end];
            if let Some(i) = memchr2(b'\n', b'\r', data) {
                self.start += i;
                if let Found::Line(line) = self.line_at(0)? {
                    self.start += line.next;
                }
                return Ok(());
            }
            self.start = self.end;
            if self.over {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Hands on every record that is not blank, with its troubles noted by line, until `f` breaks.
    pub(crate) fn run(&mut self, note: &mut dyn FnMut(Trouble, u32), f: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>) -> io::Result<()> {
        let table = self.shape.encoding.table();
        let utf8 = !matches!(self.shape.encoding, Encoding::Windows1252 | Encoding::Iso8859_15 | Encoding::Cp850);
        let mut decoded = Vec::new();
        loop {
            let mut line = match self.line_at(0)? {
                Found::Nothing => return Ok(()),
                Found::TooLong => {
                    note(Trouble::TooLong, self.line);
                    self.skip_line()?;
                    self.line = self.line.saturating_add(1);
                    continue;
                }
                Found::Line(line) => line,
            };
            let number = self.line;
            let mut lines = 1;
            self.spans.clear();
            let quoted = memchr(QUOTE, &self.buffer[self.start..self.start + line.end]).is_some();
            if quoted {
                (line, lines) = self.split_quoted(line, note)?;
            } else {
                self.split_plain(line);
            }
            if self.spans.len() > self.limits.columns {
                note(Trouble::TooWide, number);
                self.spans.truncate(self.limits.columns);
            }
            let bytes = if quoted { self.unquoted.as_slice() } else { &self.buffer[self.start..self.start + line.end] };
            let nul = self.nul && memchr(0, bytes).is_some();
            if nul {
                note(Trouble::Nul, number);
            }
            let whole = if nul || !(utf8 || bytes.is_ascii()) { None } else { std::str::from_utf8(bytes).ok() };
            let text = match whole {
                Some(text) => text,
                None if utf8 || nul => {
                    if mend(bytes, &mut self.spans, utf8, table, &mut decoded) {
                        note(Trouble::Foreign, number);
                    }
                    std::str::from_utf8(&decoded).expect("what was mended is UTF-8")
                }
                None => {
                    encoding::decode_record(bytes, &mut self.spans, table, &mut decoded);
                    std::str::from_utf8(&decoded).expect("ASCII and letters of the table")
                }
            };
            let record = Record { number, hidden: false, text, spans: &self.spans };
            let blank = bytes == END_OF_FILE || record.fields().all(is_blank);
            if !blank && f(&record).is_break() {
                return Ok(());
            }
            self.start += line.next;
            self.line = self.line.saturating_add(lines);
        }
    }

    #[inline]
    fn split_plain(&mut self, line: Line) {
        let mut from = 0;
        for at in memchr_iter(self.shape.separator, &self.buffer[self.start..self.start + line.end]) {
            self.spans.push((from, at as u32));
            from = at as u32 + 1;
        }
        self.spans.push((from, line.end as u32));
    }

    /// Splits a record whose first line holds a quote; returns its last line and how many lines it spans.
    fn split_quoted(&mut self, first: Line, note: &mut dyn FnMut(Trouble, u32)) -> io::Result<(Line, u32)> {
        self.unquoted.clear();
        let (mut line, mut lines, mut at, mut strays) = (first, 1, 0, 0);
        loop {
            let from = self.unquoted.len() as u32;
            let opens = at < line.end && self.buffer[self.start + at] == QUOTE && strays < STRAYS;
            let closed = if opens { self.close(at, line)? } else { None };
            if let Some((quote, last, more)) = closed {
                let mut rest = &self.buffer[self.start + at + 1..self.start + quote];
                while let Some(i) = memchr(QUOTE, rest) {
                    // Only doubled quotes stand inside: one is kept.
                    self.unquoted.extend_from_slice(&rest[..=i]);
                    rest = &rest[i + 2..];
                }
                self.unquoted.extend_from_slice(rest);
                (line, lines, at) = (last, lines + more, quote + 1);
            } else {
                if opens && strays == 0 {
                    note(Trouble::StrayQuote, self.line.saturating_add(lines - 1));
                }
                strays += u32::from(opens);
                let data = &self.buffer[self.start + at..self.start + line.end];
                let stop = memchr(self.shape.separator, data).unwrap_or(data.len());
                self.unquoted.extend_from_slice(&data[..stop]);
                at += stop;
            }
            self.spans.push((from, self.unquoted.len() as u32));
            if at >= line.end {
                return Ok((line, lines));
            }
            at += 1;
        }
    }

    /// Where the quote that opens at `open` closes, on which line, and how many lines further; `None` when it is a stray one.
    fn close(&mut self, open: usize, mut line: Line) -> io::Result<Option<(usize, Line, u32)>> {
        let (mut at, mut more) = (open + 1, 0);
        loop {
            let data = &self.buffer[self.start..self.end];
            if let Some(i) = memchr(QUOTE, &data[at..line.end]) {
                let quote = at + i;
                let after = if quote + 1 < line.end { data[quote + 1] } else { self.shape.separator };
                if after == QUOTE {
                    at = quote + 2;
                    continue;
                }
                let closes = after == self.shape.separator && !(more > 0 && self.holds_rows(open + 1, quote));
                return Ok(closes.then_some((quote, line, more)));
            }
            more += 1;
            if more > self.limits.quoted_lines || line.next - open > self.limits.quoted_bytes {
                return Ok(None);
            }
            at = line.next;
            match self.line_at(line.next)? {
                Found::Line(next) => line = next,
                Found::TooLong | Found::Nothing => return Ok(None),
            }
        }
    }

    /// Whether what a quoted field would swallow over several lines looks like rows of the table.
    fn holds_rows(&self, from: usize, to: usize) -> bool {
        let wanted = self.shape.columns.saturating_sub(1).max(2);
        let wanted_first = wanted.saturating_sub(self.spans.len()).max(2);
        self.buffer[self.start + from..self.start + to]
            .split(|b| *b == b'\n' || *b == b'\r')
            .enumerate()
            .any(|(i, piece)| memchr_iter(self.shape.separator, piece).count() >= if i == 0 { wanted_first } else { wanted })
    }
}

/// Whether a field holds nothing but blanks.
#[inline]
pub(crate) fn is_blank(field: &str) -> bool {
    match field.as_bytes().first() {
        None => true,
        Some(0x21..=0x7E) => false,
        Some(_) => field.trim().is_empty(),
    }
}

/// Makes text of a record that is not wholly in its encoding or holds NUL, field by field; true when one was foreign.
#[cold]
fn mend(bytes: &[u8], spans: &mut [(u32, u32)], utf8: bool, table: &HighLetters, out: &mut Vec<u8>) -> bool {
    out.clear();
    let mut foreign = false;
    for span in spans {
        let field: Vec<u8> = bytes[span.0 as usize..span.1 as usize].iter().copied().filter(|b| *b != 0).collect();
        let from = out.len() as u32;
        if utf8 && std::str::from_utf8(&field).is_ok() {
            out.extend_from_slice(&field);
        } else {
            foreign |= utf8;
            out.extend_from_slice(encoding::decode(&field, table).as_bytes());
        }
        *span = (from, out.len() as u32);
    }
    foreign
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Rows = Vec<(u32, Vec<String>)>;

    /// Reads `step` bytes at a time, so that every buffer boundary is met.
    struct Drip<'a>(&'a [u8], usize);
    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(out.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn split_with(bytes: &[u8], encoding: Encoding, columns: usize, step: usize, limits: &Limits) -> (Rows, Vec<(Trouble, u32)>) {
        let (mut rows, mut troubles) = (Rows::new(), Vec::new());
        Splitter::new(Drip(bytes, step), Shape { encoding, separator: b';', columns }, limits)
            .run(&mut |trouble, line| troubles.push((trouble, line)), &mut |record| {
                rows.push((record.number, record.fields().map(str::to_owned).collect()));
                ControlFlow::Continue(())
            })
            .expect("memory does not fail");
        (rows, troubles)
    }

    fn split(text: &str) -> (Rows, Vec<(Trouble, u32)>) {
        split_with(text.as_bytes(), Encoding::Utf8, 3, 1 << 20, &Limits::default())
    }

    fn row(line: u32, fields: &[&str]) -> (u32, Vec<String>) {
        (line, fields.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn counts_lines_as_an_editor_does() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b;c", "", "1;\"two", "lines\";3", "", ";;", "x;y;z"].join(end);
            let (rows, troubles) = split(&text);
            let expected = vec![row(1, &["a", "b", "c"]), row(3, &["1", &format!("two{end}lines"), "3"]), row(7, &["x", "y", "z"])];
            assert_eq!(rows, expected, "{end:?}");
            assert!(troubles.is_empty());
        }
    }

    #[test]
    fn takes_quotes_off_and_keeps_the_doubled_ones() {
        let (rows, troubles) = split("\"a;b\";\"say \"\"yes\"\"\";\"\"\npipe 5\";c;d\n");
        assert_eq!(rows, vec![row(1, &["a;b", "say \"yes\"", ""]), row(2, &["pipe 5\"", "c", "d"])]);
        assert!(troubles.is_empty());
    }

    #[test]
    fn a_stray_quote_swallows_no_row() {
        let cases = [
            // never closed
            ("1;\"Jo;x\n2;B;y\n3;C;z\n", vec![row(1, &["1", "\"Jo", "x"]), row(2, &["2", "B", "y"]), row(3, &["3", "C", "z"])]),
            // closed two rows further down by another stray one
            ("\"Jo;a;b\n2;B;y\n3;C\";z\n", vec![row(1, &["\"Jo", "a", "b"]), row(2, &["2", "B", "y"]), row(3, &["3", "C\"", "z"])]),
            // closed in the middle of a word
            ("1;\"Jo\" D;x\n2;B;y\n", vec![row(1, &["1", "\"Jo\" D", "x"]), row(2, &["2", "B", "y"])]),
        ];
        for (text, rows) in cases {
            assert_eq!(split(text), (rows, vec![(Trouble::StrayQuote, 1)]), "{text}");
        }
    }

    #[test]
    fn a_line_of_quotes_takes_no_longer_than_another() {
        let text = format!("{}\nx;y;z\n", "\"x\"\"x;".repeat(100_000));
        let (rows, troubles) = split(&text);
        assert_eq!(rows.last(), Some(&row(2, &["x", "y", "z"])));
        assert_eq!(troubles, vec![(Trouble::StrayQuote, 1), (Trouble::TooWide, 1)]);
    }

    #[test]
    fn leaves_out_a_line_that_is_too_long_and_says_which() {
        let limits = Limits { line_bytes: 1000, ..Limits::default() };
        let text = format!("a;b;c\n{}\r\nd;e;f\n{}", "x".repeat(700_000), "y".repeat(2000));
        let (rows, troubles) = split_with(text.as_bytes(), Encoding::Utf8, 3, 4096, &limits);
        assert_eq!(rows, vec![row(1, &["a", "b", "c"]), row(3, &["d", "e", "f"])]);
        assert_eq!(troubles, vec![(Trouble::TooLong, 2), (Trouble::TooLong, 4)]);
    }

    #[test]
    fn reads_a_row_that_is_too_wide_up_to_the_limit() {
        let limits = Limits { columns: 2, ..Limits::default() };
        for encoding in [Encoding::Windows1252, Encoding::Utf8] {
            let (rows, troubles) = split_with(b"a;b;Ren\xE9;\xE9\nc\n", encoding, 2, 5, &limits);
            assert_eq!(rows, vec![row(1, &["a", "b"]), row(2, &["c"])]);
            assert_eq!(troubles[0], (Trouble::TooWide, 1));
        }
    }

    #[test]
    fn reads_foreign_bytes_and_leaves_out_nul() {
        let (rows, troubles) = split_with("é;x\n".as_bytes(), Encoding::Utf8, 2, 1, &Limits::default());
        assert_eq!((rows, troubles), (vec![row(1, &["é", "x"])], vec![]));
        let (rows, troubles) = split_with(b"\xC3\xA9;Ren\xE9\nn\0ul;1\0\n\x1A", Encoding::Utf8, 2, 3, &Limits::default());
        assert_eq!(rows, vec![row(1, &["é", "René"]), row(2, &["nul", "1"])]);
        assert_eq!(troubles, vec![(Trouble::Foreign, 1), (Trouble::Nul, 2)]);
        let (rows, troubles) = split_with(b"Ren\x82;\"Libell\x82\"\n", Encoding::Cp850, 2, 1, &Limits::default());
        assert_eq!((rows, troubles), (vec![row(1, &["René", "Libellé"])], vec![]));
    }

    proptest! {
        /// The csv crate writes any fields; what is read back is what was written, whatever the size of the reads.
        #[test]
        fn agrees_with_the_csv_crate(fields in prop::collection::vec(prop::collection::vec("[a-zé;\", ]{0,6}", 3), 1..8), step in 1_usize..50) {
            let mut writer = csv::WriterBuilder::new().delimiter(b';').quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            for row in &fields {
                writer.write_record(row).expect("memory does not fail");
            }
            let bytes = writer.into_inner().expect("memory does not fail");
            let (rows, troubles) = split_with(&bytes, Encoding::Utf8, 3, step, &Limits::default());
            let written: Vec<&Vec<String>> = fields.iter().filter(|r| r.iter().any(|f| !f.trim().is_empty())).collect();
            prop_assert_eq!(rows.iter().map(|(_, r)| r).collect::<Vec<_>>(), written);
            prop_assert!(troubles.is_empty());
        }

        /// Any bytes end, and no line gives more than one record.
        #[test]
        fn survives_any_bytes(bytes in prop::collection::vec(prop::sample::select(b"ab;\"\n\r\0\xE9\xC3 ".to_vec()), 0..200), step in 1_usize..9) {
            let limits = Limits { line_bytes: 40, quoted_lines: 3, quoted_bytes: 30, ..Limits::default() };
            let (rows, _) = split_with(&bytes, Encoding::Utf8, 3, step, &limits);
            prop_assert!(rows.windows(2).all(|w| w[0].0 < w[1].0));
        }
    }
}
