//! Text files with columns: what dialect they are written in, then their rows, streamed.
//!
//! The dialect is decided from the beginning of the file and can be told by a hint; a row is never held longer than its turn.

use super::encoding::{self, Encoding, FromUtf16};
use super::fixed::{self, Cut, Gaps};
use super::input::Input;
use super::limits::{Limits, Passed, Tally};
use super::split::{Shape, Splitter, Trouble, is_blank};
use super::table::{Cell, Record, Row};
use super::twice::Once;
use crate::ground::{Finding, Lang, Place, Severity};
use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::ControlFlow;

/// Bytes from which the encoding is decided, and of these the ones that decide the separator.
const ENCODING_SAMPLE: usize = 4 << 20;
const SHAPE_SAMPLE: usize = 64 << 10;
const SHAPE_LINES: usize = 300;

/// The sign before decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecimalMark {
    Comma,
    Point,
}

/// How a text file is written. Everything here was decided by reading it, and is shown to the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dialect {
    pub encoding: Encoding,
    /// Whether the bytes leave no other encoding, or a hint said so.
    pub encoding_proven: bool,
    /// One of `;`, tab, `|`, `,`, or what a hint said.
    pub separator: char,
    /// Columns of most rows.
    pub columns: usize,
    /// Whether fields stand between quotes.
    pub quoted: bool,
    /// `None` when no number with decimals was seen.
    pub decimal: Option<DecimalMark>,
    /// Where blanks divide the columns of a print-out; the separator is then a tab put there.
    pub gaps: Option<Gaps>,
}

impl Dialect {
    /// A line for the user: encoding, separator, quotes, decimal mark.
    pub fn shown(&self, lang: Lang) -> String {
        let separator = match (self.separator, lang) {
            _ if self.gaps.is_some() && lang == Lang::Fr => "de blancs alignés".to_owned(),
            _ if self.gaps.is_some() => "of aligned blanks".to_owned(),
            ('\t', Lang::Fr) => "tabulation".to_owned(),
            ('\t', Lang::En) => "tab".to_owned(),
            (c, Lang::Fr) => format!("« {c} »"),
            (c, Lang::En) => format!("“{c}”"),
        };
        let mut parts = vec![self.encoding.name().to_owned()];
        parts.push(match lang {
            Lang::Fr => format!("séparateur {separator}"),
            Lang::En => format!("separator {separator}"),
        });
        if self.quoted {
            parts.push(
                match lang {
                    Lang::Fr => "guillemets",
                    Lang::En => "quotes",
                }
                .to_owned(),
            );
        }
        let decimal = match (self.decimal, lang) {
            (Some(DecimalMark::Comma), Lang::Fr) => Some("virgule décimale"),
            (Some(DecimalMark::Comma), Lang::En) => Some("decimal comma"),
            (Some(DecimalMark::Point), Lang::Fr) => Some("point décimal"),
            (Some(DecimalMark::Point), Lang::En) => Some("decimal point"),
            (None, _) => None,
        };
        parts.extend(decimal.map(str::to_owned));
        parts.join(", ")
    }
}

/// What the user or the job already knows of a text file; what is `None` is decided by reading.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Hint {
    pub encoding: Option<Encoding>,
    /// An ASCII character.
    pub separator: Option<char>,
}

/// A text file whose dialect is known.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) dialect: Dialect,
    input: Input,
    limits: Limits,
    /// Bytes of the byte order mark.
    mark: usize,
    /// The first line only names the separator (`sep=;`).
    names_separator: bool,
    bytes: u64,
    row_bytes: u64,
}

