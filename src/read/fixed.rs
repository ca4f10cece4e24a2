//! Print-outs kept as text: columns made of blanks, one under the other.
//!
//! Where the columns end is decided from the beginning of the file; a tab is then put there, and all else reads on as before.
//! A line that has letters across the whole of a gap is not cut there.

use std::collections::BTreeMap;
use std::io::{self, Read};

/// A line with this many gaps is a line of the table, not a title.
const GAPS: usize = 3;
/// What begins a page.
const FORM_FEED: u8 = b'\x0c';
/// Lines that must agree, and blanks that divide columns.
const LINES: usize = 8;
const BLANKS: usize = 2;
/// A page has more lines than this; one of them is its title.
const PAGE: usize = 30;

/// Blank stretches between columns, as letters from the start of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gaps {
    between: Vec<(usize, usize)>,
    /// Where the numbers of rubrics stand that nearly all lines begin with.
    coded: Option<usize>,
}

/// The gaps that nearly all lines of a table share; `None` where there is no such table.
pub(crate) fn find(lines: &[&str]) -> Option<Gaps> {
    let table: Vec<Vec<char>> = lines.iter().filter(|l| gaps_of(l) >= GAPS).map(|l| l.trim_end().chars().collect()).collect();
    if table.len() < LINES || table.len() * 2 < lines.len() {
        return None;
    }
    // Lines of rubrics show the columns, not those between them that name an agent or sum up.
    let coded = code_column(&table);
    let of_rubrics = |l: &&Vec<char>| coded.is_none_or(|at| begins_with_code(l) == Some(at));
    let rows: Vec<&Vec<char>> = table.iter().filter(of_rubrics).collect();
    // « 00100   LOUVET ALAIN   AGENT DE MAITRISE » begins like one of them, and shows no amount.
    let paid = |l: &&&Vec<char>| has_amount(&l.iter().collect::<String>());
    let amounts: Vec<&Vec<char>> = rows.iter().filter(paid).copied().collect();
    let table = if coded.is_some() && amounts.len() * 2 > rows.len() { amounts } else { rows };
    let width = table.iter().map(|l| l.len()).max()?;
    let inked: Vec<usize> = (0..width).map(|i| table.iter().filter(|l| l.get(i).is_some_and(|c| !c.is_whitespace())).count()).collect();
    // With the headings; where they run into each other, or the title of each page stands like a line, without the rarest letters.
    let (all, most) = (blank(&inked, 0), blank(&inked, table.len() / PAGE));
    let mut gaps = if all.len() * 10 >= most.len() * 7 { all } else { most };
    gaps.extend(titled_beyond(lines, width));
    (gaps.len() >= GAPS).then_some(Gaps { between: gaps, coded })
}

/// The gaps before columns that have a title and, in the lines looked at, nothing below it: the employer's shares of rubrics that come
/// later.
fn titled_beyond(lines: &[&str], width: usize) -> Vec<(usize, usize)> {
    let words = |l: &&&str| gaps_of(l) >= GAPS && !l.chars().any(|c| c.is_ascii_digit());
    let titles: Vec<char> = match lines.iter().filter(words).max_by_key(|l| l.trim_end().chars().count()) {
        Some(titles) if titles.contains(char::is_alphabetic) => titles.trim_end().chars().collect(),
        _ => return Vec::new(),
    };
    let blank = |i: usize| titles[i].is_whitespace();
    let mut gaps = Vec::new();
    let mut start = 0;
    for i in 1..titles.len() {
        match (blank(i), blank(i - 1)) {
            (true, false) => start = i,
            (false, true) if i - start >= BLANKS && i > width => gaps.push((start.max(width), i)),
            _ => {}
        }
    }
    gaps
}

/// Where the number of a rubric stands that a line begins with.
fn begins_with_code(line: &[char]) -> Option<usize> {
    let at = line.iter().position(|c| !c.is_whitespace())?;
    let word: Vec<&char> = line[at..].iter().take_while(|c| !c.is_whitespace()).collect();
    let code = word.len() <= 8 && word.iter().any(|c| c.is_ascii_digit()) && word.iter().all(|c| c.is_ascii_alphanumeric());
    code.then_some(at)
}

/// Whether a word of a line is an amount or a rate, with its decimals: `1.993,73`, `221,30-`, `11,100`.
fn has_amount(line: &str) -> bool {
    let amount = |w: &str| {
        let number = w.trim_matches(['-', '+']);
        let decimals = number.rsplit_once([',', '.']).map_or(0, |(_, d)| d.len());
        (2..=4).contains(&decimals) && number.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'.') && !is_dotted_date(number)
    };
    line.split_whitespace().any(amount)
}

/// `01.09.2015`
fn is_dotted_date(text: &str) -> bool {
    let parts: Vec<usize> = text.split('.').map(str::len).collect();
    matches!(parts[..], [1..=2, 1..=2, 2 | 4])
}

