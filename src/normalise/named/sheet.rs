//! Everybody whom a sheet names, whichever way it is written, and whether a row may mean somebody else.

use super::line::Line;
use super::{Known, LONG, WIDTH, title};
use crate::ground::{At, EmployeeId};
use crate::normalise::remarks::is_remark;
use crate::normalise::text::is_ditto;
use crate::normalise::titles::{closes_a_mail, says_how_many, speaks_to_all, summing};
use crate::read::table::Table;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Where a sheet names somebody.
pub(super) type Named<'k> = BTreeMap<&'k EmployeeId, Spot>;

/// A cell, and how many cells of its row are filled.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) row: u32,
    pub(super) column: u16,
    pub(super) beside: usize,
}

/// Whom a sheet names.
pub(super) struct Sheet<'k> {
    pub(super) named: Named<'k>,
    /// Every row that may mean somebody names somebody who is known.
    pub(super) whole: bool,
}

struct Written {
    row: u32,
    texts: Vec<String>,
    remark: bool,
}

impl Written {
    fn filled(&self) -> usize {
        self.texts.iter().filter(|t| !t.is_empty()).count()
    }
    fn first(&self) -> &str {
        self.texts.iter().find(|t| !t.is_empty()).map_or("", String::as_str)
    }
    /// A number that is no year: « Arrêtés IFSE décembre 2024 » has none.
    fn has_digit_but_years(&self) -> bool {
        let year = |n: &str| n.len() == 4 && (n.starts_with("19") || n.starts_with("20"));
        let numbers = self.texts.iter().flat_map(|t| t.split(|c: char| !c.is_ascii_digit())).filter(|n| !n.is_empty());
        numbers.into_iter().any(|n| !year(n))
    }
    /// No number, or one as long as a telephone's.
    fn signs(&self) -> bool {
        let digits = self.texts.iter().flat_map(|t| t.bytes()).filter(u8::is_ascii_digit).count();
        digits == 0 || digits >= 9
    }
    fn has_digit(&self) -> bool {
        self.texts.iter().any(|t| t.bytes().any(|b| b.is_ascii_digit()))
    }
}