impl Text {
    /// Decides the dialect from the beginning of the file.
    pub(crate) fn open(input: &Input, limits: &Limits, hint: Option<&Hint>) -> io::Result<Self> {
        let hint = hint.copied().unwrap_or_default();
        let bytes = input.len()?;
        let sample = encoding_sample(input)?;
        let mut guess = encoding::guess(&sample);
        if let Some(encoding) = hint.encoding {
            guess = encoding::Guess { encoding, proven: true, mark: if encoding == guess.encoding { guess.mark } else { 0 } };
        }
        let (head, cut) = shape_sample(input, guess)?;
        let lines: Vec<&str> = head.split(['\n', '\r']).filter(|l| !l.trim().is_empty()).collect();
        let lines = &lines[..lines.len().saturating_sub(usize::from(cut)).max(1).min(lines.len()).min(SHAPE_LINES)];

        let named = lines.first().and_then(|l| l.trim().strip_prefix("sep=")).and_then(|s| s.chars().next()).filter(char::is_ascii);
        let lines = &lines[usize::from(named.is_some()).min(lines.len())..];
        let told = hint.separator.filter(char::is_ascii).or(named);
        let (mut separator, mut columns, agreeing) = match told {
            Some(known) => (known, usual_count(lines, known).0 + 1, lines.len()),
            None => choose_separator(lines),
        };
        // A print-out: commas are in its amounts, and blanks divide its columns.
        let gaps = if agreeing * 2 < lines.len() || separator == ',' && told.is_none() { fixed::find(lines) } else { None };
        if let Some(g) = &gaps {
            (separator, columns) = ('\t', g.columns());
        }
        let dialect = Dialect {
            encoding: guess.encoding,
            encoding_proven: guess.proven,
            separator,
            columns,
            quoted: lines.iter().any(|l| l.starts_with('"') || l.contains(&format!("{separator}\""))),
            decimal: decimal_mark(lines, if gaps.is_some() { ' ' } else { separator }),
            gaps,
        };
        let shown: usize = lines.iter().map(|l| l.len() + 1).sum();
        let row_bytes = (shown / lines.len().max(1)).max(1) as u64;
        Ok(Self { dialect, input: input.clone(), limits: *limits, mark: guess.mark, names_separator: named.is_some(), bytes, row_bytes })
    }

    pub(crate) fn row_count_hint(&self) -> u64 {
        let letters = if is_utf16(self.dialect.encoding) { self.bytes / 2 } else { self.bytes };
        letters.div_ceil(self.row_bytes)
    }

    pub(crate) fn for_each_record(&self, file: &str, f: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>) -> Vec<Finding> {
        let place = |line: u32| Place::Line { file: file.to_owned(), line, heading: None };
        let mut tally = Tally::default();
        let mut findings = Vec::new();
        let mut rows = 0;
        // Fields of the last two records and the line of the last, only where the file stops in the middle of a line.
        let unended = !self.ends_a_line();
        let mut last = (0, 0, 0);
        let mut limited = |record: &Record<'_>| {
            if unended {
                last = (last.1, record.fields().count(), record.number);
            }
            if self.names_separator && record.number == 1 {
                return ControlFlow::Continue(());
            }
            rows += 1;
            if rows > self.limits.rows {
                findings.push(Passed::Rows.finding(&self.limits, place(record.number)));
                return ControlFlow::Break(());
            }
            f(record)
        };
        let mut note = |trouble: Trouble, line: u32| {
            let (code, severity) = match trouble {
                Trouble::Nul => ("R11", Severity::Warning),
                Trouble::StrayQuote => ("R12", Severity::Warning),
                Trouble::TooLong => ("R13", Severity::Justify),
                Trouble::Foreign => ("R14", Severity::Warning),
                Trouble::TooWide => ("R19", Severity::Justify),
            };
            tally.note(code, severity, || place(line));
        };
        let done = self.reader().and_then(|reader| {
            let shape = Shape {
                encoding: if is_turned(self.dialect.encoding) { Encoding::Utf8 } else { self.dialect.encoding },
                separator: u8::try_from(self.dialect.separator).unwrap_or(b';'),
                columns: self.dialect.columns,
            };
            Splitter::new(reader, shape, &self.limits).run(&mut note, &mut limited)
        });
        if done.is_err() {
            findings.push(Finding::new("R04", Severity::Justify).at(Place::File { file: file.to_owned() }));
        }
        if unended && rows > 1 {
            // A shorter last row is a cut copy; one that is whole may be the habit of the program that wrote it.
            let severity = if last.1 < last.0 { Severity::Justify } else { Severity::Warning };
            findings.push(Finding::new("R60", severity).at(place(last.2)));
        }
        findings.extend(tally.finish());
        findings
    }

    /// Whether the last line has its end; true where that cannot be known.
    fn ends_a_line(&self) -> bool {
        let tail = |n: u64| -> io::Result<Vec<u8>> {
            let mut seeker = self.input.seeker()?;
            seeker.seek(io::SeekFrom::Start(self.bytes.saturating_sub(n)))?;
            let mut bytes = Vec::new();
            seeker.take(n).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        // Two bytes a letter in UTF-16, and nothing else ends on a zero byte.
        tail(2).map_or(true, |t| t.is_empty() || t.iter().any(|b| matches!(b, b'\n' | b'\r' | 0x1a)))
    }

    pub(crate) fn for_each(&self, file: &str, f: &mut dyn FnMut(Row<'_, '_>) -> ControlFlow<()>) -> Vec<Finding> {
        let mut spare: Vec<Cell<'static>> = Vec::new();
        self.for_each_record(file, &mut |record| {
            let mut cells = recycle(std::mem::take(&mut spare));
            cells.extend(record.fields().map(|t| if is_blank(t) { Cell::Empty } else { Cell::Text(Cow::Borrowed(t)) }));
            let flow = f(Row { number: record.number, cells: &cells, hidden: false });
            spare = recycle(cells);
            flow
        })
    }

    fn reader(&self) -> io::Result<Box<dyn Read>> {
        let reader = decoding_reader(&self.input, self.dialect.encoding, self.mark)?;
        let utf8 = self.dialect.encoding == Encoding::Utf8 || is_turned(self.dialect.encoding);
        Ok(match &self.dialect.gaps {
            Some(gaps) => Box::new(Cut::new(reader, gaps.clone(), utf8, self.limits.line_bytes)),
            None => reader,
        })
    }
}

