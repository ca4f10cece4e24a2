//! The norm's tables: rubrics, blocks and their parents, codes by norm. Their origin stands in `README.md` beside them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A rubric by its place in the table, sorted by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rubric(pub u16);

/// A block by its place in the table, in the order of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct BlockId(pub u8);

/// What a rubric's text must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    Text,
    Number,
    /// `JJMMAAAA`.
    Date,
    /// One of a closed list.
    Code,
    /// One of a list published apart.
    ExternalCode,
}

/// One rubric of the norm.
pub struct RubricRow {
    /// `S21.G00.51.011`.
    pub name: &'static str,
    pub label: &'static str,
    pub kind: Type,
    pub max: usize,
    pub block: BlockId,
    /// 11 in `S21.G00.51.011`.
    pub number: u16,
}

/// One block of the norm.
pub struct BlockRow {
    /// `S21.G00.51`.
    pub name: &'static str,
    pub parent: Option<BlockId>,
}

/// The norms whose codes are known apart; earlier ones are read with the first, later ones with the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Norm {
    P24,
    P25,
    P26,
}

impl Norm {
    /// From `P26V01`; `None` for a text that names no norm of these years.
    pub fn of(text: &str) -> Option<(Self, u16)> {
        let year: u16 = text.strip_prefix('P')?.get(..2)?.parse().ok()?;
        (19..=40).contains(&year).then(|| {
            let norm = match year {
                ..=24 => Self::P24,
                25 => Self::P25,
                26.. => Self::P26,
            };
            (norm, year)
        })
    }
}

/// What the norm says of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    Known(&'static str),
    /// Known to another norm only.
    OtherNorm(&'static str),
    Unknown,
    /// The table itself is not kept here.
    NoTable,
}

struct Tables {
    rubrics: Vec<RubricRow>,
    by_key: Vec<(u32, Rubric)>,
    blocks: Vec<BlockRow>,
    /// Labels in P24, P25 and P26; empty where the norm does not have the code.
    codes: BTreeMap<(&'static str, &'static str), [&'static str; 3]>,
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).filter(|l| !l.is_empty()).map(cells)
}

/// The cells of a line; the tables hold quoted commas but neither quotes nor line ends within a cell.
fn cells(line: &'static str) -> Vec<&'static str> {
    let (mut out, mut rest) = (Vec::new(), line.trim_end_matches('\r'));
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').map_or((quoted, ""), |(c, after)| (c, after)),
            None => rest.find(',').map_or((rest, ""), |i| rest.split_at(i)),
        };
        out.push(cell);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return out,
        }
    }
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let block_rows: Vec<_> = rows(include_str!("blocks.csv")).collect();
    let position = |name: &str| block_rows.iter().position(|b| b[0] == name).and_then(|i| u8::try_from(i).ok()).map(BlockId);
    let blocks = block_rows.iter().map(|b| BlockRow { name: b[0], parent: position(b[2]) }).collect();
    let rubrics: Vec<RubricRow> = rows(include_str!("rubrics.csv"))
        .filter_map(|r| {
            Some(RubricRow {
                name: r[0],
                label: r[1],
                kind: match r[2] {
                    "number" => Type::Number,
                    "date JJMMAAAA" => Type::Date,
                    "code" => Type::Code,
                    "external code" => Type::ExternalCode,
                    _ => Type::Text,
                },
                max: r[3].parse().unwrap_or(usize::MAX),
                block: position(r[0].get(..10)?)?,
                number: r[0].get(11..)?.parse().ok()?,
            })
        })
        .collect();
    let mut by_key: Vec<(u32, Rubric)> =
        rubrics.iter().enumerate().filter_map(|(i, r)| Some((key(r.name.as_bytes())?, Rubric(u16::try_from(i).ok()?)))).collect();
    by_key.sort_unstable();
    let mut codes: BTreeMap<_, _> = rows(include_str!("codes.csv")).map(|c| ((c[0], c[1]), [c[2]; 3])).collect();
    for h in rows(include_str!("codes-history.csv")) {
        codes.insert((h[0], h[1]), [h[2], h[3], h[4]]);
    }
    Tables { rubrics, by_key, blocks, codes }
});