/// The column that the numbers of most lines begin in.
fn code_column(table: &[Vec<char>]) -> Option<usize> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    table.iter().filter_map(|l| begins_with_code(l)).for_each(|at| *counts.entry(at).or_insert(0) += 1);
    let (at, count) = counts.into_iter().max_by_key(|(_, n)| *n)?;
    (count >= LINES && count * 2 > table.len()).then_some(at)
}

/// Stretches where at most so many lines have a letter.
fn blank(inked: &[usize], most: usize) -> Vec<(usize, usize)> {
    let mut gaps = Vec::new();
    let mut start = None;
    for (i, n) in inked.iter().enumerate() {
        match (*n <= most, start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                if i - from >= BLANKS && from > 0 {
                    gaps.push((from, i));
                }
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    gaps
}

/// Runs of two blanks or more between words.
fn gaps_of(line: &str) -> usize {
    line.trim().split("  ").filter(|p| !p.trim().is_empty()).count().saturating_sub(1)
}

impl Gaps {
    pub(crate) fn columns(&self) -> usize {
        self.between.len() + 1
    }
}

/// The file with a tab in every gap. Letters are bytes, or in UTF-8 those that do not go on from another.
pub(crate) struct Cut<R> {
    input: R,
    gaps: Gaps,
    utf8: bool,
    /// The line being read, and what is ready to be handed on.
    line: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    over: bool,
    most: usize,
}

impl<R: Read> Cut<R> {
    pub(crate) fn new(input: R, gaps: Gaps, utf8: bool, most: usize) -> Self {
        Self { input, gaps, utf8, line: Vec::new(), ready: Vec::new(), given: 0, over: false, most }
    }

    /// Puts the tabs of one line into what is ready.
    fn cut(&mut self) {
        if self.names_somebody() {
            self.cut_at_runs();
            return;
        }
        let starts: Vec<usize> = (0..self.line.len()).filter(|&i| !self.utf8 || self.line[i] & 0xc0 != 0x80).collect();
        let mut done = 0;
        for &(from, to) in &self.gaps.between {
            // The blank within « 1 131,78 » divides nothing.
            let is_blank = |i: usize| matches!(self.line[starts[i]], b' ' | b'\t');
            let within = || (from.max(1)..to.min(starts.len())).rev();
            let digit = |i: usize| starts.get(i).is_some_and(|s| self.line[*s].is_ascii_digit());
            let blank = within()
                .find(|&i| is_blank(i) && is_blank(i - 1))
                .or_else(|| within().find(|&i| is_blank(i) && !(digit(i - 1) && digit(i + 1))));
            // Beyond the end of a short line there are empty columns.
            let at = match blank {
                Some(i) => starts[i],
                None if starts.len() <= from => self.line.len(),
                None => continue,
            };
            if at >= done {
                self.ready.extend_from_slice(trimmed(&self.line[done..at]));
                self.ready.push(b'\t');
                done = (at + 1).min(self.line.len());
            }
        }
        self.ready.extend_from_slice(trimmed(&self.line[done.min(self.line.len())..]));
        self.line.clear();
    }
}

impl<R> Cut<R> {
    /// « MATRICULE : 00495   NOM : DARRIEUX » between lines of rubrics, or « 00495   DARRIEUX PAUL   REDACTEUR », where theirs
    /// have amounts.
    fn names_somebody(&self) -> bool {
        let (Some(coded), Some(at)) = (self.gaps.coded, self.line.iter().position(|b| !b.is_ascii_whitespace())) else { return false };
        let text = &self.line[at..];
        if text[0].is_ascii_alphabetic() {
            return self.line.windows(2).any(|w| w == b": ");
        }
        let line = String::from_utf8_lossy(text);
        let words: Vec<&str> = line.split("  ").map(str::trim).filter(|p| !p.is_empty()).collect();
        let numbered = words[0].len() <= 8 && words[0].bytes().all(|b| b.is_ascii_digit());
        let named = words.get(1).is_some_and(|w| w.contains(' ') && !w.bytes().any(|b| b.is_ascii_digit()));
        at == coded && numbered && named && words.len() >= 3 && !has_amount(&line)
    }

    /// A tab in the place of every two blanks and more.
    fn cut_at_runs(&mut self) {
        let text = trimmed(&self.line);
        let mut i = 0;
        while i < text.len() {
            let blanks = text[i..].iter().take_while(|b| b.is_ascii_whitespace()).count();
            if blanks >= BLANKS {
                self.ready.push(b'\t');
                i += blanks;
            } else {
                self.ready.push(text[i]);
                i += 1;
            }
        }
        self.line.clear();
    }
}

/// Without the blanks around it; a tab of its own would be a column.
fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

impl<R: Read> Read for Cut<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.over {
            self.ready.clear();
            self.given = 0;
            let mut block = vec![0; 64 << 10];
            let n = self.input.read(&mut block)?;
            self.over = n == 0;
            for &b in &block[..n] {
                if matches!(b, b'\n' | b'\r') {
                    self.cut();
                    self.ready.push(b);
                } else if b == FORM_FEED && self.line.is_empty() {
                    // The first line of a page stands where all others do.
                } else if self.line.len() < self.most {
                    self.line.push(b);
                }
            }
            if self.over && !self.line.is_empty() {
                self.cut();
            }
        }
        let n = out.len().min(self.ready.len() - self.given);
        out[..n].copy_from_slice(&self.ready[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
COMMUNE - LIVRE DE PAIE\n\
Matr.  Nom              Libellé                 Base      À payer\n\
00102  ARNOUX           TRAITEMENT BRUT              1 663,54\n";

    fn page() -> String {
        let rows = ["00102  ARNOUX           TRAITEMENT BRUT     1 663,54     1 663,54"; 9];
        format!(
            "COMMUNE - LIVRE DE PAIE NOVEMBRE 2021\nMatr.  Nom              Libellé             Base         À payer\n{}\n00103  ÉCHEVIN          PRIME                            12,50\n",
            rows.join("\n")
        )
    }

    #[test]
    fn columns_of_blanks_become_columns() {
        let text = page();
        let gaps = find(&text.lines().collect::<Vec<_>>()).expect("a table");
        let mut out = String::new();
        Cut::new(text.as_bytes(), gaps, true, 1_000).read_to_string(&mut out).expect("memory does not fail");
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[1], "Matr.\tNom\tLibellé\tBase\tÀ payer");
        assert_eq!(lines[2], "00102\tARNOUX\tTRAITEMENT BRUT\t1 663,54\t1 663,54");
        assert_eq!(lines[11], "00103\tÉCHEVIN\tPRIME\t\t12,50");
    }

    // What is kept and the employer's shares come rubrics later than the lines that are looked at.
    #[test]
    fn a_title_without_anything_below_it_is_a_column() {
        let head = "Matr.  Nom              Base         Montant   Taux pat.   Part pat.";
        let paid = "00102  ARNOUX       1 663,54        1 663,54";
        let kept = "00102  ARNOUX       1 663,54          184,65       30,65    1 509,87";
        let gaps = find(&[&[head][..], &[paid; 9]].concat()).expect("a table");
        let mut out = String::new();
        Cut::new(format!("{head}\n{paid}\n{kept}\n").as_bytes(), gaps, true, 1_000).read_to_string(&mut out).expect("memory does not fail");
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "Matr.\tNom\tBase\tMontant\tTaux pat.\tPart pat.");
        assert_eq!(lines[1], "00102\tARNOUX\t1 663,54\t1 663,54\t\t");
        assert_eq!(lines[2], "00102\tARNOUX\t1 663,54\t184,65\t30,65\t1 509,87");
    }

    #[test]
    fn an_amount_longer_than_those_above_is_not_cut_at_its_thousands() {
        let gaps = Gaps { between: vec![(5, 12)], coded: None };
        for (line, want) in [
            ("30,65         563,02", "30,65\t563,02"),
            ("30,65     1 131,78", "30,65\t1 131,78"),
            ("          1 131,78", "\t1 131,78"),
            ("30,65 11 131,78", "30,65 11 131,78"),
            ("Taux  Part pat", "Taux\tPart pat"),
            ("Taux pat Montant", "Taux pat\tMontant"),
        ] {
            let mut out = String::new();
            Cut::new(line.as_bytes(), gaps.clone(), true, 1_000).read_to_string(&mut out).expect("memory does not fail");
            assert_eq!(out, want);
        }
    }

    #[test]
    fn lines_that_name_an_agent_or_sum_up_hide_no_column() {
        let line = "0101  TRAITEMENT INDICIAIRE             1.879,10               1.879,10";
        let kept = "0420  VIEILLESSE                        2.065,47    6,90                       142,52";
        let agent = "MATRICULE : 00495   NOM : DARRIEUX FABRICE   GRADE : ATSEM principal   IM : 401";
        let sums = "      BRUT     2.189,50   NET IMPOSABLE     1.755,94   NET A PAYER     1.625,55";
        let text = [agent, line, line, kept, line, kept, sums].join("\n") + "\n";
        let text = text.repeat(4);
        let gaps = find(&text.lines().collect::<Vec<_>>()).expect("a table");
        let mut out = String::new();
        Cut::new(text.as_bytes(), gaps, true, 1_000).read_to_string(&mut out).expect("memory does not fail");
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "MATRICULE : 00495\tNOM : DARRIEUX FABRICE\tGRADE : ATSEM principal\tIM : 401");
        assert_eq!(lines[1], "0101\tTRAITEMENT INDICIAIRE\t1.879,10\t\t1.879,10\t");
        assert_eq!(lines[3], "0420\tVIEILLESSE\t2.065,47\t6,90\t\t142,52");
    }

    #[test]
    fn three_lines_or_a_text_make_no_table() {
        assert_eq!(find(&PRINTED.lines().collect::<Vec<_>>()), None);
        assert_eq!(find(&["Bonjour, voici le livre de paie."; 20]), None);
    }
}