/// An empty list in the memory of another, for cells that live a different time.
fn recycle<'b>(mut cells: Vec<Cell<'_>>) -> Vec<Cell<'b>> {
    cells.clear();
    cells.into_iter().map(|_| Cell::Empty).collect()
}

const fn is_utf16(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be)
}

/// Whether what is read on is UTF-8, though the file is not.
const fn is_turned(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::Utf8Twice) || is_utf16(encoding)
}

/// The file without its mark; UTF-16 and UTF-8 written twice as UTF-8, everything else as it is.
fn decoding_reader(input: &Input, encoding: Encoding, mark: usize) -> io::Result<Box<dyn Read>> {
    let mut reader = input.reader()?;
    io::copy(&mut reader.by_ref().take(mark as u64), &mut io::sink())?;
    Ok(match encoding {
        Encoding::Utf16Le | Encoding::Utf16Be => Box::new(FromUtf16::new(reader, encoding == Encoding::Utf16Be)),
        Encoding::Utf8Twice => Box::new(Once::new(reader)),
        Encoding::Utf8 | Encoding::Windows1252 | Encoding::Iso8859_15 | Encoding::Cp850 => reader,
    })
}

/// The first bytes that tell the encoding: where the beginning is pure ASCII, the first stretch that is not.
fn encoding_sample(input: &Input) -> io::Result<Vec<u8>> {
    let mut reader = input.reader()?;
    let mut sample = Vec::with_capacity(ENCODING_SAMPLE.min(usize::try_from(input.len()?).unwrap_or(ENCODING_SAMPLE)) + 1);
    let mut last = [0; 4];
    loop {
        sample.clear();
        // A letter may lie across two stretches.
        let carried = last.iter().rev().take_while(|b| **b >= 0x80).count();
        sample.extend_from_slice(&last[4 - carried..]);
        let read = reader.by_ref().take(ENCODING_SAMPLE as u64).read_to_end(&mut sample)?;
        let utf16 = sample.len() >= 64 && sample[..64].contains(&0);
        if read < ENCODING_SAMPLE || !sample.is_ascii() || utf16 {
            return Ok(sample);
        }
        last.copy_from_slice(&sample[sample.len() - 4..]);
    }
}

