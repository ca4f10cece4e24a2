//! Print-outs kept as text: columns made of blanks, one under the other.
//!
//! Where the columns end is decided from the beginning of the file; a tab is then put there, and all else reads on as before.
//! A line that has letters across the whole of a gap is not cut there.

use std::io::{self, Read};

/// A line with this many gaps is a line of the table, not a title.
const GAPS: usize = 3;
/// Lines that must agree, and blanks that divide columns.
const LINES: usize = 8;
const BLANKS: usize = 2;
/// A page has more lines than this; one of them is its title.
const PAGE: usize = 30;

/// Blank stretches between columns, as letters from the start of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gaps(Vec<(usize, usize)>);

/// The gaps that nearly all lines of a table share; `None` where there is no such table.
pub(crate) fn find(lines: &[&str]) -> Option<Gaps> {
    let table: Vec<Vec<char>> = lines.iter().filter(|l| gaps_of(l) >= GAPS).map(|l| l.trim_end().chars().collect()).collect();
    if table.len() < LINES || table.len() * 2 < lines.len() {
        return None;
    }
    let width = table.iter().map(Vec::len).max()?;
    let inked: Vec<usize> = (0..width).map(|i| table.iter().filter(|l| l.get(i).is_some_and(|c| !c.is_whitespace())).count()).collect();
    // With the headings; where they run into each other, or the title of each page stands like a line, without the rarest letters.
    let (all, most) = (blank(&inked, 0), blank(&inked, table.len() / PAGE));
    let gaps = if all.len() * 10 >= most.len() * 7 { all } else { most };
    (gaps.len() >= GAPS).then_some(Gaps(gaps))
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
        self.0.len() + 1
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
        let starts: Vec<usize> = (0..self.line.len()).filter(|&i| !self.utf8 || self.line[i] & 0xc0 != 0x80).collect();
        let mut done = 0;
        for &(from, to) in &self.gaps.0 {
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

    #[test]
    fn an_amount_longer_than_those_above_is_not_cut_at_its_thousands() {
        let gaps = Gaps(vec![(5, 12)]);
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
    fn three_lines_or_a_text_make_no_table() {
        assert_eq!(find(&PRINTED.lines().collect::<Vec<_>>()), None);
        assert_eq!(find(&["Bonjour, voici le livre de paie."; 20]), None);
    }
}