/// A number for `Snn.Gnn.nn.nnn`; `None` for any other text.
pub fn key(name: &[u8]) -> Option<u32> {
    let &[b'S', s1, s2, b'.', b'G', g1, g2, b'.', b1, b2, b'.', r1, r2, r3] = name else { return None };
    let mut key = 0;
    for d in [s1, s2, g1, g2, b1, b2, r1, r2, r3] {
        key = key * 10 + u32::from(d.is_ascii_digit().then(|| d - b'0')?);
    }
    Some(key)
}

/// The rubric of a key.
pub fn rubric(key: u32) -> Option<Rubric> {
    let t = &TABLES.by_key;
    t.binary_search_by_key(&key, |r| r.0).ok().map(|i| t[i].1)
}

impl Rubric {
    pub fn row(self) -> &'static RubricRow {
        &TABLES.rubrics[usize::from(self.0)]
    }
    /// The rubric of a name, for those who know it.
    pub fn named(name: &str) -> Option<Self> {
        rubric(key(name.as_bytes())?)
    }
}

impl BlockId {
    pub fn row(self) -> &'static BlockRow {
        &TABLES.blocks[usize::from(self.0)]
    }
    pub fn named(name: &str) -> Option<Self> {
        TABLES.blocks.iter().position(|b| b.name == name).and_then(|i| u8::try_from(i).ok()).map(Self)
    }
}

/// The names of all rubrics, by their place in the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLES.rubrics.iter().map(|r| r.name)
}

/// What a code of a table means in a norm. The table is the rubric that holds the code.
pub fn code(norm: Norm, table: &str, code: &str) -> Code {
    match TABLES.codes.get(&(table, code)) {
        Some(labels) => match labels[norm as usize] {
            "" => Code::OtherNorm(labels.iter().rev().find(|l| !l.is_empty()).copied().unwrap_or_default()),
            label => Code::Known(label),
        },
        None => {
            let first = TABLES.codes.range((table, "")..).next();
            if first.is_some_and(|(k, _)| k.0 == table) { Code::Unknown } else { Code::NoTable }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read_whole() {
        assert_eq!(TABLES.rubrics.len(), include_str!("rubrics.csv").lines().count() - 1);
        assert_eq!(TABLES.by_key.len(), TABLES.rubrics.len());
        assert_eq!(TABLES.blocks.len(), include_str!("blocks.csv").lines().count() - 1);
        let orphans = TABLES.blocks.iter().filter(|b| b.parent.is_none()).map(|b| b.name).collect::<Vec<_>>();
        assert_eq!(orphans, ["S10.G00.00", "S90.G00.90"]);
        for text in [include_str!("rubrics.csv"), include_str!("codes.csv"), include_str!("codes-history.csv"), include_str!("blocks.csv")]
        {
            let width = text.lines().next().map(|l| l.split(',').count());
            assert!(rows(text).all(|r| Some(r.len()) == width));
            assert!(!text.contains("\"\""));
        }
    }

    #[test]
    fn a_code_means_what_its_norm_says() {
        let label = |norm, c| code(norm, "S21.G00.51.011", c);
        assert_eq!(label(Norm::P24, "027"), Code::Known("Montant net social"));
        assert_eq!(label(Norm::P26, "027"), Code::OtherNorm("Montant net social"));
        assert_eq!(label(Norm::P26, "099"), Code::Unknown);
        assert_eq!(code(Norm::P26, "S21.G00.40.004", "525c"), Code::NoTable);
        assert_eq!(Norm::of("P21V01"), Some((Norm::P24, 21)));
        assert_eq!(Norm::of("201710"), None);
    }

    #[test]
    fn a_rubric_is_told_from_its_name_alone() {
        assert_eq!(rubric(key(b"S21.G00.51.011").unwrap_or_default()).map(|r| r.row().number), Some(11));
        assert_eq!(key(b"S21.G00.51.01"), None);
        assert_eq!(key(b"S21-G00.51.011"), None);
        assert_eq!(Rubric::named("S21.G00.06.903"), None);
    }
}