/// The beginning as text, and whether its last line may be cut.
fn shape_sample(input: &Input, guess: encoding::Guess) -> io::Result<(String, bool)> {
    let mut bytes = Vec::new();
    let read = decoding_reader(input, guess.encoding, guess.mark)?.take(SHAPE_SAMPLE as u64).read_to_end(&mut bytes)?;
    let mut text = String::new();
    match (std::str::from_utf8(&bytes), guess.encoding) {
        (Ok(valid), Encoding::Utf8 | Encoding::Utf8Twice | Encoding::Utf16Le | Encoding::Utf16Be) => text.push_str(valid),
        (_, Encoding::Utf8 | Encoding::Utf8Twice | Encoding::Utf16Le | Encoding::Utf16Be) => {
            text.push_str(&String::from_utf8_lossy(&bytes))
        }
        (_, encoding) => text.push_str(&encoding::decode(&bytes, encoding.table())),
    }
    Ok((text, read == SHAPE_SAMPLE))
}

/// Separators of a line, those between quotes left out.
fn count(line: &str, separator: char) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for c in line.chars() {
        if c == '"' {
            quoted = !quoted;
        } else if c == separator && !quoted {
            count += 1;
        }
    }
    count
}

/// The number of separators that most lines with any have, and how many lines agree.
fn usual_count(lines: &[&str], separator: char) -> (usize, usize) {
    let mut counts: Vec<usize> = lines.iter().map(|l| count(l, separator)).filter(|n| *n > 0).collect();
    counts.sort_unstable();
    counts.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).max_by_key(|&(n, lines)| (lines, n)).unwrap_or((0, 0))
}

/// The separator that most lines agree on, and the columns it makes. A comma comes last, and counts only
/// where it is more than a decimal mark; titles, which have few separators or none, weigh little. Also how many lines agree.
fn choose_separator(lines: &[&str]) -> (char, usize, usize) {
    let mut best = (';', 0, 0);
    for separator in [';', '\t', '|', ','] {
        if separator == ',' && !lines.iter().any(|l| separates_words(l)) {
            continue;
        }
        let (usual, agreeing) = usual_count(lines, separator);
        // Clearly better, not just a line or two: text may hold as many commas as there are columns.
        if agreeing > 0 && agreeing * 4 > best.2 * 5 {
            best = (separator, usual, agreeing);
        }
    }
    (best.0, best.1 + 1, best.2)
}

/// Whether a line has a comma that does not stand between two digits.
fn separates_words(line: &str) -> bool {
    let bytes = line.as_bytes();
    let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
    bytes.iter().enumerate().any(|(i, b)| *b == b',' && !(digit(i.checked_sub(1)) && digit(Some(i + 1))))
}