impl Known {
    /// Everybody whom the rows up to one name, whichever way the sheet is written: by a number under, or right of, a title of
    /// numbers; in a column or a row that holds such numbers; by a name in one cell or two side by side, or below each other;
    /// by an identity number; and, with `lines`, in running text.
    pub(super) fn in_sheet(&self, table: &Table, until: u32, lines: bool) -> Sheet<'_> {
        let mut columns: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
        let mut rows: Vec<Written> = Vec::new();
        let mut closed = false;
        let _ = table.for_each(&mut |row| {
            if row.number > until {
                return ControlFlow::Break(());
            }
            let texts: Vec<String> = row.cells.iter().take(WIDTH).map(|c| c.shown().into_owned()).collect();
            self.count(texts.iter().enumerate(), &mut columns);
            let written = Written { row: row.number, texts, remark: is_remark(row.cells) };
            // Below « Cordialement » stand who writes and a telephone.
            closed |= closes_a_mail(written.first());
            let remark = written.remark || closed && written.signs();
            rows.push(Written { remark, ..written });
            ControlFlow::Continue(())
        });
        // « Nb agents »: below it stand counts, and nobody's number.
        let titles = rows.iter().flat_map(|w| w.texts.iter().enumerate());
        let counts: BTreeSet<usize> = titles.filter(|(_, t)| says_how_many(t)).map(|(c, _)| c).collect();
        columns.retain(|c, _| !counts.contains(c));
        let most = |n: &(u32, u32)| n.0 > 0 && n.0 * 2 >= n.1;
        let best = columns.iter().filter(|(_, n)| most(n)).max_by_key(|(c, n)| (n.0, std::cmp::Reverse(**c))).map(|x| *x.0);
        let mut titled: BTreeSet<usize> = BTreeSet::new();
        let mut named: Named<'_> = BTreeMap::new();
        let mut above: &[String] = &[];
        // Rows that name somebody who is known, and columns where such people stand.
        let mut meant: BTreeSet<u32> = BTreeSet::new();
        let mut theirs: BTreeSet<usize> = BTreeSet::new();
        let mut whole = true;
        let mut lost: Vec<&Written> = Vec::new();
        for w in &rows {
            let texts = &w.texts;
            let mut across = BTreeMap::new();
            self.count(texts.iter().map(|t| (0, t)), &mut across);
            let across = across.values().next().is_some_and(|n| n.0 >= 2 && most(n));
            let opens = texts.iter().find(|t| !t.is_empty()).is_some_and(|t| self.titles.contains(&title(t)));
            let spot = |c: usize| Spot { row: w.row, column: u16::try_from(c).unwrap_or(At::NO_COLUMN), beside: w.filled() };
            for (c, text) in texts.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
                if self.titles.contains(&title(text)) {
                    titled.insert(c);
                    continue;
                }
                let strong = text.len() >= LONG || text.chars().any(char::is_alphabetic);
                // « 150,00 » is an amount, but where numbers stand.
                let amount = text.contains([',', '.']);
                let number = self
                    .numbered(text)
                    .filter(|_| !counts.contains(&c))
                    .filter(|_| titled.contains(&c) || best == Some(c) || !amount)
                    .filter(|_| {
                        best == Some(c) || across && text.len() >= 3 || opens || titled.contains(&c) || strong && self.is_written(text)
                    });
                let next = texts.get(c + 1).map_or("", String::as_str);
                let over = above.get(c).map_or("", String::as_str);
                let name = || self.by_name(text, next).or_else(|| self.by_name(text, "")).or_else(|| self.by_name(over, text));
                if let Some(id) = number.or_else(|| self.identified(text)).or_else(name) {
                    named.entry(id).or_insert(spot(c));
                    meant.insert(w.row);
                    theirs.insert(c);
                }
            }
            if lines {
                let line = self.row_line(w, &mut theirs);
                if !line.named.is_empty() {
                    meant.insert(w.row);
                }
                let at = texts.iter().position(|t| t.chars().any(char::is_alphabetic)).unwrap_or(0);
                for id in line.named {
                    named.entry(id).or_insert(spot(at));
                }
                if line.lost && !(closed && w.remark) && (w.filled() == 1 || !meant.contains(&w.row)) {
                    lost.push(w);
                }
                whole &= !line.several && !texts.iter().any(|t| speaks_to_all(t));
            }
            above = texts;
        }
        // Titles stand first; a line of them has no digit, and a row of them says what stands below: « Matricule | Taux au 01/09 ».
        let first = meant.first().copied().or_else(|| rows.iter().find(|w| w.filled() > 0).map(|w| w.row)).unwrap_or(0);
        let heads = |w: &Written| w.texts.iter().any(|t| self.heads.contains(&title(t)));
        // « IFSE - Régime indemnitaire | Paie de septembre 2026 » above the row of titles.
        let headed = rows.iter().find(|w| w.filled() > 1 && heads(w)).map_or(0, |w| w.row);
        let above = |w: &Written| (w.filled() == 1 || w.row < headed) && !w.has_digit_but_years();
        let titles = |w: &Written| w.row < first && (above(w) || w.filled() > 1 && heads(w));
        whole &= !lost.iter().any(|w| w.has_digit() && !titles(w) || w.filled() > 1 && w.row > first);
        whole &= !rows.iter().any(|w| Self::nobody(w, &meant, &theirs, best));
        Sheet { named, whole }
    }

    /// A row with something where people stand in others, and nobody who is known.
    fn nobody(w: &Written, meant: &BTreeSet<u32>, theirs: &BTreeSet<usize>, best: Option<usize>) -> bool {
        let Some(first) = meant.first() else { return false };
        let written = |c: &usize| w.texts.get(*c).is_some_and(|t| !t.is_empty() && !is_ditto(t));
        // Where numbers of employees stand, another number is somebody else's.
        let number = |t: &String| t.bytes().any(|b| b.is_ascii_digit()) && !t.contains(char::is_whitespace);
        let numbered = best.filter(|c| meant.len() >= 2 && w.texts.get(*c).is_some_and(number));
        let holds = w.row > *first && theirs.iter().any(written) && w.filled() > 1;
        (holds || numbered.is_some()) && !meant.contains(&w.row) && !w.remark && summing(w.first()).is_none()
    }

    /// The words of a row, read as a line.
    fn row_line(&self, w: &Written, theirs: &mut BTreeSet<usize>) -> Line<'_> {
        let worded = || w.texts.iter().enumerate().filter(|(_, t)| t.contains('(') || t.chars().any(char::is_alphabetic));
        let whole: Vec<&str> = worded().map(|(_, t)| t.as_str()).collect();
        let line = self.in_line(&whole.join(" ; "));
        if !line.named.is_empty() {
            theirs.extend(worded().find(|(_, t)| !self.in_line(t).named.is_empty()).map(|(c, _)| c));
        }
        line
    }

    /// Whose identity number a text is, with its key or without.
    pub(super) fn identified(&self, text: &str) -> Option<&EmployeeId> {
        let t: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-')).collect();
        if !matches!(t.len(), 13 | 15) {
            return None;
        }
        self.by_identity.get(&crate::normalise::register::nir_key(&t)?)
    }

    /// Counts texts that can be numbers, and those that are.
    fn count<'t>(&self, texts: impl Iterator<Item = (usize, &'t String)>, into: &mut BTreeMap<usize, (u32, u32)>) {
        for (c, text) in texts.filter(|(_, t)| t.len() >= 3 && t.bytes().any(|b| b.is_ascii_digit()) && !t.contains(',')) {
            let n = into.entry(c).or_default();
            n.0 += u32::from(self.numbered(text).is_some());
            n.1 += 1;
        }
    }

    /// Whether the employee's number is written just so.
    pub(super) fn is_written(&self, text: &str) -> bool {
        self.numbered(text).is_some_and(|id| id.as_str() == text)
    }
}