/// The mark of the fields that can only be numbers with one, two or four decimals; three may be thousands.
fn decimal_mark(lines: &[&str], separator: char) -> Option<DecimalMark> {
    let (mut commas, mut points) = (0, 0);
    for field in lines.iter().flat_map(|l| l.split(separator)) {
        let field = field.trim_matches(|c: char| c == '"' || c == '€' || c == '%' || c.is_whitespace());
        for (mark, seen) in [(',', &mut commas), ('.', &mut points)] {
            if let Some((whole, decimals)) = field.rsplit_once(mark)
                && matches!(decimals.len(), 1 | 2 | 4)
                && decimals.bytes().all(|b| b.is_ascii_digit())
                && whole.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | ' ' | '\u{a0}' | '\u{202f}'))
            {
                *seen += 1;
            }
        }
    }
    match (commas, points) {
        (0, 0) => None,
        (c, p) if c >= p => Some(DecimalMark::Comma),
        _ => Some(DecimalMark::Point),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(bytes: &[u8]) -> Text {
        Text::open(&Input::from(bytes.to_vec()), &Limits::default(), None).expect("memory does not fail")
    }

    #[test]
    fn recognises_the_separator() {
        let cases = [
            ("decimal commas do not fool it", "Mat;Nom;Net\n1;A;12,50\n2;B;13,50\n3;C;1 234,00\n", ';', 3),
            ("nor do as many commas as columns", "Mat;Nom;Net\n1;A, a;12,50\n2;B, b;13,50\n", ';', 3),
            ("titles weigh little", "VILLE; PAIE\nédité le 3, à 12 h\n\nMat,Nom,Net\n1,A,2.5\n2,B,3.5\n3,C,4\n", ',', 3),
            ("tabs", "Mat\tNom; prénom\n1\tA; B\n2\tC\n", '\t', 2),
            ("bars", "a|b|c\n1|2,5|3\n", '|', 3),
            ("quotes hide separators", "a,b\n\"1;2;3\",x\n\"1;2;3\",y\n\"1;2;3\",z\n", ',', 2),
            ("a single column of amounts", "Montant\n12,50\n13,75\n", ';', 1),
            ("what the first line names", "sep=,\na,b;c\n", ',', 2),
        ];
        for (what, text, separator, columns) in cases {
            let dialect = open(text.as_bytes()).dialect;
            assert_eq!((dialect.separator, dialect.columns), (separator, columns), "{what}");
        }
    }

    #[test]
    fn recognises_the_decimal_mark() {
        for (text, mark) in [
            ("a;b\n1;12,50\n", Some(DecimalMark::Comma)),
            ("a;b\n1;1 234,50 €\n", Some(DecimalMark::Comma)),
            ("a;b\n1;12.50\n", Some(DecimalMark::Point)),
            ("a;b\n1;03.12.2021\n", None),
            ("a;b\n1;1.234\n", None),
        ] {
            assert_eq!(open(text.as_bytes()).dialect.decimal, mark, "{text}");
        }
    }

    #[test]
    fn says_what_it_decided_in_both_languages() {
        let dialect = open(b"Pr\xE9nom;Net\nRen\xE9;12,50\n").dialect;
        assert_eq!(dialect.shown(Lang::Fr), "windows-1252, séparateur « ; », virgule décimale");
        assert_eq!(dialect.shown(Lang::En), "windows-1252, separator “;”, decimal comma");
    }

    #[test]
    fn reads_every_encoding_to_the_same_rows() {
        let text = "Prénom;Montant\r\nZoé;1 234,50\r\n";
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let utf16be: Vec<u8> = [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let marked = format!("\u{feff}{text}").into_bytes();
        let ansi = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        let dos = text.replace('é', "\u{1}").bytes().map(|b| if b == 1 { 0x82 } else { b }).collect::<Vec<u8>>();
        for bytes in [text.as_bytes().to_vec(), utf16, utf16be, marked, ansi, dos] {
            let mut seen = Vec::new();
            let findings = open(&bytes).for_each("f.csv", &mut |row| {
                seen.push(row.cells.iter().map(|c| c.shown().into_owned()).collect::<Vec<_>>());
                ControlFlow::Continue(())
            });
            assert_eq!(seen, [["Prénom", "Montant"], ["Zoé", "1 234,50"]]);
            assert!(findings.is_empty());
        }
    }

    #[test]
    fn finds_the_encoding_of_a_file_whose_first_accent_comes_late() {
        let mut bytes = "matricule;nom\n".repeat(400_000).into_bytes();
        assert!(bytes.len() > ENCODING_SAMPLE);
        bytes.extend_from_slice(b"1;prime d\x92\xE9t\xE9\n");
        assert_eq!(open(&bytes).dialect.encoding, Encoding::Windows1252);
    }

    #[test]
    fn obeys_a_hint() {
        let hint = Hint { encoding: Some(Encoding::Iso8859_15), separator: Some(',') };
        let text = Text::open(&Input::from(b"a;b,c\n1;2,\xA4\n".to_vec()), &Limits::default(), Some(&hint)).expect("memory does not fail");
        let mut last = String::new();
        text.for_each_record("f.csv", &mut |record| {
            last = record.field(1).to_owned();
            ControlFlow::Continue(())
        });
        assert_eq!((text.dialect.separator, last.as_str()), (',', "€"));
    }
}
